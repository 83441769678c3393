"""Runs over tools that no world backs: what is right is accepted, each misbehaviour is rejected with its cause, runs go on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.pipeline.acting import ALL, HOME, PARCELS, TICKETS, Spoil, actor, simulated, with_json
from tests.pipeline.test_models import streams
from toolsim.apis.catalogue import no_apis
from toolsim.apis.imported import effect_of, read_tools_file
from toolsim.base.text import HAN
from toolsim.dataset.funnel import funnel
from toolsim.dataset.reading import entries, raw_entries, tools_of_run
from toolsim.dataset.sample import Rejection, Sample
from toolsim.dataset.statistics import gather
from toolsim.dataset.store import USAGE, RunError, read_stream
from toolsim.export.openai import openai
from toolsim.export.write import items, split
from toolsim.models.chat import ChatReply, ChatRequest
from toolsim.models.failures import FailureKind, ModelFailure
from toolsim.models.scripted import ScriptedModel
from toolsim.pipeline.config import Imported
from toolsim.pipeline.recheck import recheck
from toolsim.pipeline.staff import CASSETTE
from toolsim.roleplay.dialogue import Dialogue
from toolsim.scenario.blueprint import Scenario

COUNT = 8
UNLUCKY = Imported(writes=tuple(sorted(tool.name for tool in read_tools_file(TICKETS) if tool.effect == "WRITE")), mishaps=1.0)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run in which every model does right."""
    folder = tmp_path_factory.mktemp("simulated") / "run"
    simulated(folder, actor())
    return folder


def rejections(folder: Path) -> list[Rejection]:
    """List what was rejected."""
    return list(read_stream(folder, "rejections", Rejection))


# --- what is right ---


@pytest.mark.parametrize("file", [TICKETS, PARCELS, HOME], ids=lambda path: path.name)
def test_models_that_do_right_are_accepted(tmp_path: Path, file: Path) -> None:
    assert simulated(tmp_path / "run", actor(), file=file).accepted == COUNT


def test_what_is_accepted_makes_the_calls_of_gold_with_what_was_said(made: Path) -> None:
    for entry in entries(made):
        calls = [call.function for message in entry.dialogue.messages for call in message.tool_calls or ()]
        told = "\n".join(message.content or "" for message in entry.dialogue.messages if message.role == "user")
        assert [(call.name, orjson.loads(call.arguments)) for call in calls] == [
            (g.name, g.arguments) for g in entry.scenario.calls
        ]
        words = [source.words for gold in entry.scenario.calls for source in gold.sources.values() if source.kind == "said"]
        assert words and all(one in told for one in words)


def test_every_tool_is_called_in_its_turn(tmp_path: Path) -> None:
    simulated(tmp_path / "run", actor())
    gold = {call.name for scenario in read_stream(tmp_path / "run", "scenarios", Scenario) for call in scenario.calls}
    assert gold == {tool.name for tool in read_tools_file(TICKETS)}


def test_samples_say_who_made_them_and_how(made: Path) -> None:
    sample = next(read_stream(made, "samples", Sample))
    assert set(sample.provenance.actors) == {"user", "assistant", "tool", "tasks"}
    assert sample.packs == ("imported/desk",) and "no world" in sample.label.method and "replay" not in sample.label.method


def test_the_specs_of_a_run_are_those_of_the_file_in_openai_form(made: Path) -> None:
    assert tools_of_run(made) == {"en": {tool.name: tool.openai() for tool in read_tools_file(TICKETS)}}


def test_tasks_are_in_the_language_that_is_wanted(tmp_path: Path) -> None:
    simulated(tmp_path / "run", actor(), languages=("en", "zh"), file=HOME)
    asked = {scenario.id[:2]: scenario.context for scenario in read_stream(tmp_path / "run", "scenarios", Scenario)}
    assert all(bool(HAN.search(context)) is (language == "zh") for language, context in asked.items())
    assert {one.language for one in rejections(tmp_path / "run")} <= {"en"}


