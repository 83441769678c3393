"""Juries over a run: specimens of it, votes written and gone on with, and the commands."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import orjson
import pytest
from click.testing import CliRunner

from toolsim.apis.catalogue import Catalogue
from toolsim.base.errors import ToolsimError
from toolsim.checks.mutations.mutation import MUTATIONS
from toolsim.cli import jury as jury_command
from toolsim.cli.main import cli
from toolsim.dataset.store import RunError
from toolsim.jury import specimens
from toolsim.jury.specimens import UNSEEN, Specimen, faults
from toolsim.models.config import BACKENDS
from toolsim.models.failures import FailureKind, ModelFailure
from toolsim.models.scripted import ScriptedModel
from toolsim.pipeline.jury import VOTES, VotesFile, specimens_of

RULES = 6


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small run."""
    folder = tmp_path_factory.mktemp("jury") / "run"
    options = [
        "--count",
        "40",
        "--domains",
        "finance",
        "--categories",
        "normal.single_turn,special,agent.multi_turn",
        "--seed",
        "4",
    ]
    done = CliRunner().invoke(cli, ["generate", *options, "--out", str(folder)], catch_exceptions=False)
    assert done.exit_code == 0
    return folder


@pytest.fixture
def run(made: Path, tmp_path: Path) -> Path:
    """A copy of the run that a test may write to."""
    return Path(shutil.copytree(made, tmp_path / "run"))


@pytest.fixture(scope="session")
def given(made: Path, catalogue: Catalogue) -> list[Specimen]:
    """Specimens of the run."""
    return list(specimens_of(made, catalogue, 40, 0))


