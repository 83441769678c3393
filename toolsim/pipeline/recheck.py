"""Check the admitted dialogues of a run again, from what lies on disk: world after world, by one process or by several."""

from __future__ import annotations

import gc
import os
import signal
import threading
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from multiprocessing import connection, get_context, parent_process
from pathlib import Path
from typing import Final

from toolsim.apis.catalogue import Catalogue, open_catalogue
from toolsim.checks.case import Case
from toolsim.checks.finding import Finding
from toolsim.dataset.reading import Entry, RawEntry, raw_entries
from toolsim.pipeline.casting import Casting, Casts
from toolsim.world.world import World, WorldPlan

_AHEAD: Final = 4
"""Groups that wait for each worker."""
_PLANS: Final = 64
"""World plans kept."""


@dataclass(frozen=True, slots=True)
class Rechecked:
    """What became of one dialogue."""

    id: str
    findings: tuple[Finding, ...]


Group = tuple[RawEntry, ...]
"""Dialogues that play in one world."""


def recheck(folder: Path, catalogue: Catalogue, folders: tuple[Path, ...], workers: int) -> Iterator[Rechecked]:
    """Check the admitted dialogues of a run, in order.

    Raises:
        RunError: a line of the run cannot be read.
    """
    groups = (tuple(group) for _, group in groupby(raw_entries(folder), key=lambda raw: _world_of(raw)))
    if workers == 1:
        checker = Rechecker(catalogue)
        for group in groups:
            yield from checker.check(group)
    else:
        yield from _together(groups, folders, workers)


def _world_of(raw: RawEntry) -> tuple[int, tuple[str, ...], str]:
    return raw.sample.world_seed, raw.sample.packs, raw.sample.language


class Rechecker:
    """Checks dialogues over one catalogue, seeding each world once."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self._plan_of = lru_cache(maxsize=_PLANS)(self._plan)
        gc.freeze()

    def _plan(self, packs: tuple[str, ...]) -> WorldPlan:
        return WorldPlan(self.catalogue, [self.catalogue.pack(name) for name in packs])

    def check(self, group: Group) -> list[Rechecked]:
        """Check dialogues of one world."""
        first = group[0].sample
        world = self._plan_of(first.packs).world(first.world_seed, first.language)
        return [self._one(raw.read(), world) for raw in group]

    def _one(self, entry: Entry, world: World) -> Rechecked:
        case = Case.of(entry.scenario, entry.dialogue, self.catalogue, world)
        actors = entry.sample.provenance.actors
        played = Casting(**{role: actors[role] for role in ("user", "assistant", "tool") if role in actors})
        return Rechecked(entry.sample.id, tuple(Casts(played, self.catalogue, {}).examine(case)))


def _together(groups: Iterator[Group], folders: tuple[Path, ...], workers: int) -> Iterator[Rechecked]:
    context = get_context("forkserver")
    context.set_forkserver_preload(["toolsim.pipeline.recheck"])
    pool = ProcessPoolExecutor(workers, context, _begin, (folders,))
    waiting: deque[Future[list[Rechecked]]] = deque()
    try:
        for group in groups:
            waiting.append(pool.submit(_check, group))
            if len(waiting) >= workers * _AHEAD:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


class _Here:
    """What a worker process keeps between groups."""

    checker: Rechecker


def _begin(folders: tuple[Path, ...]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _Here.checker = Rechecker(open_catalogue(folders))


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


def _check(group: Group) -> list[Rechecked]:
    return _Here.checker.check(group)
