"""Batches in which models play: one process, many dialogues in flight, given in order."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Generator
from dataclasses import dataclass
from typing import Protocol

from toolsim.apis.catalogue import Catalogue
from toolsim.pipeline.casting import Casts
from toolsim.pipeline.config import RunConfig
from toolsim.pipeline.lines import BatchLines, lines_of
from toolsim.pipeline.patience import EndpointGone
from toolsim.pipeline.pool import Order
from toolsim.pipeline.quota import LAG
from toolsim.pipeline.schedule import Batch
from toolsim.pipeline.staff import Accounts, Staff
from toolsim.pipeline.worker import Made


class Maker(Protocol):
    """Makes the dialogues of batches."""

    @property
    def catalogue(self) -> Catalogue:
        """The APIs that dialogues are over."""
        ...

    def playing(self, casts: Casts) -> Maker:
        """Give the same maker with other casts."""
        ...

    async def make_all(self, batch: Batch) -> list[Made]:
        """Make the dialogues of a batch and give them in order."""
        ...


@dataclass(frozen=True, slots=True)
class _Playing:
    """A batch in the making."""

    batch: Batch
    made: asyncio.Task[list[Made]]
    accounts: Accounts


def batches_with_models(
    config: RunConfig, order: Order, maker: Maker, staff: Staff, first: int, in_flight: int
) -> Generator[BatchLines, None, None]:
    """Make batch after batch, from one on, without end.

    Args:
        in_flight: dialogues at once; rounded up to whole batches, since batches are given in order.

    Raises:
        EndpointGone: a model cannot be asked any more.
    """
    index, ahead = first, min(LAG, max(1, -(-in_flight // config.batch)))
    waiting: deque[_Playing] = deque()
    with asyncio.Runner() as runner:
        loop = runner.get_loop()
        try:
            while True:
                while len(waiting) < ahead:
                    casts, accounts = staff.casts(config.casting, maker.catalogue)
                    batch = order(index)
                    task = loop.create_task(maker.playing(casts).make_all(batch))
                    waiting.append(_Playing(batch, task, accounts))
                    index += 1
                made = runner.run(_finished(waiting[0].made))
                playing = waiting.popleft()
                staff.enter(playing.batch.index, playing.accounts)
                yield lines_of(made, playing.batch, config)
        finally:
            runner.run(_close([playing.made for playing in waiting], staff))


async def _finished(task: asyncio.Task[list[Made]]) -> list[Made]:
    try:
        return await task
    except ExceptionGroup as group:
        raise _gone(group) or group from None


def _gone(group: ExceptionGroup[Exception]) -> EndpointGone | None:
    """Find out whether a batch broke off because a model is gone."""
    for error in group.exceptions:
        found = _gone(error) if isinstance(error, ExceptionGroup) else error
        if isinstance(found, EndpointGone):
            return found
    return None


async def _close(tasks: list[asyncio.Task[list[Made]]], staff: Staff) -> None:
    """End what is still being made before the connections are closed."""
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks)
    for task in tasks:
        if not task.cancelled():
            task.exception()
    await staff.close()
