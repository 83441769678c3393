"""Check the admitted dialogues of a run again, from what lies on disk: world after world, by one process or by several."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from toolsim.apis.catalogue import Catalogue, no_apis, open_catalogue
from toolsim.checks.case import Case
from toolsim.checks.finding import Finding
from toolsim.dataset.reading import Entry, RawEntry, entries, raw_entries, specs_of, tools_of_run
from toolsim.dataset.store import read_manifest
from toolsim.pipeline.casting import WORLD, Casting, Casts
from toolsim.pipeline.processes import Crew, in_order
from toolsim.world.world import World, WorldPlans


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
    imported = read_manifest(folder)["config"].get("imported")
    if imported is not None:
        yield from _without_world(folder, frozenset(imported["writes"]))
        return
    groups = (tuple(group) for _, group in groupby(raw_entries(folder), key=lambda raw: _world_of(raw)))
    if workers == 1:
        checker = Rechecker(catalogue)
        for group in groups:
            yield from checker.check(group)
    else:
        for checked in in_order(Crew(_begin, (folders,), workers, __name__), groups):
            yield from checked


def _without_world(folder: Path, writes: frozenset[str]) -> Iterator[Rechecked]:
    """Check dialogues over tools that no world backs."""
    tools = tools_of_run(folder)
    for entry in entries(folder):
        specs = specs_of(folder, tools, entry.dialogue)
        case = Case(entry.dialogue, no_apis(), entry.scenario, specs=specs, writes=writes)
        yield Rechecked(entry.sample.id, tuple(_casts(entry, case.catalogue).examine(case)))


def _world_of(raw: RawEntry) -> tuple[int, tuple[str, ...], str]:
    return raw.sample.world_seed, raw.sample.packs, raw.sample.language


class Rechecker:
    """Checks dialogues over one catalogue, seeding each world once."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self._plans = WorldPlans(catalogue)
        gc.freeze()

    def check(self, group: Group) -> list[Rechecked]:
        """Check dialogues of one world."""
        first = group[0].sample
        world = self._plans.of(first.packs).world(first.world_seed, first.language)
        return [self._one(raw.read(), world) for raw in group]

    def _one(self, entry: Entry, world: World) -> Rechecked:
        case = Case.of(entry.scenario, entry.dialogue, self.catalogue, world)
        return Rechecked(entry.sample.id, tuple(_casts(entry, self.catalogue).examine(case)))


def _casts(entry: Entry, catalogue: Catalogue) -> Casts:
    """Tell who played, by which the checks are chosen."""
    actors = entry.sample.provenance.actors
    played = Casting(user=actors["user"], assistant=actors["assistant"], tool=actors.get("tool", WORLD))
    return Casts(played, catalogue, {})


def _begin(folders: tuple[Path, ...]) -> Callable[[Group], list[Rechecked]]:
    return Rechecker(open_catalogue(folders)).check
