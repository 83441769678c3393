"""Play a scenario: set the stage with the cast that is wanted and give the record."""

from __future__ import annotations

import orjson

from toolsim.apis.catalogue import Catalogue
from toolsim.base import seeds
from toolsim.base.text import Text
from toolsim.roleplay.dialogue import Dialogue
from toolsim.roleplay.scripted import ScriptedAssistant, ScriptedUser
from toolsim.roleplay.stage import Cast, Stage
from toolsim.roleplay.world_tool import WorldTool
from toolsim.scenario.blueprint import Scenario
from toolsim.world.world import World

_PROFILE = Text("What is stored about the user: ", "已存的用户资料：")


def system_message(scenario: Scenario) -> str:
    """Write the system message: time and person, and the profile where there is one."""
    if scenario.profile is None:
        return scenario.context
    return f"{scenario.context}\n{_PROFILE.say(scenario.language)}{orjson.dumps(scenario.profile).decode()}"


def embedded(scenario: Scenario, catalogue: Catalogue, world: World) -> Cast:
    """Give the cast that needs no model: the planner as user and assistant, the world as tool."""
    rng = seeds.stream(scenario.seed, "assistant")
    return Cast(ScriptedUser(scenario), ScriptedAssistant(scenario, catalogue, rng), WorldTool(scenario, world))


async def play(scenario: Scenario, catalogue: Catalogue, world: World, cast: Cast | None = None) -> Dialogue:
    """Play a scenario in a world as seeded, with the embedded cast unless another is given; the world is left as it was.

    Raises:
        Unseen: the scenario is wrong: it has the embedded assistant use what it cannot see.
        ModelFailure: a model that plays gave no answer.
    """
    stage, mark = Stage(scenario, cast or embedded(scenario, catalogue, world)), world.mark()
    try:
        ended = await stage.play(system_message(scenario))
        return stage.record(ended, world.digest())
    finally:
        world.undo(mark)
