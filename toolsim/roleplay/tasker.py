"""A model that thinks up tasks over tools that no world backs; what it drafts is held to rules, and asked for again if wrong."""

from __future__ import annotations

from typing import Any, Final

from toolsim.models.chat import ChatModel, ChatRequest
from toolsim.models.structured import ask
from toolsim.roleplay.asking import STEP
from toolsim.roleplay.prompts import manner, prompt
from toolsim.scenario.simulated import Occasion
from toolsim.scenario.tasks import Problem, Task, problems, task_schema
from toolsim.scenario.toolbox import Handful

TRIES: Final = 3
MOST_TOLD: Final = 8
"""Problems that are told at a time."""
_TEMPERATURE: Final = 1.0


class NoTask(Exception):
    """What was drafted stayed wrong."""

    def __init__(self, found: list[Problem]) -> None:
        super().__init__("; ".join(problem.say("en") for problem in found))
        self.codes = tuple(sorted({problem.code for problem in found}))


async def think_up(handful: Handful, at: Occasion, model: ChatModel) -> Task:
    """Give a task that the rules let pass.

    Raises:
        NoTask: all drafts had problems; tells those of the last.
        ModelFailure: the answers stayed off schema, or what the model raises.
    """
    draft: dict[str, Any] = {}
    found: list[Problem] = []
    for attempt in range(TRIES):
        request = ChatRequest(
            messages=({"role": "user", "content": _prompt(handful, at, draft, found)},),
            answer_schema=task_schema(handful),
            temperature=_TEMPERATURE,
            seed=at.seed % 2**31,
            attempt=attempt * STEP,
        )
        draft = (await ask(model, request)).value
        task = Task.model_validate(draft)
        found = list(problems(task, handful, at.now, at.language))
        if not found:
            return task
    raise NoTask(found)


def _prompt(handful: Handful, at: Occasion, draft: dict[str, Any], found: list[Problem]) -> str:
    return prompt(
        "task",
        at.language,
        persona=at.persona.label.say(at.language),
        manner=manner(at.persona.manner, at.language),
        weekday=at.weekday,
        now=at.now.replace("T", " "),
        tools=[tool.openai()["function"] for tool in handful.tools],
        target=handful.target.name,
        calls=handful.calls,
        draft=draft,
        problems=[problem.say(at.language) for problem in found[:MOST_TOLD]],
    )
