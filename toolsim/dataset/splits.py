"""Splits that do not leak: samples with a skeleton, a world or a near-duplicate text in common never meet across splits.

Small components go whole; the giant component of a big run is cut, and what the cut runs through belongs to no split.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from toolsim.base import seeds
from toolsim.base.errors import ToolsimError
from toolsim.dataset.duplicates import Signature, pairs

NEAR: Final = 0.7
"""Estimated similarity from which two texts count as one; below what the writer refuses, to make up for the estimate's error."""


class Split(StrEnum):
    """One part of a dataset."""

    TRAIN = "train"
    VALIDATION = "validation"
    TEST = "test"


SPLITS: Final = tuple(Split)


class Reason(StrEnum):
    """Why a sample belongs to no split."""

    CUT = "its world and its skeleton belong to different splits"
    NEAR = "an earlier sample of another split is nearly the same"


@dataclass(frozen=True, slots=True)
class Record:
    """What decides the split of one sample."""

    id: str
    """Its name, unlike all others."""
    skeleton: str
    """What it asks for, without values; samples with equal skeletons are variants of each other."""
    world_seed: int
    """The world that it plays in."""
    signature: Signature
    """The signature of its text."""


@dataclass(frozen=True, slots=True)
class Shares:
    """How much of the kept samples each split is to have; together 1."""

    train: float
    """Share of the training split."""
    validation: float
    """Share of the validation split."""
    test: float
    """Share of the test split."""

    def __post_init__(self) -> None:
        """Refuse shares that are none."""
        if min(self.vector) < 0 or not math.isclose(sum(self.vector), 1, abs_tol=1e-9):
            raise ToolsimError(f"the shares {self.train:g}, {self.validation:g} and {self.test:g} are not three parts of 1")

    @property
    def vector(self) -> tuple[float, float, float]:
        """The shares in the order of `SPLITS`."""
        return (self.train, self.validation, self.test)


@dataclass(frozen=True, slots=True)
class Assignment:
    """Where each sample belongs."""

    splits: dict[str, Split]
    """Ids of the kept samples, in the order of the records, and their splits."""
    held_back: dict[str, Reason]
    """Ids of the samples that belong to no split, and why."""

    @property
    def counts(self) -> dict[Split, int]:
        """How many samples each split has."""
        counted = Counter(self.splits.values())
        return {split: counted[split] for split in SPLITS}

    @property
    def reasons(self) -> dict[Reason, int]:
        """How many samples are held back for each reason."""
        counted = Counter(self.held_back.values())
        return {reason: counted[reason] for reason in Reason}


@dataclass(frozen=True, slots=True)
class Leak:
    """Two splits that share what they must not."""

    what: str
    """The skeleton, the world, or the two ids that are nearly the same, in words."""
    splits: tuple[Split, ...]
    """The splits that meet in it."""


def assign(
    records: Sequence[Record], shares: Shares, seed: int, *, whole: float | None = None, tolerance: float = 0.1
) -> Assignment:
    """Assign each sample to a split, or to none, such that nothing leaks; equal on every machine.

    Samples that share a skeleton, a world or a near-duplicate text form components. In a big run nearly all samples fall into
    one, since a world serves some two dozen samples and common skeletons recur in hundreds of worlds. Hence the policy:

    1. A component larger than `whole` (a share of all samples; a tenth of the smallest split unless given) is cut. Its worlds
       go to splits by hash. A skeleton goes where most of its samples are, a sample of split k counting share(k) ** -bias. So
       rare skeletons follow their worlds and common ones go to the largest split. Samples whose world and skeleton disagree are
       held back. How many worlds the small splits draw, and the bias, are searched for: of all settings that meet each share
       to a relative error of `tolerance`, the one that holds back least. Small splits lean towards rare skeletons.
    2. Of the samples left, one that is nearly the same as an earlier sample of another split is held back.
    3. The smaller components go whole to the split that lacks most, in the order of a hash of their smallest id.

    With `whole=1` nothing is cut or held back, and the shares are met as well as the components allow.

    Raises:
        ToolsimError: two records have one id.
    """
    ids = [record.id for record in records]
    if len(set(ids)) != len(ids):
        raise ToolsimError(f"the id {Counter(ids).most_common(1)[0][0]!r} stands for two samples")
    graph = _Graph(records)
    portion = min(share for share in shares.vector if share) / 10 if whole is None else whole
    limit = max(1.0, portion * len(records))
    cut = sorted(at for group in graph.components if len(group) > limit for at in group)
    small = [group for group in graph.components if len(group) <= limit]
    placed: _Places = [None] * len(records)
    for at, place in zip(cut, _cut([records[at] for at in cut], shares, seed, tolerance) if cut else [], strict=True):
        placed[at] = place
    graph.hold_back_near(placed)
    _fill(records, small, shares, seed, placed)
    return Assignment(
        {id: place for id, place in zip(ids, placed, strict=True) if isinstance(place, Split)},
        {id: place for id, place in zip(ids, placed, strict=True) if isinstance(place, Reason)},
    )


