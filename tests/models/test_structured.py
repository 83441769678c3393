"""Structured answers meet their schema, or fail after a bounded number of tries."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolsim.models.chat import ChatReply, ChatRequest, Usage
from toolsim.models.failures import FailureKind, ModelFailure
from toolsim.models.json_text import candidates, loads
from toolsim.models.scripted import Answer, ScriptedModel
from toolsim.models.structured import ask

SCHEMA = {
    "type": "object",
    "properties": {"vote": {"enum": ["yes", "no"]}, "score": {"type": "integer", "minimum": 1}},
    "required": ["vote"],
    "additionalProperties": False,
}
REQUEST = ChatRequest(messages=({"role": "user", "content": "Is it right?"},), answer_schema=SCHEMA)
GOOD = '{"vote": "yes"}'


async def value(*answers: Answer) -> Any:
    """Ask a model that gives some answers."""
    return (await ask(ScriptedModel(answers), REQUEST)).value


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        f"\n {GOOD} \n",
        f"```json\n{GOOD}\n```",
        f"```\n{GOOD}",
        f"Let me see. {GOOD} That is it.",
        f'The example {{"vote": "maybe"}} aside: {GOOD}',
        f"```json\n{{}}\n```\nNo, rather:\n```json\n{GOOD}\n```",
        f"{{not json}} {GOOD}",
    ],
)
async def test_an_answer_is_found_in_the_text(text: str) -> None:
    assert await value(text) == {"vote": "yes"}


async def test_a_wrong_answer_is_asked_for_again_with_what_is_wrong() -> None:
    model = ScriptedModel(['{"vote": "maybe", "score": 0}', GOOD])
    assert (await ask(model, REQUEST)).repairs == 1
    *_, wrong, problem = model.requests[1].messages
    assert wrong == {"role": "assistant", "content": '{"vote": "maybe", "score": 0}'}
    assert "$.vote: 'maybe' is not one of" in problem["content"] and "$.score" in problem["content"]


async def test_only_the_last_wrong_answer_is_shown_again() -> None:
    model = ScriptedModel(["{}", "[]", GOOD])
    await ask(model, REQUEST)
    assert len(model.requests[2].messages) == 3


async def test_chinese_conversations_are_repaired_in_chinese() -> None:
    model = ScriptedModel(["{}", GOOD])
    await ask(model, REQUEST.model_copy(update={"messages": ({"role": "user", "content": "对吗？"},)}))
    assert "无法使用" in model.requests[1].messages[-1]["content"]


async def test_an_empty_answer_is_asked_for_again_as_another_attempt() -> None:
    model = ScriptedModel(["", GOOD])
    await ask(model, REQUEST)
    assert model.requests[1] == REQUEST.model_copy(update={"attempt": 1})


async def test_an_answer_that_was_cut_off_is_asked_for_shorter() -> None:
    model = ScriptedModel([ChatReply(content='{"vote": "y', finish="length"), GOOD])
    await ask(model, REQUEST)
    assert "cut off" in model.requests[1].messages[-1]["content"]


async def test_tries_are_bounded() -> None:
    model = ScriptedModel(lambda request: "no idea")
    with pytest.raises(ModelFailure) as caught:
        await ask(model, REQUEST, repairs=3)
    assert (caught.value.kind, len(model.requests)) == (FailureKind.UNPARSED, 4)


async def test_usage_of_all_tries_is_added_up() -> None:
    usage = Usage(prompt_tokens=10, completion_tokens=5, money=0.5)
    answers = [ChatReply(content=text, usage=usage) for text in ("{}", GOOD)]
    assert (await ask(ScriptedModel(answers), REQUEST)).usage == Usage(calls=2, prompt_tokens=20, completion_tokens=10, money=1.0)


@settings(deadline=None, max_examples=60)
@given(st.text() | st.from_regex(r"[\[\]{}\",:` a-z0-9.eE\\-]{0,50}"))
def test_whatever_is_found_can_be_written_as_utf8_json(text: str) -> None:
    for found in candidates(text):
        json.dumps(found, allow_nan=False, ensure_ascii=False).encode()


@pytest.mark.parametrize("text", ["NaN", "[Infinity]", "1e999", '"\\ud800"', "[" * 100_000, "1 2", "", "{'a': 1}"])
def test_what_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        loads(text)
