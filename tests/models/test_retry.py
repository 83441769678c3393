"""Failures are met by their kind."""

from __future__ import annotations

import asyncio
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.models.clocks import FakeClock
from toolsim.models.breaker import Breaker
from toolsim.models.budget import Budget, BudgetLimits
from toolsim.models.chat import ChatModel, ChatReply, ChatRequest, Usage
from toolsim.models.failures import FailureKind, ModelFailure
from toolsim.models.limits import Limiter, Limits
from toolsim.models.retry import TRIES, Guarded, Guards, RetryPolicy
from toolsim.models.scripted import Answer, ScriptedModel

REQUEST = ChatRequest(messages=({"role": "user", "content": "How are you?"},))


def failure(kind: FailureKind, retry_after: float | None = None) -> ModelFailure:
    """Make a failure."""
    return ModelFailure(kind, "it failed", retry_after)


def guards(clock: FakeClock, **changes: object) -> Guards:
    """Make guards that let everything through."""
    parts: dict[str, object] = {
        "limiter": Limiter(Limits(), clock),
        "breaker": Breaker(99, 30, clock),
        "budget": Budget(BudgetLimits()),
        "policy": RetryPolicy(),
        "clock": clock,
        "rng": Random(1),
    }
    return Guards(**(parts | changes))  # type: ignore[arg-type]


async def outcome(model: ChatModel) -> str:
    """Ask once, and tell the answer or the kind of failure."""
    try:
        return (await model.complete(REQUEST)).content
    except ModelFailure as error:
        return error.kind


class Stuck:
    """Never answers."""

    name = "stuck"

    async def complete(self, request: ChatRequest) -> ChatReply:
        """Wait forever."""
        await asyncio.Event().wait()
        raise AssertionError


@pytest.mark.parametrize("kind", TRIES)
async def test_a_passing_failure_is_tried_again(kind: FailureKind) -> None:
    clock = FakeClock()
    model = ScriptedModel([failure(kind), "fine"])
    assert await clock.run(outcome(Guarded(model, guards(clock)))) == "fine"


@pytest.mark.parametrize("kind", TRIES)
async def test_each_kind_has_its_number_of_tries(kind: FailureKind) -> None:
    clock = FakeClock()
    model = ScriptedModel(lambda request: failure(kind))
    assert await clock.run(outcome(Guarded(model, guards(clock)))) == kind
    assert len(model.requests) == TRIES[kind]


@pytest.mark.parametrize("kind", sorted(set(FailureKind) - set(TRIES)))
async def test_a_lasting_failure_is_never_tried_again(kind: FailureKind) -> None:
    clock = FakeClock()
    model = ScriptedModel([failure(kind), "fine"])
    assert await clock.run(outcome(Guarded(model, guards(clock)))) == kind


@given(st.integers(1, 40), st.integers(0, 2**32))
def test_pauses_are_drawn_below_a_bound_that_doubles(tried: int, seed: int) -> None:
    policy = RetryPolicy(tries={FailureKind.SERVER: 99})
    pause = policy.pause(failure(FailureKind.SERVER), tried, Random(seed))
    assert pause is not None
    assert 0 <= pause <= min(30.0, 0.5 * 2 ** (tried - 1))


def test_jitter_takes_the_whole_stretch() -> None:
    policy, rng = RetryPolicy(), Random(0)
    pauses = [policy.pause(failure(FailureKind.SERVER), 3, rng) or 0.0 for _ in range(300)]
    assert min(pauses) < 0.1 and max(pauses) > 1.9


async def test_what_the_endpoint_asks_to_wait_is_waited() -> None:
    clock = FakeClock()
    model = ScriptedModel([failure(FailureKind.RATE_LIMITED, 17.0), "fine"])
    await clock.run(outcome(Guarded(model, guards(clock))))
    assert 17.0 <= clock.time < 18.0


