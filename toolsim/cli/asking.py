"""Options that say how models are asked, for the commands that make runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, wraps
from pathlib import Path
from typing import Any

import click

from toolsim.models.config import Settings, load_settings
from toolsim.pipeline.staff import Hiring

_FILE = click.Path(path_type=Path)


@dataclass(frozen=True)
class Asking:
    """How models are asked, as the command line says."""

    models: Path | None
    in_flight: int
    attempts: int
    replay: bool
    cassette: Path | None

    @cached_property
    def settings(self) -> Settings:
        """The models by name; read when they are first needed."""
        return load_settings(self.models)

    @property
    def hiring(self) -> Hiring:
        """The same for a run."""
        return Hiring(self.settings, self.in_flight, self.attempts, self.replay, self.cassette)


def asking_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options; the command is given all of them as `asking`."""

    @wraps(command)
    def gathering(models: Path | None, in_flight: int, attempts: int, replay: bool, cassette: Path | None, **more: Any) -> None:
        command(asking=Asking(models, in_flight, attempts, replay, cassette), **more)

    made: Callable[..., None] = gathering
    recorded = "Recorded answers.  [default: in the run folder]"
    named = "Models by name.  [default: toolsim.toml if there is one]"
    at_once, most = "Dialogues at once, with models.", "With models: give up after so many dialogues."
    for option in (
        click.option("--cassette", type=_FILE, default=None, metavar="FILE", help=recorded),
        click.option("--replay", is_flag=True, help="Take every answer of a model from the cassette."),
        click.option("--attempts", type=click.IntRange(0), default=0, help=most),
        click.option("--in-flight", type=click.IntRange(1, 1024), default=64, show_default=True, help=at_once),
        click.option("--models", type=_FILE, default=None, help=named),
    ):
        made = option(made)
    return made
