"""`toolsim generate` as a person and a program use it: exit codes, errors that help, going on after Ctrl-C."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.pipeline.conftest import content
from tests.pipeline.judging import HOSTILE
from toolsim.apis.catalogue import Catalogue
from toolsim.base.errors import ToolsimError
from toolsim.cli import generate as command
from toolsim.cli.main import main
from toolsim.dataset.sample import Sample
from toolsim.dataset.store import STREAMS, VERDICTS, read_manifest, read_stream
from toolsim.jury.rules import RULE_JURORS
from toolsim.jury.votes import Deliberation
from toolsim.pipeline import pool
from toolsim.pipeline.worker import Worker
from toolsim.roleplay.dialogue import Dialogue

TOOLSIM = [sys.executable, "-c", "from toolsim.cli.main import main; main()"]


@dataclass(frozen=True)
class Done:
    """What a command did."""

    code: int
    out: str
    err: str


Cli = Callable[..., Done]


@pytest.fixture(scope="module")
def worker(catalogue: Catalogue) -> Worker:
    return Worker(catalogue)


@pytest.fixture
def cli(
    catalogue: Catalogue, worker: Worker, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Cli:
    """Run the command within this process, below an empty folder."""
    monkeypatch.setattr(command, "open_catalogue", lambda folders: catalogue)
    monkeypatch.setattr(pool, "open_worker", lambda folders: worker)
    monkeypatch.chdir(tmp_path)

    def call(*args: str) -> Done:
        monkeypatch.setattr(sys, "argv", ["toolsim", "generate", *args])
        with pytest.raises(SystemExit) as left:
            main()
        said = capsys.readouterr()
        assert isinstance(left.value.code, int)
        return Done(left.value.code, said.out, said.err)

    return call


# --- what it does ---


def test_a_run_is_made_and_told_in_json(cli: Cli) -> None:
    done = cli("--count", "6", "--out", "run", "--json")
    told = json.loads(done.out)
    assert (done.code, done.err) == (0, "") and told["run"] == "run" and told["accepted"] == 6
    assert set(told) >= {"run", "accepted", "rejected"} and len(list(read_stream(Path("run"), "samples", Sample))) == 6


def test_a_run_is_told_in_words(cli: Cli) -> None:
    done = cli("--count", "5", "--out", "run")
    assert done.code == 0 and "accepted" in done.out and "run" in done.out and "{" not in done.out


def test_a_run_lies_in_a_folder_named_by_mix_and_seed(cli: Cli) -> None:
    assert cli("--count", "2", "--mix", "acebench", "--seed", "7").code == 0
    assert read_manifest(Path("outputs/acebench-7"))["config"]["seed"] == 7


def test_the_same_command_again_changes_nothing(cli: Cli) -> None:
    first = cli("--count", "5", "--out", "run", "--json")
    before = content(Path("run"))
    assert cli("--count", "5", "--out", "run", "--json") == first and content(Path("run")) == before


def test_categories_are_chosen_by_name_and_family(cli: Cli) -> None:
    assert cli("--count", "8", "--out", "run", "--categories", "normal.atom, special.no_call").code == 0
    made = {sample.category for sample in read_stream(Path("run"), "samples", Sample)}
    assert made and all(name.startswith("normal.atom.") or name == "special.no_call" for name in made)


def test_domains_and_subdomains_are_chosen_by_name(cli: Cli) -> None:
    assert cli("--count", "10", "--out", "run", "--domains", "finance,law", "--categories", "normal").code == 0
    config = read_manifest(Path("run"))["config"]
    assert set(config["packs"]) == {"finance/insurance", "finance/retail_banking", "society/law"}


def test_one_language_gives_dialogues_in_that_alone(cli: Cli) -> None:
    assert cli("--count", "6", "--out", "run", "--languages", "zh").code == 0
    assert {sample.language for sample in read_stream(Path("run"), "samples", Sample)} == {"zh"}


def test_a_mix_of_one_s_own_is_read_from_a_file(cli: Cli) -> None:
    Path("mine.yaml").write_text("shares: {special.fault: 1}\n")
    assert cli("--count", "4", "--mix", "mine.yaml").code == 0
    assert {sample.category for sample in read_stream(Path("outputs/mine-0"), "samples", Sample)} == {"special.fault"}


def test_the_number_of_workers_is_not_part_of_the_run(cli: Cli) -> None:
    cli("--count", "3", "--out", "run")
    assert "workers" not in json.dumps(read_manifest(Path("run")))
    assert cli("--count", "3", "--out", "run", "--workers", "2").code == 0


def test_an_earlier_run_is_not_repeated(cli: Cli) -> None:
    cli("--count", "12", "--out", "one")
    done = cli("--count", "12", "--out", "two", "--against", "one", "--json")
    assert done.code == 0 and json.loads(done.out)["rejected"]["duplicate"] >= 12
    said = [
        {m.content for d in read_stream(Path(run), "dialogues", Dialogue) for m in d.messages if m.role == "user"}
        for run in ("one", "two")
    ]
    assert said[1] - said[0]


def test_another_state_of_the_earlier_run_is_another_configuration(cli: Cli) -> None:
    cli("--count", "3", "--out", "one")
    assert cli("--count", "3", "--out", "two", "--against", "one").code == 0
    cli("--count", "4", "--out", "other/one")
    done = cli("--count", "3", "--out", "two", "--against", "other/one")
    assert done.code == 2 and "config.against was" in done.err


def test_a_jury_s_rejections_are_told(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(RULE_JURORS, "hostile", HOSTILE)
    done = cli("--count", "12", "--out", "run", "--juror", "rules:form", "--juror", "rules:hostile", "--json")
    told = json.loads(done.out)
    assert (done.code, done.err) == (0, "") and told["accepted"] == 12 and told["rejected"]["jury"]
    made = [one.outcome for one in read_stream(Path("run"), VERDICTS, Deliberation)]
    assert made.count("reject") == told["rejected"]["jury"]
    jury = read_manifest(Path("run"))["config"]["casting"]["jury"]
    assert (jury["jurors"], jury["policy"], jury["quorum"]) == (["rules:form", "rules:hostile"], "unanimous", 2)


# --- what it refuses ---


@pytest.mark.parametrize(
    ("args", "error"),
    [
        (("--mix", "trainin"), "there is no mix 'trainin'; did you mean 'training'?"),
        (("--mix", "nowhere.yaml"), "nowhere.yaml"),
        (("--categories", "normal.atm"), "there is no category in this mix 'normal.atm'; did you mean 'normal.atom"),
        (("--categories", "normal,special.falt"), "did you mean 'special.fault'?"),
        (("--mix", "acebench", "--categories", "agent.long_horizon"), "there is no category in this mix 'agent.long_horizon'"),
        (("--domains", "finance/retail_bankin"), "did you mean 'finance/retail_banking'?"),
        (("--domains", "retail_bankin"), "did you mean 'retail_banking'?"),
        (("--domains", "financ"), "did you mean 'finance'?"),
        (("--languages", "fr"), "there is no language 'fr'; known: en, zh"),
        (("--languages", "en,eng"), "there is no language 'eng'; did you mean 'en'?"),
        (("--languages", ","), "--languages names none"),
        (("--count", "0"), "0 is not in the range"),
        (("--count", "many"), "'many' is not a valid integer"),
        (("--workers", "0"), "0 is not in the range"),
        (("--against", "nowhere"), "nowhere holds no run"),
        (("--sed", "1"), "No such option '--sed'"),
        (("--juror", "rules:fomr"), "there is no rule juror 'fomr'; did you mean 'form'?"),
        (("--juror", "judge"), "there is no model 'judge'"),
        (("--juror", "openai:m@http://127.0.0.1:9/v1#one"), "has no whole number behind #"),
        (("--juror", "rules", "--juror", "rules:form"), "a juror sits on the panel twice"),
        (("--juror", "rules", "--quorum", "7"), "the quorum is 7, and 6 of 6 jurors have a vote with weight"),
        (("--juror", "rules", "--stronger", "rules"), "the stronger juror is one, and 'rules' are 6"),
        (("--juror", "rules", "--policy", "weighted"), "weighted votes need weights; --calibration FILE"),
        (("--juror", "rules", "--policy", "weighted", "--calibration", "nowhere"), "there is no calibration at nowhere"),
        (("--juror", "rules", "--calibration", "weights.json"), "--calibration is for --policy weighted"),
        (("--juror", "rules", "--policy", "mayority"), "'mayority' is not one of"),
        (("--policy", "majority"), "name them by --juror"),
        (("--stronger", "rules:form"), "name them by --juror"),
    ],
)
def test_what_cannot_be_is_one_clear_error(cli: Cli, args: tuple[str, ...], error: str) -> None:
    done = cli("--count", "2", "--out", "run", *args)
    assert done.code == 2 and done.out == ""
    assert error in " ".join(done.err.split())
    assert "Traceback" not in done.err and not Path("run").exists()


def test_another_configuration_is_refused_with_what_differs(cli: Cli) -> None:
    cli("--count", "3", "--out", "run")
    before = content(Path("run"))
    done = cli("--count", "5", "--seed", "9", "--out", "run")
    assert done.code == 2 and "config.count was 3 and is 5; config.seed was 0 and is 9; choose another --out" in done.err
    assert content(Path("run")) == before


def test_a_folder_of_something_else_is_refused_and_left_alone(cli: Cli) -> None:
    Path("run").mkdir()
    Path("run/thesis.tex").write_text("years of work")
    done = cli("--count", "3", "--out", "run")
    assert done.code == 2 and "run is not empty and holds no run (thesis.tex); choose another --out" in done.err
    assert [path.name for path in Path("run").iterdir()] == ["thesis.tex"]


def test_a_file_in_the_place_of_the_folder_is_one_clear_error(cli: Cli) -> None:
    Path("run").write_text("")
    done = cli("--count", "3", "--out", "run")
    assert done.code == 2 and "run cannot be written (File exists)" in done.err


@pytest.mark.parametrize("text", ["[]", '{"name": "an app"}', "{"])
def test_an_earlier_run_that_is_something_else_is_one_clear_error(cli: Cli, text: str) -> None:
    Path("app").mkdir()
    Path("app/manifest.json").write_text(text)
    done = cli("--count", "3", "--out", "run", "--against", "app")
    assert done.code == 2 and "manifest.json is not" in done.err and "Traceback" not in done.err


def test_a_run_that_can_bring_nothing_new_ends_with_one_clear_error(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def barren(*args: object) -> None:
        raise ToolsimError("40 batches in a row brought nothing new", hint="960 rejected at duplicate")

    monkeypatch.setattr(command, "generate", barren)
    done = cli("--count", "3", "--out", "run")
    assert done.code == 2 and done.err == "error: 40 batches in a row brought nothing new; 960 rejected at duplicate\n"


# --- Ctrl-C ---


@pytest.mark.parametrize("workers", [pytest.param(1, marks=pytest.mark.sweep), 2])
def test_ctrl_c_exits_with_130_leaves_whole_files_and_can_be_gone_on_with(cli: Cli, tmp_path: Path, workers: int) -> None:
    args = ["--count", "130", "--out", "run", "--categories", "normal,special"]
    process = subprocess.Popen(
        [*TOOLSIM, "generate", *args, "--workers", str(workers)],
        cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
    )  # fmt: skip
    journal, end = tmp_path / "run" / "journal.jsonl", time.monotonic() + 60
    while not (journal.exists() and journal.read_bytes().count(b"\n") >= 2) and time.monotonic() < end:
        assert process.poll() is None
        time.sleep(0.005)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err.strip()) == (130, "", "interrupted")
    for name in STREAMS:
        assert (tmp_path / "run" / f"{name}.jsonl").read_bytes()[-1:] in (b"\n", b"")
    there = len(list(read_stream(tmp_path / "run", "samples", Sample)))
    assert 0 < there < 130
    assert cli(*args).code == 0
    assert cli(*args[:3], "calm", *args[4:]).code == 0
    assert content(tmp_path / "run") == content(tmp_path / "calm")
