"""How much of a model may be asked at once and in a minute.

The number of requests at once grows by one a round and shrinks when the endpoint says 429, times out or slows down. Places
go by order of arrival; every wait ends, since whoever is inside leaves after the request's timeout at the latest.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from toolsim.models.clock import Clock

_HALF, _LESS = 0.5, 0.8
_TOLERANCE = 2.0
_SETTLED = 20


@dataclass(frozen=True, slots=True)
class Limits:
    """What an endpoint is asked at most."""

    concurrency: int = 8
    """Requests at once."""
    requests_per_minute: float | None = None
    """In any stretch of 60 seconds."""
    tokens_per_minute: float | None = None
    """Prompt and answer together, in any stretch of 60 seconds."""


class Gate:
    """Lets so many in at once; the number adapts between one and the most allowed."""

    def __init__(self, most: int, clock: Clock) -> None:
        self.most = most
        self.limit = float(most)
        self.inside = 0
        self._clock = clock
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._lowered_at = float("-inf")
        self._recent = 0.0
        self._usual = 0.0
        self._seen = 0

    async def enter(self) -> None:
        """Wait for a place."""
        if self.inside < int(self.limit):
            self.inside += 1
            return
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(place)
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():
                self.leave()
            raise

    def leave(self) -> None:
        """Give the place back."""
        self.inside -= 1
        self._admit()

    def succeeded(self, started: float) -> None:
        """Learn from an answer: grow a little, or shrink when answers take much longer than they used to."""
        latency = self._clock.now() - started
        self._seen += 1
        if self._seen == 1:
            self._recent = self._usual = latency
        self._recent += 0.2 * (latency - self._recent)
        self._usual += 0.02 * (latency - self._usual)
        if self._seen >= _SETTLED and self._recent > _TOLERANCE * self._usual:
            self._lower(started, _LESS)
            return
        self.limit = min(float(self.most), self.limit + 1 / self.limit)
        self._admit()

    def overloaded(self, started: float) -> None:
        """Learn that the endpoint had too much to do."""
        self._lower(started, _HALF)

    def _lower(self, started: float, factor: float) -> None:
        # requests that were sent before the last step down say nothing about the new limit
        if started <= self._lowered_at:
            return
        self._lowered_at = self._clock.now()
        self.limit = max(1.0, self.limit * factor)

    def _admit(self) -> None:
        while self._waiting and self.inside < int(self.limit):
            place = self._waiting.popleft()
            if not place.done():
                self.inside += 1
                place.set_result(None)


class Bucket:
    """A token bucket that holds its rate in any stretch of 60 seconds, bursts included."""

    def __init__(self, per_minute: float, clock: Clock) -> None:
        self._capacity = max(1.0, per_minute / 12)
        self._rate = (per_minute - self._capacity + 1) / 60
        self._level = self._capacity
        self._clock = clock
        self._filled_at = clock.now()

    def take(self, amount: float) -> float:
        """Take an amount, and tell how many seconds to wait before it may be used."""
        now = self._clock.now()
        self._level = min(self._capacity, self._level + (now - self._filled_at) * self._rate)
        self._filled_at = now
        self._level -= amount
        return max(0.0, -self._level / self._rate)

    def give_back(self, amount: float) -> None:
        """Return what was taken too much; a negative amount takes what was taken too little."""
        self._level = min(self._capacity, self._level + amount)


class Limiter:
    """Holds a model's requests to its limits."""

    def __init__(self, limits: Limits, clock: Clock) -> None:
        self.gate = Gate(limits.concurrency, clock)
        self._clock = clock
        self._requests = Bucket(limits.requests_per_minute, clock) if limits.requests_per_minute else None
        self._tokens = Bucket(limits.tokens_per_minute, clock) if limits.tokens_per_minute else None
        self._held_until = float("-inf")

    @property
    def counts_tokens(self) -> bool:
        """Whether estimates of tokens are of any use."""
        return self._tokens is not None

    def hold(self, seconds: float) -> None:
        """Send nothing for a while, because the endpoint asks for it."""
        self._held_until = max(self._held_until, self._clock.now() + seconds)

    def correct(self, tokens: float) -> None:
        """Return tokens that were estimated too high; negative where the estimate was too low."""
        if self._tokens:
            self._tokens.give_back(tokens)

    @asynccontextmanager
    async def place(self, tokens: float) -> AsyncIterator[None]:
        """Wait until a request of so many tokens may be sent, and hold a place for it."""
        await self.gate.enter()
        try:
            await self._wait(tokens)
            yield
        finally:
            self.gate.leave()

    async def _wait(self, tokens: float) -> None:
        pause = self._requests.take(1) if self._requests else 0.0
        if self._tokens:
            pause = max(pause, self._tokens.take(tokens))
        try:
            while (pause := max(pause, self._held_until - self._clock.now())) > 0:
                await self._clock.sleep(pause)
                pause = 0.0
        except asyncio.CancelledError:
            if self._requests:
                self._requests.give_back(1)
            self.correct(tokens)
            raise
