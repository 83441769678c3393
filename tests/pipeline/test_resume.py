"""A run may be killed at any moment; going on with it gives the bytes of a run that nothing befell."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from random import Random
from typing import Any, BinaryIO

import pytest

from tests.pipeline.conftest import COUNT, content
from tests.pipeline.sitting import sit, small
from tests.pipeline.test_generate import ROOT, gone, offspring
from toolsim.apis.catalogue import Catalogue
from toolsim.dataset import store
from toolsim.dataset.sample import Sample
from toolsim.dataset.store import JOURNAL, STREAMS, RunError, read_stream
from toolsim.pipeline import pool, texts
from toolsim.pipeline import worker as making
from toolsim.pipeline.generate import Progress, generate
from toolsim.pipeline.means import Means
from toolsim.pipeline.worker import Worker
from toolsim.roleplay.dialogue import Dialogue


@pytest.fixture(scope="module")
def worker(catalogue: Catalogue) -> Worker:
    return Worker(catalogue)


@pytest.fixture(autouse=True)
def quick(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let runs within this process share one worker."""
    monkeypatch.setattr(pool, "open_worker", lambda folders: worker)


def killed_at(folder: Path, size: int, workers: int, *jurors: str) -> int:
    """Go on with a run in another process, and kill that once the journal has grown to a size; give its exit code."""
    command = [sys.executable, "-m", "tests.pipeline.sitting", str(folder), str(COUNT), str(workers), *jurors]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, start_new_session=True)
    journal, end = folder / JOURNAL, time.monotonic() + 60
    while process.poll() is None and time.monotonic() < end:
        if journal.exists() and journal.stat().st_size >= size:
            break
        time.sleep(0.001)
    children = offspring(process.pid)
    process.kill()
    process.communicate(timeout=60)
    assert gone(children)
    return process.returncode


def moments(seed: int, whole: int, count: int) -> Iterable[int]:
    """Draw sizes of the journal, in order; the first is that of a run that has just begun."""
    rng = Random(seed)
    return [0, *sorted(rng.randrange(1, whole) for _ in range(count - 1))]


@pytest.mark.parametrize(("workers", "kills", "seed"), [(1, 3, 1), (3, 2, 2)])
def test_a_run_killed_again_and_again_comes_out_the_same(
    catalogue: Catalogue, wanted: dict[str, bytes], tmp_path: Path, workers: int, kills: int, seed: int
) -> None:
    folder = tmp_path / "run"
    codes = [killed_at(folder, size, workers) for size in moments(seed, len(wanted[JOURNAL]), kills)]
    assert -signal.SIGKILL in codes
    sit(catalogue, folder, COUNT)
    assert content(folder) == wanted


@pytest.mark.sweep
@pytest.mark.parametrize("seed", range(4))
def test_a_run_killed_at_many_moments_comes_out_the_same(
    catalogue: Catalogue, wanted: dict[str, bytes], tmp_path: Path, seed: int
) -> None:
    folder = tmp_path / "run"
    for size in moments(seed, len(wanted[JOURNAL]), 6):
        killed_at(folder, size, 1 + seed % 4)
    sit(catalogue, folder, COUNT)
    assert content(folder) == wanted


@pytest.mark.parametrize("seed", range(6))
def test_torn_files_are_mended(catalogue: Catalogue, wanted: dict[str, bytes], tmp_path: Path, seed: int) -> None:
    """What a kill or a lost disk may leave: any stream cut anywhere, the journal too."""
    rng, folder = Random(seed), tmp_path / "run"
    folder.mkdir()
    for name, data in wanted.items():
        cut = len(data) if name in ("manifest.json", "tools.json") else rng.randrange(len(data) + 1)
        (folder / name).write_bytes(data[:cut])
    sit(catalogue, folder, COUNT)
    assert content(folder) == wanted


