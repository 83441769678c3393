"""The means of a run: how it is made. None of it changes what the run holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from toolsim.pipeline.staff import Hiring


@dataclass(frozen=True, slots=True)
class Means:
    """By what means a run is made."""

    folders: tuple[Path, ...] = ()
    """Hold packs beside the built-in ones."""
    workers: int = 1
    """Processes, where no model is asked."""
    earlier: tuple[Path, ...] = ()
    """Runs whose dialogues may not come again."""
    hiring: Hiring = field(default_factory=Hiring)
    """How models are asked, where there are any."""
