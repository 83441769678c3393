"""Let a model rewrite what the embedded user says; a rewriting that does not hold leaves the turn as it was."""

from __future__ import annotations

import asyncio
from typing import Final

from toolsim.apis.catalogue import Catalogue
from toolsim.models.chat import ChatModel, ChatRequest
from toolsim.models.failures import FailureKind, ModelFailure
from toolsim.roleplay.prompts import manner, prompt
from toolsim.roleplay.rewriting import objections
from toolsim.scenario.blueprint import Scenario, UserTurn
from toolsim.scenario.personas import personas

MOST_WORDS: Final = 400
"""Tokens of one turn."""
_TEMPERATURE = 0.8
_LASTING = frozenset({FailureKind.BUDGET, FailureKind.UNRECORDED})
"""Failures after which nothing else of the run can be asked either."""


async def polish(scenario: Scenario, catalogue: Catalogue, model: ChatModel) -> Scenario:
    """Rewrite the user's turns of a scenario, all at once; turns whose rewriting does not hold stay as they are.

    Raises:
        ModelFailure: the budget is spent, or a replay has no such call.
    """
    try:
        async with asyncio.TaskGroup() as group:
            asked = {
                index: group.create_task(_rewritten(scenario, catalogue, model, index, step))
                for index, step in enumerate(scenario.script)
                if isinstance(step, UserTurn)
            }
    except ExceptionGroup as group_of_failures:
        raise group_of_failures.exceptions[0] from None
    script = tuple(asked[index].result() if index in asked else step for index, step in enumerate(scenario.script))
    return scenario.model_copy(update={"script": script})


async def _rewritten(scenario: Scenario, catalogue: Catalogue, model: ChatModel, index: int, turn: UserTurn) -> UserTurn:
    try:
        reply = await model.complete(_request(scenario, index, turn))
    except ModelFailure as failure:
        if failure.kind in _LASTING:
            raise
        return turn
    said = bare(reply.content)
    if reply.finish == "length" or any(objections(scenario, catalogue, index, turn.text, said)):
        return turn
    return turn.model_copy(update={"text": said})


def _request(scenario: Scenario, index: int, turn: UserTurn) -> ChatRequest:
    persona = next((p for p in personas() if p.name == scenario.persona), None)
    text = prompt(
        "polish",
        scenario.language,
        persona=persona.label.say(scenario.language) if persona else scenario.persona,
        manner=manner(scenario.manner, scenario.language),
        pieces=pieces(scenario, index),
        text=turn.text,
    )
    messages = ({"role": "user", "content": text},)
    return ChatRequest(messages=messages, temperature=_TEMPERATURE, seed=scenario.seed % 2**31, max_tokens=MOST_WORDS)


def pieces(scenario: Scenario, index: int) -> list[str]:
    """List the words of a turn that must stay, each once."""
    step, flaw = scenario.script[index], scenario.flaw
    out = [source.words for gold in scenario.calls for source in gold.sources.values() if source.turn == index and source.words]
    if flaw is not None and flaw.words and isinstance(step, UserTurn) and step.act != "correct" and flaw.words in step.text:
        out.append(flaw.words)
    return list(dict.fromkeys(out))


def bare(text: str) -> str:
    """Drop the quotation marks that models put around a message."""
    text = text.strip()
    return text[1:-1].strip() if len(text) > 1 and text[0] in '"“「' and text[-1] in '"”」' else text
