"""Pairs: what is chosen is right and what is rejected is wrong, found again by the checks, from where the two part."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.dataset.test_trajectories import scenario
from tests.export.moody import Call, lines
from tests.export.test_openai import GOLDEN, item
from toolsim.apis.catalogue import Catalogue
from toolsim.checks.case import Case
from toolsim.checks.examine import examine
from toolsim.checks.finding import Finding
from toolsim.dataset.splits import Split
from toolsim.dataset.store import read_stream
from toolsim.dataset.trajectories import Cause, Played, Trajectory, trajectories
from toolsim.export.gold import GoldPlayer
from toolsim.export.labelled import labelled
from toolsim.export.origin import Origin
from toolsim.export.preference import pairs, preference
from toolsim.export.registry import PAIRS, Told, TrajectoryExporter
from toolsim.pipeline.casting import Casting, Casts
from toolsim.roleplay.dialogue import Dialogue, Message
from toolsim.scenario.blueprint import Scenario
from toolsim.world.world import World, WorldPlan

Line = dict[str, Any]
ORIGIN = Origin("0", "", "", "rules")


class Judge:
    """Examines dialogues again, in worlds of its own."""

    def __init__(self, catalogue: Catalogue, run: Path, casting: Casting) -> None:
        self.dialogues = {one.id: one for one in read_stream(run, "dialogues", Dialogue)}
        self._scenarios = {one.id: one for one in read_stream(run, "scenarios", Scenario)}
        self._catalogue, self._casts = catalogue, Casts(casting, catalogue, {})
        self._world = lru_cache(maxsize=2)(self._seeded)

    def _seeded(self, packs: tuple[str, ...], seed: int, language: Any) -> World:
        return WorldPlan(self._catalogue, [self._catalogue.pack(name) for name in packs]).world(seed, language)

    def case(self, identity: str, messages: list[dict[str, Any]]) -> Case:
        """Make the case of a dialogue with these messages."""
        scenario, dialogue = self._scenarios[identity], self.dialogues[identity]
        world = self._world(scenario.packs, scenario.world_seed, scenario.language)
        spoken = tuple(Message.model_validate(message) for message in messages)
        return Case.of(scenario, dialogue.model_copy(update={"messages": spoken}), self._catalogue, world)

    def findings(self, identity: str, messages: list[dict[str, Any]]) -> list[Finding]:
        """Examine messages as the run did."""
        return self._casts.examine(self.case(identity, messages))


@pytest.fixture
def judge(catalogue: Catalogue, run: Path) -> Judge:
    return Judge(catalogue, run, Casting(assistant="m", trajectories=4))


@pytest.fixture
def written(run: Path, tmp_path: Path, call: Call) -> list[Line]:
    """All pairs of the moody run."""
    call("export", run, "--format", "preference", "--out", tmp_path / "pairs.jsonl")
    return lines(tmp_path / "pairs.jsonl")


def of_scenarios(written: list[Line]) -> Iterator[tuple[str, list[Line]]]:
    """Sort lines by scenario."""
    found = defaultdict[str, list[Line]](list)
    for line in written:
        found[line["metadata"]["rejected"][:12]].append(line)
    yield from found.items()


# --- truth ---


def test_what_is_chosen_passes_the_checks_again(written: list[Line], judge: Judge) -> None:
    assert len(written) > 20
    for line in written:
        assert judge.findings(line["metadata"]["chosen"], line["prompt"] + line["chosen"]) == []


def test_what_is_rejected_fails_again_for_the_causes_that_are_told(written: list[Line], judge: Judge) -> None:
    for line in written:
        found = judge.findings(line["metadata"]["rejected"], line["prompt"] + line["rejected"])
        told = {(cause["code"], cause["message"]) for cause in line["metadata"]["causes"]}
        assert told and told == {(one.code, Cause(one.code, one.path).message) for one in found}


def test_prompt_and_sides_are_the_messages_of_the_dialogues_byte_for_byte(written: list[Line], judge: Judge) -> None:
    for line in written:
        for side in ("chosen", "rejected"):
            stored = judge.dialogues[line["metadata"][side]].messages
            assert orjson.dumps(line["prompt"] + line[side]) == orjson.dumps([message.openai() for message in stored])


def test_sides_part_where_the_assistant_does_one_thing_or_another(written: list[Line]) -> None:
    for line in written:
        assert (
            line["chosen"][0]["role"] == line["rejected"][0]["role"] == "assistant" and line["chosen"][0] != line["rejected"][0]
        )
        assert line["prompt"][0]["role"] == "system" and line["prompt"][-1]["role"] in ("user", "tool")
    assert {line["prompt"][-1]["role"] for line in written} == {"user", "tool"}


def test_a_line_tells_what_it_is(written: list[Line], judge: Judge) -> None:
    assert {line["metadata"]["language"] for line in written} == {"en", "zh"}
    for line in written:
        metadata, dialogue = line["metadata"], judge.dialogues[line["metadata"]["rejected"]]
        assert set(line) == {"prompt", "chosen", "rejected", "tools", "metadata"}
        assert metadata["category"] == dialogue.category and metadata["label"]["synthetic"] is True
        assert metadata["chosen_by"] == metadata["provenance"]["actors"]["assistant"] == "m"
        assert tuple(tool["function"]["name"] for tool in line["tools"]) == dialogue.tools
        assert all(cause["message"] is None or dialogue.messages[cause["message"]] for cause in metadata["causes"])


# --- choice ---


def test_pairs_of_a_scenario_are_bounded(run: Path, tmp_path: Path, call: Call, written: list[Line]) -> None:
    call("export", run, "--format", "preference", "--pairs", "1", "--out", tmp_path / "one.jsonl")
    few = lines(tmp_path / "one.jsonl")
    assert max(len(group) for _, group in of_scenarios(written)) > 1
    assert few == [group[0] for _, group in of_scenarios(written)]


def test_the_same_run_gives_the_same_bytes(run: Path, tmp_path: Path, call: Call) -> None:
    for name in ("one", "two"):
        call("export", run, "--format", "preference", "--out", tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def message(role: str, text: str) -> Message:
    return Message.model_validate({"role": role, "content": text})


def calling(arguments: str, name: str = "getBike") -> Message:
    call = {"id": "call_1", "type": "function", "function": {"name": name, "arguments": arguments}}
    return Message.model_validate({"role": "assistant", "tool_calls": [call]})


HELLO = (message("system", "You are the assistant."), message("user", "What's up with my bike?"))
GOOD = (*HELLO, calling('{"frameNo":"BK0001"}'), message("tool", "{}"), message("assistant", "It's ready."))


def one(number: int, messages: tuple[Message, ...], *codes: str) -> Trajectory:
    """Make a trajectory, wrong for these causes, or right."""
    actors = tuple({"system": "scenario", "tool": "tool:world"}.get(each.role, f"{each.role}:m") for each in messages)
    dialogue = Dialogue(
        id=f"en-000000-00-{number}", category="normal", language="en", tools=(), messages=messages, actors=actors, digest="0"
    )
    return Trajectory(dialogue, not codes, tuple(Cause(code) for code in codes))


def paired(*made: Trajectory, most: int = PAIRS) -> list[tuple[int, int, int]]:
    """Pair trajectories; give the number of the chosen one, that of the rejected one and the length of the prompt."""
    told = Told(Played(Scenario.model_construct(id="en-000000-00"), made), Split.TRAIN, (), ORIGIN, pairs=most)
    return [(int(pair.chosen.id[13:]), pair.rejected.number, pair.begin) for pair in pairs(told)]


def ending(text: str) -> tuple[Message, ...]:
    return (*GOOD[:-1], message("assistant", text))


def test_other_causes_come_before_the_same_again() -> None:
    wrong = [one(1, ending("a"), "x"), one(2, ending("b"), "x"), one(3, ending("c"), "y"), one(4, ending("d"), "y", "x")]
    assert [rejected for _, rejected, _ in paired(one(0, GOOD), *wrong)] == [1, 3, 4, 2]
    assert [rejected for _, rejected, _ in paired(one(0, GOOD), *wrong, most=2)] == [1, 3]


def test_the_best_right_one_is_chosen_that_has_a_common_prompt() -> None:
    elsewhere = (HELLO[0], message("user", "My bike?"), message("assistant", "Hm."))
    assert paired(one(0, elsewhere), one(1, ending("It is quite ready.")), one(2, GOOD), one(3, ending("No."), "x")) == [
        (2, 3, 4)
    ]


def test_a_wrong_one_that_comes_twice_is_paired_once() -> None:
    assert [rejected for _, rejected, _ in paired(one(0, GOOD), one(1, ending("No."), "x"), one(2, ending("No."), "x"))] == [1]


def test_arguments_that_are_only_spelled_otherwise_do_not_part() -> None:
    spaced = calling('{ "frameNo": "BK0001" }')
    assert paired(one(0, GOOD), one(1, (*HELLO, spaced, GOOD[3], message("assistant", "No.")), "x")) == [(0, 1, 4)]
    for other in ('{"frameNo":"BK0002"}', '{"frameNo":1}', '{"frameNo":true}', '{"frameNo":'):
        assert paired(one(0, GOOD), one(1, (*HELLO, calling(other), *GOOD[3:]), "x")) == [(0, 1, 2)]


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param(GOOD, id="equal"),
        pytest.param((*GOOD, message("user", "Thanks."), message("assistant", "Hm.")), id="longer"),
        pytest.param(GOOD[:3], id="shorter"),
        pytest.param((HELLO[0], message("user", "My bike?"), *ending("No.")[2:]), id="another user"),
        pytest.param((*GOOD[:3], message("tool", "[]"), message("assistant", "No.")), id="another result"),
    ],
)
def test_without_a_common_prompt_there_is_no_pair(wrong: tuple[Message, ...]) -> None:
    assert paired(one(0, GOOD), one(1, wrong, "x")) == []


def test_users_who_speak_in_other_words_leave_no_common_prompt(spoken: Path, tmp_path: Path, call: Call) -> None:
    report = orjson.loads(call("export", spoken, "--format", "preference", "--out", tmp_path / "pairs.jsonl", "--json"))
    both = sum(bool(played.right and played.wrong) for played in trajectories(spoken))
    assert report["lines"] == 0 and report["without_common_prompt"] == both > 3


# --- bytes ---


@pytest.mark.parametrize("exporter", [preference, labelled])
def test_the_lines_are_as_they_were(workshop: Catalogue, exporter: TrajectoryExporter) -> None:
    given, wrong = (
        item(workshop),
        one(1, (*HELLO, calling('{"frameNo":"小明"}'), *GOOD[3:]), "arguments.pattern", "trajectory.missing"),
    )
    told = Told(
        Played(seeded(), (one(0, GOOD), wrong)),
        Split.TRAIN,
        given.tools,
        Origin("0.0.0", "c", "r", "rules", behind={"polish": "p"}),
    )
    line, golden = exporter(told), GOLDEN.with_name(f"{exporter.__name__}.jsonl")
    if "TOOLSIM_WRITE_GOLDEN" in os.environ:
        golden.write_bytes(line)
    assert line == golden.read_bytes()


def seeded() -> Scenario:
    return scenario("en-000000-00").model_copy(update={"seed": 1, "world_seed": 7, "packs": ("others/workshop",)})


# --- gold ---


def test_the_planner_plays_what_no_trajectory_has_right(catalogue: Catalogue, hopeless: Path, tmp_path: Path, call: Call) -> None:
    plain = orjson.loads(call("export", hopeless, "--format", "preference", "--out", tmp_path / "plain.jsonl", "--json"))
    report = orjson.loads(
        call("export", hopeless, "--format", "preference", "--gold", "--out", tmp_path / "gold.jsonl", "--json")
    )
    written = lines(tmp_path / "gold.jsonl")
    gold = [line for line in written if line["metadata"]["chosen"].endswith("-gold")]
    assert plain["gold"] == 0 and report["gold"] == report["without_right"] == plain["without_right"] > 3
    assert len({line["metadata"]["chosen"] for line in gold}) == report["gold"]
    assert [line for line in written if line not in gold] == lines(tmp_path / "plain.jsonl")
    judge = Judge(catalogue, hopeless, Casting(assistant="m", trajectories=2))
    for line in gold:
        case = judge.case(line["metadata"]["rejected"], line["prompt"] + line["chosen"])
        assert line["metadata"]["chosen_by"] == "planner" and line["metadata"]["provenance"]["actors"]["assistant"] == "m"
        # events and end state are not in a line; what the calls give when run again is
        assert {finding.code for finding in examine(case)} <= {"replay.digest", "replay.event"}
    assert any(line["prompt"][-1]["role"] == "tool" for line in gold)


def test_what_the_planner_cannot_play_rightly_makes_no_pair(catalogue: Catalogue, hopeless: Path) -> None:
    played = next(played for played in trajectories(hopeless) if not played.right and played.scenario.calls)
    player, scenario = GoldPlayer(catalogue), played.scenario
    good = player.play(scenario)
    assert good is not None and good.id == f"{scenario.id}-gold" and good == player.play(scenario)
    assert (
        player.play(scenario.model_copy(update={"milestones": (*scenario.milestones, "c9"), "script": scenario.script[:1]}))
        is None
    )
    assert player.play(scenario.model_copy(update={"forbidden": (scenario.calls[0].name,), "tools": scenario.tools[:0]})) is None


# --- what is counted ---


def test_scenarios_are_counted_by_what_they_lack(
    run: Path, hopeless: Path, call: Call, tmp_path: Path, written: list[Line]
) -> None:
    report = orjson.loads(call("export", run, "--format", "preference", "--out", tmp_path / "pairs.jsonl", "--json"))
    read = list(trajectories(run))
    assert report["scenarios"] == len(read) and report["lines"] == len(written) == sum(report["splits"].values())
    assert report["without_right"] == sum(not played.right for played in read)
    lost = orjson.loads(call("export", hopeless, "--format", "preference", "--out", tmp_path / "none.jsonl", "--json"))
    assert lost["without_right"] == sum(not played.right for played in trajectories(hopeless)) > 0
    assert report["without_wrong"] == sum(not played.wrong for played in read) > 0
    assert Counter(line["metadata"]["split"] for line in written) == report["splits"]
