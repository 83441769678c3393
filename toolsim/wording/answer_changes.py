"""Answers to calls that changed something: the outcome first, then what the person could not know before."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from toolsim.apis.api import Api
from toolsim.base.text import Text
from toolsim.taxonomy.declarations import TEMPORAL, Entity, Field, Kind, Option
from toolsim.taxonomy.rules import Row
from toolsim.verbs.verb import Args
from toolsim.wording import joints
from toolsim.wording.answer_facts import Fact, Speaker
from toolsim.wording.answer_labels import asks, clause_en
from toolsim.wording.answer_rows import name_row
from toolsim.wording.answer_words import be, counted, has, head, is_plural

_STATELY = re.compile(r"(?:status|state|whereabouts|certainty|mark)$|状态$|标识$")
_CLAUSELIKE = re.compile(r"(?:中|着|时|在.|可.{1,2})$|^(?:未|待|没|正在|在|不|有|无|受)")
_MARKS = ("可疑", "疑似", "存疑")
_BOOKING = re.compile(r"预|订|约|票|住宿|座|号")
_OF_ITSELF = re.compile(r" of (?:a|an|the) .*$")
"""What a label of settings says about the row that they belong to."""
_THERE = re.compile(r"there (?:is|are) ")
_FEW_LEFT = 3
_LEAVES = 6


@dataclass(frozen=True, slots=True)
class Told:
    """One call, decoded."""

    api: Api
    args: Args
    row: Row
    """The result by canonical names."""
    short: bool = False
    """Whether it is one of several things to tell."""

    @property
    def target(self) -> Entity:
        """The entity that the operation is about."""
        return self.api.pack.entity(self.api.operation.target)


Part = Callable[[Speaker, Told], list[str]]


def target_row(s: Speaker, told: Told) -> str:
    """Point at the row that a call was about."""
    key = told.args.get(told.target.key, "")
    return name_row(s, told.target, told.row, key)


def compose(s: Speaker, main: str, facts: Iterable[Fact]) -> list[str]:
    """Put facts behind the outcome: what trails in the same sentence, clauses in one of their own."""
    facts = list(facts)
    trails, clauses = [f.words for f in facts if f.trails], [f.words for f in facts if not f.trails]
    if s.zh:
        return ["，".join([main, *trails, *clauses])]
    if trails:
        main = f"{main}, {joints.chain(trails)}"
    return [main, *([s.join(clauses)] if clauses else [])]


def state_line(s: Speaker, act: str, told: Told, field: Field, code: str, row: str) -> str:
    """Say what state a row is in; `act` is `move` or `get`."""
    state, label = s.say(field, code), s.label(field)
    if not _STATELY.search(label):
        return s.line("move_other" if act == "move" else "get_state_other", row=row, label=label, state=state)
    if not s.zh:
        return s.line("move" if act == "move" else "get_state", row=row, be=be(row, told.target.label.en), state=state)
    if state in _MARKS:
        return s.line(f"{act}_mark", row=row, state=state)
    if state.startswith("已") and len(state) > 1:
        act = f"{act}_done" if len(state) > 2 else f"{act}_done_short"
        return s.line(act, row=row, rest=state[1:])
    return s.line(f"{act}_now" if _CLAUSELIKE.search(state) else f"{act}_noun", row=row, state=state.removesuffix("状态"))


def news(s: Speaker, told: Told, entity: Entity, names: Iterable[str], most: int, own: bool = False) -> list[Fact]:
    """Say what the world added: values that the caller did not give, and after them days and times."""
    given = {str(value) for value in told.args.values()}
    fields = [f for name in names if name in told.row and (f := _field(entity, name)) is not None and f.kind is not Kind.STATE]
    fresh = [f for f in fields if str(told.row[f.name]) not in given]
    rest = [f for f in fields if f not in fresh and f.kind in TEMPORAL]
    facts = (s.fact(field, told.row[field.name], own) for field in [*fresh, *rest])
    return [fact for fact in facts if fact is not None and not asks(fact.words)][:most]


def _field(entity: Entity, name: str) -> Field | None:
    return next((f for f in entity.fields if f.name == name), None)


def set_names(told: Told) -> list[str]:
    """Name the fields of the row that the operation itself set."""
    return [a.path for a in told.api.operation.sets if "." not in a.path]


def move(s: Speaker, told: Told) -> list[str]:
    """Tell of a step in a lifecycle: the state it led to, and what it brought."""
    field = told.target.field(told.api.operation.path)
    facts = news(s, told, told.target, set_names(told), 1 if told.short else 2)
    code, state = told.row[field.name], s.say(field, told.row[field.name])
    again = next((f for f in facts if f.trails and not s.zh and f.words.startswith(f"{state} ")), None)
    if again is not None:
        field = replace(field, options=(Option(code, Text(again.words, "")),))
    main = state_line(s, "move" if again is None else "get", told, field, code, target_row(s, told))
    return compose(s, main, [f for f in facts if f is not again])


def _made(s: Speaker, told: Told, act: str, entity: Entity) -> list[str]:
    key, op = told.row.get(entity.key, ""), told.api.operation
    row = name_row(s, entity, told.row)
    pointing = set(entity.known_as)
    own = [f.name for f in entity.fields if f.name not in pointing and f.kind is not Kind.STATE]
    sets = [name for name in set_names(told) if name in own]
    rest = [name for name in own if name not in sets and name in op.with_fields and entity.field(name).kind in TEMPORAL]
    sentences = compose(s, s.line(act, row=row), news(s, told, entity, [*sets, *rest], 1 if told.short else 3))
    return [*sentences, *([s.line("number", key=key)] if key and key not in row else [])]


def create(s: Speaker, told: Told) -> list[str]:
    """Tell of a new row."""
    return _made(s, told, "create", told.target)


def schedule(s: Speaker, told: Told) -> list[str]:
    """Tell of a row put in the diary."""
    return _made(s, told, "schedule", told.target)


def reserve(s: Speaker, told: Told) -> list[str]:
    """Tell of a booking, and of what is left when that is little."""
    entity = told.api.pack.entity(told.api.operation.creates)
    out = _made(s, told, "book" if _BOOKING.search(entity.label.zh) else "reserve", entity)
    left = told.row.get("remaining")
    if isinstance(left, int | float) and left <= _FEW_LEFT and not told.short:
        out.append(s.clause(told.target.field(told.api.operation.path), left))
    return out


def several_made(s: Speaker, tolds: list[Told]) -> list[str]:
    """Tell of the rows that one call made."""
    op = tolds[0].api.operation
    entity = tolds[0].api.pack.entity(op.creates or op.target)
    number, label = ("{}（{}）", entity.label.zh) if s.zh else ("{} ({})", entity.label.en)
    rows = [number.format(name_row(s, entity, told.row), told.row.get(entity.key, "")) for told in tolds]
    count = f"{len(tolds)}{measure_of(label)}{label}" if s.zh else counted(len(tolds), label, str(len(tolds)))
    return [s.line("several_made", count=count, rows=s.join(rows))]


def update(s: Speaker, told: Told) -> list[str]:
    """Tell what a row says now."""
    op, row = told.api.operation, target_row(s, told)
    fields = [told.target.field(name) for name in op.with_fields if name in told.args and name in told.row]
    if len(fields) == 1 and fields[0].kind not in (Kind.FLAG, Kind.VALUE) and _plain(s, fields[0]):
        field, label = fields[0], s.label(fields[0])
        if said := s.bare(field, told.row[field.name]):
            main = s.line("update_one", row=row, label=label, value=said, be=be(label, label))
            return compose(s, main, news(s, told, told.target, set_names(told), 2))
    clauses = [words for f in fields for words in _clauses(s, f, told.row[f.name])]
    more = [f.words for f in news(s, told, told.target, set_names(told), 2, own=True)]
    facts = [*clauses, *more][: 2 if told.short else _LEAVES]
    if not facts or any(mark in fact for fact in facts for mark in (": ", "：")):
        return [s.line("updated", row=row), ("；" if s.zh else "; ").join(facts)]
    return [s.line("update", row=row, facts=listed(s, facts))]


def _plain(s: Speaker, field: Field) -> bool:
    """Tell whether `the ... is now` fits a field."""
    if field.prose or (field.item is not None and field.item.kind is Kind.VALUE):
        return False
    return s.zh or clause_en(replace(field, item=None), "", "x").startswith(f"the {s.label(field)} ")


def listed(s: Speaker, facts: list[str]) -> str:
    """Join clauses."""
    if s.zh:
        return "，".join(facts)
    counted_facts = [fact for fact in facts if _THERE.match(fact)]
    if len(counted_facts) < 2:
        return s.join(facts)
    there = s.join([counted_facts[0], *(_THERE.sub("", fact) for fact in counted_facts[1:])])
    others = [fact for fact in facts if fact not in counted_facts]
    return f"{there}; {s.join(others)}" if others else there


def _clauses(s: Speaker, field: Field, value: Any, deep: bool = False) -> list[str]:
    """Say a field; of a nested value what it holds, and what that holds in one breath: `humidity: from 40%, up to 58%`."""
    if field.kind is not Kind.VALUE:
        return [words] if (words := s.clause(field, value)) else []
    inner = [(f, value[f.name]) for f in field.fields if f.name in value]
    if not deep:
        return [words for f, one in inner for words in _clauses(s, f, one, True)]
    parts = [s.clause(f, one) if f.kind is Kind.FLAG else s.short(f, one) for f, one in inner]
    return [s.label(field) + ("：" if s.zh else ": ") + ("、" if s.zh else ", ").join(part for part in parts if part)]


def configure(s: Speaker, told: Told) -> list[str]:
    """Tell what the settings are now."""
    field = told.target.field(told.api.operation.path)
    facts = _clauses(s, field, told.row[field.name])[: 3 if told.short else _LEAVES]
    nested = any(f.kind in (Kind.VALUE, Kind.LIST) for f in field.fields)
    said = ("；" if s.zh else "; ").join(facts) if nested else listed(s, facts)
    label = s.label(field) if s.zh else _OF_ITSELF.sub("", s.label(field))
    return [s.line("configure", row=target_row(s, told), label=label, be=be(label, label), facts=said)]


def delete(s: Speaker, told: Told) -> list[str]:
    """Tell that a row is gone."""
    return [s.line("delete", row=target_row(s, told))]


def link(s: Speaker, told: Told) -> list[str]:
    """Tell of a row put on a list, or taken off it."""
    op = told.api.operation
    item = told.target.field(op.path).item
    assert item is not None
    other = told.api.pack.entity(item.of)
    name = name_row(s, other, {}, told.args[op.as_name or item.of])
    out = [s.line("unlink" if op.off else "link", row=target_row(s, told), other=name)]
    count = told.row.get("count", 0)
    if count and not told.short:
        out.append(s.line("link_count", count=str(count), be="is" if count == 1 else "are"))
    return out


def adjust(s: Speaker, told: Told) -> list[str]:
    """Tell what a figure is now, and what it was."""
    field = told.target.field(told.api.operation.path)
    now, before = told.row[field.name], told.row["previous"]
    act = "adjust_up" if now > before else "adjust_down" if now < before else "adjust_same"
    label = s.label(field)
    slots = {"row": target_row(s, told), "label": label, "be": be(label, label), "has": has(label), "now": s.bare(field, now)}
    main = s.line(act, before=s.bare(field, before), **slots)
    sets = [name for name in set_names(told) if name != field.name]
    return compose(s, main, news(s, told, told.target, sets, 0 if told.short else 2))


def transfer(s: Speaker, told: Told) -> list[str]:
    """Tell of an amount moved, and what both sides have now."""
    op, target = told.api.operation, told.target
    field, amount = target.field(op.path), next(f for f in op.given if f.name == op.amount)
    source, sink = (name_row(s, target, {}, told.args[f"{side}_{target.key}"]) for side in ("from", "to"))
    out = [s.line("transfer", amount=_amount(s, amount, field, told.args[op.amount]), source=source, sink=sink)]
    if not told.short:
        left, there = (s.say(field, told.row[f"{side}_{field.name}"]) for side in ("from", "to"))
        out.append(s.line("transfer_left", source=source, sink=sink, left=left, there=there, label=s.label(field)))
    return out


def _amount(s: Speaker, field: Field, figure: Field, value: float) -> str:
    """Say an amount; one without a unit by what its label counts, or in the unit of the figure that it changes."""
    if field.unit is None and figure.unit is not None:
        field = replace(field, unit=figure.unit)
    label = s.label(field).removeprefix("number of ")
    if s.zh or field.unit is not None or not (is_plural(label) or label != s.label(field)):
        return s.say(field, value)
    return counted(value, head(label), s.say(field, value))


def measure_of(label: str) -> str:
    """Give the Chinese measure word of an entity."""
    return joints.counted_zh(label)[1 : -len(label)]
