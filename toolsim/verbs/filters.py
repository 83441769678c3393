"""Filters of searches: parameters from paths, the test of a row, and arguments that a row meets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from random import Random
from typing import Any, cast

from toolsim.base.errors import PackError, near
from toolsim.base.text import Text
from toolsim.taxonomy.declarations import NUMERIC, ORDERED, TEMPORAL, Entity, Field, Kind
from toolsim.taxonomy.rules import Row
from toolsim.verbs import faults
from toolsim.verbs.faults import FaultType, Refusal
from toolsim.verbs.paths import Path, resolve
from toolsim.verbs.rows import normalise
from toolsim.verbs.verb import Args, FaultySampler, Sampler, Subject, Tables, Verb, plain

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


class Searching(Verb):
    """What verbs share that look at the rows of an entity which meet conditions."""

    def searched(self, subject: Subject) -> Entity:
        """Give the entity whose rows are searched."""
        return subject.target

    def about_row(self, subject: Subject) -> bool:
        return False

    def filters(self, subject: Subject) -> tuple[Condition, ...]:
        """Compile the conditions of the operation."""
        return conditions(subject, self.searched(subject))

    def filter_fields(self, subject: Subject) -> tuple[Field, ...]:
        """Give the parameters of the conditions."""
        return tuple(field for condition in self.filters(subject) for field in condition.fields)

    def faults(self, subject: Subject) -> tuple[FaultType, ...]:
        return (faults.BAD_RANGE,) if any(c.ranged for c in self.filters(subject)) else ()

    def sample(self, subject: Subject, draw: Sampler) -> Sampler:
        return fitting(self.filters(subject), self.searched(subject).table, draw)

    def faulty(self, subject: Subject, draw: Sampler) -> Iterator[FaultySampler]:
        return upside_down(self.filters(subject), draw)
