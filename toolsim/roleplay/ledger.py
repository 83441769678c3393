"""What a simulated tool has shown: entities by id with their values, so that a later contradiction is caught by rule."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

_KEYED = re.compile(
    r"^(?:(?P<stem>.*?)[_-]?)?(?P<end>(?:(?<=[_-])|^)(?:id|no|number|code|key|ref)|(?<=[a-z])(?:Id|ID|No|Number|Code|Key|Ref))$"
)
_LOOKS = re.compile(r"^(?=.*\d)[A-Za-z]{0,6}[-_#]?[A-Za-z0-9][A-Za-z0-9_-]{1,40}$")
_NO_KEYS = re.compile(r"phone|zip|postal|post_?code|currency|country|area|status|error|house|street|version|room", re.I)
_PASSING = re.compile(r"(?:as_?of|queried_?at|generated_?at|retrieved_?at|timestamp|request_?id|message)$", re.I)
_REMOVES = re.compile(r"delete|remove|erase|discard|drop", re.I)
_MOST_SHOWN: Final = 60


@dataclass(frozen=True, slots=True)
class Entity:
    """An object with an id, as a result shows it."""

    key: str
    name: str
    """Of the field that holds the id."""
    fields: dict[str, Any]
    """Scalar ones, without the id."""


@dataclass(slots=True)
class Ledger:
    """What is known of each entity."""

    entities: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Id -> field -> value, as last shown or written."""
    written: dict[str, set[str]] = field(default_factory=dict)
    """Id -> fields that a call wrote; the entities that must be found again."""
    gone: set[str] = field(default_factory=set)
    """Ids of what was removed."""
    _names: dict[str, str] = field(default_factory=dict)
    """Id -> name of the field that held it."""

    def objections(self, tool: str, arguments: dict[str, Any], result: Any, writes: bool) -> list[str]:
        """List where a result contradicts what was shown or written, or what the call itself writes."""
        shown = _once(entities(result, tool, arguments))
        if writes:
            return list(self._against_the_call(shown, arguments)) + list(self._against(shown, _named(arguments)))
        return [*self._against(shown, set()), *self._lost(shown, arguments, result)]

    def _against(self, shown: list[Entity], changing: set[str]) -> Iterator[str]:
        for one in shown:
            if one.key in self.gone:
                yield f"{one.key} was removed and is shown again"
            if one.key in changing:
                continue
            known = self.entities.get(one.key, {})
            for name, value in one.fields.items():
                if name in known and not same(known[name], value):
                    verb = "was written as" if name in self.written.get(one.key, ()) else "was shown as"
                    yield f"{name} of {one.key} {verb} {known[name]!r} and is now {value!r}"

    def _against_the_call(self, shown: list[Entity], arguments: dict[str, Any]) -> Iterator[str]:
        """Find what a write shows otherwise than it was told."""
        given = _given(arguments)
        for one in _subjects(shown, arguments):
            for name, value in one.fields.items():
                if name in given and not same(given[name], value):
                    yield f"{name} of {one.key} is to be {given[name]!r} and is {value!r}"

    def _lost(self, shown: list[Entity], arguments: dict[str, Any], result: Any) -> Iterator[str]:
        """Find what was written and cannot be read back: asked for by its id, or missing from a list of all."""
        found = {one.key for one in shown}
        named = _named(arguments)
        if not found:
            yield from (f"{key} was stored and is not found" for key in sorted(named & set(self.written)) if _nothing(result))
        names = {one.name for one in shown}
        if not _given(arguments) and names:
            listed = (key for key in self.written if self._names.get(key) in names and key not in self.gone)
            yield from (f"{key} was stored and is not in the list" for key in listed if key not in found)

    def note(self, tool: str, arguments: dict[str, Any], result: Any, writes: bool) -> None:
        """Note what a call showed, and what it wrote if it writes."""
        if writes:
            self._change(tool, arguments)
        shown = _once(entities(result, tool, arguments))
        for one in shown:
            if one.key not in self.gone:
                self.entities.setdefault(one.key, {}).update(one.fields)
                self._names[one.key] = one.name or self._names.get(one.key, "")
        if writes and not _REMOVES.search(tool):
            given = _given(arguments)
            for one in _subjects(shown, arguments):
                fresh = {name: value for name, value in given.items() if str(value) != one.key}
                self.entities[one.key].update(fresh)
                self.written.setdefault(one.key, set()).update(fresh)

    def _change(self, tool: str, arguments: dict[str, Any]) -> None:
        """Let the entities that a write names change: what it says of them counts from now on."""
        for key in _named(arguments):
            known = self.entities.pop(key, None)
            if _REMOVES.search(tool) and known is not None:
                self.gone.add(key)
                self.written.pop(key, None)

    def shown(self) -> dict[str, dict[str, Any]]:
        """Give what a prompt shows: the latest entities only."""
        return dict(list(self.entities.items())[-_MOST_SHOWN:])


