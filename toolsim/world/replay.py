"""Run recorded calls again in a fresh world, and compare."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from toolsim.base.text import Language
from toolsim.world.diff import Change, diff
from toolsim.world.world import Outcome, WorldPlan


@dataclass(frozen=True, slots=True)
class Call:
    """One call as it stands in a record."""

    name: str
    arguments: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Replay:
    """What calls do in a fresh world."""

    outcomes: tuple[Outcome, ...]
    digest: str
    """Of the end state."""
    changes: tuple[Change, ...]
    """From the seeded state to the end state."""


def replay(plan: WorldPlan, seed: int, language: Language, calls: Iterable[Call]) -> Replay:
    """Make the world of a seed again and run the calls in order."""
    world = plan.world(seed, language)
    before = world.snapshot()
    outcomes = tuple(world.call(call.name, call.arguments) for call in calls)
    return Replay(outcomes, world.digest(), tuple(diff(before, world.tables)))
