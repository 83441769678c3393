"""Options that say who sits on a panel and how it votes, for the commands that ask one."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click

from toolsim.jury.policy import Policy
from toolsim.pipeline.bench import AUDIT, Terms
from toolsim.views.terminal import ERR

F = TypeVar("F", bound=Callable[..., Any])
_FILE = click.Path(path_type=Path)
_POLICIES = tuple(policy.value for policy in Policy)


def juror_option(usual: str) -> Callable[[F], F]:
    """Add `--juror`.

    Args:
        usual: who sits where none is named.
    """
    told = f"A juror; may be given often.  [default: {usual}]"
    return click.option("--juror", "specs", multiple=True, metavar="SPEC", help=told)


def panel_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that say how a panel votes; the command is given all of them as `terms`."""

    @wraps(command)
    def gathering(
        policy: str | None, quorum: int | None, margin: float, stronger: str, calibration: Path | None, audit: float, **more: Any
    ) -> None:
        if calibration and policy != Policy.WEIGHTED:
            raise click.UsageError(f"--calibration is for --policy {Policy.WEIGHTED}")
        command(terms=Terms(Policy(policy) if policy else None, quorum, margin, stronger, calibration, audit), **more)

    usual = "[default: unanimous for rule jurors alone, else majority]"
    split = "Results closer than this are split.  [default: 0]"
    made: Callable[..., None] = gathering
    for option in (
        click.option("--audit", type=click.FloatRange(0, 1), default=AUDIT, show_default=True, help="Share put to all jurors."),
        click.option("--calibration", type=_FILE, metavar="FILE", help="Weights, for weighted votes."),
        click.option("--stronger", default="", metavar="SPEC", help="Juror that decides where the others are split."),
        click.option("--margin", type=click.FloatRange(0, 0.999), default=0.0, help=split),
        click.option("--quorum", type=click.IntRange(1), help="Votes that must be cast.  [default: more than half]"),
        click.option("--policy", type=click.Choice(_POLICIES), help=usual),
    ):
        made = option(made)
    return made


def remark(text: str) -> None:
    """Say something beside the result."""
    ERR.print(text, soft_wrap=True)
