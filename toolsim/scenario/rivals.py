"""Rivals: other APIs that would do for a need what its own API does, proved by running them with what was told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice, product
from typing import Any

from toolsim.apis.api import Api
from toolsim.apis.leaves import ArgumentLeaf, leaves
from toolsim.scenario.needs import Need
from toolsim.taxonomy.declarations import NUMERIC, Field, Kind
from toolsim.verbs.verb import Args, Effect
from toolsim.world.diff import Change, diff
from toolsim.world.world import Outcome, World

_MOST_BINDINGS = 12


def rivals(world: World, need: Need, others: Iterable[Api]) -> frozenset[str]:
    """Name the APIs that, given only what the need tells, reach the same end state (writes) or show all that it shows (reads)."""
    told = list(leaves(need.api, need.arguments))
    gold = _effect(world, need.api, need.arguments)
    return frozenset(
        api.name
        for api in others
        if api is not need.api and api.effect is need.api.effect and _runs(world, api) and _serves(world, api, need, told, gold)
    )


def _runs(world: World, api: Api) -> bool:
    """Tell whether the world holds what an API works on; APIs that only calculate run in any."""
    return api.tables <= world.tables.keys() and (not api.tables or any(api.pack is pack for pack in world.plan.packs))


def _effect(world: World, api: Api, arguments: dict[str, Any]) -> tuple[Outcome, list[Change]]:
    before, mark = world.snapshot() if api.effect is Effect.WRITE else {}, world.mark()
    outcome = world.run(api, arguments)
    changes = diff(before, world.tables) if api.effect is Effect.WRITE else []
    world.undo(mark)
    return outcome, changes


def _serves(world: World, api: Api, need: Need, told: list[ArgumentLeaf], gold: tuple[Outcome, list[Change]]) -> bool:
    shown = _values(gold[0].record()) if api.effect is Effect.READ else set()
    for flat in _bindings(api, need, told):
        arguments = api.wire.encode([flat])
        if not api.arguments.is_valid(arguments):
            continue
        outcome, changes = _effect(world, api, arguments)
        if not outcome.ok:
            continue
        if api.effect is Effect.WRITE:
            if changes == gold[1]:
                return True
        elif shown and shown <= _values(outcome.record()):
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
    if isinstance(record, dict):
        return set().union(*(_values(inner) for name, inner in record.items() if name.lower() != "total"))
    if isinstance(record, list):
        return set().union(*map(_values, record))
    return set() if isinstance(record, bool) else {record}
