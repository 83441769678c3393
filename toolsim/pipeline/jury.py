"""Juries over runs: votes on the dialogues of a run, written as they come, and its dialogues as specimens for calibration."""

from __future__ import annotations

import asyncio
import fcntl
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, TypeVar

from toolsim.apis.catalogue import Catalogue
from toolsim.base import seeds
from toolsim.checks.case import Case
from toolsim.dataset.reading import Entry, entries, raw_entries, tools_of_run
from toolsim.dataset.sample import Sample
from toolsim.dataset.store import RunError, read_manifest, read_stream
from toolsim.jury.exhibit import Exhibit
from toolsim.jury.hearing import Heard, hear
from toolsim.jury.juror import Juror
from toolsim.jury.panel import Panel
from toolsim.jury.specimens import Specimen, specimens
from toolsim.jury.votes import Deliberation
from toolsim.world.world import WorldPlans

T = TypeVar("T")
VOTES: Final = "votes.jsonl"
AT_ONCE: Final = 32
"""Dialogues that are before a panel at the same time; votes are written in the order of the run."""


@dataclass(frozen=True, slots=True)
class Docket:
    """Which dialogues of a run a panel is to vote on."""

    category: str = ""
    """A category, or a family such as special; empty for all."""
    limit: int | None = None
    """At most so many, those voted on before included."""

    def takes(self, category: str) -> bool:
        """Tell whether dialogues of a category are on it."""
        return not self.category or category == self.category or category.startswith(f"{self.category}.")


class VotesFile:
    """The votes of a run: append-only, and a line that was cut short is written anew; other processes are kept out."""

    def __init__(self, folder: Path, panel: str) -> None:
        """Open the file and read what the panel has voted so far.

        Raises:
            RunError: the file cannot be written, is in use, or a line of it is no vote.
        """
        path = folder / VOTES
        try:
            self._file: BinaryIO = path.open("ab")
        except OSError as error:
            raise RunError(f"{path} cannot be written ({error.strerror})") from None
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._file.close()
            raise RunError(f"{path} is being written by another process") from None
        data = path.read_bytes()
        self._file.truncate(data.rfind(b"\n") + 1)
        self.voted = {one.id: one for one in read_votes(folder, panel) if not one.failed}
        """By id; what failed for want of models is not in it, so that it is tried again."""

    def append(self, made: Iterable[Deliberation]) -> None:
        """Write votes."""
        try:
            self._file.write(b"".join(one.line() for one in made))
            self._file.flush()
        except OSError as error:
            raise RunError(f"{VOTES} cannot be written ({error.strerror})", hint="the same command goes on from there") from None

    def __enter__(self) -> VotesFile:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._file.close()


def read_votes(folder: Path, panel: str) -> list[Deliberation]:
    """Read the votes of one panel on a run, the last one on each dialogue."""
    if not (folder / VOTES).exists():
        return []
    return list({one.id: one for one in read_stream(folder, "votes", Deliberation) if one.panel == panel}.values())


def vote(folder: Path, panel: Panel, docket: Docket, runner: asyncio.Runner) -> Iterator[Deliberation]:
    """Have a panel vote on dialogues of a run; those that it has voted on before are given as they were.

    Raises:
        RunError: the run cannot be read, or its votes not be written.
    """
    specs = tools_of_run(folder)
    called = islice((entry for entry in entries(folder) if docket.takes(entry.sample.category)), docket.limit)
    with VotesFile(folder, panel.digest) as file:
        for batch in _batches(called, AT_ONCE):
            new = [entry for entry in batch if entry.sample.id not in file.voted]
            shown = [(entry.sample.id, Exhibit.of(entry.dialogue, specs[entry.dialogue.language])) for entry in new]
            made = runner.run(_deliberate(panel, shown)) if shown else []
            file.append(made)
            done = {one.id: one for one in made}
            yield from (done.get(entry.sample.id) or file.voted[entry.sample.id] for entry in batch)


async def _deliberate(panel: Panel, shown: list[tuple[str, Exhibit]]) -> list[Deliberation]:
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(panel.deliberate(identity, exhibit)) for identity, exhibit in shown]
    return [task.result() for task in tasks]


def specimens_of(folder: Path, catalogue: Catalogue, wanted: int, seed: int) -> Iterator[Specimen]:
    """Make specimens of so many dialogues of a run, drawn at random; fewer where some cannot serve.

    Raises:
        RunError: no world backs the tools of the run, and faults are planted by running calls in one.
    """
    if "imported" in read_manifest(folder)["config"]:
        raise RunError(f"no world backs the tools of {folder}", hint="calibrate on a run that `toolsim generate` made")
    known = [sample.id for sample in read_stream(folder, "samples", Sample)]
    drawn = frozenset(seeds.stream(seed, "drawn").sample(known, min(wanted, len(known))))
    return specimens(_cases(folder, catalogue, drawn), tools_of_run(folder), seed)


def _cases(folder: Path, catalogue: Catalogue, drawn: frozenset[str]) -> Iterator[Case]:
    """Give dialogues with their worlds."""
    plans = WorldPlans(catalogue)
    for raw in raw_entries(folder):
        if raw.sample.id in drawn:
            entry: Entry = raw.read()
            sample = entry.sample
            world = plans.of(sample.packs).world(sample.world_seed, sample.language)
            yield Case.of(entry.scenario, entry.dialogue, catalogue, world)


def hear_all(
    jurors: Sequence[Juror], given: Iterable[Specimen], positions: int, seed: int, runner: asyncio.Runner
) -> Iterator[Heard]:
    """Have jurors judge specimens; about so many of them are heard in both orders of criteria."""
    every = list(given)
    again = frozenset(seeds.stream(seed, "again").sample(range(len(every)), min(positions, len(every))))
    for start in range(0, len(every), AT_ONCE):
        part = every[start : start + AT_ONCE]
        yield from runner.run(hear(jurors, part, frozenset(place - start for place in again if 0 <= place - start < len(part))))


def _batches(things: Iterable[T], size: int) -> Iterator[list[T]]:
    source = iter(things)
    while batch := list(islice(source, size)):
        yield batch
