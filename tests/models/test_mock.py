"""The mock endpoint does what its description says, the same every time."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections import Counter
from random import Random
from typing import Any

import aiohttp
import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolsim.models.adapted import Adapted, Offer
from toolsim.models.chat import ChatReply, ChatRequest, ChatTool
from toolsim.models.completion import read_completion
from toolsim.models.mock.faults import IN_THE_ANSWER, ON_THE_WAY, Fault, MockSettings
from toolsim.models.mock.plays import play
from toolsim.models.mock.server import Mock, serve
from toolsim.models.mock.values import value_for

TOOLS: list[dict[str, Any]] = [
    {"type": "function", "function": {"name": "get_weather", "description": "Weather of a city", "parameters": {
        "type": "object", "properties": {"city": {"type": "string"}, "days": {"type": "integer"}}, "required": ["city", "days"]}}},
    {"type": "function", "function": {"name": "book_room", "description": "Book a room in a hotel", "parameters": {"type": "object"}}},
]  # fmt: skip


def body(text: str, **rest: Any) -> dict[str, Any]:
    """Make a request."""
    return {"model": "m", "messages": [{"role": "user", "content": text}], **rest}


async def ask(mock: Mock, *bodies: dict[str, Any]) -> list[tuple[int, bytes]]:
    """Send requests one after the other."""
    out = []
    async with aiohttp.ClientSession() as session:
        for one in bodies:
            try:
                async with session.post(f"{mock.base_url}/chat/completions", json=one) as response:
                    out.append((response.status, await response.read()))
            except aiohttp.ClientError:
                out.append((0, b""))
    return out


def test_it_says_what_it_is_told() -> None:
    assert play(body("mock:say Fine."), Random(0)).content == "Fine."
    assert play(body('Hm\nmock:json {"a": 1}'), Random(0)).content == '{"a": 1}'
    assert play(body("Hello there\nmock:echo"), Random(0)).content == "Hello there"
    assert play(body("mock:think Hm.\nmock:say Yes."), Random(0)).reasoning == "Hm."


def test_directions_may_stand_in_the_system_message() -> None:
    messages = [{"role": "system", "content": "mock:say Fine."}, {"role": "user", "content": "Hi"}]
    assert play({"messages": messages}, Random(0)).content == "Fine."


def test_it_calls_what_it_is_told_and_then_says_what_it_is_told() -> None:
    text = 'mock:call {"name": "now", "arguments": {"a": 1}}\nmock:then Done.'
    said = play(body(text, tools=TOOLS), Random(0))
    assert [(call.name, call.arguments) for call in said.calls] == [("now", '{"a": 1}')]
    later = body(text, tools=TOOLS)
    later["messages"] += [{"role": "assistant", "tool_calls": []}, {"role": "tool", "content": "{}"}]
    assert play(later, Random(0)).content == "Done."


def test_as_assistant_it_calls_the_tool_that_fits_with_what_was_said() -> None:
    said = play(body('How is the weather in "Oslo" for 3 days?', tools=TOOLS), Random(0))
    assert (said.calls[0].name, json.loads(said.calls[0].arguments)) == ("get_weather", {"city": "Oslo", "days": 3})


def test_as_assistant_it_reports_results() -> None:
    later = body("How is the weather?", tools=TOOLS)
    later["messages"].append({"role": "tool", "content": '{"degrees": 5}'})
    assert '{"degrees": 5}' in play(later, Random(0)).content


@pytest.mark.parametrize(("text", "chinese"), [("How are you?", False), ("你好吗？", True)])
def test_it_answers_in_the_language_it_is_asked_in(text: str, chinese: bool) -> None:
    assert any(ord(letter) > 0x3000 for letter in play(body(text), Random(0)).content) is chinese
    assert any(ord(letter) > 0x3000 for letter in play(body(text), Random(0), Fault.WRONG_LANGUAGE).content) is not chinese


@pytest.mark.parametrize("offer", [Offer(tools="hermes"), Offer(tools="python"), Offer(tools="json")])
async def test_it_writes_calls_as_text_where_tools_are_offered_so(offer: Offer) -> None:
    class Played:
        name = "mock"

        async def complete(self, request: ChatRequest) -> ChatReply:
            return ChatReply(content=play({"messages": list(request.messages)}, Random(0)).content)

    tools = tuple(ChatTool(**{"description": "", **tool["function"]}) for tool in TOOLS)
    request = ChatRequest(messages=({"role": "user", "content": 'The weather in "Oslo" for 3 days?'},), tools=tools)
    reply = await Adapted(Played(), offer).complete(request)
    assert [(call.name, json.loads(call.arguments)) for call in reply.calls] == [("get_weather", {"city": "Oslo", "days": 3})]


scalars = st.sampled_from(
    [
        {"type": "string"},
        {"type": "string", "minLength": 8, "maxLength": 9},
        {"type": "string", "format": "date"},
        {"type": "integer", "minimum": 3, "maximum": 5},
        {"type": "number", "exclusiveMinimum": 0, "maximum": 1},
        {"type": "number", "maximum": -2},
        {"type": ["integer", "null"]},
        {"type": "boolean"},
        {"enum": ["yes", "no"]},
        {"const": 3},
        {"anyOf": [{"type": "null"}, {"type": "string"}]},
    ]
)
schemas = st.recursive(
    scalars,
    lambda inner: (
        st.builds(lambda items, few: {"type": "array", "items": items, "minItems": few}, inner, st.integers(0, 3))
        | st.builds(
            lambda properties: {
                "type": "object",
                "properties": properties,
                "required": list(properties),
                "additionalProperties": False,
            },
            st.dictionaries(st.from_regex(r"\A[a-z]{1,5}\Z"), inner, max_size=3),
        )
    ),
    max_leaves=6,
)


@settings(deadline=None, max_examples=40)
@given(schemas, st.sampled_from(["", "7 of 2026-01-02", 'Say "yes" to AB123, -4.5 times']), st.integers(0, 99))
def test_values_meet_their_schema(schema: dict[str, Any], said: str, seed: int) -> None:
    jsonschema.Draft202012Validator(schema).validate(value_for(schema, said, Random(seed)))


@pytest.mark.parametrize("fault", IN_THE_ANSWER)
def test_faults_of_the_answer_spoil_it(fault: Fault) -> None:
    request = body('How is the weather in "Oslo" for 3 days?', tools=TOOLS, max_tokens=50)
    good, bad = play(request, Random(0)), play(request, Random(0), fault)
    assert good != bad
    if fault is Fault.ENDLESS:
        assert bad.finish == "length"
    if fault is Fault.MALFORMED:
        with pytest.raises(ValueError):
            json.loads(bad.calls[0].arguments)
    if fault is Fault.WRONG_TOOL:
        assert bad.calls[0].name not in {tool["function"]["name"] for tool in TOOLS}


@pytest.mark.parametrize("fault", [fault for fault in ON_THE_WAY if fault is not Fault.HANG])
async def test_faults_on_the_way_come_at_their_rate(fault: Fault) -> None:
    async with serve(MockSettings(rates={fault: 0.3}, retry_after=2)) as mock:
        answers = await ask(mock, *(body(f"Number {number}") for number in range(100)))
    assert 15 <= mock.counts.faults[fault] <= 45
    broken = sum(status != 200 or not _readable(data) for status, data in answers)
    assert broken == mock.counts.faults[fault]


async def test_the_same_requests_meet_the_same_fate() -> None:
    bodies = [body(f"Number {number % 20}") for number in range(60)]
    rates = {Fault.SERVER: 0.2, Fault.TRUNCATED: 0.2, Fault.EMPTY: 0.2}
    fates = []
    for seed in (1, 1, 2):
        async with serve(MockSettings(rates=rates, seed=seed)) as mock:
            fates.append(await ask(mock, *bodies))
    assert fates[0] == fates[1] != fates[2]


async def test_asking_again_helps_against_faults_on_the_way_only() -> None:
    async with serve(MockSettings(rates={Fault.SERVER: 0.5})) as mock:
        statuses = Counter(status for status, _ in await ask(mock, *([body("Hi")] * 30)))
    assert set(statuses) == {200, 500}
    async with serve(MockSettings(rates={Fault.EMPTY: 0.5})) as mock:
        contents = {read_completion(data).content for _, data in await ask(mock, *([body("Hi")] * 30))}
    assert len(contents) == 1


async def test_more_than_the_capacity_is_turned_away() -> None:
    async with serve(MockSettings(capacity=3, latency=0.4)) as mock, asyncio.TaskGroup() as group:
        tasks = [group.create_task(ask(mock, body(f"Number {number}"))) for number in range(8)]
    statuses = Counter(task.result()[0][0] for task in tasks)
    assert statuses == {200: 3, 429: 5}


async def test_it_keeps_count() -> None:
    async with serve() as mock, aiohttp.ClientSession() as session:
        await ask(mock, body("Hi"), body("mock:fault server"))
        async with session.get(mock.base_url.replace("/v1", "/stats")) as response:
            assert await response.json() == {"requests": 2, "inside": 0, "most_inside": 1, "faults": {"server": 1}}


def test_it_runs_as_a_command() -> None:
    command = [sys.executable, "-m", "toolsim.models.mock", "--port", "0", "--latency", "0", "--server", "0.5"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    address = process.stdout.readline()
    process.terminate()
    process.wait()
    process.stdout.close()
    assert address.startswith("http://127.0.0.1:")


def _readable(data: bytes) -> bool:
    try:
        json.loads(data)
    except ValueError:
        return False
    return True
