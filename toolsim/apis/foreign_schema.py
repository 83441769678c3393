"""Schemas of tools that are none of ours: whether they can be used at all. Nothing that they point to is fetched."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Final

import jsonschema_rs
import orjson

from toolsim.apis.validation import Validator

MOST_LEVELS: Final = 64
"""Levels to which schemas, arguments and results may nest."""
_TYPES: Final = "string, number, integer, boolean, array, object, null"


def schema_fault(schema: dict[str, Any]) -> str:
    """Tell why a schema cannot be used, with the JSON path of the place; empty where it can be."""
    return _usable(orjson.dumps(schema))[0]


def validator_of(schema: dict[str, Any]) -> Validator | None:
    """Give the validator of a schema; None where it cannot be used."""
    return _usable(orjson.dumps(schema))[1]


@lru_cache(maxsize=4096)
def _usable(text: bytes) -> tuple[str, Validator | None]:
    schema = orjson.loads(text)
    schema.pop("$schema", None)
    fault = _unreachable(schema)
    if fault:
        return fault, None
    try:
        jsonschema_rs.meta.validate(schema)
        return "", Validator(schema)
    except jsonschema_rs.ValidationError as error:
        return _mistake(error), None
    except jsonschema_rs.ReferencingError as error:
        return str(error).splitlines()[0][:160], None


def _mistake(error: jsonschema_rs.ValidationError) -> str:
    path = path_of(error.instance_path)
    if error.instance_path and error.instance_path[-1] == "type":
        return f"{path} is {error.instance!r}, and the types of JSON Schema are {_TYPES}"
    return f"{path}: {error.message[:160]}"


def path_of(steps: Iterable[str | int]) -> str:
    """Write the JSON path of some steps, `$.properties.days.items[0]`."""
    return "$" + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)


def kind_of(value: Any) -> str:
    """Say what a JSON value is, for messages."""
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case int() | float():
            return f"the number {value}"
        case str():
            return "text"
        case list():
            return "a list"
    return "an object"


def _unreachable(schema: Any) -> str:
    """Refuse schemas that point outside themselves, which would be fetched from there, or that nest without end."""
    waiting: list[tuple[Any, tuple[str | int, ...]]] = [(schema, ())]
    while waiting:
        node, steps = waiting.pop()
        if len(steps) >= MOST_LEVELS:
            return f"nests deeper than {MOST_LEVELS} levels"
        if isinstance(node, dict):
            for key in ("$ref", "$dynamicRef", "$recursiveRef", "$schema", "$id"):
                if isinstance(node.get(key), str) and not node[key].startswith("#"):
                    return f"{path_of(steps)} has the {key} {node[key][:80]!r}, and nothing is fetched"
        inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
        waiting += [(one, (*steps, step)) for step, one in inner]
    return ""
