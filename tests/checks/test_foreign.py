"""Dialogues that others made: what is read, what is refused and where, and that every family of checks works on them."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from toolsim.base.errors import ToolsimError
from toolsim.checks.examine import examine
from toolsim.checks.finding import CHECKS
from toolsim.checks.foreign import SKIPPED, Foreign, ForeignError, read_foreign

Record = dict[str, Any]

WEATHER: Record = {
    "type": "object",
    "properties": {
        "city": {"type": "string", "description": "City"},
        "days": {"type": "integer", "minimum": 1, "maximum": 14, "description": "Days ahead"},
        "day": {"type": "string", "format": "date", "description": "First day"},
        "unit": {"type": "string", "enum": ["c", "f"], "description": "Scale"},
    },
    "required": ["city"],
    "additionalProperties": False,
}


def tool(parameters: Record | None = None, name: str = "get_weather") -> Record:
    return {
        "type": "function",
        "function": {"name": name, "description": "Tell the weather", "parameters": parameters or WEATHER},
    }


def user(text: Any) -> Record:
    return {"role": "user", "content": text}


def says(text: str) -> Record:
    return {"role": "assistant", "content": text}


def calls(arguments: Any, name: str = "get_weather") -> Record:
    text = arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
    return {
        "role": "assistant",
        "content": None,
        "tool_calls": [{"id": "a", "type": "function", "function": {"name": name, "arguments": text}}],
    }


def result(text: str) -> Record:
    return {"role": "tool", "tool_call_id": "a", "name": "get_weather", "content": text}


def sound() -> Record:
    return {
        "messages": [
            {"role": "developer", "content": "Today is 2026-03-02."},
            user([{"type": "text", "text": "How will the weather in New York be for three days from tomorrow? I have $5."}]),
            calls({"city": "New York, NY", "days": 3, "day": "2026-03-03", "unit": "c"}),
            result("It will be 12.5 degrees; a taxi costs 1,200 cents."),
            says("It will be 12.5 degrees, and a taxi costs 1,200 cents."),
        ],
        "tools": [tool()],
        "id": "weather-1",
        "note": {"what": "is not ours is left alone"},
    }


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write dialogues as JSON Lines."""

    def put(*dialogues: Any) -> Path:
        path = tmp_path / "d.jsonl"
        path.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in dialogues), encoding="utf-8")
        return path

    return put


def read(path: Path) -> list[Foreign]:
    return list(read_foreign(path))


def codes(foreign: Foreign) -> set[str]:
    return {finding.code for finding in examine(foreign.case())}


def test_a_sound_dialogue_is_read_and_has_no_findings(write: Callable[..., Path]) -> None:
    (one,) = read(write(sound()))
    assert one.dialogue.id == "weather-1" and one.dialogue.language == "en"
    assert one.dialogue.messages[0].role == "system" and (one.dialogue.messages[1].content or "").startswith("How will")
    assert codes(one) == set()


def test_the_language_is_guessed_by_the_share_of_chinese(write: Callable[..., Path]) -> None:
    chinese = {"messages": [user("北京 Beijing 明天天气怎么样？"), says("抱歉，我查不了。")], "tools": [tool()]}
    assert [one.dialogue.language for one in read(write(chinese, sound()))] == ["zh", "en"]


@pytest.mark.parametrize("content", ["array", "object"])
def test_a_json_file_holds_an_array_or_one_dialogue(tmp_path: Path, content: str) -> None:
    path = tmp_path / "d.json"
    path.write_text(json.dumps([sound(), sound()] if content == "array" else sound(), indent=1), encoding="utf-8")
    assert len(read(path)) == (2 if content == "array" else 1)


def changed(change: Callable[[Record], Any]) -> Record:
    record = sound()
    change(record)
    return record


def put(path: str, value: Any) -> Callable[[Record], Any]:
    """Make a change that puts a value at a path such as `messages.2.tool_calls.0`."""

    def change(record: Record) -> None:
        *way, last = path.split(".")
        node: Any = record
        for step in way:
            node = node[int(step)] if isinstance(node, list) else node[step]
        node[int(last) if isinstance(node, list) else last] = value

    return change


