"""Replay: the calls, run again in a fresh world, give the same results and the same end state; none of them is redundant."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import orjson

from toolsim.checks.case import Case
from toolsim.checks.finding import CHECKS, Finding
from toolsim.world.injection import TIMEOUT


@CHECKS.register("replay")
def replay(case: Case) -> Iterator[Finding]:
    """Run the calls again and compare."""
    again = case.again
    if again is None:
        return
    contents = {m.tool_call_id: (index, m.content) for index, m in enumerate(case.messages) if m.role == "tool"}
    rows = zip(case.calls, case.dialogue.events, again.outcomes, again.wrote, strict=False)
    for call, event, outcome, wrote in rows:
        if outcome is None:
            continue
        index, content = contents[call.id]
        if orjson.dumps(outcome.record()).decode() != content:
            yield Finding("replay.result", f"$.messages[{index}].content", f"{call.name} gives something else when run again")
        if (event.call, event.fault, event.wrote) != (call.id, outcome.code, wrote):
            yield Finding("replay.event", "$.events", f"the record of {call.id} is not what happens")
    if len(case.calls) != len(case.dialogue.events):
        yield Finding("replay.event", "$.events", "there are not as many world events as calls")
    if again.digest != case.dialogue.digest:
        yield Finding("replay.digest", "$.digest", "the end state is another one")
    yield from _redundant(case)


def _redundant(case: Case) -> Iterator[Finding]:
    """Find calls without which outcome and answer would be the same: nobody used, asked for, or was told what they gave.

    What follows a call without answer is needed: it makes the call again, or finds out whether it took effect.
    """
    if case.scenario is None:
        return
    used = {source.call for gold in case.scenario.calls for source in gold.sources.values() if source.kind == "result"}
    told = {call for step in case.scenario.script if step.role == "assistant" and step.kind != "call" for call in step.calls}
    used |= {after.id for lost, after in pairwise(case.scenario.calls) if lost.fault == TIMEOUT.code}
    for made, gold in case.matched:
        needed = gold.id in used or gold.id in told or gold.id in case.scenario.milestones or gold.fault
        if not needed and not _asked_which(case, gold.id):
            yield Finding("replay.redundant", made.path, f"dropping {made.name} would change nothing")


def _asked_which(case: Case, gold: str) -> bool:
    """Tell whether a call served to find out which row was meant."""
    scenario = case.scenario
    assert scenario is not None
    return scenario.flaw is not None and scenario.flaw.kind == "ambiguous" and scenario.calls[0].id == gold
