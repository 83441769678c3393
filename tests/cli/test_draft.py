"""`toolsim domains draft`, as a person and a program use it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.drafting.conftest import SEED, Answers, good, ready_pool, scripted  # noqa: F401
from toolsim.base.errors import ToolsimError
from toolsim.cli import draft_models
from toolsim.cli.domains import command
from toolsim.models.cassette import Recorded
from toolsim.models.chat import ChatReply, ChatRequest

pytestmark = pytest.mark.usefixtures("ready_pool")

ARGS = ["--seed", str(SEED), "--families", "3", "--operations", "15", "--worlds", "1", "--repairs", "0"]


class Opened:
    """A scripted model as `open_model` gives models."""

    def __init__(self, answers: Answers) -> None:
        self.model = scripted(answers)
        self.name = self.model.name

    async def complete(self, request: ChatRequest) -> ChatReply:
        return await self.model.complete(request)

    async def __aenter__(self) -> Opened:
        return self

    async def __aexit__(self, *_: object) -> None:
        return None


@pytest.fixture
def manual(tmp_path: Path) -> Path:
    """A folder with a page and a stranger."""
    folder = tmp_path / "manual"
    folder.mkdir()
    (folder / "api.html").write_text("<h1>Library</h1><p>Readers book seats.</p>", encoding="utf-8")
    (folder / "logo.png").write_bytes(b"\x89PNG")
    return folder


def call(monkeypatch: pytest.MonkeyPatch, *args: object, answers: Answers = good) -> Result:
    """Run the command with a scripted model."""
    monkeypatch.setattr(draft_models, "open_model", lambda spec, settings, cassette: Opened(answers))
    return CliRunner().invoke(command, ["draft", *map(str, args)])


def test_a_draft_is_written_told_and_shown(monkeypatch: pytest.MonkeyPatch, manual: Path, tmp_path: Path) -> None:
    out = tmp_path / "drafts"
    done = call(monkeypatch, "culture/libraries", "--from", manual, "--model", "x", "--out", out, *ARGS)
    assert done.exit_code == 0, done.output
    assert (out / "culture" / "libraries.yaml").exists()
    assert done.stdout.startswith("--- /dev/null\n+++ ") and "+pack: culture/libraries\n" in done.stdout
    assert "families: 3 planned, 3 drafted, 3 accepted (0 by an earlier run, 0 after repairs), 0 refused" in done.stderr
    assert "left out: logo.png" in done.stderr and "15 operations in" in done.stderr
    assert re.search(r"model: \d+ calls, [\d,]+ tokens, 0.0000 in money, \d+ tokens an operation", done.stderr)
    again = call(monkeypatch, "culture/libraries", "--from", manual, "--model", "x", "--out", out, *ARGS)
    assert again.exit_code == 0 and again.stdout == "" and "3 by an earlier run" in again.stderr


def test_json_holds_the_funnel(monkeypatch: pytest.MonkeyPatch, manual: Path, tmp_path: Path) -> None:
    def answers(family: str) -> list[str]:
        return ["nothing"] if family == "fees" else list(map(str, good(family)))

    done = call(
        monkeypatch, "culture/libraries", "--from", manual, "--model", "x", "--out", tmp_path, "--json", *ARGS, answers=answers
    )
    record: dict[str, Any] = json.loads(done.stdout)
    assert done.exit_code == 0 and record["passed"] and record["funnel"]["accepted"] == 2
    assert record["funnel"]["refused"][0]["family"] == "fees" and record["left_out"][0].startswith("logo.png")


def test_exit_code_is_1_when_nothing_passes(monkeypatch: pytest.MonkeyPatch, manual: Path, tmp_path: Path) -> None:
    done = call(
        monkeypatch, "culture/libraries", "--from", manual, "--model", "x", "--out", tmp_path, *ARGS, answers=lambda f: ["no"]
    )
    assert done.exit_code == 1 and "nothing passed" in done.stderr and done.stdout == ""


def test_a_dry_run_asks_no_model_and_writes_nothing(manual: Path, tmp_path: Path) -> None:
    out = tmp_path / "drafts"
    done = CliRunner().invoke(
        command, ["draft", "culture/libraries", "--from", str(manual), "--out", str(out), "--dry-run", "--json"]
    )
    record = json.loads(done.stdout)
    assert done.exit_code == 0 and record["chunks"] == 1 and record["family"] > 10_000 and not out.exists()
    told = CliRunner().invoke(command, ["draft", "culture/libraries", "--from", str(manual), "--dry-run"])
    assert "1 requests for the tree" in told.stdout


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["culture/librarys"], "did you mean 'libraries'"),
        (["cultures/libraries"], "did you mean 'culture'"),
        (["culture/libraries"], "--model is missing"),
        (["culture/libraries", "--model", "gpt"], "there is no model 'gpt'"),
    ],
)
def test_mistakes_are_told(manual: Path, tmp_path: Path, args: list[str], said: str) -> None:
    done = CliRunner().invoke(command, ["draft", *args, "--from", str(manual), "--out", str(tmp_path / "o")])
    assert isinstance(done.exception, ToolsimError) and said in str(done.exception)
    assert not (tmp_path / "o").exists()


def test_a_tape_plays_a_draft_again(monkeypatch: pytest.MonkeyPatch, manual: Path, tmp_path: Path) -> None:
    asked: list[ChatRequest] = []

    def opened(spec: str, settings: object, cassette: Any) -> Opened:
        model = Opened(good)
        model.model.requests = asked
        model.complete = Recorded(model.model, cassette).complete  # type: ignore[method-assign]
        return model

    monkeypatch.setattr(draft_models, "open_model", opened)
    args = [
        "draft",
        "culture/libraries",
        "--from",
        str(manual),
        "--model",
        "x",
        "--cassette",
        str(tmp_path / "tape.jsonl"),
        *ARGS,
    ]
    one = CliRunner().invoke(command, [*args, "--out", str(tmp_path / "one")])
    count = len(asked)
    two = CliRunner().invoke(command, [*args, "--out", str(tmp_path / "two")])
    assert one.exit_code == two.exit_code == 0 and count == 4 and len(asked) == 4
    assert (tmp_path / "one/culture/libraries.yaml").read_bytes() == (tmp_path / "two/culture/libraries.yaml").read_bytes()
