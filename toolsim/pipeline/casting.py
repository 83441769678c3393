"""Who plays in a run: the embedded planner and the world, or models in their place, in any mix; and who judges."""

from __future__ import annotations

from dataclasses import dataclass, replace

from toolsim.apis.catalogue import Catalogue
from toolsim.base import seeds
from toolsim.base.records import Record
from toolsim.checks.case import Case
from toolsim.checks.examine import examine
from toolsim.checks.fidelity import examine_user
from toolsim.checks.finding import Finding
from toolsim.checks.trajectory import examine_trajectory
from toolsim.jury.panel import Panel
from toolsim.models.accounts import Account, Staged
from toolsim.models.chat import ChatModel
from toolsim.pipeline.empanel import Jury
from toolsim.roleplay.actors import Assistant, Tool, User
from toolsim.roleplay.model_assistant import ModelAssistant, tool_of
from toolsim.roleplay.model_tool import ModelTool
from toolsim.roleplay.model_user import ModelUser
from toolsim.roleplay.polish import polish
from toolsim.roleplay.scripted import ScriptedAssistant, ScriptedUser
from toolsim.roleplay.stage import Cast
from toolsim.roleplay.world_tool import WorldTool
from toolsim.scenario.blueprint import Scenario
from toolsim.world.world import World

PLANNER, WORLD = "planner", "world"


class Casting(Record):
    """Which model plays which role, as named on the command line; keys are never part of it."""

    user: str = PLANNER
    assistant: str = PLANNER
    tool: str = WORLD
    polish: str = ""
    trajectories: int = 1
    """Made of each scenario, where a model is the assistant."""
    tasks: str | None = None
    """The model that thinks up tasks, where the tools are backed by no world."""
    jury: Jury | None = None
    """Must accept what has passed the checks; None where nobody is asked."""

    @property
    def models(self) -> tuple[str, ...]:
        """The models that are asked for."""
        return tuple(dict.fromkeys((*self.played.values(), *(self.jury.models if self.jury else ()))))

    @property
    def played(self) -> dict[str, str]:
        """The roles that models play: role -> model."""
        roles = {"user": self.user, "assistant": self.assistant, "tool": self.tool, "polish": self.polish, "tasks": self.tasks}
        return {role: name for role, name in roles.items() if name and name not in (PLANNER, WORLD)}


Meter = dict[str, Account]
"""What one dialogue uses, by role."""


@dataclass(frozen=True, slots=True)
class Casts:
    """Makes the cast of each dialogue."""

    casting: Casting
    catalogue: Catalogue
    models: dict[str, ChatModel]
    """Models by role."""
    panel: Panel | None = None
    """The jury, seated."""

    def metered(self) -> tuple[Casts, Meter]:
        """Give the same casts for one dialogue, and the meter of what it uses."""
        meter = {role: Account() for role in self.models}
        return replace(self, models={role: Staged(model, meter[role]) for role, model in self.models.items()}), meter

    async def rework(self, scenario: Scenario) -> Scenario:
        """Let a model polish what the user says, where one is asked for."""
        return await polish(scenario, self.catalogue, self.models["polish"]) if self.casting.polish else scenario

    def cast(self, scenario: Scenario, world: World, sample: int) -> Cast:
        """Give the actors of one performance."""
        return Cast(self._user(scenario, sample), self._assistant(scenario, sample), self._tool(scenario, world, sample))

    def _user(self, scenario: Scenario, sample: int) -> User:
        name = self.casting.user
        return ScriptedUser(scenario) if name == PLANNER else ModelUser(scenario, self.models["user"], sample)

    def _assistant(self, scenario: Scenario, sample: int) -> Assistant:
        name = self.casting.assistant
        if name == PLANNER:
            return ScriptedAssistant(
                scenario, self.catalogue, seeds.stream(scenario.seed, "assistant"), self.casting.user != PLANNER
            )
        tools = [tool_of(self.catalogue, tool, scenario.language) for tool in scenario.tools]
        return ModelAssistant(scenario, tools, self.models["assistant"], sample)

    def _tool(self, scenario: Scenario, world: World, sample: int) -> Tool:
        name = self.casting.tool
        if name == WORLD:
            return WorldTool(scenario, world)
        specs = {tool: self.catalogue.api(tool).spec(scenario.language).model_dump() for tool in scenario.tools}
        seed = scenario.seed % 2**31
        return ModelTool(specs, scenario.language, scenario.now, seed, self.models["tool"], sample, scenario.faults)

    def examine(self, case: Case) -> list[Finding]:
        """Examine a dialogue by the checks that fit who played in it."""
        casting = self.casting
        if casting.tool != WORLD:
            case.world = None
        scripted = casting.user == PLANNER and casting.assistant == PLANNER
        findings = list(examine(case) if scripted else examine_trajectory(case))
        if casting.user != PLANNER:
            findings += examine_user(case)
        return findings
