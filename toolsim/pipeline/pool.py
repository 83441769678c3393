"""Batches made by one process or by several, given in order; a killed parent takes its workers along."""

from __future__ import annotations

import os
import signal
import threading
from collections import deque
from collections.abc import Generator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import connection, get_context, parent_process
from pathlib import Path
from typing import Final

from toolsim.base.errors import ToolsimError
from toolsim.pipeline.config import RunConfig
from toolsim.pipeline.lines import BatchLines, lines_of
from toolsim.pipeline.schedule import Schedule
from toolsim.pipeline.worker import Worker, open_worker

_AHEAD: Final = 3
"""Batches that wait for each worker."""


def batches(config: RunConfig, folders: tuple[Path, ...], workers: int, first: int) -> Generator[BatchLines, None, None]:
    """Make batch after batch, from one on, without end; whoever takes them closes the iterator."""
    if workers == 1:
        yield from _alone(config, folders, first)
    else:
        yield from _together(config, folders, workers, first)


def _alone(config: RunConfig, folders: tuple[Path, ...], first: int) -> Generator[BatchLines, None, None]:
    worker, schedule, index = open_worker(folders), Schedule(config), first
    while True:
        yield lines_of(worker.make(schedule.batch(index)), index, config)
        index += 1


def _together(config: RunConfig, folders: tuple[Path, ...], workers: int, first: int) -> Generator[BatchLines, None, None]:
    context = get_context("forkserver")
    context.set_forkserver_preload(["toolsim.pipeline.pool"])
    pool = ProcessPoolExecutor(workers, context, _begin, (config, folders))
    waiting: deque[Future[BatchLines]] = deque()
    try:
        index = first
        while True:
            while len(waiting) < workers * _AHEAD:
                waiting.append(pool.submit(_make, index))
                index += 1
            yield waiting.popleft().result()
    except BrokenProcessPool:
        hint = "take fewer --workers if memory ran out; the same command goes on"
        raise ToolsimError("a worker process was killed", hint=hint) from None
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


class _Here:
    """What a worker process keeps between batches."""

    worker: Worker
    schedule: Schedule
    config: RunConfig


def _begin(config: RunConfig, folders: tuple[Path, ...]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _Here.worker, _Here.schedule, _Here.config = open_worker(folders), Schedule(config), config


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


def _make(index: int) -> BatchLines:
    return lines_of(_Here.worker.make(_Here.schedule.batch(index)), index, _Here.config)
