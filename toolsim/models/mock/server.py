"""The mock as a server on loopback. It keeps counts of what it was asked and how it answered."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any

import orjson
from aiohttp import web

from toolsim.base import seeds
from toolsim.models.mock.faults import IN_THE_ANSWER, ON_THE_WAY, Fault, MockSettings, draw
from toolsim.models.mock.plays import Play, directed_fault, play

HOST = "127.0.0.1"


@dataclass(slots=True)
class Counts:
    """What the mock was asked."""

    requests: int = 0
    inside: int = 0
    most_inside: int = 0
    """The most requests at once."""
    faults: Counter[str] = field(default_factory=Counter)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    """Requests, where they are kept."""
    headers: list[dict[str, str]] = field(default_factory=list)


class Mock:
    """The endpoint."""

    def __init__(self, settings: MockSettings, keep: bool = False) -> None:
        self.settings = settings
        self.counts = Counts()
        self.port = 0
        self._keep = keep
        self._arrivals: Counter[str] = Counter()

    @property
    def base_url(self) -> str:
        """Where it listens."""
        return f"http://{HOST}:{self.port}/v1"

    def app(self) -> web.Application:
        """Make the application."""
        app = web.Application(client_max_size=64 * 2**20)
        app.router.add_post("/v1/chat/completions", self._complete)
        app.router.add_get("/v1/models", self._models)
        app.router.add_get("/stats", self._stats)
        return app

    async def _complete(self, request: web.Request) -> web.StreamResponse:
        counts = self.counts
        counts.requests += 1
        counts.inside += 1
        counts.most_inside = max(counts.most_inside, counts.inside)
        try:
            return await self._answer(request)
        finally:
            counts.inside -= 1

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        try:
            body = orjson.loads(raw)
            asked = directed_fault(body)
        except (ValueError, AttributeError, TypeError):
            return web.json_response({"error": {"message": "the body is no request", "code": "invalid"}}, status=400)
        if self._keep:
            self.counts.bodies.append(body)
            self.counts.headers.append(dict(request.headers))
        name = seeds.digest(raw)
        fault = asked if asked in ON_THE_WAY else self._on_the_way(name)
        in_answer = asked if asked in IN_THE_ANSWER else draw(self.settings, IN_THE_ANSWER, name)
        self.counts.faults.update(str(one) for one in (fault, in_answer) if one)
        if fault in (Fault.RATE_LIMITED, Fault.SERVER, Fault.DROPPED, Fault.HANG):
            return await self._fail(request, fault)
        if self.settings.latency:
            await asyncio.sleep(self.settings.latency)
        said = play(body, Random(seeds.derive(self.settings.seed, name)), in_answer)
        data = orjson.dumps(_completion(body, said, len(raw), name))
        return web.Response(body=data[: len(data) // 2] if fault else data, content_type="application/json")

    def _on_the_way(self, name: str) -> Fault | None:
        capacity = self.settings.capacity
        if capacity is not None and self.counts.inside > capacity:
            return Fault.RATE_LIMITED
        if not self.settings.rates:
            return None
        self._arrivals[name] += 1
        return draw(self.settings, ON_THE_WAY, name, self._arrivals[name])

    async def _fail(self, request: web.Request, fault: Fault) -> web.StreamResponse:
        if fault is Fault.RATE_LIMITED:
            headers = {"Retry-After": f"{self.settings.retry_after:g}"}
            return web.json_response({"error": {"message": "too many requests"}}, status=429, headers=headers)
        if fault is Fault.HANG:
            await asyncio.sleep(self.settings.hang)
        if fault is Fault.DROPPED and request.transport:
            request.transport.abort()
        return web.json_response({"error": {"message": "something broke"}}, status=500)

    async def _models(self, request: web.Request) -> web.Response:
        return web.json_response({"object": "list", "data": [{"id": "mock", "object": "model", "owned_by": "toolsim"}]})

    async def _stats(self, request: web.Request) -> web.Response:
        counts = self.counts
        figures = {"requests": counts.requests, "inside": counts.inside, "most_inside": counts.most_inside}
        return web.json_response({**figures, "faults": dict(counts.faults)})


@asynccontextmanager
async def serve(settings: MockSettings | None = None, port: int = 0, keep: bool = False) -> AsyncIterator[Mock]:
    """Serve on loopback as long as the context lasts.

    Args:
        port: 0 takes a free one.
        keep: whether requests are kept for the test to look at.
    """
    mock = Mock(settings or MockSettings(), keep)
    runner = web.AppRunner(mock.app(), access_log=None, handle_signals=False, shutdown_timeout=0.2)
    await runner.setup()
    try:
        await web.TCPSite(runner, HOST, port).start()
        mock.port = runner.addresses[0][1]
        yield mock
    finally:
        await runner.cleanup()


def _completion(body: dict[str, Any], said: Play, asked: int, name: str) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": said.content or None}
    if said.reasoning:
        message["reasoning_content"] = said.reasoning
    if said.calls:
        message["tool_calls"] = [
            {"id": f"call_{name[:8]}_{n}", "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
            for n, call in enumerate(said.calls)
        ]
    written = len(said.content) + len(said.reasoning) + sum(len(call.arguments) for call in said.calls)
    usage = {"prompt_tokens": asked // 4 + 1, "completion_tokens": written // 4 + 1}
    return {
        "id": f"chatcmpl-{name[:16]}",
        "object": "chat.completion",
        "created": 0,
        "model": body.get("model"),
        "choices": [{"index": 0, "message": message, "finish_reason": said.finish}],
        "usage": {**usage, "total_tokens": sum(usage.values())},
    }
