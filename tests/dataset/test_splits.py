"""Splits: nothing leaks, shares are met, little is held back, and the check finds every planted leak."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolsim.base.errors import ToolsimError
from toolsim.dataset.duplicates import PERMUTATIONS, Signature
from toolsim.dataset.splits import Assignment, Reason, Record, Shares, Split, assign, leaks

SHARES = Shares(0.8, 0.1, 0.1)


def signature(number: int) -> Signature:
    return Signature(random.Random(number).randbytes(PERMUTATIONS))


def near(other: Signature, changed: int) -> Signature:
    return Signature(bytes(byte ^ 1 for byte in other[:changed]) + other[changed:])


def record(number: int, skeleton: str, world: int, text: int | None = None) -> Record:
    return Record(f"d{number}", skeleton, world, signature(number if text is None else text))


def run(worlds: int, rng: random.Random) -> list[Record]:
    """Make a big run: 24 samples a world, half of common skeletons, one in fifty nearly the same as an earlier one."""
    out: list[Record] = []
    for world in range(worlds):
        for _ in range(24):
            number = len(out)
            skeleton = f"common {rng.randrange(400)}" if rng.random() < 0.5 else f"rare {rng.randrange(worlds * 24)}"
            made = record(number, skeleton, world)
            if number and rng.random() < 0.02:
                made = replace(made, signature=near(rng.choice(out).signature, 20))
            out.append(made)
    return out


@pytest.fixture(scope="module")
def big() -> list[Record]:
    return run(400, random.Random(1))


@st.composite
def runs(draw: st.DrawFn) -> list[Record]:
    keys = draw(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(0, 30)), max_size=60))
    return [record(number, f"s{skeleton}", world, text) for number, (skeleton, world, text) in enumerate(keys)]


@settings(max_examples=200, deadline=None)
@given(runs(), st.integers(0, 5), st.sampled_from([None, 0.0, 0.2, 1.0]))
def test_nothing_leaks_and_every_sample_has_its_place(records: list[Record], seed: int, whole: float | None) -> None:
    assignment = assign(records, SHARES, seed, whole=whole)
    assert leaks(assignment, records) == []
    assert sorted([*assignment.splits, *assignment.held_back]) == sorted(one.id for one in records)
    assert whole != 1 or not assignment.held_back


def test_a_big_run_meets_its_shares_and_loses_little(big: list[Record]) -> None:
    assignment = assign(big, SHARES, 1)
    kept = len(assignment.splits)
    assert leaks(assignment, big) == []
    assert len(assignment.held_back) < 0.25 * len(big)
    for split, share in zip(Split, SHARES.vector, strict=True):
        assert assignment.counts[split] / kept == pytest.approx(share, rel=0.15)
    assert sum(assignment.reasons.values()) == len(assignment.held_back)
    assert all(assignment.reasons.values())


def test_a_wider_tolerance_holds_back_less(big: list[Record]) -> None:
    strict, wide = assign(big, SHARES, 1), assign(big, SHARES, 1, tolerance=0.7)
    assert len(wide.held_back) < len(strict.held_back)
    assert leaks(wide, big) == []


def test_an_assignment_follows_the_seed_alone(big: list[Record]) -> None:
    assert assign(big, SHARES, 1) == assign(big, SHARES, 1)
    assert assign(big, SHARES, 1).splits != assign(big, SHARES, 2).splits


def test_of_two_near_texts_in_different_splits_the_later_is_held_back() -> None:
    chain = [record(number, f"s{number // 2}", (number + 1) // 2) for number in range(80)]
    records = [*chain, replace(record(80, "s30", 31), signature=near(chain[0].signature, 20))]
    met = 0
    for seed in range(20):
        assignment = assign(records, Shares(0.5, 0, 0.5), seed)
        assert leaks(assignment, records) == []
        assert assignment.held_back.get("d0") is not Reason.NEAR
        met += assignment.held_back.get("d80") is Reason.NEAR
    assert met > 3


def test_small_components_stay_whole() -> None:
    records = [record(4 * group + at, f"s{group}", 2 * group + at // 2) for group in range(100) for at in range(4)]
    assignment = assign(records, SHARES, 1)
    assert not assignment.held_back
    assert [assignment.counts[split] for split in Split] == [320, 40, 40]


def test_near_texts_alone_hold_a_component_together() -> None:
    singles = [record(number, f"s{number}", number) for number in range(100)]
    twins = [replace(record(100 + one, f"t{one}", 100 + one), signature=near(signature(one), 20)) for one in range(100)]
    assignment = assign([*singles, *twins], SHARES, 1)
    assert leaks(assignment, [*singles, *twins]) == []
    assert not assignment.held_back


def test_a_split_without_a_share_stays_empty(big: list[Record]) -> None:
    counts = assign(big, Shares(0.9, 0, 0.1), 1).counts
    assert counts[Split.VALIDATION] == 0 < counts[Split.TEST]


def test_one_split_takes_all(big: list[Record]) -> None:
    assert assign(big, Shares(1, 0, 0), 1).counts[Split.TRAIN] == len(big)


def test_equal_shares_are_met(big: list[Record]) -> None:
    counts = assign(big, Shares(1 / 3, 1 / 3, 1 / 3), 1).counts
    assert min(counts.values()) > 0.7 * max(counts.values())


def test_a_run_without_samples_has_an_assignment() -> None:
    assert assign([], SHARES, 1) == Assignment({}, {})


@pytest.mark.parametrize("shares", [(0.5, 0.2, 0.2), (1.2, -0.1, -0.1), (float("nan"), 0.5, 0.5)])
def test_shares_that_are_none_are_refused(shares: tuple[float, float, float]) -> None:
    with pytest.raises(ToolsimError, match="three parts of 1"):
        Shares(*shares)


def test_two_samples_of_one_id_are_refused() -> None:
    with pytest.raises(ToolsimError, match="'d1' stands for two samples"):
        assign([record(0, "a", 1), record(1, "b", 2), record(1, "c", 3)], SHARES, 1)


@pytest.mark.parametrize(
    ("other", "what"),
    [
        (record(1, "a", 2), "the skeleton 'a'"),
        (record(1, "b", 1), "the world 1"),
        (record(1, "b", 2, text=0), "the texts of d0 and d1"),
        (Record("d1", "b", 2, near(signature(0), 12)), "the texts of d0 and d1"),
    ],
)
def test_every_kind_of_leak_is_found(other: Record, what: str) -> None:
    records = [record(0, "a", 1), other]
    found = leaks(Assignment({"d0": Split.TRAIN, "d1": Split.TEST}, {}), records)
    assert [(leak.what, leak.splits) for leak in found] == [(what, (Split.TEST, Split.TRAIN))]
    assert leaks(Assignment({"d0": Split.TEST, "d1": Split.TEST}, {}), records) == []
    assert leaks(Assignment({"d0": Split.TRAIN}, {"d1": Reason.CUT}), records) == []


def test_every_sample_moved_to_another_split_is_noticed(big: list[Record]) -> None:
    assignment = assign(big, SHARES, 1)
    worlds = {one.id: one.world_seed for one in big}
    crowded = [id for id in assignment.splits if sum(worlds[other] == worlds[id] for other in assignment.splits) > 1]
    for id in random.Random(2).sample(crowded, 15):
        moved = Split.TEST if assignment.splits[id] is not Split.TEST else Split.TRAIN
        assert leaks(replace(assignment, splits={**assignment.splits, id: moved}), big)
