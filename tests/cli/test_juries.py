"""What juries made of dialogues, as `toolsim show` and `toolsim stats` tell it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner

from tests.pipeline.judging import HOSTILE
from toolsim.cli.main import cli
from toolsim.dataset.sample import Rejection, Sample
from toolsim.dataset.store import VERDICTS, read_stream
from toolsim.jury.rules import RULE_JURORS
from toolsim.jury.votes import Deliberation


def call(*words: object) -> str:
    done = CliRunner().invoke(cli, [*map(str, words)], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with a jury that rejects some, and on which another jury voted later."""
    folder = tmp_path_factory.mktemp("juries") / "run"
    options = ["--count", 12, "--domains", "finance", "--categories", "normal.single_turn,special.fault"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(RULE_JURORS, "hostile", HOSTILE)
        call("generate", *options, "--juror", "rules:form", "--juror", "rules:hostile", "--out", folder)
    call("jury", folder, "--juror", "rules:calls", "--juror", "rules:values")
    return folder


def test_a_dialogue_is_shown_with_the_votes_on_it(run: Path) -> None:
    identity = next(one.id for one in read_stream(run, "rejections", Rejection) if one.stage == "jury")
    text = call("show", run, identity)
    assert "rejected at jury: jury.whole" in text and "jury: rejected, by vote" in text
    rows = [line.split() for line in text.splitlines() if line.startswith("rules:")]
    assert {row[0]: row[2] for row in rows} == {"rules:form": "pass", "rules:hostile": "fail"}
    assert "whole:" in text[text.index("rules:hostile") :]


def test_votes_of_the_run_and_later_ones_stand_side_by_side(run: Path) -> None:
    for one in orjson.loads(call("show", run, "--count", 2, "--json")):
        jurors = [{vote["juror"] for vote in votes["votes"]} for votes in one["votes"]]
        assert jurors == [{"rules:form", "rules:hostile"}, {"rules:calls", "rules:values"}]
        assert {votes["id"] for votes in one["votes"]} == {one["id"]}


def test_each_dialogue_drawn_has_its_own_votes(run: Path) -> None:
    made = {one.id: one.panel for one in read_stream(run, VERDICTS, Deliberation)}
    shown: list[dict[str, Any]] = orjson.loads(call("show", run, "--count", 12, "--json"))
    assert [one["id"] for one in shown] == [one.id for one in read_stream(run, "samples", Sample)]
    assert all(one["votes"][0]["panel"] == made[one["id"]] for one in shown)


def test_the_funnel_tells_of_each_juror(run: Path) -> None:
    text = call("stats", run, "--funnel")
    assert "accepted by the jury" in text and "By juror" in text and "rules:hostile" in text and "rules:calls" not in text
    figures = orjson.loads(call("stats", run, "--funnel", "--json"))
    jurors = {one["juror"]: one for one in figures["jurors"]}
    assert list(jurors) == ["rules:form", "rules:hostile"]
    rejected = figures["through"]["check"] - figures["through"]["jury"]
    assert jurors["rules:hostile"]["stopped"] == rejected > 0 and jurors["rules:hostile"]["criteria"] == {"whole": rejected}
