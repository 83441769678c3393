"""An oracle: answers as a model would that plays its role faultlessly, since it knows the scenarios; over Python or as the mock."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from random import Random
from typing import Any

from toolsim.apis.catalogue import Catalogue
from toolsim.base import seeds
from toolsim.checks.case import Case
from toolsim.checks.finding import Finding
from toolsim.models.chat import ChatCall, ChatModel, ChatReply, ChatRequest
from toolsim.models.mock import plays
from toolsim.models.mock.faults import Fault
from toolsim.models.mock.plays import Play
from toolsim.models.scripted import ScriptedModel
from toolsim.models.tool_parser import Written
from toolsim.pipeline.casting import PLANNER, Casting, Casts
from toolsim.pipeline.config import RunConfig
from toolsim.pipeline.schedule import Schedule
from toolsim.pipeline.worker import Worker
from toolsim.roleplay import polish
from toolsim.roleplay.dialogue import Message
from toolsim.roleplay.model_user import END, brief
from toolsim.roleplay.play import play, system_message
from toolsim.roleplay.scripted import ScriptedAssistant, Unseen
from toolsim.scenario.blueprint import Scenario, UserTurn
from toolsim.world.world import World

Body = dict[str, Any]


class Oracle:
    """Knows scenarios by what a model is shown of them."""

    def __init__(self, catalogue: Catalogue, scenarios: Iterable[Scenario]) -> None:
        self._catalogue = catalogue
        self._by_brief: dict[str, Scenario] = {}
        self._by_stage: dict[tuple[str, tuple[str, ...]], list[Scenario]] = {}
        self._texts: dict[str, str] = {}
        for scenario in scenarios:
            self._by_brief[brief(scenario)] = scenario
            self._by_stage.setdefault((system_message(scenario), scenario.tools), []).append(scenario)
            for index, turn in enumerate(scenario.script):
                if isinstance(turn, UserTurn):
                    self._texts[polish._request(scenario, index, turn).messages[0]["content"]] = turn.text

    def reply(self, messages: Sequence[Body], tools: Sequence[str]) -> ChatReply:
        """Answer as the role that is asked for."""
        first = messages[0]
        if first["role"] == "user":
            return ChatReply(content=self._texts[first["content"]])
        if not tools:
            turns = [turn.text for turn in self._by_brief[first["content"]].script if isinstance(turn, UserTurn)]
            said = sum(message["role"] == "assistant" for message in messages)
            return ChatReply(content=turns[said] if said < len(turns) else END)
        return self._assistant(messages, tuple(tools))

    def _assistant(self, messages: Sequence[Body], tools: tuple[str, ...]) -> ChatReply:
        seen = [Message.model_validate(message) for message in messages]
        asked = next(message.content for message in seen if message.role == "user")
        alike = self._by_stage[messages[0]["content"], tools]
        scenario = next((one for one in alike if getattr(one.script[0], "text", "") == asked), alike[0])
        actor = ScriptedAssistant(scenario, self._catalogue, seeds.stream(scenario.seed, "assistant"))
        try:
            for place, message in enumerate(seen):
                if message.role == "assistant":
                    _act(actor, seen[:place])
            made = _act(actor, seen)
        except (Unseen, LookupError):
            # what came before is not what the script has
            return ChatReply(content="?")
        calls = tuple(ChatCall(id=c.id, name=c.function.name, arguments=c.function.arguments) for c in made.tool_calls or ())
        return ChatReply(content=made.content or "", calls=calls)

    def model(self, change: Callable[[ChatRequest, ChatReply], Any] = lambda request, reply: reply) -> ScriptedModel:
        """Give the oracle as a model, with something done to its replies."""
        return ScriptedModel(
            lambda request: change(request, self.reply(request.messages, [tool.name for tool in request.tools])), "oracle"
        )

    def play(self, body: Body, rng: Random, fault: Fault | None = None) -> Play:
        """Answer as the mock, faults included; in place of `toolsim.models.mock.server.play`."""
        if fault in (Fault.EMPTY, Fault.ENDLESS, Fault.WRONG_LANGUAGE):
            return plays.play(body, rng, fault)
        reply = self.reply(body["messages"], [tool["function"]["name"] for tool in body.get("tools") or ()])
        suffix = "_v2" if fault is Fault.WRONG_TOOL else ""
        cut = -1 if fault is Fault.MALFORMED else None
        calls = tuple(Written(f"{call.name}{suffix}", call.arguments[:cut]) for call in reply.calls)
        content = reply.content[: len(reply.content) // 2] if fault is Fault.MALFORMED and not calls else reply.content
        return Play(content, calls, finish="tool_calls" if calls else "stop")


def _act(actor: ScriptedAssistant, seen: Sequence[Message]) -> Message:
    """Make an actor act that never waits."""
    try:
        actor.act(seen).send(None)
    except StopIteration as done:
        message: Message = done.value
        return message
    raise AssertionError("the scripted assistant waited")


def scenarios_of(config: RunConfig, catalogue: Catalogue, batches: int) -> list[Scenario]:
    """Plan what the first batches of a run hold."""
    worker, schedule = Worker(catalogue), Schedule(config)
    out = []
    for index in range(batches):
        batch = schedule.batch(index)
        world = worker.plans.of(batch.packs).world(batch.world_seed, batch.language)
        for slot in batch.slots:
            planned = worker.planner.plan(slot.id, slot.seed, slot.category, world, slot.first)
            out += [planned.scenario] if planned.scenario is not None else []
    return out


Change = Callable[[ChatRequest, ChatReply], Any]


async def perform(
    catalogue: Catalogue,
    scenario: Scenario,
    world: World,
    change: Change | None = None,
    user: Change | None = None,
    sample: int = 0,
) -> Case:
    """Play a scenario with the oracle as assistant, and as user where that is changed, and give the case."""
    oracle = Oracle(catalogue, [scenario])
    same: Change = lambda request, reply: reply  # noqa: E731
    models: dict[str, ChatModel] = {"assistant": oracle.model(change or same), "user": oracle.model(user or same)}
    casts = Casts(Casting(user="oracle" if user else PLANNER, assistant="oracle"), catalogue, models)
    fork = world.fork()
    dialogue = await play(scenario, catalogue, fork, casts.cast(scenario, fork, sample))
    return Case.of(scenario, dialogue, catalogue, world)


def codes(findings: Iterable[Finding]) -> set[str]:
    """Give the codes of findings."""
    return {finding.code for finding in findings}
