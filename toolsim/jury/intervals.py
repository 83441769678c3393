"""Figures with their uncertainty: proportions by Wilson's interval, correlations by Fisher's."""

from __future__ import annotations

import math
from collections.abc import Sequence

from toolsim.base.records import Record

Z95 = 1.959963984540054
"""Of the normal distribution, for 95 %."""


class Proportion(Record):
    """How often something happened, with its interval of 95 %."""

    hits: int
    of: int
    low: float
    high: float

    @property
    def share(self) -> float:
        """The share itself; 0 of nothing."""
        return self.hits / self.of if self.of else 0.0


class Correlation(Record):
    """A correlation with its interval of 95 %."""

    r: float
    of: int
    low: float
    high: float


def proportion(hits: int, of: int, z: float = Z95) -> Proportion:
    """Give a proportion with its score interval, which stays within [0, 1] and keeps its coverage for small numbers.

    E. B. Wilson (1927), Probable inference, the law of succession, and statistical inference. JASA 22:209-212; method 3 in
    R. G. Newcombe (1998), Statistics in Medicine 17:857-872, whose worked figures the tests use.
    """
    if not of:
        return Proportion(hits=0, of=0, low=0.0, high=1.0)
    share, square = hits / of, z * z
    middle = (share + square / (2 * of)) / (1 + square / of)
    half = z / (1 + square / of) * math.sqrt(share * (1 - share) / of + square / (4 * of * of))
    low, high = (0.0 if not hits else middle - half), (1.0 if hits == of else middle + half)
    return Proportion(hits=hits, of=of, low=low, high=high)


def point_biserial(marks: Sequence[bool], measures: Sequence[float]) -> Correlation | None:
    """Correlate a yes or no with a measure; None where either does not vary.

    r = (M1 - M0) / s * sqrt(p (1 - p)), with s over all n (R. F. Tate (1954), Annals of Mathematical Statistics 25:603-607); it
    equals Pearson's r. The interval is by Fisher's z, with n - 3.
    """
    of, ones = len(marks), sum(marks)
    if of < 4 or ones in (0, of):
        return None
    mean = math.fsum(measures) / of
    spread = math.sqrt(math.fsum((measure - mean) ** 2 for measure in measures) / of)
    if not spread:
        return None
    first = math.fsum(m for m, mark in zip(measures, marks, strict=True) if mark) / ones
    other = math.fsum(m for m, mark in zip(measures, marks, strict=True) if not mark) / (of - ones)
    share = ones / of
    r = max(-1.0, min(1.0, (first - other) / spread * math.sqrt(share * (1 - share))))
    z, half = math.atanh(max(-0.999999, min(0.999999, r))), Z95 / math.sqrt(of - 3)
    return Correlation(r=r, of=of, low=math.tanh(z - half), high=math.tanh(z + half))