ARGUMENTS = "messages.2.tool_calls.0.function.arguments"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (put("messages.4.content", "It will be 21 degrees."), "answers.number"),
        (put("messages.4.content", "It will be 12.5 degrees in {city}."), "residue.template"),
        (put("messages.4.content", "气温是12.5度。"), "language.script"),
        (put("messages.4.content", ""), "form.end"),
        (put("messages.3.tool_call_id", "b"), "form.pairing"),
        (put("messages.2.tool_calls.0.function.name", "get_tides"), "arguments.not_offered"),
        (put(ARGUMENTS, "{"), "arguments.not_json"),
        (put(ARGUMENTS, "{}"), "arguments.required"),
        (put(ARGUMENTS, '{"city": "New York", "days": 30}'), "arguments.maximum"),
        (put(ARGUMENTS, '{"city": "New York", "town": 1}'), "arguments.additionalProperties"),
        (put(ARGUMENTS, '{"city": "Springfield"}'), "grounding.unseen"),
        (put(ARGUMENTS, '{"city": "New York", "days": 9}'), "grounding.unseen"),
        (put(ARGUMENTS, '{"city": "New York", "day": "2026-05-03"}'), "grounding.unseen"),
        (put("tools", [tool(), tool()]), "spec.twice"),
        (put("tools", [tool(name="get weather")]), "spec.form"),
        (put("tools", [tool({"type": "objct"})]), "spec.schema"),
        (put("tools", [tool({"type": "object", "properties": {"city": {"$ref": "http://127.0.0.1:9/city"}}})]), "spec.schema"),
        (put("tools", [tool({**WEATHER, "additionalProperties": True})]), "spec.loose"),
        (put("tools.0.function.parameters.properties.unit.type", ["string", "null"]), "spec.loose"),
    ],
)
def test_each_family_that_needs_no_scenario_finds_its_faults(
    write: Callable[..., Path], change: Callable[[Record], Any], code: str
) -> None:
    (one,) = read(write(changed(lambda record: change(record))))
    assert code in codes(one)


def test_what_the_user_says_in_other_units_and_words_is_seen(write: Callable[..., Path]) -> None:
    schema = {
        "type": "object",
        "properties": {"minutes": {"type": "integer"}, "share": {"type": "number"}, "note": {"type": "string"}},
    }
    asked = user("Book the small room for two hours, with 15% off, since my brother visits me.")
    arguments = {"minutes": 120, "share": 0.15, "note": "brother visits"}
    (one,) = read(write({"messages": [asked, calls(arguments), result("{}"), says("It's booked.")], "tools": [tool(schema)]}))
    assert "grounding.unseen" not in codes(one)


def test_small_talk_is_not_held_to_results(write: Callable[..., Path]) -> None:
    talk = {"messages": [user("How far is the moon?"), says("About 384,400 km.")]}
    assert codes(read(write(talk))[0]) == set()


def test_families_that_are_skipped_are_known_and_silent(write: Callable[..., Path]) -> None:
    (one,) = read(write(sound()))
    for family in SKIPPED:
        assert list(CHECKS.get(family)(one.case())) == []


