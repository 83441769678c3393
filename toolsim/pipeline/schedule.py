"""The schedule: which scenarios each batch holds. Batch i follows from the configuration alone, whoever makes it and when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

from toolsim.base import seeds
from toolsim.base.text import Language
from toolsim.pipeline.config import RunConfig
from toolsim.scenario.categories import Category, categories

_GOLDEN = 0.6180339887498949
"""Steps of this size on a circle never crowd: shares of categories are met closely at any length of run."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One scenario to be planned."""

    id: str
    language: Language
    category: Category
    seed: int
    first: int
    """Rank of the API to try first."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Scenarios that share one world."""

    index: int
    language: Language
    packs: tuple[str, ...]
    world_seed: int
    slots: tuple[Slot, ...]


def slot_id(language: Language, batch: int, slot: int) -> str:
    """Name a slot's scenario."""
    return f"{language}-{batch:06d}-{slot:02d}"


def batch_of(identity: str) -> int:
    """Give the index of the batch that a scenario's id names."""
    return int(identity.split("-")[1])


class Schedule:
    """The batches of a run; there is no last one."""

    def __init__(self, config: RunConfig) -> None:
        self.config = config
        known = categories()
        self._by_packs = {
            count: {name: share for name, share in config.shares.items() if known[name].packs == count}
            for count in sorted({known[name].packs for name in config.shares})
        }

    def batch(self, index: int) -> Batch:
        """Give one batch."""
        config = self.config
        count, rank = self._packs_wanted(index)
        languages, packs = config.languages, config.packs
        language = languages[rank % len(languages)]
        turn = rank // len(languages)
        cycle = turn // len(packs)
        order = seeds.stream(config.seed, "packs", count, cycle).sample(range(len(packs)), len(packs))
        place = turn % len(packs)
        held = tuple(packs[order[(place + step) % len(packs)]] for step in range(min(count, len(packs))))
        slots = tuple(self._slot(index, count, rank, slot, language, cycle) for slot in range(config.batch))
        return Batch(index, language, held, seeds.derive(config.seed, "world", index), slots)

    def _packs_wanted(self, index: int) -> tuple[int, int]:
        """Tell how many packs the batch's world holds, and the rank of the batch among those that hold as many."""
        passed = 0.0
        ranks = dict.fromkeys(self._by_packs, 0)
        shares = {count: sum(names.values()) for count, names in self._by_packs.items()}
        if len(shares) == 1:
            return next(iter(shares)), index
        most = max(shares)
        passed = shares[most] * (index + 1) + 0.5
        before = shares[most] * index + 0.5
        ranks[most] = int(before)
        return (most, int(before)) if int(passed) > int(before) else (min(shares), index - int(before))

    def _slot(self, index: int, count: int, rank: int, slot: int, language: Language, cycle: int) -> Slot:
        names = self._by_packs[count]
        place = ((rank * self.config.batch + slot) * _GOLDEN + seeds.derive(self.config.seed, "mix") / 2**64) % 1.0
        category = self._category(names, place * sum(names.values()))
        identity = slot_id(language, index, slot)
        seed = seeds.derive(self.config.seed, "scenario", index, slot)
        return Slot(identity, language, categories()[category], seed, cycle * self.config.batch + slot)

    def _category(self, names: dict[str, float], place: float) -> str:
        for name, end in zip(names, accumulate(names.values()), strict=True):
            if place < end:
                return name
        return list(names)[-1]

    def __iter__(self) -> Iterator[Batch]:
        index = 0
        while True:
            yield self.batch(index)
            index += 1
