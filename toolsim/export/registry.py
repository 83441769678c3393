"""Formats that a run can be exported to: built-ins and a stranger's enter by the same doors, entry points of their group."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from toolsim.base.registry import Registry
from toolsim.dataset.sample import Sample
from toolsim.dataset.splits import Split
from toolsim.dataset.trajectories import Played
from toolsim.export.origin import Origin
from toolsim.roleplay.dialogue import Dialogue

PAIRS: Final = 4
"""Pairs of a scenario, unless told otherwise."""


@dataclass(frozen=True, slots=True)
class Item:
    """What an exporter of dialogues writes: one admitted dialogue."""

    dialogue: Dialogue
    sample: Sample
    split: Split | None
    """None for a dialogue that belongs to no split."""
    tools: Sequence[dict[str, Any]]
    """Specs of the offered tools in OpenAI form, in order."""


@dataclass(frozen=True, slots=True)
class Told:
    """What an exporter of trajectories writes: one scenario with all that a model made of it, right and wrong."""

    played: Played
    split: Split | None
    """None for a scenario that belongs to no split."""
    tools: Sequence[dict[str, Any]]
    """Specs of the offered tools in OpenAI form, in order."""
    origin: Origin
    gold: Dialogue | None = None
    """What the planner makes of it, where no trajectory is right and that was asked for."""
    pairs: int = PAIRS
    """Lines at most of a format that sets trajectories against each other."""


Exporter = Callable[[Item], bytes]
"""Writes one dialogue as a line, with its newline."""

TrajectoryExporter = Callable[[Told], bytes]
"""Writes the lines of one scenario, each with its newline; nothing where there is none to write."""

EXPORTERS: Registry[Exporter] = Registry("exporters")
"""Formats of dialogues by name; the default file of a format is `RUN/export/<name>.jsonl`."""

TRAJECTORY_EXPORTERS: Registry[TrajectoryExporter] = Registry("trajectory_exporters")
"""Formats of trajectories by name."""