def test_a_finished_run_is_left_as_it_is(catalogue: Catalogue, wanted: dict[str, bytes], tmp_path: Path) -> None:
    sit(catalogue, tmp_path / "run", COUNT)
    times = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "run").glob("*.json*")}
    progress = sit(catalogue, tmp_path / "run", COUNT)
    assert progress.accepted == COUNT and content(tmp_path / "run") == wanted
    assert {path.name: path.stat().st_mtime_ns for path in (tmp_path / "run").glob("*.json")} == {
        name: when for name, when in times.items() if name.endswith(".json")
    }


def test_counts_go_on_where_they_stopped(catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    once = sit(catalogue, tmp_path / "once", COUNT)
    with monkeypatch.context() as patch:
        full(patch, 20)
        with pytest.raises(RunError):
            sit(catalogue, tmp_path / "twice", COUNT)
    again = sit(catalogue, tmp_path / "twice", COUNT)
    assert (again.accepted, again.rejected) == (once.accepted, once.rejected)


def full(monkeypatch: pytest.MonkeyPatch, after: int) -> None:
    """Let the disk be full after some writes, with a part of the next one on it."""
    put, count = store._put, iter(range(10**6))

    def sparing(file: BinaryIO, data: bytes) -> None:
        if next(count) < after:
            put(file, data)
        else:
            os.write(file.fileno(), data[: len(data) // 3])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(store, "_put", sparing)


@pytest.mark.parametrize("after", [0, 1, 2, 4, 15, 30])
def test_a_full_disk_ends_a_run_that_then_goes_on(
    catalogue: Catalogue, wanted: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    with monkeypatch.context() as patch:
        full(patch, after)
        with pytest.raises(RunError, match="No space left on device"):
            sit(catalogue, tmp_path / "run", COUNT)
    sit(catalogue, tmp_path / "run", COUNT)
    assert content(tmp_path / "run") == wanted


def test_what_was_said_before_the_stop_does_not_come_again_after_it(
    catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Users who say but few different things make near-duplicates likely."""

    def few_words(dialogue: Dialogue) -> str:
        return f"{dialogue.language} " + chr(ord("a") + len(dialogue.tools)) * 40

    def stop(progress: Progress) -> None:
        if progress.accepted >= 4:
            raise KeyboardInterrupt

    monkeypatch.setattr(making, "user_text", few_words)
    monkeypatch.setattr(texts, "user_text", few_words)
    config = small(catalogue, 9, shares={"special.no_call": 1.0})
    once = generate(config, catalogue, tmp_path / "once", Means(), lambda progress: None)
    with pytest.raises(KeyboardInterrupt):
        generate(config, catalogue, tmp_path / "twice", Means(), stop)
    generate(config, catalogue, tmp_path / "twice", Means(), lambda progress: None)
    assert content(tmp_path / "twice") == content(tmp_path / "once") and once.rejected["duplicate"] >= 5


def test_another_count_is_another_run(catalogue: Catalogue, calm: Path) -> None:
    with pytest.raises(RunError, match=f"config.count was {COUNT} and is {COUNT + 1}"):
        sit(catalogue, calm, COUNT + 1)


def test_the_folder_can_be_read_while_it_is_written(catalogue: Catalogue, tmp_path: Path) -> None:
    seen = []

    def look(progress: Progress) -> None:
        if progress.accepted:
            seen.append((len(list(read_stream(tmp_path / "run", "samples", Sample))), progress.accepted))

    generate(small(catalogue, 20), catalogue, tmp_path / "run", Means(), look)
    assert len(seen) >= 3 and all(there == told for there, told in seen)


def test_the_order_of_streams_is_that_of_the_schedule(calm: Path) -> None:
    for name in STREAMS[:2]:
        data: list[Any] = (calm / f"{name}.jsonl").read_bytes().splitlines()
        ids = [line.partition(b'"id":"')[2][3:12] for line in data]
        assert ids == sorted(ids) and len(ids) >= COUNT
