"""Trajectories are read scenario by scenario, and judged only where that says something about the assistant."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from toolsim.dataset.sample import FindingRecord, Label, Provenance, Rejection, Sample
from toolsim.dataset.store import STREAMS, RunError
from toolsim.dataset.trajectories import Cause, Trajectory, count_scenarios, scenario_of, trajectories
from toolsim.roleplay.dialogue import Dialogue
from toolsim.scenario.blueprint import Scenario

ID = "en-000000-00"
CALL = {"id": "call_1", "type": "function", "function": {"name": "getBike", "arguments": '{"frameNo":"BK0001"}'}}


class Run:
    """A run folder that is written line by line."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in STREAMS:
            (folder / f"{name}.jsonl").touch()

    def put(self, name: str, line: bytes) -> None:
        """Add a line to a stream."""
        with (self.folder / f"{name}.jsonl").open("ab") as file:
            file.write(line)

    def play(
        self, identity: str, user: str = "planner", ended: str = "complete", texts: Iterable[str] = ("It's ready.",)
    ) -> None:
        """Add a dialogue with its scenario."""
        self.put("scenarios", scenario(identity).line())
        self.put("dialogues", dialogue(identity, user, ended, texts).line())

    def admit(self, identity: str) -> None:
        """Add a sample."""
        made_by = Provenance(toolsim="0", content="", run="", seed=1, world_seed=1, actors={})
        common = {"category": "normal", "language": "en", "packs": (), "skeleton": "", "world_seed": 1, "turns": 1, "calls": 1}
        label = Label(generator="", method="")
        self.put("samples", Sample.model_validate({**common, "id": identity, "provenance": made_by, "label": label}).line())

    def reject(self, identity: str, stage: str, *reasons: str) -> None:
        """Add a rejection."""
        common = {"category": "normal", "language": "en", "stage": stage, "reasons": reasons}
        self.put("rejections", Rejection.model_validate({**common, "id": identity}).line())

    def find(self, identity: str, code: str, path: str = "$.messages") -> None:
        """Add a finding."""
        self.put("findings", FindingRecord(id=identity, code=code, path=path, message="").line())

    def one(self) -> Trajectory:
        """Read the only trajectory."""
        ((trajectory,),) = [played.trajectories for played in trajectories(self.folder)]
        return trajectory


def scenario(identity: str) -> Scenario:
    """Make the least of a scenario."""
    empty = dict.fromkeys(("now", "persona", "manner", "you", "me", "context", "goal", "skeleton"), "")
    lists: dict[str, tuple[()]] = {"packs": (), "tools": (), "script": ()}
    return Scenario.model_validate(
        {**empty, **lists, "id": identity, "category": "normal", "language": "en", "seed": 1, "world_seed": 1}
    )


def dialogue(identity: str, user: str = "planner", ended: str = "complete", texts: Iterable[str] = ("It's ready.",)) -> Dialogue:
    """Make a dialogue: system, user, a call, its result, and texts of the assistant."""
    messages = [
        {"role": "system", "content": "You are the assistant."},
        {"role": "user", "content": "What's up with my bike?"},
        {"role": "assistant", "tool_calls": [CALL]},
        {"role": "tool", "content": "{}", "tool_call_id": "call_1"},
        *({"role": "assistant", "content": text} for text in texts),
    ]
    actors = ["scenario", f"user:{user}", "assistant:m", "tool:world", *("assistant:m" for _ in texts)]
    record = {"category": "normal", "language": "en", "tools": ["getBike"], "digest": "0", "ended": ended}
    return Dialogue.model_validate({**record, "id": identity, "messages": messages, "actors": actors})


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """An empty run."""
    return Run(tmp_path)


# --- right and wrong ---


def test_what_was_admitted_is_right(run: Run) -> None:
    run.play(ID)
    run.admit(ID)
    assert run.one().right and run.one().sample is not None and not run.one().causes


@pytest.mark.parametrize(("twin", "right"), [(ID, True), (f"{ID}-2", True), ("en-000000-01", None), (f"old:{ID}", None)])
def test_what_repeats_a_right_one_of_its_own_scenario_is_right(run: Run, twin: str, right: bool | None) -> None:
    run.play(f"{ID}-3")
    run.reject(f"{ID}-3", "duplicate", twin)
    assert run.one().right is right


def test_what_the_checks_found_is_wrong_for_its_causes(run: Run) -> None:
    run.play(ID)
    run.reject(ID, "check", "arguments.enum", "trajectory.missing")
    run.find(ID, "arguments.enum", "$.messages[2].tool_calls[0].function.arguments")
    run.find(ID, "trajectory.missing")
    assert run.one().right is False
    assert [(cause.code, cause.message) for cause in run.one().causes] == [("arguments.enum", 2), ("trajectory.missing", None)]


@pytest.mark.parametrize(
    ("code", "path"),
    [
        ("fidelity.untold", "$.messages"),
        ("residue.space", "$.messages[1].content"),
        ("form.empty", "$.messages[3]"),
        ("replay.result", "$.messages[2].tool_calls[0]"),
        ("spec.unknown", "$.tools[0]"),
    ],
)
def test_what_another_is_to_blame_for_gives_no_verdict(run: Run, code: str, path: str) -> None:
    run.play(ID, user="m")
    run.reject(ID, "check", code, "trajectory.missing")
    run.find(ID, code, path)
    run.find(ID, "trajectory.missing")
    assert run.one().right is None and not run.one().causes


