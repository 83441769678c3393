"""Views of a run: progress while it is made, and what came of it."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Protocol

from rich.console import RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from toolsim.views.terminal import ERR, RateColumn


class Counts(Protocol):
    """What a run counts."""

    accepted: int
    rejected: Any


class RunProgress:
    """Shows how far a run is, with rate, time left and what was rejected, where a person watches."""

    def __init__(self, wanted: int) -> None:
        columns = (TextColumn("Generating"), BarColumn(), MofNCompleteColumn(), RateColumn(), TimeRemainingColumn())
        rejected = TextColumn("rejected {task.fields[rejected]}")
        self._progress = Progress(*columns, rejected, console=ERR, transient=True, disable=not ERR.is_terminal)
        self._task = self._progress.add_task("", total=wanted, rejected=0)

    def __enter__(self) -> RunProgress:
        self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._progress.stop()

    def show(self, counts: Counts) -> None:
        """Show where the run is."""
        self._progress.update(self._task, completed=counts.accepted, rejected=sum(counts.rejected.values()))


def run_summary(record: dict[str, Any]) -> RenderableType:
    """Show what came of a run."""
    table = Table(show_header=False, box=None)
    total = record["accepted"] + sum(record["rejected"].values())
    table.add_row("run", record["run"])
    table.add_row("accepted", f"{record['accepted']:,} of {total:,} ({record['accepted'] / max(1, total):.1%})")
    for stage, count in record["rejected"].items():
        table.add_row(f"rejected at {stage}", f"{count:,}")
    return table
