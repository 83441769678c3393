"""Verbs that look rows up: get, find, rank, compare, measure."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import Any, cast

from toolsim.base.errors import PackError, near
from toolsim.base.text import Phrases, Text
from toolsim.taxonomy.declarations import NUMERIC, ORDERED, TEMPORAL, Entity, Field, Kind, Option
from toolsim.taxonomy.rules import Env, Row, Scope
from toolsim.verbs import faults
from toolsim.verbs.faults import FaultType, Refusal
from toolsim.verbs.paths import Path, resolve
from toolsim.verbs.rows import normalise
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
    row_fields,
)

Test = Callable[[Tables, Row, Args], bool]


@dataclass(frozen=True, slots=True)
class Condition:
    """One filter of a search: its parameters, its test, and how arguments are taken from a row that fits."""

    fields: tuple[Field, ...]
    test: Test
    path: Path
    ranged: bool

    def fit(self, tables: Tables, row: Row, rng: Random) -> Args:
        """Give arguments that the row meets."""
        value = self.path.get(tables, row)
        if value is None or (isinstance(value, list) and not value):
            return {}
        if not self.ranged:
            return {self.fields[0].name: rng.choice(value) if isinstance(value, list) else value}
        low, high = self.fields
        if self.path.field.kind in NUMERIC:
            below = _within(low, value * 0.8 if value > 0 else value)
            above = _within(high, value * 1.25 if value > 0 else value)
        else:
            below = above = value
        chosen = rng.choice(((low,), (high,), (low, high)))
        return {f.name: below if f is low else above for f in chosen}


def _within(field: Field, value: float) -> float:
    """Keep a bound within what its parameter takes."""
    value = max(value, field.min) if field.min is not None else value
    value = min(value, field.max) if field.max is not None else value
    return cast(float, normalise(field, value))


def conditions(subject: Subject, entity: Entity) -> tuple[Condition, ...]:
    """Compile the filters (`by`) of an operation."""
    op = subject.operation
    out = []
    for item in op.filters:
        path = resolve(subject.pack, entity, item.path, item.place)
        name = item.path.rpartition(".")[2]
        required = item.path in op.need or name in op.need
        maker = _ranged if item.ranged else _plain
        if item.ranged and path.field.kind not in ORDERED:
            raise PackError(f"{item.path!r} is a {path.field.kind} and takes no range (~)", item.place)
        out.append(maker(name, path, required))
    known = [item.path for item in op.filters]
    for need in op.need:
        if need not in known and need not in [k.rpartition(".")[2] for k in known]:
            raise PackError(f"'need' names {need!r}, which 'by' has not", op.place, near(need, known))
    return tuple(out)


def _plain(name: str, path: Path, required: bool) -> Condition:
    field = path.field
    get = path.get
    if field.kind is Kind.VALUE:
        raise PackError(f"one cannot filter by {name!r}, which is a nested value", field.place)
    if field.kind is Kind.MANY:
        field = replace(field, kind=Kind.ENUM, min=None, max=None)
    if field.kind is Kind.LIST and field.item is not None:
        field = replace(field.item, label=field.label)
    param = plain(field, name=name, optional=not required, unique=False, seed=None)
    if path.field.kind in (Kind.MANY, Kind.LIST):
        return Condition((param,), lambda t, row, args: name not in args or args[name] in (get(t, row) or ()), path, False)
    if field.kind is Kind.TEXT and not field.pattern and not field.format:
        param = replace(param, label=Text(f"{field.label.en}, or part of it", f"{field.label.zh}（可只填一部分）"))
        return Condition((param,), lambda t, row, args: name not in args or _holds(get(t, row), args[name]), path, False)
    return Condition((param,), lambda t, row, args: name not in args or get(t, row) == args[name], path, False)


def _holds(text: str | None, part: str) -> bool:
    return text is not None and part.casefold() in text.casefold()


def range_names(field_name: str, kind: Kind) -> tuple[str, str]:
    """Name the two parameters of a range."""
    return (f"{field_name}_from", f"{field_name}_to") if kind in TEMPORAL else (f"{field_name}_min", f"{field_name}_max")


def _ranged(name: str, path: Path, required: bool) -> Condition:
    kind, get, label = path.field.kind, path.get, path.field.label
    low, high = range_names(name, kind)
    temporal = kind in TEMPORAL
    texts = (
        Text(f"{label.en}: {'earliest' if temporal else 'lowest'}", f"{label.zh}：{'最早' if temporal else '最低'}"),
        Text(f"{label.en}: {'latest' if temporal else 'highest'}", f"{label.zh}：{'最晚' if temporal else '最高'}"),
    )
    fields = tuple(
        plain(path.field, name=n, label=text, optional=not required, unique=False, seed=path.field.seed)
        for n, text in zip((low, high), texts, strict=True)
    )

    def test(tables: Tables, row: Row, args: Args) -> bool:
        if low not in args and high not in args:
            return True
        value = get(tables, row)
        if value is None:
            return False
        return not (low in args and value < args[low]) and not (high in args and value > args[high])

    return Condition(fields, test, path, True)


def select(tables: Tables, table: str, tests: tuple[Condition, ...], args: Args) -> list[Row]:
    """Give the rows that meet all conditions; refuse a range that is upside down."""
    for condition in tests:
        if condition.ranged:
            low, high = (args.get(field.name) for field in condition.fields)
            if low is not None and high is not None and low > high:
                raise Refusal(faults.BAD_RANGE.make(tables.language, low=low, high=high))
    active = [c.test for c in tests if any(f.name in args for f in c.fields)]
    if not active:
        return list(tables.rows(table).values())
    return [row for row in tables.rows(table).values() if all(test(tables, row, args) for test in active)]


def filter_faults(tests: tuple[Condition, ...]) -> tuple[FaultType, ...]:
    """Give the faults that filters may meet."""
    return (faults.BAD_RANGE,) if any(c.ranged for c in tests) else ()


def fitting(tests: tuple[Condition, ...], table: str, draw: Sampler) -> Sampler:
    """Draw filters from a row that is there, so that something is found."""
    names = {field.name for condition in tests for field in condition.fields}
    required = {field.name for condition in tests for field in condition.fields if field.required}

    def run(tables: Tables, rng: Random) -> Args | None:
        args = draw(tables, rng)
        rows = list(tables.rows(table).values())
        if args is None or not rows:
            return args
        row = rng.choice(rows)
        kept = {name: value for name, value in args.items() if name not in names or name in required}
        for condition in rng.sample(tests, rng.randint(min(1, len(tests)), len(tests))):
            kept.update(condition.fit(tables, row, rng))
        return kept

    return run


def upside_down(tests: tuple[Condition, ...], draw: Sampler) -> Iterator[FaultySampler]:
    """Draw ranges whose start lies after their end."""
    for condition in tests:
        if not condition.ranged:
            continue
        low, high = (field.name for field in condition.fields)

        def run(tables: Tables, rng: Random, low: str = low, high: str = high) -> Args | None:
            seen: set[Any] = set()
            for _ in range(12):
                args = draw(tables, rng)
                if args is None:
                    return None
                seen |= {args[name] for name in (low, high) if name in args}
                if len(seen) > 1:
                    return {**args, low: max(seen), high: min(seen)}
            return None

        yield FaultySampler(faults.BAD_RANGE.code, run)


def shown(subject: Subject, entity: Entity) -> list[tuple[Field, Path]]:
    """Give the result fields of a row and how each is read: all of them, or those that `show` names."""
    op = subject.operation
    out = [(key_field(entity), resolve(subject.pack, entity, entity.key, op.place))]
    for path in op.show or tuple(field.name for field in entity.fields):
        found = resolve(subject.pack, entity, path, op.place)
        field = plain(found.field, name=path.replace(".", "_"), optional=found.optional)
        out.append((field, found))
    return out


def reader(subject: Subject, entity: Entity) -> Callable[[Tables, Row], Result]:
    """Compile what makes a result of a row."""
    if not subject.operation.show:
        return lambda tables, row: row
    parts = [(field.name, path.get) for field, path in shown(subject, entity)]

    def read(tables: Tables, row: Row) -> Result:
        values = ((name, get(tables, row)) for name, get in parts)
        return {name: value for name, value in values if value is not None}

    return read


LIMIT = make("limit", Kind.WHOLE, Text("how many to return at most", "最多返回的条数"), min=1, max=50, auto=10)


class Get(Verb):
    """One row, with the rows that point to it on demand."""

    name = "get"
    effect = Effect.READ
    wording = Phrases(("show me {what}", "what do we have on {what}"), ("看一下{what}", "{what}是什么情况"))

    def _children(self, subject: Subject) -> dict[str, tuple[Entity, str]]:
        """Find for each `also` entity the ref that points here."""
        out = {}
        for name in subject.operation.also:
            entity = subject.pack.entity(name)
            ref = next((f for f in entity.fields if f.kind is Kind.REF and f.of == subject.target.name), None)
            if ref is None:
                raise PackError(f"'also' names {name!r}, which has no ref to {subject.target.name}", subject.operation.place)
            out[name] = (entity, ref.name)
        return out

    def params(self, subject: Subject) -> tuple[Field, ...]:
        children = self._children(subject)
        if not children:
            return ()
        options = tuple(Option(name, entity.label) for name, (entity, _) in children.items())
        label = Text("related records to return too", "需要一并返回的关联记录")
        return (make("include", Kind.MANY, label, options=options, optional=True),)

    def result(self, subject: Subject) -> tuple[Field, ...]:
        related = tuple(
            plain(items(name, entity.label, row_fields(entity)), optional=True)
            for name, (entity, _) in self._children(subject).items()
        )
        own = tuple(field for field, _ in shown(subject, subject.target))
        taken = {field.name for field in own}
        for field in related:
            if field.name in taken:
                raise PackError(f"'also' {field.name!r} has the name of a field of the row", subject.operation.place)
        return own + related

    def body(self, subject: Subject, scope: Scope) -> Body:
        read = reader(subject, subject.target)
        children = {name: (entity.table, ref) for name, (entity, ref) in self._children(subject).items()}
        key = subject.target.key
        if not children:
            return lambda tables, args, env: read(tables, env["this"])

        def run(tables: Tables, args: Args, env: Env) -> Result:
            this = env["this"]
            out = dict(read(tables, this))
            for name in args.get("include", ()):
                table, ref = children[name]
                out[name] = [row for row in tables.rows(table).values() if row.get(ref) == this[key]]
            return out

        return run


class Find(Verb):
    """Rows that meet conditions."""

    name = "find"
    effect = Effect.READ
    wording = Phrases(
        ("find {what} {clauses}", "is there any {what} {clauses}"), ("找一下{clauses}{what}", "有没有{clauses}{what}")
    )

    def about_row(self, subject: Subject) -> bool:
        return False

    def params(self, subject: Subject) -> tuple[Field, ...]:
        out = [field for condition in conditions(subject, subject.target) for field in condition.fields]
        sort = subject.operation.sort
        if sort:
            options = []
            for name in sort:
                field = subject.field_of(subject.target, name)
                if field.kind not in ORDERED:
                    raise PackError(f"'sort' names {name!r}, which has no order", subject.operation.place)
                options.append(Option(name, field.label))
            out.append(enum("sort_by", Text("field to sort by", "排序字段"), tuple(options), optional=True))
            out.append(make("descending", Kind.FLAG, Text("largest or latest first", "是否从大到小或从晚到早排列"), auto=False))
        return (*out, LIMIT)

    def result(self, subject: Subject) -> tuple[Field, ...]:
        total = make("total", Kind.WHOLE, Text("how many match", "符合条件的总数"), min=0)
        fields = tuple(field for field, _ in shown(subject, subject.target))
        return (total, items("items", Text("those that match", "符合条件的记录"), fields))

    def faults(self, subject: Subject) -> tuple[FaultType, ...]:
        return filter_faults(conditions(subject, subject.target))

    def body(self, subject: Subject, scope: Scope) -> Body:
        tests = conditions(subject, subject.target)
        read, table = reader(subject, subject.target), subject.target.table

        def run(tables: Tables, args: Args, env: Env) -> Result:
            rows = select(tables, table, tests, args)
            name = args.get("sort_by")
            if name:
                there = [row for row in rows if row.get(name) is not None]
                there.sort(key=lambda row: row[name], reverse=bool(args.get("descending")))
                rows = there + [row for row in rows if row.get(name) is None]
            return {"total": len(rows), "items": [read(tables, row) for row in rows[: args["limit"]]]}

        return run

    def sample(self, subject: Subject, draw: Sampler) -> Sampler:
        return fitting(conditions(subject, subject.target), subject.target.table, draw)

    def faulty(self, subject: Subject, draw: Sampler) -> Iterator[FaultySampler]:
        return upside_down(conditions(subject, subject.target), draw)


class Rank(Verb):
    """The rows with the highest or lowest figure."""

    name = "rank"
    effect = Effect.READ
    wording = Phrases(("which {what} come out on top", "give me the top {what}"), ("{what}排个名", "哪些{what}排在最前面"))

    def about_row(self, subject: Subject) -> bool:
        return False

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
        order = enum("order", Text("order", "排列顺序"), ways, auto="highest")
        filters = tuple(field for c in conditions(subject, subject.target) for field in c.fields)
        return (*on, order, *filters, replace(LIMIT, auto=5, max=20))

    def result(self, subject: Subject) -> tuple[Field, ...]:
        rank = make("rank", Kind.WHOLE, Text("rank", "名次"), min=1)
        known = (plain(subject.target.field(name)) for name in subject.target.known_as)
        fields = {f.name: f for f in (rank, key_field(subject.target), *known)}
        fields |= {f.name: plain(f, optional=f.optional or len(self._figures(subject)) > 1) for f in self._figures(subject)}
        return (items("items", Text("ranking", "排名结果"), tuple(fields.values())),)

    def faults(self, subject: Subject) -> tuple[FaultType, ...]:
        return filter_faults(conditions(subject, subject.target))

    def body(self, subject: Subject, scope: Scope) -> Body:
        entity, figures = subject.target, [field.name for field in self._figures(subject)]
        tests, known = conditions(subject, entity), entity.known_as

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

    def sample(self, subject: Subject, draw: Sampler) -> Sampler:
        return fitting(conditions(subject, subject.target), subject.target.table, draw)

    def faulty(self, subject: Subject, draw: Sampler) -> Iterator[FaultySampler]:
        return upside_down(conditions(subject, subject.target), draw)


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
        aspects = make(
            "aspects", Kind.MANY, Text("what to compare; all if absent", "比较的方面，缺省为全部"), options=options, optional=True
        )
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


class Measure(Verb):
    """A figure over rows, in groups if wanted."""

    name = "measure"
    effect = Effect.READ
    wording = Phrases(
        ("how many {what} are there {clauses}", "give me the figures for {what}"), ("统计一下{what}", "{what}的数据汇总一下")
    )

    def about_row(self, subject: Subject) -> bool:
        return False

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
        filters = tuple(field for c in conditions(subject, subject.target) for field in c.fields)
        out = []
        if len(op.stat) > 1:
            options = tuple(Option(name, _STATISTICS[name][1]) for name in op.stat)
            out.append(enum("statistic", Text("which figure", "统计方式"), options))
        groupings = self._groupings(subject)
        if len(groupings) > 1:
            options = tuple(Option(name, path.field.label) for name, path in groupings.items())
            out.append(enum("group_by", Text("what to group by", "分组依据"), options, optional=True))
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

    def faults(self, subject: Subject) -> tuple[FaultType, ...]:
        return filter_faults(conditions(subject, subject.target))

    def body(self, subject: Subject, scope: Scope) -> Body:
        op, table = subject.operation, subject.target.table
        tests, groupings, measured = conditions(subject, subject.target), self._groupings(subject), self._measured(subject)
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

    def sample(self, subject: Subject, draw: Sampler) -> Sampler:
        return fitting(conditions(subject, subject.target), subject.target.table, draw)

    def faulty(self, subject: Subject, draw: Sampler) -> Iterator[FaultySampler]:
        return upside_down(conditions(subject, subject.target), draw)


def _group_name(value: Any) -> str:
    match value:
        case None:
            return "none"
        case bool():
            return "true" if value else "false"
    return str(value)


for verb in (Get(), Find(), Rank(), Compare(), Measure()):
    VERBS.register(verb.name)(verb)
