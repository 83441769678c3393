"""What exporters of trajectories are given, scenario by scenario, and the count of what they could make of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from toolsim.dataset.reading import specs_of, tools_of_run
from toolsim.dataset.splits import Split
from toolsim.dataset.trajectories import Played
from toolsim.export.origin import Origin
from toolsim.export.registry import PAIRS, Told, TrajectoryExporter
from toolsim.export.write import Places
from toolsim.roleplay.dialogue import Dialogue
from toolsim.scenario.blueprint import Scenario

Gold = Callable[[Scenario], Dialogue | None]
"""Plays a scenario rightly, if it can."""


@dataclass(slots=True)
class Tally:
    """What became of the scenarios of an export."""

    scenarios: int = 0
    without_right: int = 0
    """Of which no trajectory is right."""
    gold: int = 0
    """Of these, those that the planner played."""
    without_wrong: int = 0
    """Of which no trajectory is wrong."""
    without_common_prompt: int = 0
    """Of which there are right and wrong ones, and in none of the pairs it is the assistant who parts first."""
    without_verdict: int = 0
    """Trajectories that say nothing about the assistant."""

    def watch(self, exporter: TrajectoryExporter) -> TrajectoryExporter:
        """Give an exporter that counts what passes through it."""

        def counted(told: Told) -> bytes:
            data = exporter(told)
            self._count(told, bool(data))
            return data

        return counted

    def _count(self, told: Told, written: bool) -> None:
        played = told.played
        self.scenarios += 1
        self.without_right += not played.right
        self.gold += told.gold is not None
        self.without_wrong += not played.wrong
        self.without_common_prompt += bool(played.wrong and (played.right or told.gold)) and not written
        self.without_verdict += sum(one.right is None for one in played.trajectories)


@dataclass(frozen=True, slots=True)
class Telling:
    """How trajectories are told."""

    origin: Origin
    places: Places
    wanted: Split | None = None
    """The only split that is told; None for all scenarios."""
    pairs: int = PAIRS
    """Pairs of a scenario."""
    gold: Gold | None = None
    """Who plays a scenario of which no trajectory is right, if anybody."""


def told(folder: Path, run: Iterable[Played], telling: Telling) -> Iterator[Told]:
    """Give the scenarios of one split, or of all, with their tools.

    Raises:
        RunError: a tool is offered whose spec the run does not have.
    """
    specs = tools_of_run(folder)
    for played in run:
        place = telling.places.get(played.scenario.id)
        if telling.wanted is None or place is telling.wanted:
            tools = tuple(specs_of(folder, specs, played.trajectories[0].dialogue).values())
            gold = telling.gold(played.scenario) if telling.gold and played.wrong and not played.right else None
            yield Told(played, place, tools, telling.origin, gold, telling.pairs)
