"""Agreement of raters beyond chance, on labels without order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

Ratings = Sequence[Sequence[str | None]]
"""A row for each item, with a label for each rater; None where a rater gave none."""


def fleiss_kappa(ratings: Ratings) -> float | None:
    """Give Fleiss' kappa over the items that all raters labelled; None where there is none, or only one label.

    J. L. Fleiss (1971), Measuring nominal scale agreement among many raters. Psychological Bulletin 76:378-382.
    """
    rows = [Counter(row) for row in ratings if None not in row]
    raters = len(ratings[0]) if ratings else 0
    if not rows or raters < 2:
        return None
    totals = sum(rows, Counter[str | None]())
    whole = raters * len(rows)
    expected = sum((count / whole) ** 2 for count in totals.values())
    agreeing = sum(count * (count - 1) for row in rows for count in row.values())
    observed = agreeing / (whole * (raters - 1))
    return None if expected == 1 else (observed - expected) / (1 - expected)


def krippendorff_alpha(ratings: Ratings) -> float | None:
    """Give Krippendorff's alpha for nominal labels; items with fewer than two labels are left out.

    From the coincidences within items: alpha = 1 - (n - 1) * (n - sum o_cc) / (n^2 - sum n_c^2). None where all labels that can
    be paired are the same. K. Krippendorff (2011), Computing Krippendorff's alpha-reliability, University of Pennsylvania.
    """
    rows = [Counter(label for label in row if label is not None) for row in ratings]
    rows = [row for row in rows if row.total() > 1]
    totals = sum(rows, Counter[str]())
    n = totals.total()
    if len(totals) < 2:
        return None
    alike = sum(count * (count - 1) / (row.total() - 1) for row in rows for count in row.values())
    return 1 - (n - 1) * (n - alike) / (n * n - sum(count * count for count in totals.values()))
