"""A jury in a run: what it does not accept is not taken, quotas are filled all the same, and nothing is decided for want of money."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import orjson
import pytest
from click.testing import CliRunner

from tests.jury.coins import CoinModel, specimens
from tests.pipeline.conftest import COUNT, content
from tests.pipeline.judging import HOSTILE, SETTINGS, hated, judge, judging, jury_of, known_vote, opening
from tests.pipeline.sitting import sit, small
from tests.pipeline.staged import config_of, hiring_of, staged
from tests.pipeline.test_resume import killed_at
from toolsim.apis.catalogue import Catalogue
from toolsim.base.errors import ToolsimError
from toolsim.cli.main import cli
from toolsim.dataset.funnel import funnel
from toolsim.dataset.sample import Rejection, Sample
from toolsim.dataset.store import JOURNAL, STREAMS, USAGE, VERDICTS, RunError, read_stream
from toolsim.jury.calibration import calibration
from toolsim.jury.hearing import hear
from toolsim.jury.juror import ModelJuror
from toolsim.jury.policy import Policy
from toolsim.jury.rules import RULE_JURORS
from toolsim.jury.votes import Deliberation
from toolsim.models.budget import BudgetLimits
from toolsim.models.chat import ChatRequest
from toolsim.models.config import BACKENDS, ModelConfig, Settings
from toolsim.models.failures import FailureKind, ModelFailure
from toolsim.models.scripted import ScriptedModel
from toolsim.pipeline import pool
from toolsim.pipeline.bench import Terms
from toolsim.pipeline.casting import Casting
from toolsim.pipeline.empanel import Jury, empanel
from toolsim.pipeline.generate import Progress, generate
from toolsim.pipeline.means import Means
from toolsim.pipeline.patience import EndpointGone
from toolsim.pipeline.staff import CASSETTE
from toolsim.pipeline.worker import Worker
from toolsim.roleplay.dialogue import Dialogue

ATTEMPTS = 20
THREE = ("m", "m#1", "m#2")
STRICT = Casting(jury=jury_of("rules"))


@pytest.fixture(scope="module")
def worker(catalogue: Catalogue) -> Worker:
    return Worker(catalogue)


@pytest.fixture(autouse=True)
def quick(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let runs within this process share one worker."""
    monkeypatch.setattr(pool, "open_worker", lambda folders: worker)


@pytest.fixture
def hostile(monkeypatch: pytest.MonkeyPatch) -> Jury:
    """A jury on which a rule juror sits that follows no rule."""
    monkeypatch.setitem(RULE_JURORS, "hostile", HOSTILE)
    return jury_of("rules:form", "rules:hostile")


