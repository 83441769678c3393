"""How dialogues look: lines broken by cells, calls and results readable."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from toolsim.dataset.reading import Found
from toolsim.dataset.sample import FindingRecord, Rejection
from toolsim.roleplay.dialogue import Dialogue
from toolsim.scenario.blueprint import Scenario
from toolsim.views.dialogue import dialogue_view, wrap, wrap_json


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("", 10, [""]),
        ("one two three", 8, ["one two", "three"]),
        ("a\n\nb", 8, ["a", "", "b"]),
        ("今天天气很好", 8, ["今天天气", "很好"]),
        ("今天天气，很好", 8, ["今天天", "气，很好"]),
        ("订（两张）票", 5, ["订", "（两", "张）", "票"]),
        ("把PM2.5报一下", 8, ["把PM2.5", "报一下"]),
        ("abcdefghij", 4, ["abcd", "efgh", "ij"]),
    ],
)
def test_lines_break_where_a_reader_would(text: str, width: int, lines: list[str]) -> None:
    assert wrap(text, width) == lines


def test_json_breaks_after_commas() -> None:
    assert wrap_json('{"a":1,"b":[2,3],"c":"你好"}', 12) == ['{"a":1,', '"b":[2,3],', '"c":"你好"}']


@given(st.text(st.sampled_from('ab ，。（天气1{},:\n"'), max_size=60), st.integers(4, 30))
def test_nothing_is_lost_and_no_line_is_too_long(text: str, width: int) -> None:
    for broken in (wrap(text, width), wrap_json(text.replace("\n", ""), width)):
        assert all(cell_len(line) <= width for line in broken)
        assert "".join("".join(broken).split()) == "".join(text.split())


def found(arguments: str = '{"city":"北京"}', rejected: bool = False) -> Found:
    call = {"id": "c1", "type": "function", "function": {"name": "get_weather", "arguments": arguments}}
    messages = [
        {"role": "system", "content": "你是助手。"},
        {"role": "user", "content": "北京天气怎么样？"},
        {"role": "assistant", "tool_calls": [call]},
        {"role": "tool", "content": '{"text":"' + "晴" * 600 + '"}', "tool_call_id": "c1"},
        {"role": "assistant", "content": "晴。"},
    ]
    dialogue = {"id": "zh-1", "category": "c", "language": "zh", "tools": ["get_weather"], "messages": messages, "actors": []}
    script = [
        {"role": "user", "act": "request", "text": "x"},
        {"role": "assistant", "kind": "call", "calls": ["c1"]},
        {"role": "assistant", "kind": "answer", "calls": ["c1"]},
    ]
    source = {"$.city": {"kind": "said", "words": "北京", "turn": 0}}
    scenario = {
        "id": "zh-1", "category": "c", "language": "zh", "packs": ["environment/weather"], "seed": 1, "world_seed": 2,
        "now": "2026-03-02T09:00", "persona": "night_nurse", "manner": "terse", "you": "你", "me": "P1", "context": "x",
        "tools": ["get_weather"], "goal": "看天气", "script": script, "skeleton": "c>get_weather",
        "calls": [{"id": "c1", "name": "get_weather", "arguments": {"city": "北京"}, "sources": source}],
        "flaw": {"kind": "wrong", "call": "c1", "paths": ["$.city"], "words": "北亰"},
    }  # fmt: skip
    rejection = Rejection(id="zh-1", category="c", language="zh", stage="check", reasons=("form.end",)) if rejected else None
    findings = (FindingRecord(id="zh-1", code="form.end", path="$.messages", message="it ends"),) if rejected else ()
    return Found(
        Dialogue.model_validate({**dialogue, "digest": ""}), Scenario.model_validate(scenario), None, rejection, findings
    )


def shown(one: Found, whole: bool = False, blueprint: bool = False, width: int = 80) -> str:
    out = io.StringIO()
    Console(file=out, width=width).print(dialogue_view(one, whole, blueprint))
    return out.getvalue()


def test_a_dialogue_shows_who_says_what() -> None:
    text = shown(found())
    assert "night nurse, terse" in text and "environment/weather" in text
    assert 'get_weather {"city": "北京"}' in text and "北京天气怎么样？" in text


def test_long_results_are_cut_unless_all_is_wanted() -> None:
    assert "more characters)" in shown(found()) and shown(found()).count("晴") < 250
    assert shown(found(), whole=True).count("晴") == 601


def test_long_arguments_go_over_several_lines() -> None:
    assert '\n            "city": ' in shown(found('{"city":"' + "北" * 60 + '"}'))


def test_arguments_that_are_no_json_are_shown_as_they_are() -> None:
    assert "{city" in shown(found("{city"))


def test_a_rejected_dialogue_tells_why() -> None:
    text = shown(found(rejected=True))
    assert "rejected at check: form.end" in text and "it ends" in text


def test_the_blueprint_shows_where_values_are_seen() -> None:
    text = shown(found(), blueprint=True)
    assert "said in step 0: 北京" in text and '"北亰"' in text and "看天气" in text


@pytest.mark.parametrize("width", [40, 60, 200])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    assert all(cell_len(line) <= width for line in shown(found(), blueprint=True, width=width).splitlines())
