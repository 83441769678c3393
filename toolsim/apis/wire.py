"""The wire form of arguments and results: names in the pack's style, parameters nested by `shape`, entries by `batch`.

Decoding and encoding are inverse to each other: `decode(encode(args)) == args` for flat arguments, and
`encode(decode(wire)) == wire` for wire arguments that the schema accepts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from toolsim.apis.naming import renamer
from toolsim.apis.schema import Schema, SchemaWriter
from toolsim.base.errors import PackError, near
from toolsim.base.text import Language, Text
from toolsim.taxonomy.declarations import TEMPORAL, Batch, Field, Group, Kind, Operation
from toolsim.verbs.filters import range_names
from toolsim.verbs.prepare import Prepared

Codec = Callable[[Any], Any]
MOST_ENTRIES = 5
RESULTS = "results"

_CHANGES = Text("what to change", "要修改的内容")


@dataclass(frozen=True, slots=True)
class Leaf:
    """A parameter in its place on the wire."""

    name: str
    field: Field
    encode: Codec | None
    decode: Codec | None


@dataclass(frozen=True, slots=True)
class Branch:
    """A nested object on the wire."""

    name: str
    label: Text
    children: tuple[Leaf | Branch, ...]
    least: int = 0
    """How many members must be there, beyond the required ones."""

    def leaves(self) -> Iterable[Leaf]:
        """Give all parameters below."""
        for child in self.children:
            if isinstance(child, Leaf):
                yield child
            else:
                yield from child.leaves()


class Wire:
    """The wire form of one operation."""

    def __init__(self, prepared: Prepared) -> None:
        self.operation = prepared.operation
        self.rename = renamer(prepared.pack.naming)
        self.result_fields = prepared.result
        batch = prepared.operation.batch
        members = _batched(batch, prepared.params, self.operation)
        inside = tuple(f for f in prepared.params if f.name in members)
        outside = tuple(f for f in prepared.params if f.name not in members)
        self.entry = self._tree(inside) if batch else None
        self.batch_name = self.rename(batch.name) if batch else ""
        self.root = self._tree(outside)
        if batch and self.batch_name in {child.name for child in self.root.children}:
            raise PackError(f"the batch {batch.name!r} has the name of a parameter", self.operation.place)
        self._encode_result = _row_codec(prepared.result, self.rename)

    # --- building ---

    def _tree(self, params: tuple[Field, ...]) -> Branch:
        waiting = {field.name: field for field in params}
        children = [self._group(group, waiting) for group in self.operation.shape]
        names = _update_names(self.operation)
        loose = [name for name in names if name in waiting]
        if len(names) > 1 and len(loose) == len(names):
            changes = tuple(self._leaf(waiting.pop(name)) for name in names)
            children.append(Branch(self.rename("changes"), _CHANGES, changes, least=1))
            names = ()
        leaves = {f.name: self._leaf(f) for f in params if f.name in waiting}
        root = Branch("", Text("", ""), _distinct((*leaves.values(), *(c for c in children if c.children)), self.operation))
        return _at_least_one(root, set(names)) if len(names) > 1 else root

    def _leaf(self, field: Field, name: str = "") -> Leaf:
        decode, encode = _codec(field, self.rename, decoding=True), _codec(field, self.rename)
        return Leaf(name or self.rename(field.name), field, encode, decode)

    def _group(self, group: Group, waiting: dict[str, Field]) -> Branch:
        children: list[Leaf | Branch] = []
        for member in group.members:
            if isinstance(member, Group):
                children.append(self._group(member, waiting))
            elif member in waiting:
                children.append(self._leaf(waiting.pop(member)))
            elif (pair := _range_of(member, waiting)) is not None:
                children.append(self._range(member, pair, waiting))
            elif self.operation.batch is None:
                known = [*waiting, *(name.rpartition("_")[0] for name in waiting)]
                raise PackError(
                    f"'shape' names {member!r}, which is no parameter left", self.operation.place, near(member, known)
                )
        return Branch(self.rename(group.name), group.label, _distinct(tuple(children), self.operation))

    def _range(self, name: str, pair: tuple[str, str], waiting: dict[str, Field]) -> Branch:
        low, high = (waiting.pop(key) for key in pair)
        ends = ("from", "to") if low.kind in TEMPORAL else ("min", "max")
        label = Text(low.label.en.rpartition(":")[0], low.label.zh.rpartition("：")[0])
        children = tuple(self._leaf(field, self.rename(end)) for field, end in zip((low, high), ends, strict=True))
        return Branch(self.rename(name), Text(f"range of: {label.en}", f"{label.zh}范围"), children)

    # --- schemas ---

    def parameters(self, language: Language) -> Schema:
        """Write the schema of the arguments."""
        writer = SchemaWriter(language, self.rename)
        schema = _branch_schema(self.root, writer)
        if self.entry is not None and self.operation.batch is not None:
            entries: Schema = {
                "type": "array",
                "description": _sentence(self.operation.batch.label, language),
                "items": _branch_schema(self.entry, writer),
                "minItems": 1,
                "maxItems": MOST_ENTRIES,
            }
            schema["properties"] = {self.batch_name: entries, **schema["properties"]}
            schema["required"] = [self.batch_name, *schema.get("required", ())]
        return schema

    def result(self, language: Language) -> Schema:
        """Write the schema of the result."""
        writer = SchemaWriter(language, self.rename, of_results=True)
        one = writer.object(self.result_fields)
        if self.entry is None:
            return one
        label = Text("result of each entry, in the order given", "各条目的结果，顺序与传入一致")
        many: Schema = {"type": "array", "description": _sentence(label, language), "items": one}
        name = self.rename(RESULTS)
        return {"type": "object", "properties": {name: many}, "required": [name], "additionalProperties": False}

    # --- values ---

    def decode(self, wire: dict[str, Any]) -> list[dict[str, Any]]:
        """Turn wire arguments into flat ones, a dict for each entry; one without a batch."""
        shared: dict[str, Any] = {}
        _decode(self.root, wire, shared)
        if self.entry is None:
            return [shared]
        out = []
        for entry in wire[self.batch_name]:
            flat = dict(shared)
            _decode(self.entry, entry, flat)
            out.append(flat)
        return out

    def encode(self, flats: list[dict[str, Any]]) -> dict[str, Any]:
        """Turn flat arguments, a dict for each entry, into wire form; entries share what stands outside the batch."""
        wire = _encode(self.root, flats[0])
        if self.entry is not None:
            return {self.batch_name: [_encode(self.entry, flat) for flat in flats], **wire}
        return wire

    def encode_result(self, results: list[dict[str, Any]]) -> dict[str, Any]:
        """Turn results into wire form: copies that share nothing with the world."""
        if self.entry is None:
            return self._encode_result(results[0])
        return {self.rename(RESULTS): [self._encode_result(result) for result in results]}


def _update_names(operation: Operation) -> tuple[str, ...]:
    return operation.with_fields if operation.verb == "update" else ()


def _batched(batch: Batch | None, params: tuple[Field, ...], operation: Operation) -> set[str]:
    if batch is None:
        return set()
    names = {field.name for field in params}
    for name in batch.members:
        if name not in names:
            raise PackError(f"'batch' names {name!r}, which is no parameter", operation.place, near(name, names))
    members = set(batch.members) or names
    if operation.shape and members != names and any(m in members for g in operation.shape for m in g.members):
        raise PackError("'shape' may not group parameters that 'batch' varies", operation.place)
    return members


def _range_of(name: str, waiting: dict[str, Field]) -> tuple[str, str] | None:
    for kind in (Kind.NUMBER, Kind.DATE):
        pair = range_names(name, kind)
        if all(key in waiting for key in pair):
            return pair
    return None


def _distinct(children: tuple[Leaf | Branch, ...], operation: Operation) -> tuple[Leaf | Branch, ...]:
    names = [child.name for child in children]
    for name in names:
        if names.count(name) > 1:
            raise PackError(f"two parameters are named {name!r} on the wire", operation.place)
    return children


def _at_least_one(branch: Branch, names: set[str]) -> Branch:
    """Demand one of some parameters, in the smallest object that holds them all."""
    for child in branch.children:
        if isinstance(child, Branch) and names <= {leaf.field.name for leaf in child.leaves()}:
            inner = _at_least_one(child, names)
            return replace(branch, children=tuple(inner if c is child else c for c in branch.children))
    return replace(branch, least=1)


def _required(node: Leaf | Branch) -> bool:
    if isinstance(node, Leaf):
        return node.field.required
    return any(_required(child) for child in node.children) or node.least > 0


def _sentence(label: Text, language: Language) -> str:
    text = label.say(language)
    return text[:1].upper() + text[1:]


def _branch_schema(branch: Branch, writer: SchemaWriter) -> Schema:
    schema: Schema = {"type": "object"}
    if branch.name:
        schema["description"] = _sentence(branch.label, writer.language)
    schema["properties"] = {
        child.name: writer.field(child.field) if isinstance(child, Leaf) else _branch_schema(child, writer)
        for child in branch.children
    }
    required = [child.name for child in branch.children if _required(child)]
    if required:
        schema["required"] = required
    least = len(required) + branch.least
    if branch.least or (branch.name and not required):
        schema["minProperties"] = max(1, least)
    schema["additionalProperties"] = False
    return schema


def _decode(branch: Branch, wire: dict[str, Any], into: dict[str, Any]) -> None:
    for child in branch.children:
        if child.name not in wire:
            continue
        value = wire[child.name]
        if isinstance(child, Branch):
            _decode(child, value, into)
        else:
            into[child.field.name] = value if child.decode is None else child.decode(value)


def _encode(branch: Branch, flat: dict[str, Any]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for child in branch.children:
        if isinstance(child, Branch):
            inner = _encode(child, flat)
            if inner:
                out[child.name] = inner
        elif child.field.name in flat:
            value = flat[child.field.name]
            out[child.name] = value if child.encode is None else child.encode(value)
    return out


def _codec(field: Field, rename: Callable[[str], str], decoding: bool = False) -> Codec | None:
    """Compile what renames the fields inside a value, or copies a list; None for plain values."""
    match field.kind:
        case Kind.VALUE:
            return _value_codec(field.fields, rename, decoding)
        case Kind.LIST:
            assert field.item is not None
            item = _codec(field.item, rename, decoding)
            return list if item is None else lambda values: [item(value) for value in values]
        case Kind.MANY:
            return list
    return None


def _value_codec(fields: tuple[Field, ...], rename: Callable[[str], str], decoding: bool) -> Codec:
    names = {}
    for field in fields:
        source, target = (rename(field.name), field.name) if decoding else (field.name, rename(field.name))
        names[source] = (target, _codec(field, rename, decoding))

    def convert(value: dict[str, Any]) -> dict[str, Any]:
        out = {}
        for key, inner in value.items():
            target, codec = names[key]
            out[target] = inner if codec is None else codec(inner)
        return out

    return convert


def _row_codec(fields: tuple[Field, ...], rename: Callable[[str], str]) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Compile what encodes a result; fields come in the order declared."""
    steps = [(field.name, rename(field.name), _codec(field, rename)) for field in fields]

    def encode(row: dict[str, Any]) -> dict[str, Any]:
        out = {}
        for source, target, codec in steps:
            if source in row:
                value = row[source]
                out[target] = value if codec is None else codec(value)
        return out

    return encode
