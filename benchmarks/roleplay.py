"""Measure models on the stage against the mock: rate, CPU beyond a bare client that makes the same calls, memory.

Usage: python -m benchmarks.roleplay [--dialogues N] [--most N] [--print-only]. Run it on an otherwise idle machine. The mock is
a process of its own that answers after 50 ms; dialogues have 10 model calls and 3 tool runs. Writes a table into
docs/performance.md.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import pickle
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

import aiohttp
import orjson

from tests.roleplay.oracle import Oracle
from toolsim.apis.catalogue import Catalogue, open_catalogue
from toolsim.base import seeds
from toolsim.base.text import LANGUAGES
from toolsim.models.cassette import Cassette, Mode
from toolsim.models.chat import ChatModel, ChatReply, ChatRequest
from toolsim.models.config import ModelConfig, Settings
from toolsim.models.mock import server
from toolsim.models.mock.faults import Fault, MockSettings
from toolsim.models.mock.plays import Play
from toolsim.models.open_model import open_model
from toolsim.models.tool_parser import Written
from toolsim.pipeline.casting import Casting, Casts
from toolsim.pipeline.config import RunConfig
from toolsim.pipeline.schedule import Schedule
from toolsim.pipeline.worker import Worker
from toolsim.roleplay.play import play
from toolsim.scenario.blueprint import Move, Scenario, UserTurn
from toolsim.scenario.categories import load_mix
from toolsim.world.world import World

PAGE = Path(__file__).resolve().parent.parent / "docs" / "performance.md"
BEGIN, END = "<!-- roleplay: begin -->", "<!-- roleplay: end -->"
SECTION = "## Models on the stage"
CALLS, RUNS, AT_ONCE, LATENCY = 10, 3, 128, 0.05
KINDS = 60
"""Different dialogues, which are played again and again."""


@dataclass(frozen=True)
class Piece:
    """A dialogue to be played."""

    scenario: Scenario
    world: World


def pieces(catalogue: Catalogue) -> list[Piece]:
    """Plan dialogues that take so many model calls and tool runs."""
    shares = load_mix("training").only(("agent",)).shares
    packs = tuple(catalogue.taxonomy.packs)
    config = RunConfig(count=1, languages=LANGUAGES, shares=shares, packs=packs, seed=3, content="")
    worker, out = Worker(catalogue), list[Piece]()
    for batch in Schedule(config):
        world = worker.plans.of(batch.packs).world(batch.world_seed, batch.language)
        for slot in batch.slots:
            scenario = worker.planner.plan(slot.id, slot.seed, slot.category, world, slot.first).scenario
            if scenario is not None and _fits(scenario):
                out.append(Piece(scenario, world))
        if len(out) >= KINDS:
            return out[:KINDS]
    raise AssertionError


def _fits(scenario: Scenario) -> bool:
    """Tell whether user, assistant and the user's end make so many calls."""
    turns = sum(isinstance(step, UserTurn) for step in scenario.script)
    moves = sum(isinstance(step, Move) for step in scenario.script)
    return turns + 1 + moves == CALLS and len(scenario.calls) == RUNS


# --- the endpoint ---

Known = dict[str, tuple[str, tuple[tuple[str, str], ...]]]
"""What the mock says, by the digest of messages."""


def key_of(body: dict[str, Any]) -> str:
    """Give the digest of a request's messages."""
    return seeds.digest(orjson.dumps(body["messages"]))


async def rehearse(catalogue: Catalogue, played: list[Piece]) -> tuple[Known, list[list[bytes]]]:
    """Play each dialogue once with the oracle; give what it said, and the bodies that went over the wire by dialogue."""
    oracle, known, bodies = Oracle(catalogue, [piece.scenario for piece in played]), Known(), list[list[bytes]]()
    for piece in played:
        bodies.append([])

        def note(request: ChatRequest, reply: ChatReply) -> ChatReply:
            tools = [{"type": "function", "function": tool.model_dump()} for tool in request.tools]
            body = {"model": "m", "messages": request.messages, "temperature": 0.0, "max_tokens": request.max_tokens}
            bodies[-1].append(orjson.dumps(body | ({"tools": tools} if tools else {})))
            known[key_of(body)] = (reply.content, tuple((call.name, call.arguments) for call in reply.calls))
            return reply

        model = oracle.model(note)
        await perform(catalogue, piece, {"user": model, "assistant": model})
        assert len(bodies[-1]) == CALLS
    return known, bodies


