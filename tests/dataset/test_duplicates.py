"""Near-duplicates: what counts as one, that they are found, and that only they are."""

from __future__ import annotations

import os
import random
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolsim.base import seeds
from toolsim.dataset import duplicates
from toolsim.dataset.duplicates import Index, Signature, estimate, normalise, pairs, sign, similarity

EN = "Please move the dentist appointment from Tuesday to the 14th at 9:30, and tell Dr. Harlow that the crown still hurts."
ZH = "麻烦把周二的牙医预约改到14号上午9点半，再跟何医生说一声，那颗牙套还是疼。"


def words(rng: random.Random, count: int) -> list[str]:
    return ["".join(rng.choice("abcdefghijklmnoprstuvw") for _ in range(rng.randint(2, 9))) for _ in range(count)]


def planted(rng: random.Random, changed: int) -> tuple[str, str]:
    """Give a text of a hundred words, and the same with some words changed."""
    first = words(rng, 100)
    second = list(first)
    for at in rng.sample(range(100), changed):
        second[at] = words(rng, 1)[0]
    return " ".join(first), " ".join(second)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (EN, "please move the dentist appointment from 0 to the 0 at 0 and tell dr harlow that the crown still hurts"),
        (ZH, "麻烦把0的牙医预约改到0号上午0点半 再跟何医生说一声 那颗牙套还是疼"),
        ("AC000123, 2026-03-01 09:30; 1,200.50", "0"),
        ("Twelve hundred on Saturday or in October?", "0 on 0 or in 0"),
        ("Send someone tenfold the money", "send someone tenfold the money"),
        ("三千二百块，星期天，五号", "0块 0号"),
        ("Ｒｏｏｍ　２０３", "room 0"),
        ("", ""),
        ("?!", ""),
    ],
)
def test_numbers_dates_and_ids_are_masked(text: str, expected: str) -> None:
    assert normalise(text) == expected


def test_texts_that_differ_in_values_only_have_one_signature() -> None:
    assert sign(EN) == sign(EN.replace("14th", "23rd").replace("9:30", "16:05").replace("Tuesday", "Friday"))
    assert sign(ZH) == sign(ZH.replace("14", "23").replace("周二", "周五"))


def test_a_signature_has_a_byte_a_permutation() -> None:
    assert len(sign(EN)) == len(sign("")) == duplicates.PERMUTATIONS == 112


def test_signatures_are_equal_in_every_process() -> None:
    script = "import sys; from toolsim.dataset.duplicates import sign; print(sign(sys.argv[1]).hex())"
    for hash_seed in ("0", "77"):
        env = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONIOENCODING": "utf-8"}
        done = subprocess.run([sys.executable, "-c", script, ZH], env=env, capture_output=True, text=True, check=True)
        assert done.stdout.strip() == sign(ZH).hex()


def test_signatures_do_not_change_between_versions() -> None:
    """Stored runs hold them: whoever changes them changes what a run refuses, and says so in the changelog."""
    assert seeds.digest(sign(EN) + sign(ZH)) == "ad84b6969d28544a69e635b16c244dbf"


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60), st.text(max_size=60))
def test_similarity_is_a_similarity(first: str, second: str) -> None:
    assert similarity(first, first) == 1
    assert 0 <= similarity(first, second) == similarity(second, first) <= 1
    assert estimate(sign(first), sign(first)) == 1


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(max_size=40), max_size=12))
def test_every_text_is_found_again(texts: list[str]) -> None:
    index = Index()
    for number, text in enumerate(texts):
        index.add(str(number), sign(text), text)
    for text in texts:
        found = index.nearest(sign(text), text)
        assert found is not None
        assert similarity(texts[int(found)], text) >= index.threshold


def test_the_estimate_is_near_the_exact_similarity() -> None:
    rng = random.Random(3)
    errors = []
    for _ in range(300):
        first, second = planted(rng, rng.randint(0, 40))
        errors.append(estimate(sign(first), sign(second)) - similarity(first, second))
    assert abs(float(np.mean(errors))) < 0.01
    assert float(np.std(errors)) < 0.05


def test_planted_near_duplicates_are_found_and_nothing_else() -> None:
    rng = random.Random(4)
    index = Index()
    changed = [planted(rng, rng.choice((0, 2, 4, 5, 30))) for _ in range(1500)]
    for number, (first, _) in enumerate(changed):
        assert index.nearest(sign(first), first) is None
        index.add(str(number), sign(first), first)
    near = far = missed = 0
    for number, (first, second) in enumerate(changed):
        found = index.nearest(sign(second), second)
        exact = similarity(first, second)
        assert found is None or (found == str(number) and exact >= index.threshold)
        near += exact >= 0.9
        far += exact < index.threshold
        missed += exact >= 0.9 and found is None
    assert len(index) == 1500 and near > 600 and far > 200
    assert missed <= near // 100


def test_the_likeliest_of_several_entries_is_given() -> None:
    first, second = planted(random.Random(5), 4)
    index = Index()
    index.add("changed", sign(second), second)
    index.add("equal", sign(first), first)
    assert index.nearest(sign(first), first) == "equal"


def test_a_colliding_signature_is_not_believed() -> None:
    index = Index()
    index.add("one", sign(EN), EN)
    assert index.nearest(sign(EN), ZH) is None


def test_an_empty_index_finds_nothing() -> None:
    assert Index().nearest(sign(EN), EN) is None


def test_entries_are_found_before_and_after_they_are_sorted_in() -> None:
    rng = random.Random(6)
    texts = [" ".join(words(rng, 12)) for _ in range(2100)]
    index = Index()
    for number, text in enumerate(texts):
        index.add(str(number), sign(text), text)
        if number % 50 == 0 or number in (511, 512, 1023, 1024):
            for earlier in {0, number // 2, number}:
                assert index.nearest(sign(texts[earlier]), texts[earlier]) == str(earlier)


def test_pairs_are_those_whose_estimate_is_high_enough() -> None:
    rng = random.Random(7)
    texts = [text for _ in range(60) for text in planted(rng, rng.choice((0, 1, 3, 30)))]
    signatures = [sign(text) for text in texts]
    found = pairs(signatures, 0.85)
    expected = [
        (one, other)
        for one in range(len(texts))
        for other in range(one + 1, len(texts))
        if estimate(signatures[one], signatures[other]) >= 0.85
    ]
    assert found == expected and len(found) > 30


def test_pairs_of_many_equal_signatures_are_complete() -> None:
    assert pairs([sign(EN)] * 5, 0.9) == [(one, other) for one in range(5) for other in range(one + 1, 5)]
    assert pairs([], 0.9) == []
    assert pairs([Signature(bytes(112)), Signature(bytes([255] * 112))], 0.9) == []
