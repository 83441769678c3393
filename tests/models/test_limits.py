"""Limits hold, whatever is asked."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.models.clocks import FakeClock
from toolsim.models.limits import Bucket, Gate, Limiter, Limits


async def crowd(clock: FakeClock, limiter: Limiter, people: int, stay: float, tokens: float = 0) -> list[float]:
    """Send many requests at once; give the times at which they were let through."""
    times: list[float] = []

    async def one() -> None:
        async with limiter.place(tokens):
            times.append(clock.now())
            await clock.sleep(stay)

    async with asyncio.TaskGroup() as group:
        for _ in range(people):
            group.create_task(one())
    return times


async def test_no_more_are_inside_than_allowed() -> None:
    clock = FakeClock()
    times = await clock.run(crowd(clock, Limiter(Limits(concurrency=3), clock), 9, stay=1.0))
    assert times == [0.0] * 3 + [1.0] * 3 + [2.0] * 3


async def test_places_go_by_order_of_arrival() -> None:
    gate, order = Gate(1, FakeClock()), []

    async def one(number: int) -> None:
        await gate.enter()
        order.append(number)
        await asyncio.sleep(0)
        gate.leave()

    async with asyncio.TaskGroup() as group:
        for number in range(6):
            group.create_task(one(number))
    assert order == list(range(6))


async def test_who_gives_up_waiting_leaves_no_place_taken() -> None:
    gate = Gate(1, FakeClock())
    await gate.enter()
    waiting = asyncio.create_task(gate.enter())
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait([waiting])
    gate.leave()
    await gate.enter()
    assert gate.inside == 1


async def test_who_is_cancelled_with_the_place_in_hand_gives_it_back() -> None:
    gate = Gate(1, FakeClock())
    await gate.enter()
    waiting = asyncio.create_task(gate.enter())
    await asyncio.sleep(0)
    gate.leave()
    waiting.cancel()
    await asyncio.wait([waiting])
    assert gate.inside == 0


def test_overload_halves_the_limit_down_to_one() -> None:
    clock = FakeClock()
    gate = Gate(8, clock)
    seen = []
    for _ in range(5):
        clock.time += 1
        gate.overloaded(clock.now())
        seen.append(int(gate.limit))
    assert seen == [4, 2, 1, 1, 1]


def test_requests_sent_together_lower_the_limit_once() -> None:
    clock = FakeClock()
    gate = Gate(64, clock)
    clock.time = 1.0
    for _ in range(64):
        gate.overloaded(0.5)
    assert gate.limit == 32


def test_success_raises_the_limit_by_one_a_round_up_to_the_most() -> None:
    clock = FakeClock()
    gate = Gate(8, clock)
    gate.overloaded(0.0)
    for _ in range(4):
        gate.succeeded(clock.now())
    assert 4.8 < gate.limit <= 5
    for _ in range(200):
        gate.succeeded(clock.now())
    assert gate.limit == 8


def test_growing_latency_lowers_the_limit() -> None:
    clock = FakeClock()
    gate = Gate(32, clock)
    for latency in [0.1] * 50 + [1.0] * 10:
        clock.time += 5
        gate.succeeded(clock.now() - latency)
    assert gate.limit < 32


def test_even_latency_lowers_nothing() -> None:
    clock = FakeClock()
    gate = Gate(32, clock)
    for number in range(200):
        clock.time += 5
        gate.succeeded(clock.now() - (0.1 if number % 2 else 0.15))
    assert gate.limit == 32


async def test_after_overload_fewer_are_let_in() -> None:
    clock = FakeClock()
    limiter = Limiter(Limits(concurrency=4), clock)
    clock.time = 1.0
    limiter.gate.overloaded(0.5)
    times = await clock.run(crowd(clock, limiter, 4, stay=1.0))
    assert times == [1.0, 1.0, 2.0, 2.0]


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 3000), st.lists(st.floats(0, 20), max_size=80))
def test_no_minute_holds_more_requests_than_allowed(per_minute: int, pauses: list[float]) -> None:
    clock = FakeClock()
    bucket = Bucket(per_minute, clock)
    times, latest = [], 0.0
    for pause in [*pauses, *([0.0] * 60)]:
        clock.time = max(clock.time, latest) + pause
        latest = clock.time + bucket.take(1)
        times.append(latest)
    for start in times:
        assert sum(start <= time < start + 59.999 for time in times) <= per_minute


async def test_tokens_a_minute_hold() -> None:
    clock = FakeClock()
    limiter = Limiter(Limits(concurrency=50, tokens_per_minute=6000), clock)
    times = await clock.run(crowd(clock, limiter, 24, stay=0.0, tokens=500))
    assert sum(time < 60 for time in times) * 500 <= 6500
    assert max(times) > 100


async def test_tokens_that_were_not_used_come_back() -> None:
    clock = FakeClock()
    limiter = Limiter(Limits(tokens_per_minute=1200), clock)
    for _ in range(20):
        async with limiter.place(100):
            limiter.correct(100)
    assert clock.slept == []


async def test_a_request_larger_than_the_bucket_is_let_through_in_time() -> None:
    clock = FakeClock()
    times = await clock.run(crowd(clock, Limiter(Limits(tokens_per_minute=600), clock), 2, stay=0.0, tokens=1000))
    assert 90 < times[0] < times[1] < 250


async def test_a_hold_stops_everybody() -> None:
    clock = FakeClock()
    limiter = Limiter(Limits(concurrency=8), clock)
    limiter.hold(30)
    assert await clock.run(crowd(clock, limiter, 3, stay=0.0)) == [30.0] * 3


async def test_who_is_cancelled_while_paced_gives_the_share_back() -> None:
    clock = FakeClock()
    limiter = Limiter(Limits(requests_per_minute=1), clock)
    async with limiter.place(0):
        pass
    waiting = asyncio.create_task(crowd(clock, limiter, 1, 0.0))
    while not clock.slept:
        await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    times = await clock.run(crowd(clock, limiter, 1, 0.0))
    assert times == [60.0]
