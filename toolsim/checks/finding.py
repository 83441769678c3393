"""A finding: what is wrong with a dialogue, under a stable code, with the JSON path of the place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from toolsim.base.registry import Registry
from toolsim.checks.case import Case


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong."""

    code: str
    """`family.what`, never changed once published."""
    path: str
    """JSON path in the dialogue."""
    message: str

    @property
    def family(self) -> str:
        """The family of checks that found it."""
        return self.code.partition(".")[0]


Check = Callable[[Case], Iterator[Finding]]

CHECKS: Registry[Check] = Registry("checks")
"""Families of checks; each yields what it finds and raises nothing on bad dialogues."""
