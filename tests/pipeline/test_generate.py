"""A run holds exactly what was wanted, the same whoever makes it; what goes wrong in a dialogue befalls that dialogue only."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.pipeline.conftest import COUNT, content
from tests.pipeline.sitting import sit, small
from toolsim.apis.catalogue import Catalogue
from toolsim.base.errors import ToolsimError
from toolsim.checks.case import Case
from toolsim.checks.finding import CHECKS, Finding
from toolsim.dataset.duplicates import THRESHOLD, similarity
from toolsim.dataset.sample import FindingRecord, Rejection, Sample
from toolsim.dataset.store import STREAMS, RunError, read_stream, read_tools
from toolsim.pipeline import generate as flow
from toolsim.pipeline import pool
from toolsim.pipeline import worker as making
from toolsim.pipeline.generate import Progress, generate
from toolsim.pipeline.means import Means
from toolsim.pipeline.texts import user_text
from toolsim.pipeline.worker import Worker
from toolsim.roleplay.dialogue import Dialogue
from toolsim.roleplay.scripted import ScriptedUser
from toolsim.scenario.blueprint import Scenario
from toolsim.scenario.planners.planner import PLANNERS
from toolsim.scenario.setting import PlanFailed

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="module")
def worker(catalogue: Catalogue) -> Worker:
    return Worker(catalogue)


@pytest.fixture
def quick(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let runs within this process share one worker."""
    monkeypatch.setattr(pool, "open_worker", lambda folders: worker)


def ids(folder: Path, name: str, record: Any) -> list[str]:
    return [one.id for one in read_stream(folder, name, record)]


# --- what a run holds ---


def test_exactly_as_many_samples_are_made_as_are_wanted(calm: Path) -> None:
    assert len(ids(calm, "samples", Sample)) == COUNT == len(set(ids(calm, "samples", Sample)))


@pytest.mark.parametrize("count", [1, 4, 5, 6])
def test_a_count_that_is_no_whole_number_of_batches_is_met_too(
    catalogue: Catalogue, quick: None, tmp_path: Path, count: int
) -> None:
    progress = sit(catalogue, tmp_path / "run", count)
    assert progress.accepted == count == len(ids(tmp_path / "run", "samples", Sample))


def test_every_dialogue_is_a_sample_or_rejected_and_never_both(calm: Path) -> None:
    samples, rejected = set(ids(calm, "samples", Sample)), set(ids(calm, "rejections", Rejection))
    assert not samples & rejected
    assert samples <= set(ids(calm, "dialogues", Dialogue)) <= samples | rejected
    assert set(ids(calm, "dialogues", Dialogue)) <= set(ids(calm, "scenarios", Scenario)) <= samples | rejected


def test_a_sample_says_what_it_is_and_where_it_comes_from(calm: Path, catalogue: Catalogue) -> None:
    scenarios = {one.id: one for one in read_stream(calm, "scenarios", Scenario)}
    dialogues = {one.id: one for one in read_stream(calm, "dialogues", Dialogue)}
    for sample in read_stream(calm, "samples", Sample):
        scenario, dialogue = scenarios[sample.id], dialogues[sample.id]
        assert (sample.category, sample.language, sample.packs, sample.skeleton) == (
            scenario.category, scenario.language, scenario.packs, scenario.skeleton,
        )  # fmt: skip
        assert sample.calls == len(dialogue.events) and sample.turns == sum(m.role == "user" for m in dialogue.messages)
        made = sample.provenance
        assert (made.seed, made.world_seed, made.content) == (scenario.seed, scenario.world_seed, "the same")
        assert made.run == small(catalogue, COUNT).digest()
        assert {made.actors[role] for role in made.actors if role in ("user", "assistant")} == {"planner"}


def test_every_line_says_that_it_is_synthetic(calm: Path) -> None:
    """The mark is written and not left to a default that a reader has to know."""
    for line in (calm / "samples.jsonl").read_bytes().splitlines():
        label = orjson.loads(line)["label"]
        assert label["synthetic"] is True and label["generator"].startswith("toolsim ") and label["method"]


@pytest.mark.parametrize("name", ["scenarios", "dialogues", "samples"])
def test_every_record_has_its_version(calm: Path, name: str) -> None:
    assert all(orjson.loads(line)["version"] == 1 for line in (calm / f"{name}.jsonl").read_bytes().splitlines())


def test_every_offered_tool_has_its_spec_in_the_run(calm: Path) -> None:
    tools = read_tools(calm)
    for dialogue in read_stream(calm, "dialogues", Dialogue):
        for name in dialogue.tools:
            assert tools[dialogue.language][name]["function"]["name"] == name


