"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


def pool_options(command: F) -> F:
    """Add `--domains` and `--json`."""
    folder = click.Path(path_type=Path)
    command = click.option("--json", "as_json", is_flag=True, help="Write one JSON array or object to stdout.")(command)
    return click.option(
        "--domains", "folders", multiple=True, type=folder, metavar="DIR", help="A folder with more packs; may be given often."
    )(command)


def language_option(command: F) -> F:
    """Add `--lang`."""
    return click.option("--lang", type=click.Choice(["en", "zh"]), default="en", show_default=True, help="Language.")(command)
