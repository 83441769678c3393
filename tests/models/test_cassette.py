"""What was recorded is played again, whatever happens to the process or the file."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from toolsim.base.errors import ToolsimError
from toolsim.models.cassette import Cassette, Mode, Recorded
from toolsim.models.chat import ChatCall, ChatReply, ChatRequest, ChatTool, Usage
from toolsim.models.failures import FailureKind, ModelFailure
from toolsim.models.scripted import Answer, ScriptedModel
from toolsim.models.tape import Tape

REQUEST = ChatRequest(messages=({"role": "user", "content": "How are you? 你好"},))
REPLY = ChatReply(
    content="Fine. 好",
    calls=(ChatCall(id="call_1", name="now", arguments='{"a": 1}'),),
    reasoning="Hm.",
    finish="tool_calls",
    usage=Usage(prompt_tokens=7, completion_tokens=3, money=0.25),
)
CHANGES: dict[str, Any] = {
    "messages": ({"role": "user", "content": "How are you?"},),
    "tools": (ChatTool(name="now", description="", parameters={}),),
    "answer_schema": {"type": "object"},
    "temperature": 0.5,
    "seed": 3,
    "max_tokens": 5,
    "stop": ("x",),
    "attempt": 1,
}


def other(number: int) -> ChatRequest:
    """Make one of many requests."""
    return ChatRequest(messages=({"role": "user", "content": f"Number {number}"},))


async def ask(path: Path, mode: Mode, *answers: Answer, request: ChatRequest = REQUEST, name: str = "m") -> ChatReply:
    """Ask once, with a cassette of its own."""
    cassette = Cassette(path, mode)
    try:
        return await Recorded(ScriptedModel(answers, name), cassette).complete(request)
    finally:
        cassette.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the cassette lies."""
    return tmp_path / "calls.jsonl"


async def test_what_was_recorded_is_replayed_in_full(path: Path) -> None:
    await ask(path, Mode.RECORD, REPLY)
    assert await ask(path, Mode.REPLAY) == REPLY


async def test_replay_raises_for_what_is_missing(path: Path) -> None:
    await ask(path, Mode.RECORD, REPLY)
    with pytest.raises(ModelFailure) as caught:
        await ask(path, Mode.REPLAY, "never asked", request=other(1))
    assert caught.value.kind is FailureKind.UNRECORDED


async def test_auto_asks_only_for_what_is_missing(path: Path) -> None:
    assert (await ask(path, Mode.AUTO, "first")).content == "first"
    assert (await ask(path, Mode.AUTO, "second")).content == "first"


async def test_recording_again_replaces(path: Path) -> None:
    await ask(path, Mode.RECORD, "first")
    await ask(path, Mode.RECORD, "second")
    assert (await ask(path, Mode.REPLAY)).content == "second"


async def test_off_touches_no_file(path: Path) -> None:
    await ask(path, Mode.OFF, "first")
    assert not path.exists()


@pytest.mark.parametrize("member", CHANGES)
async def test_whatever_changes_the_answer_changes_the_key(member: str) -> None:
    model = Recorded(ScriptedModel([]), Cassette(Path(), Mode.OFF))
    assert model.key(REQUEST) != model.key(REQUEST.model_copy(update={member: CHANGES[member]}))


async def test_the_order_of_members_does_not_change_the_key() -> None:
    model = Recorded(ScriptedModel([]), Cassette(Path(), Mode.OFF))
    turned = ChatRequest(messages=tuple(dict(reversed(message.items())) for message in REQUEST.messages))
    assert model.key(turned) == model.key(REQUEST)


async def test_every_member_of_a_request_is_tried_above() -> None:
    assert set(CHANGES) == set(ChatRequest.model_fields)


async def test_models_do_not_share_calls(path: Path) -> None:
    await ask(path, Mode.RECORD, "first")
    assert (await ask(path, Mode.AUTO, "second", name="other")).content == "second"


async def test_equal_requests_at_once_are_made_once(path: Path) -> None:
    cassette = Cassette(path, Mode.AUTO)
    answers = ScriptedModel(["first", "second"])

    class Slow:
        name = "m"

        async def complete(self, request: ChatRequest) -> ChatReply:
            await asyncio.sleep(0)
            return await answers.complete(request)

    model = Recorded(Slow(), cassette)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(model.complete(REQUEST)) for _ in range(10)]
    cassette.close()
    assert {task.result().content for task in tasks} == {"first"}
    assert (len(answers.requests), cassette.made, cassette.played) == (1, 1, 9)


async def test_when_the_first_of_equal_requests_is_cancelled_another_takes_over(path: Path) -> None:
    cassette = Cassette(path, Mode.AUTO)
    started = 0

    class Slow:
        name = "m"

        async def complete(self, request: ChatRequest) -> ChatReply:
            nonlocal started
            started += 1
            await asyncio.sleep(0.001 if started > 1 else 60)
            return REPLY

    model = Recorded(Slow(), cassette)
    tasks = [asyncio.create_task(model.complete(REQUEST)) for _ in range(3)]
    await asyncio.sleep(0)
    tasks[0].cancel()
    await asyncio.wait(tasks)
    cassette.close()
    assert [task.cancelled() or task.result() for task in tasks] == [True, REPLY, REPLY]
    assert started == 2


