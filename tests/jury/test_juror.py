"""Jurors that are models: asked in a seeded order, held to their evidence, blind, and never a reason for the run to end."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import orjson
import pytest

from tests.jury.coins import CoinModel, exhibit
from toolsim.jury.exhibit import Exhibit
from toolsim.jury.juror import ModelJuror, Order
from toolsim.jury.rubric import rubric_for
from toolsim.jury.votes import Ruling, Vote, verdict_of
from toolsim.models.chat import ChatRequest
from toolsim.models.failures import FailureKind, ModelFailure
from toolsim.models.scripted import ScriptedModel
from toolsim.roleplay.dialogue import Dialogue, Message, WorldEvent

RUBRIC = rubric_for("none")
GOOD = {"evidence": "case number", "verdict": "pass", "confidence": 0.9}


def answered(given: Mapping[str, Any], order: Order = "drawn") -> Vote:
    """Have a model give one answer about case number 4."""
    answer = orjson.dumps({**dict.fromkeys(RUBRIC.keys, GOOD), **given}).decode()
    return asyncio.run(ModelJuror(ScriptedModel([answer] * 3, "m")).vote(exhibit(4), RUBRIC, order))


def asked(seed: int, order: Order = "drawn", number: int = 4) -> list[str]:
    """Give the order in which a model is asked about the criteria."""
    model = ScriptedModel(lambda request: ModelFailure(FailureKind.SERVER, "down"), "m")
    asyncio.run(ModelJuror(model, seed).vote(exhibit(number), RUBRIC, order))
    schema = model.requests[0].answer_schema
    assert schema is not None
    text = model.requests[0].messages[-1]["content"]
    keys = list(schema["properties"])
    assert sorted(keys, key=lambda key: text.index(f"{key}: ")) == keys, "prompt and schema have one order"
    return keys


def test_criteria_are_asked_in_an_order_that_the_seed_draws() -> None:
    orders = {tuple(asked(seed)) for seed in range(6)} | {tuple(asked(0, number=n)) for n in range(6)}
    assert len(orders) > 8
    assert all(sorted(order) == sorted(RUBRIC.keys) for order in orders)
    assert asked(3) == asked(3)


def test_the_other_order_is_the_same_from_the_end() -> None:
    assert asked(5, "reversed") == asked(5)[::-1]


def test_a_verdict_counts_with_evidence_from_the_dialogue_only() -> None:
    vote = answered({"truthful": {"evidence": "It was never said.", "verdict": "fail", "confidence": 1}})
    ruling = next(ruling for ruling in vote.rulings if ruling.criterion == "truthful")
    assert ruling.void and vote.verdict == "pass"
    assert answered({"truthful": {"evidence": "Noted.", "verdict": "fail", "confidence": 1}}).verdict == "fail"


@pytest.mark.parametrize("evidence", ["", " ", ".", "case number 4.Noted", "Case number", "Does the user end up"])
def test_evidence_is_literal_within_one_message_and_more_than_a_letter(evidence: str) -> None:
    vote = answered({"truthful": {"evidence": evidence, "verdict": "fail", "confidence": 1}})
    assert vote.verdict == "pass"


def test_a_juror_without_evidence_abstains() -> None:
    vote = answered({key: {**GOOD, "evidence": "made up"} for key in RUBRIC.keys})
    assert vote.verdict == "abstain" and not vote.failure


@pytest.mark.parametrize("kind", list(FailureKind))
def test_a_failure_of_the_model_is_an_abstention_with_its_kind(kind: FailureKind) -> None:
    model = ScriptedModel(lambda request: ModelFailure(kind, "it is down"))
    vote = asyncio.run(ModelJuror(model).vote(exhibit(1), RUBRIC))
    assert (vote.verdict, vote.failure, vote.rulings) == ("abstain", kind.value, ())


@pytest.mark.parametrize("text", ["", "I'd say it is fine.", "[]", '{"truthful": "pass"}', "null"])
def test_an_answer_that_cannot_be_used_is_an_abstention(text: str) -> None:
    vote = asyncio.run(ModelJuror(ScriptedModel([text] * 9)).vote(exhibit(1), RUBRIC))
    assert (vote.verdict, vote.failure) == ("abstain", "unparsed")


def test_one_model_sits_several_times_under_several_seeds() -> None:
    model = CoinModel("coin", 1.0, 1.0)
    assert [ModelJuror(model, seed).name for seed in (0, 1)] == ["coin", "coin#1"]


def test_a_model_never_sees_who_made_the_dialogue() -> None:
    dialogue = Dialogue(
        id="en-secret-07", category="special.fault", language="en", tools=("freeze",), digest="abcdef0123", events=(WorldEvent(call="c", fault="frozen_already"),),
        messages=(Message(role="user", content="Hello."), Message(role="assistant", content="Hello.")), actors=("user:llama-9", "assistant:planner"),
    )  # fmt: skip
    seen: list[ChatRequest] = []

    def answer(request: ChatRequest) -> ModelFailure:
        seen.append(request)
        return ModelFailure(FailureKind.SERVER, "down")

    shown = Exhibit.of(dialogue, {})
    asyncio.run(ModelJuror(ScriptedModel(answer)).vote(shown, rubric_for(dialogue.category)))
    text = str(seen[0].messages)
    for secret in ("en-secret-07", "special.fault", "llama-9", "planner", "abcdef0123", "frozen_already"):
        assert secret not in text


def ruled(**verdicts: tuple[str, float]) -> str:
    given = dict.fromkeys(RUBRIC.keys, ("pass", 1.0)) | verdicts
    return verdict_of(
        [Ruling.model_validate({"criterion": k, "verdict": v, "confidence": c}) for k, (v, c) in given.items()], RUBRIC
    )


def test_a_fatal_fail_sinks_a_dialogue_and_a_light_one_does_not() -> None:
    assert ruled() == "pass"
    assert ruled(truthful=("fail", 0.9)) == ruled(language=("fail", 0.9)) == "fail"
    assert ruled(natural=("fail", 1.0)) == "pass"
    assert ruled(natural=("fail", 1.0), asks_only_missing=("fail", 1.0)) == "fail"


def test_a_doubtful_fatal_fail_counts_by_its_confidence_alone() -> None:
    assert ruled(truthful=("fail", 0.3)) == ruled(language=("fail", 0.3)) == "pass"


def test_who_is_unsure_about_most_abstains() -> None:
    assert ruled(**dict.fromkeys(RUBRIC.keys[:7], ("unsure", 1.0))) == "abstain"
