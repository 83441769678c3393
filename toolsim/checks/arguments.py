"""Arguments: every call names an offered tool and gives a JSON object that its schema takes, with nothing beside."""

from __future__ import annotations

from collections.abc import Iterator

from toolsim.checks.case import Case
from toolsim.checks.finding import CHECKS, Finding


@CHECKS.register("arguments")
def arguments(case: Case) -> Iterator[Finding]:
    """Check the calls against the specs."""
    offered = set(case.dialogue.tools)
    for call in case.calls:
        if call.name not in offered:
            yield Finding("arguments.not_offered", f"{call.path}.function.name", f"{call.name!r} is not offered")
            continue
        if call.arguments is None:
            yield Finding("arguments.not_json", f"{call.path}.function.arguments", "the arguments are no JSON object")
            continue
        validator = case.validator(call.name)
        if validator is not None and not validator.is_valid(call.arguments):
            for violation in validator.violations(call.arguments):
                path = f"{call.path}.function.arguments{violation.path[1:]}"
                yield Finding(f"arguments.{violation.rule}", path, violation.say("en"))
