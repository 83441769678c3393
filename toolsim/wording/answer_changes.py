"""Answers to calls that changed something: the outcome first, then what the person could not know before."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from toolsim.apis.api import Api
from toolsim.taxonomy.declarations import TEMPORAL, Entity, Field, Kind
from toolsim.taxonomy.rules import Row
from toolsim.verbs.verb import Args
from toolsim.wording.answer_facts import Fact, Speaker
from toolsim.wording.answer_words import be, counted

_STATELY = re.compile(r"(?:status|state|whereabouts|certainty|mark)$|状态$|标识$")
_CLAUSELIKE = re.compile(r"(?:中|着|时|在.|可.{1,2})$|^(?:未|待|没|正在|在|不|有|无|受)")
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
    return s.row(told.target, told.row, key)


def compose(s: Speaker, main: str, facts: Iterable[Fact]) -> list[str]:
    """Put facts behind the outcome: what trails in the same sentence, clauses in one of their own."""
    facts = list(facts)
    trails, clauses = [f.words for f in facts if f.trails], [f.words for f in facts if not f.trails]
    if s.zh:
        return ["，".join([main, *trails, *clauses])]
    if trails:
        main = f"{main}, {s.join(trails)}"
    return [main, *([s.join(clauses)] if clauses else [])]


def state_line(s: Speaker, act: str, told: Told, field: Field, code: str, row: str) -> str:
    """Say what state a row is in; `act` is `move` or `get`."""
    state, label = s.say(field, code), s.label(field)
    if not _STATELY.search(label):
        return s.line("move_other" if act == "move" else "get_state_other", row=row, label=label, state=state)
    if not s.zh:
        line = s.line("move" if act == "move" else "get_state", row=row, be=be(row, told.target.label.en), state=state)
        return line
    if state.startswith("已") and len(state) > 1:
        return s.line(f"{act}_done", row=row, rest=state[1:])
    return s.line(f"{act}_now" if _CLAUSELIKE.search(state) else f"{act}_noun", row=row, state=state.removesuffix("状态"))


def _news(s: Speaker, told: Told, entity: Entity, names: Iterable[str], most: int) -> list[Fact]:
    """Say what the world added: values that the caller did not give, and after them days and times."""
    given = {str(value) for value in told.args.values()}
    fields = [f for name in names if name in told.row and (f := _field(entity, name)) is not None]
    fresh = [f for f in fields if str(told.row[f.name]) not in given]
    rest = [f for f in fields if f not in fresh and f.kind in TEMPORAL]
    facts = (s.fact(field, told.row[field.name]) for field in [*fresh, *rest])
    return [fact for fact in facts if fact is not None][:most]


def _field(entity: Entity, name: str) -> Field | None:
    return next((f for f in entity.fields if f.name == name), None)


def _set_names(told: Told) -> list[str]:
    return [a.path for a in told.api.operation.sets if "." not in a.path]


def move(s: Speaker, told: Told) -> list[str]:
    """Tell of a step in a lifecycle: the state it led to, and what it brought."""
    field = told.target.field(told.api.operation.path)
    main = state_line(s, "move", told, field, told.row[field.name], target_row(s, told))
    return compose(s, main, _news(s, told, told.target, _set_names(told), 1 if told.short else 2))


def _made(s: Speaker, told: Told, act: str, entity: Entity) -> list[str]:
    key, op = told.row.get(entity.key, ""), told.api.operation
    row = s.row(entity, told.row)
    pointing = {name for name in entity.known_as if key not in s.names}
    own = [f.name for f in entity.fields if f.name not in pointing and f.kind is not Kind.STATE]
    sets = [name for name in _set_names(told) if name in own]
    rest = [name for name in own if name not in sets and name in op.with_fields and entity.field(name).kind in TEMPORAL]
    sentences = compose(s, s.line(act, row=row), _news(s, told, entity, [*sets, *rest], 1 if told.short else 3))
    return [*sentences, *([s.line("number", key=key)] if key and key not in row else [])]


def create(s: Speaker, told: Told) -> list[str]:
    """Tell of a new row."""
    return _made(s, told, "create", told.target)


def schedule(s: Speaker, told: Told) -> list[str]:
    """Tell of a row put in the diary."""
    return _made(s, told, "schedule", told.target)


def reserve(s: Speaker, told: Told) -> list[str]:
    """Tell of a booking, and of what is left when that is little."""
    out = _made(s, told, "reserve", told.api.pack.entity(told.api.operation.creates))
    left = told.row.get("remaining")
    if isinstance(left, int | float) and left <= _FEW_LEFT and not told.short:
        out.append(s.clause(told.target.field(told.api.operation.path), left))
    return out


def several_made(s: Speaker, tolds: list[Told]) -> list[str]:
    """Tell of the rows that one call made."""
    op = tolds[0].api.operation
    entity = tolds[0].api.pack.entity(op.creates or op.target)
    rows = [f"{s.row(entity, told.row)}{'（{}）' if s.zh else ' ({})'}".format(told.row.get(entity.key, "")) for told in tolds]
    count = f"{len(tolds)}条{entity.label.zh}" if s.zh else counted(len(tolds), entity.label.en, str(len(tolds)))
    return [s.line("several_made", count=count, rows=s.join(rows))]


def update(s: Speaker, told: Told) -> list[str]:
    """Tell what a row says now."""
    op, row = told.api.operation, target_row(s, told)
    fields = [told.target.field(name) for name in op.with_fields if name in told.args and name in told.row]
    if len(fields) == 1 and fields[0].kind not in (Kind.FLAG, Kind.VALUE, Kind.LIST) and not fields[0].prose:
        field, label = fields[0], s.label(fields[0])
        if said := s.say(field, told.row[field.name]):
            main = s.line("update_one", row=row, label=label, value=said, be=be(label, label))
            return compose(s, main, _news(s, told, told.target, _set_names(told), 2))
    clauses = [words for f in fields for words in _clauses(s, f, told.row[f.name]) if words]
    more = [f.words for f in _news(s, told, told.target, _set_names(told), 2)]
    facts = [*clauses, *more][: 2 if told.short else _LEAVES]
    return [s.line("update_flag" if s.zh else "update", row=row, facts=listed(s, facts))] if facts else [s.line("create", row=row)]


def listed(s: Speaker, facts: list[str]) -> str:
    """Join clauses."""
    return "，".join(facts) if s.zh else s.join(facts)


def _clauses(s: Speaker, field: Field, value: Any) -> list[str]:
    """Say a field, a nested value leaf by leaf."""
    if field.kind is Kind.VALUE:
        return [words for f in field.fields if f.name in value for words in _clauses(s, f, value[f.name])]
    return [s.clause(field, value)]


def configure(s: Speaker, told: Told) -> list[str]:
    """Tell what the settings are now."""
    field = told.target.field(told.api.operation.path)
    facts = [words for words in _clauses(s, field, told.row[field.name]) if words][: 3 if told.short else _LEAVES]
    label = s.label(field)
    return [s.line("configure", row=target_row(s, told), label=label, be=be(label, label), facts=listed(s, facts))]


def delete(s: Speaker, told: Told) -> list[str]:
    """Tell that a row is gone."""
    return [s.line("delete", row=target_row(s, told))]


def link(s: Speaker, told: Told) -> list[str]:
    """Tell of a row put on a list, or taken off it."""
    op = told.api.operation
    item = told.target.field(op.path).item
    assert item is not None
    other = told.api.pack.entity(item.of)
    name = s.row(other, {}, told.args[op.as_name or item.of])
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
    slots = {"row": target_row(s, told), "label": label, "be": be(label, label), "now": s.say(field, now)}
    main = s.line(act, before=s.say(field, before), **slots)
    sets = [name for name in _set_names(told) if name != field.name]
    return compose(s, main, _news(s, told, told.target, sets, 0 if told.short else 2))


def transfer(s: Speaker, told: Told) -> list[str]:
    """Tell of an amount moved, and what both sides have now."""
    op, target = told.api.operation, told.target
    field, amount = target.field(op.path), next(f for f in op.given if f.name == op.amount)
    source, sink = (s.row(target, {}, told.args[f"{side}_{target.key}"]) for side in ("from", "to"))
    out = [s.line("transfer", amount=s.say(amount, told.args[op.amount]), source=source, sink=sink)]
    if not told.short:
        left, there = (s.say(field, told.row[f"{side}_{field.name}"]) for side in ("from", "to"))
        out.append(s.line("transfer_left", source=source, sink=sink, left=left, there=there, label=s.label(field)))
    return out


def draft(s: Speaker, told: Told) -> list[str]:
    """Show the text that was written."""
    op, key = told.api.operation, told.row.get(told.target.key, "")
    row = s.row(told.target, told.row)
    out = [s.line("draft", row=row)]
    texts = [told.row[name] for name, _ in op.text if name in told.row]
    if texts and not told.short:
        out.append(s.line("draft_text", text=quoted(s, max(texts, key=len))))
    return [*out, s.line("number", key=key)] if key not in row else out


def quoted(s: Speaker, text: str) -> str:
    """Quote a text in full."""
    return f"“{text}”" if s.zh else f'"{text}"'


def report(s: Speaker, told: Told) -> list[str]:
    """Give the figures of a report."""
    entity, key = told.target, told.row.get(told.target.key, "")
    row, facts = s.row(entity, told.row), _news(s, told, entity, _set_names(told), 3 if told.short else 5)
    number = [s.line("number", key=key)] if key and key not in row else []
    if not facts:
        return [s.line("draft", row=row), *number]
    return [s.line("report", row=row, facts=listed(s, [fact.words for fact in facts])), *number]


def notify(s: Speaker, told: Told) -> list[str]:
    """Tell who was told about what."""
    message = told.api.pack.entity("message")
    who = s.names.get(told.row["recipient"], "") or target_row(s, told)
    channel = s.say(message.field("channel"), told.row["channel"])
    act = "notify_you" if who in ("you", "您") else "notify"
    out = [s.line(act, who=who, channel=channel, topic=told.row["topic"])]
    return out if told.short else [*out, s.line("notify_text", text=quoted(s, told.row["body"]))]


def watch(s: Speaker, told: Told) -> list[str]:
    """Tell what is watched, and whether it is met already."""
    field, alert = told.target.field(told.api.operation.path), told.api.pack.entity("alert")
    channel = s.say(alert.field("channel"), told.row["channel"])
    threshold = s.say(field, told.row["threshold"])
    row = target_row(s, told)
    out = [s.line(f"watch_{told.row['condition']}", row=row, label=s.label(field), threshold=threshold, channel=channel)]
    if "met_now" in told.row and not told.short:
        out.append(s.line("watch_met" if told.row["met_now"] else "watch_not_met"))
    return out
