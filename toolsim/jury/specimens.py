"""Specimens: dialogues of which it is known whether they are good, mixed blind, to find out how well jurors judge."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from toolsim.base import seeds
from toolsim.checks.case import Case
from toolsim.checks.examine import examine
from toolsim.checks.mutations.mutation import MUTATIONS
from toolsim.checks.mutations.plant import MODULES
from toolsim.jury.exhibit import Exhibit

UNSEEN = frozenset({"spec", "uniqueness"})
"""Families whose faults lie in what is offered: nobody can see from a dialogue that its tools once stood in another order."""


@dataclass(frozen=True, slots=True)
class Specimen:
    """A dialogue with what is known of it."""

    exhibit: Exhibit
    fault: str = ""
    """Name of the planted fault; empty for a good dialogue."""
    families: tuple[str, ...] = ()
    """Families of checks that find the fault."""


def faults() -> list[str]:
    """Name the faults that are planted: those that an exhibit can show."""
    assert MODULES, "the modules that register the built-in faults"
    return [name for name in MUTATIONS if set(MUTATIONS.get(name).families) - UNSEEN]


def specimens(cases: Iterable[Case], specs: Mapping[str, Mapping[str, dict[str, Any]]], seed: int) -> Iterator[Specimen]:
    """Make specimens of dialogues of ours, half good and half with a fault; each dialogue serves once.

    What the checks object to, or where no fault can be planted that shows, is left out. Faults take turns, so that rare ones that
    fit few dialogues are not crowded out.

    Args:
        cases: the dialogues with their worlds.
        specs: language -> name -> spec of a tool.
        seed: draws which dialogues are spoilt, and how.
    """
    used: Counter[str] = Counter()
    rng = seeds.stream(seed, "specimens")
    for case in cases:
        good = Exhibit.of(case.dialogue, specs[case.language])
        if any(examine(case)):
            continue
        if rng.random() < 0.5:
            yield Specimen(good)
            continue
        spoilt = _spoil(case, good, specs[case.language], used, rng)
        if spoilt is not None:
            used[spoilt.fault] += 1
            yield spoilt


def _spoil(case: Case, good: Exhibit, specs: Mapping[str, dict[str, Any]], used: Counter[str], rng: Random) -> Specimen | None:
    """Plant the fault that came least so far, of those that can be planted here and show."""
    names = faults()
    for name in sorted(rng.sample(names, len(names)), key=used.__getitem__):
        mutation = MUTATIONS.get(name)
        dialogue = mutation.make(case, seeds.stream(rng.getrandbits(64), name))
        if dialogue is None:
            continue
        exhibit = Exhibit.of(dialogue, specs)
        if exhibit.key == good.key:
            continue
        found = {finding.family for finding in examine(Case(dialogue, case.catalogue, case.scenario, case.world, case.specs))}
        if found >= set(mutation.families):
            return Specimen(exhibit, name, mutation.families)
    return None
