"""What a worker does: plan, play, examine and judge the scenarios of one batch. A bad dialogue is data, not a crash."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from toolsim.apis.catalogue import Catalogue, open_catalogue
from toolsim.checks.case import Case
from toolsim.checks.finding import Finding
from toolsim.dataset.duplicates import Signature, sign
from toolsim.jury.exhibit import Exhibit
from toolsim.jury.grounds import grounds
from toolsim.jury.panel import Panel
from toolsim.jury.votes import Deliberation
from toolsim.models.chat import Usage
from toolsim.models.failures import FailureKind, ModelFailure
from toolsim.pipeline.casting import Casting, Casts, Meter
from toolsim.pipeline.patience import EndpointGone
from toolsim.pipeline.schedule import Batch, Slot
from toolsim.pipeline.texts import user_text
from toolsim.roleplay.dialogue import Dialogue
from toolsim.roleplay.play import play
from toolsim.roleplay.scripted import LeftScript
from toolsim.scenario.blueprint import Scenario
from toolsim.scenario.plan import ScenarioPlanner
from toolsim.world.world import World, WorldPlans


class StageFailure(Exception):
    """Something broke in a stage; recorded with the dialogue that it befell."""

    def __init__(self, stage: str, cause: Exception) -> None:
        super().__init__(_told(cause))
        self.stage = stage


def _told(cause: Exception) -> str:
    """Tell a failure by its code; a model's in words only where they are ours, since an endpoint's are never twice the same."""
    match cause:
        case ModelFailure(kind=FailureKind.UNPARSED):
            return f"model.{cause.kind}: {cause.message}"
        case ModelFailure():
            return f"model.{cause.kind}"
        case LeftScript():
            return f"{cause.code}: {cause}"
    return f"{type(cause).__name__}: {cause}"


class boundary:  # noqa: N801
    """The one place where any exception of a stage is caught, so that it befalls its own dialogue only."""

    def __init__(self, stage: str) -> None:
        self.stage = stage

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, Exception) and not isinstance(error, EndpointGone):
            raise StageFailure(self.stage, error) from error


@dataclass(slots=True)
class Made:
    """What became of one slot."""

    slot: Slot
    scenario: Scenario | None = None
    dialogue: Dialogue | None = None
    findings: list[Finding] = field(default_factory=list)
    stage: str = ""
    """Where it failed, if it did."""
    reasons: tuple[str, ...] = ()
    verdict: Deliberation | None = None
    """What the jury made of it, if it was put to one."""
    usage: dict[str, Usage] = field(default_factory=dict)
    """What models used, by role; the jury is one."""
    signature: Signature | None = None
    text: str = ""
    """What the user says, by which near-duplicates are told."""

    @property
    def id(self) -> str:
        """Of the dialogue: the slot's, with the number of a further trajectory."""
        return self.scenario.id if self.scenario else self.slot.id

    @property
    def sample(self) -> int:
        """Number of the trajectory."""
        return int(self.id[len(self.slot.id) + 1 :] or 0)

    @property
    def planned(self) -> Scenario:
        """The scenario of what was planned."""
        assert self.scenario is not None
        return self.scenario

    def trajectory(self, sample: int) -> Made:
        """Begin a trajectory; what was used before it counts for the first."""
        if not sample:
            return Made(self.slot, self.planned, usage=dict(self.usage))
        return Made(self.slot, self.planned.model_copy(update={"id": f"{self.slot.id}-{sample}"}))

    def enter(self, meter: Meter) -> None:
        """Enter what models used so far."""
        self.usage |= {role: account.usage for role, account in meter.items() if account.usage.calls}

    def fail(self, failure: StageFailure) -> None:
        """Note what broke."""
        self.stage, self.reasons = failure.stage, (str(failure),)

    @property
    def passed(self) -> bool:
        """Whether nothing speaks against it."""
        return not self.stage