def serve_known(path: Path) -> None:
    """Serve what is known, as the mock, until the process is ended."""
    known: Known = pickle.loads(path.read_bytes())

    def said(body: dict[str, Any], rng: Random, fault: Fault | None = None) -> Play:
        content, calls = known[key_of(body)]
        return Play(content, tuple(Written(*call) for call in calls), finish="tool_calls" if calls else "stop")

    async def run() -> None:
        async with server.serve(MockSettings(latency=LATENCY)) as mock:
            print(mock.base_url, flush=True)
            await asyncio.Event().wait()

    with patch.object(server, "play", said), patch.object(server, "directed_fault", lambda body: None):
        asyncio.run(run())


# --- what is measured ---


async def perform(catalogue: Catalogue, piece: Piece, models: dict[str, ChatModel]) -> bytes:
    """Play a dialogue with models as user and assistant, and write its record."""
    casts, world = Casts(Casting(user="m", assistant="m"), catalogue, models), piece.world.fork()
    dialogue = await play(piece.scenario, catalogue, world, casts.cast(piece.scenario, world, 0))
    return dialogue.line()


async def at_once(work: Iterable[Any]) -> None:
    """Do so much at once until nothing is left."""
    left = iter(work)

    async def one() -> None:
        for job in left:
            await job()

    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(one())


@dataclass(frozen=True)
class Cost:
    """What dialogues cost."""

    rate: float
    """A second."""
    cpu: float
    """Milliseconds a dialogue, of this process."""

    @classmethod
    async def of(cls, work: list[Any]) -> Cost:
        """Do some work and time it."""
        gc.collect()
        wall, cpu = time.perf_counter(), time.process_time()
        await at_once(work)
        spent = time.process_time() - cpu
        return cls(len(work) / (time.perf_counter() - wall), spent / len(work) * 1000)


async def bare(url: str, bodies: list[list[bytes]], dialogues: int) -> Cost:
    """Make the calls of dialogues with aiohttp and nothing else; calls of one dialogue come one after the other."""
    connector = aiohttp.TCPConnector(limit=AT_ONCE + 1)
    async with aiohttp.ClientSession(connector=connector, headers={"Content-Type": "application/json"}) as session:

        async def one(number: int) -> None:
            for body in bodies[number % len(bodies)]:
                async with session.post(f"{url}/chat/completions", data=body) as response:
                    orjson.loads(await response.read())

        return await Cost.of([lambda number=number: one(number) for number in range(dialogues)])


@asynccontextmanager
async def opened(url: str, cassette: Cassette | None) -> AsyncIterator[dict[str, ChatModel]]:
    """Open the mock as a run does."""
    settings = Settings({"m": ModelConfig("m", url, key_env="", concurrency=AT_ONCE)})
    async with open_model("m", settings, cassette) as model:
        yield {role: model.stage(role) for role in ("user", "assistant")}


async def staged(url: str, catalogue: Catalogue, played: list[Piece], dialogues: int, cassette: Path | None) -> Cost:
    """Play dialogues against the mock, recorded or not."""
    # recording always asks, so that dialogues that come again cost as much as new ones
    tape = Cassette(cassette, Mode.RECORD) if cassette else None
    async with opened(url, tape) as models:
        work = [lambda n=n: perform(catalogue, played[n % len(played)], models) for n in range(dialogues)]
        cost = await Cost.of(work)
    if tape:
        tape.close()
    return cost


async def called(url: str, catalogue: Catalogue, played: list[Piece], dialogues: int) -> Cost:
    """Make the same requests through the model client, with no stage around it."""
    requests = await asked(catalogue, played)
    async with opened(url, None) as models:

        async def one(number: int) -> None:
            for request in requests[number % len(requests)]:
                await models["user"].complete(request)

        return await Cost.of([lambda number=number: one(number) for number in range(dialogues)])


async def asked(catalogue: Catalogue, played: list[Piece]) -> list[list[ChatRequest]]:
    """Give what the roles ask in each dialogue."""
    oracle, out = Oracle(catalogue, [piece.scenario for piece in played]), list[list[ChatRequest]]()
    for piece in played:
        model = oracle.model()
        await perform(catalogue, piece, {"user": model, "assistant": model})
        out.append(model.requests)
    return out