def test_what_the_endpoint_asks_comes_before_the_jitter() -> None:
    pause = RetryPolicy().pause(failure(FailureKind.RATE_LIMITED, 17.0), 1, Random(0))
    assert pause is not None and 17.0 < pause < 17.5


async def test_an_endpoint_that_asks_for_hours_is_given_up() -> None:
    clock = FakeClock()
    model = ScriptedModel([failure(FailureKind.RATE_LIMITED, 7200.0), "fine"])
    assert await clock.run(outcome(Guarded(model, guards(clock)))) == FailureKind.RATE_LIMITED


async def test_a_rate_limit_holds_all_requests_of_the_model() -> None:
    clock = FakeClock()
    held = guards(clock, policy=RetryPolicy(tries={}))
    model = Guarded(ScriptedModel([failure(FailureKind.RATE_LIMITED, 17.0), "fine"]), held)
    await clock.run(outcome(model))
    await clock.run(outcome(model))
    assert clock.time == 17.0


async def test_no_answer_in_time_is_a_failure() -> None:
    clock = FakeClock()
    model = Guarded(Stuck(), guards(clock, timeout=0.001, policy=RetryPolicy(tries={})))
    assert await outcome(model) == FailureKind.TIMEOUT


async def test_a_timeout_lowers_the_number_at_once() -> None:
    clock = FakeClock()
    held = guards(clock, timeout=0.001, policy=RetryPolicy(tries={}))
    await outcome(Guarded(Stuck(), held))
    assert held.limiter.gate.limit == 4


async def test_a_cancelled_request_leaves_no_place_taken() -> None:
    held = guards(FakeClock())
    task = asyncio.create_task(Guarded(Stuck(), held).complete(REQUEST))
    await asyncio.sleep(0.001)
    task.cancel()
    await asyncio.wait([task])
    assert held.limiter.gate.inside == 0


async def test_a_cancelled_probe_lets_another_probe_later() -> None:
    clock = FakeClock()
    breaker = breaker_after(clock, 3)
    clock.time += 31
    task = asyncio.create_task(Guarded(Stuck(), guards(clock, breaker=breaker)).complete(REQUEST))
    await asyncio.sleep(0.001)
    task.cancel()
    await asyncio.wait([task])
    clock.time += 31
    breaker.enter()


async def test_tokens_are_paced_by_what_was_used() -> None:
    clock = FakeClock()
    reply = ChatReply(content="fine", usage=Usage(prompt_tokens=5, completion_tokens=5))
    held = guards(clock, limiter=Limiter(Limits(tokens_per_minute=20_000), clock))
    model = Guarded(ScriptedModel(lambda request: reply), held)
    for _ in range(20):
        await clock.run(outcome(model))
    assert clock.time == 0.0


async def test_money_is_reckoned_from_prices() -> None:
    reply = ChatReply(content="fine", usage=Usage(prompt_tokens=1000, completion_tokens=200))
    model = Guarded(ScriptedModel([reply]), guards(FakeClock(), prices=(2.0, 10.0)))
    assert (await model.complete(REQUEST)).usage.money == pytest.approx(0.004)


async def test_usage_is_estimated_where_the_endpoint_tells_none() -> None:
    model = Guarded(ScriptedModel(["a" * 400]), guards(FakeClock()))
    usage = (await model.complete(REQUEST)).usage
    assert usage.completion_tokens == 100 and usage.prompt_tokens > 5


async def test_a_budget_of_calls_is_never_passed() -> None:
    clock = FakeClock()
    held = guards(clock, budget=Budget(BudgetLimits(calls=5)))
    model = ScriptedModel(lambda request: "fine")

    class Slow:
        name = "slow"

        async def complete(self, request: ChatRequest) -> ChatReply:
            await asyncio.sleep(0)
            return await model.complete(request)

    guarded = Guarded(Slow(), held)

    async def all_at_once() -> list[str]:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(outcome(guarded)) for _ in range(20)]
        return [task.result() for task in tasks]

    outcomes = await clock.run(all_at_once())
    assert outcomes.count("fine") == len(model.requests) == 5
    assert outcomes.count(FailureKind.BUDGET) == 15


