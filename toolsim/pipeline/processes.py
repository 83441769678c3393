"""Tasks done by several processes, their results given in order; a killed parent takes its workers along.

Each worker has a pipe of its own: one that dies, even half way through handing over a result, is noticed and blocks nobody.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from multiprocessing import connection, get_context, parent_process
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, Final, TypeVar

from toolsim.base.errors import ToolsimError

T = TypeVar("T")
R = TypeVar("R")

AHEAD: Final = 4
"""Tasks for each worker by which the fastest may be ahead of the slowest."""
_ASKED: Final = 2
"""Tasks that a worker has at a time, so that it need not wait for the next."""


@dataclass(frozen=True, slots=True)
class Crew:
    """How workers are set up."""

    begin: Callable[..., Callable[[Any], Any]]
    """Called once in each process, a function of a module; gives what does one task."""
    given: tuple[Any, ...]
    """What `begin` is called with."""
    size: int
    preload: str
    """Module that every process needs."""


@dataclass(frozen=True, slots=True)
class _Hand:
    """A worker process, and the pipe by which it is asked and hands over."""

    process: BaseProcess
    pipe: Connection

    def ask(self, index: int, task: Any) -> None:
        try:
            self.pipe.send((index, task))
        except OSError:
            raise self._ended() from None

    def take(self) -> tuple[int, Any]:
        try:
            index, result = self.pipe.recv()
        except (EOFError, OSError):
            raise self._ended() from None
        return index, result

    def dismiss(self) -> None:
        self.process.kill()
        self.process.join()
        self.pipe.close()

    def _ended(self) -> ToolsimError:
        self.process.join()
        hint = "take fewer --workers if memory ran out; the same command goes on"
        return ToolsimError(f"a worker process ended with {self.process.exitcode}", hint=hint)


def in_order(crew: Crew, tasks: Iterator[Any], most_ahead: int | None = None) -> Generator[Any, None, None]:
    """Do tasks by a crew and give the results in the order of the tasks.

    Args:
        tasks: drawn one by one when somebody is free for the next.
        most_ahead: tasks that may be under way beyond the one whose result is wanted next.

    Raises:
        ToolsimError: a worker process was killed.
    """
    hands: list[_Hand] = []
    try:
        for _ in range(crew.size):
            hands.append(_hire(crew))
        yield from _given_in_order(hands, tasks, min(most_ahead or AHEAD * crew.size, AHEAD * crew.size))
    finally:
        for hand in hands:
            hand.dismiss()


def _given_in_order(hands: list[_Hand], tasks: Iterator[Any], ahead: int) -> Generator[Any, None, None]:
    by_pipe = {hand.pipe: hand for hand in hands}
    free, done = hands * _ASKED, dict[int, Any]()
    wanted = following = 0
    last = False
    while not last or wanted < following:
        while free and not last and following < wanted + ahead:
            try:
                task = next(tasks)
            except StopIteration:
                last = True
                break
            free.pop(0).ask(following, task)
            following += 1
        if wanted == following:
            return
        for pipe in connection.wait(list(by_pipe)):
            hand = by_pipe[pipe]  # type: ignore[index]
            index, result = hand.take()
            done[index] = result
            free.append(hand)
        while wanted in done:
            yield done.pop(wanted)
            wanted += 1


def _hire(crew: Crew) -> _Hand:
    context = get_context("forkserver")
    context.set_forkserver_preload([crew.preload])
    ours, theirs = context.Pipe()
    process = context.Process(target=_work, args=(theirs, crew.begin, crew.given), daemon=True)
    process.start()
    theirs.close()
    return _Hand(process, ours)


def _work(pipe: Connection, begin: Callable[..., Callable[[T], R]], given: tuple[Any, ...]) -> None:
    """Do the tasks that are asked for, until nobody asks any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    do = begin(*given)
    while True:
        index, task = pipe.recv()
        pipe.send((index, do(task)))


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)
