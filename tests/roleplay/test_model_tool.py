"""A simulated tool answers under its schema and never against itself; what stays wrong is refused."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson
import pytest

from toolsim.base.text import Language
from toolsim.models.failures import FailureKind, ModelFailure
from toolsim.models.scripted import ScriptedModel
from toolsim.roleplay.actors import ToolResult
from toolsim.roleplay.dialogue import FunctionCall, ToolCall
from toolsim.roleplay.model_tool import TRIES, ModelTool
from toolsim.world.injection import FaultKind, PlannedFault

NOTE = {
    "type": "object",
    "required": ["note_id", "text"],
    "properties": {"note_id": {"type": "string"}, "text": {"type": "string"}},
    "additionalProperties": False,
}
SPECS: dict[str, dict[str, Any]] = {
    "create_note": {
        "description": "Stores a note.",
        "parameters": {"type": "object", "required": ["text"]},
        "result": NOTE,
        "effect": "WRITE",
    },
    "get_note": {
        "description": "Gives a note.",
        "parameters": {"type": "object", "required": ["note_id"]},
        "result": NOTE,
        "effect": "READ",
    },
    "ping": {"description": "Says hello."},
}
GOOD = '{"note_id": "N-77", "text": "milk"}'


def tool_of(*answers: str, language: Language = "en") -> tuple[ModelTool, ScriptedModel]:
    """Make a tool and the model behind it."""
    model = ScriptedModel(list(answers))
    return ModelTool(SPECS, language, "2026-05-01T10:00", 1, model), model


async def call(tool: ModelTool, name: str, arguments: Any) -> ToolResult:
    """Call a tool; text stands for arguments as written."""
    text = arguments if isinstance(arguments, str) else orjson.dumps(arguments).decode()
    return await tool.call(ToolCall(id="c", function=FunctionCall(name=name, arguments=text)))


async def refused(tool: ModelTool, name: str, arguments: Any) -> ModelFailure:
    """Give the failure of a call."""
    with pytest.raises(ModelFailure) as failure:
        await call(tool, name, arguments)
    return failure.value


@pytest.mark.parametrize("written", [GOOD, f"```json\n{GOOD}\n```", f"Here it is: {GOOD}"])
async def test_an_answer_that_fits_is_given(written: str) -> None:
    tool, _ = tool_of(written)
    assert (await call(tool, "get_note", {"note_id": "N-77"})).content == '{"note_id":"N-77","text":"milk"}'


@pytest.mark.parametrize("bad", ["", "no idea", '{"note_id": "N-77"}', '{"note_id": "N-77", "text": 5}', GOOD[:-1], "[1, 2]"])
async def test_an_answer_off_schema_is_asked_for_again(bad: str) -> None:
    tool, model = tool_of(bad, GOOD)
    assert (await call(tool, "get_note", {"note_id": "N-77"})).fault == ""
    assert "refused" in model.requests[1].messages[0]["content"] and [r.attempt for r in model.requests] == [0, 1]


@pytest.mark.parametrize("bad", ["no idea", '{"note_id": 5, "text": ""}'])
async def test_an_answer_that_stays_off_schema_is_refused(bad: str) -> None:
    tool, model = tool_of(*[bad] * 9)
    assert (await refused(tool, "get_note", {"note_id": "N-77"})).kind is FailureKind.UNPARSED
    assert len(model.requests) == TRIES


async def test_a_contradiction_is_asked_for_again_and_then_refused() -> None:
    other = GOOD.replace("milk", "bread")
    tool, model = tool_of(GOOD, other, GOOD, other, other, other)
    await call(tool, "get_note", {"note_id": "N-77"})
    assert "milk" in (await call(tool, "get_note", {"note_id": "N-77"})).content
    failure = await refused(tool, "get_note", {"note_id": "N-77"})
    assert failure.message == "get_note: text of N-77 was shown as 'milk' and is now 'bread'" and len(model.requests) == 6


async def test_a_write_that_cannot_be_read_back_is_refused() -> None:
    tool, _ = tool_of(GOOD, *[GOOD.replace("milk", "")] * TRIES)
    await call(tool, "create_note", {"text": "milk"})
    assert "was written as 'milk'" in (await refused(tool, "get_note", {"note_id": "N-77"})).message


async def test_a_write_that_stores_something_else_is_refused() -> None:
    tool, _ = tool_of(*[GOOD.replace("milk", "bread")] * TRIES)
    assert "is to be 'milk'" in (await refused(tool, "create_note", {"text": "milk"})).message


async def test_a_later_call_is_shown_what_was_stored() -> None:
    tool, model = tool_of(GOOD, GOOD)
    await call(tool, "create_note", {"text": "milk"})
    await call(tool, "get_note", {"note_id": "N-77"})
    assert '{"N-77":{"text":"milk"}}' in model.requests[1].messages[0]["content"]


@pytest.mark.parametrize(
    ("name", "arguments", "fault"),
    [
        ("no_such", {}, "unknown_api"),
        ("get_note", "{", "invalid_arguments"),
        ("get_note", "[]", "invalid_arguments"),
        ("get_note", {}, "invalid_arguments"),
        ("ping", "null", "invalid_arguments"),
    ],
)
@pytest.mark.parametrize("language", ["en", "zh"])
async def test_a_wrong_call_is_refused_without_asking_the_model(
    name: str, arguments: Any, fault: str, language: Language
) -> None:
    tool, model = tool_of(language=language)
    result = await call(tool, name, arguments)
    assert result.fault == fault and orjson.loads(result.content)["error"]["code"] == fault and not model.requests


async def test_a_tool_without_result_schema_gives_any_object() -> None:
    tool, _ = tool_of('"hello"', '{"hello": 1}')
    assert (await call(tool, "ping", {})).content == '{"hello":1}'


async def test_trajectories_ask_apart() -> None:
    asked = set()
    for sample in range(3):
        model = ScriptedModel(["", "", GOOD])
        await call(ModelTool(SPECS, "en", "2026-05-01T10:00", 1, model, sample), "get_note", {"note_id": "N-77"})
        asked |= {request.attempt for request in model.requests}
    assert len(asked) == 9


def test_calls_of_one_message_are_answered_in_order() -> None:
    tool, _ = tool_of(GOOD, GOOD)

    async def both() -> list[str]:
        return [
            (await call(tool, "create_note", {"text": "milk"})).content,
            (await call(tool, "get_note", {"note_id": "N-77"})).content,
        ]

    assert len(set(asyncio.run(both()))) == 1


# --- faults ---


def flaky(fault: PlannedFault, *answers: str) -> tuple[ModelTool, ScriptedModel]:
    """Make a tool that a fault befalls."""
    model = ScriptedModel(list(answers))
    return ModelTool(SPECS, "en", "2026-05-01T10:00", 1, model, faults=[fault]), model


@pytest.mark.parametrize(("kind", "code"), [("timeout", "timeout"), ("rate_limit", "rate_limited"), ("outage", "unavailable")])
async def test_a_call_that_gets_no_answer_is_not_put_to_the_model(kind: FaultKind, code: str) -> None:
    tool, model = flaky(PlannedFault(kind=kind, recovery="retry", api="get_note"), GOOD)
    assert (await call(tool, "get_note", {"note_id": "N-77"})).fault == code and not model.requests
    assert (await call(tool, "get_note", {"note_id": "N-77"})).content == '{"note_id":"N-77","text":"milk"}'


async def test_a_lost_answer_is_remembered_all_the_same() -> None:
    lost = PlannedFault(kind="timeout", recovery="verify", api="create_note", carried_out=True)
    tool, _ = flaky(lost, GOOD, *[GOOD.replace("milk", "bread")] * TRIES)
    assert (await call(tool, "create_note", {"text": "milk"})).fault == "timeout"
    assert "was written as 'milk'" in (await refused(tool, "get_note", {"note_id": "N-77"})).message


async def test_a_list_comes_through_in_part_and_then_whole() -> None:
    rows = '{"notes": [{"note_id": "N-1"}, {"note_id": "N-2"}, {"note_id": "N-3"}]}'
    tool, _ = flaky(PlannedFault(kind="partial_page", recovery="retry", api="ping", shown=1), rows, rows)
    cut, whole = await call(tool, "ping", {}), await call(tool, "ping", {})
    assert cut.fault == "partial_page" and len(orjson.loads(cut.content)["notes"]) == 1
    assert whole.fault == "" and len(orjson.loads(whole.content)["notes"]) == 3


async def test_an_id_that_is_out_of_date_is_refused_until_it_is_looked_up_anew() -> None:
    fault = PlannedFault(kind="stale_id", recovery="look_up", api="ping", key="K1", stale="K2")
    rows = '{"notes": [{"note_id": "N-77", "text": "milk"}]}'
    tool, model = flaky(fault, rows, rows, GOOD)
    shown = orjson.loads((await call(tool, "ping", {})).content)["notes"][0]["note_id"]
    assert shown != "N-77" and shown.startswith("N-")
    assert (await call(tool, "get_note", {"note_id": shown})).fault == "stale_id" and len(model.requests) == 1
    assert "N-77" in (await call(tool, "ping", {})).content
    assert (await call(tool, "get_note", {"note_id": "N-77"})).fault == ""