async def test_failed_tries_count_against_the_budget_of_calls() -> None:
    clock = FakeClock()
    model = ScriptedModel(lambda request: failure(FailureKind.SERVER))
    assert await clock.run(outcome(Guarded(model, guards(clock, budget=Budget(BudgetLimits(calls=3)))))) == FailureKind.BUDGET
    assert len(model.requests) == 3


@pytest.mark.parametrize("limits", [BudgetLimits(tokens=1000), BudgetLimits(money=0.001)])
async def test_a_spent_budget_stops_cleanly(limits: BudgetLimits) -> None:
    clock = FakeClock()
    reply = ChatReply(content="fine", usage=Usage(prompt_tokens=200, completion_tokens=100))
    held = guards(clock, budget=Budget(limits), prices=(1.0, 1.0))
    model = Guarded(ScriptedModel(lambda request: reply), held)
    outcomes = [await clock.run(outcome(model)) for _ in range(6)]
    assert outcomes == ["fine"] * 4 + [FailureKind.BUDGET] * 2


def breaker_after(clock: FakeClock, failures: int) -> Breaker:
    """Make a breaker of three that has seen some failures, one after the other."""
    breaker = Breaker(3, 30.0, clock)
    for _ in range(failures):
        clock.time += 1
        breaker.enter()
        breaker.failed(FailureKind.CONNECTION, clock.now())
    return breaker


def test_a_dead_endpoint_is_left_alone() -> None:
    breaker = breaker_after(FakeClock(), 3)
    with pytest.raises(ModelFailure) as caught:
        breaker.enter()
    assert (caught.value.kind, caught.value.retry_after) == (FailureKind.DEAD, 30.0)


def test_fewer_failures_stop_nothing() -> None:
    breaker_after(FakeClock(), 2).enter()


def test_a_success_in_between_starts_the_count_anew() -> None:
    clock = FakeClock()
    breaker = breaker_after(clock, 2)
    breaker.succeeded()
    clock.time += 1
    breaker.failed(FailureKind.SERVER, clock.now())
    breaker.enter()


def test_failures_of_one_moment_count_once() -> None:
    clock = FakeClock()
    breaker = Breaker(3, 30.0, clock)
    clock.time = 5.0
    for _ in range(64):
        breaker.failed(FailureKind.CONNECTION, 4.0)
    breaker.enter()


def test_after_the_rest_one_request_probes() -> None:
    clock = FakeClock()
    breaker = breaker_after(clock, 3)
    clock.time += 31
    breaker.enter()
    with pytest.raises(ModelFailure):
        breaker.enter()
    breaker.succeeded()
    breaker.enter()


@pytest.mark.parametrize("kind", [FailureKind.CONNECTION, FailureKind.TIMEOUT])
def test_a_failed_probe_starts_another_rest(kind: FailureKind) -> None:
    clock = FakeClock()
    breaker = breaker_after(clock, 3)
    clock.time += 31
    breaker.enter()
    breaker.failed(kind, clock.now())
    with pytest.raises(ModelFailure):
        breaker.enter()
    clock.time += 31
    breaker.enter()


def test_an_endpoint_that_refuses_is_alive() -> None:
    clock = FakeClock()
    breaker = breaker_after(clock, 3)
    clock.time += 31
    breaker.enter()
    breaker.failed(FailureKind.REFUSED, clock.now())
    breaker.enter()


async def test_a_dead_endpoint_is_not_asked() -> None:
    clock = FakeClock()
    answers: list[Answer] = [failure(FailureKind.CONNECTION) for _ in range(3)]
    model = ScriptedModel(answers)
    held = guards(clock, breaker=Breaker(3, 1e6, clock))
    guarded = Guarded(model, held)
    assert await clock.run(outcome(guarded)) == FailureKind.DEAD
    assert await clock.run(outcome(guarded)) == FailureKind.DEAD
    assert len(model.requests) == held.budget.spent.calls == 3