class Worker:
    """Makes batches over one catalogue."""

    def __init__(self, catalogue: Catalogue, casts: Casts | None = None) -> None:
        self.catalogue = catalogue
        self.casts = casts or Casts(Casting(), catalogue, {})
        self.planner = ScenarioPlanner(catalogue)
        self.plans = WorldPlans(catalogue)

    def playing(self, casts: Casts) -> Worker:
        """Give the same worker with other casts."""
        other = copy(self)
        other.casts = casts
        return other

    def make(self, batch: Batch) -> list[Made]:
        """Make the dialogues of a batch, in order."""
        return asyncio.run(self.make_all(batch))

    async def make_all(self, batch: Batch) -> list[Made]:
        """Make the dialogues of a batch, at once where models let them wait, and give them in order."""
        plan = self.plans.of(batch.packs)
        world = plan.world(batch.world_seed, batch.language)
        fresh = plan.world(batch.world_seed, batch.language)
        async with asyncio.TaskGroup() as group:
            turns = asyncio.Lock()
            tasks = [group.create_task(self._slot(slot, world, fresh, turns)) for slot in batch.slots]
        return [made for task in tasks for made in task.result()]

    async def _slot(self, slot: Slot, world: World, fresh: World, turns: asyncio.Lock) -> list[Made]:
        """Plan a slot and play it as often as is wanted."""
        if self.casts.casting.models:
            # planning keeps the processor busy; answers of models are taken in between two plans
            async with turns:
                await asyncio.sleep(0)
        first = Made(slot)
        mark = world.mark()
        try:
            with boundary("plan"):
                self._plan_slot(first, world)
            if first.scenario is not None:
                with boundary("polish"):
                    casts, meter = self.casts.metered()
                    first.scenario = await casts.rework(first.scenario)
                    first.enter(meter)
        except StageFailure as failure:
            first.fail(failure)
            world.undo(mark)
        return await perform(first, self.casts.casting.trajectories, lambda made: self._stages(made, world.fork(), fresh))

    def _plan_slot(self, made: Made, world: World) -> None:
        slot = made.slot
        planned = self.planner.plan(slot.id, slot.seed, slot.category, world, slot.first)
        made.scenario = planned.scenario
        if made.scenario is None:
            made.stage, made.reasons = "plan", tuple(sorted(planned.misses))

    async def _stages(self, made: Made, world: World, fresh: World) -> None:
        """Play, examine and judge a scenario once."""
        scenario = made.planned
        with boundary("play"):
            casts, meter = self.casts.metered()
            made.dialogue = await play(scenario, self.catalogue, world, casts.cast(scenario, world, made.sample))
            made.enter(meter)
        try:
            with boundary("check"):
                made.findings = self.casts.examine(Case.of(scenario, made.dialogue, self.catalogue, fresh))
        except StageFailure:
            fresh.undo()
            raise
        tools = scenario.tools if self.casts.panel and not made.findings else ()
        specs = {name: self.catalogue.api(name).spec(scenario.language).openai() for name in tools}
        await judge(made, made.dialogue, specs, self.casts.panel)


async def perform(first: Made, trajectories: int, stages: Callable[[Made], Awaitable[None]]) -> list[Made]:
    """Put what was planned through its stages as often as is wanted, at once; what breaks befalls its own trajectory only."""

    async def once(made: Made) -> Made:
        try:
            await stages(made)
        except StageFailure as failure:
            made.fail(failure)
        return made

    if first.scenario is None or first.stage:
        return [first]
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(once(first.trajectory(sample))) for sample in range(trajectories)]
    return [task.result() for task in tasks]


async def judge(made: Made, dialogue: Dialogue, specs: Mapping[str, dict[str, Any]], panel: Panel | None) -> None:
    """Put a dialogue that has passed the checks to the jury, where there is one, and make it ready for admission."""
    if made.findings:
        made.stage, made.reasons = "check", tuple(sorted({finding.code for finding in made.findings}))
        return
    if panel is not None:
        with boundary("jury"):
            made.verdict = await panel.deliberate(dialogue.id, Exhibit.of(dialogue, specs))
        votes = sum((vote.usage for vote in made.verdict.cast if vote.usage), Usage(calls=0))
        made.usage |= {"jury": votes} if votes.calls else {}
        if made.verdict.outcome != "accept":
            made.stage, made.reasons = "jury", grounds(made.verdict, panel.law)
            return
    made.text = user_text(dialogue)
    made.signature = sign(made.text)


def open_worker(folders: Sequence[Path]) -> Worker:
    """Make a worker over the built-in packs and those of further folders."""
    return Worker(open_catalogue(folders))
