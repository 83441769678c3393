"""The funnel counts every dialogue once at each stage that it got through."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import orjson
import pytest
from rich.console import Console

import toolsim
from toolsim.checks.causes import CAUSES
from toolsim.dataset.funnel import STAGES, Funnel, funnel
from toolsim.dataset.sample import Label, Provenance, Rejection, Sample
from toolsim.jury.rubric import rubric_for
from toolsim.jury.votes import Deliberation, Ruling, Vote
from toolsim.models.failures import FailureKind
from toolsim.views.funnel import funnel_view

REJECTED = [
    ("a", "plan", ("no rows",)),
    ("a", "play", ("model.unparsed: nothing was said",)),
    ("a", "play", ("model.unparsed: get_x: no JSON",)),
    ("b", "play", ("model.timeout",)),
    ("b", "check", ("trajectory.missing", "trajectory.silent")),
    ("b", "check", ("trajectory.missing",)),
    ("b", "jury", ("jury.natural", "jury.whole")),
    ("special.incomplete", "jury", ("jury.asks_only_missing",)),
    ("b", "jury", ("jury.no_quorum",)),
    ("b", "duplicate", ("en-000001-02",)),
]


def sample(identity: str, category: str) -> Sample:
    """Make a sample."""
    provenance = Provenance(toolsim="0", content="", run="", seed=1, world_seed=1, actors={})
    return Sample(
        id=identity, category=category, language="en", packs=(), skeleton="", world_seed=1, turns=1, calls=1, provenance=provenance,
        label=Label(generator="", method=""),
    )  # fmt: skip


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run with two samples and one rejection of each sort."""
    (tmp_path / "manifest.json").write_bytes(orjson.dumps({"config": {}}))
    (tmp_path / "samples.jsonl").write_bytes(b"".join(sample(str(n), "b").line() for n in range(2)))
    rows = [
        Rejection.model_validate({"id": f"r{n}", "category": c, "language": "en", "stage": s, "reasons": r})
        for n, (c, s, r) in enumerate(REJECTED)
    ]
    (tmp_path / "rejections.jsonl").write_bytes(b"".join(row.line() for row in rows))
    each = {"calls": 4.5, "tokens": 900.0, "money": 0.25}
    used = {"calls": 9, "prompt_tokens": 1, "completion_tokens": 2, "money": 0.5, "failures": {"timeout": 1}}
    (tmp_path / "usage.json").write_bytes(orjson.dumps({"by_stage": {"m as user": used}, "per_accepted": each}))
    return tmp_path


@pytest.fixture
def figures(run: Path) -> Funnel:
    return funnel(run)


def shown(figures: Funnel) -> str:
    """Give what the view shows."""
    console = Console(width=140, record=True, file=Path("/dev/null").open("w"))  # noqa: SIM115
    console.print(funnel_view(figures))
    console.file.close()
    return console.export_text()


def test_each_stage_lets_through_what_it_does_not_stop(figures: Funnel) -> None:
    assert figures.tried == 12 and list(figures.through.values()) == [11, 11, 8, 6, 3, 2, 2] and figures.admitted == 2


def test_categories_add_up_to_the_whole(figures: Funnel) -> None:
    for stage in STAGES:
        assert sum(counts[stage] for counts in figures.categories.values()) == figures.through[stage]


def test_causes_are_counted_once_a_dialogue_the_commonest_first(figures: Funnel) -> None:
    told = [(cause.code, cause.dialogues) for cause in figures.causes]
    assert (
        told[0] == ("trajectory.missing", 2) and ("model.unparsed: nothing was said", 1) in told and ("model.unparsed", 1) in told
    )
    assert figures.causes[0].meaning == "a call of gold is not made"


def test_criteria_of_a_jury_are_told_in_the_words_of_the_category(figures: Funnel) -> None:
    told = {cause.code: cause.meaning for cause in figures.causes if cause.stage == "jury"}
    words = {one.key: one.fails.en for one in rubric_for("special.incomplete").criteria}
    assert told["jury.asks_only_missing"] == words["asks_only_missing"]
    assert told["jury.whole"] and told["jury.natural"] and told["jury.no_quorum"] == "too few jurors could vote"


def test_jurors_are_counted_where_the_run_has_a_jury(run: Path, figures: Funnel) -> None:
    assert not figures.jurors and "By juror" not in shown(figures)
    failing = Vote(juror="strict", verdict="fail", rulings=(Ruling(criterion="natural", verdict="fail"),))
    votes = (failing, Vote(juror="broken", verdict="abstain", failure="timeout"), Vote(juror="mild", verdict="pass"))
    told: dict[str, Any] = {"panel": "p", "category": "b", "language": "en", "outcome": "reject", "by": "vote"}
    (run / "verdicts.jsonl").write_bytes(b"".join(Deliberation(id=f"r{n}", votes=votes, **told).line() for n in range(3)))
    assert [(one.juror, one.asked, one.stopped) for one in funnel(run).jurors] == [
        ("broken", 3, 0),
        ("mild", 3, 0),
        ("strict", 3, 3),
    ]
    rows = {line.split()[0]: line for line in shown(funnel(run)).splitlines() if line.startswith(("broken", "mild", "strict"))}
    assert re.findall(r"[^\s│]+", rows["strict"]) == ["strict", "3", "0", "3", "0", "100.0%", "3", "natural", "3"]
    assert re.findall(r"[^\s│]+", rows["broken"]) == ["broken", "3", "0", "0", "3,", "timeout", "3", "-", "0"]
    assert "0.0%" in rows["mild"]


def test_votes_that_were_taken_later_are_no_part_of_the_funnel(run: Path, figures: Funnel) -> None:
    told: dict[str, Any] = {"panel": "p", "category": "b", "language": "en", "outcome": "reject", "by": "vote"}
    (run / "votes.jsonl").write_bytes(Deliberation(id="0", votes=(Vote(juror="late", verdict="fail"),), **told).line())
    assert funnel(run) == figures


def test_twins_are_no_cause(figures: Funnel) -> None:
    assert not any(cause.stage == "duplicate" for cause in figures.causes)


def test_the_view_shows_steps_categories_causes_and_the_price_of_a_sample(figures: Funnel) -> None:
    text = shown(figures)
    for told in (
        "tried",
        "accepted by the jury",
        "not a duplicate",
        "trajectory.missing",
        "m as user",
        "4.5 calls, 900 tokens and 0.2500 in money",
    ):
        assert told in text


def test_stages_that_nothing_came_through_differently_are_left_out(figures: Funnel) -> None:
    assert "polished" not in shown(figures)


def test_a_run_that_admitted_nothing_has_no_price(run: Path) -> None:
    (run / "samples.jsonl").write_bytes(b"")
    assert "Nothing was accepted" in shown(funnel(run))


def test_a_run_without_models_shows_no_usage(run: Path) -> None:
    (run / "usage.json").unlink()
    assert "What models used" not in shown(funnel(run))


def test_every_kind_of_failure_has_a_meaning() -> None:
    assert {f"model.{kind}" for kind in FailureKind} <= set(CAUSES)


def test_every_code_of_trajectories_and_users_has_a_meaning() -> None:
    folder = Path(toolsim.__file__).parent
    modules = ("checks/trajectory", "checks/conduct", "checks/telling", "checks/fidelity", "roleplay/scripted")
    sources = "".join((folder / f"{name}.py").read_text(encoding="utf-8") for name in modules)
    used = set(re.findall(r'"((?:trajectory|fidelity)\.[a-z_]+)"', sources))
    assert used == {code for code in CAUSES if code.startswith(("trajectory.", "fidelity."))}