def same(one: Any, other: Any) -> bool:
    """Tell whether two values say the same: case, spaces, the seconds of a time and the kind of number aside."""
    if one == other or one is None or other is None:
        return bool(one == other)
    first, second = (" ".join(str(value).casefold().split()) for value in (one, other))
    if first == second:
        return True
    timed = len(first) >= 10 and len(second) >= 10 and first[4:5] == "-" == second[4:5]
    return timed and (first.startswith(second) or second.startswith(first))


def entities(value: Any, tool: str = "", arguments: dict[str, Any] | None = None, around: str = "") -> Iterator[Entity]:
    """Find the objects that have an id, with their scalar fields; a single object without one is what the call names."""
    if isinstance(value, list):
        for item in value:
            yield from entities(item, tool, None, around)
    elif isinstance(value, dict):
        scalars = {name: inner for name, inner in value.items() if not isinstance(inner, dict | list)}
        name = _own_key(scalars, f"{tool} {around}")
        named = sorted(_named(arguments or {}))
        key = str(scalars[name]) if name else ""
        if not key and len(named) == 1 == len(_given(arguments or {})) and not _nothing(value):
            key = named[0]
        if key:
            kept = {n: v for n, v in scalars.items() if n != name and str(v) != key and not _PASSING.search(n)}
            yield Entity(key, name or "", kept)
        for inner_name, inner in value.items():
            yield from entities(inner, tool, None, inner_name)


def _own_key(scalars: dict[str, Any], around: str) -> str:
    """Choose the field that holds an object's own id: `id`, one named after tool or list, or else the first."""
    found = []
    for place, (name, value) in enumerate(scalars.items()):
        match = _KEYED.match(name)
        if match and not isinstance(value, bool) and _is_key(name, str(value)):
            stem = (match["stem"] or "").rstrip("_-").casefold()
            rank = 0 if not stem else 1 if stem in around.casefold().replace("_", "") or stem in around.casefold() else 2
            found.append((rank, match["end"].casefold() not in ("id",), place, name))
    return min(found)[3] if found else ""


def _is_key(name: str, value: str) -> bool:
    return bool(_LOOKS.match(value)) and not _NO_KEYS.search(name)


def _once(found: Iterator[Entity]) -> list[Entity]:
    """Leave out ids that stand at several objects which differ: such objects are entries about something, not the thing."""
    every = list(found)
    faces = {(one.key, str(sorted(one.fields.items(), key=str))) for one in every}
    times = Counter(key for key, _ in faces)
    return list({one.key: one for one in every if times[one.key] == 1}.values())


def _subjects(shown: list[Entity], arguments: dict[str, Any]) -> list[Entity]:
    """Give the entities that a write is about: those it names, or else the first that it shows."""
    named = _named(arguments)
    return [one for one in shown if one.key in named] or shown[:1]


def _given(arguments: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in _scalars(arguments) if value is not None}


def _named(arguments: dict[str, Any]) -> set[str]:
    """Give the ids among arguments."""
    keys = ((name, str(value)) for name, value in _scalars(arguments) if not isinstance(value, bool))
    return {value for name, value in keys if _LOOKS.match(value) and _KEYED.match(name) and _is_key(name, value)}


def _nothing(result: Any) -> bool:
    """Tell whether a result shows nothing: empty all through, or an error."""
    if isinstance(result, dict):
        return any(name in result for name in ("error", "errors")) or all(_nothing(inner) for inner in result.values())
    return all(map(_nothing, result)) if isinstance(result, list) else result in (None, "", 0, False)


def _scalars(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for inner_name, inner in value.items():
            yield from _scalars(inner, inner_name)
    elif isinstance(value, list):
        for inner in value:
            yield from _scalars(inner, name)
    elif name:
        yield name, value
