"""Batches in which models play: one process, many dialogues in flight, given in order."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Generator

from toolsim.apis.catalogue import Catalogue
from toolsim.pipeline.config import RunConfig
from toolsim.pipeline.lines import BatchLines, lines_of
from toolsim.pipeline.schedule import Schedule
from toolsim.pipeline.staff import Staff
from toolsim.pipeline.worker import Made, Worker


def batches_with_models(
    config: RunConfig, catalogue: Catalogue, staff: Staff, first: int, in_flight: int
) -> Generator[BatchLines, None, None]:
    """Make batch after batch, from one on, without end.

    Args:
        in_flight: dialogues at once; rounded up to whole batches, since batches are given in order.
    """
    worker = Worker(catalogue, staff.casts(config.casting, catalogue))
    schedule, index, ahead = Schedule(config), first, max(1, -(-in_flight // config.batch))
    waiting: deque[asyncio.Task[list[Made]]] = deque()
    with asyncio.Runner() as runner:
        loop = runner.get_loop()
        given = first
        try:
            while True:
                while len(waiting) < ahead:
                    waiting.append(loop.create_task(worker.make_all(schedule.batch(index))))
                    index += 1
                made = runner.run(_finished(waiting.popleft()))
                yield lines_of(made, given, config)
                given += 1
        finally:
            for task in waiting:
                task.cancel()
            runner.run(staff.close())


async def _finished(task: asyncio.Task[list[Made]]) -> list[Made]:
    return await task
