"""Grounding: each value of a call can be read from what the assistant saw, through dates, units, numerals and labels."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from toolsim.apis.leaves import ArgumentLeaf, leaves
from toolsim.apis.paths import value_at
from toolsim.checks.case import Case, MadeCall
from toolsim.checks.finding import CHECKS, Finding
from toolsim.checks.strangers import unseen
from toolsim.scenario.blueprint import GoldCall, Source
from toolsim.taxonomy.declarations import Kind
from toolsim.wording.readings import means


@CHECKS.register("grounding")
def grounding(case: Case) -> Iterator[Finding]:
    """Trace every value: by the scenario's sources where there is one, by search in what was said and shown otherwise."""
    sources = {made.id: gold for made, gold in case.matched}
    for call in case.calls:
        if call.name in case.specs:
            for one in unseen(case, call):
                path = f"{call.path}.function.arguments{one.path[1:]}"
                yield Finding("grounding.unseen", path, f"{one.value!r} cannot be read from what the assistant saw")
            continue
        api = case.catalogue.find(call.name)
        if api is None or call.arguments is None or not api.arguments.is_valid(call.arguments):
            continue
        for leaf in leaves(api, call.arguments):
            gold = sources.get(call.id)
            if gold is not None and call.arguments in gold.equals:
                continue
            if not (_sourced(case, call, gold, leaf) if gold is not None else _seen(case, call, leaf)):
                path = f"{call.path}.function.arguments{leaf.path[1:]}"
                yield Finding("grounding.unseen", path, f"{leaf.value!r} cannot be read from what the assistant saw")


def _sourced(case: Case, call: MadeCall, gold: GoldCall, leaf: ArgumentLeaf) -> bool:
    source = gold.sources.get(leaf.path)
    if source is None:
        return leaf.field.auto is not None and leaf.field.auto == leaf.value
    scenario = case.scenario
    assert scenario is not None
    match source.kind:
        case "said":
            return _said(case, call, source, leaf)
        case "context":
            return _introduced(case, source, leaf.value)
        case "profile":
            section, _, label = source.words.partition(" / ")
            stored = (scenario.profile or {}).get(section, {}).get(label)
            return stored is not None and means(leaf.field, leaf.value, str(stored), scenario.now, case.language)
        case "result":
            return _spoken_of(case, call, source) and _shown(case, call, source, leaf.value)
        case "default":
            return bool(leaf.field.auto == leaf.value)


def _said(case: Case, call: MadeCall, source: Source, leaf: ArgumentLeaf) -> bool:
    turn = case.turn_of.get(source.turn)
    if turn is None or turn >= call.turn or source.words.casefold() not in case.user_turns[turn].casefold():
        return False
    assert case.scenario is not None
    return means(leaf.field, leaf.value, source.words, case.scenario.now, case.language)


def _introduced(case: Case, source: Source, value: Any) -> bool:
    """Tell whether the system message gives the person that is meant: one that the words name, else the one who speaks."""
    scenario, context = case.scenario, case.messages[0].content or ""
    assert scenario is not None
    if str(value) not in scenario.context or str(value) not in context:
        return False
    people = case.world.rows("person") if case.world is not None and "person" in case.world.tables else {}
    named = [key for key, row in people.items() if str(row["name"]).casefold() in source.words.casefold()]
    return value in named if named else value == scenario.me or not people


def _spoken_of(case: Case, call: MadeCall, source: Source) -> bool:
    """Tell whether the user has pointed at what is taken from a result before the call is made."""
    turn = case.turn_of.get(source.turn)
    return turn is None or turn < call.turn


def _shown(case: Case, call: MadeCall, source: Source, value: Any) -> bool:
    """Tell whether an earlier result holds the value where the scenario says."""
    for made, gold in case.matched:
        if gold.id == source.call and made.place < call.place:
            try:
                return bool(value_at(made.result, source.path) == value)
            except LookupError:
                return False
    return False


def _seen(case: Case, call: MadeCall, leaf: ArgumentLeaf) -> bool:
    """Search for a value in what came before; for dialogues without a scenario, and calls that gold does not have."""
    said = [m.content or "" for m in case.messages[: call.place] if m.role in ("user", "system")]
    shown = [m.content or "" for m in case.messages[: call.place] if m.role == "tool"]
    if leaf.field.kind in (Kind.FLAG, Kind.VALUE) or leaf.field.auto == leaf.value:
        return True
    if any(str(leaf.value).casefold() in text.casefold() for text in (*said, *shown)):
        return True
    now = case.scenario.now if case.scenario else "2026-01-01T00:00"
    return any(means(leaf.field, leaf.value, text, now, case.language) for text in said)
