"""Schemas of tools that are none of ours: whether they can be used at all. Nothing that they point to is fetched."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

import jsonschema_rs
import orjson

from toolsim.apis.validation import Validator

MOST_LEVELS: Final = 64
"""Levels to which schemas, arguments and results may nest."""


def schema_fault(schema: dict[str, Any]) -> str:
    """Tell why a schema cannot be used; empty where it can be."""
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
    except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError) as error:
        return str(error).splitlines()[0][:160], None


def _unreachable(schema: Any) -> str:
    """Refuse schemas that point outside themselves, which would be fetched from there, or that nest without end."""
    waiting = [(schema, 1)]
    while waiting:
        node, level = waiting.pop()
        if level > MOST_LEVELS:
            return f"nests deeper than {MOST_LEVELS} levels"
        if isinstance(node, dict):
            for key in ("$ref", "$dynamicRef", "$recursiveRef", "$schema", "$id"):
                if isinstance(node.get(key), str) and not node[key].startswith("#"):
                    return f"has the {key} {node[key][:80]!r}, and nothing is fetched"
        inner = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
        waiting += [(one, level + 1) for one in inner]
    return ""


def plain(schema: Any) -> dict[str, Any]:
    """Give a schema in which every type is one text and every schema an object, as the demands of the tools API are read."""
    out = dict(schema) if isinstance(schema, dict) else {}
    if isinstance(out.get("type"), list):
        out["type"] = " or ".join(map(str, out["type"]))
    if "properties" in out:
        out["properties"] = {name: plain(inner) for name, inner in out["properties"].items()}
    if "items" in out:
        out["items"] = plain(out["items"])
    return out