@pytest.mark.parametrize(("ended", "right"), [("calls", False), ("turns", None)])
def test_a_budget_that_ran_out_is_the_assistants_if_it_is_that_of_calls(run: Run, ended: str, right: bool | None) -> None:
    run.play(ID, ended=ended)
    run.reject(ID, "check", "form.budget")
    run.find(ID, "form.budget", "$.ended")
    assert run.one().right is right


@pytest.mark.parametrize(("user", "right"), [("planner", False), ("m", None)])
def test_mixed_address_is_the_assistants_where_the_user_keeps_to_a_script(run: Run, user: str, right: bool | None) -> None:
    run.play(ID, user=user)
    run.reject(ID, "check", "language.address")
    run.find(ID, "language.address")
    assert run.one().right is right


@pytest.mark.parametrize(
    ("reasons", "right"),
    [
        (("jury.natural", "jury.whole"), False),
        (("jury.review",), None),
        (("jury.no_quorum",), None),
        (("model.budget",), None),
        ((), None),
    ],
)
def test_a_jury_that_decides_against_it_makes_it_wrong(run: Run, reasons: tuple[str, ...], right: bool | None) -> None:
    run.play(ID)
    run.reject(ID, "jury", *reasons)
    assert run.one().right is right
    assert [(cause.code, cause.message) for cause in run.one().causes] == (
        [(one, None) for one in reasons] if right is False else []
    )


@pytest.mark.parametrize(("stage", "reason"), [("surplus", "quota"), ("check", "KeyError: 'x'"), ("play", "model.timeout")])
def test_what_the_run_itself_stopped_gives_no_verdict(run: Run, stage: str, reason: str) -> None:
    run.play(ID)
    run.reject(ID, stage, reason)
    assert run.one().right is None


# --- scenario by scenario ---


@pytest.mark.parametrize(
    ("identity", "scenario"),
    [(ID, ID), (f"{ID}-1", ID), (f"{ID}-12", ID), ("zh-1234567-100", "zh-1234567-100"), (f"old-run-3:{ID}-1", f"old-run-3:{ID}")],
)
def test_an_id_names_its_scenario(identity: str, scenario: str) -> None:
    assert scenario_of(identity) == scenario


def test_trajectories_of_a_scenario_come_together_whatever_was_lost_before_and_between(run: Run) -> None:
    run.reject("en-000000-01", "plan", "no rows")
    run.put("scenarios", scenario("en-000000-02").line())
    run.reject("en-000000-02", "play", "model.timeout")
    run.play("en-000000-02-1")
    run.admit("en-000000-02-1")
    run.play("en-000000-02-2")
    run.reject("en-000000-02-2", "check", "trajectory.silent")
    run.find("en-000000-02-2", "trajectory.silent")
    run.play("en-000000-03")
    run.reject("en-000000-03", "surplus", "quota")
    found = [(one.scenario.id, [(each.number, each.right) for each in one.trajectories]) for one in trajectories(run.folder)]
    assert found == [("en-000000-02", [(1, True), (2, False)]), ("en-000000-03", [(0, None)])]
    assert count_scenarios(run.folder) == 2


def test_right_ones_are_ranked_by_calls_then_characters_then_number(run: Run) -> None:
    for number, texts in enumerate((["It is ready now."], ["Ready."], ["Ready."])):
        run.play(f"{ID}-{number}" if number else ID, texts=texts)
    run.admit(ID)
    run.reject(f"{ID}-1", "duplicate", ID)
    run.reject(f"{ID}-2", "duplicate", ID)
    (played,) = trajectories(run.folder)
    assert [one.number for one in played.right] == [1, 2, 0] and played.sample is not None and played.sample.id == ID
    assert played.right[0].effort == (1, len("getBike") + len('{"frameNo":"BK0001"}') + len("Ready."), 1)


def test_no_more_is_read_than_is_asked_for(run: Run) -> None:
    for identity in (ID, "en-000000-01"):
        run.play(identity)
        run.admit(identity)
    run.play("en-000000-02")
    run.put("dialogues", b'{"version":1,"id":"en-000000-03"\n')
    read = trajectories(run.folder)
    assert next(read).scenario.id == ID


# --- damage ---


def test_a_dialogue_that_nobody_decided_on_is_one_clear_error(run: Run) -> None:
    run.play(ID)
    with pytest.raises(RunError, match=rf"rejections\.jsonl lacks '{ID}'.*cut short or is damaged"):
        list(trajectories(run.folder))


@pytest.mark.parametrize("name", ["samples", "findings"])
def test_lines_of_dialogues_that_are_not_there_are_one_clear_error(run: Run, name: str) -> None:
    run.play(ID)
    run.admit(ID)
    run.admit("en-000000-09") if name == "samples" else run.find("en-000000-09", "form.end")
    with pytest.raises(RunError, match=rf"dialogues\.jsonl lacks 'en-000000-09', which {name}\.jsonl has"):
        list(trajectories(run.folder))


def test_a_place_in_no_message_is_none() -> None:
    assert Cause("trajectory.undone", "$.digest").message is None and Cause("jury.whole").message is None
