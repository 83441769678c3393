"""Errors, typed by who can act on them.

ToolsimError                the person can fix it: what, where, and a way forward; the CLI exits with 2
    PackError               a pack or taxonomy file says something it may not
    RuleError               a rule expression is wrong, or cannot be worked out for the values at hand
    UnknownName             a name that is not known, with near ones

What a simulated API refuses is no error but data: see `toolsim.verbs.faults`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True, slots=True)
class Place:
    """Where something was written."""

    file: str
    """Path as the person gave it."""
    line: int
    """Line, from 1; 0 for the file as a whole."""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


class ToolsimError(Exception):
    """A mistake that the person can fix: message, place and hint."""

    def __init__(self, message: str, place: Place | None = None, hint: str = "") -> None:
        super().__init__(message, place, hint)
        self.message = message
        self.place = place
        self.hint = hint

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place else ""
        return f"{where}{self.message}" + (f"; {self.hint}" if self.hint else "")


class PackError(ToolsimError):
    """A pack or taxonomy file says something that it may not."""


class RuleError(ToolsimError):
    """A rule expression is wrong, or cannot be worked out for the values at hand."""


class UnknownName(ToolsimError):
    """A name that is not known."""

    def __init__(self, what: str, name: str, known: Iterable[str]) -> None:
        super().__init__(f"there is no {what} {name!r}", hint=near(name, known))


def near(name: str, known: Iterable[str]) -> str:
    """Give a hint: the nearest known name, or the known names when there are few."""
    names = sorted({str(k) for k in known})
    close = get_close_matches(name, names, n=1, cutoff=0.6)
    if close:
        return f"did you mean {close[0]!r}?"
    if not names:
        return "none are known here"
    listed = ", ".join(names[:12])
    return f"known: {listed}" + (", ..." if len(names) > 12 else "")
