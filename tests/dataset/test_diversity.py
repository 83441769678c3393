"""Diversity: each measure against a value worked out by hand, and its direction."""

from __future__ import annotations

import math
import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolsim.base.errors import ToolsimError
from toolsim.base.text import Language
from toolsim.dataset.diversity import mask, measure, sample_distinct, self_bleu, tokens


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "Don’t freeze MY card, it's no. 4!", ["don’t", "freeze", "my", "card", "it's", "no", "4"]),
        ("zh", "帮我订Hilton的大床房，2间。", ["帮", "我", "订", "hilton", "的", "大", "床", "房", "2", "间"]),
        ("zh", "", []),
    ],
)
def test_tokens(language: Language, text: str, expected: list[str]) -> None:
    assert tokens(text, language) == expected


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", 'send "the draft" to Mary Jones by 3:30, room B12', "send # to # by #, room #"),
        ("zh", "把“周报”发给Mary Jones，3:30前，B12房，《旧约》", "把#发给#，#前，#房，#"),
    ],
)
def test_values_are_masked(language: Language, text: str, expected: str) -> None:
    assert mask(text, language) == expected


def test_figures_worked_out_by_hand() -> None:
    figures = measure(["book a table", "book a room", "book a table for two"], "en", random.Random(1))
    assert (figures.texts, figures.tokens) == (3, 11)
    assert figures.distinct == pytest.approx((6 / 11, 5 / 8, 4 / 5, 1.0))
    assert figures.opening == pytest.approx(2 / 3)
    assert figures.masked_repeats == 0
    assert figures.compression == pytest.approx(46 / 35, abs=0.25)


def test_self_bleu_of_two_texts_is_their_bleu() -> None:
    first, second = ["a", "b", "c", "d", "e"], ["a", "b", "c", "d", "f", "g"]
    precise = math.exp(sum(map(math.log, (4 / 5, 3 / 4, 2 / 3, 1 / 2))) / 4) * math.exp(1 - 6 / 5)
    other = math.exp(sum(map(math.log, (4 / 6, 3 / 5, 2 / 4, 1 / 3))) / 4)
    assert self_bleu([first, second]) == pytest.approx((precise + other) / 2)


def test_counts_are_clipped_and_zeros_smoothed() -> None:
    first, second = ["a", "a", "a", "a"], ["a", "b", "c", "d"]
    one = math.exp(sum(map(math.log, (1 / 4, 0.1 / 3, 0.1 / 2, 0.1 / 1))) / 4)
    assert self_bleu([first, second]) == pytest.approx(one)


def test_equal_texts_are_as_uniform_as_can_be() -> None:
    figures = measure(["请帮我查一下余额"] * 40, "zh", random.Random(1))
    assert figures.self_bleu == pytest.approx(1)
    assert figures.opening == figures.masked_repeats == 1
    assert figures.distinct[0] == pytest.approx(1 / 40)
    assert figures.compression > 5


def test_templates_show_under_masks() -> None:
    texts = ["pay 30 to Anna", "pay 45 to Boris", "what is due?", "cancel it"]
    assert measure(texts, "en", random.Random(1)).masked_repeats == 0.5


def test_texts_without_tokens_can_be_measured() -> None:
    assert measure(["?", ""], "en", random.Random(1)).distinct == (1, 1, 1, 1)
    assert measure(["one text"], "en", random.Random(1)).self_bleu == 0


def test_no_texts_are_refused() -> None:
    with pytest.raises(ToolsimError, match="no texts"):
        measure([], "en", random.Random(1))


def test_more_variety_shows_in_every_measure() -> None:
    rng = random.Random(2)
    vocabulary = [f"{a}{b}" for a in "bcdfgklmnprst" for b in ("ab", "ock", "une", "ill", "ark", "ost")]
    figures = []
    for size in (6, 20, len(vocabulary)):
        texts = [" ".join(rng.choice(vocabulary[:size]) for _ in range(10)) for _ in range(300)]
        figures.append(measure(texts, "en", random.Random(3)))
    for less, more in pairwise(figures):
        assert less.self_bleu > more.self_bleu
        assert less.compression > more.compression
        assert less.opening > more.opening
        assert all(low < high for low, high in zip(less.distinct, more.distinct, strict=True))


def test_the_sample_follows_the_random_stream() -> None:
    rng = random.Random(4)
    texts = [" ".join(rng.choice("abcdefghij") for _ in range(12)) for _ in range(260)]
    assert measure(texts, "en", random.Random(5)) == measure(texts, "en", random.Random(5))
    assert measure(texts, "en", random.Random(5)).self_bleu != measure(texts, "en", random.Random(6)).self_bleu


@given(st.lists(st.sampled_from("abcdefg")), st.integers(0, 9), st.integers())
def test_samples_are_distinct_and_in_order(texts: list[str], count: int, seed: int) -> None:
    drawn = sample_distinct(texts, count, random.Random(seed))
    first_seen = list(dict.fromkeys(texts))
    assert len(drawn) == min(count, len(first_seen))
    assert drawn == [text for text in first_seen if text in drawn]
