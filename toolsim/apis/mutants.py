"""Arguments that break a schema by construction, each with the rule that it breaks."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from toolsim.apis.schema import Schema

Steps = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Mutant:
    """Wrong arguments."""

    rule: str
    """Keyword of the schema that is broken."""
    path: str
    """JSON path of what was changed."""
    arguments: dict[str, Any]


_WRONG_TYPE: dict[str, Any] = {
    "string": 12345,
    "number": "twelve",
    "integer": 1.5,
    "boolean": "yes",
    "array": "several",
    "object": "some text",
}


def mutants(schema: Schema, arguments: dict[str, Any]) -> Iterator[Mutant]:
    """Break valid arguments in every way that the schema knows, one at a time."""
    for steps, rule, value in _faults(schema, arguments, ()):
        broken = copy.deepcopy(arguments)
        path = "$" + "".join(f"[{s}]" if isinstance(s, int) else f".{s}" for s in steps)
        if not steps:
            broken = value
        else:
            owner: Any = broken
            for step in steps[:-1]:
                owner = owner[step]
            owner[steps[-1]] = value
        yield Mutant(rule, path, broken)


def some_mutants(schema: Schema, arguments: dict[str, Any], rng: Random, count: int) -> list[Mutant]:
    """Draw some of the mutants, of as many rules as there are."""
    by_rule: dict[str, list[Mutant]] = {}
    for mutant in mutants(schema, arguments):
        by_rule.setdefault(mutant.rule, []).append(mutant)
    rules = sorted(by_rule)
    rng.shuffle(rules)
    return [rng.choice(by_rule[rule]) for rule in rules[:count]]


def _faults(schema: Schema, value: Any, steps: Steps) -> Iterator[tuple[Steps, str, Any]]:
    kind = schema["type"]
    if steps:
        yield steps, "type", _WRONG_TYPE[kind]
    match kind:
        case "object":
            yield from _object_faults(schema, value, steps)
        case "array":
            yield from _array_faults(schema, value, steps)
        case "string":
            yield from ((steps, rule, wrong) for rule, wrong in _string_faults(schema))
        case "number" | "integer":
            if "minimum" in schema:
                yield steps, "minimum", schema["minimum"] - 1
            if "maximum" in schema:
                yield steps, "maximum", schema["maximum"] + 1


def _object_faults(schema: Schema, value: dict[str, Any], steps: Steps) -> Iterator[tuple[Steps, str, Any]]:
    for name in schema.get("required", ()):
        yield steps, "required", {k: v for k, v in value.items() if k != name}
    yield steps, "additionalProperties", {**value, "unlisted_extra": 1}
    if "minProperties" in schema:
        required = {k: v for k, v in value.items() if k in schema.get("required", ())}
        if len(required) < schema["minProperties"]:
            yield steps, "minProperties", required
    for name, inner in schema["properties"].items():
        if name in value:
            yield from _faults(inner, value[name], (*steps, name))


def _array_faults(schema: Schema, value: list[Any], steps: Steps) -> Iterator[tuple[Steps, str, Any]]:
    if schema.get("minItems", 0) > 0:
        yield steps, "minItems", value[: schema["minItems"] - 1]
    if "maxItems" in schema and value and not schema.get("uniqueItems"):
        yield steps, "maxItems", value[:1] * (schema["maxItems"] + 1)
    if schema.get("uniqueItems") and value:
        yield steps, "uniqueItems", [*value, value[0]]
    for index, item in enumerate(value[:2]):
        yield from _faults(schema["items"], item, (*steps, index))


def _string_faults(schema: Schema) -> Iterator[tuple[str, str]]:
    if "enum" in schema:
        yield "enum", "no_such_option"
    if "pattern" in schema:
        yield "pattern", "?!"
    if "format" in schema:
        yield "format", "2026-02-31" if schema["format"] == "date" else "not one"
    if schema.get("minLength"):
        yield "minLength", ""
    if "maxLength" in schema:
        yield "maxLength", "x" * (schema["maxLength"] + 1)
