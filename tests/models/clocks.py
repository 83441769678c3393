"""A clock for tests: time passes only when nobody has anything left to do."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")
_IDLE_ROUNDS = 25


class FakeClock:
    """Sleepers wake in order, without anybody waiting."""

    def __init__(self) -> None:
        self.time = 0.0
        self.slept: list[float] = []
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []

    def now(self) -> float:
        """Tell the time."""
        return self.time

    async def sleep(self, seconds: float) -> None:
        """Wait for the clock to be moved on."""
        self.slept.append(seconds)
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self.time + seconds, len(self.slept), future))
        await future

    async def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Do some work, moving time on whenever it stands still."""
        task = asyncio.ensure_future(work)
        idle = 0
        while not task.done():
            await asyncio.sleep(0)
            idle += 1
            if idle > _IDLE_ROUNDS and self._sleepers:
                self.time, _, future = heapq.heappop(self._sleepers)
                if not future.done():
                    future.set_result(None)
                idle = 0
            assert idle < 100 * _IDLE_ROUNDS, "nothing goes on and nobody sleeps"
        return task.result()
