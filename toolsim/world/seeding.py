"""Fill the tables of a new world with fictional rows that fit each other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from toolsim.base.errors import RuleError
from toolsim.taxonomy.declarations import Entity, Field, Kind, Pack
from toolsim.taxonomy.entities import row_scope
from toolsim.taxonomy.pools import pool_size
from toolsim.taxonomy.rules import Env, Row, compile_rule, names_in
from toolsim.verbs.rows import format_key, normalise
from toolsim.verbs.sampling import Draw, Picks, sampler
from toolsim.verbs.verb import Tables

TRIES = 40
"""Rows drawn anew before one is given up."""
REDRAWS = 8
"""Draws of one field, while it breaks a rule or repeats a value that must be unique."""


@dataclass(slots=True)
class _Step:
    """How one field of a row is filled."""

    entity: str
    field: Field
    draw: Draw | None
    rule: Callable[[Env], Any] | None
    chance: float
    """Share of rows in which it is filled."""
    must: list[Callable[[Env], Any]]
    """Rules of the entity that can be judged once this field is there."""

    @property
    def guarded(self) -> bool:
        """Whether what is drawn may have to be drawn again or left out."""
        return self.chance < 1 or bool(self.must) or self.field.unique or self.field.kind is Kind.REF

    def fill(self, tables: Tables, rng: Random, row: Row, picks: Picks, taken: set[Any] | None) -> bool:
        """Fill the field, or leave it out where it may be absent; tell whether the row may go on."""
        name, left_out = self.field.name, False
        if self.chance < 1 and rng.random() >= self.chance:
            left_out = True
            if self._met(row):
                return True
        for value in self._values(tables, rng, row, picks):
            if value is None:
                row.pop(name, None)
                if not self.field.optional:
                    return False
                left_out = True
            elif taken is not None and value in taken:
                picks.pop(self.field.pick.partition(".")[0], None)
                continue
            else:
                row[name] = value
            if self._met(row):
                return True
        row.pop(name, None)
        return self.field.optional and not left_out and self._met(row)

    def _met(self, row: Row) -> bool:
        return not self.must or all(_holds(rule, row) for rule in self.must)

    def _values(self, tables: Tables, rng: Random, row: Row, picks: Picks) -> Iterator[Any]:
        """Give values to try: the one worked out, each code once, or some draws."""
        if self.draw is None:
            yield self._work_out(row)
            return
        first = self.draw(tables, rng, picks)
        yield first
        if self.field.kind in (Kind.ENUM, Kind.STATE):
            others = [code for code in self.field.codes if code != first]
            rng.shuffle(others)
            yield from others
        else:
            for _ in range(REDRAWS - 1):
                yield self.draw(tables, rng, picks)

    def _work_out(self, row: Row) -> Any:
        """Work the value out by rule; None when that fails or leaves the field's bounds."""
        assert self.rule is not None
        try:
            value = normalise(self.field, self.rule(row))
        except RuleError:
            return None
        return value if _within(self.field, value) else None


class EntitySeeder:
    """Makes the rows of one entity."""

    def __init__(self, entity: Entity, pack: Pack, later: set[str]) -> None:
        """`later` are entities that are seeded after this one: optional refs to them stay empty."""
        self.entity = entity
        self.steps = [_step(entity, index, pack) for index, field in enumerate(entity.fields) if field.of not in later]
        self.unique = [field.name for field in entity.fields if field.unique]
        scope = row_scope(entity, pack.entities, entity.fields)
        for condition in entity.must:
            names = names_in(condition.rule)
            step = max((i for i, step in enumerate(self.steps) if step.field.name in names), default=0)
            self.steps[step].must.append(compile_rule(condition.rule, scope).run)
        self._compiled = [(step.field.name, None if step.guarded else step.draw, step) for step in self.steps]
        """Name, what draws it where nothing can go wrong, and the whole step."""
        size = pool_size(entity, pack.pools)
        self.count = entity.rows if size is None else min(entity.rows, size)

    def seed(self, tables: Tables, rows: dict[str, Row], rng: Random) -> None:
        """Fill a table; a row that cannot be made in some tries is left out."""
        digits = self.entity.key_format.count("#")
        taken: dict[str, set[Any]] = {name: set() for name in self.unique}
        for number in rng.sample(range(1, 10**digits), self.count):
            key = format_key(self.entity.key_format, number)
            for _ in range(TRIES):
                row = self._row(tables, key, rng, taken)
                if row is not None:
                    rows[key] = row
                    for name in self.unique:
                        if name in row:
                            taken[name].add(row[name])
                    break

    def _row(self, tables: Tables, key: str, rng: Random, taken: dict[str, set[Any]]) -> Row | None:
        row: Row = {self.entity.key: key, "$": tables}
        picks: Picks = {}
        for name, draw, step in self._compiled:
            if draw is not None:
                row[name] = draw(tables, rng, picks)
            elif not step.fill(tables, rng, row, picks, taken.get(name)):
                return None
        del row["$"]
        return row


def _holds(rule: Callable[[Env], Any], env: Env) -> bool:
    try:
        return bool(rule(env))
    except RuleError:
        return False


def _within(field: Field, value: Any) -> bool:
    if isinstance(value, str) or value is None or isinstance(value, list | dict):
        return True
    return (field.min is None or value >= field.min) and (field.max is None or value <= field.max)


def _step(entity: Entity, index: int, pack: Pack) -> _Step:
    field = entity.fields[index]
    chance = 1.0
    if field.optional and field.kind is not Kind.FLAG:
        chance = field.seed.chance if field.seed else 0.5
    if field.seed and field.seed.rule:
        rule = compile_rule(field.seed.rule, row_scope(entity, pack.entities, entity.fields[:index]))
        run = rule.run
        if rule.type.base == "row":
            key = pack.entity(rule.type.entity).key
            return _Step(entity.name, field, None, lambda env: (run(env) or {}).get(key), 1.0, [])
        return _Step(entity.name, field, None, run, 1.0, [])
    return _Step(entity.name, field, sampler(field, pack), None, chance, [])


def in_order(packs: Iterable[Pack]) -> list[tuple[Entity, Pack, set[str]]]:
    """Order entities so that each comes after those that it needs; give with each the entities that come later."""
    waiting: dict[str, tuple[Entity, Pack]] = {}
    for pack in packs:
        for entity in pack.entities.values():
            waiting.setdefault(entity.table, (entity, pack))
    out: list[tuple[Entity, Pack, set[str]]] = []
    done: set[str] = set()
    while waiting:
        ready = [t for t, (entity, pack) in waiting.items() if _needs(entity, pack) <= done | {entity.table}]
        table = ready[0] if ready else next(iter(waiting))
        entity, pack = waiting.pop(table)
        later = {e.name for e in pack.entities.values() if e.table in waiting or e.table == table}
        out.append((entity, pack, later if ready else set()))
        done.add(table)
    return out


def _needs(entity: Entity, pack: Pack) -> set[str]:
    """Give the tables that an entity's required refs, and the rules of its seeds, point to."""
    refs = {name for field in entity.fields if not field.optional for name in _refs(field)}
    rules = [field.seed.rule.source for field in entity.fields if field.seed and field.seed.rule]
    rules += [condition.rule.source for condition in entity.must]
    named = {name for name in pack.entities if any(f"rows.{name}" in rule for rule in rules)}
    return {pack.entity(name).table for name in refs | (named - {entity.name})}


def _refs(field: Field) -> Iterable[str]:
    if field.kind is Kind.REF:
        yield field.of
    for inner in (*field.fields, *((field.item,) if field.item else ())):
        yield from _refs(inner)
