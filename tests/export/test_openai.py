"""The OpenAI form, byte by byte, and the rules that every exporter's file keeps."""

from __future__ import annotations

import io
import os
from pathlib import Path

import orjson
import pytest

from toolsim.apis.catalogue import Catalogue
from toolsim.checks.foreign import read_foreign
from toolsim.dataset.sample import Label, Provenance, Sample
from toolsim.dataset.splits import Split
from toolsim.dataset.store import RunError
from toolsim.export.openai import openai
from toolsim.export.registry import EXPORTERS, Item
from toolsim.export.write import write
from toolsim.roleplay.dialogue import Dialogue

GOLDEN = Path(__file__).parent.parent / "golden" / "openai.jsonl"


def item(catalogue: Catalogue, split: Split | None = Split.TRAIN) -> Item:
    """Make a dialogue of the test pack, with a call, its result and a Chinese name."""
    call = {"id": "call_1", "type": "function", "function": {"name": "getBike", "arguments": '{"frameNo":"BK0001"}'}}
    messages = [
        {"role": "system", "content": "You are the assistant of a workshop."},
        {"role": "user", "content": "What's up with 小明's bike, the one with BK0001 on its frame?"},
        {"role": "assistant", "tool_calls": [call]},
        {"role": "tool", "content": '{"frameNo":"BK0001","status":"ready"}', "tool_call_id": "call_1"},
        {"role": "assistant", "content": "It's ready."},
    ]
    dialogue = Dialogue.model_validate(
        {
            "id": "en-000000-00",
            "category": "normal.single_turn.single_function",
            "language": "en",
            "tools": ["getBike"],
            "messages": messages,
            "actors": ["scenario", "user:planner", "assistant:planner", "tool:world", "assistant:planner"],
            "digest": "0",
        }
    )
    sample = Sample(
        id=dialogue.id,
        category=dialogue.category,
        language="en",
        packs=("others/workshop",),
        skeleton="normal.single_turn.single_function>getBike",
        world_seed=7,
        turns=1,
        calls=1,
        provenance=Provenance(
            toolsim="0.0.0", content="c", run="r", seed=1, world_seed=7, actors={"user": "planner", "tool": "world"}
        ),
        label=Label(generator="toolsim 0.0.0", method="Planned."),
    )
    assert catalogue.find("getBike") is not None
    parameters = {"type": "object", "properties": {"frameNo": {"type": "string", "description": "Frame number"}}}
    strict = {**parameters, "required": ["frameNo"], "additionalProperties": False}
    tool = {"type": "function", "function": {"name": "getBike", "description": "Look a bike up.", "parameters": strict}}
    return Item(dialogue, sample, split, (tool,))


def test_the_line_is_as_it_was(workshop: Catalogue) -> None:
    line = openai(item(workshop)) + openai(item(workshop, None))
    if "TOOLSIM_WRITE_GOLDEN" in os.environ:
        GOLDEN.write_bytes(line)
    assert line == GOLDEN.read_bytes()


def test_messages_are_what_the_chat_api_takes(workshop: Catalogue) -> None:
    record = orjson.loads(openai(item(workshop)))
    assert record["messages"][2]["content"] is None
    assert [sorted(message) for message in record["messages"]] == [
        ["content", "role"], ["content", "role"], ["content", "role", "tool_calls"], ["content", "role", "tool_call_id"],
        ["content", "role"],
    ]  # fmt: skip
    assert record["metadata"]["split"] == "train" and record["metadata"]["label"]["synthetic"] is True


def test_what_is_written_can_be_read_back(workshop: Catalogue, tmp_path: Path) -> None:
    one = item(workshop)
    path = tmp_path / "out.jsonl"
    assert write([one, one], EXPORTERS.get("openai"), path) == {"train": 2}
    for read in read_foreign(path):
        assert read.dialogue.messages == one.dialogue.messages and read.dialogue.id == one.dialogue.id
        assert list(read.specs.values()) == list(one.tools)


def test_lines_go_to_a_stream(workshop: Catalogue) -> None:
    out = io.BytesIO()
    assert write([item(workshop, None)], openai, out) == {"none": 1}
    assert out.getvalue() == openai(item(workshop, None))


def test_a_file_that_cannot_be_written_is_one_clear_error(workshop: Catalogue, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(RunError, match=r"out\.jsonl cannot be written"):
        write([item(workshop)], openai, tmp_path / "file" / "out.jsonl")


def test_a_failure_leaves_no_trace(workshop: Catalogue, tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    path.write_text("before", encoding="utf-8")

    def broken(item: Item) -> bytes:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write([item(workshop)], broken, path)
    assert [p.name for p in tmp_path.iterdir()] == ["out.jsonl"] and path.read_text(encoding="utf-8") == "before"
