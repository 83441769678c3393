"""Paths from a row to a field, through references and nested values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from toolsim.base.errors import PackError, Place, near
from toolsim.taxonomy.declarations import Entity, Field, Kind, Pack
from toolsim.taxonomy.rules import Row, Rows
from toolsim.verbs.verb import key_field

Getter = Callable[[Rows, Row], Any]


@dataclass(frozen=True, slots=True)
class Path:
    """A resolved path."""

    field: Field
    get: Getter
    """Gives the value for a row, None when something on the way is absent."""
    optional: bool
    """Whether something on the way may be absent."""


def resolve(pack: Pack, entity: Entity, path: str, place: Place) -> Path:
    """Resolve a dotted path.

    Raises:
        PackError: a step is not there.
    """
    head, _, rest = path.partition(".")
    if head == entity.key:
        return Path(key_field(entity), lambda tables, row: row[head], False)
    names = {field.name: field for field in entity.fields}
    if head not in names:
        raise PackError(f"{entity.name} has no field {head!r}", place, near(head, [*names, entity.key]))
    field = names[head]
    if not rest:
        return Path(field, lambda tables, row: row.get(head), field.optional)
    if field.kind is Kind.REF:
        return _through_ref(pack, field, rest, place)
    if field.kind is Kind.VALUE:
        return through_value(field, rest, place)
    raise PackError(f"the path {path!r} goes through {head!r}, which is a {field.kind}", place)


def _through_ref(pack: Pack, field: Field, rest: str, place: Place) -> Path:
    other = pack.entity(field.of)
    inner = resolve(pack, other, rest, place)
    name, table, get = field.name, other.table, inner.get

    def through(tables: Rows, row: Row) -> Any:
        key = row.get(name)
        found = None if key is None else tables.rows(table).get(key)
        return None if found is None else get(tables, found)

    return Path(inner.field, through, field.optional or inner.optional)


def through_value(field: Field, rest: str, place: Place) -> Path:
    """Resolve what is left of a path inside a nested value."""
    steps = [field.name, *rest.split(".")]
    last, optional = field, field.optional
    for step in steps[1:]:
        names = {inner.name: inner for inner in last.fields}
        if step not in names:
            raise PackError(f"{last.name} has no field {step!r}", place, near(step, names))
        last = names[step]
        optional = optional or last.optional

    def get(tables: Rows, row: Row) -> Any:
        value: Any = row
        for step in steps:
            value = None if value is None else value.get(step)
        return value

    return Path(last, get, optional)
