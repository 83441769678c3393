"""Answers to look-ups: a row in its telling facts, the rows of a search or ranking, rows side by side, figures over rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from toolsim.taxonomy.declarations import NUMERIC, TEMPORAL, Entity, Field, Kind
from toolsim.taxonomy.rules import Row
from toolsim.verbs.paths import resolve
from toolsim.verbs.verb import row_fields
from toolsim.wording import joints
from toolsim.wording.answer_changes import Told, compose, listed, measure_of, state_line, target_row
from toolsim.wording.answer_facts import Speaker
from toolsim.wording.answer_labels import names_unit
from toolsim.wording.answer_rows import name_row
from toolsim.wording.answer_words import be, counted, is_plural, plural

_EXTREME = re.compile(r"(?:highest|lowest|most|least|largest|smallest) ")
_ASPECTS = {"valid until": "validity", "best before": "best-before date"}
_NAMED = re.compile(r"[\"A-Z\d]")
MOST_ROWS = 5
_INLINE = {"en": 150, "zh": 60}


def get(s: Speaker, told: Told) -> list[str]:
    """Tell two to four facts of a row, and what was asked for beside it."""
    row, op = target_row(s, told), told.api.operation
    own = [f for f in told.api.prepared.result if f.name not in op.also and f.name != told.target.key]
    state = next((f for f in own if f.kind is Kind.STATE and f.name in told.row), None)
    facts = s.facts(own, told.row, 2 if told.short else 3 if state else 4, told.target.known_as, own=state is None)
    if state is not None:
        out = compose(s, state_line(s, "get", told, state, told.row[state.name], row), facts)
    elif facts:
        out = [s.line("get", row=row, facts=listed(s, [fact.words for fact in facts]))]
    else:
        out = [s.line("get_bare", row=row)]
    for name in op.also:
        if name in told.row and not told.short:
            out.append(_related(s, told.api.pack.entity(name), told.row[name]))
    return out


def _related(s: Speaker, entity: Entity, rows: Sequence[Row]) -> str:
    what = entity.label.zh if s.zh else plural(entity.label.en)
    if not rows:
        return s.line("related_none", what=what)
    shown = describe_rows(s, entity, row_fields(entity), rows[:3], 2)
    if len(rows) > len(shown):
        shown.append(s.line("find_more", count=str(len(rows) - len(shown)), measure=measure_of(entity.label.zh)))
    count = str(len(rows)) if s.zh else counted(len(rows), entity.label.en, str(len(rows)))
    be_ = "is" if len(rows) == 1 else "are"
    if s.zh:
        return s.line("related", what=what, count=count, rows="；".join(shown), measure=measure_of(what))
    return s.line("related", what=count, be=be_, rows="; ".join(shown))


# --- rows in a list ---


def describe_rows(
    s: Speaker,
    entity: Entity,
    fields: Sequence[Field],
    rows: Sequence[Row],
    most: int,
    first: str = "",
    skip: Any = (),
    numbered: bool = True,
    listed_under: bool = False,
) -> list[str]:
    """Describe rows by name and a few telling fields; those that read alike get their number."""
    named = [name_row(s, entity, row) for row in rows]
    skipped = {entity.key, *entity.known_as, *skip}
    own = [f for f in fields if f.name not in skipped or (f.name == first and f.name not in entity.known_as)]
    chosen = _telling(s, own, rows, most, first)
    out = []
    for name, row in zip(named, rows, strict=True):
        parts = [words for f in chosen if (words := s.short(f, row.get(f.name)))]
        if numbered and named.count(name) > 1 and row.get(entity.key):
            name = f"{name}（{row[entity.key]}）" if s.zh else f"{name} ({row[entity.key]})"
        if s.zh:
            out.append("，".join([name, *parts]))
        else:
            out.append(", ".join([_bare(name, entity) if listed_under else name, *_fused(parts)]))
    return out


def _bare(name: str, entity: Entity) -> str:
    """Leave out what an English heading has said already: `the playlist` of `the playlist Kitchen Disco`."""
    rest = name.removeprefix(f"the {entity.label.en} ")
    return rest if rest != name and _NAMED.match(rest) else name


def _fused(parts: Sequence[str]) -> list[str]:
    """Say `with` once for several things that an English row comes with."""
    withs = [part[5:] for part in parts if part.startswith("with ")]
    others = [part for part in parts if not part.startswith("with ")]
    return [*others, *([f"with {joints.listed_en(withs)}"] if withs else [])]


def _telling(s: Speaker, fields: Sequence[Field], rows: Sequence[Row], most: int, first: str) -> list[Field]:
    """Choose the fields that tell most, and rather those that differ from row to row."""
    weighed = []
    for index, field in enumerate(fields):
        said = [row.get(field.name) for row in rows]
        idle = field.kind in (Kind.VALUE, Kind.LIST) or field.prose or field.name == "currency"
        if idle or all(value is None for value in said):
            continue
        weight = s.weight(field) + (field.kind is Kind.STATE) * 4.5 + (field.name == first) * 10
        if len(rows) > 1 and all(value == said[0] for value in said):
            weight -= 2
        weighed.append((-weight - s.rng.random() / 2, index, field))
    weighed.sort(key=lambda entry: entry[:2])
    return [field for _, _, field in weighed[:most]]


def rows_line(s: Speaker, main: str, rows: Sequence[str], more: int, measure: str = "") -> list[str]:
    """Set a list under its opening: in line when it is short, in lines of its own when not."""
    extra = [s.line("find_more", count=str(more), measure=measure)] if more else []
    if len(rows) <= 2 or sum(map(len, rows)) < _INLINE[s.language]:
        mark = "；" if s.zh else "; "
        return [f"{main}{'：' if s.zh else ': '}{mark.join([*rows, *extra])}"]
    return [f"{main}{'：' if s.zh else ':'}\n" + "\n".join(f"- {row}" for row in [*rows, *extra])]


def find(s: Speaker, told: Told) -> list[str]:
    """List the rows that match."""
    items, total, entity = told.row["items"], told.row["total"], told.target
    what = entity.label.zh if s.zh else plural(entity.label.en)
    if not total:
        return [s.line("find_none", what=what)]
    listing = told.api.prepared.result[1].item
    assert listing is not None
    most = 3 if told.short else MOST_ROWS
    same = [name for name, value in told.args.items() if items and items[0].get(name) == value]
    rows = describe_rows(s, entity, listing.fields, items[:most], 2 if len(items) > 1 else 3, told.args.get("sort_by", ""), same,
                         listed_under=total > 1)  # fmt: skip
    measure = measure_of(entity.label.zh)
    if total == 1:
        return [s.line("find_one", what=entity.label.say(s.language), row=rows[0], measure=measure)]
    return rows_line(s, s.line("find_many", what=what, count=str(total), measure=measure), rows, total - len(rows), measure)


# --- ranking and comparing ---


def rank(s: Speaker, told: Told) -> list[str]:
    """Tell who comes first by which figure, and who follows."""
    items, entity, op = told.row["items"], told.target, told.api.operation
    what = entity.label.zh if s.zh else plural(entity.label.en)
    if not items:
        return [s.line("rank_none", what=what)]
    field = entity.field(told.args.get("on", op.on[0]))
    items = items[: 3 if told.short else MOST_ROWS]
    rows, figures = describe_rows(s, entity, (), items, 0), [s.say(field, item[field.name]) for item in items]
    low = told.args.get("order") == "lowest"
    label = s.label(field)
    act = "rank_days" if field.kind in TEMPORAL else "rank_low" if low else "rank"
    if not s.zh and act != "rank_days" and _counts(field, label):
        act = "rank_fewest" if low else "rank_most"
    out = [s.line(act, label=label, first=rows[0], value=figures[0])]
    rest = [f"{row}（{figure}）" if s.zh else f"{row} ({figure})" for row, figure in zip(rows[1:], figures[1:], strict=True)]
    if rest:
        out.append(s.line("rank_rest" if len(rest) > 1 else "rank_rest_one", rest=s.join(rest)))
    return out


def _counts(field: Field, label: str) -> bool:
    """Tell whether an English label names things of which there may be most or fewest."""
    return is_plural(label) and (field.unit is None or names_unit(field))


def compare(s: Speaker, told: Told) -> list[str]:
    """Tell what sets rows apart."""
    items, entity = told.row["items"], told.target
    names = describe_rows(s, entity, (), items, 0)
    differing = [entity.field(name) for name in told.row["differing"]]
    telling = [f for f in differing if f.name not in entity.known_as and (s.zh or f.kind is not Kind.FLAG)]
    shown = telling[: 2 if told.short else 3] or differing[:3]
    if not differing:
        return [s.line("compare_same", rows=s.join(names))]
    rows = []
    for name, item in zip(names, items, strict=True):
        parts = [words for f in shown if (words := s.short(f, item.get(f.name)))]
        said = "，".join(parts) if s.zh else ", ".join(_fused(parts))
        rows.append((f"{name}：" if s.zh else f"{_bare(name, entity)}: ") + said if parts else name)
    lead = s.line("compare", aspects=s.join(_ASPECTS.get(s.label(f), s.label(f)) for f in shown))
    out = rows_line(s, lead, rows, 0) if s.zh else [f"{lead}:\n" + "\n".join(f"- {row}" for row in rows)]
    best = told.row.get("highest", {})
    keyed = {item.get(entity.key): name for item, name in zip(items, names, strict=True)}
    figure = next((f for f in shown if f.name in best and f.kind in NUMERIC), None) if not s.zh or len(shown) == 1 else None
    if figure is not None and _EXTREME.match(figure.label.en):
        figure = None
    if figure is not None and best[figure.name] in keyed and len(items) > 2:
        most = not s.zh and _counts(figure, s.label(figure))
        out.append(s.line("compare_most" if most else "compare_best", label=s.label(figure), row=keyed[best[figure.name]]))
    return out


# --- figures over rows ---


def measure(s: Speaker, told: Told) -> list[str]:
    """Tell a figure over rows, and the groups if there are any."""
    op, entity, count = told.api.operation, told.target, told.row["count"]
    stat = told.args.get("statistic", op.stat[0])
    what = entity.label.zh if s.zh else plural(entity.label.en)
    many = counted(count, entity.label.en, str(count))
    if not count or "value" not in told.row:
        return [s.line("count_none" if stat == "count" else "measure_none", what=what)]
    field = resolve(told.api.pack, entity, op.of, op.place).field if op.of else None
    if stat == "count" or field is None:
        slots = {"count": str(count) if s.zh else many, "what": what, "measure": measure_of(what) if s.zh else ""}
        out = [s.line("count", be="is" if count == 1 else "are", **slots)]
    else:
        label = s.label(field)
        slots = {"value": s.bare(field, told.row["value"]), "label": label, "be": be(label, label), "what": what}
        slots["s"] = "" if is_plural(label) else "s"
        act = f"measure_{stat}" if count > 1 else "measure_one"
        out = [s.line(act, count=str(count) if s.zh else many, measure=measure_of(what) if s.zh else "", **slots)]
    return out if told.short else [*out, *_groups(s, told, field, stat)]


def _groups(s: Speaker, told: Told, field: Field | None, stat: str) -> list[str]:
    op, groups = told.api.operation, told.row.get("groups", ())
    if len(groups) < 2 or not op.per:
        return []
    paths = {path.rpartition(".")[2]: path for path in op.per}
    grouping = resolve(told.api.pack, told.target, paths[told.args.get("group_by") or next(iter(paths))], op.place).field
    ordered = sorted(groups, key=lambda group: -group["value"])[:MOST_ROWS]
    parts = []
    for group in ordered:
        figure = str(group["count"]) if stat == "count" or field is None else s.say(field, group["value"])
        name = _group_name(s, grouping, group["group"])
        parts.append(f"{name}{('：' if name[-1].isascii() else '') if s.zh else ' '}{figure}")
    if len(groups) > len(ordered):
        parts.append(s.line("find_more", count=str(len(groups) - len(ordered)), measure="组"))
    mark = "，" if s.zh else ", "
    return [s.line("groups", label=s.label(grouping), groups=mark.join(parts))]


def _has_words(name: str) -> bool:
    return not name.isascii()


def _group_name(s: Speaker, field: Field, name: str) -> str:
    if name == "none":
        return s.line("group_none")
    if field.kind is Kind.REF:
        return s.names.get(name) or (f"{s.label(field)}{name}" if s.zh and not _has_words(name) else name)
    if field.kind is Kind.FLAG:
        return s.clause(field, name == "true")
    if field.kind in NUMERIC:
        return f"{s.label(field)}{name}" if s.zh else f"{s.label(field)} {name}"
    return s.say(field, name)
