"""Calls that the world refuses for a reason of its own, and the calls after which it does not: searched over real states."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from toolsim.apis.api import Api
from toolsim.scenario.needs import Need, thin
from toolsim.scenario.setting import Setting
from toolsim.taxonomy.declarations import Kind
from toolsim.verbs.verb import Args, Effect
from toolsim.world.world import World

FORM = frozenset({"invalid_arguments", "bad_range", "not_computable"})
"""Faults of the arguments' form, which belong to error_param."""
_DRAWS = 10
_REPAIR_DRAWS = 3
_SEARCHED = 8


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A need that the world refuses as it stands, and a call after which it does not."""

    need: Need
    repair: Need
    code: str
    """Of the fault."""


def refusals(api: Api, setting: Setting, tries: int = _DRAWS) -> Iterator[tuple[Need, str]]:
    """Give calls that the spec takes and the world refuses, with the code of the fault."""
    for flat in _flats(api, setting, tries):
        if flat is None:
            continue
        thinned = thin(api, flat, setting.rng)
        for args in (thinned, flat):
            arguments: dict[str, Any] = api.wire.encode([args])
            if not api.arguments.is_valid(arguments):
                continue
            mark = setting.world.mark()
            outcome = setting.world.run(api, arguments)
            setting.world.undo(mark)
            if outcome.fault is not None and outcome.fault.code not in FORM:
                yield Need(api, [args], arguments), outcome.fault.code
                break


def _flats(api: Api, setting: Setting, tries: int) -> Iterator[Args | None]:
    for sampler in api.prepared.faulty:
        yield sampler.draw(setting.world, setting.rng)
    for _ in range(tries):
        yield api.prepared.draw_any(setting.world, setting.rng)


def find_obstacle(setting: Setting, api: Api) -> Obstacle | None:
    """Search the world for a call that is refused, and for another that makes it possible."""
    for need, code in refusals(api, setting, tries=6):
        if code != "not_found":
            repair = find_repair(setting, need)
            if repair is not None:
                return Obstacle(need, repair, code)
    return None


def search_obstacle(setting: Setting) -> Obstacle | None:
    """Search for an obstacle to the target, and then to some other writes of its pack."""
    writes = [api for api in setting.catalogue.of(setting.target.pack) if api.effect is Effect.WRITE and api.wire.entry is None]
    for api in (setting.target, *setting.rng.sample(writes, min(_SEARCHED, len(writes)))):
        obstacle = find_obstacle(setting, api) if api.effect is Effect.WRITE and api.wire.entry is None else None
        if obstacle is not None:
            return obstacle
    return None


def find_repair(setting: Setting, need: Need) -> Need | None:
    """Search for a call on one of the rows that a need names, after which the world does not refuse the need.

    A repair after which the need only leads back to where things stood is none: nobody unlocks a door to lock it.
    """
    named = {f.of: need.flats[0][f.name] for f in need.api.prepared.params if f.kind is Kind.REF and f.name in need.flats[0]}
    for other in setting.catalogue.of(need.api.pack):
        target = other.operation.target
        if other is not need.api and target in named and _acts_on_row(other):
            repair = _repair(setting, need, other, named[target])
            if repair is not None:
                return repair
    return None


def _acts_on_row(api: Api) -> bool:
    return api.effect is Effect.WRITE and api.wire.entry is None and api.prepared.verb.about_row(api.prepared.subject)


def _repair(setting: Setting, need: Need, other: Api, key: str) -> Need | None:
    world, name = setting.world, other.prepared.subject.target.key
    required = {field.name for field in other.prepared.params if field.required}
    for _ in range(_REPAIR_DRAWS):
        drawn = other.prepared.draw_any(world, setting.rng)
        if drawn is None:
            return None
        flat = {n: v for n, v in {**drawn, name: key}.items() if n in required}
        arguments = other.wire.encode([flat])
        if not other.arguments.is_valid(arguments):
            continue
        mark = world.mark()
        before = _state(other, world, key)
        repaired = world.run(other, arguments).ok
        between = _state(other, world, key)
        helps = repaired and world.run(need.api, need.arguments).ok
        leads_back = between != before and _state(other, world, key) == before
        world.undo(mark)
        if helps and not leads_back:
            return Need(other, [flat], arguments)
    return None


def _state(api: Api, world: World, key: str) -> Any:
    """Give the state of a row of an API's target; None where it has none or is gone."""
    entity = api.prepared.subject.target
    row = world.rows(entity.table).get(key)
    return row.get(entity.state.name) if row is not None and entity.state is not None else None
