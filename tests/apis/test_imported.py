"""Specs of somebody's own are read in the forms that people have them in, and what cannot be used is told with its place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import DATA
from toolsim.apis.foreign_leaves import foreign_leaves, undeclared
from toolsim.apis.imported import ImportedError, ImportedTool, effect_of, language_of, read_tools_file
from toolsim.taxonomy.declarations import Kind

IMPORTED = DATA / "imported"
WEATHER = {"name": "get_weather", "description": "Weather.", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}}  # fmt: skip


def written(folder: Path, content: Any, name: str = "tools.json") -> Path:
    """Write a file of specs; text is written as it is."""
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def read(folder: Path, content: Any, name: str = "tools.json") -> tuple[ImportedTool, ...]:
    """Read what is written."""
    return read_tools_file(written(folder, content, name))


# --- forms ---


@pytest.mark.parametrize(
    "content",
    [
        [{"type": "function", "function": WEATHER}],
        {"tools": [{"type": "function", "function": WEATHER}]},
        [WEATHER],
        WEATHER,
        {"type": "function", "function": WEATHER},
        json.dumps(WEATHER) + "\n\n",
        {"tools": [{**{k: v for k, v in WEATHER.items() if k != "parameters"}, "inputSchema": WEATHER["parameters"]}]},
        {"jsonrpc": "2.0", "id": 1, "result": {"tools": [{"name": "get_weather", "description": "Weather.", "inputSchema": {"$schema": "https://json-schema.org/draft/2020-12/schema", **WEATHER["parameters"]}}]}},  # type: ignore[dict-item]
    ],
    ids=["openai", "openai under tools", "bare", "one", "one in openai form", "a line", "mcp", "mcp answer"],
)  # fmt: skip
def test_every_form_gives_the_same_spec(tmp_path: Path, content: Any) -> None:
    (tool,) = read(tmp_path, content)
    assert tool.openai() == {"type": "function", "function": WEATHER} and tool.effect == "READ"


def test_json_lines_are_read_with_one_tool_a_line(tmp_path: Path) -> None:
    tools = read(tmp_path, f"{json.dumps(WEATHER)}\n{json.dumps({**WEATHER, 'name': 'book_tour'})}\n", "tools.jsonl")
    assert [tool.name for tool in tools] == ["get_weather", "book_tour"]


def test_what_a_server_tells_of_results_and_effects_is_kept() -> None:
    tools = {tool.name: tool for tool in read_tools_file(IMPORTED / "tickets.mcp.json")}
    result = tools["create_ticket"].result
    assert result is not None and "ticket_id" in result["properties"]
    assert tools["create_ticket"].effect == "WRITE" and tools["list_devices"].effect == "READ"


@pytest.mark.parametrize(("given", "effect"), [({"effect": "READ"}, "READ"), ({"annotations": {"readOnlyHint": True}}, "READ"), ({}, "WRITE")])  # fmt: skip
def test_an_effect_is_as_told_and_else_as_the_name_reads(tmp_path: Path, given: dict[str, Any], effect: str) -> None:
    (tool,) = read(tmp_path, {**WEATHER, "name": "open_valve", **given})
    assert tool.effect == effect


@pytest.mark.parametrize(("name", "effect"), [("get_x", "READ"), ("api_list_x", "READ"), ("trackParcel", "READ"), ("set_x", "WRITE"), ("widget", "WRITE")])  # fmt: skip
def test_names_tell_whether_a_tool_reads(name: str, effect: str) -> None:
    assert effect_of(name) == effect


def test_types_of_benchmarks_become_those_of_json_schema(tmp_path: Path) -> None:
    odd = {"name": "f", "description": "F.", "parameters": {"type": "dict", "properties": {
        "x": {"type": "float"}, "type": {"type": "tuple", "items": {"type": "any"}}, "o": {"type": "string", "enum": ["dict"]}}}}  # fmt: skip
    (tool,) = read(tmp_path, odd)
    assert tool.parameters == {
        "type": "object",
        "properties": {
            "x": {"type": "number"},
            "type": {"type": "array", "items": {}},
            "o": {"type": "string", "enum": ["dict"]},
        },
    }


def test_a_tool_without_parameters_takes_none(tmp_path: Path) -> None:
    assert read(tmp_path, {"name": "ping", "description": "Says hello."})[0].parameters == {"type": "object", "properties": {}}


def test_the_language_is_that_of_the_descriptions() -> None:
    assert language_of(read_tools_file(IMPORTED / "home_zh.jsonl")) == "zh"
    assert language_of(read_tools_file(IMPORTED / "parcels.json")) == "en"


# --- what cannot be used ---


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "is not JSON"),
        ("[{]", "tools.json:1: is not JSON"),
        ('{"name": "a"}\n{"name": \n', "tools.json:2: is not JSON"),
        ([], "holds no tool; expected tools in OpenAI form"),
        ("7", "tool 1: $ is the number 7; expected tools in OpenAI form"),
        ({"tools": 3}, "$.tools is the number 3; expected a list of tools"),
        ([WEATHER, {"description": "x"}], "tool 2: $ has no name; it has 'description'"),
        ([{"nam": "x"}], "tool 1: $ has no name; it has 'nam'; did you mean 'name'?"),
        ([{"type": "function", "function": []}], "tool 1: $.function is a list"),
        ([{"name": 5}], "tool 1: $.name is the number 5; expected text"),
        ([{**WEATHER, "name": "math.gcd"}], "$.name is 'math.gcd', which the OpenAI form does not take; expected 1 to 64 letters, digits, _ and -, such as math_gcd"),
        ([{**WEATHER, "name": "查天气"}], "$.name is '查天气'"),
        ([{**WEATHER, "name": "x" * 65}], "which the OpenAI form does not take"),
        ([WEATHER, WEATHER], "tool 2 has the name 'get_weather', which an earlier one has"),
        ([{**WEATHER, "description": ["a"]}], "tool 1 (get_weather): $.description is a list; expected text"),
        ([{**WEATHER, "parameters": []}], "$.parameters is a list; expected a JSON Schema of an object"),
        ([{"type": "function", "function": {**WEATHER, "parameters": {"type": "array"}}}], "tool 1 (get_weather): $.function.parameters.type is 'array'"),
        ([{"name": "a", "parameter": {}}], "tool 1 (a): $ has no parameters; it has 'parameter'; did you mean 'parameters'?"),
        ([{"name": "a", "parameters": {"type": "object", "properties": {"n": {"type": "objekt"}}}}], "$.parameters.properties.n.type is 'objekt', and the types of JSON Schema are"),
        ([{"name": "a", "parameters": {"type": "object", "properties": {"n": {"minimum": "3"}}}}], "tool 1 (a): $.parameters.properties.n.minimum: "),
        ([{"name": "a", "parameters": {"type": "object", "properties": {"n": {"pattern": "("}}}}], "$.parameters.properties.n.pattern: "),
        ([{"name": "a", "parameters": {"type": "object", "properties": {"n": {"$ref": "https://example.com/n.json"}}}}], "$.parameters.properties.n has the $ref 'https://example.com/n.json', and nothing is fetched"),
        ([{"name": "a", "outputSchema": {"type": "x"}}], "$.outputSchema.type is 'x'"),
        ([{"name": "a", "effect": "maybe"}], "$.effect is 'maybe'; expected READ or WRITE"),
        ([{"name": "a", "annotations": {"readOnlyHint": "yes"}}], "$.annotations.readOnlyHint is 'yes'; expected true or false"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_told_with_its_place(tmp_path: Path, content: Any, told: str) -> None:
    with pytest.raises(ImportedError) as error:
        read(tmp_path, content)
    assert told in str(error.value) and str(error.value).startswith(str(tmp_path / "tools.json"))


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ImportedError, match="cannot be read"):
        read_tools_file(tmp_path / "none.json")


# --- leaves ---

SCHEMA: dict[str, Any] = {
    "type": "object",
    "$defs": {"place": {"type": "object", "properties": {"city": {"type": "string"}}}},
    "properties": {
        "from": {"$ref": "#/$defs/place"},
        "days": {"type": "array", "uniqueItems": True, "items": {"type": "string", "enum": ["monday", "tuesday"]}},
        "items": {"type": "array", "items": {"type": "object", "properties": {"sku": {"type": "string"}}}},
        "when": {"anyOf": [{"type": "null"}, {"type": "string", "default": "now"}]},
        "wait": {"type": "integer", "description": "Duration in minutes."},
        "urgency": {"type": "string", "enum": ["low", "urgent_now"], "description": "low-不急，urgent_now-加急"},
        "loud": {"type": "boolean"},
    },
}


def test_leaves_are_found_at_any_depth_with_what_is_known_of_them() -> None:
    arguments = {"from": {"city": "Lund"}, "days": ["tuesday"], "items": [{"sku": "A-7"}], "when": "2026-05-01", "wait": 5, "urgency": "low", "loud": True}  # fmt: skip
    found = {leaf.path: leaf for leaf in foreign_leaves(SCHEMA, arguments)}
    assert {path: leaf.field.kind for path, leaf in found.items()} == {
        "$.from.city": Kind.TEXT, "$.days": Kind.MANY, "$.items[0].sku": Kind.REF, "$.when": Kind.DATE,
        "$.wait": Kind.NUMBER, "$.urgency": Kind.ENUM, "$.loud": Kind.FLAG,
    }  # fmt: skip
    assert found["$.when"].field.auto == "now" and found["$.items[0].sku"].field.key_format == "A-#"
    unit = found["$.wait"].field.unit
    assert unit is not None and unit.en == "minutes"
    assert {option.code: option.label.zh for option in found["$.urgency"].field.options} == {"low": "不急", "urgent_now": "加急"}


def test_what_no_schema_declares_is_told() -> None:
    arguments = {"from": {"city": "Lund", "zip": "1"}, "items": [{"sku": "x", "n": 1}], "extra": 1}
    assert list(undeclared(SCHEMA, arguments)) == ["$.from.zip", "$.items[0].n", "$.extra"]
