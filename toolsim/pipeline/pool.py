"""Batches made by one process or by several, given in order."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from itertools import count
from pathlib import Path

from toolsim.pipeline.casting import Casts
from toolsim.pipeline.config import RunConfig
from toolsim.pipeline.lines import BatchLines, lines_of
from toolsim.pipeline.means import Means
from toolsim.pipeline.processes import Crew, in_order
from toolsim.pipeline.quota import LAG
from toolsim.pipeline.schedule import Batch
from toolsim.pipeline.worker import open_worker

Order = Callable[[int], Batch]
"""Gives the batch of an index."""


def batches(config: RunConfig, order: Order, means: Means, first: int) -> Generator[BatchLines, None, None]:
    """Make batch after batch, from one on, without end; whoever takes them closes the iterator."""
    ordered = map(order, count(first))
    if means.workers == 1:
        yield from _alone(config, ordered, means.folders)
    else:
        yield from in_order(Crew(_begin, (config, means.folders), means.workers, __name__), ordered, LAG)


def _alone(config: RunConfig, ordered: Iterator[Batch], folders: tuple[Path, ...]) -> Generator[BatchLines, None, None]:
    make = _begin(config, folders)
    for batch in ordered:
        yield make(batch)


def _begin(config: RunConfig, folders: tuple[Path, ...]) -> Callable[[Batch], BatchLines]:
    worker, casting = open_worker(folders), config.casting
    if casting.jury:
        worker = worker.playing(Casts(casting, worker.catalogue, {}, casting.jury.panel({})))
    return lambda batch: lines_of(worker.make(batch), batch, config)
