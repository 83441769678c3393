"""Quotas: every cell gets what is wanted of it, in any number of processes, after any interruption."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from toolsim.apis.catalogue import Catalogue
from toolsim.dataset.sample import Sample
from toolsim.dataset.store import STREAMS, read_stream
from toolsim.pipeline.config import RunConfig
from toolsim.pipeline.generate import Progress, generate
from toolsim.pipeline.means import Means
from toolsim.pipeline.quota import LAG, Cell, QuotaSchedule

SHARES = {"normal.atom.enum": 0.5, "special.fault": 0.3, "agent.long_horizon": 0.2}
PACKS = ("finance/insurance", "finance/retail_banking", "health/clinic")


def wanting(accept: int) -> RunConfig:
    return RunConfig(count=0, accept=accept, languages=("en", "zh"), shares=SHARES, packs=PACKS, seed=3, content="test")


def make(catalogue: Catalogue, folder: Path, workers: int = 1, watch: object = None) -> Progress:
    return generate(wanting(1), catalogue, folder, Means(workers=workers), watch or (lambda progress: None))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def whole(catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with quotas that nothing interrupted."""
    folder = tmp_path_factory.mktemp("quota") / "run"
    assert not make(catalogue, folder).quota.unmet()  # type: ignore[union-attr]
    return folder


def test_every_cell_gets_exactly_what_is_wanted(whole: Path) -> None:
    cells = Counter((s.category, s.language, s.packs[0].partition("/")[0]) for s in read_stream(whole, "samples", Sample))
    assert len(cells) == 3 * 2 * 2 and set(cells.values()) == {1}


def test_two_workers_give_the_same_bytes(whole: Path, catalogue: Catalogue, tmp_path: Path) -> None:
    make(catalogue, tmp_path / "run", workers=2)
    for name in STREAMS:
        assert (tmp_path / "run" / f"{name}.jsonl").read_bytes() == (whole / f"{name}.jsonl").read_bytes()


def test_an_interrupted_run_goes_on_to_the_same_bytes(whole: Path, catalogue: Catalogue, tmp_path: Path) -> None:
    def stop(progress: Progress) -> None:
        if progress.accepted >= 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make(catalogue, tmp_path / "run", watch=stop)
    make(catalogue, tmp_path / "run")
    for name in STREAMS:
        assert (tmp_path / "run" / f"{name}.jsonl").read_bytes() == (whole / f"{name}.jsonl").read_bytes()


def test_a_cell_that_never_fills_is_given_up_and_named() -> None:
    quota = QuotaSchedule(wanting(1))
    cell, other = quota.cells[0], quota.cells[1:]
    for _ in range(300):
        quota.note(other if not quota.accepted else [], [cell])
    assert quota.done() and quota.unmet() == {cell: 1}


def test_full_cells_are_not_asked_for_any_more() -> None:
    quota = QuotaSchedule(wanting(1))
    wanted = Cell("special.fault", "zh", "health")
    quota.note([cell for cell in quota.cells if cell != wanted], quota.cells)
    for _ in range(LAG):
        quota.note([], [])
    batch = quota.batch(LAG)
    assert batch.language == "zh" and {slot.category.name for slot in batch.slots} == {"special.fault"}
    assert batch.packs == ("health/clinic",)