@pytest.fixture(scope="module")
def strict(catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with all rule jurors, made by one process in one sitting."""
    folder = tmp_path_factory.mktemp("strict") / "run"
    sit(catalogue, folder, COUNT, casting=STRICT)
    return folder


@pytest.fixture(scope="module")
def voted(catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run whose jury is a model, seated three times."""
    folder = tmp_path_factory.mktemp("voted") / "run"
    judged(catalogue, folder, jury_of(*THREE, audit=0.3))
    return folder


def judged(
    catalogue: Catalogue, folder: Path, jury: Jury, model: ScriptedModel | None = None, limits: BudgetLimits | None = None, **more: Any
) -> Progress:  # fmt: skip
    """Make a run with a jury of models, of as many dialogues as are tried, or go on with it."""
    hiring = hiring_of("http://127.0.0.1:9/v1", **({"attempts": ATTEMPTS} | more))
    if limits:
        hiring = replace(hiring, settings=Settings({"m": ModelConfig("m", "http://127.0.0.1:9/v1", budget=limits)}))
    with patch.object(BACKENDS, "get", lambda name: lambda config: model or judging()):
        return staged(catalogue, folder, config_of(catalogue, 10 * ATTEMPTS, Casting(jury=jury)), hiring)


def verdicts(folder: Path) -> dict[str, Deliberation]:
    return {one.id: one for one in read_stream(folder, VERDICTS, Deliberation)}


def rejections(folder: Path, stage: str = "jury") -> dict[str, tuple[str, ...]]:
    return {one.id: one.reasons for one in read_stream(folder, "rejections", Rejection) if one.stage == stage}


def dialogues(folder: Path) -> dict[str, Dialogue]:
    return {one.id: one for one in read_stream(folder, "dialogues", Dialogue)}


def samples(folder: Path) -> set[str]:
    return {one.id for one in read_stream(folder, "samples", Sample)}


def streams(folder: Path) -> dict[str, bytes]:
    return {name: (folder / f"{name}.jsonl").read_bytes() for name in (*STREAMS, VERDICTS, "journal", "usage")}


# --- rule jurors ---


def test_what_a_rule_juror_fails_is_rejected_with_the_criterion(catalogue: Catalogue, hostile: Jury, tmp_path: Path) -> None:
    progress = sit(catalogue, tmp_path / "run", COUNT, casting=Casting(jury=hostile))
    disliked = {one.id for one in dialogues(tmp_path / "run").values() if hated(one)}
    assert rejections(tmp_path / "run") == dict.fromkeys(disliked & set(verdicts(tmp_path / "run")), ("jury.whole",))
    assert progress.accepted == COUNT and progress.rejected["jury"] == len(rejections(tmp_path / "run")) >= COUNT / 6
    assert not samples(tmp_path / "run") & disliked


def test_every_dialogue_that_passed_the_checks_has_its_deliberation(strict: Path) -> None:
    checked = dialogues(strict).keys() - rejections(strict, "check").keys()
    made = verdicts(strict)
    assert list(made) == [identity for identity in dialogues(strict) if identity in checked]
    assert samples(strict) <= {one.id for one in made.values() if one.outcome == "accept"}
    assert rejections(strict).keys() == {one.id for one in made.values() if one.outcome != "accept"}


def test_jurors_that_are_asked_about_the_finished_run_vote_as_they_did(strict: Path) -> None:
    CliRunner().invoke(cli, ["jury", str(strict)], catch_exceptions=False)
    made = verdicts(strict)
    later = {one.id: one for one in read_stream(strict, "votes", Deliberation)}
    (strict / "votes.jsonl").unlink()
    assert later == {identity: one for identity, one in made.items() if identity in samples(strict)}


def test_the_label_says_that_there_was_a_jury(strict: Path, calm: Path) -> None:
    told, plain = (next(read_stream(folder, "samples", Sample)).label.method for folder in (strict, calm))
    assert "a jury" in told and "jury" not in plain


def test_a_run_without_jurors_has_nothing_of_a_jury(wanted: dict[str, bytes]) -> None:
    assert f"{VERDICTS}.jsonl" not in wanted
    assert b"jury" not in wanted["manifest.json"] + wanted[JOURNAL] + wanted["samples.jsonl"]


def test_two_workers_give_the_same_bytes(catalogue: Catalogue, strict: Path, tmp_path: Path) -> None:
    sit(catalogue, tmp_path / "run", COUNT, workers=2, casting=STRICT)
    assert content(tmp_path / "run") == content(strict)


def test_a_killed_run_goes_on_to_the_same_bytes(catalogue: Catalogue, strict: Path, tmp_path: Path) -> None:
    whole = len((strict / JOURNAL).read_bytes())
    assert killed_at(tmp_path / "run", whole // 2, 1, "rules") < 0
    sit(catalogue, tmp_path / "run", COUNT, casting=STRICT)
    assert content(tmp_path / "run") == content(strict)


def test_verdicts_that_were_torn_are_mended(catalogue: Catalogue, strict: Path, tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    for name, data in content(strict).items():
        (tmp_path / "run" / name).write_bytes(data[: len(data) // 3] if name == f"{VERDICTS}.jsonl" else data)
    sit(catalogue, tmp_path / "run", COUNT, casting=STRICT)
    assert content(tmp_path / "run") == content(strict)


# --- quotas ---


def quota_run(catalogue: Catalogue, folder: Path, jury: Jury, watch: Any = None) -> Progress:
    config = small(
        catalogue, 0, accept=2, shares={"special.fault": 0.5, "normal.atom.enum": 0.5}, packs=("finance/insurance", "health/clinic"),
        casting=Casting(jury=jury),
    )  # fmt: skip
    return generate(config, catalogue, folder, Means(), watch or (lambda progress: None))


def test_cells_are_filled_again_where_the_panel_rejects(catalogue: Catalogue, hostile: Jury, tmp_path: Path) -> None:
    progress = quota_run(catalogue, tmp_path / "run", hostile)
    cells = Counter(
        (one.category, one.language, one.packs[0].partition("/")[0]) for one in read_stream(tmp_path / "run", "samples", Sample)
    )
    assert progress.quota is not None and not progress.quota.unmet()
    assert len(cells) == 8 and set(cells.values()) == {2} and progress.rejected["jury"] >= 3
    assert not any(hated(one) for one in dialogues(tmp_path / "run").values() if one.id in samples(tmp_path / "run"))


def test_quotas_with_a_jury_go_on_after_an_interruption(catalogue: Catalogue, hostile: Jury, tmp_path: Path) -> None:
    def stop(progress: Progress) -> None:
        if progress.accepted >= 6:
            raise KeyboardInterrupt

    quota_run(catalogue, tmp_path / "once", hostile)
    with pytest.raises(KeyboardInterrupt):
        quota_run(catalogue, tmp_path / "twice", hostile, stop)
    quota_run(catalogue, tmp_path / "twice", hostile)
    assert content(tmp_path / "twice") == content(tmp_path / "once")


def test_a_jury_that_accepts_nothing_ends_the_run_with_its_reasons(
    catalogue: Catalogue, hostile: Jury, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.pipeline.judging.hated", lambda dialogue: True)
    monkeypatch.setattr("toolsim.pipeline.generate.MOST_BARREN", 3)
    with pytest.raises(ToolsimError, match=r"15 rejected at jury, mostly for jury\.whole"):
        sit(catalogue, tmp_path / "run", COUNT, casting=Casting(jury=hostile))


# --- models ---


def test_models_vote_as_they_do_and_the_majority_decides(voted: Path) -> None:
    made, words = verdicts(voted), {identity: opening(one) for identity, one in dialogues(voted).items()}
    for one in made.values():
        known = {name: known_vote(words[one.id], seed) for seed, name in enumerate(THREE)}
        assert all(vote.verdict == {"unsure": "abstain"}.get(known[vote.juror], known[vote.juror]) for vote in one.votes)
        counts = Counter(known.values())
        accepted = counts["pass"] > counts["fail"] and counts["unsure"] < 2
        assert one.outcome == ("review" if counts["unsure"] >= 2 else "accept" if accepted else "reject")
    assert {one.outcome for one in made.values()} >= {"accept", "reject"} and len(made) >= ATTEMPTS - 2


def test_reasons_are_the_criteria_of_the_failing_votes_alone(voted: Path) -> None:
    made = verdicts(voted)
    for identity, reasons in rejections(voted).items():
        failing = [vote for vote in made[identity].votes if vote.verdict == "fail"]
        rulings = {f"jury.{ruling.criterion}" for vote in failing for ruling in vote.rulings}
        assert reasons == (tuple(sorted(rulings)) if made[identity].outcome == "reject" else ("jury.no_quorum",))
    assert rejections(voted)


def test_jurors_have_an_account_of_their_own(voted: Path) -> None:
    usage = orjson.loads((voted / USAGE).read_bytes())
    assert set(usage["by_stage"]) == {"m as juror"}
    assert usage["by_stage"]["m as juror"]["calls"] == sum(len(one.votes) for one in verdicts(voted).values())


def test_dialogues_meet_the_jury_at_once(catalogue: Catalogue, tmp_path: Path) -> None:
    """The first is answered only when two others are asked."""
    waiting: list[ChatRequest] = []

    class Slow(ScriptedModel):
        async def complete(self, request: ChatRequest) -> Any:
            waiting.append(request)
            while len(waiting) < 3:
                await asyncio.sleep(0)
            return await super().complete(request)

    judged(catalogue, tmp_path / "run", jury_of("m"), Slow(judge, "m"))
    assert len(waiting) >= ATTEMPTS - 2 and not any(one.failures for one in funnel(tmp_path / "run").jurors)


def test_where_the_panel_is_split_and_nobody_is_stronger_it_is_for_review(catalogue: Catalogue, tmp_path: Path) -> None:
    judged(catalogue, tmp_path / "run", jury_of(*THREE, margin=0.5))
    split = {one.id for one in verdicts(tmp_path / "run").values() if one.by == "split"}
    assert split and {identity for identity, why in rejections(tmp_path / "run").items() if why == ("jury.review",)} == split


def test_where_the_panel_is_split_the_stronger_juror_decides(catalogue: Catalogue, tmp_path: Path) -> None:
    judged(catalogue, tmp_path / "run", jury_of(*THREE, margin=0.5, stronger="m#9"))
    words = {identity: opening(one) for identity, one in dialogues(tmp_path / "run").items()}
    above = {one.id: one.outcome for one in verdicts(tmp_path / "run").values() if one.by == "stronger"}
    assert above == {name: "accept" if known_vote(words[name], 9) == "pass" else "reject" for name in above} and above
    rejected = rejections(tmp_path / "run")
    assert {name for name in above if name in rejected} == {name for name, outcome in above.items() if outcome == "reject"}


def test_a_model_that_cannot_be_understood_abstains_and_the_others_decide(catalogue: Catalogue, tmp_path: Path) -> None:
    mumbling = ScriptedModel(lambda request: "no idea" if request.seed == 1 else judge(request), "m")
    judged(catalogue, tmp_path / "run", jury_of(*THREE, audit=1.0), mumbling)
    figures = {one.juror: one for one in funnel(tmp_path / "run").jurors}
    assert figures["m#1"].failures == {"unparsed": figures["m#1"].asked} and samples(tmp_path / "run")


def test_too_few_votes_are_no_fault_of_the_dialogue(catalogue: Catalogue, tmp_path: Path) -> None:
    judged(catalogue, tmp_path / "run", jury_of("m"), ScriptedModel(lambda request: "no idea", "m"))
    assert set(rejections(tmp_path / "run").values()) == {("jury.no_quorum",)}


def test_a_model_that_refuses_everything_ends_the_run_and_costs_no_dialogue(catalogue: Catalogue, tmp_path: Path) -> None:
    model = ScriptedModel(lambda request: ModelFailure(FailureKind.REFUSED, "there is no model 'm'"), "m")
    with pytest.raises(EndpointGone, match="there is no model 'm'"):
        judged(catalogue, tmp_path / "run", jury_of("m"), model)
    assert not verdicts(tmp_path / "run") and not rejections(tmp_path / "run")


# --- budgets ---


def test_a_budget_that_ends_inside_the_jury_ends_the_run_and_decides_nothing(catalogue: Catalogue, tmp_path: Path) -> None:
    progress = judged(catalogue, tmp_path / "run", jury_of(*THREE, audit=1.0), limits=BudgetLimits(calls=20), attempts=0)
    undecided = {identity for identity, why in rejections(tmp_path / "run").items() if why == ("model.budget",)}
    assert progress.spent and undecided and undecided.isdisjoint(verdicts(tmp_path / "run"))
    made = verdicts(tmp_path / "run")
    assert made and all(len(one.votes) == 3 and not any(vote.failure for vote in one.votes) for one in made.values())
    assert all(why == ("model.budget",) or why[0].startswith("jury.") for why in rejections(tmp_path / "run").values())


def test_once_a_budget_is_spent_no_other_juror_is_asked_in_vain(catalogue: Catalogue, tmp_path: Path) -> None:
    rich = ModelConfig("rich", "http://127.0.0.1:9/v1")
    settings = Settings({"rich": rich, "poor": replace(rich, model="poor", budget=BudgetLimits(calls=0))})
    jury, asked = empanel(("poor", "rich"), Terms(), settings, 0, lambda text: None), judging()
    hiring = replace(hiring_of("http://127.0.0.1:9/v1", 0), settings=settings, in_flight=1)
    with patch.object(BACKENDS, "get", lambda name: lambda config: asked):
        staged(catalogue, tmp_path / "run", small(catalogue, 9, batch=20, casting=Casting(jury=jury)), hiring)
    why = list(rejections(tmp_path / "run").values())
    # the rich one is the first to be asked about half of the dialogues, and does not always vote
    assert set(why) <= {("model.budget",), ("jury.no_quorum",)} and 0 < len(asked.requests) < len(why)


def test_a_larger_budget_goes_on_where_the_smaller_one_ended(catalogue: Catalogue, tmp_path: Path) -> None:
    judged(catalogue, tmp_path / "run", jury_of("m"), limits=BudgetLimits(calls=7), attempts=0)
    before = samples(tmp_path / "run")
    progress = judged(catalogue, tmp_path / "run", jury_of("m"), limits=BudgetLimits(calls=70))
    assert progress.tried() >= ATTEMPTS and before < samples(tmp_path / "run")


# --- going on, and playing again ---


def test_an_interrupted_run_asks_on_to_the_same_bytes(catalogue: Catalogue, voted: Path, tmp_path: Path) -> None:
    left = [9]

    def tired(request: ChatRequest) -> str:
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt
        return judge(request)

    stops = 0
    while stops < 30:
        try:
            judged(catalogue, tmp_path / "run", jury_of(*THREE, audit=0.3), ScriptedModel(tired, "m"))
            break
        except KeyboardInterrupt:
            left[0], stops = 9, stops + 1
    assert stops >= 2 and streams(tmp_path / "run") == streams(voted)


def test_a_replay_needs_no_endpoint_and_gives_the_same_bytes(catalogue: Catalogue, voted: Path, tmp_path: Path) -> None:
    asked = ScriptedModel(lambda request: ModelFailure(FailureKind.REFUSED, "nobody may ask"), "m")
    judged(catalogue, tmp_path / "run", jury_of(*THREE, audit=0.3), asked, replay=True, cassette=voted / CASSETTE)
    assert streams(tmp_path / "run") == streams(voted) and not asked.requests


def test_a_replay_ends_where_the_recording_ends(catalogue: Catalogue, voted: Path, tmp_path: Path) -> None:
    short = tmp_path / "short.jsonl"
    short.write_bytes(b"".join((voted / CASSETTE).read_bytes().splitlines(keepends=True)[:12]))
    progress = judged(catalogue, tmp_path / "run", jury_of(*THREE, audit=0.3), replay=True, cassette=short, attempts=0)
    assert progress.spent and ("model.unrecorded",) in rejections(tmp_path / "run").values()


def test_a_jury_over_the_finished_run_plays_the_votes_from_its_cassette(voted: Path, tmp_path: Path) -> None:
    (tmp_path / "models.toml").write_text('[models.m]\nmodel = "m"\nbase_url = "http://127.0.0.1:9/v1"\n')
    jurors = [word for name in THREE for word in ("--juror", name)]
    recorded = ["--audit", "0.3", "--models", str(tmp_path / "models.toml"), "--cassette", str(voted / CASSETTE), "--replay"]
    CliRunner().invoke(cli, ["jury", str(voted), *jurors, *recorded], catch_exceptions=False)
    later = {one.id: one for one in read_stream(voted, "votes", Deliberation)}
    (voted / "votes.jsonl").unlink()
    assert later and later == {identity: one for identity, one in verdicts(voted).items() if identity in samples(voted)}


# --- weights ---


def calibrated(path: Path, worth: float) -> Path:
    """Calibrate the model under two seeds, one of which tosses a coin of some worth."""
    jurors = [ModelJuror(CoinModel("m", worth, worth)), ModelJuror(CoinModel("m", 0.9, 0.9), 1)]
    path.write_bytes(calibration(asyncio.run(hear(jurors, specimens(40))), 0).model_dump_json().encode())
    return path


def test_weights_are_part_of_the_configuration(catalogue: Catalogue, tmp_path: Path) -> None:
    files = [calibrated(tmp_path / f"{worth}.json", worth) for worth in (0.7, 0.95)]
    one, other = (jury_of("m", "m#1", policy=Policy.WEIGHTED, calibration=file) for file in files)
    judged(catalogue, tmp_path / "run", one)
    assert orjson.loads((tmp_path / "run" / "manifest.json").read_bytes())["config"]["casting"]["jury"]["weights"] == one.weights
    with pytest.raises(RunError, match=r"config\.casting\.jury\.weights\.m was"):
        judged(catalogue, tmp_path / "run", other)
    assert judged(catalogue, tmp_path / "run", one).tried() >= ATTEMPTS


def test_of_two_with_different_weights_the_heavier_one_decides(catalogue: Catalogue, tmp_path: Path) -> None:
    jury = jury_of(
        "m", "m#1", policy=Policy.WEIGHTED, calibration=calibrated(tmp_path / "weights.json", 0.7), quorum=1, audit=1.0
    )
    assert 0 < jury.weights["m"] < jury.weights["m#1"]
    judged(catalogue, tmp_path / "run", jury)
    words = {identity: opening(one) for identity, one in dialogues(tmp_path / "run").items()}
    for one in verdicts(tmp_path / "run").values():
        heavier = known_vote(words[one.id], 1)
        if heavier != "unsure":
            assert one.outcome == ("accept" if heavier == "pass" else "reject")


def test_weights_under_other_rubrics_are_used_and_told(tmp_path: Path) -> None:
    path, told = calibrated(tmp_path / "weights.json", 0.8), list[str]()
    path.write_bytes(orjson.dumps({**orjson.loads(path.read_bytes()), "rubrics": "older"}))
    empanel(("m", "m#1"), Terms(Policy.WEIGHTED, calibration=path), SETTINGS, 0, told.append)
    assert len(told) == 1 and "other rubrics" in told[0]


# --- the configuration ---


def test_policies_are_those_that_fit_who_sits() -> None:
    assert (jury_of("rules").policy, jury_of("rules").quorum) == (Policy.UNANIMOUS, 4)
    assert (jury_of("rules:form", "m").policy, jury_of("rules:form", "m").quorum) == (Policy.MAJORITY, 2)


def test_another_jury_is_another_run(catalogue: Catalogue, strict: Path) -> None:
    with pytest.raises(RunError, match=r"config\.casting\.jury\.quorum was 4 and is 6"):
        sit(catalogue, strict, COUNT, casting=Casting(jury=jury_of("rules", quorum=6)))
    with pytest.raises(RunError, match=r"config\.casting\.jury was .* and is None"):
        sit(catalogue, strict, COUNT)


@pytest.mark.parametrize(
    ("specs", "terms", "message"),
    [
        (("rules:froms",), {}, "no rule juror 'froms'; did you mean 'form'"),
        (("gpt",), {}, "no model 'gpt'"),
        (("m#one",), {}, "no whole number behind #"),
        (("rules", "rules:form"), {}, "twice"),
        (("rules",), {"quorum": 9}, "quorum is 9"),
        (("rules",), {"stronger": "rules"}, "the stronger juror is one"),
        (("rules",), {"stronger": "gpt"}, "no model 'gpt'"),
        (("rules",), {"policy": Policy.WEIGHTED}, "--calibration FILE"),
        (("rules",), {"policy": Policy.WEIGHTED, "calibration": Path("nowhere.json")}, "no calibration at nowhere.json"),
    ],
)
def test_mistakes_say_what_to_do(specs: tuple[str, ...], terms: dict[str, Any], message: str) -> None:
    with pytest.raises(ToolsimError, match=message):
        jury_of(*specs, **terms)


# --- the funnel ---


@pytest.mark.parametrize("run", ["strict", "voted"])
def test_the_funnel_by_juror_adds_up_with_the_votes(run: str, request: pytest.FixtureRequest) -> None:
    folder = request.getfixturevalue(run)
    made, figures = list(verdicts(folder).values()), funnel(folder)
    votes = Counter((vote.juror, vote.verdict) for one in made for vote in one.cast)
    for juror in figures.jurors:
        assert (juror.passed, juror.failed, juror.abstained) == tuple(votes[juror.juror, v] for v in ("pass", "fail", "abstain"))
        assert juror.asked == juror.passed + juror.failed + juror.abstained >= juror.decided >= juror.agreed
    assert sum(juror.asked for juror in figures.jurors) == votes.total()
    stopped = {one.id for one in made if one.outcome != "accept"}
    assert figures.through["check"] - figures.through["jury"] == len(stopped) == len(rejections(folder))
    assert max(juror.stopped for juror in figures.jurors) <= len(stopped) <= sum(juror.stopped for juror in figures.jurors)
