"""What a simulated tool has shown: entities by id with their values, so that a later contradiction is caught by rule."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson

_KEYED = re.compile(r"(?:^|_)(?:id|no|number|code|key|ref)$|(?<=[a-z])(?:Id|No|Number|Code|Key|Ref)$")
_LOOKS = re.compile(r"^(?=.*\d)[A-Za-z]{0,5}[-_]?[A-Za-z0-9-]{2,40}$")
_MOST_SHOWN = 60


@dataclass(slots=True)
class Ledger:
    """What is known of each entity."""

    entities: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Id -> field -> value, as last shown or written."""
    written: dict[str, set[str]] = field(default_factory=dict)
    """Id -> fields that a call wrote."""

    def objections(self, result: Any) -> list[str]:
        """List where a result contradicts what was shown or written."""
        out = []
        for key, fields in entities(result):
            known = self.entities.get(key, {})
            for name, value in fields.items():
                if name in known and known[name] != value:
                    verb = "was written as" if name in self.written.get(key, ()) else "was shown as"
                    out.append(f"{name} of {key} {verb} {known[name]!r} and is now {value!r}")
        return out

    def note(self, arguments: dict[str, Any], result: Any, writes: bool) -> None:
        """Note what a call showed, and what it wrote if it writes."""
        shown = list(entities(result))
        for key, fields in shown:
            self.entities.setdefault(key, {}).update(fields)
        if writes:
            given = dict(_scalars(arguments))
            for key in {key for key, _ in shown} & ({*map(str, given.values())} or set()) or {key for key, _ in shown[:1]}:
                fresh = {name: value for name, value in given.items() if str(value) != key}
                self.entities.setdefault(key, {}).update(fresh)
                self.written.setdefault(key, set()).update(fresh)

    def forget(self, arguments: dict[str, Any]) -> None:
        """Let the entities that a write names change: what it says of them counts from now on."""
        for _, value in _scalars(arguments):
            self.entities.pop(str(value), None)

    def shown(self) -> str:
        """Write the ledger for a prompt, the latest entities only."""
        latest = dict(list(self.entities.items())[-_MOST_SHOWN:])
        return orjson.dumps(latest).decode()


def entities(value: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Find the objects that have an id, with their scalar fields."""
    if isinstance(value, list):
        for item in value:
            yield from entities(item)
    elif isinstance(value, dict):
        key = next((str(v) for n, v in value.items() if _KEYED.search(n) and _LOOKS.match(str(v))), None)
        if key is not None:
            yield key, {n: v for n, v in value.items() if not isinstance(v, dict | list) and str(v) != key}
        for inner in value.values():
            yield from entities(inner)


def _scalars(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            if isinstance(inner, dict | list):
                yield from _scalars(inner)
            else:
                yield name, inner
    elif isinstance(value, list):
        for inner in value:
            yield from _scalars(inner)