def jury(*words: object) -> Any:
    done = CliRunner().invoke(cli, ["jury", *map(str, words), "--json"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return orjson.loads(done.stdout)


def lines(run: Path) -> Sequence[bytes]:
    return (run / VOTES).read_bytes().splitlines()


def test_specimens_are_good_and_spoilt_each_dialogue_once(given: list[Specimen]) -> None:
    assert len(given) >= 36
    assert 8 < sum(bool(one.fault) for one in given) < 32
    assert len({one.exhibit.key for one in given}) == len(given)
    assert len({one.fault for one in given if one.fault}) == sum(bool(one.fault) for one in given), "faults take turns"


def test_specimens_follow_from_the_seed(made: Path, catalogue: Catalogue, given: list[Specimen]) -> None:
    assert list(specimens_of(made, catalogue, 40, 0)) == given
    assert [one.fault for one in specimens_of(made, catalogue, 40, 1)] != [one.fault for one in given]


def test_faults_that_nobody_can_see_are_not_planted() -> None:
    assert "tools_reordered" not in faults() and "answer_number_wrong" in faults()
    assert all(set(MUTATIONS.get(name).families) - UNSEEN for name in faults())


def test_faults_that_do_not_show_spoil_no_specimen(made: Path, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(specimens, "faults", lambda: ["digest_edited", "event_dropped", "event_wrote_edited"])
    assert not any(one.fault for one in specimens_of(made, catalogue, 20, 0))


def test_a_run_alone_means_vote(run: Path) -> None:
    record = jury(run)
    assert record["dialogues"] == 40 and sum(record["outcomes"].values()) == 40
    assert record["panel"]["titles"] == ["6 rule jurors"] and record["panel"]["policy"] == "unanimous"
    assert record["outcomes"]["accept"] >= 36
    assert len(lines(run)) == 40
    assert jury("vote", run) == record, "what was voted on is not voted on again"
    assert len(lines(run)) == 40


def test_voting_goes_on_where_it_was_stopped(run: Path) -> None:
    whole = jury(run)
    data = (run / VOTES).read_bytes()
    (run / VOTES).write_bytes(data[: len(data) // 2])
    assert jury(run) == whole
    assert (run / VOTES).read_bytes() == data


def test_votes_of_two_panels_lie_side_by_side(run: Path) -> None:
    jury(run, "--limit", 10)
    other = jury(
        run, "--limit", 10, "--juror", "rules:form", "--juror", "rules:values", "--juror", "rules:calls", "--policy", "majority"
    )
    assert other["dialogues"] == 10 and other["panel"]["titles"] == ["3 rule jurors"]
    assert len(lines(run)) == 20


def test_votes_that_another_process_writes_are_left_alone(run: Path) -> None:
    with VotesFile(run, "x"), pytest.raises(RunError, match="by another process"):
        VotesFile(run, "x")


def test_one_category_is_voted_on(run: Path) -> None:
    record = jury(run, "--category", "special")
    assert record["categories"] and all(name.startswith("special.") for name in record["categories"])


def test_the_table_names_rule_jurors_and_categories(run: Path) -> None:
    done = CliRunner().invoke(cli, ["jury", str(run)], catch_exceptions=False)
    assert "6 rule jurors: unanimous, 40 dialogues" in done.output
    assert "special.fault" in done.output and "rules:values" in done.output


def test_calibration_is_written_and_used_by_weighted_votes(run: Path) -> None:
    with pytest.raises(ToolsimError, match="no calibration"):
        CliRunner().invoke(cli, ["jury", str(run), "--policy", "weighted"], catch_exceptions=False)
    found = jury("calibrate", run, "--count", 40, "--positions", 4)
    assert [one["juror"] for one in found["jurors"]] == [
        f"rules:{name}" for name in ("form", "calls", "values", "answers", "language", "course")
    ]
    assert all(one["specificity"]["share"] > 0.9 for one in found["jurors"])
    unanimous = next(panel for panel in found["panels"] if panel["policy"] == "unanimous")
    assert unanimous["sensitivity"]["share"] > 0.4
    assert (run / "calibration.json").exists()
    assert jury(run, "--policy", "weighted")["panel"]["policy"] == "weighted"
    shown = CliRunner().invoke(cli, ["jury", "calibrate", str(run), "--count", "40"], catch_exceptions=False).output
    assert "rules:values" in shown and "sensitivity" in shown and "Fleiss" in shown


def test_a_model_sits_beside_rules_and_its_failures_are_tried_again(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state = {"down": True}

    def answer(request: Any) -> Any:
        if state["down"]:
            return ModelFailure(FailureKind.REFUSED, "no such model")
        text = orjson.loads(request.messages[-1]["content"].split("dialogue\n", 1)[1].splitlines()[0])["text"]
        keys = re.findall(r"^\d+\. (\w+)[:：]", request.messages[-1]["content"], re.MULTILINE)
        return orjson.dumps({key: {"evidence": text[:20], "verdict": "pass", "confidence": 1} for key in keys}).decode()

    monkeypatch.setitem(BACKENDS._items, "fake", lambda config: ScriptedModel(answer, config.model))
    words = (run, "--juror", "fake:judge", "--juror", "fake:judge#1", "--limit", 4, "--audit", 0)
    down = jury(*words)
    assert down["outcomes"] == {"review": 4} and down["decided_by"] == {"no_quorum": 4} and len(down["review"]) == 4
    assert sum(one["failures"]["refused"] for one in down["jurors"]) == 4, "one failure each is enough to end it"
    state["down"] = False
    up = jury(*words)
    assert up["outcomes"] == {"accept": 4} and up["panel"]["titles"] == ["2 models"]
    assert [one["juror"] for one in up["jurors"]] == ["judge", "judge#1"]
    assert len(lines(run)) == 8


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--juror", "rules:froms"), "no rule juror 'froms'; did you mean 'form'"),
        (("--juror", "gpt"), "no model 'gpt'"),
        (("--juror", "rules:form", "--juror", "rules"), "twice"),
        (("--juror", "openai:x@http://127.0.0.1:9#one"), "no whole number behind #|base_url"),
        (("--quorum", "9"), "quorum is 9"),
        (("--category", "specail"), "no category in this run 'specail'"),
    ],
)
def test_mistakes_say_what_to_do(words: tuple[str, ...], message: str, run: Path) -> None:
    with pytest.raises(ToolsimError, match=message):
        CliRunner().invoke(cli, ["jury", str(run), *words], catch_exceptions=False)


def test_a_folder_without_a_run_is_told(tmp_path: Path) -> None:
    for words in ([str(tmp_path)], ["calibrate", str(tmp_path)]):
        with pytest.raises(ToolsimError, match="holds no run"):
            CliRunner().invoke(cli, ["jury", *words], catch_exceptions=False)


def test_replay_without_a_cassette_is_a_mistake(run: Path) -> None:
    assert CliRunner().invoke(cli, ["jury", str(run), "--replay"]).exit_code == 2


def test_the_group_tells_of_both_commands() -> None:
    assert isinstance(jury_command.command, click.Group)
    shown = CliRunner().invoke(cli, ["jury", "--help"]).output
    assert "vote" in shown and "calibrate" in shown
