"""The difference between two states, seen both ways: what is missing counts as much as what is too much."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from toolsim.taxonomy.rules import Row

State = Mapping[str, Mapping[str, Row]]


@dataclass(frozen=True, slots=True)
class Change:
    """One row that differs."""

    table: str
    key: str
    kind: Literal["added", "removed", "changed"]
    before: dict[str, Any]
    """Of a changed row: the fields that differ, as they were; of a removed one: all."""
    after: dict[str, Any]
    """Of a changed row: the fields that differ, as they are; of an added one: all."""


def diff(before: State, after: State) -> list[Change]:
    """List every row that one state has and the other has not, or has otherwise, ordered by table and key."""
    out: list[Change] = []
    for table in sorted({*before, *after}):
        old, new = before.get(table, {}), after.get(table, {})
        for key in sorted({*old, *new}):
            if key not in new:
                out.append(Change(table, key, "removed", dict(old[key]), {}))
            elif key not in old:
                out.append(Change(table, key, "added", {}, dict(new[key])))
            elif old[key] is not new[key] and old[key] != new[key]:
                out.append(_changed(table, key, old[key], new[key]))
    return out


def _changed(table: str, key: str, old: Row, new: Row) -> Change:
    names = [name for name in {**old, **new} if old.get(name) != new.get(name)]
    return Change(
        table,
        key,
        "changed",
        {name: old[name] for name in names if name in old},
        {name: new[name] for name in names if name in new},
    )
