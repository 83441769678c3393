"""Calls are read in every format, and nothing but calls is read as one."""

from __future__ import annotations

import json
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolsim.models.tool_parser import Written, parse_calls
from toolsim.models.tool_text import Dialect, write_calls

DIALECTS: tuple[Dialect, ...] = get_args(Dialect)
TOOLS = frozenset({"get_weather", "now", "book-room"})
OSLO = {"city": "Oslo", "days": 3}

texts = st.text(st.characters(codec="utf-8"), max_size=30) | st.sampled_from(
    ["</tool_call>", "<tool_call>", "```", "```json", '{"name": "x", "arguments": {}}', "[now()]", "\\", "'\"", "\u2028", "\x00"]
)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**18), 10**18) | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
names = st.from_regex(r"\A[A-Za-z_][A-Za-z0-9_-]{0,20}\Z")
calls = st.lists(st.tuples(names, st.dictionaries(names | texts, values, max_size=4)), min_size=1, max_size=3)
prose = st.from_regex(r"\A[A-Za-z ,.!?，。一-龥]{0,40}\Z")


def read(text: str) -> list[tuple[str, Any]]:
    """Read calls as names and values."""
    return [(call.name, json.loads(call.arguments)) for call in parse_calls(text, TOOLS).calls]


def write(made: list[tuple[str, dict[str, Any]]], dialect: Dialect) -> str:
    """Write calls."""
    return write_calls([Written(name, json.dumps(arguments)) for name, arguments in made], dialect)


@pytest.mark.parametrize("dialect", DIALECTS)
@settings(deadline=None, max_examples=40)
@given(made=calls)
def test_what_is_written_is_read_back(dialect: Dialect, made: list[tuple[str, dict[str, Any]]]) -> None:
    parsed = parse_calls(write(made, dialect))
    assert [(call.name, json.loads(call.arguments)) for call in parsed.calls] == made
    assert parsed.malformed == ()


@pytest.mark.parametrize("dialect", DIALECTS)
@settings(deadline=None, max_examples=40)
@given(made=calls, before=prose, after=prose)
def test_text_around_calls_does_no_harm(
    dialect: Dialect, made: list[tuple[str, dict[str, Any]]], before: str, after: str
) -> None:
    parsed = parse_calls(f"{before}\n{write(made, dialect)}\n{after}", TOOLS)
    assert [(call.name, json.loads(call.arguments)) for call in parsed.calls] == made
    assert "".join(parsed.text.split()) == "".join(f"{before}{after}".split())


@pytest.mark.parametrize("dialect", DIALECTS)
@settings(deadline=None, max_examples=40)
@given(made=calls, info=st.sampled_from(["json", "python", "", "tool_code"]))
def test_fenced_calls_are_read(dialect: Dialect, made: list[tuple[str, dict[str, Any]]], info: str) -> None:
    parsed = parse_calls(f"Here:\n```{info}\n{write(made, dialect)}\n```", TOOLS)
    assert [(call.name, json.loads(call.arguments)) for call in parsed.calls] == made


@pytest.mark.parametrize("dialect", DIALECTS)
@settings(deadline=None, max_examples=40)
@given(made=calls, data=st.data())
def test_cut_off_calls_are_never_read_wrong(
    dialect: Dialect, made: list[tuple[str, dict[str, Any]]], data: st.DataObject
) -> None:
    text = write(made, dialect)
    parsed = parse_calls(text[: data.draw(st.integers(0, len(text) - 1))])
    for call in parsed.calls:
        assert (call.name, json.loads(call.arguments)) in made


@settings(deadline=None, max_examples=40)
@given(st.text() | st.from_regex(r"[\[\](){}<>/tool_calname\"':,`= 0-9-]{0,60}"))
def test_no_text_raises_and_arguments_are_always_json(text: str) -> None:
    for call in parse_calls(text, TOOLS).calls:
        json.loads(call.arguments)


