"""Special: what is missing or wrong is named, exactly that; nothing is called before it is mended; the unserved is refused."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from toolsim.apis.leaves import leaves, parameter_paths
from toolsim.checks.case import Case
from toolsim.checks.finding import CHECKS, Finding
from toolsim.scenario.blueprint import Flaw, Move
from toolsim.taxonomy.declarations import Field
from toolsim.wording.days import days

_ASKS_WHICH = re.compile(
    r"[?？]|哪|选|挑|定一个|指的是|指一下|\bwhich\b|\bpick\b|\bchoose\b|\btell me\b|\blet me know\b", re.IGNORECASE
)


@CHECKS.register("special")
def special(case: Case) -> Iterator[Finding]:
    """Check what the assistant does about flaws and gaps."""
    if case.scenario is None:
        return
    yield from _silence(case)
    for index, move, text in case.spoken:
        if move is not None and move.kind == "ask":
            yield from _asks(case, index, move, text)
        if move is not None and move.kind == "reject":
            yield from _rejects(case, index, move, text)
        if move is not None and move.kind == "which":
            yield from _which(case, index, move, text)


def _silence(case: Case) -> Iterator[Finding]:
    """Check that nothing is called where nothing may be called."""
    scenario = case.scenario
    assert scenario is not None
    flaw = scenario.flaw
    if (flaw is not None and flaw.kind == "unserved") or not scenario.calls:
        for call in case.calls:
            yield Finding("special.called", call.path, "nothing is to be called here")
    if flaw is not None and flaw.kind == "unserved":
        for name in sorted(set(flaw.options) & set(case.dialogue.tools)):
            yield Finding("special.offered", "$.tools", f"{name} would serve the need")
    if flaw is not None and flaw.kind in ("missing", "wrong"):
        for call in case.calls:
            if call.turn < 2:
                yield Finding("special.called", call.path, "nothing is to be called before the user has answered")


def _fields(case: Case, call_id: str) -> dict[str, Field]:
    """Give the fields of a gold call by JSON path: whole parameters and single leaves."""
    assert case.scenario is not None
    gold = case.scenario.call(call_id)
    api = case.catalogue.api(gold.name)
    by_name = {field.name: field for field in api.prepared.params}
    out = {path: by_name[name] for name, path in parameter_paths(api).items()}
    return out | {leaf.path: leaf.field for leaf in leaves(api, gold.arguments) if leaf.path not in out}


def asked_fields(case: Case, move: Move) -> dict[str, Field]:
    """Give the fields, by JSON path, of the call that a question or an objection is about."""
    flaw = case.scenario.flaw if case.scenario else None
    return _fields(case, flaw.call if move.kind == "reject" and flaw is not None else _called_next(case, move))


def _called_next(case: Case, move: Move) -> str:
    """Give the gold call that a question is about: the last one of the next message with calls."""
    assert case.scenario is not None
    script = case.scenario.script
    place = next(index for index, step in enumerate(script) if step is move)
    later = (step for step in script[place:] if isinstance(step, Move) and step.kind == "call")
    return next(later).calls[-1]


def _asks(case: Case, index: int, move: Move, text: str) -> Iterator[Finding]:
    """Check that a question names exactly what is missing."""
    path = f"$.messages[{index}].content"
    fields = asked_fields(case, move)
    wanted = {fields[about].label.say(case.language) for about in move.about}
    for label in sorted(wanted):
        if label.casefold() not in text.casefold():
            yield Finding("special.unnamed", path, f"{label!r} is missing and is not asked for")
    others = {field.label.say(case.language) for place, field in fields.items() if place not in move.about} - wanted
    rest = text.casefold()
    for label in sorted(wanted, key=len, reverse=True):
        rest = rest.replace(label.casefold(), " ")
    for label in sorted(others):
        if len(label) > 2 and label.casefold() in rest:
            yield Finding("special.asked_too_much", path, f"{label!r} is known and is asked for")


def _rejects(case: Case, index: int, move: Move, text: str) -> Iterator[Finding]:
    """Check that an objection names parameter and value."""
    assert case.scenario is not None
    flaw: Flaw | None = case.scenario.flaw
    assert flaw is not None
    path, label = f"$.messages[{index}].content", _fields(case, flaw.call)[move.about[0]].label.say(case.language)
    if label.casefold() not in text.casefold():
        yield Finding("special.unnamed", path, f"{label!r} is wrong and is not named")
    if flaw.words.casefold() not in text.casefold():
        yield Finding("special.value_unnamed", path, f"the wrong value {flaw.words!r} is not named")
    api = case.catalogue.api(case.scenario.call(flaw.call).name)
    from_gold = next((leaf for leaf in leaves(api, case.scenario.call(flaw.call).arguments) if leaf.path == flaw.paths[0]), None)
    if from_gold is None:
        yield Finding("special.flaw", "$", "the flaw names no parameter of the call")


def _which(case: Case, index: int, move: Move, text: str) -> Iterator[Finding]:
    """Check that the assistant asks which row is meant, and that there is a choice."""
    path = f"$.messages[{index}].content"
    if not _ASKS_WHICH.search(text):
        yield Finding("special.no_question", path, "the assistant does not ask which one is meant")
    told = [_told(case, row, text) for row in _in_doubt(case, move.about)]
    # What a text tells of a row may be part of what it tells of another one: `your plan` of `your plan for May`.
    shown = sum(bool(one) and not any(one < other for other in told) for one in told)
    if shown and 2 * shown < len(told):
        yield Finding("special.no_choice", path, f"of {len(told)} rows that are in doubt {shown} are told")


def _in_doubt(case: Case, keys: Collection[str]) -> list[set[str]]:
    """Give for each row what it may be told by: its values in words, and what it refers to by name."""
    tables = case.world.tables if case.world is not None else {}
    names = {key: row["name"] for rows in tables.values() for key, row in rows.items() if isinstance(row.get("name"), str)}
    if case.scenario is not None:
        names[case.scenario.me] = "your" if case.language == "en" else f"{case.scenario.you}的"
    entities = {e.table: e for pack in case.catalogue.taxonomy.packs.values() for e in pack.entities.values()}
    out = []
    for table, rows in tables.items():
        options = [option for field in (entities[table].fields if table in entities else ()) for option in field.options]
        words = names | {option.code: option.label.say(case.language) for option in options}
        for row in (row for key, row in rows.items() if key in keys):
            plain = [str(value) for value in row.values() if isinstance(value, str | int | float)]
            sayings = {words.get(value, value).casefold() for value in plain if len(value) > 1}
            out.append(sayings | {f"{value / 10_000:g}万" for value in row.values() if isinstance(value, int | float)})
    common = set.intersection(*out) if out else set()
    return [values - common for values in out]


def _told(case: Case, row: set[str], text: str) -> set[str]:
    """Give what a text tells of a row."""
    assert case.scenario is not None
    said = text.casefold().replace(",", "")
    days_in = {spot.value for spot in days(text, case.scenario.now, case.language)}
    return {value[:10] if value[:10] in days_in else value for value in row if value in said or value[:10] in days_in}
