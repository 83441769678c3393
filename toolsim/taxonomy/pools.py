"""Read word pools."""

from __future__ import annotations

import re
from collections.abc import Mapping

from toolsim.base.errors import PackError, near
from toolsim.base.text import Phrases, Text
from toolsim.base.yaml import Node
from toolsim.taxonomy.declarations import Entity, Field, Pool
from toolsim.taxonomy.reader import Reader, as_list, as_mapping, as_name, as_pair, scalar_text

INSERT = re.compile(r"\{(\w+)\}")


def read_pools(node: Node | None) -> dict[str, Pool]:
    """Read the pools of one file."""
    if node is None:
        return {}
    return {as_name(name, child.place, "pool"): _pool(name, child) for name, child in as_mapping(node, "'pools'").items()}


def _pool(name: str, node: Node) -> Pool:
    if isinstance(node.value, dict):
        reader = Reader(node, f"pool {name!r}")
        sides = [
            tuple(scalar_text(item, f"each of pool {name!r}") for item in as_list(reader.need(side), side))
            for side in ("en", "zh")
        ]
        reader.end()
        pool = Pool(name, lists=Phrases(*sides))
    else:
        pool = Pool(name, records=tuple(_record(item, name) for item in as_list(node, f"pool {name!r}")))
        columns = {tuple(sorted(record)) for record in pool.records}
        if len(columns) > 1:
            raise PackError(f"the records of pool {name!r} do not all have the same columns", node.place)
    if not len(pool):
        raise PackError(f"pool {name!r} is empty", node.place)
    return pool


def _record(node: Node, name: str) -> dict[str, Text]:
    if not isinstance(node.value, dict):
        return {"": as_pair(node, f"each of pool {name!r}")}
    return {column: _cell(cell, f"{column!r} of pool {name!r}") for column, cell in node.value.items()}


def _cell(node: Node, what: str) -> Text:
    if isinstance(node.value, list):
        return as_pair(node, what)
    text = scalar_text(node, what)
    return Text(text, text)


def check_inserts(pools: Mapping[str, Pool], node: Node | None) -> None:
    """Refuse a `{pool}` inside a list pool that does not exist."""
    for name, child in as_mapping(node, "'pools'").items() if node else ():
        for phrase in (*pools[name].lists.en, *pools[name].lists.zh):
            for inner in INSERT.findall(phrase):
                if inner not in pools or pools[inner].records:
                    raise PackError(f"pool {name!r} inserts the unknown pool {inner!r}", child.place, near(inner, pools))


def check_pick(field: Field, pools: Mapping[str, Pool]) -> None:
    """Refuse a field that picks from an unknown pool or column."""
    for inner in (*field.fields, *([field.item] if field.item else [])):
        check_pick(inner, pools)
    if not field.pick:
        return
    name, _, column = field.pick.partition(".")
    if name not in pools:
        raise PackError(f"field {field.name!r} picks from the unknown pool {name!r}", field.place, near(name, pools))
    pool = pools[name]
    known = pool.records[0] if pool.records else {"": Text("", "")}
    if column not in known:
        hint = near(column, known) if column else f"name one of {', '.join(known)}"
        raise PackError(f"field {field.name!r} picks {column!r}, which pool {name!r} has not", field.place, hint)


def pool_size(entity: Entity, pools: Mapping[str, Pool]) -> int | None:
    """Tell how many rows the unique picks of an entity allow, or None for any number."""
    sizes = [len(pools[f.pick.partition(".")[0]]) for f in entity.fields if f.unique and f.pick and f.pick != "person_name"]
    return min(sizes) if sizes else None