def spelled_otherwise(request: ChatRequest, reply: ChatReply) -> ChatReply:
    """Spell defaults out, and a free text in small letters with a final stop."""
    changed = []
    for call in reply.calls:
        arguments = orjson.loads(call.arguments)
        if call.name == "search_tickets":
            arguments["limit"] = 10
        if call.name == "add_comment":
            arguments |= {"internal": False, "text": arguments["text"].lower() + "."}
        changed.append(call.model_copy(update={"arguments": orjson.dumps(arguments).decode()}))
    return reply.model_copy(update={"calls": tuple(changed)})


def looking_further(request: ChatRequest, reply: ChatReply) -> ChatReply:
    """Make each call that only reads twice."""
    reads = tuple(call for call in reply.calls if effect_of(call.name) == "READ")
    return reply.model_copy(update={"calls": (*reply.calls, *reads)})


@pytest.mark.parametrize("spoil", [spelled_otherwise, looking_further])
def test_what_makes_no_difference_is_accepted(tmp_path: Path, spoil: Spoil) -> None:
    model = actor("assistant", spoil)
    assert simulated(tmp_path / "run", model).accepted == COUNT
    calls = [call.function for one in read_stream(tmp_path / "run", "dialogues", Dialogue) for m in one.messages for call in m.tool_calls or ()]  # fmt: skip
    gold = [call for one in read_stream(tmp_path / "run", "scenarios", Scenario) for call in one.calls]
    assert [(call.name, orjson.loads(call.arguments)) for call in calls] != [(call.name, call.arguments) for call in gold]


# --- what is not ---


def wrong_argument(request: ChatRequest, reply: ChatReply) -> ChatReply:
    """Call with one value changed that was told otherwise."""
    changed = []
    for call in reply.calls:
        arguments = orjson.loads(call.arguments)
        name = next(name for name, value in arguments.items() if isinstance(value, str) and value[-1].isdigit())
        arguments[name] = arguments[name][:-1] + str((int(arguments[name][-1]) + 1) % 10)
        changed.append(call.model_copy(update={"arguments": orjson.dumps(arguments).decode()}))
    return reply.model_copy(update={"calls": tuple(changed)})


def another_write(request: ChatRequest, reply: ChatReply) -> ChatReply:
    """Make every call twice."""
    return reply.model_copy(update={"calls": reply.calls * 2})


def told_more(text: str) -> Spoil:
    """Say something in addition, wherever something is said."""
    return lambda request, reply: reply if reply.calls or "[[" in reply.content else ChatReply(content=f"{reply.content} {text}")


def withheld(request: ChatRequest, reply: ChatReply) -> ChatReply:
    """Leave the end of the request out."""
    return reply if "[[" in reply.content else ChatReply(content=reply.content.rpartition(" ")[0] + " one of these.")


def contradicted(request: ChatRequest, reply: ChatReply) -> ChatReply:
    """Show all that was written otherwise than it was told."""
    return with_json(reply, lambda result: {name: f"{value}0" if isinstance(value, str) else value for name, value in result.items()})  # fmt: skip


def refused(request: ChatRequest, reply: ChatReply) -> ChatReply:
    """Refuse the call."""
    return with_json(reply, lambda result: {**result, "error": "not possible today"})


def silent(request: ChatRequest, reply: ChatReply) -> ChatReply:
    """Tell nothing of what came back."""
    return reply if reply.calls else ChatReply(content="That has gone through.")


def doing_nothing(request: ChatRequest, reply: ChatReply) -> ChatReply:
    """Call nothing."""
    return ChatReply(content="I have looked into it for you.")


def task_that_names_its_tool(request: ChatRequest, reply: ChatReply) -> ChatReply:
    """Name the tool in the request."""
    return with_json(reply, lambda task: {**task, "message": f"{task['message']} Use {task['calls'][0]['tool']}."})


def task_that_tells_too_little(request: ChatRequest, reply: ChatReply) -> ChatReply:
    """Ask without telling anything."""
    return with_json(reply, lambda task: {**task, "message": "Could you look after that for me, please?"})