def test_no_two_samples_say_nearly_the_same(calm: Path) -> None:
    admitted = set(ids(calm, "samples", Sample))
    texts = [user_text(one) for one in read_stream(calm, "dialogues", Dialogue) if one.id in admitted]
    assert len(texts) == COUNT
    assert all(similarity(one, two) < THRESHOLD for place, one in enumerate(texts) for two in texts[:place])


def test_nearly_all_that_is_planned_is_admitted(calm: Path) -> None:
    """A floor, so that a fault that spoils many dialogues does not hide in the rejections."""
    assert len(ids(calm, "rejections", Rejection)) <= COUNT * 0.15


def test_quotas_are_met(catalogue: Catalogue, quick: None, tmp_path: Path) -> None:
    shares = {"normal.single_turn.single_function": 0.5, "special.fault": 0.3, "special.no_call": 0.2}
    sit(catalogue, tmp_path / "run", 100, shares=shares)
    counted = Counter(sample.category for sample in read_stream(tmp_path / "run", "samples", Sample))
    assert sum(counted.values()) == 100 and all(abs(counted[name] / 100 - share) <= 0.08 for name, share in shares.items())
    languages = Counter(sample.language for sample in read_stream(tmp_path / "run", "samples", Sample))
    assert abs(languages["en"] - languages["zh"]) <= 20


def test_only_the_packs_that_are_wanted_are_used(catalogue: Catalogue, quick: None, tmp_path: Path) -> None:
    packs = ("finance/insurance", "society/law")
    sit(catalogue, tmp_path / "run", 20, packs=packs)
    assert {pack for sample in read_stream(tmp_path / "run", "samples", Sample) for pack in sample.packs} == set(packs)


# --- the same bytes ---


def test_four_workers_make_the_same_bytes_as_one(wanted: dict[str, bytes], tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "tests.pipeline.sitting", tmp_path / "run", str(COUNT), "4"], cwd=ROOT, check=True)
    assert content(tmp_path / "run") == wanted
    assert set(wanted) >= {*(f"{name}.jsonl" for name in STREAMS), "tools.json", "manifest.json"}


def test_a_worker_that_made_other_batches_before_makes_the_same(
    catalogue: Catalogue, quick: None, wanted: dict[str, bytes], tmp_path: Path
) -> None:
    sit(catalogue, tmp_path / "other", 12, seed=7)
    sit(catalogue, tmp_path / "run", COUNT)
    assert content(tmp_path / "run") == wanted


def test_another_seed_makes_other_dialogues(catalogue: Catalogue, quick: None, calm: Path, tmp_path: Path) -> None:
    sit(catalogue, tmp_path / "run", 20, seed=1)
    mine, other = ({user_text(one) for one in read_stream(folder, "dialogues", Dialogue)} for folder in (tmp_path / "run", calm))
    assert len(mine & other) <= 1


# --- what goes wrong ---


@pytest.fixture
def shares() -> dict[str, float]:
    return {"special.no_call": 0.5, "special.irrelevant": 0.5}


def breaking(method: Callable[..., Any], error: Exception, share: int = 2) -> Callable[..., Any]:
    """Let a method fail every so often, after it has done its work."""
    count = iter(range(10**6))

    def broken(*args: Any, **kwargs: Any) -> Any:
        result = method(*args, **kwargs)
        if next(count) % share == 0:
            raise error
        return result

    return broken


def reasons(folder: Path) -> set[tuple[str, str]]:
    return {(one.stage, reason) for one in read_stream(folder, "rejections", Rejection) for reason in one.reasons}


