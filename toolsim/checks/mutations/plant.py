"""Plant every fault in a good dialogue, and see which families of checks find it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from toolsim.base import seeds
from toolsim.checks.case import Case
from toolsim.checks.examine import examine
from toolsim.checks.finding import Finding
from toolsim.checks.mutations import calls, phrases, questions, reports, results, schemas, shapes, values
from toolsim.checks.mutations.mutation import MUTATIONS, Mutation
from toolsim.roleplay.dialogue import Dialogue

MODULES = (shapes, schemas, values, calls, results, questions, reports, phrases)
"""The modules that register the built-in mutations."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """A dialogue with one planted fault, and what the checks say."""

    mutation: Mutation
    dialogue: Dialogue
    findings: tuple[Finding, ...]

    @property
    def families(self) -> frozenset[str]:
        """The families that found something."""
        return frozenset(finding.family for finding in self.findings)

    @property
    def caught(self) -> bool:
        """Whether every family found it that must."""
        return self.families >= set(self.mutation.families)


def plant(case: Case, seed: int, only: Collection[str] | None = None) -> Iterator[Mutant]:
    """Give the mutants of a good dialogue of ours, examined; what cannot be planted in it is left out.

    Args:
        seed: of all chance; that of a mutant does not depend on the others.
        only: names of the mutations to be tried; all by default.
    """
    for name in MUTATIONS if only is None else sorted(only):
        mutation = MUTATIONS.get(name)
        dialogue = mutation.make(case, seeds.stream(seed, name, case.dialogue.id))
        if dialogue is not None and dialogue != case.dialogue:
            found = examine(Case(dialogue, case.catalogue, case.scenario, case.world, case.specs))
            yield Mutant(mutation, dialogue, tuple(found))