def task_off_its_schema(request: ChatRequest, reply: ChatReply) -> ChatReply:
    """Give an argument that no tool takes."""

    def extra(call: dict[str, Any]) -> dict[str, Any]:
        return {**call, "arguments": {**call["arguments"], "ticket_id": 7, "room": 7}}

    return with_json(reply, lambda task: {**task, "calls": [extra(call) for call in task["calls"]]})


@pytest.mark.parametrize(
    ("part", "spoil", "stage", "code"),
    [
        ("assistant", wrong_argument, "check", "trajectory.arguments"),
        ("assistant", another_write, "check", "trajectory.changed"),
        ("assistant", doing_nothing, "check", "trajectory.missing"),
        ("assistant", silent, "check", "trajectory.silent"),
        ("assistant", told_more("That comes to 987 euros."), "check", "answers.number"),
        ("assistant", told_more("这样就都办妥了。"), "check", "language.script"),
        ("assistant", told_more("The field ticket_status is set."), "check", "residue.field"),
        ("user", told_more("My contract number is 77120."), "check", "fidelity.invented"),
        ("user", withheld, "check", "fidelity.untold"),
        ("user", told_more("How can I help you today?"), "check", "fidelity.flipped"),
        ("user", told_more("请尽快处理。"), "check", "language.script"),
        ("tool", contradicted, "play", "model.unparsed"),
        ("tool", refused, "check", "tool.refused"),
        ("tasks", task_that_names_its_tool, "plan", "task.names"),
        ("tasks", task_that_tells_too_little, "plan", "task.untold"),
        ("tasks", task_off_its_schema, "plan", "task.arguments"),
    ],
)
def test_each_misbehaviour_is_rejected_with_its_cause(tmp_path: Path, part: Any, spoil: Spoil, stage: str, code: str) -> None:
    progress = simulated(tmp_path / "run", actor(part, spoil))
    rejected = rejections(tmp_path / "run")
    assert any(one.stage == stage and code in [reason.partition(":")[0] for reason in one.reasons] for one in rejected)
    causes = {cause.code.partition(":")[0]: cause for cause in funnel(tmp_path / "run").causes}
    assert causes[code].meaning and progress.accepted + len(rejected) == COUNT
    hit = {one.id for one in rejected}
    for entry in entries(tmp_path / "run"):
        assert entry.sample.id not in hit


def test_a_write_that_nobody_asked_for_is_rejected(tmp_path: Path) -> None:
    def eager(request: ChatRequest, reply: ChatReply) -> ChatReply:
        offered = {tool.name for tool in request.tools}
        more = reply.calls[:1] and {"name": "set_priority", "arguments": '{"ticket_id": "TK-1042", "priority": "high"}'}
        if not more or "set_priority" not in offered or any(call.name == "set_priority" for call in reply.calls):
            return reply
        return reply.model_copy(update={"calls": (*reply.calls, reply.calls[0].model_copy(update=more))})

    simulated(tmp_path / "run", actor("assistant", eager))
    assert any("trajectory.forbidden" in one.reasons for one in rejections(tmp_path / "run"))


def test_tasks_of_a_batch_that_ask_the_same_are_not_played(tmp_path: Path) -> None:
    only = tmp_path / "one.json"
    only.write_bytes(orjson.dumps([{"name": "ring_bell", "description": "Ring the bell at the gate."}]))
    same = {"message": "Please ring the bell at the gate.", "calls": [{"tool": "ring_bell", "arguments": {}}]}
    simulated(tmp_path / "run", actor("tasks", lambda request, reply: with_json(reply, lambda task: same)), file=only, count=4)
    assert [one.reasons for one in rejections(tmp_path / "run")] == [("task.repeated",)] * 3
    assert len(list(read_stream(tmp_path / "run", "dialogues", Dialogue))) == 1


