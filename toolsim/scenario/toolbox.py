"""A toolbox: tools that no world backs, of which each task is offered a few that are easily taken for one another."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from random import Random
from typing import Final

from toolsim.apis.imported import ImportedTool
from toolsim.apis.search import tokens
from toolsim.base import seeds

FEWEST, MOST = 3, 8
"""Tools that a task is offered, where there are so many."""
_NEAR: Final = 0.6
"""Share of the others that are near the one the task turns on."""
_CALLS: Final = (1, 1, 1, 2, 2, 3)
"""Calls that a task takes, as often as they are drawn."""


@dataclass(frozen=True, slots=True)
class Handful:
    """What a task is drafted from."""

    tools: tuple[ImportedTool, ...]
    """Offered, in the order offered."""
    target: ImportedTool
    """The one that the task turns on."""
    calls: int
    """How many the task is to take."""

    def tool(self, name: str) -> ImportedTool | None:
        """Give an offered tool."""
        return next((tool for tool in self.tools if tool.name == name), None)


class Toolbox:
    """The tools of one file."""

    def __init__(self, tools: Iterable[ImportedTool]) -> None:
        self.tools = tuple(tools)
        self._places = {tool.name: place for place, tool in enumerate(self.tools)}
        self._words = [Counter(tokens(f"{tool.name} {tool.description}")) for tool in self.tools]
        holders = Counter(word for words in self._words for word in words)
        self._rarity = {word: math.log((1 + len(self.tools)) / (1 + held)) + 1 for word, held in holders.items()}

    def named(self, names: Iterable[str]) -> list[ImportedTool]:
        """Give tools by name, in that order."""
        return [self.tools[self._places[name]] for name in names]

    def target(self, seed: int, rank: int) -> ImportedTool:
        """Give the tool that the task of a rank turns on; each has its turn before any comes again."""
        cycle, place = divmod(rank, len(self.tools))
        return seeds.stream(seed, "targets", cycle).sample(self.tools, len(self.tools))[place]

    def handful(self, target: ImportedTool, rng: Random) -> Handful:
        """Draw the tools that are offered beside a target, near ones first, and how many calls the task takes."""
        others = [tool for tool in self._nearest(target) if tool.name != target.name]
        wanted = min(rng.randint(FEWEST, MOST), len(self.tools)) - 1
        near = others[: math.ceil(_NEAR * wanted)]
        far = others[len(near) :]
        offered = [target, *near, *rng.sample(far, wanted - len(near))]
        rng.shuffle(offered)
        return Handful(tuple(offered), target, rng.choice(_CALLS))

    def _nearest(self, target: ImportedTool) -> list[ImportedTool]:
        """List all tools by their likeness to one in name and description, the likest first."""
        mine = self._words[self._places[target.name]]
        scores = []
        for place, words in enumerate(self._words):
            shared = sum(self._rarity[word] for word in words if word in mine)
            scores.append((-shared / math.sqrt(1 + len(words)), place))
        return [self.tools[place] for _, place in sorted(scores)]
