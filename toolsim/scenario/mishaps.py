"""Mishaps: fault plans for tasks over tools that no world backs, of kinds that are got over without knowing what is there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

from toolsim.apis.imported import ImportedTool
from toolsim.scenario.blueprint import Flaw, GoldCall
from toolsim.scenario.toolbox import Handful
from toolsim.world.injection import FAULTS, FaultKind, PlannedFault

WAITS: Final = (10, 15, 20, 30, 60)
"""Seconds after which a caller gives up."""
PAUSES: Final = (2, 3, 5, 10, 30)
"""Seconds after which a limit lets the next call through."""
TIMES: Final = (1, 1, 2)
"""How often in a row something fails that passes."""
_MORNING: Final = 8
"""Hour before which no service comes back."""


@dataclass(frozen=True, slots=True)
class Course:
    """The calls of a task, as they go."""

    calls: tuple[GoldCall, ...]
    messages: tuple[tuple[str, ...], ...]
    """Ids of the calls, message by message."""
    faults: tuple[PlannedFault, ...] = ()
    flaw: Flaw | None = None

    @property
    def milestones(self) -> tuple[str, ...]:
        """The calls that go through, or the one that cannot."""
        return tuple(call.id for call in self.calls if not call.fault or self.flaw is not None)


def smooth(calls: tuple[GoldCall, ...]) -> Course:
    """Give the course on which nothing fails: all calls in one message."""
    return Course(calls, (tuple(call.id for call in calls),))


def befallen(calls: tuple[GoldCall, ...], handful: Handful, now: str, rng: Random) -> Course:
    """Let a fault befall one of the calls, and give the course with the recovery that fits."""
    place = rng.randrange(len(calls))
    tool = handful.tool(calls[place].name)
    assert tool is not None
    kind = rng.choice(_kinds(tool, alone=len(calls) == 1))
    nth = sum(call.name == tool.name for call in calls[: place + 1])
    if kind == "outage":
        fault = PlannedFault(kind=kind, recovery="report", api=tool.name, nth=nth, times=0, until=back_at(now, rng))
        failed = calls[place].model_copy(update={"fault": FAULTS[kind].code})
        return Course((failed,), ((failed.id,),), (fault,), Flaw(kind="fault", call=failed.id, rule=failed.fault))
    more: dict[str, Any] = {"shown": 1} if kind == "partial_page" else {"times": rng.choice(TIMES)}
    seconds = rng.choice(PAUSES if kind == "rate_limit" else WAITS)
    fault = PlannedFault(kind=kind, recovery="retry", api=tool.name, nth=nth, seconds=seconds, **more)
    return _again(calls, place, fault)


def _again(calls: tuple[GoldCall, ...], place: int, fault: PlannedFault) -> Course:
    """Make a call again until it goes through."""
    failed, code = calls[place], FAULTS[fault.kind].code
    tries = [failed.model_copy(update={"id": f"c{len(calls) + n}", "fault": code}) for n in range(1, fault.times)]
    last = failed.model_copy(update={"id": f"c{len(calls) + fault.times}"})
    first = tuple(call.model_copy(update={"fault": code}) if call is failed else call for call in calls)
    made = (*first, *tries, last)
    return Course(made, (tuple(call.id for call in first), *((call.id,) for call in (*tries, last))), (fault,))


def _kinds(tool: ImportedTool, alone: bool) -> Sequence[FaultKind]:
    """List what may befall a tool; what became of a change without answer cannot be looked up by rule."""
    kinds: list[FaultKind] = ["rate_limit"]
    kinds += ["timeout"] if tool.effect == "READ" else []
    kinds += ["partial_page"] if tool.effect == "READ" and _lists(tool.result) else []
    return [*kinds, "outage"] if alone else kinds


def _lists(result: dict[str, Any] | None) -> bool:
    """Tell whether a result holds a list."""
    members = (result or {}).get("properties", {}).values()
    return any(isinstance(member, dict) and member.get("type") == "array" for member in members)


def back_at(now: str, rng: Random) -> str:
    """Draw when a service is back that is down now, as `2026-03-01 18:00`."""
    until = (datetime.fromisoformat(now) + timedelta(hours=rng.randint(2, 9))).replace(minute=0)
    return f"{until.replace(hour=max(until.hour, _MORNING)):%Y-%m-%d %H:%M}"
