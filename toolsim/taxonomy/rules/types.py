"""Types of rule expressions, and what rules see of the world."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from toolsim.taxonomy.declarations import Field, Kind

Row = dict[str, Any]
"""A row as stored: field name to value, absent optionals left out."""

Env = dict[str, Any]
"""Names of a rule to values; ``"$"`` holds the tables."""


class Rows(Protocol):
    """What a rule may look up."""

    now: str
    """The world's clock, `2026-03-01T09:30`."""

    def rows(self, table: str) -> Mapping[str, Row]:
        """Give all rows of a table by key."""
        ...


@dataclass(frozen=True, slots=True)
class Type:
    """What an expression gives."""

    base: str
    """number, whole, text, flag, date, time, datetime, none, list, value, row, key, tables or never (item of an empty list)."""
    item: Type | None = None
    """Of a list."""
    fields: tuple[Field, ...] = ()
    """Of a value."""
    entity: str = ""
    """Of a row or key."""
    codes: tuple[str, ...] = ()
    """Of a text that is one of some codes."""

    def __str__(self) -> str:
        match self.base:
            case "list":
                return f"list of {self.item}"
            case "row" | "key":
                return self.entity
            case base:
                return base

    @property
    def numeric(self) -> bool:
        """Whether one can calculate with it."""
        return self.base in ("number", "whole")

    @property
    def ordered(self) -> bool:
        """Whether one can compare it with < and >."""
        return self.base in ("number", "whole", "date", "time", "datetime")


NUMBER, WHOLE, TEXT, FLAG = Type("number"), Type("whole"), Type("text"), Type("flag")
DATE, TIME, DATETIME, NONE = Type("date"), Type("time"), Type("datetime"), Type("none")
NEVER, TABLES = Type("never"), Type("tables")


def list_of(item: Type) -> Type:
    """Make the type of a list."""
    return Type("list", item=item)


def type_of_field(field: Field) -> Type:
    """Give the type of a field's values."""
    match field.kind:
        case Kind.NUMBER:
            return NUMBER
        case Kind.WHOLE | Kind.DURATION:
            return WHOLE
        case Kind.FLAG:
            return FLAG
        case Kind.DATE | Kind.TIME | Kind.DATETIME:
            return Type(field.kind.value)
        case Kind.ENUM | Kind.STATE:
            return Type("text", codes=field.codes)
        case Kind.MANY:
            return list_of(Type("text", codes=field.codes))
        case Kind.LIST:
            assert field.item is not None
            return list_of(type_of_field(field.item))
        case Kind.REF:
            return Type("key", entity=field.of)
        case Kind.VALUE:
            return Type("value", fields=field.fields)
        case Kind.TEXT:
            return TEXT


def same(a: Type, b: Type) -> bool:
    """Tell whether values of both types may be compared or mixed."""
    if "none" in (a.base, b.base) or "never" in (a.base, b.base):
        return True
    if a.numeric and b.numeric:
        return True
    if a.base in ("row", "key") and b.base in ("row", "key"):
        return a.entity == b.entity
    if a.base == b.base == "list":
        return same(a.item or NEVER, b.item or NEVER)
    return a.base == b.base


def join(a: Type, b: Type) -> Type:
    """Give the type that covers two types which are `same`."""
    if a.base in ("none", "never"):
        return b
    if b.base in ("none", "never"):
        return a
    if a.numeric and a.base != b.base:
        return NUMBER
    if a.base == "text" and a.codes != b.codes:
        return Type("text", codes=tuple(dict.fromkeys(a.codes + b.codes)) if a.codes and b.codes else ())
    return a