async def stage_alone(catalogue: Catalogue, played: list[Piece], dialogues: int) -> Cost:
    """Play dialogues with models that answer at once from memory."""
    requests = await asked(catalogue, played)
    oracle = Oracle(catalogue, [piece.scenario for piece in played])
    known = {}
    for request in (one for many in requests for one in many):
        known[seeds.digest(orjson.dumps(request.messages))] = oracle.reply(
            request.messages, [tool.name for tool in request.tools]
        )
    answers = [[known[seeds.digest(orjson.dumps(one.messages))] for one in many] for many in requests]

    class Memory:
        """Answers the same, dialogue by dialogue."""

        name = "m"

        def __init__(self, replies: list[ChatReply]) -> None:
            self._left = iter(replies)

        async def complete(self, request: ChatRequest) -> ChatReply:
            """Give the next answer."""
            return next(self._left)

    async def one(number: int) -> None:
        memory = Memory(answers[number % len(played)])
        await perform(catalogue, played[number % len(played)], {"user": memory, "assistant": memory})

    return await Cost.of([lambda number=number: one(number) for number in range(dialogues)])


def resident() -> float:
    """Give the resident memory of this process in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


async def memory(url: str, catalogue: Catalogue, played: list[Piece], most: int, cassette: Path) -> list[tuple[int, float]]:
    """Watch memory over many dialogues, with the cassette on."""
    tape, out, step = Cassette(cassette, Mode.RECORD), list[tuple[int, float]](), max(1, most // 5)
    async with opened(url, tape) as models:
        for done in range(0, most, step):
            await at_once([lambda n=n: perform(catalogue, played[n % len(played)], models) for n in range(done, done + step)])
            gc.collect()
            out.append((done + step, resident()))
    tape.close()
    return out


# --- the table ---


async def measure(
    url: str, catalogue: Catalogue, played: list[Piece], bodies: list[list[bytes]], options: Any, folder: Path
) -> str:
    """Measure everything and write the table."""
    count = options.dialogues
    await bare(url, bodies, AT_ONCE)
    await staged(url, catalogue, played, AT_ONCE, None)
    client = await bare(url, bodies, count)
    rows = [
        ("bare aiohttp client, the same calls", client),
        ("our model client, the same requests", await called(url, catalogue, played, count)),
    ]
    rows += [("whole dialogues, not recorded", await staged(url, catalogue, played, count, None))]
    rows += [
        ("whole dialogues, recorded, as a run plays them", await staged(url, catalogue, played, count, folder / "tape.jsonl"))
    ]
    alone = await stage_alone(catalogue, played, count)
    grown = await memory(url, catalogue, played, options.most, folder / "long.jsonl")
    lines = [
        f"{CALLS} model calls and {RUNS} tool runs a dialogue, {AT_ONCE} at once; the mock, a process of its own, answers after"
        f" {LATENCY * 1000:.0f} ms. Python {platform.python_version()}, {os.cpu_count()} cores, {count:,} dialogues a row.",
        "",
        "| what | dialogues a second | CPU ms a dialogue | beyond the bare client |",
        "|---|---|---|---|",
        *(f"| {name} | {cost.rate:.0f} | {cost.cpu:.2f} | {cost.cpu - client.cpu:+.2f} |" for name, cost in rows),
        f"| stage, roles and records alone, answers from memory | {alone.rate:,.0f} | {alone.cpu:.2f} | |",
        "",
        "Targets: 100 dialogues a second on 2 cores, 5 ms of CPU beyond the bare client. The mock needs the second core.",
        "",
        f"Memory with the cassette on: {', '.join(f'{size:.0f} MB after {done:,}' for done, size in grown)} dialogues.",
    ]
    return "\n".join(lines)


def write(text: str) -> None:
    """Put the table into the page, where its marks are, or at the end in a section of its own."""
    page = PAGE.read_text(encoding="utf-8")
    if BEGIN not in page:
        page = f"{page.rstrip()}\n\n{SECTION}\n\n`python -m benchmarks.roleplay` measures these.\n\n{BEGIN}\n{END}\n"
    head, tail = page.partition(BEGIN)[0], page.partition(END)[2]
    PAGE.write_text(f"{head}{BEGIN}\n{text}\n{END}{tail}", encoding="utf-8")


def main() -> None:
    """Read the options and measure."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--dialogues", type=int, default=1500)
    parser.add_argument("--most", type=int, default=10_000)
    parser.add_argument("--print-only", action="store_true")
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve_known(options.serve)
        return
    catalogue = open_catalogue()
    played = pieces(catalogue)
    known, bodies = asyncio.run(rehearse(catalogue, played))
    gc.freeze()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "known").write_bytes(pickle.dumps(known))
        command = [sys.executable, "-m", "benchmarks.roleplay", "--serve", str(folder / "known")]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as mock:
            try:
                assert mock.stdout is not None
                text = asyncio.run(measure(mock.stdout.readline().strip(), catalogue, played, bodies, options, folder))
            finally:
                mock.terminate()
    print(text)
    if not options.print_only:
        write(text)


if __name__ == "__main__":
    main()
