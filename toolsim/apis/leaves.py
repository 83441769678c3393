"""Leaves of wire arguments: every single value with its JSON path, its field and its canonical place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from toolsim.apis.api import Api
from toolsim.apis.wire import Branch, Leaf
from toolsim.taxonomy.declarations import Field, Kind

Steps = tuple[str | int, ...]
LeafKey = tuple[str, int, Steps]


@dataclass(frozen=True, slots=True)
class ArgumentLeaf:
    """One value that a caller gives."""

    path: str
    """JSON path, `$.visit.day`, `$.orders[1].amount`."""
    name: str
    """Flat name of the parameter."""
    entry: int
    """Index of the batch entry; 0 where there is no batch."""
    steps: Steps
    """Canonical place inside the parameter; empty for the parameter itself."""
    field: Field
    value: Any

    @property
    def key(self) -> LeafKey:
        """Its canonical place as a whole."""
        return self.name, self.entry, self.steps

    @property
    def is_row(self) -> bool:
        """Whether it is the key of a row."""
        return self.field.kind is Kind.REF


def leaves(api: Api, arguments: dict[str, Any]) -> Iterator[ArgumentLeaf]:
    """List the leaves of valid wire arguments; a set of codes is one leaf."""
    wire = api.wire
    if wire.entry is not None:
        for index, entry in enumerate(arguments[wire.batch_name]):
            yield from _branch(api, wire.entry, entry, f"$.{wire.batch_name}[{index}]", index)
    yield from _branch(api, wire.root, arguments, "$", 0)


def _branch(api: Api, branch: Branch, wire: dict[str, Any], path: str, entry: int) -> Iterator[ArgumentLeaf]:
    for child in branch.children:
        if child.name not in wire:
            continue
        inner, value = f"{path}.{child.name}", wire[child.name]
        if isinstance(child, Leaf):
            yield from _value(api, child.field, value, inner, (child.field.name, entry), ())
        else:
            yield from _branch(api, child, value, inner, entry)


def _value(api: Api, field: Field, value: Any, path: str, owner: tuple[str, int], steps: Steps) -> Iterator[ArgumentLeaf]:
    if field.kind is Kind.VALUE:
        for inner in field.fields:
            name = api.wire.rename(inner.name)
            if name in value:
                yield from _value(api, inner, value[name], f"{path}.{name}", owner, (*steps, inner.name))
    elif field.kind is Kind.LIST:
        assert field.item is not None
        for index, item in enumerate(value):
            yield from _value(api, field.item, item, f"{path}[{index}]", owner, (*steps, index))
    else:
        yield ArgumentLeaf(path, owner[0], owner[1], steps, field, value)


def parameter_paths(api: Api) -> dict[str, str]:
    """Give the JSON path of each flat parameter; inside a batch that of its first entry."""
    out: dict[str, str] = {}
    if api.wire.entry is not None:
        _paths(api.wire.entry, f"$.{api.wire.batch_name}[0]", out)
    _paths(api.wire.root, "$", out)
    return out


def _paths(branch: Branch, path: str, out: dict[str, str]) -> None:
    for child in branch.children:
        if isinstance(child, Leaf):
            out[child.field.name] = f"{path}.{child.name}"
        else:
            _paths(child, f"{path}.{child.name}", out)
