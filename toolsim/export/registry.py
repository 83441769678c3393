"""Formats that a run can be exported to: built-ins and a stranger's enter by the same door, entry points `toolsim.exporters`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from toolsim.base.registry import Registry
from toolsim.dataset.sample import Sample
from toolsim.dataset.splits import Split
from toolsim.roleplay.dialogue import Dialogue


@dataclass(frozen=True, slots=True)
class Item:
    """What an exporter writes: one admitted dialogue."""

    dialogue: Dialogue
    sample: Sample
    split: Split | None
    """None for a dialogue that belongs to no split."""
    tools: Sequence[dict[str, Any]]
    """Specs of the offered tools in OpenAI form, in order."""


Exporter = Callable[[Item], bytes]
"""Writes one dialogue as a line, with its newline."""

EXPORTERS: Registry[Exporter] = Registry("exporters")
"""Formats by name; the default file of a format is `RUN/export/<name>.jsonl`."""
