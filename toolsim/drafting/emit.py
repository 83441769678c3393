"""Write YAML nodes as text again, in the form of the packs: a line where it fits, every text quoted that needs it.

What a model wrote reaches a pack through here only, so that comments, marks and layout of its own never do.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from toolsim.base.yaml import Node, Scalar

WIDTH = 150
"""Columns up to which a node stays on one line."""
MOST_LEVELS = 3
"""Levels of blocks; what is deeper stands on one line, however long."""

_PLAIN = re.compile(r"[A-Za-z0-9_\u3400-\u9fff](?:[A-Za-z0-9_\u3400-\u9fff。，？！、；（）“”·/+~.%()'#^=<>-]|[ ](?=[^\s#]))*$")
_OTHER = re.compile(r"[-+.]?[0-9][0-9_.,eE+-]*$|(?:true|false|null|yes|no|on|off|y|n)$", re.IGNORECASE)
_CONTROL = re.compile("[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\uffff]")


def scalar(value: Scalar) -> str:
    """Write one scalar."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return repr(value)
    if _PLAIN.match(value) and not _OTHER.match(value):
        return value
    return _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(value, ensure_ascii=False))


def line(node: Node) -> str:
    """Write a node on one line."""
    match node.value:
        case dict():
            return "{" + ", ".join(f"{scalar(key)}: {line(inner)}" for key, inner in node.value.items()) + "}"
        case list():
            return "[" + ", ".join(map(line, node.value)) + "]"
        case value:
            return scalar(value)


def block(entries: Mapping[str, Node], indent: int = 0, levels: int = MOST_LEVELS) -> str:
    """Write the entries of a mapping, a line each where they fit; ends in a line break."""
    return "".join(_entry(key, node, indent, levels) for key, node in entries.items())


def _is_table(items: list[Node]) -> bool:
    """Tell lists of mappings, and of more lists than the two languages."""
    return all(isinstance(item.value, dict) for item in items) or (
        len(items) > 2 and all(isinstance(item.value, list) for item in items)
    )


def _entry(key: str, node: Node, indent: int, levels: int) -> str:
    head = f"{' ' * indent}{scalar(key)}:"
    flow = f"{head} {line(node)}\n"
    if len(flow) <= WIDTH or levels == 0:
        return flow
    match node.value:
        case dict() if node.value:
            return f"{head}\n{block(node.value, indent + 2, levels - 1)}"
        case list() if _is_table(node.value):
            return f"{head}\n" + "".join(f"{' ' * (indent + 2)}- {line(item)}\n" for item in node.value)
    return flow
