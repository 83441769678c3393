"""The view of a run's funnel: from planned to admitted, by category; what and who stops dialogues, and what a sample costs."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.table import Column, Table
from rich.text import Text

from toolsim.dataset.funnel import STAGES, Funnel

_TOP = 15
_BAR = 30
_CRITERIA = 3
"""Criteria of a juror that are told."""


def funnel_view(figures: Funnel) -> RenderableType:
    """Show a funnel."""
    parts = [_steps(figures), _categories(figures), _causes(figures), *_jurors(figures), *_usage(figures)]
    return Group(*(part for one in parts for part in (one, "")))


def _shown(figures: Funnel) -> list[str]:
    """List the stages that stopped anything, and the first and the last."""
    before, out = figures.tried, []
    always = {"plan", "play", "check", "surplus", *(["jury"] if figures.jurors else [])}
    for stage in STAGES:
        if figures.through[stage] != before or stage in always:
            out.append(stage)
        before = figures.through[stage]
    return out


def _steps(figures: Funnel) -> RenderableType:
    columns = [Column(name, justify="right") for name in ("dialogues", "of tried", "of the step before")]
    table = _table("", *columns, "")
    before = figures.tried
    table.add_row("tried", f"{before:,}", "", "", _bar(before, before))
    for stage in _shown(figures):
        count = figures.through[stage]
        table.add_row(
            STAGES[stage], f"{count:,}", _share(count, figures.tried), _share(count, before), _bar(count, figures.tried)
        )
        before = count
    return _titled("Funnel", table)


def _categories(figures: Funnel) -> RenderableType:
    stages = _shown(figures)
    columns = [Column(name, justify="right") for name in ("tried", *(STAGES[stage] for stage in stages), "yield")]
    table = _table("category", *columns)
    for name, counts in figures.categories.items():
        numbers = [f"{counts[stage]:,}" for stage in ("tried", *stages)]
        table.add_row(name, *numbers, _share(counts["surplus"], counts["tried"]))
    return _titled("By category", table)


def _causes(figures: Funnel) -> RenderableType:
    table = Table(
        "stopped at",
        "cause",
        Column("dialogues", justify="right"),
        Column("what it is", overflow="fold"),
        show_edge=False,
        pad_edge=False,
    )
    for cause in figures.causes[:_TOP]:
        table.add_row(cause.stage, cause.code, f"{cause.dialogues:,}", Text(cause.meaning, style="dim"))
    rest = len(figures.causes) - _TOP
    note = f"; {rest} rarer ones are left out" if rest > 0 else ""
    return _titled(f"Commonest causes (a dialogue may have several{note})", table)


def _jurors(figures: Funnel) -> Iterator[RenderableType]:
    if not figures.jurors:
        return
    names = ("asked", "pass", "fail", "abstained", "agreed", "stopped")
    table = _table("juror", *(Column(name, justify="right") for name in names), Column("fails on", overflow="fold"))
    for one in figures.jurors:
        counts = (one.asked, one.passed, one.failed)
        failures = "".join(f", {kind} {count}" for kind, count in sorted(one.failures.items()))
        criteria = ", ".join(f"{name} {count}" for name, count in one.criteria.most_common(_CRITERIA))
        row = (f"{one.abstained:,}{failures}", _share(one.agreed, one.decided), f"{one.stopped:,}", Text(criteria, style="dim"))
        table.add_row(one.juror, *(f"{count:,}" for count in counts), *row)
    note = "agreed: of votes cast, those for what the panel came to; stopped: dialogues that it failed and that were not accepted"
    yield Group(_titled("By juror", table), Text(note, style="dim"))


def _usage(figures: Funnel) -> Iterator[RenderableType]:
    if not figures.usage:
        return
    names = ("calls", "prompt tokens", "completion tokens", "money", "calls without answer")
    table = _table("model and role", *(Column(name, justify="right") for name in names))
    for name, used in figures.usage["by_stage"].items():
        row = (f"{used['calls']:,}", f"{used['prompt_tokens']:,}", f"{used['completion_tokens']:,}", f"{used['money']:,.4f}")
        table.add_row(name, *row, f"{sum(used['failures'].values()):,}")
    each = figures.usage["per_accepted"]
    cost = f"An accepted sample takes {each['calls']:,.1f} calls, {each['tokens']:,.0f} tokens and {each['money']:,.4f} in money."
    none = "Nothing was accepted, so that a sample has no price yet."
    yield Group(_titled("What models used", table), Text(cost if figures.admitted else none))


def _titled(title: str, table: Table) -> RenderableType:
    return Group(Text(title, style="bold"), table)


def _table(*columns: str | Column) -> Table:
    return Table(*columns, show_edge=False, pad_edge=False)


def _bar(count: int, most: int) -> Text:
    return Text("█" * (max(1, round(_BAR * count / most)) if count else 0), style="cyan")


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "-"
