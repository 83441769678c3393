"""Good dialogues of every category in both languages, and what the checks make of the faults that are planted in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from toolsim.base import seeds
from toolsim.base.text import LANGUAGES
from toolsim.checks.case import Case
from toolsim.checks.mutations.mutation import MUTATIONS
from toolsim.checks.mutations.plant import Mutant, plant
from toolsim.pipeline.schedule import Batch, Slot
from toolsim.pipeline.worker import Made, open_worker
from toolsim.scenario.categories import categories

SEED = 17
QUICK = 2
"""Dialogues of each category and language in the quick test and in docs/checks.md."""
MOST = 24
"""Dialogues of each category and language that are searched for a place to plant a rare fault."""
_STEP = 7


@dataclass(frozen=True, slots=True)
class Examined:
    """One dialogue as made, with its case if nothing speaks against it."""

    made: Made
    case: Case | None


@dataclass(slots=True)
class Survey:
    """What planting faults in a corpus showed."""

    made: int = 0
    rejected: list[str] = field(default_factory=list)
    """Of dialogues without a planted fault: id and codes."""
    planted: Counter[str] = field(default_factory=Counter)
    """By mutation."""
    found: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By mutation and family."""
    where: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """By mutation, category and language."""
    missed: list[str] = field(default_factory=list)
    """Mutants that a family did not find which must: what, where, and what was found instead."""

    def add(self, case: Case, mutant: Mutant) -> None:
        """Count a mutant."""
        name, dialogue = mutant.mutation.name, case.dialogue
        self.planted[name] += 1
        self.where[name, dialogue.category, dialogue.language] += 1
        self.found.update((name, family) for family in mutant.families)
        if not mutant.caught:
            codes = ", ".join(sorted({finding.code for finding in mutant.findings})) or "nothing"
            self.missed.append(f"{name} in {dialogue.id} ({dialogue.category}): found {codes}")

    @property
    def caught(self) -> int:
        """Mutants that some family must find, and all such families found."""
        return sum(self.planted[name] for name in self.planted if MUTATIONS.get(name).families) - len(self.missed)


def rounds() -> Iterator[list[Examined]]:
    """Make one dialogue of each category in both languages, again and again, each time in other packs."""
    worker = open_worker(())
    packs = list(worker.catalogue.taxonomy.packs)
    for turn in range(MOST):
        out = []
        for rank, language in enumerate(LANGUAGES):
            place = (2 * turn + rank) * 5 % len(packs)
            two = (packs[place], packs[(place + _STEP) % len(packs)])
            slots = tuple(
                Slot(f"{language}-{turn}-{n}", language, category, seeds.derive(SEED, language, turn, n), turn)
                for n, category in enumerate(categories().values())
            )
            batch = Batch(turn, language, two, turn, slots)
            world = worker.plans.of(two).world(turn, language)
            for made in worker.make(batch):
                good = made.passed and made.scenario is not None and made.dialogue is not None
                case = Case.of(made.scenario, made.dialogue, worker.catalogue, world) if good else None  # type: ignore[arg-type]
                out.append(Examined(made, case))
        yield out


def survey(count: int) -> Survey:
    """Plant every fault in so many dialogues of each category and language; go on for those that found no place."""
    out = Survey()
    for turn, examined in enumerate(rounds()):
        waiting = frozenset(name for name in MUTATIONS if not out.planted[name])
        if turn >= count and not waiting:
            break
        for one in examined:
            if turn < count:
                out.made += one.made.stage != "plan"
                out.rejected += (
                    [f"{one.made.slot.id}: {', '.join(one.made.reasons)}"] if one.made.stage in ("play", "check") else []
                )
            if one.case is not None:
                for mutant in plant(one.case, SEED, None if turn < count else waiting):
                    out.add(one.case, mutant)
    return out
