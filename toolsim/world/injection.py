"""Fault injection: what befalls calls on their way to a world that works: timeouts, limits, cut pages, stale ids, outages.

A fault plan is declared with the scenario, and the same plan gives the same faults whenever the same calls are made.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any, Final, Literal

from toolsim.apis.api import Api
from toolsim.apis.paths import scalars
from toolsim.base.records import Record
from toolsim.base.text import Language, Text
from toolsim.verbs.faults import Fault, FaultType
from toolsim.world.world import Outcome, World

_CHANGED: Final = 3
"""Digits by which an id that is out of date differs."""
_TRIES: Final = 8

FaultKind = Literal["timeout", "rate_limit", "partial_page", "stale_id", "outage"]
Recovery = Literal["retry", "verify", "look_up", "report"]

TIMEOUT: Final = FaultType(
    "timeout",
    Text(
        "No answer came within {seconds} seconds; it is not known whether the request was carried out.",
        "等待{seconds}秒仍未收到响应，无法确定请求是否已经执行。",
    ),
)
RATE_LIMITED: Final = FaultType(
    "rate_limited", Text("Too many requests; try again in {seconds} seconds.", "请求过于频繁，请{seconds}秒后再试。")
)
PARTIAL_PAGE: Final = FaultType(
    "partial_page", Text("Only {shown} of {rows} rows came through.", "结果不完整：共{rows}条，只收到{shown}条。")
)
STALE_ID: Final = FaultType(
    "stale_id", Text("{key} is out of date; the record has a new number.", "编号{key}已失效，该记录已启用新编号。")
)
UNAVAILABLE: Final = FaultType(
    "unavailable",
    Text(
        "The service is down for maintenance, back {until}; nothing is carried out until then.",
        "系统维护中，预计{until}恢复，期间不受理任何请求。",
    ),
)


FAULTS: Final[dict[FaultKind, FaultType]] = {
    "timeout": TIMEOUT,
    "rate_limit": RATE_LIMITED,
    "partial_page": PARTIAL_PAGE,
    "stale_id": STALE_ID,
    "outage": UNAVAILABLE,
}
"""What the caller is told of each kind."""
_SPOILT: Final = frozenset({"partial_page", "stale_id"})
"""Kinds of which the caller gets a result, though not the right one."""


class PlannedFault(Record):
    """A fault that befalls some calls of a dialogue, and what is right to do about it."""

    kind: FaultKind
    recovery: Recovery
    """retry: make the call again; verify: see first whether it took effect; look_up: search for the id anew; report: tell it."""
    api: str
    """The API whose calls it befalls; of a stale id the search that shows it."""
    nth: int = 1
    """The first call that it befalls, counted from 1 over the valid calls of that API."""
    times: int = 1
    """How many calls in a row it befalls; 0 for all from there on."""
    carried_out: bool = False
    """Of a timeout: whether the call took effect although no answer came."""
    seconds: int = 0
    """Of a timeout: how long was waited. Of a limit: after how long the next request is accepted."""
    shown: int = 0
    """Of a cut page: rows that come through."""
    key: str = ""
    """Of a stale id: the key of the row. Empty where a model plays the tool: the first key that its result shows."""
    stale: str = ""
    """Of a stale id: what is shown in its place."""
    until: str = ""
    """Of an outage: local time of its end, `2026-03-01 18:00`."""

    def befalls(self, api: str, nth: int) -> bool:
        """Tell whether it befalls the nth call of an API."""
        return api == self.api and self.nth <= nth and (not self.times or nth < self.nth + self.times)


@dataclass(frozen=True, slots=True)
class Strike:
    """What befalls one call."""

    planned: PlannedFault | None = None
    fault: Fault | None = None
    """What the caller is told in place of a result."""
    runs: bool = True
    """Whether the call is carried out."""
    language: Language = "en"

    def seen(self, outcome: Outcome) -> Outcome:
        """Give what the caller sees of what the call came to."""
        if self.fault is not None:
            return Outcome(fault=self.fault)
        if self.planned is None or outcome.result is None:
            return outcome
        if self.planned.kind == "partial_page":
            return _cut(outcome, self.planned.shown, self.language)
        return Outcome(result=_renamed(outcome.result, self.planned.key, self.planned.stale))


class Injector:
    """Plays a fault plan over the calls of one dialogue."""

    def __init__(self, plan: Iterable[PlannedFault], language: Language) -> None:
        self._plan = list(plan)
        self._language: Language = language
        self._made: Counter[str] = Counter()

    def strike(self, api: str, arguments: dict[str, Any]) -> Strike:
        """Count a valid call, and tell what befalls it."""
        if not self._plan:
            return Strike()
        self._made[api] += 1
        for planned in self._plan:
            if planned.stale and planned.stale in scalars(arguments):
                return Strike(planned, STALE_ID.make(self._language, key=planned.stale), False)
            if planned.befalls(api, self._made[api]):
                return self._strike(planned)
        return Strike()

    def age(self, planned: PlannedFault, key: str, stale: str) -> Strike:
        """Choose only now, where no world backs a tool, which id is out of date; give what befalls the call that shows it."""
        aged = planned.model_copy(update={"key": key, "stale": stale})
        self._plan[self._plan.index(planned)] = aged
        return Strike(aged, language=self._language)

    def _strike(self, planned: PlannedFault) -> Strike:
        if planned.kind in _SPOILT:
            return Strike(planned, language=self._language)
        fault = FAULTS[planned.kind].make(self._language, seconds=planned.seconds, until=planned.until)
        return Strike(planned, fault, planned.carried_out)


class InjectedWorld:
    """A world whose calls a fault plan befalls; without a plan it is the world as it is."""

    def __init__(self, world: World, plan: Sequence[PlannedFault] = ()) -> None:
        self.world = world
        self._injector = Injector(plan, world.language)

    def call(self, name: str, arguments: dict[str, Any]) -> Outcome:
        """Call an API with wire arguments; what the world would not run reaches no fault plan."""
        return self.world.refusal(name, arguments) or self.run(self.world.plan.catalogue.api(name), arguments)

    def run(self, api: Api, arguments: dict[str, Any]) -> Outcome:
        """Run an API with valid wire arguments."""
        strike = self._injector.strike(api.name, arguments)
        return strike.seen(self.world.run(api, arguments) if strike.runs else Outcome())


def another_key(key: str, taken: Container[str], rng: Random) -> str:
    """Make a key of the same form that is not taken; empty where none was found."""
    digits = [at for at, sign in enumerate(key) if sign.isdigit()][-_CHANGED:]
    for _ in range(_TRIES if digits else 0):
        signs = list(key)
        for at in digits:
            signs[at] = str(rng.randrange(10))
        if (other := "".join(signs)) != key and other not in taken:
            return other
    return ""


def _cut(outcome: Outcome, shown: int, language: Language) -> Outcome:
    """Cut the rows of a result; the total, where there is one, stays."""
    result = outcome.result or {}
    name = next((name for name, value in result.items() if isinstance(value, list) and len(value) > shown), None)
    if name is None:
        return outcome
    warning = PARTIAL_PAGE.make(language, shown=shown, rows=len(result[name]))
    return replace(outcome, result={**result, name: result[name][:shown]}, warning=warning)


def _renamed(value: Any, key: str, other: str) -> Any:
    """Put one key in the place of another, wherever it stands."""
    if isinstance(value, dict):
        return {name: _renamed(inner, key, other) for name, inner in value.items()}
    if isinstance(value, list):
        return [_renamed(inner, key, other) for inner in value]
    return other if value == key else value
