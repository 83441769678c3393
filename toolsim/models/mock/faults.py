"""What goes wrong at the mock endpoint, and how often. Chance comes from the seed and the request, so that runs repeat."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from toolsim.base import seeds


class Fault(StrEnum):
    """What can go wrong."""

    RATE_LIMITED = "rate_limited"
    """429 with Retry-After."""
    SERVER = "server"
    """500."""
    HANG = "hang"
    """No answer for a long time."""
    DROPPED = "dropped"
    """The connection is cut."""
    TRUNCATED = "truncated"
    """The body ends in the middle of its JSON."""
    MALFORMED = "malformed"
    """Arguments of calls, or a JSON answer, are cut off."""
    WRONG_TOOL = "wrong_tool"
    """A tool is called that was not offered."""
    ENDLESS = "endless"
    """The text goes on until the token limit."""
    WRONG_LANGUAGE = "wrong_language"
    """Chinese is answered in English and the other way round."""
    EMPTY = "empty"
    """Nothing is said."""


ON_THE_WAY = (Fault.RATE_LIMITED, Fault.SERVER, Fault.HANG, Fault.DROPPED, Fault.TRUNCATED)
"""Drawn anew each time a request arrives: asking again may help."""
IN_THE_ANSWER = tuple(fault for fault in Fault if fault not in ON_THE_WAY)
"""Drawn once for a request: asking the same again does not help."""


@dataclass(frozen=True, slots=True)
class MockSettings:
    """How the mock behaves."""

    latency: float = 0.0
    """Seconds for every answer."""
    seed: int = 0
    """Of faults and answers."""
    rates: Mapping[Fault, float] = field(default_factory=dict)
    """Share of requests that a fault befalls."""
    retry_after: float = 1.0
    """Seconds that a 429 asks to wait."""
    hang: float = 600.0
    """Seconds that a hanging request takes."""
    capacity: int | None = None
    """Requests at once; more are answered by 429."""


def draw(settings: MockSettings, faults: tuple[Fault, ...], *path: str | int) -> Fault | None:
    """Draw which of some faults befalls a request, if any."""
    if not settings.rates:
        return None
    chance = seeds.derive(settings.seed, "mock", *path) / 2**64
    for fault in faults:
        chance -= settings.rates.get(fault, 0.0)
        if chance < 0:
            return fault
    return None