def test_wrong_trajectories_are_kept_with_their_reasons(tmp_path: Path) -> None:
    wrong_first = actor("assistant", lambda request, reply: reply if request.attempt else wrong_or_report(request, reply))
    simulated(tmp_path / "run", wrong_first, count=4, hiring={"attempts": 8}, casting=ALL.model_copy(update={"trajectories": 2}))
    dialogues = [one.id for one in read_stream(tmp_path / "run", "dialogues", Dialogue)]
    accepted = {one.id for one in read_stream(tmp_path / "run", "samples", Sample)}
    assert accepted == {one for one in dialogues if one.count("-") == 3} and len(accepted) == 4 == len(dialogues) / 2


def wrong_or_report(request: ChatRequest, reply: ChatReply) -> ChatReply:
    """Call wrongly; report what comes of it."""
    return wrong_argument(request, reply) if reply.calls else reply


# --- going on, and playing again ---


def test_a_replay_needs_no_endpoint_and_gives_the_same_bytes(made: Path, tmp_path: Path) -> None:
    nobody = ScriptedModel(lambda request: ModelFailure(FailureKind.REFUSED, "nobody may ask"))
    simulated(tmp_path / "again", nobody, hiring={"replay": True, "cassette": made / CASSETTE})
    assert streams(tmp_path / "again") == streams(made) and not nobody.requests


def test_a_run_that_is_stopped_again_and_again_holds_the_same(made: Path, tmp_path: Path) -> None:
    left = [9]

    def tired(request: ChatRequest) -> ChatReply | ModelFailure:
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt
        answer: ChatReply | ModelFailure = actor()._answer(request)  # type: ignore[assignment]
        return answer

    sittings = 0
    for _ in range(40):
        sittings += 1
        try:
            simulated(tmp_path / "run", ScriptedModel(tired, "mock"))
            break
        except KeyboardInterrupt:
            left[0] = 9
    assert streams(tmp_path / "run") == streams(made) and sittings > 3


def test_the_same_command_again_asks_nothing(made: Path, tmp_path: Path) -> None:
    simulated(tmp_path / "run", actor())
    before, model = streams(tmp_path / "run"), actor()
    simulated(tmp_path / "run", model)
    assert streams(tmp_path / "run") == before and not model.requests


def test_other_tools_are_another_run(made: Path) -> None:
    with pytest.raises(RunError, match=r"config\.content was .* and is"):
        simulated(made, actor(), file=PARCELS)


def test_the_end_of_a_budget_ends_the_run(tmp_path: Path) -> None:
    left = [20]

    def spent(request: ChatRequest) -> ChatReply | ModelFailure:
        left[0] -= 1
        if left[0] < 0:
            return ModelFailure(FailureKind.BUDGET, "spent")
        answer: ChatReply | ModelFailure = actor()._answer(request)  # type: ignore[assignment]
        return answer

    progress = simulated(tmp_path / "run", ScriptedModel(spent, "mock"), count=100)
    assert progress.spent and progress.tried() <= 8 and (tmp_path / "run" / USAGE).exists()
    assert any("model.budget" in one.reasons for one in rejections(tmp_path / "run"))


def test_an_earlier_run_is_not_repeated(made: Path, tmp_path: Path) -> None:
    assert simulated(tmp_path / "run", actor(), earlier=(made,)).rejected == {"duplicate": COUNT}


# --- what reads a run reads these ---


def test_a_run_is_checked_again_by_the_same_rules(made: Path) -> None:
    checked = list(recheck(made, no_apis(), (), 1))
    assert len(checked) == COUNT and not any(one.findings for one in checked)


@pytest.mark.parametrize(
    ("stream", "old", "new", "code"),
    [
        ("dialogues", '"arguments":"{\\"', '"arguments":"{\\"colour\\":1,\\"', "trajectory.arguments"),
        ("dialogues", "That has gone through", "That has gone through 4417 times", "answers.number"),
        ("dialogues", "ticket id TK-", "ticket id TX-", "fidelity.untold"),
        ("scenarios", '"arguments":{"ticket_id":"TK-', '"arguments":{"ticket_id":"TX-', "trajectory.arguments"),
    ],
)
def test_what_was_changed_in_a_run_is_found(made: Path, tmp_path: Path, stream: str, old: str, new: str, code: str) -> None:
    spoilt = tmp_path / "run"
    spoilt.mkdir()
    for path in made.iterdir():
        (spoilt / path.name).write_bytes(path.read_bytes())
    text = (spoilt / f"{stream}.jsonl").read_text()
    assert old in text
    (spoilt / f"{stream}.jsonl").write_text(text.replace(old, new))
    found = {finding.code for one in recheck(spoilt, no_apis(), (), 1) for finding in one.findings}
    assert code in found


