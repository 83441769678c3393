"""Values that meet a schema, taken from what was said where it fits."""

from __future__ import annotations

import re
from random import Random
from typing import Any

_NUMBER = re.compile(r"(?<![\w.-])-?\d+(?:\.\d+)?(?![\w-])")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_QUOTED = re.compile(r"[\"“「]([^\"”」]+)[\"”」]")
_CODE = re.compile(r"\b[A-Z]{1,4}-?\d{2,}\b")
_DEEPEST = 8


def value_for(schema: dict[str, Any], said: str, rng: Random, depth: int = 0) -> Any:
    """Make a value that meets the usual keywords of a schema."""
    if "const" in schema:
        return schema["const"]
    if options := schema.get("enum"):
        return next((option for option in options if str(option) in said), None) or rng.choice(options)
    for key in ("anyOf", "oneOf"):
        if branches := schema.get(key):
            return value_for(branches[0], said, rng, depth)
    kind = schema.get("type", "object" if "properties" in schema else "string")
    match kind[0] if isinstance(kind, list) else kind:
        case "object":
            return _object(schema, said, rng, depth)
        case "array":
            few = max(schema.get("minItems", 1 if depth < _DEEPEST else 0), 0)
            return [value_for(schema.get("items", {}), said, rng, depth + 1) for _ in range(few)]
        case "integer":
            return int(_number(schema, said, rng, whole=True))
        case "number":
            return _number(schema, said, rng, whole=False)
        case "boolean":
            return rng.random() < 0.5
        case "null":
            return None
    return _string(schema, said, rng)


def _object(schema: dict[str, Any], said: str, rng: Random, depth: int) -> dict[str, Any]:
    properties = schema.get("properties", {})
    required = schema.get("required", list(properties))
    return {name: value_for(properties.get(name, {}), said, rng, depth + 1) for name in required}


def _number(schema: dict[str, Any], said: str, rng: Random, whole: bool) -> float:
    low = schema.get("minimum", schema.get("exclusiveMinimum", 0 if schema.get("maximum", 1) >= 0 else schema["maximum"] - 1))
    high = schema.get("maximum", schema.get("exclusiveMaximum", low + 10))
    for text in _NUMBER.findall(said):
        number = float(text)
        if low <= number <= high and (not whole or number.is_integer()):
            return number
    inside = low + 1 if "exclusiveMinimum" in schema else low
    return float(rng.randint(int(inside), max(int(inside), int(high) - ("exclusiveMaximum" in schema))))


def _string(schema: dict[str, Any], said: str, rng: Random) -> str:
    if schema.get("format") == "date":
        found = _DATE.search(said)
        return found[0] if found else f"2026-0{rng.randint(1, 9)}-1{rng.randint(0, 9)}"
    found = _QUOTED.search(said) or _CODE.search(said)
    text = (found[1] if found.re is _QUOTED else found[0]) if found else rng.choice(("first", "second", "third"))
    return text.ljust(schema.get("minLength", 0), "x")[: schema.get("maxLength", 200)]
