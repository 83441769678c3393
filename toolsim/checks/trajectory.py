"""Trajectories: what an assistant that knows no script did, judged by calls, end state and conduct rather than by its words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from toolsim.checks.case import Case, MadeCall
from toolsim.checks.conduct import conduct
from toolsim.checks.finding import CHECKS, Finding
from toolsim.checks.telling import refused, untold
from toolsim.scenario.blueprint import GoldCall, RowChange, Scenario
from toolsim.taxonomy.declarations import Kind

FAMILIES: Final = ("spec", "arguments", "answers", "language", "residue")
"""Families that hold for any assistant; the others compare with the script."""
_PLAIN = str.maketrans(
    {"，": ",", "。": ".", "：": ":", "？": "?", "！": "!", "’": "'", "‘": "'"} | dict.fromkeys('“”"「」《》', "")
)
_TIMED = re.compile(r"\d{4}-\d{2}-\d{2}t\d{2}:\d{2}:00$")
_MISSED: Final = {
    "trajectory.arguments": "called otherwise than it should be",
    "trajectory.missing": "not called",
    "trajectory.refused": "not made again after it had not gone through",
}
_MOST: Final = 3
"""An assistant may make this many times the calls of gold."""


def examine_trajectory(case: Case) -> Iterator[Finding]:
    """Give all that speaks against accepting a trajectory."""
    broken = list(CHECKS.get("form")(case))
    yield from broken
    if broken or case.scenario is None:
        return
    for family in FAMILIES:
        yield from CHECKS.get(family)(case)
    yield from _replayed(case, case.scenario)
    done = _done(case, case.scenario)
    yield from _milestones(case, case.scenario, done)
    if case.specs:
        yield from _unbacked(case, case.scenario, done)
    yield from conduct(case, case.scenario)
    for call, why in untold(case, done.values()):
        yield Finding("trajectory.silent", call.path, why)


def _replayed(case: Case, scenario: Scenario) -> Iterator[Finding]:
    """Run the calls again: same results, and the end state of gold both ways."""
    again = case.again
    if again is None:
        return
    for call, outcome in zip(case.calls, again.outcomes, strict=True):
        if outcome is not None and outcome.record() != call.result:
            yield Finding("replay.result", call.path, f"{call.name} gives something else when run again")
    if again.digest != case.dialogue.digest:
        yield Finding("replay.digest", "$.digest", "the end state is another one")
    found = {_face(RowChange(table=c.table, key=c.key, kind=c.kind, after=c.after)) for c in again.changes}
    wanted = {_face(change) for change in scenario.changes}
    for change in sorted(wanted - found, key=str):
        yield Finding("trajectory.undone", "$.digest", f"gold changes {change[0]}/{change[1]}, which is not as it should be")
    for change in sorted(found - wanted, key=str):
        yield Finding("trajectory.changed", "$.digest", f"{change[0]}/{change[1]} is changed, which nobody asked for")


def _face(change: RowChange) -> tuple[str, str, str, str]:
    after = sorted((name, _settled(value)) for name, value in change.after.items())
    return change.table, change.key, change.kind, str(after)


def _settled(value: Any) -> Any:
    """Leave out of a stored value what tells nothing: case, quotes and the final stop of a text, seconds, the kind of number."""
    if isinstance(value, str):
        plain = " ".join(value.translate(_PLAIN).casefold().split()).rstrip(".!? ")
        return plain[:-3] if _TIMED.match(plain) else plain
    if isinstance(value, list):
        return [_settled(one) for one in value]
    if isinstance(value, dict):
        return {name: _settled(one) for name, one in sorted(value.items())}
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _done(case: Case, scenario: Scenario) -> dict[str, MadeCall]:
    """Give the calls that reach a milestone, by gold call; a refused call reaches none that goes through."""
    done: dict[str, MadeCall] = {}
    taken: set[str] = set()
    for gold_id in scenario.milestones:
        gold = scenario.call(gold_id)
        alike = [call for call in case.calls if call.id not in taken and same_call(case, call, gold)]
        made = next((call for call in alike if refused(call) == bool(gold.fault)), alike[0] if alike and gold.fault else None)
        if made is not None:
            done[gold_id] = made
            taken.add(made.id)
    return done


def _milestones(case: Case, scenario: Scenario, done: dict[str, MadeCall]) -> Iterator[Finding]:
    for gold_id in scenario.milestones:
        if gold_id not in done:
            gold = scenario.call(gold_id)
            code = _missed(case, gold)
            yield Finding(code, "$.messages", f"{gold.name}: {_MISSED[code]}")
    yield from _unharmed(case, scenario)
    for first, second in scenario.order:
        if first in done and second in done and done[first].place >= done[second].place:
            yield Finding("trajectory.order", done[second].path, f"{done[second].name} comes too early")
    if len(case.calls) > _MOST * max(1, len(scenario.calls)):
        yield Finding("trajectory.wasteful", "$.messages", f"{len(case.calls)} calls where gold makes {len(scenario.calls)}")


def _unharmed(case: Case, scenario: Scenario) -> Iterator[Finding]:
    """Make sure that the plan's faults befell the calls that were made: what has a recovery as its label must have needed one.

    A stale id shows only when it is used.
    """
    faults = {event.call: event.fault for event in case.dialogue.events}
    for planned in scenario.faults:
        calls = [call for call in case.calls if call.name == planned.api]
        if planned.kind != "stale_id" and len(calls) >= planned.nth and not any(faults.get(call.id) for call in calls):
            yield Finding("tool.unharmed", calls[planned.nth - 1].path, f"the {planned.kind} that was planned befell nothing")


def _unbacked(case: Case, scenario: Scenario, done: dict[str, MadeCall]) -> Iterator[Finding]:
    """Hold the calls themselves to gold where no world tells what they changed: a write that gold lacks is one too many."""
    right = {call.id for call in done.values()}
    missed = [scenario.call(gold) for gold in scenario.milestones if gold not in done]
    for call in case.calls:
        if refused(call) and any(same_call(case, call, gold) for gold in missed):
            place = next(n for n, message in enumerate(case.messages) if message.tool_call_id == call.id)
            yield Finding("tool.refused", f"$.messages[{place}]", f"{call.name} is refused, which the task does not foresee")
        elif call.id not in right and call.name in case.writes and call.name not in scenario.forbidden and not refused(call):
            yield Finding("trajectory.changed", call.path, f"gold has no such call of {call.name}, which changes something")


def _missed(case: Case, gold: GoldCall) -> str:
    """Tell how a call of gold is missed."""
    if any(same_call(case, call, gold) for call in case.calls):
        return "trajectory.refused"
    return "trajectory.arguments" if any(call.name == gold.name for call in case.calls) else "trajectory.missing"


def same_call(case: Case, made: MadeCall, gold: GoldCall) -> bool:
    """Tell whether a call is a gold call: equal arguments, an equal that gold lists, or the same but for how it is spelled.

    Spelled-out defaults, the order of a set, and case and final stop of a free text make no difference.
    """
    if made.name != gold.name or made.arguments is None:
        return False
    if made.arguments == gold.arguments or made.arguments in gold.equals:
        return True
    validator = case.validator(gold.name)
    if validator is None or not validator.is_valid(made.arguments):
        return False
    mine = _told(case, gold.name, made.arguments)
    return any(mine == _told(case, gold.name, right) for right in (gold.arguments, *gold.equals))


def _told(case: Case, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """Give the leaves that are not defaults, spelled alike; numbers compare as numbers."""
    out = {}
    for leaf in case.leaves(name, arguments):
        if leaf.field.auto is None or leaf.value != leaf.field.auto:
            kind = leaf.field.kind
            out[leaf.path] = (
                sorted(leaf.value) if kind is Kind.MANY else _settled(leaf.value) if kind is Kind.TEXT else leaf.value
            )
    return out
