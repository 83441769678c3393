"""Measure what a call of a model costs here: requests a second and processor time a request, against the mock in another process.

Usage: python benchmarks/models.py [--requests N] [--latency SECONDS]. A request is the third turn of a dialogue with eight tools
of the built-in packs. Beside the whole stack stand a bare aiohttp client, our backend alone, and the SDK as documented.
"""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import aiohttp
import openai
import orjson

from toolsim.apis.catalogue import open_catalogue
from toolsim.models.cassette import Cassette, Mode
from toolsim.models.chat import ChatRequest, ChatTool
from toolsim.models.config import ModelConfig, Settings
from toolsim.models.open_model import open_model
from toolsim.models.openai import OpenAIModel

TOOLS = 8
TURNS = 4
"""Requests that share their tools."""

Ask = Callable[[ChatRequest], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Bench:
    """What is measured."""

    url: str
    at_once: int
    requests: list[ChatRequest]

    @property
    def config(self) -> ModelConfig:
        """The mock as a model."""
        return ModelConfig("mock", self.url, concurrency=self.at_once)


def make_requests(count: int) -> list[ChatRequest]:
    """Make requests that all differ; every few of them are one dialogue."""
    pack = "finance/retail_banking"
    catalogue = open_catalogue(only=pack)
    apis = [api.spec("en") for one in catalogue.taxonomy.packs.values() for api in catalogue.of(one)]
    requests = []
    for number in range(count):
        if number % TURNS == 0:
            chosen = [apis[(number // TURNS + step) % len(apis)] for step in range(TOOLS)]
            tools = tuple(ChatTool(name=a.name, description=a.description, parameters=a.parameters) for a in chosen)
        call = {"id": "call_1", "type": "function", "function": {"name": tools[0].name, "arguments": '{"account": "AC000123"}'}}
        messages: tuple[dict[str, Any], ...] = (
            {"role": "system", "content": "You help the customers of a bank. Today is Tuesday, 3 March 2026."},
            {"role": "user", "content": f"My wallet's gone, can you freeze my savings account? This is number {number}."},
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "call_1", "content": '{"account": "AC000123", "status": "frozen"}'},
        )
        requests.append(ChatRequest(messages=messages, tools=tools, seed=number))
    return requests


@contextmanager
def mock(latency: float) -> Any:
    """Run the mock in another process."""
    command = [sys.executable, "-m", "toolsim.models.mock", "--port", "0", "--latency", str(latency)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    try:
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


@asynccontextmanager
async def bare(bench: Bench) -> AsyncIterator[Ask]:
    """An aiohttp client that sends a body and reads the reply's JSON."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=bench.at_once)) as session:

        async def ask(request: ChatRequest) -> object:
            body = {"model": "mock", "messages": request.messages, "tools": [t.model_dump() for t in request.tools]}
            tools = [{"type": "function", "function": tool} for tool in body.pop("tools")]
            async with session.post(f"{bench.url}/chat/completions", data=orjson.dumps(body | {"tools": tools})) as response:
                return orjson.loads(await response.read())

        yield ask


@asynccontextmanager
async def backend(bench: Bench) -> AsyncIterator[Ask]:
    """Our backend alone."""
    model = OpenAIModel(bench.config, "")
    yield model.complete
    await model.aclose()


@asynccontextmanager
async def sdk(bench: Bench) -> AsyncIterator[Ask]:
    """The SDK as it is documented, on aiohttp."""
    client = openai.AsyncOpenAI(api_key="none", base_url=bench.url, http_client=openai.DefaultAioHttpClient())

    async def ask(request: ChatRequest) -> object:
        tools: Any = [{"type": "function", "function": tool.model_dump()} for tool in request.tools]
        messages: Any = request.messages
        return await client.chat.completions.create(model="mock", messages=messages, tools=tools, seed=request.seed)

    yield ask
    await client.close()


def stack(mode: Mode | None = None, **changes: Any) -> Callable[[Bench], Any]:
    """The whole stack, with a cassette or without."""

    @asynccontextmanager
    async def opened(bench: Bench) -> AsyncIterator[Ask]:
        with tempfile.TemporaryDirectory() as folder:
            cassette = Cassette(Path(folder) / "calls.jsonl", mode) if mode else None
            settings = Settings({"mock": replace(bench.config, **changes)})
            async with open_model("mock", settings, cassette) as model:
                yield model.stage("bench").complete
            if cassette:
                cassette.close()

    return opened


WAYS: dict[str, Callable[[Bench], Any]] = {
    "bare aiohttp": bare,
    "our backend alone": backend,
    "whole stack": stack(),
    "whole stack, recording": stack(Mode.RECORD),
    "whole stack, calls as text": stack(tools="hermes"),
    "whole stack, paced by the minute": stack(requests_per_minute=1e6, tokens_per_minute=1e9),
    "SDK as documented": sdk,
}


async def measure(way: Callable[[Bench], Any], bench: Bench) -> tuple[float, float]:
    """Give requests a second and milliseconds of our processor time a request."""
    async with way(bench) as ask:
        await _all(ask, bench.requests[: bench.at_once], bench.at_once)
        wall, cpu = time.perf_counter(), time.process_time()
        await _all(ask, bench.requests, bench.at_once)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return len(bench.requests) / wall, cpu / len(bench.requests) * 1e3


async def _all(ask: Ask, requests: list[ChatRequest], at_once: int) -> None:
    queue = iter(requests)

    async def worker() -> None:
        for request in queue:
            await ask(request)

    async with asyncio.TaskGroup() as group:
        for _ in range(at_once):
            group.create_task(worker())


def main() -> None:
    """Measure all ways and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=3000)
    parser.add_argument("--latency", type=float, default=0.05)
    options = parser.parse_args()
    requests = make_requests(options.requests)
    print(f"| {'way':34} | at once | requests/s | CPU ms a request |\n|{'-' * 36}|---:|---:|---:|")
    for name, way in WAYS.items():
        for at_once in (64, 128):
            with mock(options.latency) as url:
                rate, cpu = asyncio.run(measure(way, Bench(url, at_once, requests)))
            print(f"| {name:34} | {at_once:7} | {rate:10.0f} | {cpu:16.2f} |", flush=True)


if __name__ == "__main__":
    main()
