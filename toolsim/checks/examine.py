"""Examine a dialogue: run every family of checks over it."""

from __future__ import annotations

from collections.abc import Iterator

from toolsim.checks import answers, arguments, form, grounding, language, milestones, replay, residue, spec, special, uniqueness
from toolsim.checks.case import Case
from toolsim.checks.finding import CHECKS, Finding

FAMILIES = (form, spec, arguments, grounding, replay, milestones, special, answers, language, residue, uniqueness)
"""The modules that register the built-in families."""


def examine(case: Case) -> Iterator[Finding]:
    """Give all findings; a dialogue whose form is broken is not examined further."""
    broken = False
    for finding in CHECKS.get("form")(case):
        broken = True
        yield finding
    if broken:
        return
    for family in CHECKS:
        if family != "form":
            yield from CHECKS.get(family)(case)