@pytest.mark.parametrize(
    "text",
    [
        '<tool_call>\n{"name": "get_weather", "arguments": {"city": "Oslo", "days": 3}}\n</tool_call>',
        '<tool_call>{"name": "get_weather", "arguments": {"city": "Oslo", "days": 3}}',
        "<tool_call>{'name': 'get_weather', 'arguments': {'city': 'Oslo', 'days': 3}}</tool_call>",
        '<tool_call>\n```json\n{"name": "get_weather", "arguments": {"city": "Oslo", "days": 3}}\n```\n</tool_call>',
        '<tool_call>[{"name": "get_weather", "parameters": {"city": "Oslo", "days": 3}}]</tool_call>',
        '<tool_call>get_weather(city="Oslo", days=3)</tool_call>',
        '<tool_call>[get_weather(city="Oslo", days=3)]</tool_call>',
        '{"name": "get_weather", "arguments": "{\\"city\\": \\"Oslo\\", \\"days\\": 3}"}',
        '{"name": "get_weather", "parameters": {"city": "Oslo", "days": 3}}',
        '{"type": "function", "function": {"name": "get_weather", "arguments": {"city": "Oslo", "days": 3}}}',
        '{"tool_calls": [{"function": {"name": "get_weather", "arguments": {"city": "Oslo", "days": 3}}}]}',
        '```json\n{"name": "get_weather", "arguments": {"city": "Oslo", "days": 3}}\n```',
        '```\n[{"name": "get_weather", "arguments": {"city": "Oslo", "days": 3}}]',
        'Sure: {"name": "get_weather", "arguments": {"city": "Oslo", "days": 3}} Just a moment.',
        '[TOOL_CALLS] [{"name": "get_weather", "arguments": {"city": "Oslo", "days": 3}}]',
        "[get_weather(city='Oslo', days=3)]",
        "get_weather(city='Oslo', days=3)",
        "I call `get_weather(city='Oslo', days=+3)` now.",
        "好的：[get_weather(days=3, city='Oslo')]",
        "```python\n[get_weather(city='Oslo', days=3)]\n```",
        "[get_weather(**{'city': 'Oslo', 'days': 3})]",
    ],
)
def test_the_ways_models_write_are_read(text: str) -> None:
    assert read(text) == [("get_weather", OSLO)]


def test_several_calls_are_read_in_order() -> None:
    text = '{"name": "now", "arguments": {}}\n{"name": "get_weather", "arguments": {"city": "Oslo"}}'
    assert [name for name, _ in read(text)] == ["now", "get_weather"]


def test_two_fences_hold_two_calls() -> None:
    text = '```json\n{"name": "now", "arguments": {}}\n```\nand\n```json\n{"name": "now", "arguments": {"zone": "CET"}}\n```'
    assert read(text) == [("now", {}), ("now", {"zone": "CET"})]


def test_words_of_python_and_json_are_both_values() -> None:
    assert read("[now(a=True, b=true, c=None, d=null, e=-1.5, f=(1, 2))]") == [
        ("now", {"a": True, "b": True, "c": None, "d": None, "e": -1.5, "f": [1, 2]})
    ]


def test_names_that_python_forbids_are_read() -> None:
    assert read('[book-room(from="2026-01-02", check-out="x", 城市="奥斯陆")]') == [
        ("book-room", {"from": "2026-01-02", "check-out": "x", "城市": "奥斯陆"})
    ]


def test_a_known_tool_without_parameters_needs_no_arguments() -> None:
    assert read('{"name": "now"}') == [("now", {})]


@pytest.mark.parametrize(
    "text",
    [
        "It will rain in Oslo.",
        "See [the notes](http://example.org) and [1].",
        "The city (see below) and f(x) = 2.",
        '{"name": "Oslo", "population": 700000}',
        '```json\n{"city": "Oslo"}\n```',
        "[1, 2, 3]",
        "",
        "它在[这里](附近)。",
    ],
)
def test_ordinary_text_stays_text(text: str) -> None:
    parsed = parse_calls(text, TOOLS)
    assert (parsed.calls, parsed.malformed, parsed.text) == ((), (), text)


@pytest.mark.parametrize(
    "text",
    [
        '<tool_call>{"name": "get_weather", "arguments": {"city": "Os',
        "<tool_call>nothing of use</tool_call>",
        '```json\n{"name": "get_weather", "arguments": {"city": "Os',
        '{"name": "get_weather", "arguments": {"city": "Os',
        '[{"name": "get_weather", "arguments": {"city": "Os',
        "[get_weather(city='Os",
        "Well: [get_weather(city='Oslo', days=",
        "[get_weather('Oslo', 3)]",
        "[get_weather(city=__import__('os').getcwd())]",
        "[get_weather(city=Oslo)]",
        "[get_weather(days=1e999)]",
        "[get_weather(days=1, days=2)]",
        "[get_weather(days=" + "[" * 100 + "]" * 100 + ")]",
        "[get_weather(city=f'{1}')]",
        "[get_weather(days=" + "[" * 500 + "]" * 500 + ")]",
    ],
)
def test_what_is_meant_as_a_call_and_cannot_be_read_is_malformed(text: str) -> None:
    parsed = parse_calls(text, TOOLS)
    assert parsed.calls == ()
    assert len(parsed.malformed) == 1


def test_a_good_call_before_a_cut_one_is_kept() -> None:
    parsed = parse_calls('<tool_call>{"name": "now", "arguments": {}}</tool_call><tool_call>{"name": "no')
    assert [call.name for call in parsed.calls] == ["now"]
    assert len(parsed.malformed) == 1


@pytest.mark.parametrize("piece", ["[", "{", '{"a":', "<tool_call>", "```", "now(", "[now(", '{"name":"', "'", "\\"])
def test_hostile_text_takes_no_long_time(piece: str) -> None:
    parse_calls(piece * 20_000, TOOLS)
