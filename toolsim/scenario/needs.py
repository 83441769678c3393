"""Needs: calls that the world accepts as it stands, thinned to what a person would ask for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from toolsim.apis.api import Api
from toolsim.scenario.setting import PlanFailed
from toolsim.taxonomy.declarations import Kind
from toolsim.verbs.verb import Args
from toolsim.world.trial import draws
from toolsim.world.world import World

TRIES = 30
_MOST_OPTIONAL = 3
_IDLE = frozenset({"limit", "descending", "digits", "sort_by", "include"})
"""Parameters that people seldom give."""
_SEARCHES = frozenset({"find", "rank"})

Accept = Callable[[list[Args]], bool]


@dataclass(frozen=True, slots=True)
class Need:
    """A call that does what somebody wants."""

    api: Api
    flats: list[Args]
    """Flat arguments, one dict for each entry of a batch."""
    arguments: dict[str, Any]
    """The same on the wire."""


def draw_need(api: Api, world: World, rng: Random, accept: Accept | None = None, tries: int = TRIES) -> Need:
    """Find a call that the world accepts and that gives something; the world is left as it was.

    Raises:
        PlanFailed: none was found in so many tries.
    """
    for need in needs(api, world, rng, tries):
        if accept is None or accept(need.flats):
            return need
    raise PlanFailed(f"no fitting call of {api.name}")


def needs(api: Api, world: World, rng: Random, tries: int = TRIES) -> Iterator[Need]:
    """Give calls that the world accepts and that give something."""
    for drawn in draws(api, world, rng, tries):
        flats = [thin(api, flat, rng) for flat in api.wire.decode(drawn)]
        arguments = api.wire.encode(flats)
        if not api.arguments.is_valid(arguments):
            flats, arguments = api.wire.decode(drawn), drawn
        if not api.arguments.is_valid(arguments):
            continue
        mark = world.mark()
        outcome = world.run(api, arguments)
        world.undo(mark)
        if outcome.ok and not _finds_nothing(api, outcome.record(), rng):
            yield Need(api, flats, arguments)


def thin(api: Api, flat: Args, rng: Random) -> Args:
    """Leave out defaults, what people seldom say, and optional values beyond a few."""
    fields = {field.name: field for field in api.prepared.params}
    kept = {name: value for name, value in flat.items() if fields[name].auto is None or fields[name].auto != value}
    optional = [name for name in kept if not fields[name].required]
    idle = [name for name in optional if name in _IDLE and rng.random() < 0.8]
    told = [name for name in optional if name not in idle]
    rng.shuffle(told)
    dropped = {*idle, *told[rng.randint(1, _MOST_OPTIONAL) :]}
    if "sort_by" in dropped or ("sort_by" in fields and "sort_by" not in kept):
        dropped.add("descending")
    return {name: value for name, value in kept.items() if name not in dropped}


def _finds_nothing(api: Api, record: dict[str, Any], rng: Random) -> bool:
    if api.operation.verb not in _SEARCHES:
        return False
    empty = any(value == [] for value in record.values())
    return empty and rng.random() < 0.9


def varied(need: Need, names: list[str], world: World, rng: Random, tries: int = TRIES) -> Need:
    """Find the same call with another value of one of some parameters, which gives something else; the world is left as it was.

    Raises:
        PlanFailed: none was found in so many tries.
    """
    mark = world.mark()
    first = world.run(need.api, need.arguments).record()
    world.undo(mark)
    for drawn in draws(need.api, world, rng, tries):
        name = rng.choice(names)
        other = need.api.wire.decode(drawn)[0]
        if name not in other or other[name] == need.flats[0][name]:
            continue
        flats = [{**need.flats[0], name: other[name]}, *need.flats[1:]]
        arguments = need.api.wire.encode(flats)
        if not need.api.arguments.is_valid(arguments):
            continue
        outcome = world.run(need.api, arguments)
        world.undo(mark)
        if outcome.ok and outcome.record() != first:
            return Need(need.api, flats, arguments)
    raise PlanFailed(f"no other call of {need.api.name}")


def withholdable(need: Need, me: str, world: World) -> list[str]:
    """List the parameters that only the user can supply: required, plain, to be had neither from the context nor a lone row."""
    out = []
    for field in need.api.prepared.params:
        if not field.required or field.name not in need.flats[0] or field.kind in (Kind.VALUE, Kind.LIST, Kind.FLAG):
            continue
        if field.kind is Kind.REF:
            entity = need.api.pack.entity(field.of)
            if entity.name == "person" or need.flats[0][field.name] == me or len(world.rows(entity.table)) < 2:
                continue
        out.append(field.name)
    return out
