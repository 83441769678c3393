"""A corpus of planned scenarios, shared by tests: each category in each language, turning on each pack once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from toolsim.apis.api import Api
from toolsim.apis.catalogue import Catalogue
from toolsim.apis.leaves import ArgumentLeaf, leaves
from toolsim.base import seeds
from toolsim.base.text import LANGUAGES, Language
from toolsim.scenario.blueprint import GoldCall, Move, Scenario, Source, UserTurn
from toolsim.scenario.categories import Category, categories
from toolsim.scenario.needs import Need
from toolsim.scenario.plan import ScenarioPlanner
from toolsim.world.injection import InjectedWorld
from toolsim.world.world import Outcome, World, WorldPlan

CASES = [(category, language) for category in categories() for language in LANGUAGES]
"""Every category in every language."""


@dataclass(frozen=True)
class Planned:
    """One try to plan."""

    scenario: Scenario | None
    category: Category
    world: World
    """As seeded."""
    untouched: bool
    """Whether planning left the world as it was."""


@dataclass(frozen=True)
class Step:
    """One gold call, executed again."""

    call: GoldCall
    api: Api
    outcome: Outcome
    place: int
    """Index in the script of the message with the call."""
    digest: str
    """Of the world afterwards."""


class Corpus:
    """Plans scenarios and keeps them."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.planner = ScenarioPlanner(catalogue)
        self.packs = list(catalogue.taxonomy.packs.values())
        self._worlds: dict[tuple[int, int, Language, int], World] = {}
        self._planned: dict[tuple[str, Language], list[Planned]] = {}

    def world(self, first: int, count: int, language: Language, again: int = 0) -> World:
        """Give the world of some packs, as seeded."""
        key = (first, count, language, again)
        if key not in self._worlds:
            held = [self.packs[(first + step) % len(self.packs)] for step in range(count)]
            self._worlds[key] = WorldPlan(self.catalogue, held).world(seeds.derive(11, *key), language)
        return self._worlds[key]

    def tried(self, category: str, language: Language) -> list[Planned]:
        """Plan a category once on each pack."""
        key = (category, language)
        if key not in self._planned:
            self._planned[key] = [self.plan(category, language, index) for index in range(len(self.packs))]
        return self._planned[key]

    def plan(self, category: str, language: Language, index: int, again: int = 0) -> Planned:
        """Plan one scenario on a pack."""
        kind = categories()[category]
        world = self.world(index, kind.packs, language, again)
        before = (world.digest(), world.mark())
        seed = seeds.derive(11 + again, category, language, index)
        plan = self.planner.plan(f"{language}-{category}-{index}", seed, kind, world, index * 3 + again)
        return Planned(plan.scenario, kind, world, (world.digest(), world.mark()) == before)

    def of(self, category: str, language: Language) -> list[tuple[Scenario, World]]:
        """Give the scenarios of a category with their worlds."""
        return [(one.scenario, one.world) for one in self.tried(category, language) if one.scenario is not None]

    def family(self, prefix: str, language: Language) -> list[tuple[Scenario, World]]:
        """Give the scenarios of all categories whose names begin alike."""
        return [pair for name in categories() if name.startswith(prefix) for pair in self.of(name, language)]

    def leaves(self, call: GoldCall) -> list[tuple[ArgumentLeaf, Source]]:
        """List the values of a call with where they are seen."""
        return [(leaf, call.sources[leaf.path]) for leaf in leaves(self.catalogue.api(call.name), call.arguments)]

    def steps(self, scenario: Scenario, world: World) -> Iterator[Step]:
        """Execute the gold calls in order; between two of them the world is as the next one finds it."""
        places = {
            call: place
            for place, move in enumerate(scenario.script)
            if isinstance(move, Move)
            for call in move.calls
            if move.kind == "call"
        }
        mark, line = world.mark(), InjectedWorld(world, scenario.faults)
        try:
            for call in scenario.calls:
                outcome = line.call(call.name, call.arguments)
                yield Step(call, self.catalogue.api(call.name), outcome, places[call.id], world.digest())
        finally:
            world.undo(mark)

    def need(self, call: GoldCall) -> Need:
        """Give the need that a call serves."""
        api = self.catalogue.api(call.name)
        return Need(api, api.wire.decode(call.arguments), call.arguments)


@lru_cache(maxsize=1)
def corpus_of(catalogue: Catalogue) -> Corpus:
    """Give the corpus over a catalogue, the same one for all tests."""
    return Corpus(catalogue)


def user_turns(scenario: Scenario) -> dict[int, UserTurn]:
    """Give what the user says by place in the script."""
    return {place: step for place, step in enumerate(scenario.script) if isinstance(step, UserTurn)}


def moves(scenario: Scenario, *kinds: str) -> list[tuple[int, Move]]:
    """List the assistant's moves of some kinds with their places in the script."""
    return [(i, step) for i, step in enumerate(scenario.script) if isinstance(step, Move) and (not kinds or step.kind in kinds)]


def shape(scenario: Scenario) -> list[str]:
    """Give the script as a list of acts and kinds."""
    return [step.act if isinstance(step, UserTurn) else step.kind for step in scenario.script]


def differing(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """List the names at which two flat records differ."""
    return sorted(name for name in {**one, **other} if one.get(name) != other.get(name) or (name in one) is not (name in other))
