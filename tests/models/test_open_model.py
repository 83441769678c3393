"""An opened model has everything around it that its configuration asks for."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest

from toolsim.base.errors import ToolsimError
from toolsim.models.budget import BudgetLimits
from toolsim.models.cassette import Cassette, Mode
from toolsim.models.chat import ChatReply, ChatRequest, ChatTool, Usage
from toolsim.models.config import BACKENDS, ModelConfig, PriceList, Settings
from toolsim.models.failures import FailureKind, ModelFailure
from toolsim.models.mock.faults import Fault, MockSettings
from toolsim.models.mock.server import serve
from toolsim.models.open_model import OpenModel, Surroundings, open_model
from toolsim.models.retry import RetryPolicy
from toolsim.models.scripted import ScriptedModel
from toolsim.models.structured import ask

TOOL = ChatTool(name="get_weather", description="Tell the weather.", parameters={"type": "object", "properties": {}})


def saying(text: str) -> ChatRequest:
    """Make a request that says something."""
    return ChatRequest(messages=({"role": "user", "content": text},))


async def test_usage_is_kept_by_stage() -> None:
    reply = ChatReply(content="fine", usage=Usage(prompt_tokens=1000, completion_tokens=100))
    model = OpenModel(ModelConfig("m", prices=PriceList(1.0, 10.0)), ScriptedModel(lambda request: reply), None, Surroundings())
    for stage in ("user", "user", "jury"):
        await model.stage(stage).complete(saying("Hi"))
    assert model.accounts.of("user").usage == Usage(calls=2, prompt_tokens=2000, completion_tokens=200, money=0.004)
    assert model.accounts.total().calls == 3 and model.spent == model.accounts.total()


async def test_failures_are_kept_by_stage() -> None:
    model = OpenModel(ModelConfig("m"), ScriptedModel([]), None, Surroundings())
    with pytest.raises(ModelFailure):
        await model.stage("jury").complete(saying("Hi"))
    assert model.accounts.of("jury").failures == {FailureKind.REFUSED: 1}


async def test_replayed_calls_count_for_the_stage_and_cost_nothing(tmp_path: Path) -> None:
    config = ModelConfig("m", budget=BudgetLimits(calls=1))
    used = []
    for backend in (ScriptedModel(["fine"], "m"), ScriptedModel([], "m")):
        cassette = Cassette(tmp_path / "calls.jsonl", Mode.AUTO)
        model = OpenModel(config, backend, cassette, Surroundings())
        await model.complete(saying("Hi"))
        used.append((model.accounts.total(), model.spent.calls))
        cassette.close()
    assert used[0][0] == used[1][0]
    assert [calls for _, calls in used] == [1, 0]


async def test_whoever_replays_needs_no_key_and_no_endpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    path = tmp_path / "calls.jsonl"
    async with serve() as mock:
        cassette = Cassette(path, Mode.RECORD)
        async with open_model(f"openai:m@{mock.base_url}", cassette=cassette) as model:
            recorded = await model.complete(saying("Hi"))
        cassette.close()
    cassette = Cassette(path, Mode.REPLAY)
    assert await open_model("openai:m", cassette=cassette).complete(saying("Hi")) == recorded
    cassette.close()


async def test_recordings_are_read_anew(tmp_path: Path) -> None:
    """A call in text is recorded as text, so that another reading of it needs no new recording."""
    path, config = tmp_path / "calls.jsonl", ModelConfig("m", tools="json")
    cassette = Cassette(path, Mode.RECORD)
    model = OpenModel(config, ScriptedModel(['[{"name": "get_weather", "arguments": {}}]']), cassette, Surroundings())
    await model.complete(saying("Hi").model_copy(update={"tools": (TOOL,)}))
    cassette.close()
    assert json.loads(path.read_bytes())["reply"]["content"].startswith("[{")


async def test_a_stormy_endpoint_is_weathered() -> None:
    rates = {Fault.RATE_LIMITED: 0.1, Fault.SERVER: 0.1, Fault.DROPPED: 0.05, Fault.TRUNCATED: 0.05}
    policy = RetryPolicy(tries=dict.fromkeys(FailureKind, 9), first_pause=0.001)
    async with serve(MockSettings(rates=rates, retry_after=0)) as mock:
        config = ModelConfig("m", mock.base_url, concurrency=16)
        opened = open_model("m", Settings({"m": config}), around=Surroundings(policy=policy))
        async with opened as model, asyncio.TaskGroup() as group:
            tasks = [group.create_task(model.complete(saying(f"mock:say {number}"))) for number in range(100)]
    assert [task.result().content for task in tasks] == [str(number) for number in range(100)]
    assert model.spent.calls == mock.counts.requests > 110


async def test_no_more_requests_are_under_way_than_configured() -> None:
    async with serve(MockSettings(latency=0.01)) as mock:
        config = ModelConfig("m", mock.base_url, concurrency=4)
        async with open_model("m", Settings({"m": config})) as model, asyncio.TaskGroup() as group:
            for number in range(30):
                group.create_task(model.complete(saying(f"Number {number}")))
    assert mock.counts.most_inside == 4


async def test_concurrency_settles_near_what_the_endpoint_bears() -> None:
    async with serve(MockSettings(latency=0.005, capacity=6, retry_after=0)) as mock:
        config = ModelConfig("m", mock.base_url, concurrency=64)
        async with open_model("m", Settings({"m": config})) as model:
            model.limiter.gate.limit = 24.0
            async with asyncio.TaskGroup() as group:
                for number in range(150):
                    group.create_task(model.complete(saying(f"Number {number}")))
    assert model.limiter.gate.limit < 16


async def test_structured_answers_come_through_the_whole_stack() -> None:
    schema = {
        "type": "object",
        "properties": {"vote": {"enum": ["yes", "no"]}},
        "required": ["vote"],
        "additionalProperties": False,
    }
    async with serve() as mock, open_model(f"openai:m@{mock.base_url}") as model:
        answer = await ask(model, saying("Is it right?").model_copy(update={"answer_schema": schema}))
    assert answer.value["vote"] in ("yes", "no")


def test_a_strangers_backend_is_opened_by_its_name() -> None:
    @BACKENDS.register("test-echo")
    def open_echo(config: ModelConfig) -> ScriptedModel:
        return ScriptedModel([], config.identity)

    assert open_model("test-echo:parrot").name == "parrot"


def test_an_unknown_backend_is_told() -> None:
    with pytest.raises(ToolsimError, match="did you mean 'openai'"):
        open_model("opnai:m")


@pytest.mark.parametrize("module", ["toolsim.pipeline.generate", "toolsim.models.open_model", "toolsim.models.openai"])
def test_the_sdk_is_not_loaded_before_it_is_needed(module: str) -> None:
    script = f"import sys, {module}; print([m for m in ('openai', 'aiohttp', 'httpx2') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
