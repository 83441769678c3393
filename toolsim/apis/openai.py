"""What the OpenAI tools API demands of a function tool; every spec of the pool is held to it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}$")
MOST_DESCRIPTION = 1024
MOST_LEVELS = 10
_TYPES = frozenset({"string", "number", "integer", "boolean", "array", "object"})
_NOTES = {"description", "default"}
_OBJECT = {"properties", "required", "additionalProperties", "minProperties"}
_ARRAY = {"items", "minItems", "maxItems", "uniqueItems"}
_SCALAR = {"enum", "pattern", "format", "minimum", "maximum", "minLength", "maxLength"}
_KEYWORDS = {"type"} | _NOTES | _OBJECT | _ARRAY | _SCALAR


def objections(tool: dict[str, Any]) -> Iterator[str]:
    """Tell why the API would refuse a tool, or would not hold a model to it; nothing for a good one."""
    function = tool.get("function", {})
    if tool.get("type") != "function":
        yield "is no function tool"
    if not NAME.match(function.get("name", "")):
        yield f"has the name {function.get('name')!r}"
    if not 1 <= len(function.get("description", "")) <= MOST_DESCRIPTION:
        yield f"has a description of {len(function.get('description', ''))} characters"
    schema = function.get("parameters", {})
    if schema.get("type") != "object":
        yield "has a root that is no object"
    yield from _inside(schema, "$", 1)


def _inside(schema: dict[str, Any], path: str, level: int) -> Iterator[str]:
    if level > MOST_LEVELS:
        yield f"{path} is deeper than {MOST_LEVELS} levels"
        return
    if schema.get("type") not in _TYPES:
        yield f"{path} has the type {schema.get('type')!r}"
    if unknown := set(schema) - _KEYWORDS:
        yield f"{path} has the keywords {', '.join(sorted(unknown))}"
    if path != "$" and not schema.get("description") and not path.endswith("[]"):
        yield f"{path} has no description"
    if schema.get("type") == "object":
        if schema.get("additionalProperties") is not False:
            yield f"{path} is an open object"
        properties = schema.get("properties", {})
        if missing := set(schema.get("required", ())) - set(properties):
            yield f"{path} requires {', '.join(sorted(missing))}, which it has not"
        for name, inner in properties.items():
            if not NAME.match(name):
                yield f"{path} has the property name {name!r}"
            yield from _inside(inner, f"{path}.{name}", level + 1)
    if schema.get("type") == "array":
        yield from _inside(schema.get("items", {}), f"{path}[]", level)
