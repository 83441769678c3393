"""Milestones: gold's calls are made, in order, and no other; the end state equals gold both ways; what was asked for is told."""

from __future__ import annotations

from collections.abc import Iterator

from toolsim.checks.case import Case, MadeCall, takes
from toolsim.checks.finding import CHECKS, Finding
from toolsim.checks.telling import untold
from toolsim.scenario.blueprint import Move, RowChange


@CHECKS.register("milestones")
def milestones(case: Case) -> Iterator[Finding]:
    """Check the calls against gold."""
    scenario = case.scenario
    if scenario is None:
        return
    equal = {gold.id: made for made, gold in case.matched if takes(gold, made.arguments)}
    for gold in scenario.calls:
        if gold.id not in equal:
            yield Finding("milestones.missing", "$.messages", f"{gold.name} is not called as gold has it")
    paired = {made.id for made, gold in case.matched if gold.id in equal}
    for call in case.calls:
        if call.name in scenario.forbidden:
            yield Finding("milestones.forbidden", call.path, f"nobody asked for {call.name}")
        elif call.id not in paired:
            yield Finding("milestones.extra", call.path, f"gold has no such call of {call.name}")
    yield from _order(case, equal)
    yield from _changes(case)
    told = {call for step in scenario.script if isinstance(step, Move) and step.kind == "answer" for call in step.calls}
    for made, why in untold(case, [made for gold, made in equal.items() if gold in told], at_once=True):
        yield Finding("milestones.untold", made.path, why)


def _order(case: Case, equal: dict[str, MadeCall]) -> Iterator[Finding]:
    """Check the partial order, and that the calls of each message of gold stand in one message."""
    scenario = case.scenario
    assert scenario is not None
    for first, second in scenario.order:
        if first in equal and second in equal and equal[first].place >= equal[second].place:
            yield Finding("milestones.order", equal[second].path, f"{equal[second].name} comes too early")
    turn = 0
    for step in scenario.script:
        if not isinstance(step, Move):
            turn += 1
        elif step.kind == "call":
            made = [equal[call] for call in step.calls if call in equal]
            if len({call.place for call in made}) > 1:
                yield Finding("milestones.parallel", made[-1].path, "independent calls belong in one message")
            for call in made:
                if call.turn != turn:
                    yield Finding("milestones.turn", call.path, f"{call.name} belongs to the user's turn {turn}")


def _changes(case: Case) -> Iterator[Finding]:
    """Compare the change of state with gold's, both ways."""
    if case.again is None or case.scenario is None:
        return
    found = tuple(RowChange(table=c.table, key=c.key, kind=c.kind, after=c.after) for c in case.again.changes)
    if found != case.scenario.changes:
        yield Finding("milestones.changes", "$.digest", "the rows that changed are not those that gold changes")
