"""What a worker does where no world backs the tools: have tasks thought up, then play, examine and judge the dialogues."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from copy import copy

from toolsim.apis.catalogue import no_apis
from toolsim.apis.imported import ImportedTool
from toolsim.base import seeds
from toolsim.checks.case import Case
from toolsim.dataset.duplicates import Index, sign
from toolsim.models.chat import ChatModel, ChatTool
from toolsim.pipeline.casting import Casting, Casts
from toolsim.pipeline.config import RunConfig
from toolsim.pipeline.schedule import Batch, Slot, slot_id
from toolsim.pipeline.worker import Made, StageFailure, boundary, judge, perform
from toolsim.roleplay.model_assistant import ModelAssistant
from toolsim.roleplay.model_tool import ModelTool
from toolsim.roleplay.model_user import ModelUser
from toolsim.roleplay.play import system_message
from toolsim.roleplay.stage import Cast, Stage
from toolsim.roleplay.tasker import NoTask, think_up
from toolsim.scenario.blueprint import Scenario
from toolsim.scenario.simulated import TASK, occasion, scenario_of
from toolsim.scenario.toolbox import Toolbox


class TaskSchedule:
    """The batches of a run over imported tools; batch i follows from the configuration alone."""

    def __init__(self, config: RunConfig) -> None:
        self.config = config

    def batch(self, index: int) -> Batch:
        """Give one batch."""
        config = self.config
        language = config.languages[index % len(config.languages)]
        slots = tuple(
            Slot(
                slot_id(language, index, place),
                language,
                TASK,
                seeds.derive(config.seed, "task", index, place),
                index * config.batch + place,
            )
            for place in range(config.batch)
        )
        return Batch(index, language, config.packs, 0, slots)


class TaskWorker:
    """Makes batches over one toolbox."""

    def __init__(self, config: RunConfig, toolbox: Toolbox) -> None:
        self.config = config
        self.toolbox = toolbox
        self.catalogue = no_apis()
        self._mishaps = config.imported.mishaps if config.imported else 0.0
        self.casts = Casts(Casting(), self.catalogue, {})

    def playing(self, casts: Casts) -> TaskWorker:
        """Give the same worker with other casts."""
        other = copy(self)
        other.casts = casts
        return other

    async def make_all(self, batch: Batch) -> list[Made]:
        """Make the dialogues of a batch, all at once, and give them in order."""
        async with asyncio.TaskGroup() as group:
            planned = [group.create_task(self._plan(slot)) for slot in batch.slots]
        firsts = [task.result() for task in planned]
        _refuse_repeated(firsts)
        async with asyncio.TaskGroup() as group:
            trajectories = self.casts.casting.trajectories
            played = [group.create_task(perform(first, trajectories, self._stages)) for first in firsts]
        return [made for task in played for made in task.result()]

    async def _plan(self, slot: Slot) -> Made:
        """Have a task thought up."""
        made = Made(slot)
        target = self.toolbox.target(self.config.seed, slot.first)
        handful = self.toolbox.handful(target, seeds.stream(slot.seed, "handful"))
        at = occasion(slot.id, slot.seed, slot.language)
        try:
            with boundary("plan"):
                try:
                    casts, meter = self.casts.metered()
                    task = await think_up(handful, at, casts.models["tasks"])
                    made.enter(meter)
                    made.scenario = scenario_of(task, handful, at, self.config.packs[0], self._mishaps)
                except NoTask as none:
                    made.stage, made.reasons = "plan", none.codes
        except StageFailure as failure:
            made.fail(failure)
        return made

    async def _stages(self, made: Made) -> None:
        """Play, examine and judge a task once."""
        scenario = made.planned
        offered = self.toolbox.named(scenario.tools)
        specs = {tool.name: tool.openai() for tool in offered}
        with boundary("play"):
            casts, meter = self.casts.metered()
            stage = Stage(scenario, _cast(scenario, offered, made.sample, casts.models))
            ended = await stage.play(system_message(scenario))
            made.dialogue = stage.record(ended, "")
            made.enter(meter)
        with boundary("check"):
            writes = frozenset(tool.name for tool in offered if tool.effect == "WRITE")
            made.findings = self.casts.examine(Case(made.dialogue, self.catalogue, scenario, specs=specs, writes=writes))
        await judge(made, made.dialogue, specs, self.casts.panel)


def _cast(scenario: Scenario, offered: list[ImportedTool], sample: int, models: Mapping[str, ChatModel]) -> Cast:
    """Give the actors of one performance."""
    tools = [ChatTool(name=tool.name, description=tool.description, parameters=tool.parameters) for tool in offered]
    specs = {tool.name: tool.model_dump(exclude_none=True) for tool in offered}
    seed = scenario.seed % 2**31
    return Cast(
        ModelUser(scenario, models["user"], sample),
        ModelAssistant(scenario, tools, models["assistant"], sample),
        ModelTool(specs, scenario.language, scenario.now, seed, models["tool"], sample, scenario.faults),
    )


def _refuse_repeated(firsts: list[Made]) -> None:
    """Refuse tasks that ask nearly what an earlier one of the batch asks, before they are played."""
    index = Index()
    for made in firsts:
        if made.scenario is None:
            continue
        text = made.scenario.goal
        signature = sign(text)
        if index.nearest(signature, text) is None:
            index.add(made.id, signature, text)
        else:
            made.stage, made.reasons = "plan", ("task.repeated",)
