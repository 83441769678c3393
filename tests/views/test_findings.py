"""How findings look, in the terminal and as JSON."""

from __future__ import annotations

import io

from rich.console import Console

from toolsim.checks.finding import Finding
from toolsim.views.findings import Findings, findings_view


def some() -> Findings:
    findings = Findings(kept=1)
    findings.add("run", "a", [Finding("form.end", "$.messages", "it ends [sic]"), Finding("form.end", "$", "again")])
    findings.add("run", "b", [])
    return findings


def test_findings_are_grouped_by_code_with_examples() -> None:
    out = io.StringIO()
    Console(file=out, width=100).print(findings_view(some(), ["a note"]))
    assert "form.end  2 findings in 1 dialogue" in out.getvalue()
    assert "it ends [sic]" in out.getvalue() and "again" not in out.getvalue()
    assert "1 dialogue of 2 with findings" in out.getvalue() and "a note" in out.getvalue()


def test_the_record_counts_everything_and_keeps_examples() -> None:
    record = some().record([])
    assert (record["dialogues"], record["faulty"], record["findings"]) == (2, 1, 2)
    (code,) = record["codes"]
    assert code["findings"] == 2 and [example["id"] for example in code["examples"]] == ["a"]
