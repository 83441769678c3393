"""Runs over imported tools in which the mock plays all parts within this process, and one of them can be spoilt."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any, Literal
from unittest.mock import patch

import orjson

from tests.conftest import DATA
from tests.pipeline.staged import hiring_of
from toolsim.apis.imported import ImportedTool, language_of, read_tools_file
from toolsim.base import seeds
from toolsim.models import json_text
from toolsim.models.chat import ChatCall, ChatReply, ChatRequest
from toolsim.models.config import BACKENDS
from toolsim.models.failures import ModelFailure
from toolsim.models.mock.plays import play
from toolsim.models.scripted import ScriptedModel
from toolsim.pipeline.casting import Casting
from toolsim.pipeline.config import Imported, RunConfig
from toolsim.pipeline.generate import Progress
from toolsim.pipeline.means import Means
from toolsim.pipeline.simulate import simulate, tools_digest

Part = Literal["tasks", "user", "assistant", "tool", "juror"]
Spoil = Callable[[ChatRequest, ChatReply], ChatReply | ModelFailure]
TICKETS, PARCELS, HOME = (DATA / "imported" / name for name in ("tickets.mcp.json", "parcels.json", "home_zh.jsonl"))
ALL = Casting(user="m", assistant="m", tool="m", tasks="m")


def part_of(request: ChatRequest) -> Part:
    """Tell which part a request asks for."""
    last = str(request.messages[-1].get("content"))
    if request.tools:
        return "assistant"
    if "You simulate the API" in last or "你模拟一项服务的接口" in last:
        return "tool"
    return "tasks" if '"message"' in last else "user"


def acted(request: ChatRequest) -> ChatReply:
    """Answer as the mock does."""
    tools = [{"type": "function", "function": tool.model_dump()} for tool in request.tools]
    body: dict[str, Any] = {"messages": list(request.messages), "tools": tools}
    told = [body, request.attempt, request.seed]
    said = play(body, Random(seeds.derive(0, json_text.dumps(told))))
    calls = tuple(ChatCall(id=str(n), name=call.name, arguments=call.arguments) for n, call in enumerate(said.calls))
    return ChatReply(content=said.content, calls=calls, finish=said.finish)


def actor(part: Part | None = None, spoil: Spoil = lambda request, reply: reply) -> ScriptedModel:
    """Make a model that plays all parts, one of them spoilt."""

    def answer(request: ChatRequest) -> ChatReply | ModelFailure:
        reply = acted(request)
        return spoil(request, reply) if part_of(request) == part else reply

    return ScriptedModel(answer, "mock")


def config_of(tools: tuple[ImportedTool, ...], count: int, **more: Any) -> RunConfig:
    """Configure a run."""
    given: dict[str, Any] = {
        "languages": (language_of(tools),),
        "shares": {"simulated.task": 1.0},
        "packs": ("imported/desk",),
        "seed": 0,
        "content": tools_digest(tools),
        "batch": 4,
        "casting": ALL,
        "imported": Imported(writes=tuple(sorted(tool.name for tool in tools if tool.effect == "WRITE"))),
    }
    return RunConfig(count=count, **(given | more))


def simulated(
    folder: Path,
    model: ScriptedModel,
    count: int = 8,
    file: Path = TICKETS,
    hiring: dict[str, Any] | None = None,
    earlier: tuple[Path, ...] = (),
    **more: Any,
) -> Progress:
    """Make a run over a file of tools, or go on with it; it ends after so many dialogues unless told otherwise."""
    tools = read_tools_file(file)
    means = Means(earlier=earlier, hiring=hiring_of("http://127.0.0.1:9/v1", **({"attempts": count} | (hiring or {}))))
    with patch.object(BACKENDS, "get", lambda name: lambda config: model):
        return simulate(config_of(tools, count, **more), tools, folder, means, lambda progress: None)


def with_json(reply: ChatReply, change: Callable[[Any], Any]) -> ChatReply:
    """Change the JSON of an answer."""
    return reply.model_copy(update={"content": orjson.dumps(change(orjson.loads(reply.content))).decode()})
