"""Intervals against published figures."""

from __future__ import annotations

import math
from random import Random

import numpy as np
import pytest

from toolsim.jury.intervals import point_biserial, proportion


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilsons_interval_gives_newcombes_figures(hits: int, of: int, low: float, high: float) -> None:
    found = proportion(hits, of)
    assert [found.low, found.high] == pytest.approx([low, high], abs=5e-5)


@pytest.mark.parametrize("of", [20, 50, 200])
@pytest.mark.parametrize("p", [0.6, 0.8, 0.9, 0.95])
def test_wilsons_interval_covers_about_as_often_as_it_says(of: int, p: float) -> None:
    mass = [math.comb(of, k) * p**k * (1 - p) ** (of - k) for k in range(of + 1)]
    covered = sum(mass[k] for k in range(of + 1) if proportion(k, of).low <= p <= proportion(k, of).high)
    assert 0.915 < covered < 0.99


def test_a_proportion_of_nothing_says_nothing() -> None:
    assert (proportion(0, 0).low, proportion(0, 0).high) == (0.0, 1.0)


def test_the_point_biserial_correlation_is_pearsons() -> None:
    rng = Random(3)
    marks = [rng.random() < 0.4 for _ in range(50)]
    measures = [rng.gauss(3.0 + mark, 1.0) for mark in marks]
    found = point_biserial(marks, measures)
    assert found is not None
    assert found.r == pytest.approx(float(np.corrcoef([float(mark) for mark in marks], measures)[0, 1]))
    assert found.low < found.r < found.high


def test_a_juror_that_passes_everything_has_no_length_bias_to_measure() -> None:
    assert point_biserial([True] * 9, list(range(9))) is None
    assert point_biserial([True, False] * 5, [4.0] * 10) is None
