"""Rivals: other APIs that would do for a need what its own API does, proved by running them with what was told."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations, islice, product
from typing import Any

from toolsim.apis.api import Api
from toolsim.apis.leaves import ArgumentLeaf, leaves
from toolsim.apis.paths import put, value_at
from toolsim.scenario.needs import Need
from toolsim.taxonomy.declarations import NUMERIC, Field, Kind
from toolsim.verbs.verb import Args, Effect
from toolsim.world.diff import Change, diff
from toolsim.world.world import Outcome, World

_MOST_BINDINGS = 12
_LAST_INDEX = re.compile(r"\[\d+\]$")


def rivals(world: World, need: Need, others: Iterable[Api]) -> frozenset[str]:
    """Name the APIs that, given only what the need tells, reach the same end state (writes) or show all that it shows (reads)."""
    candidates = [api for api in others if api.effect is need.api.effect and _near(world, api, need.api)]
    if not candidates:
        return frozenset()
    told = list(leaves(need.api, need.arguments))
    outcome, changes = _effect(world, need.api, need.arguments)
    gold = _Gold(changes, _values(outcome.record()) if need.api.effect is Effect.READ else set())
    return frozenset(api.name for api in candidates if _serves(world, api, need, told, gold))


def equals(world: World, api: Api, arguments: dict[str, Any]) -> tuple[dict[str, Any], ...]:
    """List other arguments, made of the same values, that give the same: two values of a kind exchanged, a list turned round."""
    found: list[dict[str, Any]] = []
    gold: tuple[Outcome, list[Change]] | None = None
    for other in _rearranged(api, arguments):
        if other == arguments or other in found or not api.arguments.is_valid(other):
            continue
        gold = gold or _effect(world, api, arguments)
        outcome, changes = _effect(world, api, other)
        if gold[0].ok and outcome.ok and outcome.record() == gold[0].record() and changes == gold[1]:
            found.append(other)
    return tuple(found)


def _rearranged(api: Api, arguments: dict[str, Any]) -> Iterator[dict[str, Any]]:
    told = list(leaves(api, arguments))
    for one, two in combinations(told, 2):
        if one.value != two.value and one.field.kind is two.field.kind and _takes(api, one.field, api, two.field):
            yield put(put(arguments, one.path, two.value), two.path, one.value)
    for path in dict.fromkeys(_LAST_INDEX.sub("", leaf.path) for leaf in told if _LAST_INDEX.search(leaf.path)):
        items = value_at(arguments, path)
        if len(items) > 2:
            yield put(arguments, path, items[::-1])


@dataclass(frozen=True, slots=True)
class _Gold:
    """What the right call does."""

    changes: list[Change]
    shown: set[Any]
    """Values in its result."""


def _near(world: World, api: Api, other: Api) -> bool:
    """Tell whether an API can run here and works on what the other works on."""
    if api is other or not _runs(world, api):
        return False
    return bool(api.tables & other.tables) or (not api.tables and not other.tables)


def _runs(world: World, api: Api) -> bool:
    """Tell whether the world holds what an API works on; APIs that only calculate run in any."""
    return api.tables <= world.tables.keys() and (not api.tables or any(api.pack is pack for pack in world.plan.packs))


def _effect(world: World, api: Api, arguments: dict[str, Any]) -> tuple[Outcome, list[Change]]:
    before, mark = world.snapshot() if api.effect is Effect.WRITE else {}, world.mark()
    outcome = world.run(api, arguments)
    changes = diff(before, world.tables) if api.effect is Effect.WRITE else []
    world.undo(mark)
    return outcome, changes


def _serves(world: World, api: Api, need: Need, told: list[ArgumentLeaf], gold: _Gold) -> bool:
    for flat in _bindings(api, need, told):
        arguments = api.wire.encode([flat])
        if not api.arguments.is_valid(arguments):
            continue
        outcome, changes = _effect(world, api, arguments)
        if not outcome.ok:
            continue
        if api.effect is Effect.WRITE:
            if changes == gold.changes:
                return True
        elif gold.shown and gold.shown <= _values(outcome.record()):
            return True
    return False


def _bindings(api: Api, need: Need, told: list[ArgumentLeaf]) -> Iterator[Args]:
    """Give the ways in which told values fill an API's parameters: required ones by kind, optional ones by name."""
    given = need.flats[0]
    choices: dict[str, list[Any]] = {}
    for field in api.prepared.params:
        if field.name in given and _takes(
            api, field, need.api, next(f for f in need.api.prepared.params if f.name == field.name)
        ):
            choices[field.name] = [given[field.name]]
        elif field.required:
            found = [leaf.value for leaf in told if _takes(api, field, need.api, leaf.field)]
            if not found:
                return
            choices[field.name] = list(dict.fromkeys(map(_frozen, found)))
    names = list(choices)
    for values in islice(product(*choices.values()), _MOST_BINDINGS):
        yield dict(zip(names, values, strict=True))


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _takes(api: Api, field: Field, other: Api, given: Field) -> bool:
    """Tell whether a value given for one field may be meant for another."""
    if field.kind is Kind.REF:
        return given.kind is Kind.REF and api.pack.entity(field.of).table == other.pack.entity(given.of).table
    if field.kind is not given.kind:
        return False
    if field.kind in (Kind.ENUM, Kind.STATE, Kind.MANY):
        return set(field.codes) == set(given.codes)
    if field.kind in NUMERIC:
        return field.unit == given.unit and (field.unit is not None or field.name == given.name)
    if field.kind in (Kind.VALUE, Kind.LIST):
        return field.name == given.name and _form(field) == _form(given)
    if field.kind in (Kind.TEXT, Kind.FLAG):
        return field.name == given.name
    return True


def _form(field: Field) -> tuple[object, ...]:
    """Describe what a nested value is made of."""
    inner = (*field.fields, *((field.item,) if field.item else ()))
    return (field.kind, *((f.name, _form(f)) for f in inner))


def _values(record: Any) -> set[Any]:
    """Collect the leaf values of a result, counts and flags aside."""
    out: set[Any] = set()
    _collect(record, out)
    return out


def _collect(record: Any, out: set[Any]) -> None:
    if isinstance(record, dict):
        for name, inner in record.items():
            if name not in ("total", "Total"):
                _collect(inner, out)
    elif isinstance(record, list):
        for inner in record:
            _collect(inner, out)
    elif not isinstance(record, bool):
        out.add(record)