@pytest.mark.parametrize(
    ("record", "error"),
    [
        (5, "d.jsonl:1: the dialogue is the number 5; expected an object"),
        ({}, "d.jsonl:1: the dialogue lacks 'messages'; it has nothing"),
        ({"message": []}, "d.jsonl:1: has 'message'; did you mean 'messages'?"),
        ({"messages": [], "tool": []}, "has 'tool'; did you mean 'tools'?"),
        ({"messages": {}}, "messages is an object; expected a list"),
        ({"messages": [], "functions": []}, "has 'functions'; this is the old style"),
        (
            {"messages": [{"role": "assistant", "function_call": {"name": "f"}}]},
            "messages[0] has 'function_call' or the role 'function'",
        ),
        ({"messages": [{"role": "function", "content": "1"}]}, "this is the old style; give `tool_calls`"),
        ({"messages": [{"content": "x"}]}, "messages[0] lacks 'role'; it has 'content'"),
        ({"messages": [{"role": "asistant"}]}, "messages[0].role is 'asistant'; did you mean 'assistant'?"),
        ({"messages": [{"role": "user", "content": 5}]}, "messages[0].content is the number 5; expected text"),
        ({"messages": [user([{"type": "image_url"}])]}, "messages[0].content has a part that is no text"),
        ({"messages": [{"role": "assistant", "tool_call": []}]}, "messages[0] has 'tool_call'; did you mean 'tool_calls'?"),
        ({"messages": [{"role": "tool", "content": "x"}]}, "messages[0] lacks 'tool_call_id'"),
        (changed(put(ARGUMENTS, {"city": "x"})), "function.arguments is an object; expected JSON text, as models write it"),
        (changed(put(ARGUMENTS, "[" * 99)), "function.arguments nests deeper than 64 levels"),
        (changed(put("messages.2.tool_calls.0", {"id": "a"})), "messages[2].tool_calls[0] lacks 'function'"),
        (changed(put("messages.2.tool_calls.0.id", 7)), "messages[2].tool_calls[0].id is wrong"),
        (changed(put("tools", [{"name": "f"}])), "tools[0] lacks 'function'; it has 'name'"),
        (changed(put("tools.0.function.description", 1)), "tools[0].function.description is the number 1; expected text"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(write: Callable[..., Path], record: Any, error: str) -> None:
    with pytest.raises(ForeignError) as caught:
        read(write(record))
    assert error in str(caught.value) and "d.jsonl:1: " in str(caught.value)


def test_the_line_and_the_place_in_an_array_are_told(tmp_path: Path, write: Callable[..., Path]) -> None:
    with pytest.raises(ForeignError, match=r"d\.jsonl:3: the dialogue lacks 'messages'"):
        read(write(sound(), sound(), {"a": 1}))
    path = tmp_path / "a.json"
    path.write_text(json.dumps([sound(), {"a": 1}]), encoding="utf-8")
    with pytest.raises(ForeignError, match=r"a\.json: dialogue 2: the dialogue lacks 'messages'"):
        read(path)


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", "holds no dialogue"),
        (b"\n\n", "holds no dialogue"),
        (b"[]", "holds no dialogue"),
        (b"{\n", ":1: is not JSON"),
        (b'{"messages": "\xff"}', ":1: is not JSON"),
        (b"[" * 5000, "is not JSON"),
        (b"nothing", ":1: is not JSON"),
    ],
)
def test_files_that_hold_no_dialogues_are_refused(tmp_path: Path, data: bytes, error: str) -> None:
    path = tmp_path / "d.jsonl"
    path.write_bytes(data)
    with pytest.raises(ForeignError) as caught:
        read(path)
    assert error in str(caught.value)


JUNK: tuple[Any, ...] = (
    None, True, 0, -1, 1.5, 10**30, "", "x", "{", "[]", "null", "1e400", [], {}, [None], {"type": ["string", "null"]}, {"enum": 5},
    {"$ref": "#/x"}, {"anyOf": [{"type": "string"}]}, "2026-99-99", "四万万", "你您",
)  # fmt: skip


def _paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for key, one in inner for found in _paths(one, (*path, key)))]


@pytest.mark.parametrize("seed", range(8))
def test_no_damage_makes_reader_or_checks_break(write: Callable[..., Path], seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(40):
        record = sound()
        for _ in range(rng.randint(1, 3)):
            *way, last = rng.choice([path for path in _paths(record) if path] or [("messages",)])
            node: Any = record
            for step in way:
                node = node[step]
            node[last] = deepcopy(rng.choice(JUNK))
        try:
            for one in read(write(record)):
                list(examine(one.case()))
        except ToolsimError as error:
            assert "d.jsonl:1" in str(error)
