"""The mock plays the parts of a stage: what it drafts it can read back, what it answers fits the schema and what was shown."""

from __future__ import annotations

from random import Random
from typing import Any

import jsonschema
import orjson
import pytest

from tests.conftest import DATA
from toolsim.base.text import Language
from toolsim.models.mock.plays import play
from toolsim.models.mock.stage import drafted, read_back, told

WORDS: dict[Language, str] = {
    "en": 'It is Monday, 2026-05-04 09:00.\n{tools}\nThe task takes {count} calls and turns on "{name}". Answer:',
    "zh": '现在是星期一，2026-05-04 09:00。\n{tools}\n这个任务需要调用 {count} 次，其中要用到 "{name}"。',
}


def functions(file: str) -> list[dict[str, Any]]:
    """Read the functions of a test file."""
    text = (DATA / "imported" / file).read_bytes()
    found = [orjson.loads(line) for line in text.splitlines()] if file.endswith("l") else orjson.loads(text)
    bare = [one.get("function", one) for one in (found["tools"] if isinstance(found, dict) else found)]
    return [{"name": one["name"], "description": one["description"], "parameters": one.get("parameters") or one["inputSchema"]} for one in bare]  # fmt: skip


@pytest.mark.parametrize(("file", "language"), [("parcels.json", "en"), ("tickets.mcp.json", "en"), ("home_zh.jsonl", "zh")])
@pytest.mark.parametrize("count", [1, 3])
def test_what_it_drafts_fits_and_can_be_read_back(file: str, language: Language, count: int) -> None:
    tools = functions(file)
    lines = "\n".join(orjson.dumps(tool).decode() for tool in tools)
    for seed, target in enumerate(tools):
        task = drafted(WORDS[language].format(tools=lines, count=count, name=target["name"]), Random(seed))
        assert task is not None and len(task["calls"]) == count and task["calls"][0]["tool"] == target["name"]
        for call in task["calls"]:
            schema = next(tool["parameters"] for tool in tools if tool["name"] == call["tool"])
            jsonschema.Draft202012Validator(schema).validate(call["arguments"])
            assert all(words in task["message"] for words in call["said"].values())
        assert read_back(tools, task["message"], language) == [(call["tool"], call["arguments"]) for call in task["calls"]]


def test_what_asks_for_no_task_gets_none() -> None:
    assert drafted("Tell me a story about 2026-05-04 09:00.", Random(0)) is None


def test_as_the_tool_it_keeps_to_what_was_given_and_shown() -> None:
    schema = {"type": "object", "properties": {"ticket_id": {"type": "string"}, "title": {"type": "string"}, "state": {"enum": ["open", "shut"]}}}  # fmt: skip
    ledger = {"TK-7": {"title": "Blue Heron 3", "state": "shut"}}
    lines = [orjson.dumps(one).decode() for one in (schema, ledger, {"ticket_id": "TK-7"})]
    asked = {"messages": [{"role": "user", "content": 'You simulate the API "get" of a service\n' + "\n".join(lines)}]}
    assert orjson.loads(play(asked, Random(0)).content) == {"ticket_id": "TK-7", "title": "Blue Heron 3", "state": "shut"}


def test_as_the_user_it_says_the_plan_step_by_step_and_then_ends() -> None:
    plan = 'You play a person.\n1. Ask for this: "Where is \\"it\\"?"\n2. Only when you are asked, tell: "Here."\nWhen done write only [[END]]'
    heard = [{"role": "system", "content": plan}, {"role": "user", "content": "begin"}]
    said = []
    for _ in range(3):
        said.append(play({"messages": heard}, Random(0)).content)
        heard += [{"role": "assistant", "content": said[-1]}, {"role": "user", "content": "Yes."}]
    assert said == ['Where is "it"?', "Here.", "[[END]]"]


@pytest.mark.parametrize(("language", "end"), [("en", "5, TK-7."), ("zh", "5、TK-7。")])
def test_it_reports_what_a_person_can_read(language: Language, end: str) -> None:
    assert told([{"n": 5, "ok": True, "state": "in_progress"}, {"id": "TK-7", "again": 5}], language).endswith(end)
