"""Agreement against worked examples of the literature."""

from __future__ import annotations

import pytest

from toolsim.jury.agreement import fleiss_kappa, krippendorff_alpha

FLEISS = [
    (0, 0, 0, 0, 14), (0, 2, 6, 4, 2), (0, 0, 3, 5, 6), (0, 3, 9, 2, 0), (2, 2, 8, 1, 1),
    (7, 7, 0, 0, 0), (3, 2, 6, 3, 0), (2, 5, 3, 2, 2), (6, 5, 2, 1, 0), (0, 2, 2, 3, 7),
]  # fmt: skip
"""Fourteen raters, ten subjects, five labels: the table that is worked through in many courses, kappa 0.210."""

KRIPPENDORFF = ("123321412...", "12332241 25.3".replace(" ", ""), ".333234225 1.".replace(" ", ""), "12332441251.")
"""Four observers, twelve units, with missing values (Krippendorff 2011, example C): alpha 0.743."""


def columns(*rows: str) -> list[list[str | None]]:
    return [[None if label == "." else label for label in column] for column in zip(*rows, strict=True)]


def test_fleiss_kappa_of_the_worked_table() -> None:
    ratings = [[str(label) for label, count in enumerate(row) for _ in range(count)] for row in FLEISS]
    assert fleiss_kappa(ratings) == pytest.approx(0.210, abs=5e-4)


def test_krippendorffs_alpha_of_two_observers_and_two_labels() -> None:
    assert krippendorff_alpha(columns("0100000010", "1110010000")) == pytest.approx(0.095, abs=5e-4)


def test_krippendorffs_alpha_of_two_observers_and_five_labels() -> None:
    assert krippendorff_alpha(columns("aabbdcccedda", "babbbccceddd")) == pytest.approx(0.692, abs=5e-4)


def test_krippendorffs_alpha_with_missing_values() -> None:
    assert krippendorff_alpha(columns(*KRIPPENDORFF)) == pytest.approx(0.743, abs=5e-4)


def test_no_figure_is_given_where_there_is_nothing_to_tell() -> None:
    assert fleiss_kappa([]) is None
    assert fleiss_kappa([["pass", "pass"], ["pass", "pass"]]) is None
    assert krippendorff_alpha([["pass", None], [None, "fail"]]) is None
    assert krippendorff_alpha([["pass", "pass"]]) is None


def test_kappa_leaves_out_what_not_all_have_labelled_and_alpha_uses_it() -> None:
    full: list[list[str | None]] = [["a", "a", "b"], ["b", "b", "b"], ["a", "b", "a"]]
    assert fleiss_kappa([*full, ["a", None, "a"]]) == fleiss_kappa(full)
    assert krippendorff_alpha([*full, ["a", None, "a"]]) != krippendorff_alpha(full)
