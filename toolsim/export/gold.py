"""Gold: what the planner makes of a scenario, in its world as seeded, where it passes every check."""

from __future__ import annotations

import asyncio
from functools import lru_cache

from toolsim.apis.catalogue import Catalogue
from toolsim.base.text import Language
from toolsim.checks.case import Case
from toolsim.checks.examine import examine
from toolsim.roleplay.dialogue import Dialogue
from toolsim.roleplay.play import play
from toolsim.roleplay.scripted import Unseen
from toolsim.scenario.blueprint import Scenario
from toolsim.world.world import World, WorldPlans


class GoldPlayer:
    """Plays scenarios as the planner does without any model; those of one world in a row seed it once."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._plans = WorldPlans(catalogue)
        self._worlds_of = lru_cache(maxsize=1)(self._worlds)

    def play(self, scenario: Scenario) -> Dialogue | None:
        """Play a scenario under the id `SCENARIO-gold`; None where the checks find anything, or the script has come apart."""
        world, fresh = self._worlds_of(scenario.packs, scenario.world_seed, scenario.language)
        try:
            dialogue = asyncio.run(play(scenario, self._catalogue, world))
        except Unseen:
            return None
        if any(examine(Case.of(scenario, dialogue, self._catalogue, fresh))):
            return None
        return dialogue.model_copy(update={"id": f"{scenario.id}-gold"})

    def _worlds(self, packs: tuple[str, ...], seed: int, language: Language) -> tuple[World, World]:
        """Seed the world to play in, and another to run the calls again in."""
        plan = self._plans.of(packs)
        return plan.world(seed, language), plan.world(seed, language)
