"""Verbs that set rows against each other: rank, compare, measure."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from random import Random
from typing import Any

from toolsim.base.errors import PackError
from toolsim.base.text import Phrases, Text
from toolsim.taxonomy.declarations import NUMERIC, ORDERED, Field, Kind, Option
from toolsim.taxonomy.rules import Env, Row, Scope
from toolsim.verbs import faults
from toolsim.verbs.faults import FaultType, Refusal
from toolsim.verbs.filters import Searching, select
from toolsim.verbs.paths import Path, resolve
from toolsim.verbs.reading import LIMIT
from toolsim.verbs.verb import (
    VERBS,
    Args,
    Body,
    Effect,
    FaultySampler,
    Result,
    Sampler,
    Subject,
    Tables,
    Verb,
    enum,
    group,
    items,
    key_field,
    make,
    plain,
)


class Rank(Searching):
    """The rows with the highest or lowest figure."""

    name = "rank"
    effect = Effect.READ
    wording = Phrases(("which {what} come out on top", "give me the top {what}"), ("{what}排个名", "哪些{what}排在最前面"))

    def _figures(self, subject: Subject) -> tuple[Field, ...]:
        fields = tuple(subject.field_of(subject.target, name) for name in subject.operation.on)
        for field in fields:
            if field.kind not in ORDERED:
                raise PackError(f"'on' names {field.name!r}, which has no order", subject.operation.place)
        return fields

    def params(self, subject: Subject) -> tuple[Field, ...]:
        figures = self._figures(subject)
        options = tuple(Option(field.name, field.label) for field in figures)
        on = (enum("on", Text("figure to rank by", "排名依据"), options),) if len(figures) > 1 else ()
        ways = (Option("highest", Text("highest first", "从高到低")), Option("lowest", Text("lowest first", "从低到高")))
        order = enum("order", Text("order", "排列顺序"), ways, auto="highest", say=Phrases(("{}",), ("{}",)))
        filters = self.filter_fields(subject)
        return (*on, order, *filters, replace(LIMIT, auto=5, max=20))

    def result(self, subject: Subject) -> tuple[Field, ...]:
        rank = make("rank", Kind.WHOLE, Text("rank", "名次"), min=1)
        known = (plain(subject.target.field(name)) for name in subject.target.known_as)
        fields = {f.name: f for f in (rank, key_field(subject.target), *known)}
        fields |= {f.name: plain(f, optional=f.optional or len(self._figures(subject)) > 1) for f in self._figures(subject)}
        return (items("items", Text("ranking", "排名结果"), tuple(fields.values())),)

    def body(self, subject: Subject, scope: Scope) -> Body:
        entity, figures = subject.target, [field.name for field in self._figures(subject)]
        tests, known = self.filters(subject), entity.known_as

        def run(tables: Tables, args: Args, env: Env) -> Result:
            on = args.get("on", figures[0])
            rows = [row for row in select(tables, entity.table, tests, args) if row.get(on) is not None]
            rows.sort(key=lambda row: row[on], reverse=args["order"] == "highest")
            out = []
            for index, row in enumerate(rows[: args["limit"]]):
                shown = {name: row[name] for name in (entity.key, *known, on) if name in row}
                out.append({"rank": index + 1, **shown})
            return {"items": out}

        return run


class Compare(Verb):
    """Several rows side by side."""

    name = "compare"
    effect = Effect.READ
    wording = Phrases(
        ("how do these {what} compare", "put these {what} side by side"), ("比较一下这几个{what}", "这几个{what}有什么区别")
    )

    def about_row(self, subject: Subject) -> bool:
        return False

    def _aspects(self, subject: Subject) -> tuple[Field, ...]:
        return tuple(subject.field_of(subject.target, name) for name in subject.operation.on)

    def params(self, subject: Subject) -> tuple[Field, ...]:
        entity = subject.target
        item = key_field(entity)
        label = Text(
            f"numbers of what is compared: 2 to 5 of the kind {entity.label.en}", f"要比较的{entity.label.zh}编号，2到5个"
        )
        keys = make(f"{entity.key}s", Kind.LIST, label, item=item, min=2, max=5)
        options = tuple(Option(field.name, field.label) for field in self._aspects(subject))
        said = Phrases(("looking at {}",), ("主要看{}",))
        what = Text("what to compare; all if absent", "比较的方面，缺省为全部")
        aspects = make("aspects", Kind.MANY, what, options=options, optional=True, say=said)
        return (keys, aspects)

    def result(self, subject: Subject) -> tuple[Field, ...]:
        aspects = self._aspects(subject)
        known = (plain(subject.target.field(name)) for name in subject.target.known_as)
        fields = {f.name: f for f in (key_field(subject.target), *known)}
        fields |= {f.name: plain(f, optional=True) for f in aspects if f.name not in fields}
        options = tuple(Option(field.name, field.label) for field in aspects)
        differing = make("differing", Kind.MANY, Text("aspects that differ", "存在差异的方面"), options=options, min=0)
        out = [items("items", Text("what is compared", "比较结果"), tuple(fields.values())), differing]
        best = tuple(key_field(subject.target, f.name, f.label) for f in aspects if f.kind in ORDERED)
        if best:
            label = Text("which is highest or latest in each figure", "各项数值最高或最晚者")
            out.append(group("highest", label, tuple(replace(field, optional=True) for field in best)))
        return tuple(out)

    def faults(self, subject: Subject) -> tuple[FaultType, ...]:
        return (faults.SAME_ROW,)

    def body(self, subject: Subject, scope: Scope) -> Body:
        entity = subject.target
        names = [field.name for field in self._aspects(subject)]
        figures = {field.name for field in self._aspects(subject) if field.kind in ORDERED}
        keys_name, table, known = f"{entity.key}s", entity.table, entity.known_as

        def run(tables: Tables, args: Args, env: Env) -> Result:
            keys = args[keys_name]
            if len(set(keys)) < len(keys):
                raise Refusal(faults.SAME_ROW.make(tables.language))
            rows = [tables.rows(table)[key] for key in keys]
            aspects = [name for name in names if name in args.get("aspects", names)]
            out: Result = {
                "items": [{n: row[n] for n in (entity.key, *known, *aspects) if n in row} for row in rows],
                "differing": [n for n in aspects if any(row.get(n) != rows[0].get(n) for row in rows)],
            }
            if figures:
                out["highest"] = _highest(rows, [n for n in aspects if n in figures], entity.key)
            return out

        return run

    def sample(self, subject: Subject, draw: Sampler) -> Sampler:
        entity = subject.target

        def run(tables: Tables, rng: Random) -> Args | None:
            args, keys = draw(tables, rng), list(tables.rows(entity.table))
            if args is None or len(keys) < 2:
                return None
            return {**args, f"{entity.key}s": rng.sample(keys, rng.randint(2, min(4, len(keys))))}

        return run

    def faulty(self, subject: Subject, draw: Sampler) -> Iterator[FaultySampler]:
        name, table = f"{subject.target.key}s", subject.target.table

        def twice(tables: Tables, rng: Random) -> Args | None:
            args, keys = draw(tables, rng), list(tables.rows(table))
            return {**args, name: [keys[0], keys[0]]} if args and keys else None

        yield FaultySampler(faults.SAME_ROW.code, twice)


def _highest(rows: list[Row], figures: list[str], key: str) -> Result:
    out: Result = {}
    for name in figures:
        there = [row for row in rows if row.get(name) is not None]
        if there:
            out[name] = max(there, key=lambda row: row[name])[key]
    return out


_STATISTICS: Mapping[str, tuple[Callable[[list[Any]], Any], Text]] = {
    "count": (len, Text("number", "数量")),
    "sum": (sum, Text("sum", "合计")),
    "mean": (statistics.fmean, Text("mean", "平均值")),
    "min": (min, Text("lowest", "最低值")),
    "max": (max, Text("highest", "最高值")),
    "median": (statistics.median, Text("median", "中位数")),
}


class Measure(Searching):
    """A figure over rows, in groups if wanted."""

    name = "measure"
    effect = Effect.READ
    wording = Phrases(
        ("how many {what} are there {clauses}", "give me the figures for {what}"), ("统计一下{what}", "{what}的数据汇总一下")
    )

    def _groupings(self, subject: Subject) -> dict[str, Path]:
        place = subject.operation.place
        paths = {path.rpartition(".")[2]: resolve(subject.pack, subject.target, path, place) for path in subject.operation.per}
        for name, path in paths.items():
            if path.field.kind in (Kind.VALUE, Kind.LIST, Kind.MANY):
                raise PackError(f"'per' names {name!r}, which is a {path.field.kind}", place)
        return paths

    def _measured(self, subject: Subject) -> Path | None:
        op = subject.operation
        if not op.of:
            return None
        path = resolve(subject.pack, subject.target, op.of, op.place)
        if path.field.kind not in NUMERIC:
            raise PackError(f"'of' names {op.of!r}, which is no number", op.place)
        return path

    def params(self, subject: Subject) -> tuple[Field, ...]:
        op = subject.operation
        filters = self.filter_fields(subject)
        out = []
        if len(op.stat) > 1:
            options = tuple(Option(name, _STATISTICS[name][1]) for name in op.stat)
            out.append(enum("statistic", Text("kind of figure", "统计方式"), options))
        groupings = self._groupings(subject)
        if len(groupings) > 1:
            options = tuple(Option(name, path.field.label) for name, path in groupings.items())
            out.append(
                enum(
                    "group_by",
                    Text("what to group by", "分组依据"),
                    options,
                    optional=True,
                    say=Phrases(("grouped by {}",), ("按{}分组",)),
                )
            )
        return (*out, *filters)

    def result(self, subject: Subject) -> tuple[Field, ...]:
        measured = self._measured(subject)
        digits = max(2, measured.field.digits) if measured else 2
        unit = measured.field.unit if measured else None
        value = make("value", Kind.NUMBER, Text("figure over all", "总体数值"), unit=unit, digits=digits, optional=True)
        count = make("count", Kind.WHOLE, Text("how many rows count", "计入的记录数"), min=0)
        if not self._groupings(subject):
            return (value, count)
        name = make("group", Kind.TEXT, Text("group", "分组"))
        label = Text("figure of each group", "各组数值")
        return (value, count, items("groups", label, (name, plain(value, optional=False, label=Text("figure", "数值")), count)))

    def body(self, subject: Subject, scope: Scope) -> Body:
        op, table = subject.operation, subject.target.table
        tests, groupings, measured = self.filters(subject), self._groupings(subject), self._measured(subject)
        digits = measured.field.digits if measured else 2

        def figure(values: list[Any], stat: str) -> float | None:
            if not values and stat not in ("count", "sum"):
                return None
            return round(float(_STATISTICS[stat][0](values)), max(digits, 2) if stat == "mean" else digits)

        def run(tables: Tables, args: Args, env: Env) -> Result:
            rows = select(tables, table, tests, args)
            stat = args.get("statistic", op.stat[0])
            pairs = [(row, measured.get(tables, row) if measured else 1) for row in rows]
            pairs = [(row, value) for row, value in pairs if value is not None]
            out: Result = {"value": figure([value for _, value in pairs], stat), "count": len(pairs)}
            if out["value"] is None:
                del out["value"]
            by = args.get("group_by") or (next(iter(groupings)) if groupings else None)
            if by is None:
                return out
            groups: dict[str, list[Any]] = {}
            for row, value in pairs:
                groups.setdefault(_group_name(groupings[by].get(tables, row)), []).append(value)
            out["groups"] = [
                {"group": name, "value": figure(values, stat), "count": len(values)} for name, values in sorted(groups.items())
            ]
            return out

        return run


def _group_name(value: Any) -> str:
    match value:
        case None:
            return "none"
        case bool():
            return "true" if value else "false"
    return str(value)


for verb in (Rank(), Compare(), Measure()):
    VERBS.register(verb.name)(verb)
