"""Asks again where that helps: each class of failure has its tries, with growing pauses, full jitter and Retry-After."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from random import Random

import orjson

from toolsim.models.breaker import Breaker
from toolsim.models.budget import Budget
from toolsim.models.chat import ChatModel, ChatReply, ChatRequest, Usage
from toolsim.models.clock import Clock
from toolsim.models.failures import FailureKind, ModelFailure
from toolsim.models.limits import Limiter

TRIES = {
    FailureKind.RATE_LIMITED: 8,
    FailureKind.SERVER: 4,
    FailureKind.CONNECTION: 4,
    FailureKind.TIMEOUT: 2,
    FailureKind.MALFORMED: 2,
}
_BYTES_A_TOKEN = 4


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and after which pause a request is made again."""

    tries: dict[FailureKind, int] = field(default_factory=lambda: dict(TRIES))
    """The most tries by class; a class that is missing is never tried again."""
    first_pause: float = 0.5
    """Seconds; the pause is drawn from zero to this, and the bound doubles with every try."""
    longest_pause: float = 30.0
    """Seconds at which the bound stays."""
    longest_wait: float = 300.0
    """Seconds that an endpoint may ask to wait; when it asks for more, the request is given up."""

    def pause(self, failure: ModelFailure, tried: int, rng: Random) -> float | None:
        """Tell how long to wait before the next try; None to give up. `tried` counts the failures of that class."""
        if tried >= self.tries.get(failure.kind, 1):
            return None
        asked = failure.retry_after or 0.0
        if asked > self.longest_wait:
            return None
        bound = min(self.longest_pause, self.first_pause * 2.0 ** (tried - 1))
        return asked + rng.uniform(0.0, bound)


@dataclass(frozen=True, slots=True)
class Guards:
    """What stands between a request and an endpoint."""

    limiter: Limiter
    breaker: Breaker
    budget: Budget
    policy: RetryPolicy
    clock: Clock
    rng: Random
    """For the jitter of pauses; it never reaches content."""
    timeout: float = 60.0
    """Seconds for one try, waiting for a place aside."""
    prices: tuple[float, float] = (0.0, 0.0)
    """Price of a million prompt tokens and of a million completion tokens."""


class Guarded:
    """A model that is asked within its limits and budget, and again where that helps."""

    def __init__(self, inner: ChatModel, guards: Guards) -> None:
        self._inner = inner
        self._guards = guards

    @property
    def name(self) -> str:
        """The name of the model within."""
        return self._inner.name

    async def complete(self, request: ChatRequest) -> ChatReply:
        """Answer a request, after as many tries as its failures allow."""
        tried: Counter[FailureKind] = Counter()
        while True:
            try:
                return await self._try(request)
            except ModelFailure as failure:
                tried[failure.kind] += 1
                pause = self._guards.policy.pause(failure, tried[failure.kind], self._guards.rng)
                if pause is None:
                    raise
            await self._guards.clock.sleep(pause)

    async def _try(self, request: ChatRequest) -> ChatReply:
        guards = self._guards
        expected = estimate(request) if guards.limiter.counts_tokens else 0
        async with guards.limiter.place(expected):
            guards.budget.reserve()
            usage = Usage(calls=0)
            try:
                guards.breaker.enter()
                usage = Usage()
                reply = await self._send(request)
                usage = reply.usage
            finally:
                guards.budget.settle(usage)
                guards.limiter.correct(expected - usage.prompt_tokens - usage.completion_tokens)
            return reply

    async def _send(self, request: ChatRequest) -> ChatReply:
        guards, gate = self._guards, self._guards.limiter.gate
        started = guards.clock.now()
        try:
            async with asyncio.timeout(guards.timeout):
                reply = await self._inner.complete(request)
        except TimeoutError:
            gate.overloaded(started)
            guards.breaker.failed(FailureKind.TIMEOUT, started)
            raise ModelFailure(FailureKind.TIMEOUT, f"no answer within {guards.timeout:g} s") from None
        except ModelFailure as failure:
            if failure.kind in (FailureKind.RATE_LIMITED, FailureKind.TIMEOUT):
                gate.overloaded(started)
            if failure.kind is FailureKind.RATE_LIMITED and failure.retry_after:
                guards.limiter.hold(min(failure.retry_after, guards.policy.longest_wait))
            guards.breaker.failed(failure.kind, started)
            raise
        except BaseException:
            guards.breaker.left()
            raise
        gate.succeeded(started)
        guards.breaker.succeeded()
        return self._priced(request, reply)

    def _priced(self, request: ChatRequest, reply: ChatReply) -> ChatReply:
        usage = reply.usage
        if not usage.prompt_tokens and not usage.completion_tokens:
            written = len((reply.content + reply.reasoning).encode(errors="replace")) + sum(len(c.arguments) for c in reply.calls)
            usage = Usage(prompt_tokens=estimate(request, 0), completion_tokens=written // _BYTES_A_TOKEN)
        prompt, completion = self._guards.prices
        money = (usage.prompt_tokens * prompt + usage.completion_tokens * completion) / 1e6
        if money != usage.money:
            usage = usage.model_copy(update={"money": money})
        return reply if usage is reply.usage else reply.model_copy(update={"usage": usage})


def estimate(request: ChatRequest, answer: int | None = None) -> int:
    """Estimate the tokens of a request and its answer: the answer's are the most allowed, unless they are given."""
    prompt = len(orjson.dumps(request.messages, default=str)) + sum(
        len(str(t.parameters)) + len(t.description) for t in request.tools
    )
    return prompt // _BYTES_A_TOKEN + (request.max_tokens if answer is None else answer)
