"""The tool played by the world: it executes the call, or says why not; the scenario's fault plan befalls its calls."""

from __future__ import annotations

import orjson

from toolsim.roleplay.actors import ToolResult
from toolsim.roleplay.dialogue import ToolCall
from toolsim.scenario.blueprint import Scenario
from toolsim.verbs import faults
from toolsim.world.injection import InjectedWorld
from toolsim.world.world import Outcome, World


class WorldTool:
    """Executes calls of offered tools on a world."""

    name = "world"

    def __init__(self, scenario: Scenario, world: World) -> None:
        self._offered = frozenset(scenario.tools)
        self._world = world
        self._line = InjectedWorld(world, scenario.faults)

    async def call(self, call: ToolCall) -> ToolResult:
        """Execute one call; a fault leaves the world as it was."""
        world = self._world
        mark = world.mark()
        outcome = self._run(call)
        wrote = tuple(dict.fromkeys(f"{table}/{key}" for table, key in world.touched(mark)))
        return ToolResult(orjson.dumps(outcome.record()).decode(), outcome.code, wrote)

    def _run(self, call: ToolCall) -> Outcome:
        name, language = call.function.name, self._world.language
        if name not in self._offered:
            return Outcome(fault=faults.UNKNOWN_API.make(language, name=name))
        try:
            arguments = orjson.loads(call.function.arguments)
        except orjson.JSONDecodeError as error:
            return Outcome(fault=faults.INVALID.make(language, why=str(error)))
        if not isinstance(arguments, dict):
            return Outcome(fault=faults.INVALID.make(language, why=type(arguments).__name__))
        return self._line.call(name, arguments)
