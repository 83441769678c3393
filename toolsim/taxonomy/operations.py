"""Read operations: a verb with its own keys, and the keys that go with every verb."""

from __future__ import annotations

import re
from dataclasses import replace

from toolsim.base.errors import PackError, near
from toolsim.base.yaml import Node
from toolsim.taxonomy.declarations import (
    Operation,
)
from toolsim.taxonomy.parts import OperationContext, assignments, batch, fields_of, guards, shape
from toolsim.taxonomy.reader import Reader
from toolsim.taxonomy.verb_keys import VERB_KEYS

NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}$")


def read_operation(name: str, node: Node, context: OperationContext) -> Operation:
    """Read one operation."""
    if not NAME.match(name):
        raise PackError(f"operation {name!r} must be 1 to 64 of a-z, A-Z, 0-9, _ and -", node.place)
    reader = Reader(node, f"operation {name!r}")
    verb = next((key for key in reader.left() if key in VERB_KEYS), "")
    if not verb:
        wrong = next((key for key in reader.left() if near(key, VERB_KEYS).startswith("did you mean")), "")
        raise PackError(f"operation {name!r} has no verb", node.place, near(wrong, VERB_KEYS))
    head = reader.need(verb)
    out = Operation(
        name,
        verb,
        reader.pair("is"),
        reader.phrases("ask"),
        reader.phrases("why"),
        node.place,
        given=fields_of("given", reader, context),
    )
    out = VERB_KEYS[verb](out, head, reader, context)
    out = replace(
        out,
        guards=out.guards or guards(reader, "fault"),
        sets=assignments(reader),
        shape=shape(reader, context),
        batch=batch(reader, context),
    )
    reader.end()
    return out
