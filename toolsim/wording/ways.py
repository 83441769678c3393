"""The ways of one speaker, who tells all days, times and figures alike: `12 March` or `March 12`, `%` or `percent`."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from toolsim.base.text import Language
from toolsim.taxonomy.declarations import Field, Kind


class Way(Random):
    """Chance that always falls the same way."""

    def __init__(self, falls: float) -> None:
        super().__init__(0)
        self._falls = falls

    def random(self) -> float:
        """Give the same number each time."""
        return self._falls


_DAYS = (0.35, 0.5, 0.65, 0.8)
_CLOCKS = (0.9, 0.9, 0.9, 0.2)
_FIGURES = (0.9, 0.9, 0.5, 0.2)


@dataclass(frozen=True, slots=True)
class Ways:
    """How one speaker says days, times and figures."""

    days: Random
    clocks: Random
    figures: Random

    def of(self, field: Field) -> Random:
        """Give the chance that the values of a field are said with."""
        if field.kind in (Kind.DATE, Kind.DATETIME):
            return self.days
        return self.clocks if field.kind is Kind.TIME else self.figures


def ways(language: Language, rng: Random) -> Ways:
    """Draw the ways of a speaker; who speaks Chinese mixes them."""
    if language == "zh":
        return Ways(rng, rng, rng)
    return Ways(Way(rng.choice(_DAYS)), Way(rng.choice(_CLOCKS)), Way(rng.choice(_FIGURES)))
