"""Views of a run's figures: each beside what it is held to, where it is held to something."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rich.console import Group, RenderableType
from rich.table import Column, Table
from rich.text import Text

from toolsim.dataset.statistics import SELECTOR_MOST, TURNS, Acceptance, Coverage, Demand, Selector, Spread, Statistics, Variety

_FEW = 40
"""Missing APIs that are named one by one."""
_TOP = 12
"""Rows of a list of which only the commonest are shown."""


def statistics_view(figures: Statistics) -> RenderableType:
    """Show all figures of a run."""
    languages = sorted({language for counts in figures.categories.values() for language in counts})
    parts: list[RenderableType] = [
        _head(figures),
        _categories(figures.categories, languages),
        _bars("Domains", figures.domains),
        _spreads({"user turns": figures.turns, "calls": figures.calls, "tools offered": figures.tools}),
        _bars("Kinds of parameters in gold arguments", figures.kinds),
        _bars("Depth of gold arguments, in levels", {str(depth): count for depth, count in figures.depths.items()}),
        _bars(f"Personas ({len(figures.personas)})", figures.personas, 5),
    ]
    parts += [_variety(name, variety) for name, variety in figures.variety.items()]
    parts += [_selector(figures.selector), *_acceptance(figures.acceptance), *_missing(figures.coverage)]
    return Group(*(part for one in parts for part in (one, "")))


def _titled(title: str, table: Table, note: str = "") -> Group:
    """Put a title over a table; rich's own is broken at the table's width."""
    parts: list[RenderableType] = [Text(title, style="bold"), table, *([Text(note, style="yellow")] if note else [])]
    return Group(*parts)


def _head(figures: Statistics) -> Table:
    acceptance, coverage = figures.acceptance, figures.coverage
    table = Table(show_header=False, box=None, pad_edge=False)
    total = acceptance.admitted + acceptance.rejected
    table.add_row("dialogues", f"{figures.admitted:,} admitted of {total:,} made ({acceptance.share:.1%})")
    table.add_row("APIs in gold calls", f"{coverage.covered:,} of {coverage.pool:,} ({_share(coverage.covered, coverage.pool)})")
    table.add_row("distinct skeletons", f"{figures.skeletons:,}, of which agent {figures.agent_skeletons:,}")
    return table


def _categories(categories: Mapping[str, Mapping[str, int]], languages: list[str]) -> Group:
    table = _table("category", *languages, "all", show_footer=True)
    totals = {name: sum(counts.get(name, 0) for counts in categories.values()) for name in languages}
    for column, total in zip(table.columns[1:], (*totals.values(), sum(totals.values())), strict=True):
        column.justify, column.footer = "right", f"{total:,}"
    table.columns[0].footer = "all"
    for name, counts in categories.items():
        table.add_row(name, *(f"{counts.get(language, 0):,}" for language in languages), f"{sum(counts.values()):,}")
    return _titled("Categories", table)


def _spreads(spreads: Mapping[str, Spread]) -> Group:
    table = _table("", Column("mean", justify="right"), Column("dialogues by number", overflow="fold"))
    for name, spread in spreads.items():
        table.add_row(name, f"{spread.mean:.2f}", "  ".join(f"{number}: {count:,}" for number, count in spread.counts.items()))
    return _titled("A dialogue has", table)


def _variety(language: str, variety: Variety) -> Group:
    measured = variety.measured
    drawn = f"{measured.texts:,} of {variety.distinct_turns:,} distinct ({variety.turns:,} in all)"
    title = f"Diversity of user turns, {language}: {drawn}"
    table = _table("figure", Column("value", justify="right"), Column("held to", justify="right"), "met")
    for judged in variety.figures:
        met = Text("yes", style="green") if judged.met else Text("no", style="bold red")
        table.add_row(judged.demand.name, _figure(judged.demand, judged.value), _held_to(judged.demand), met)
    table.add_row("distinct-1", f"{measured.distinct[0]:.3f}", "", "")
    table.add_row("self-BLEU", f"{measured.self_bleu:.3f}", "", "")
    note = f"fewer than {TURNS} turns: the figures look better than they are" if measured.texts < TURNS else ""
    return _titled(title, table, note)


def _figure(demand: Demand, value: float) -> str:
    return f"{value:.1%}" if _is_share(demand) else f"{value:.3f}"


def _held_to(demand: Demand) -> str:
    bound = demand.least if demand.least is not None else demand.most
    assert bound is not None
    shown = f"{bound:.0%}" if _is_share(demand) else f"{bound:g}"
    return ("≥ " if demand.least is not None else "≤ ") + shown


def _is_share(demand: Demand) -> bool:
    return demand.name in ("opening", "masked-equal")


def _selector(selectors: Mapping[str, Selector]) -> Group:
    title = "TF-IDF selector: single-call dialogues whose gold API it ranks first"
    table = _table("language", Column("items", justify="right"), Column("found", justify="right"), "held to", "met")
    for name, one in selectors.items():
        met = Text("yes", style="green") if one.share <= SELECTOR_MOST else Text("no", style="bold red")
        table.add_row(name, f"{one.items:,}", f"{one.share:.1%}" if one.items else "-", f"≤ {SELECTOR_MOST:.0%}", met)
    return _titled(title, table)


def _acceptance(acceptance: Acceptance) -> Iterable[RenderableType]:
    if acceptance.rejected:
        yield _bars(f"Rejected, by stage ({acceptance.rejected:,})", acceptance.stages)
        yield _bars("Rejected, by category", acceptance.categories, _TOP)
        yield _bars("Rejected, by reason", acceptance.reasons, _TOP)


def _missing(coverage: Coverage) -> Iterable[RenderableType]:
    if 0 < len(coverage.missing) <= _FEW:
        yield Text(f"APIs that no gold call uses: {', '.join(coverage.missing)}", style="yellow")


def _bars(title: str, counts: Mapping[str, int], most: int | None = None) -> Group:
    """Show counts with a bar each; of a long list the first ones, with a line for the others."""
    bar = (Column(""), Column("", justify="right"), Column(""))
    table = Table(*bar, show_header=False, box=None, pad_edge=False)
    shown = list(counts.items())[:most]
    largest = max(counts.values(), default=1)
    for name, count in shown:
        table.add_row(name, f"{count:,}", Text("█" * max(1, round(40 * count / largest)), style="cyan"))
    if len(counts) > len(shown):
        rest = sum(counts.values()) - sum(count for _, count in shown)
        table.add_row(f"{len(counts) - len(shown)} others", f"{rest:,}", "")
    return _titled(title, table)


def _table(*columns: str | Column, show_footer: bool = False) -> Table:
    return Table(*columns, show_edge=False, pad_edge=False, show_footer=show_footer)


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "-"