def test_a_run_without_the_spec_of_a_tool_cannot_be_checked(made: Path, tmp_path: Path) -> None:
    spoilt = tmp_path / "run"
    spoilt.mkdir()
    for path in made.iterdir():
        (spoilt / path.name).write_bytes(path.read_bytes() if path.name != "tools.json" else b'{"en": {}}')
    with pytest.raises(RunError, match=r"tools\.json lacks '"):
        list(recheck(spoilt, no_apis(), (), 1))


def test_the_funnel_and_the_figures_of_a_run_can_be_told(made: Path) -> None:
    told = funnel(made)
    assert told.admitted == told.tried == COUNT and set(told.usage["by_stage"]) == {f"m as {part}" for part in ("tasks", "user", "assistant", "tool")}  # fmt: skip
    coverage = gather(made, entries(made), no_apis()).coverage
    assert coverage.pool == coverage.covered == len(read_tools_file(TICKETS))


def test_a_run_is_exported_with_its_tools(made: Path) -> None:
    lines = [orjson.loads(openai(item)) for item in items(made, raw_entries(made), split(raw_entries(made)), None)]
    known = tools_of_run(made)["en"]
    assert len(lines) == COUNT and all(tool == known[tool["function"]["name"]] for line in lines for tool in line["tools"])
    assert {line["metadata"]["split"] for line in lines} - {None}


# --- mishaps ---


@pytest.fixture(scope="module")
def unlucky(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run in which a tool fails in every task."""
    folder = tmp_path_factory.mktemp("unlucky") / "run"
    simulated(folder, actor(), 24, imported=UNLUCKY)
    return folder


def test_tools_fail_by_plan_and_what_recovers_is_accepted(unlucky: Path) -> None:
    samples = list(read_stream(unlucky, "samples", Sample))
    assert len(samples) >= 18 and all(len(sample.recovery) == 1 for sample in samples)
    assert {reason for one in rejections(unlucky) for reason in one.reasons} <= {"tool.unharmed"}, (
        "a list that is too short to cut"
    )
    assert {one.partition(":")[0] for sample in samples for one in sample.recovery} >= {"timeout", "rate_limit", "outage"}
    faults = {event.fault for dialogue in read_stream(unlucky, "dialogues", Dialogue) for event in dialogue.events}
    assert faults >= {"timeout", "rate_limited", "unavailable", ""}


def test_what_failed_is_made_again_or_reported(unlucky: Path) -> None:
    for entry in entries(unlucky):
        made = [call.function.name for message in entry.dialogue.messages for call in message.tool_calls or ()]
        assert made == [call.name for call in entry.scenario.calls]
        assert [event.fault for event in entry.dialogue.events] == [call.fault for call in entry.scenario.calls]


def test_a_run_with_mishaps_is_checked_again_by_the_same_rules(unlucky: Path) -> None:
    assert not [one for one in recheck(unlucky, no_apis(), (), 1) if one.findings]


def test_who_gives_up_too_early_is_rejected(tmp_path: Path) -> None:
    def gives_up(request: ChatRequest, reply: ChatReply) -> ChatReply:
        looked = any(message["role"] == "tool" for message in request.messages)
        return ChatReply(content="That could not be done, the service is down.") if looked else reply

    simulated(tmp_path / "run", actor("assistant", gives_up), imported=UNLUCKY)
    by_stage = [reason for one in read_stream(tmp_path / "run", "rejections", Rejection) for reason in one.reasons]
    assert "trajectory.refused" in by_stage
    assert all(sample.recovery == ("outage:report",) for sample in read_stream(tmp_path / "run", "samples", Sample))
