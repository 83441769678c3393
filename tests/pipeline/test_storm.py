"""A storm of faults: no crash, nothing lost or doubled, a reason for every rejection; a killed run goes on as if nothing had been."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.pipeline.staged import config_of, endpoint, hiring_of, oracle_of, staged
from tests.roleplay.oracle import Oracle
from toolsim.apis.catalogue import Catalogue
from toolsim.dataset.sample import FindingRecord, Rejection, Sample
from toolsim.dataset.store import STREAMS, read_stream
from toolsim.models.failures import FailureKind
from toolsim.models.mock.faults import Fault, MockSettings
from toolsim.pipeline.config import RunConfig
from toolsim.pipeline.schedule import Schedule, Slot
from toolsim.pipeline.staff import CASSETTE
from toolsim.roleplay.dialogue import Dialogue

SMALL, BIG = 25, 150
FAULTS = {
    Fault.RATE_LIMITED: 0.03, Fault.SERVER: 0.03, Fault.DROPPED: 0.03, Fault.TRUNCATED: 0.03, Fault.HANG: 0.003,
    Fault.MALFORMED: 0.02, Fault.WRONG_TOOL: 0.02, Fault.ENDLESS: 0.02, Fault.WRONG_LANGUAGE: 0.02, Fault.EMPTY: 0.02,
}  # fmt: skip
SETTINGS = MockSettings(seed=4, rates=FAULTS, retry_after=0.01, hang=5.0)


def streams(folder: Path) -> dict[str, bytes]:
    """Give what a run holds."""
    return {name: (folder / f"{name}.jsonl").read_bytes() for name in (*STREAMS, "journal", "usage")}


class Storm:
    """A run through a storm, and what the mock saw of it."""

    def __init__(self, catalogue: Catalogue, folder: Path, attempts: int) -> None:
        self.folder, self.attempts, self.catalogue = folder, attempts, catalogue
        self.config: RunConfig = config_of(catalogue, attempts)
        self.oracle: Oracle = oracle_of(catalogue, self.config, attempts)
        with endpoint(self.oracle, SETTINGS) as there:
            staged(catalogue, folder, self.config, hiring_of(there.url, attempts))
            self.answered = there.answered.copy()
            self.faults: Counter[str] = Counter(there.mock.counts.faults)


@pytest.fixture(scope="module")
def storm(catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> Storm:
    return Storm(catalogue, tmp_path_factory.mktemp("storm") / "run", SMALL)


def holds(storm: Storm) -> None:
    """Check that each dialogue is there once, admitted or rejected for a reason that can be found."""
    samples = [one.id for one in read_stream(storm.folder, "samples", Sample)]
    rejections = list(read_stream(storm.folder, "rejections", Rejection))
    ids = samples + [one.id for one in rejections]
    assert len(set(ids)) == len(ids) >= storm.attempts and samples
    scheduled = {slot.id for index in range(storm.attempts // storm.config.batch) for slot in _batch(storm, index)}
    assert scheduled <= set(ids)
    dialogues = {one.id for one in read_stream(storm.folder, "dialogues", Dialogue)}
    findings = {(one.id, one.code) for one in read_stream(storm.folder, "findings", FindingRecord)}
    kinds = {f"model.{kind}" for kind in FailureKind}
    for one in rejections:
        assert one.reasons, one
        assert one.stage != "play" or {reason.partition(":")[0] for reason in one.reasons} <= kinds, one
        assert one.stage != "check" or (one.id in dialogues and {(one.id, reason) for reason in one.reasons} <= findings), one
    assert set(samples) <= dialogues


def _batch(storm: Storm, index: int) -> tuple[Slot, ...]:

    return Schedule(storm.config).batch(index).slots


def resumed(storm: Storm, folder: Path, at: float) -> int:
    """Kill a run when so many of its calls are answered, go on with it, and count the calls that were answered again."""
    with endpoint(storm.oracle, SETTINGS, until=int(storm.answered.total() * at)) as there:
        command = [sys.executable, "-m", "tests.pipeline.staged", str(folder), there.url, str(storm.attempts)]
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        reached = there.enough.wait(240)
        os.kill(child.pid, signal.SIGKILL)
        _, told = child.communicate()
        assert reached, told.decode()
        staged(storm.catalogue, folder, storm.config, hiring_of(there.url, storm.attempts))
        # faults on the way are drawn by request and try, so that a request is answered as often as in the calm, or was made again
        return sum(max(0, there.answered[name] - times) for name, times in storm.answered.items())


# --- the small storm ---


def test_a_storm_leaves_every_dialogue_once_and_explained(storm: Storm) -> None:
    holds(storm)


def test_the_storm_brings_most_faults(storm: Storm) -> None:
    assert len(storm.faults) >= 8


def test_a_run_that_was_killed_in_the_storm_ends_as_one_that_was_not(storm: Storm, tmp_path: Path) -> None:
    again = resumed(storm, tmp_path / "run", 0.5)
    assert streams(tmp_path / "run") == streams(storm.folder)
    assert again <= 3, "no more than was under way"


def test_a_replay_of_the_storm_gives_the_same_bytes_without_an_endpoint(storm: Storm, tmp_path: Path) -> None:
    hiring = hiring_of("http://127.0.0.1:9/v1", SMALL, replay=True, cassette=storm.folder / CASSETTE)
    staged(storm.catalogue, tmp_path / "run", storm.config, hiring)
    assert streams(tmp_path / "run") == streams(storm.folder)


# --- the big storm ---


@pytest.mark.sweep
def test_a_great_storm(catalogue: Catalogue, tmp_path: Path) -> None:
    storm = Storm(catalogue, tmp_path / "calm", BIG)
    holds(storm)
    assert set(storm.faults) == {str(fault) for fault in FAULTS}
    for number, at in enumerate((0.2, 0.5, 0.8)):
        again = resumed(storm, tmp_path / f"killed-{number}", at)
        assert streams(tmp_path / f"killed-{number}") == streams(storm.folder)
        assert again <= 0.005 * storm.answered.total(), f"{again} of {storm.answered.total()} calls were made again"
    hiring = hiring_of("http://127.0.0.1:9/v1", BIG, replay=True, cassette=storm.folder / CASSETTE)
    staged(catalogue, tmp_path / "replayed", storm.config, hiring)
    assert streams(tmp_path / "replayed") == streams(storm.folder)
