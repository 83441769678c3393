"""The whole flow on one screen: plan, play and examine in batches; admit what is new and right; write it; until it is enough."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from toolsim.apis.catalogue import Catalogue
from toolsim.base.errors import ToolsimError
from toolsim.base.text import Language
from toolsim.dataset.duplicates import Index
from toolsim.dataset.sample import Rejection, Sample
from toolsim.dataset.store import STREAMS, USAGE, VERDICTS, RunWriter, read_stream
from toolsim.pipeline.config import RunConfig, manifest, streams_of, tools_of
from toolsim.pipeline.lines import BatchLines, Line, rejected
from toolsim.pipeline.means import Means
from toolsim.pipeline.models_pool import Maker, batches_with_models
from toolsim.pipeline.patience import SPENT
from toolsim.pipeline.pool import Order, batches
from toolsim.pipeline.quota import Cell, QuotaSchedule
from toolsim.pipeline.schedule import Schedule, batch_of
from toolsim.pipeline.staff import hired
from toolsim.pipeline.texts import load_texts
from toolsim.pipeline.worker import Worker

_SPENT = frozenset(f"model.{kind}" for kind in SPENT)
MOST_BARREN = 40
"""Batches in a row that may bring nothing new before the run gives up."""


@dataclass(slots=True)
class Progress:
    """How far a run is."""

    wanted: int
    quota: QuotaSchedule | None = None
    """What is wanted of each cell, if that is counted."""
    accepted: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    """By stage."""
    reasons: Counter[str] = field(default_factory=Counter)
    """Why, in this sitting."""
    barren: int = 0
    """Batches in a row that brought nothing."""
    spent: bool = False
    """Whether the budget of a model ran out."""

    def tried(self) -> int:
        """Count the dialogues that were made or tried."""
        return self.accepted + self.rejected.total()

    def enough(self) -> bool:
        """Tell whether as many are there as are wanted."""
        return self.quota.done() if self.quota else self.accepted >= self.wanted


Watch = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class Source:
    """What a run is made from."""

    order: Order
    tools: dict[str, Any]
    """Specs that dialogues may offer: language -> name -> spec in OpenAI form."""
    maker: Callable[[], Maker]
    """Gives who makes batches in which models play."""


def generate(config: RunConfig, catalogue: Catalogue, out: Path, means: Means, watch: Watch) -> Progress:
    """Make a run over the pool, or go on with it, until it holds as many samples as are wanted.

    Raises:
        RunError: the folder cannot be written or holds another run.
        ToolsimError: nothing new comes any more, or a model cannot be asked.
    """
    quota = QuotaSchedule(config) if config.accept else None
    schedule = quota or Schedule(config)
    source = Source(schedule.batch, tools_of(catalogue, config), lambda: Worker(catalogue))
    return make(config, source, out, means, watch, quota)


def make(
    config: RunConfig, source: Source, out: Path, means: Means, watch: Watch, quota: QuotaSchedule | None = None
) -> Progress:
    """Make a run, or go on with it; see `generate`."""
    index, progress, hiring = Index(), Progress(config.count, quota), means.hiring
    with RunWriter(out, manifest(config), source.tools, streams_of(config)) as writer:
        for run in means.earlier:
            load_texts(run, index, f"{run.name}:")
        _recall(out, writer, index, progress)
        watch(progress)
        if progress.enough() or 0 < hiring.attempts <= progress.tried():
            return progress
        if not config.casting.models:
            _take(batches(config, source.order, means, writer.batches), writer, index, progress, watch)
            return progress
        with hired(config.casting, hiring, out, writer.batches) as staff:
            try:
                made = batches_with_models(config, source.order, source.maker(), staff, writer.batches, hiring.in_flight)
                _take(made, writer, index, progress, watch, hiring.attempts)
            finally:
                writer.finish(USAGE, staff.usage(progress.accepted))
    return progress


def _take(
    made: Generator[BatchLines, None, None],
    writer: RunWriter,
    index: Index,
    progress: Progress,
    watch: Watch,
    attempts: int = 0,
) -> None:
    """Take batches until enough is admitted, the budget of a model is spent, or nothing new comes any more."""
    with closing(made):
        for batch in made:
            writer.append(batch.index, _admit(batch, index, progress))
            watch(progress)
            if progress.enough() or progress.spent or (attempts and progress.tried() >= attempts):
                break
            if not attempts and not progress.quota and progress.barren >= MOST_BARREN:
                raise ToolsimError(f"{MOST_BARREN} batches in a row brought nothing new", hint=_why(progress))


def _recall(out: Path, writer: RunWriter, index: Index, progress: Progress) -> None:
    """Bring index and counts back to where a run that goes on had stopped."""
    if writer.batches:
        load_texts(out, index)
        progress.accepted = sum(1 for _ in read_stream(out, "samples", Sample))
        progress.rejected.update(rejection.stage for rejection in read_stream(out, "rejections", Rejection))
        if progress.quota:
            _recall_quota(out, writer.batches, progress.quota)


def _recall_quota(out: Path, batches_there: int, quota: QuotaSchedule) -> None:
    """Bring the counts of the cells back, batch after batch."""
    admitted, tried = defaultdict[int, list[tuple[str, Language]]](list), defaultdict[int, list[tuple[str, Language]]](list)
    for sample in read_stream(out, "samples", Sample):
        admitted[batch_of(sample.id)].append((sample.category, sample.language))
    for rejection in read_stream(out, "rejections", Rejection):
        tried[batch_of(rejection.id)].append((rejection.category, rejection.language))
    for index in range(batches_there):
        domain = quota.batch(index).packs[0].partition("/")[0]
        there = [Cell(*one, domain) for one in admitted[index]]
        quota.note(there, [*there, *(Cell(*one, domain) for one in tried[index])])


def _admit(batch: BatchLines, index: Index, progress: Progress) -> dict[str, bytes]:
    """Admit what is right and new, until enough is there; give the lines to be written."""
    streams: dict[str, list[bytes]] = {name: [] for name in (*STREAMS, VERDICTS)}
    before, admitted, tried = progress.accepted, list[Cell](), list[Cell]()
    for line in batch.lines:
        if not progress.quota and progress.enough():
            break
        cell = Cell(line.category, line.language, batch.domain)
        tried.append(cell)
        rejection = line.rejection or _surplus(line, cell, admitted, progress) or _duplicate(line, index, progress)
        if rejection:
            streams["rejections"].append(rejection)
        else:
            progress.accepted += 1
            admitted.append(cell)
            streams["samples"].append(line.sample)
        if line.rejection:
            progress.rejected[line.stage] += 1
            progress.spent = progress.spent or not _SPENT.isdisjoint(line.reasons)
            progress.reasons.update(reason.partition(":")[0] for reason in line.reasons)
        streams["scenarios"].append(line.scenario)
        streams["dialogues"].append(line.dialogue)
        streams["findings"].append(line.findings)
        streams[VERDICTS].append(line.verdict)
    if progress.quota:
        progress.quota.note(admitted, tried)
    progress.barren = progress.barren + 1 if progress.accepted == before else 0
    return {name: b"".join(parts) for name, parts in streams.items()}


def _surplus(line: Line, cell: Cell, admitted: list[Cell], progress: Progress) -> bytes:
    """Refuse a dialogue of a cell that has all that is wanted of it."""
    quota = progress.quota
    if quota is None or quota.accepted[cell] + admitted.count(cell) < quota.config.accept:
        return b""
    progress.rejected["surplus"] += 1
    return rejected(line.id, line.category, line.language, "surplus", ("quota",))


def _duplicate(line: Line, index: Index, progress: Progress) -> bytes:
    """Refuse a dialogue whose user says nearly what another one's says; enter it otherwise."""
    assert line.signature is not None
    twin = index.nearest(line.signature, line.text)
    if twin is None:
        index.add(line.id, line.signature, line.text)
        return b""
    progress.rejected["duplicate"] += 1
    return rejected(line.id, line.category, line.language, "duplicate", (twin,))


def _why(progress: Progress) -> str:
    stages = "; ".join(f"{count:,} rejected at {stage}" for stage, count in progress.rejected.most_common())
    commonest = ", ".join(reason for reason, _ in progress.reasons.most_common(3))
    return f"{stages}, mostly for {commonest}" if commonest else stages
