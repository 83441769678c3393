"""Sample calls that a world accepts, in a person's words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from toolsim.apis.api import Api
from toolsim.base import seeds
from toolsim.base.text import Language
from toolsim.wording.requests import Phrasing
from toolsim.world.trial import valid_arguments
from toolsim.world.world import WorldPlan

_WORLDS = 6


def sample_requests(plan: WorldPlan, api: Api, seed: int, language: Language, count: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give requests, each with the wire arguments that it stands for; from as many worlds as there are requests."""
    found = 0
    for index in range(count * _WORLDS):
        world = plan.world(seeds.derive(seed, "say", index), language)
        rng = seeds.stream(seed, "say", api.name, index)
        arguments = valid_arguments(api, world, rng)
        if arguments is None:
            continue
        yield Phrasing(world, api, rng).request(api.wire.decode(arguments)).text, arguments
        found += 1
        if found == count:
            return
