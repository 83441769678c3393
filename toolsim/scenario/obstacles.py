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

FORM = frozenset({"invalid_arguments", "bad_range", "not_computable"})
"""Faults of the arguments' form, which belong to error_param."""
_DRAWS = 10
_REPAIR_DRAWS = 3


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A need that the world refuses as it stands, and a call after which it does not."""

    need: Need
    repair: Need


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
        if code == "not_found":
            continue
        keys = {f.of: need.flats[0][f.name] for f in need.api.prepared.params if f.kind is Kind.REF and f.name in need.flats[0]}
        for other in setting.catalogue.of(api.pack):
            op = other.operation
            if (
                other.effect is Effect.WRITE
                and other is not api
                and op.target in keys
                and other.prepared.verb.about_row(other.prepared.subject)
            ):
                repair = _repair(setting, need, other, keys[op.target])
                if repair is not None:
                    return Obstacle(need, repair)
    return None


def _repair(setting: Setting, need: Need, other: Api, key: str) -> Need | None:
    """Find a call of another API on the same row after which the need can be met."""
    world, name = setting.world, other.prepared.subject.target.key
    if other.wire.entry is not None:
        return None
    for _ in range(_REPAIR_DRAWS):
        drawn = other.prepared.draw_any(world, setting.rng)
        if drawn is None:
            return None
        fields = {field.name: field for field in other.prepared.params}
        flat = {n: v for n, v in {**drawn, name: key}.items() if fields[n].required}
        arguments = other.wire.encode([flat])
        if not other.arguments.is_valid(arguments):
            continue
        mark = world.mark()
        helps = world.run(other, arguments).ok and world.run(need.api, need.arguments).ok
        world.undo(mark)
        if helps:
            return Need(other, [flat], arguments)
    return None
