"""Quotas: a schedule that asks for what is still missing of each cell (category x language x domain) until all are met.

Batch i depends on the configuration and on what batches up to i - LAG gave, and on nothing else; so the content is the same
with any number of workers and after any interruption, as long as no more than LAG batches are under way.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Final, NamedTuple

from toolsim.base import seeds
from toolsim.base.text import Language
from toolsim.pipeline.config import RunConfig
from toolsim.pipeline.schedule import Batch, Slot, slot_id
from toolsim.scenario.categories import categories

LAG: Final = 16
_MOST_TRIES: Final = 40
"""Tries for each sample that a cell wants, after which it is given up."""
_FEWEST_TRIES: Final = 200


class Cell(NamedTuple):
    """What is counted together."""

    category: str
    language: Language
    domain: str


class QuotaSchedule:
    """The batches of a run with quotas."""

    def __init__(self, config: RunConfig) -> None:
        self.config = config
        self._domains: dict[str, list[str]] = defaultdict(list)
        for pack in config.packs:
            self._domains[pack.partition("/")[0]].append(pack)
        self.cells = [Cell(c, lang, d) for lang in config.languages for d in self._domains for c in config.shares]
        self._noted: list[tuple[Counter[Cell], Counter[Cell]]] = []
        """Of each batch: samples admitted and dialogues tried, by cell."""
        self._settled: tuple[Counter[Cell], Counter[Cell]] = (Counter(), Counter())
        """The sum of what lies at least LAG batches back."""
        self._known = 0
        self.accepted: Counter[Cell] = Counter()
        self.tried: Counter[Cell] = Counter()

    def note(self, admitted: Iterable[Cell], tried: Iterable[Cell]) -> None:
        """Note what the next batch gave."""
        gave = Counter(admitted), Counter(tried)
        self._noted.append(gave)
        self.accepted += gave[0]
        self.tried += gave[1]

    def unmet(self) -> dict[Cell, int]:
        """Give the cells that lack samples, and how many, by now."""
        return {cell: self.config.accept - self.accepted[cell] for cell in self.cells if self.accepted[cell] < self.config.accept}

    def done(self) -> bool:
        """Tell whether every cell is full or given up."""
        return all(self._given_up(self.tried, cell) for cell in self.unmet())

    def _given_up(self, tried: Counter[Cell], cell: Cell) -> bool:
        return tried[cell] >= max(_FEWEST_TRIES, _MOST_TRIES * self.config.accept)

    def batch(self, index: int) -> Batch:
        """Give one batch; what batches up to index - LAG gave must have been noted."""
        while self._known <= index - LAG:
            accepted, tried = self._noted[self._known]
            self._settled = (self._settled[0] + accepted, self._settled[1] + tried)
            self._known += 1
        return self._batch(index, self._open())

    def _open(self) -> dict[Cell, int]:
        """Give what was missing LAG batches ago, cell by cell; all cells when nothing was."""
        accepted, tried = self._settled
        open_cells = {
            cell: self.config.accept - accepted[cell]
            for cell in self.cells
            if accepted[cell] < self.config.accept and not self._given_up(tried, cell)
        }
        return open_cells or dict.fromkeys(self.cells, 1)

    def _batch(self, index: int, missing: dict[Cell, int]) -> Batch:
        known, config = categories(), self.config
        kinds = sorted({(known[cell.category].packs, cell.language, cell.domain) for cell in missing})
        count, language, domain = kinds[index % len(kinds)]
        mine = [c for c in missing if (known[c.category].packs, c.language, c.domain) == (count, language, domain)]
        rng = seeds.stream(config.seed, "quota", index)
        first = rng.choice(self._domains[domain])
        others = [pack for pack in config.packs if pack != first]
        packs = (first, *rng.sample(others, min(count - 1, len(others))))
        wanted = [cell.category for cell in mine for _ in range(missing[cell])]
        chosen = [wanted[slot % len(wanted)] for slot in range(min(config.batch, max(len(wanted), len(mine))))]
        seed = [seeds.derive(config.seed, "scenario", index, slot) for slot in range(len(chosen))]
        slots = tuple(
            Slot(slot_id(language, index, slot), language, known[name], seed[slot], rng.randrange(500))
            for slot, name in enumerate(chosen)
        )
        return Batch(index, language, packs, seeds.derive(config.seed, "world", index), slots)