def leaks(assignment: Assignment, records: Sequence[Record]) -> list[Leak]:
    """List what two splits share: skeletons, worlds, and near-duplicate texts."""
    kept = [record for record in records if record.id in assignment.splits]
    meeting: dict[str, set[Split]] = defaultdict(set)
    texts: dict[Signature, dict[Split, str]] = {}
    for record in kept:
        split = assignment.splits[record.id]
        meeting[f"the skeleton {record.skeleton!r}"].add(split)
        meeting[f"the world {record.world_seed}"].add(split)
        texts.setdefault(record.signature, {}).setdefault(split, record.id)
    found = [Leak(what, tuple(sorted(splits))) for what, splits in meeting.items() if len(splits) > 1]
    found += [Leak(f"the texts of {' and '.join(by.values())}", tuple(sorted(by))) for by in texts.values() if len(by) > 1]
    signatures = list(texts)
    for one, other in pairs(signatures, NEAR):
        first, second = texts[signatures[one]], texts[signatures[other]]
        if len(first.keys() | second.keys()) > 1 and first.keys() != second.keys():
            both = f"{next(iter(first.values()))} and {next(iter(second.values()))}"
            found.append(Leak(f"the texts of {both}", tuple(sorted(first.keys() | second.keys()))))
    return found


_Places = list[Split | Reason | None]
"""Where the records belong, in their order; None as long as it is open."""


class _Graph:
    """The components of the records, and the near-duplicates among their texts."""

    def __init__(self, records: Sequence[Record]) -> None:
        self._texts: dict[Signature, int] = {}
        self._text_of = [self._texts.setdefault(record.signature, len(self._texts)) for record in records]
        self._near: dict[int, list[int]] = defaultdict(list)
        for one, other in pairs(list(self._texts), NEAR):
            self._near[one].append(other)
            self._near[other].append(one)
        self.components = _components(self._keys(records), len(records))

    def hold_back_near(self, placed: _Places) -> None:
        """Hold back, in the order of the records, what is nearly the same as an earlier sample of another split."""
        taken: dict[int, Split] = {}
        for at, place in enumerate(placed):
            text = self._text_of[at]
            if not isinstance(place, Split):
                continue
            if any(taken.get(other, place) != place for other in (text, *self._near.get(text, ()))):
                placed[at] = Reason.NEAR
            else:
                taken[text] = place

    def _keys(self, records: Sequence[Record]) -> Iterator[tuple[int, Hashable]]:
        for at, record in enumerate(records):
            text = self._text_of[at]
            yield at, ("skeleton", record.skeleton)
            yield at, ("world", record.world_seed)
            yield at, ("text", text)
            for other in self._near.get(text, ()):
                yield at, ("text", other)


def _components(keys: Iterator[tuple[int, Hashable]], count: int) -> list[list[int]]:
    """Group the places 0 to count - 1 that are linked by common keys (union-find with path halving)."""
    parent = list(range(count))

    def root(at: int) -> int:
        while parent[at] != at:
            parent[at] = at = parent[parent[at]]
        return at

    first: dict[Hashable, int] = {}
    for at, key in keys:
        one, other = sorted((root(at), root(first.setdefault(key, at))))
        parent[other] = one
    groups: dict[int, list[int]] = defaultdict(list)
    for at in range(count):
        groups[root(at)].append(at)
    return list(groups.values())