def test_a_planner_that_breaks_costs_its_dialogue_only(
    catalogue: Catalogue, quick: None, shares: dict[str, float], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    planner = PLANNERS.get("irrelevant")
    monkeypatch.setattr(planner, "plan", breaking(planner.plan, ZeroDivisionError("by hand")))
    progress = sit(catalogue, tmp_path / "run", 30, shares=shares)
    assert progress.accepted == 30 and progress.rejected["plan"] >= 5
    assert ("plan", "ZeroDivisionError: by hand") in reasons(tmp_path / "run")
    kinds = Counter(sample.category for sample in read_stream(tmp_path / "run", "samples", Sample))
    assert kinds["special.irrelevant"] >= 5


def test_a_play_that_breaks_costs_its_dialogue_only(
    catalogue: Catalogue, quick: None, shares: dict[str, float], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = iter(range(10**6))

    async def speak(self: ScriptedUser, seen: object) -> str | None:
        if next(count) % 5 == 0:
            raise RuntimeError("lost my voice")
        return await original(self, seen)  # type: ignore[arg-type]

    original = ScriptedUser.speak
    monkeypatch.setattr(ScriptedUser, "speak", speak)
    progress = sit(catalogue, tmp_path / "run", 20, shares=shares)
    assert progress.accepted == 20 and ("play", "RuntimeError: lost my voice") in reasons(tmp_path / "run")


def test_a_check_that_breaks_costs_its_dialogue_only(
    catalogue: Catalogue, quick: None, shares: dict[str, float], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = iter(range(10**6))

    def broken(case: Case) -> Iterator[Finding]:
        if next(count) % 3 == 0:
            raise KeyError("gone")
        return iter(())

    monkeypatch.setitem(CHECKS._items, "uniqueness", broken)
    progress = sit(catalogue, tmp_path / "run", 20, shares=shares)
    assert progress.accepted == 20 and ("check", "KeyError: 'gone'") in reasons(tmp_path / "run")


def test_what_a_check_finds_is_kept_beside_the_rejection(
    catalogue: Catalogue, quick: None, shares: dict[str, float], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def strict(case: Case) -> Iterator[Finding]:
        if int(case.dialogue.id[-1]) % 2:
            yield Finding("uniqueness.odd", "$.id", "it is odd")

    monkeypatch.setitem(CHECKS._items, "uniqueness", strict)
    sit(catalogue, tmp_path / "run", 20, shares=shares)
    found = {one.id: one for one in read_stream(tmp_path / "run", "findings", FindingRecord)}
    rejected = {one.id: one for one in read_stream(tmp_path / "run", "rejections", Rejection) if one.stage == "check"}
    assert set(found) == set(rejected) and len(found) >= 8
    assert all(one.code == "uniqueness.odd" and one.message == "it is odd" for one in found.values())
    assert not {identity for identity in ids(tmp_path / "run", "samples", Sample) if int(identity[-1]) % 2}


def test_a_scenario_that_cannot_be_planned_tells_why(
    catalogue: Catalogue, quick: None, shares: dict[str, float], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    planner = PLANNERS.get("irrelevant")
    monkeypatch.setattr(planner, "plan", breaking(planner.plan, PlanFailed("not today"), share=1))
    progress = sit(catalogue, tmp_path / "run", 20, shares=shares)
    assert progress.accepted == 20 and reasons(tmp_path / "run") >= {("plan", "not today")}


def test_broken_dialogues_leave_the_others_as_they_would_be(
    catalogue: Catalogue, quick: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A planner that breaks after it has changed the world spoils no later dialogue of the same world."""
    mixed = {"agent.multi_step": 0.5, "normal.single_turn.single_function": 0.5}
    sit(catalogue, tmp_path / "sound", 24, shares=mixed)
    planner = PLANNERS.get("multi_step")
    original = planner.plan

    def clumsy(setting: Any, offers: Any) -> Any:
        original(setting, offers)
        setting.world.advance(90)
        table = next(iter(setting.world.tables))
        for key in list(setting.world.rows(table)):
            setting.world.remove(table, key)
        raise ValueError("half way")

    monkeypatch.setattr(planner, "plan", clumsy)
    sit(catalogue, tmp_path / "broken", 12, shares=mixed)
    sound = {one.id: one for one in read_stream(tmp_path / "sound", "dialogues", Dialogue)}
    broken = {one.id: one for one in read_stream(tmp_path / "broken", "dialogues", Dialogue)}
    assert len(set(sound) & set(broken)) >= 8
    assert all(sound[identity] == broken[identity] for identity in set(sound) & set(broken))


def test_a_run_that_brings_nothing_new_gives_up_and_says_why(
    catalogue: Catalogue, quick: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flow, "MOST_BARREN", 3)
    monkeypatch.setattr(making, "user_text", lambda dialogue: "always the same words, whoever speaks them")
    with pytest.raises(ToolsimError, match=r"3 batches in a row brought nothing new; \d+ rejected at duplicate"):
        sit(catalogue, tmp_path / "run", 50, shares={"special.no_call": 1.0})
    assert len(ids(tmp_path / "run", "samples", Sample)) == 1


def test_a_near_duplicate_names_what_it_repeats(
    catalogue: Catalogue, quick: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        making, "user_text", lambda dialogue: f"words of their own, {len(dialogue.tools) * 1111} and {dialogue.language * 9}"
    )
    monkeypatch.setattr(flow, "MOST_BARREN", 2)
    with pytest.raises(ToolsimError):
        sit(catalogue, tmp_path / "run", 50, shares={"special.no_call": 1.0})
    samples = set(ids(tmp_path / "run", "samples", Sample))
    repeated = [one for one in read_stream(tmp_path / "run", "rejections", Rejection) if one.stage == "duplicate"]
    assert repeated and all(set(one.reasons) <= samples for one in repeated)


# --- earlier runs ---


def again(catalogue: Catalogue, folder: Path, earlier: tuple[Path, ...], **more: Any) -> Progress:
    config = small(catalogue, 20, **more)
    return generate(config, catalogue, folder, Means(earlier=earlier), lambda progress: None)


def test_what_an_earlier_run_holds_does_not_come_again(catalogue: Catalogue, quick: None, calm: Path, tmp_path: Path) -> None:
    progress = again(catalogue, tmp_path / "run", (calm,), against=("calm",))
    assert progress.accepted == 20 and progress.rejected["duplicate"] >= COUNT
    before, now = ({user_text(one) for one in _admitted(folder)} for folder in (calm, tmp_path / "run"))
    assert not before & now and len(now) == 20
    assert all(similarity(one, two) < THRESHOLD for one in now for two in before)


def _admitted(folder: Path) -> list[Dialogue]:
    admitted = set(ids(folder, "samples", Sample))
    return [one for one in read_stream(folder, "dialogues", Dialogue) if one.id in admitted]


def test_a_repetition_names_run_and_dialogue(catalogue: Catalogue, quick: None, calm: Path, tmp_path: Path) -> None:
    again(catalogue, tmp_path / "run", (calm,), against=("calm",))
    known = {f"{calm.name}:{identity}" for identity in ids(calm, "samples", Sample)}
    repeated = [one for one in read_stream(tmp_path / "run", "rejections", Rejection) if one.stage == "duplicate"]
    assert sum(set(one.reasons) <= known for one in repeated) >= COUNT


def test_without_it_the_earlier_run_s_dialogues_come_again(catalogue: Catalogue, quick: None, calm: Path, tmp_path: Path) -> None:
    again(catalogue, tmp_path / "run", ())
    assert {user_text(one) for one in _admitted(tmp_path / "run")} <= {user_text(one) for one in _admitted(calm)}


def test_an_earlier_run_that_is_none_is_refused(catalogue: Catalogue, quick: None, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(RunError, match=r"samples\.jsonl cannot be read"):
        again(catalogue, tmp_path / "run", (tmp_path / "empty",))


# --- progress and workers ---


def test_whoever_watches_is_told_after_every_batch(catalogue: Catalogue, quick: None, tmp_path: Path) -> None:
    seen: list[int] = []
    generate(small(catalogue, 12), catalogue, tmp_path / "run", Means(), lambda progress: seen.append(progress.accepted))
    assert seen[0] == 0 and seen[-1] == 12 and seen == sorted(seen) and len(seen) >= 4


def test_an_error_of_who_watches_closes_the_run_so_that_it_can_go_on(catalogue: Catalogue, quick: None, tmp_path: Path) -> None:
    def stop(progress: Progress) -> None:
        if progress.accepted > 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        generate(small(catalogue, 20), catalogue, tmp_path / "run", Means(), stop)
    assert 5 < len(ids(tmp_path / "run", "samples", Sample)) < 20
    assert sit(catalogue, tmp_path / "run", 20).accepted == 20


def offspring(parent: int) -> set[int]:
    """List the processes that descend from one."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if fields[0] != "Z":
                parents[int(entry.name)] = int(fields[1])
    out = {parent}
    while new := {pid for pid, its in parents.items() if its in out} - out:
        out |= new
    return out - {parent}


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def started(folder: Path, workers: int) -> subprocess.Popen[bytes]:
    """Begin a run in a process group of its own, and wait until its first batch is there."""
    command = [sys.executable, "-m", "tests.pipeline.sitting", str(folder), "5000", str(workers)]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, start_new_session=True)
    journal, end = folder / "journal.jsonl", time.monotonic() + 60
    while not (journal.exists() and journal.stat().st_size):
        assert process.poll() is None and time.monotonic() < end
        time.sleep(0.01)
    return process


def gone(pids: set[int], within: float = 30) -> bool:
    end = time.monotonic() + within
    while any(map(alive, pids)) and time.monotonic() < end:
        time.sleep(0.02)
    return not any(map(alive, pids))


def test_a_killed_parent_leaves_no_process_behind(tmp_path: Path) -> None:
    process = started(tmp_path / "run", 2)
    children = offspring(process.pid)
    process.kill()
    process.communicate()
    assert len(children) >= 3, "two workers and the server that forks them"
    assert gone(children)


def test_a_killed_worker_ends_the_run_with_one_clear_error(tmp_path: Path) -> None:
    process = started(tmp_path / "run", 2)
    children = offspring(process.pid)
    command = {pid: Path(f"/proc/{pid}/cmdline").read_bytes() for pid in children}
    grandchildren = {pid for pid in children for other in children if pid in offspring(other)}
    assert len(grandchildren) == 2, command
    os.kill(min(grandchildren), signal.SIGKILL)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 1
    assert b"a worker process ended with -9; take fewer --workers if memory ran out; the same command goes on" in told
    assert gone(children)
    assert [one.id for one in read_stream(tmp_path / "run", "samples", Sample)]
