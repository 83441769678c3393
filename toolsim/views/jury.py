"""Views of juries: what a panel decided, how its jurors voted and agreed, and what calibration found out about them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from rich.console import Group, RenderableType
from rich.table import Column, Table
from rich.text import Text

from toolsim.jury.agreement import fleiss_kappa, krippendorff_alpha
from toolsim.jury.calibration import Calibration
from toolsim.jury.intervals import Proportion
from toolsim.jury.turnout import Turnout, turnout
from toolsim.jury.votes import Deliberation

_SHOWN: Final = 10
"""Ids of dialogues for review that are listed."""


def votes_record(made: Sequence[Deliberation], panel: dict[str, Any]) -> dict[str, Any]:
    """Count what a panel decided, for the table and for `--json`."""
    categories: dict[str, Counter[str]] = {}
    for one in made:
        categories.setdefault(one.category, Counter())[one.outcome] += 1
    full = [one for one in made if one.full]
    names = sorted({vote.juror for one in made for vote in one.votes})
    labels = [[_label(one, name) for name in names] for one in full]
    return {
        "panel": panel,
        "dialogues": len(made),
        "outcomes": dict(sorted(Counter(one.outcome for one in made).items())),
        "decided_by": dict(sorted(Counter(one.by for one in made).items())),
        "categories": {name: dict(sorted(counts.items())) for name, counts in sorted(categories.items())},
        "jurors": [_juror(one) for one in turnout(made)],
        "agreement": {"dialogues": len(full), "krippendorff": krippendorff_alpha(labels), "fleiss": fleiss_kappa(labels)},
        "review": [one.id for one in made if one.outcome == "review"],
    }


def _label(one: Deliberation, name: str) -> str | None:
    return next((vote.verdict for vote in one.votes if vote.juror == name and vote.verdict != "abstain"), None)


def _juror(one: Turnout) -> dict[str, Any]:
    return {
        "juror": one.juror,
        "asked": one.asked,
        "pass": one.passed,
        "fail": one.failed,
        "abstain": one.abstained,
        "failures": dict(sorted(one.failures.items())),
        "void": one.void,
        "criteria_failed": dict(one.criteria),
        "tokens": one.tokens,
    }


def votes_view(record: dict[str, Any]) -> RenderableType:
    """Show what a panel decided."""
    head = Text(
        f"{', '.join(record['panel']['titles'])}: {record['panel']['policy']}, {record['dialogues']:,} dialogues", style="bold"
    )
    parts: list[RenderableType] = [head, _outcomes(record), _jurors(record["jurors"])]
    agreement = record["agreement"]
    if agreement["dialogues"]:
        figures = f"Krippendorff's alpha {_figure(agreement['krippendorff'])}, Fleiss' kappa {_figure(agreement['fleiss'])}"
        parts.append(Text(f"agreement over {agreement['dialogues']:,} dialogues put to all jurors: {figures}"))
    else:
        parts.append(Text("agreement is not measured: no dialogue was put to all jurors (--audit)", style="dim"))
    review = record["review"]
    if review:
        more = f" and {len(review) - _SHOWN:,} more" if len(review) > _SHOWN else ""
        parts.append(Text(f"for review: {', '.join(review[:_SHOWN])}{more}", style="yellow"))
    return Group(*parts)


_BY: Final = {
    "vote": "by vote",
    "stronger": "by the stronger juror",
    "split": "the jurors are split",
    "no_quorum": "too few could vote",
}
_TOLD: Final = {"accept": ("accepted", "green"), "reject": ("rejected", "bold red"), "review": ("for review", "yellow")}


def deliberation_view(one: Deliberation) -> RenderableType:
    """Show what a panel made of one dialogue: each vote, with the evidence for what a juror fails."""
    outcome, style = _TOLD[one.outcome]
    table = Table("juror", "vote", Column("fails on", overflow="fold"), show_edge=False, pad_edge=False)
    for vote in one.cast:
        failed = [ruling for ruling in vote.rulings if ruling.counts and ruling.verdict == "fail"]
        reasons = "\n".join(f"{ruling.criterion}: {ruling.evidence}" for ruling in failed)
        table.add_row(vote.juror, f"{vote.verdict} ({vote.failure})" if vote.failure else vote.verdict, Text(reasons))
    return Group(Text.assemble("jury: ", (outcome, style), f", {_BY[one.by]}"), table, "")


def _outcomes(record: dict[str, Any]) -> Table:
    right = {"justify": "right"}
    table = Table("category", *(Column(name, **right) for name in ("accept", "reject", "review")), box=None)  # type: ignore[arg-type]
    for name, counts in (*record["categories"].items(), ("all", record["outcomes"])):
        cells = [f"{counts.get(outcome, 0):,}" for outcome in ("accept", "reject", "review")]
        table.add_row(name, *cells, style="bold" if name == "all" else "")
    return table


def _jurors(jurors: Sequence[dict[str, Any]]) -> Table:
    table = Table("juror", "asked", "pass", "fail", "abstain", "void", "criteria failed", box=None)
    for one in jurors:
        failed = ", ".join(f"{key} {count}" for key, count in list(one["criteria_failed"].items())[:4])
        kinds = "".join(f" {kind} {count}" for kind, count in one["failures"].items())
        cells = [f"{one[key]:,}" for key in ("asked", "pass", "fail")]
        table.add_row(one["juror"], *cells, f"{one['abstain']:,}{kinds}", f"{one['void']:,}", failed)
    return table


def calibration_record(found: Calibration, titles: Sequence[str]) -> dict[str, Any]:
    """Give a calibration for `--json`, with the shares worked out."""
    return {"panel": list(titles), **_with_shares(found.model_dump(mode="json"))}


def _with_shares(value: Any) -> Any:
    """Write the share into each proportion."""
    if isinstance(value, dict):
        out = {key: _with_shares(inner) for key, inner in value.items()}
        return {**out, "share": out["hits"] / out["of"] if out["of"] else None} if {"hits", "of"} <= set(out) else out
    return [_with_shares(inner) for inner in value] if isinstance(value, list) else value


def calibration_view(found: Calibration, titles: Sequence[str]) -> RenderableType:
    """Show what calibration found out."""
    head = f"{', '.join(titles)}: {found.good:,} good dialogues and {found.spoilt:,} with a planted fault"
    table = Table("juror", "sensitivity", "specificity", "balanced", "weight", "abstained", "order flips", "length r", box=None)
    for one in found.jurors:
        flips = _share(one.position.flips) if one.position else "-"
        length = f"{one.length.r:+.2f} [{one.length.low:+.2f}, {one.length.high:+.2f}]" if one.length else "-"
        cells = (_share(one.sensitivity), _share(one.specificity), f"{one.balanced_accuracy:.3f}", f"{one.weight:.2f}")
        table.add_row(one.juror, *cells, f"{one.abstained:,}", flips, length)
    panels = Table("policy, all asked", "sensitivity", "specificity", "for review", box=None)
    for panel in found.panels:
        panels.add_row(panel.policy.value, _share(panel.sensitivity), _share(panel.specificity), f"{panel.review:,}")
    missed = [f"{name} {p.hits}/{p.of}" for name, p in found.faults.items() if p.hits < p.of]
    agreement = f"Fleiss' kappa {_figure(found.fleiss)}, Krippendorff's alpha {_figure(found.krippendorff)}"
    lines = [Text(agreement), Text(f"faults that no juror saw, or not always: {', '.join(missed) or 'none'}", style="dim")]
    return Group(Text(head, style="bold"), table, panels, *lines)


def _share(given: Proportion) -> str:
    return f"{given.share:.1%} [{given.low:.1%}, {given.high:.1%}]" if given.of else "-"


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
