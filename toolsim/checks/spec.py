"""Spec: the offered tools are there, named as the tools API wants, with closed parameter schemas, and none comes twice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from toolsim.apis.foreign_schema import schema_fault
from toolsim.apis.openai import objections
from toolsim.checks.case import Case
from toolsim.checks.finding import CHECKS, Finding
from toolsim.checks.schemas import plain

_MOST = 128


@CHECKS.register("spec")
def spec(case: Case) -> Iterator[Finding]:
    """Check the offered tools."""
    names = case.dialogue.tools
    if len(set(names)) < len(names):
        yield Finding("spec.twice", "$.tools", "a tool is offered twice")
    if len(names) > _MOST:
        yield Finding("spec.many", "$.tools", f"{len(names)} tools are offered; the tools API takes {_MOST}")
    for index, name in enumerate(names):
        path = f"$.tools[{index}]"
        if name not in (case.specs or case.catalogue):
            yield Finding("spec.unknown", path, f"there is no API {name!r}")
        elif case.specs and case.scenario is None:
            yield from _stranger(case.specs[name], path)
    if case.scenario is not None and case.scenario.tools != names:
        yield Finding("spec.changed", "$.tools", "the tools are not those of the scenario")


def _stranger(tool: dict[str, Any], path: str) -> Iterator[Finding]:
    """Check a tool that is none of ours."""
    fault = schema_fault(tool["function"]["parameters"])
    if fault:
        yield Finding("spec.schema", f"{path}.function.parameters", f"the schema cannot be used: {fault}")
        return
    whole = plain(tool["function"]["parameters"])
    bare = {"type": whole.get("type"), "additionalProperties": False}
    refused = list(objections({**tool, "function": {**tool["function"], "parameters": bare}}))
    for objection in refused:
        yield Finding("spec.form", path, objection)
    strict = objections({**tool, "function": {**tool["function"], "parameters": whole}})
    loose = [objection for objection in strict if objection not in refused]
    if loose:
        more = f" ({len(loose)} such places)" if len(loose) > 1 else ""
        yield Finding("spec.loose", path, f"the tools API would not hold a model to the schema: {loose[0]}{more}")
