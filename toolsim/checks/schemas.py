"""Schemas of tools that are none of ours, as the demands of the tools API are read."""

from __future__ import annotations

from typing import Any


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
