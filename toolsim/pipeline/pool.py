"""Batches made by one process or by several, given in order; a killed parent takes its workers along.

Each worker has a pipe of its own: one that dies, even half way through handing over a batch, is noticed and blocks nobody.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Generator
from dataclasses import dataclass
from multiprocessing import connection, get_context, parent_process
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Final

from toolsim.base.errors import ToolsimError
from toolsim.pipeline.config import RunConfig
from toolsim.pipeline.lines import BatchLines, lines_of
from toolsim.pipeline.quota import LAG
from toolsim.pipeline.schedule import Batch
from toolsim.pipeline.worker import open_worker

Order = Callable[[int], Batch]
"""Gives the batch of an index."""

_AHEAD: Final = 4
"""Batches for each worker by which the fastest may be ahead of the slowest."""
_ASKED: Final = 2
"""Batches that a worker is asked for at a time, so that it need not wait for the next."""


def batches(
    config: RunConfig, order: Order, folders: tuple[Path, ...], workers: int, first: int
) -> Generator[BatchLines, None, None]:
    """Make batch after batch, from one on, without end; whoever takes them closes the iterator."""
    if workers == 1:
        yield from _alone(config, order, folders, first)
    else:
        yield from _together(config, order, folders, workers, first)


def _alone(config: RunConfig, order: Order, folders: tuple[Path, ...], first: int) -> Generator[BatchLines, None, None]:
    worker, index = open_worker(folders), first
    while True:
        batch = order(index)
        yield lines_of(worker.make(batch), batch, config)
        index += 1


@dataclass(frozen=True, slots=True)
class _Hand:
    """A worker process, and the pipe by which it is asked for batches and hands them over."""

    process: BaseProcess
    pipe: Connection

    def ask(self, batch: Batch) -> None:
        try:
            self.pipe.send(batch)
        except OSError:
            raise self._ended() from None

    def take(self) -> BatchLines:
        try:
            batch: BatchLines = self.pipe.recv()
        except (EOFError, OSError):
            raise self._ended() from None
        return batch

    def dismiss(self) -> None:
        self.process.kill()
        self.process.join()
        self.pipe.close()

    def _ended(self) -> ToolsimError:
        self.process.join()
        hint = "take fewer --workers if memory ran out; the same command goes on"
        return ToolsimError(f"a worker process ended with {self.process.exitcode}", hint=hint)


def _together(
    config: RunConfig, order: Order, folders: tuple[Path, ...], workers: int, first: int
) -> Generator[BatchLines, None, None]:
    hands: list[_Hand] = []
    try:
        for _ in range(workers):
            hands.append(_hire(config, folders))
        yield from _in_order(hands, order, first)
    finally:
        for hand in hands:
            hand.dismiss()


def _in_order(hands: list[_Hand], order: Order, first: int) -> Generator[BatchLines, None, None]:
    """Ask whoever is free for the next batch, and give the batches in order."""
    by_pipe = {hand.pipe: hand for hand in hands}
    free, made = hands * _ASKED, dict[int, BatchLines]()
    wanted = following = first
    while True:
        while free and following < wanted + min(LAG, len(hands) * _AHEAD):
            free.pop(0).ask(order(following))
            following += 1
        for pipe in connection.wait(list(by_pipe)):
            hand = by_pipe[pipe]  # type: ignore[index]
            batch = hand.take()
            made[batch.index] = batch
            free.append(hand)
        while wanted in made:
            yield made.pop(wanted)
            wanted += 1


def _hire(config: RunConfig, folders: tuple[Path, ...]) -> _Hand:
    context = get_context("forkserver")
    context.set_forkserver_preload(["toolsim.pipeline.pool"])
    ours, theirs = context.Pipe()
    process = context.Process(target=_work, args=(theirs, config, folders), daemon=True)
    process.start()
    theirs.close()
    return _Hand(process, ours)


def _work(pipe: Connection, config: RunConfig, folders: tuple[Path, ...]) -> None:
    """Make the batches that are asked for, until nobody asks any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    worker = open_worker(folders)
    while True:
        batch: Batch = pipe.recv()
        pipe.send(lines_of(worker.make(batch), batch, config))


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)