async def test_equal_requests_at_once_share_a_failure(path: Path) -> None:
    cassette = Cassette(path, Mode.AUTO)

    class Slow:
        name = "m"
        asked = 0

        async def complete(self, request: ChatRequest) -> ChatReply:
            self.asked += 1
            await asyncio.sleep(0)
            raise ModelFailure(FailureKind.SERVER, "it broke")

    slow = Slow()
    model = Recorded(slow, cassette)
    tasks = [asyncio.create_task(model.complete(REQUEST)) for _ in range(3)]
    await asyncio.wait(tasks)
    cassette.close()
    assert [type(task.exception()) for task in tasks] == [ModelFailure] * 3 and slow.asked == 1


async def test_a_failure_is_replayed_but_tried_again_otherwise(path: Path) -> None:
    refused = ModelFailure(FailureKind.REFUSED, "too long")
    with pytest.raises(ModelFailure):
        await ask(path, Mode.AUTO, refused)
    with pytest.raises(ModelFailure, match="too long"):
        await ask(path, Mode.REPLAY)
    assert (await ask(path, Mode.AUTO, "fine")).content == "fine"
    assert (await ask(path, Mode.REPLAY)).content == "fine"


@pytest.mark.parametrize("kind", [FailureKind.BUDGET, FailureKind.DEAD])
async def test_failures_of_ours_are_not_recorded(path: Path, kind: FailureKind) -> None:
    with pytest.raises(ModelFailure):
        await ask(path, Mode.AUTO, ModelFailure(kind, "spent"))
    assert path.read_bytes() == b""


async def test_lines_are_json(path: Path) -> None:
    await ask(path, Mode.RECORD, REPLY)
    record = json.loads(path.read_text(encoding="utf-8"))
    assert record["request"]["messages"] == list(REQUEST.messages) and record["model"] == "m"


async def test_a_request_that_is_no_json_is_refused(path: Path) -> None:
    with pytest.raises(ModelFailure) as caught:
        await ask(path, Mode.AUTO, "fine", request=ChatRequest(messages=({"role": "user", "content": {1, 2}},)))
    assert caught.value.kind is FailureKind.REFUSED


def test_a_torn_tail_is_cut_off(path: Path) -> None:
    tape = Tape(path, write=True)
    tape.append("a" * 32, {"n": 1})
    tape.append("b" * 32, {"n": 2})
    tape.close()
    path.write_bytes(path.read_bytes()[:-5])
    tape = Tape(path, write=True)
    tape.append("c" * 32, {"n": 3})
    tape.close()
    tape = Tape(path, write=False)
    found = [tape.read(key * 32) for key in "abc"]
    tape.close()
    assert [record and record["n"] for record in found] == [1, None, 3]


def test_every_way_of_tearing_leaves_what_was_whole(path: Path) -> None:
    tape = Tape(path, write=True)
    for key in "abc":
        tape.append(key * 32, {"n": key})
    tape.close()
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        tape = Tape(path, write=False)
        assert len(tape) == whole[:length].count(b"\n")
        tape.close()


def test_a_damaged_line_is_passed_over(path: Path) -> None:
    tape = Tape(path, write=True)
    for key in "abc":
        tape.append(key * 32, {"n": key})
    tape.close()
    whole = path.read_bytes()
    middle = whole.index(b"\n") + 1
    for place in range(middle, whole.index(b"\n", middle)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        tape = Tape(path, write=False)
        assert ("a" * 32 in tape, "b" * 32 in tape, "c" * 32 in tape) == (True, False, True)
        tape.close()


def test_two_processes_cannot_record_into_one_file(path: Path) -> None:
    tape = Tape(path, write=True)
    with pytest.raises(ToolsimError, match="another process"):
        Tape(path, write=True)
    tape.close()


def test_a_missing_cassette_is_told(path: Path) -> None:
    with pytest.raises(ToolsimError, match="cannot be opened"):
        Cassette(path, Mode.REPLAY)


_KILLED = """
import asyncio, os, sys
from pathlib import Path
from tests.models.test_cassette import other
from toolsim.models.cassette import Cassette, Mode, Recorded
from toolsim.models.scripted import ScriptedModel

async def main():
    model = Recorded(ScriptedModel(lambda request: request.messages[0]["content"]), Cassette(Path(sys.argv[1]), Mode.AUTO))
    for number in range(10**6):
        await model.complete(other(number))
        os.write(1, b"%d\\n" % number)

asyncio.run(main())
"""


async def test_no_answered_call_is_lost_by_sigkill(path: Path) -> None:
    root = Path(__file__).parents[2]
    process = subprocess.Popen([sys.executable, "-c", _KILLED, str(path)], stdout=subprocess.PIPE, cwd=root)
    assert process.stdout
    seen = [int(process.stdout.readline()) for _ in range(300)]
    os.kill(process.pid, signal.SIGKILL)
    seen += [int(line) for line in process.stdout.read().splitlines()]
    process.stdout.close()
    process.wait()
    cassette = Cassette(path, Mode.REPLAY)
    model = Recorded(ScriptedModel([]), cassette)
    assert [(await model.complete(other(number))).content for number in seen] == [f"Number {number}" for number in seen]
    cassette.close()
