"""Trajectories: what an assistant that knows no script did, judged by calls, end state and conduct rather than by its words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from toolsim.apis.api import Api
from toolsim.apis.leaves import leaves
from toolsim.checks.case import Case, MadeCall
from toolsim.checks.finding import CHECKS, Finding
from toolsim.scenario.blueprint import GoldCall, RowChange, Scenario
from toolsim.verbs.verb import Effect

_FAMILIES = ("spec", "arguments", "answers", "language", "residue")
"""Families that hold for any assistant; the others compare with the script."""
_MOST = 3
"""An assistant may make this many times the calls of gold."""


def examine_trajectory(case: Case) -> Iterator[Finding]:
    """Give all that speaks against accepting a trajectory."""
    broken = list(CHECKS.get("form")(case))
    yield from broken
    if broken or case.scenario is None:
        return
    for family in _FAMILIES:
        yield from CHECKS.get(family)(case)
    yield from _replayed(case)
    yield from _milestones(case, case.scenario)
    yield from _conduct(case, case.scenario)


def _replayed(case: Case) -> Iterator[Finding]:
    """Run the calls again: same results, and the end state of gold both ways."""
    again, scenario = case.again, case.scenario
    if again is None or scenario is None:
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
    return change.table, change.key, change.kind, str(sorted(change.after.items()))


def _milestones(case: Case, scenario: Scenario) -> Iterator[Finding]:
    done: dict[str, MadeCall] = {}
    for gold_id in scenario.milestones:
        gold = scenario.call(gold_id)
        made = next((c for c in case.calls if c.id not in {d.id for d in done.values()} and same_call(case, c, gold)), None)
        if made is None:
            yield Finding("trajectory.missing", "$.messages", f"{gold.name} is not called with the right arguments")
        else:
            done[gold_id] = made
    for first, second in scenario.order:
        if first in done and second in done and done[first].place >= done[second].place:
            yield Finding("trajectory.order", done[second].path, f"{done[second].name} comes too early")
    if len(case.calls) > _MOST * max(1, len(scenario.calls)):
        yield Finding("trajectory.wasteful", "$.messages", f"{len(case.calls)} calls where gold makes {len(scenario.calls)}")


def same_call(case: Case, made: MadeCall, gold: GoldCall) -> bool:
    """Tell whether a call is a gold call: equal arguments, an equal that gold lists, or equal but for spelled-out defaults."""
    if made.name != gold.name or made.arguments is None:
        return False
    if made.arguments == gold.arguments or made.arguments in gold.equals:
        return True
    api = case.catalogue.api(gold.name)
    if not api.arguments.is_valid(made.arguments):
        return False
    mine, theirs = _told(api, made.arguments), _told(api, gold.arguments)
    return mine == theirs


def _told(api: Api, arguments: dict[str, Any]) -> dict[str, Any]:
    """Give the leaves that are not defaults; numbers compare as numbers."""
    return {leaf.path: leaf.value for leaf in leaves(api, arguments) if leaf.field.auto is None or leaf.value != leaf.field.auto}


def _conduct(case: Case, scenario: Scenario) -> Iterator[Finding]:
    """Check what the assistant did about flaws: asked before it called, called nothing where nothing serves."""
    flaw = scenario.flaw
    if not scenario.calls or (flaw is not None and flaw.kind == "unserved"):
        for call in case.calls:
            if case.catalogue.find(call.name) is None or case.catalogue.api(call.name).effect is Effect.WRITE:
                yield Finding("trajectory.called", call.path, "nothing is to be called here")
        return
    if flaw is None or flaw.kind not in ("missing", "wrong"):
        return
    target = scenario.call(flaw.call).name
    for call in case.calls:
        if call.turn < 2 and call.name == target:
            yield Finding("trajectory.early", call.path, f"{target} is called before the user has been asked")
    first = next((text for _, _, text in case.spoken), "")
    if not any(mark in first for mark in "?？") and not any(word in first for word in ("请", "need", "告诉", "tell me")):
        yield Finding("trajectory.unasked", "$.messages", "the assistant does not ask for what is missing or wrong")
