"""Views of what the checks found: findings by code, each with some examples."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Column, Table
from rich.text import Text

from toolsim.checks.finding import Finding


@dataclass(frozen=True, slots=True)
class Example:
    """One finding with the dialogue that it was made in."""

    source: str
    """The run or file."""
    id: str
    finding: Finding


@dataclass(slots=True)
class Findings:
    """Findings counted by code, some of them kept."""

    kept: int
    """Examples kept of each code."""
    dialogues: int = 0
    faulty: int = 0
    """Dialogues with any finding."""
    counts: Counter[str] = field(default_factory=Counter)
    in_dialogues: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[Example]] = field(default_factory=dict)

    def add(self, source: str, identity: str, findings: Sequence[Finding]) -> None:
        """Count a dialogue."""
        self.dialogues += 1
        self.faulty += bool(findings)
        self.in_dialogues.update({finding.code for finding in findings})
        for finding in findings:
            self.counts[finding.code] += 1
            examples = self.examples.setdefault(finding.code, [])
            if len(examples) < self.kept:
                examples.append(Example(source, identity, finding))

    def record(self, notes: Iterable[str]) -> dict[str, Any]:
        """Give everything for `--json`."""
        return {
            "dialogues": self.dialogues,
            "faulty": self.faulty,
            "findings": self.counts.total(),
            "codes": [
                {
                    "code": code,
                    "findings": count,
                    "dialogues": self.in_dialogues[code],
                    "examples": [
                        {"source": e.source, "id": e.id, "path": e.finding.path, "message": e.finding.message}
                        for e in self.examples.get(code, ())
                    ],
                }
                for code, count in _ordered(self.counts)
            ],
            "notes": list(notes),
        }


def findings_view(findings: Findings, notes: Iterable[str]) -> RenderableType:
    """Show findings by code, the commonest first, and what was not checked."""
    parts: list[RenderableType] = []
    for code, count in _ordered(findings.counts):
        table = Table(
            Column(style="dim", no_wrap=True), Column(overflow="fold"), Column(overflow="fold"), show_header=False, box=None
        )
        for example in findings.examples.get(code, ()):
            table.add_row(Text(example.id), Text(example.finding.path, style="dim"), Text(example.finding.message))
        counted = f"  {_counted(count, 'finding')} in {_counted(findings.in_dialogues[code], 'dialogue')}"
        head = Text.assemble((code, "bold red"), counted)
        parts += [head, table]
    verdict = f"{_counted(findings.faulty, 'dialogue')} of {findings.dialogues:,} with findings"
    parts.append(Text(verdict, style="bold red" if findings.faulty else "bold green"))
    parts += [Text(note, style="dim") for note in notes]
    return Group(*parts)


def _ordered(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}" + ("" if count == 1 else "s")
