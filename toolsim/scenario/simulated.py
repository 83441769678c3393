"""Scenarios over tools that no world backs: who speaks and when is drawn, what is asked for and called comes from a task."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from toolsim.base import seeds
from toolsim.base.text import Language, Text
from toolsim.scenario.blueprint import Move, Scenario, UserTurn
from toolsim.scenario.categories import Category
from toolsim.scenario.mishaps import befallen, smooth
from toolsim.scenario.personas import Persona, personas
from toolsim.scenario.tasks import YOU, Task, gold_calls
from toolsim.scenario.toolbox import FEWEST, MOST, Handful
from toolsim.wording.values import WEEKDAYS

TASK: Final = Category(
    name="simulated.task",
    label=Text("a task over tools that no world backs", "没有模拟环境支撑的工具上的任务"),
    right=Text("make the calls and tell what they gave", "完成调用并说明结果"),
    planner="",
    options={},
    least_tools=FEWEST,
    most_tools=MOST,
)
"""The category of all these; a model thinks them up, so that no planner does."""
_FIRST_DAY: Final = datetime(2026, 1, 5)
_DAYS: Final = 700
_SYSTEM = Text(
    "You are the assistant of a service and may use its tools. It is {weekday}, {now} local time.",
    "你是一项服务的助手，可以使用它提供的工具。现在是当地时间{now}，{weekday}。",
)
_ZH_DAYS = "一二三四五六日"


@dataclass(frozen=True, slots=True)
class Occasion:
    """Who speaks, and when."""

    id: str
    """Of the scenario."""
    seed: int
    language: Language
    persona: Persona
    now: str
    """Local time, `2026-03-01T09:30`."""

    @property
    def weekday(self) -> str:
        """The day of the week, in the language spoken."""
        day = datetime.fromisoformat(self.now).weekday()
        return WEEKDAYS[day] if self.language == "en" else f"星期{_ZH_DAYS[day]}"

    @property
    def context(self) -> str:
        """The system message."""
        return _SYSTEM.say(self.language).format(weekday=self.weekday, now=self.now.replace("T", " "))


def occasion(identity: str, seed: int, language: Language) -> Occasion:
    """Draw who speaks, and when."""
    rng = seeds.stream(seed, "occasion")
    start = _FIRST_DAY + timedelta(days=rng.randrange(_DAYS), minutes=30 * rng.randint(16, 36))
    return Occasion(identity, seed, language, rng.choice(personas()), start.strftime("%Y-%m-%dT%H:%M"))


def scenario_of(task: Task, handful: Handful, at: Occasion, pack: str, mishaps: float = 0.0) -> Scenario:
    """Make the scenario of a task that has no problems: one request, the calls, and an answer that tells of them.

    No two of these share a world, since there is none; the seed stands in its place.

    Args:
        mishaps: share of tasks that a fault befalls.
    """
    calls, rng = gold_calls(task, handful, 0, at.language), seeds.stream(at.seed, "mishap")
    course = befallen(calls, handful, at.now, rng) if rng.random() < mishaps else smooth(calls)
    called = {call.name for call in calls}
    told = "".join(f"!{fault.kind}" for fault in course.faults)
    return Scenario(
        id=at.id,
        category=TASK.name,
        language=at.language,
        packs=(pack,),
        seed=at.seed,
        world_seed=at.seed,
        now=at.now,
        persona=at.persona.name,
        manner=at.persona.manner,
        you=YOU,
        me="",
        context=at.context,
        tools=tuple(tool.name for tool in handful.tools),
        goal=task.message,
        calls=course.calls,
        script=(
            UserTurn(role="user", act="request", text=task.message),
            *(Move(role="assistant", kind="call", calls=ids) for ids in course.messages),
            Move(role="assistant", kind="answer", calls=course.milestones),
        ),
        milestones=course.milestones,
        flaw=course.flaw,
        faults=course.faults,
        forbidden=tuple(sorted(tool.name for tool in handful.tools if tool.effect == "WRITE" and tool.name not in called)),
        skeleton=f"{TASK.name}{told}>" + ">".join(call.name for call in course.calls),
    )