def _fill(records: Sequence[Record], groups: list[list[int]], shares: Shares, seed: int, placed: _Places) -> None:
    """Put each component into the split that lacks most."""
    have = Counter(place for place in placed if isinstance(place, Split))
    for _, group in sorted((seeds.derive(seed, "component", min(records[at].id for at in group)), group) for group in groups):
        total = sum(have.values()) + len(group)
        lacks = [share * total - have[split] if share else -math.inf for split, share in zip(SPLITS, shares.vector, strict=True)]
        split = SPLITS[lacks.index(max(lacks))]
        have[split] += len(group)
        for at in group:
            placed[at] = split


def _cut(records: Sequence[Record], shares: Shares, seed: int, tolerance: float) -> list[Split | Reason]:
    """Assign worlds and skeletons by the least wasteful of many settings, and hold back where they disagree."""
    numbers: dict[str, int] = {}
    skeletons = np.array([numbers.setdefault(record.skeleton, len(numbers)) for record in records])
    distinct = {record.world_seed for record in records}
    order = sorted(distinct, key=lambda world: (seeds.derive(seed, "world", world), world))
    rank = {world: at for at, world in enumerate(order)}
    worlds = np.array([rank[record.world_seed] for record in records])
    best = min(_cuts(worlds, skeletons, shares), key=lambda cut: (max(cut.off, tolerance), cut.held_back))
    of_worlds, of_skeletons = best.worlds[worlds].tolist(), best.skeletons[skeletons].tolist()
    return [SPLITS[one] if one == other else Reason.CUT for one, other in zip(of_worlds, of_skeletons, strict=True)]


_DRAWN: Final = (1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0)
"""How many times its share of the worlds a small split draws."""
_BIASES: Final = tuple(step / 20 for step in range(31))


@dataclass(frozen=True, slots=True)
class _Cut:
    """One way to cut a component."""

    worlds: NDArray[np.intp]
    """The split of each world."""
    skeletons: NDArray[np.intp]
    """The split of each skeleton."""
    held_back: int
    """How many samples it holds back."""
    off: float
    """How far the kept samples are from the shares, the worst split's relative error."""


def _cuts(world_of: NDArray[np.intp], skeletons: NDArray[np.intp], shares: Shares) -> Iterator[_Cut]:
    share = np.array(shares.vector)
    asked = share > 0
    for drawn in _DRAWN:
        worlds = _draw(np.bincount(world_of), share, drawn)
        counts = np.bincount(skeletons * 3 + worlds[world_of], minlength=3 * (int(skeletons.max()) + 1)).reshape(-1, 3)
        for bias in _BIASES:
            weight = np.where(asked, np.where(asked, share, 1.0) ** -bias, 0.0)
            chosen = np.argmax(counts * weight, axis=1)
            kept = np.bincount(chosen, weights=counts[np.arange(len(counts)), chosen], minlength=3)
            off = float(np.max(np.abs(kept[asked] / max(kept.sum(), 1.0) / share[asked] - 1)))
            yield _Cut(worlds, chosen, int(len(skeletons) - kept.sum()), off)


def _draw(sizes: NDArray[Any], share: NDArray[np.float64], drawn: float) -> NDArray[np.intp]:
    """Deal the worlds, in their order, to the splits by size; the largest split takes what the others leave."""
    largest = int(share.argmax())
    others = 1 - share[largest]
    wanted = share * min(drawn, max(1.0, 0.5 / others) if others else 1.0)
    wanted[largest] = 0
    middle = (np.cumsum(sizes) - sizes / 2) / sizes.sum()
    out = np.full(len(sizes), largest, np.intp)
    edge = 0.0
    for split in np.flatnonzero(wanted):
        out[(middle >= edge) & (middle < edge + wanted[split])] = split
        edge += wanted[split]
    return out
