"""Plan scenarios: give each the API it turns on, and try others when the world offers nothing for it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from toolsim.apis.api import Api
from toolsim.apis.catalogue import Catalogue
from toolsim.base import seeds
from toolsim.scenario.blueprint import Scenario
from toolsim.scenario.categories import Category
from toolsim.scenario.offers import Offers
from toolsim.scenario.planners import agents, doubts, flaws, parallel, preference, recovery, single, turns, unserved
from toolsim.scenario.planners.planner import PLANNERS
from toolsim.scenario.setting import PlanFailed, make_setting
from toolsim.world.world import World

FAMILIES = (agents, doubts, flaws, parallel, preference, recovery, single, turns, unserved)
"""The modules that register the built-in planners."""
TRIES = 8
"""APIs tried for one scenario; each with a few draws of its own."""


@dataclass(slots=True)
class Plan:
    """What planning one scenario gave."""

    scenario: Scenario | None
    misses: Counter[str] = field(default_factory=Counter)
    """Reasons why tried APIs did not do."""


class ScenarioPlanner:
    """Plans scenarios over a catalogue; keeps indexes and the lists of suitable APIs."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.offers = Offers(catalogue)
        self._suitable: dict[tuple[str, str], list[Api]] = {}

    def suitable(self, category: Category, pack: str) -> list[Api]:
        """List the APIs of a pack on which dialogues of a category can turn."""
        key = (category.name, pack)
        if key not in self._suitable:
            planner = PLANNERS.get(category.planner)
            apis = self.catalogue.of(self.catalogue.pack(pack))
            self._suitable[key] = [api for api in apis if planner.suits(api, category)]
        return self._suitable[key]

    def plan(self, identity: str, seed: int, category: Category, world: World, first: int) -> Plan:
        """Plan one scenario in a world, which is left as it was.

        Args:
            identity: the scenario's id.
            seed: of all its chance.
            first: rank, among the suitable APIs, of the one to try first.
        """
        planner = PLANNERS.get(category.planner)
        targets = self.suitable(category, world.plan.packs[0].name)
        plan = Plan(None)
        for attempt in range(min(TRIES, len(targets) * 2)):
            target = targets[(first + attempt * 7) % len(targets)]
            rng = seeds.stream(seed, attempt)
            setting = make_setting(identity, seed, self.catalogue, world, category, target, rng)
            mark = world.mark()
            try:
                plan.scenario = planner.plan(setting, self.offers)
                return plan
            except PlanFailed as failure:
                world.undo(mark)
                plan.misses[str(failure)] += 1
        return plan
