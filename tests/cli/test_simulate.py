"""`toolsim simulate` as a person uses it: one clear error for what cannot be, and a run that goes on after a kill."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import DATA
from tests.pipeline.conftest import content
from toolsim.cli.main import main
from toolsim.models.mock.faults import MockSettings
from toolsim.models.mock.server import serve

TOOLS = str(DATA / "imported" / "tickets.mcp.json")
TOOLSIM = [sys.executable, "-c", "from toolsim.cli.main import main; main()"]
ROLES = ("--user", "m", "--assistant", "m", "--tool", "m")


@dataclass(frozen=True)
class Done:
    """What a command did."""

    code: int
    out: str
    err: str


class Cli:
    """Runs commands within this process."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def __call__(self, *args: str) -> Done:
        self._monkeypatch.setattr(sys, "argv", ["toolsim", *args])
        with pytest.raises(SystemExit) as left:
            main()
        said = self._capsys.readouterr()
        assert isinstance(left.value.code, int)
        return Done(left.value.code, said.out, said.err)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """The mock on loopback."""
    ready, over, urls = threading.Event(), threading.Event(), []

    async def run() -> None:
        async with serve(MockSettings(latency=0.01)) as mock:
            urls.append(mock.base_url)
            ready.set()
            await asyncio.to_thread(over.wait)

    thread = threading.Thread(target=lambda: asyncio.run(run()), daemon=True)
    thread.start()
    ready.wait(10)
    yield urls[0]
    over.set()
    thread.join(10)


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, url: str) -> Cli:
    """Run commands below an empty folder, with the mock as the model `m`."""
    monkeypatch.chdir(tmp_path)
    Path("toolsim.toml").write_text(f'[models.m]\nmodel = "mock"\nbase_url = "{url}"\n')
    return Cli(monkeypatch, capsys)


def test_a_run_is_made_and_all_commands_read_it(cli: Cli) -> None:
    done = cli("simulate", TOOLS, "--count", "6", "--attempts", "12", *ROLES, "--json")
    told = json.loads(done.out)
    assert (done.code, done.err, told["run"], told["accepted"]) == (0, "", "outputs/tickets-0", 6)
    shown = cli("show", "outputs/tickets-0", "--count", "2", "--scenario")
    assert shown.code == 0 and "imported/tickets" in shown.out and "signed in" not in shown.out
    checked = cli("check", "outputs/tickets-0")
    assert (checked.code, checked.err) == (0, "") and "0 dialogues of 6" in checked.out
    assert json.loads(cli("stats", "outputs/tickets-0", "--funnel", "--json").out)["tried"] >= 6
    assert cli("export", "outputs/tickets-0").code == cli("jury", "outputs/tickets-0").code == 0
    calibrated = cli("jury", "calibrate", "outputs/tickets-0")
    assert calibrated.code == 2 and "no world backs the tools" in calibrated.err


@pytest.mark.parametrize(
    ("args", "error"),
    [
        (("none.json", *ROLES), "none.json: cannot be read"),
        (("toolsim.toml", *ROLES), "toolsim.toml:1: is not JSON"),
        ((TOOLS, "--user", "planner", "--assistant", "m", "--tool", "m"), "--user 'planner' is no model, and no world backs these tools"),
        ((TOOLS, "--user", "m", "--assistant", "m", "--tool", "world"), "--tool 'world' is no model"),
        ((TOOLS, *ROLES, "--tasks", "planner"), "--tasks 'planner' is no model"),
        ((TOOLS, "--user", "m", "--assistant", "m"), "Missing option '--tool'"),
        ((TOOLS, "--user", "mm", "--assistant", "m", "--tool", "m"), "there is no model 'mm'; did you mean 'm'?"),
        ((TOOLS, *ROLES, "--languages", "fr"), "there is no language 'fr'; known: en, zh"),
        ((TOOLS, *ROLES, "--policy", "majority"), "name them by --juror"),
        ((TOOLS, *ROLES, "--replay"), "nothing can be replayed"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_one_clear_error(cli: Cli, args: tuple[str, ...], error: str) -> None:
    done = cli("simulate", *args, "--out", "run")
    assert done.code == 2 and done.out == "" and error in " ".join(done.err.split()) and "Traceback" not in done.err
    assert "--replay" in args or not Path("run").exists()


def test_jurors_may_sit_in_a_run(cli: Cli) -> None:
    done = cli("simulate", TOOLS, "--count", "4", "--attempts", "8", *ROLES, "--juror", "rules", "--out", "run", "--json")
    assert json.loads(done.out)["accepted"] == 4 and Path("run/verdicts.jsonl").read_bytes().count(b"\n") >= 4


def test_a_run_that_was_killed_goes_on_at_the_call_after(cli: Cli, tmp_path: Path) -> None:
    args = ["simulate", TOOLS, "--count", "16", "--attempts", "16", "--batch", "4", "--in-flight", "8", *ROLES]
    process = subprocess.Popen(
        [*TOOLSIM, *args, "--out", "run"], cwd=tmp_path, start_new_session=True,
        env={**os.environ, "PYTHONHASHSEED": "7", "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
    )  # fmt: skip
    cassette, end = tmp_path / "run" / "cassette.jsonl", time.monotonic() + 60
    while not (cassette.exists() and cassette.read_bytes().count(b"\n") >= 25) and time.monotonic() < end:
        assert process.poll() is None
        time.sleep(0.005)
    os.killpg(process.pid, signal.SIGKILL)
    assert process.wait(60) == -signal.SIGKILL
    recorded = cassette.read_bytes().rpartition(b"\n")[0]
    assert cli(*args, "--out", "run").code == cli(*args, "--out", "calm").code == 0
    assert cassette.read_bytes().startswith(recorded)
    kept = {"scenarios.jsonl", "dialogues.jsonl", "findings.jsonl", "samples.jsonl", "rejections.jsonl", "journal.jsonl", "usage.jsonl", "tools.json", "manifest.json"}  # fmt: skip
    again, calm = content(tmp_path / "run"), content(tmp_path / "calm")
    assert {name: again[name] for name in kept} == {name: calm[name] for name in kept}
