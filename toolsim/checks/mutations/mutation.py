"""A mutation: one planted fault, and the families of checks that must each find it. Chance comes from the stream handed in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from toolsim.base.registry import Registry
from toolsim.checks.case import Case
from toolsim.roleplay.dialogue import Dialogue

Make = Callable[[Case, Random], Dialogue | None]
"""Gives the dialogue with the fault, or None where the fault cannot be planted, or would be none."""


@dataclass(frozen=True, slots=True)
class Mutation:
    """A fault that can be planted in a good dialogue."""

    name: str
    what: str
    """What goes wrong, in plain words."""
    families: tuple[str, ...]
    """Each of them must find it. Empty of a fault that is known to be out of reach: it is planted all the same, and measured."""
    make: Make


MUTATIONS: Registry[Mutation] = Registry("mutations")
"""All mutations by name; the modules of this package register theirs."""


def fault(name: str, what: str, *families: str) -> Callable[[Make], Make]:
    """Decorate a function to enter it as a mutation."""

    def enter(make: Make) -> Make:
        MUTATIONS.register(name)(Mutation(name, what, families, make))
        return make

    return enter
