"""Faults in what the world is said to have answered or done."""

from __future__ import annotations

from random import Random
from typing import Any

import orjson

from toolsim.apis.paths import put
from toolsim.checks.case import Case
from toolsim.checks.mutations.edits import pick, with_text, written
from toolsim.checks.mutations.mutation import fault
from toolsim.roleplay.dialogue import Dialogue, WorldEvent

_ERROR = {"en": "The service is busy.", "zh": "服务繁忙。"}


def _results(case: Case, fault: bool | None = False) -> list[tuple[int, Any]]:
    """List the results: index of the message, value; of faults, of successes, or of both."""
    refused = {event.call for event in case.dialogue.events if event.fault}
    out = [(index, orjson.loads(m.content or "")) for index, m in enumerate(case.messages) if m.role == "tool"]
    return [(index, value) for index, value in out if fault in (None, (case.messages[index].tool_call_id in refused))]


def _places(value: Any, path: str = "$") -> list[tuple[str, Any]]:
    """List the leaves of a result with their paths."""
    if isinstance(value, dict):
        return [leaf for name, inner in value.items() for leaf in _places(inner, f"{path}.{name}")]
    if isinstance(value, list):
        return [leaf for index, inner in enumerate(value) for leaf in _places(inner, f"{path}[{index}]")]
    return [(path, value)]


def _changed(case: Case, rng: Random, kind: type | tuple[type, ...], change: Any) -> Dialogue | None:
    ways = [
        (index, value, path, leaf)
        for index, value in _results(case)
        for path, leaf in _places(value)
        if isinstance(leaf, kind) and (kind is bool or not isinstance(leaf, bool))
    ]
    way = pick(rng, ways)
    if way is None:
        return None
    index, value, path, leaf = way
    return with_text(case.dialogue, index, written(put(value, path, change(leaf))))


@fault("result_number_edited", "a number in a result is not the world's", "replay")
def result_number_edited(case: Case, rng: Random) -> Dialogue | None:
    return _changed(case, rng, (int, float), lambda number: number + 1)


@fault("result_text_edited", "a word in a result is not the world's", "replay")
def result_text_edited(case: Case, rng: Random) -> Dialogue | None:
    return _changed(case, rng, str, lambda text: text[:-1] + ("x" if text[-1:] != "x" else "y"))


@fault("result_flag_edited", "a yes or no in a result is not the world's", "replay")
def result_flag_edited(case: Case, rng: Random) -> Dialogue | None:
    return _changed(case, rng, bool, lambda flag: not flag)


@fault("result_field_removed", "a field is missing in a result", "replay")
def result_field_removed(case: Case, rng: Random) -> Dialogue | None:
    way = pick(rng, [(index, value, name) for index, value in _results(case) for name in value])
    if way is None:
        return None
    index, value, name = way
    return with_text(case.dialogue, index, written({key: inner for key, inner in value.items() if key != name}))


@fault("result_row_removed", "a row is missing in a list that a call gave", "replay")
def result_row_removed(case: Case, rng: Random) -> Dialogue | None:
    ways = [(i, v, name) for i, v in _results(case) for name, inner in v.items() if isinstance(inner, list) and inner]
    way = pick(rng, ways)
    return with_text(case.dialogue, way[0], written({**way[1], way[2]: way[1][way[2]][1:]})) if way else None


@fault("result_broken", "a result breaks off", "replay")
def result_broken(case: Case, rng: Random) -> Dialogue | None:
    way = pick(rng, _results(case, None))
    return with_text(case.dialogue, way[0], written(way[1])[:-2] or "{") if way else None


@fault("results_swapped", "two calls have each other's results", "replay")
def results_swapped(case: Case, rng: Random) -> Dialogue | None:
    found = _results(case, None)
    way = pick(rng, [(a, b) for a, one in found for b, other in found if a < b and one != other])
    if way is None:
        return None
    first, second = (case.messages[index].content or "" for index in way)
    return with_text(with_text(case.dialogue, way[0], second), way[1], first)


@fault("fault_made_success", "a refusal of the world is written down as a success", "replay")
def fault_made_success(case: Case, rng: Random) -> Dialogue | None:
    way = pick(rng, _results(case, True))
    return with_text(case.dialogue, way[0], written({"Status": "done"})) if way else None


@fault("success_made_fault", "a success is written down as a refusal", "replay")
def success_made_fault(case: Case, rng: Random) -> Dialogue | None:
    way = pick(rng, _results(case))
    error = {"error": {"code": "busy", "message": _ERROR[case.language]}}
    return with_text(case.dialogue, way[0], written(error)) if way else None


@fault("digest_edited", "the recorded end state is not the one that the calls lead to", "replay")
def digest_edited(case: Case, rng: Random) -> Dialogue | None:
    digest = case.dialogue.digest
    return case.dialogue.model_copy(update={"digest": digest[1:] + digest[0] if len(set(digest)) > 1 else "0" * len(digest)})


def _with_event(case: Case, index: int, **update: Any) -> Dialogue:
    events = [*case.dialogue.events]
    events[index] = events[index].model_copy(update=update)
    return case.dialogue.model_copy(update={"events": tuple(events)})


@fault("event_dropped", "the record of a call is missing among the events", "replay")
def event_dropped(case: Case, rng: Random) -> Dialogue | None:
    events = case.dialogue.events
    if not events:
        return None
    gone = rng.randrange(len(events))
    return case.dialogue.model_copy(update={"events": (*events[:gone], *events[gone + 1 :])})


@fault("event_surplus", "the events record a call that was not made", "replay")
def event_surplus(case: Case, rng: Random) -> Dialogue | None:
    return case.dialogue.model_copy(update={"events": (*case.dialogue.events, WorldEvent(call="call_98"))})


@fault("event_fault_edited", "the events record a refusal that there was not, or hide one", "replay")
def event_fault_edited(case: Case, rng: Random) -> Dialogue | None:
    index = pick(rng, range(len(case.dialogue.events)))
    return None if index is None else _with_event(case, index, fault="" if case.dialogue.events[index].fault else "not_found")


@fault("event_wrote_edited", "the events record a row that was not written, or hide one", "replay")
def event_wrote_edited(case: Case, rng: Random) -> Dialogue | None:
    index = pick(rng, range(len(case.dialogue.events)))
    return (
        None if index is None else _with_event(case, index, wrote=case.dialogue.events[index].wrote[1:] or ("bank.account/X1",))
    )
