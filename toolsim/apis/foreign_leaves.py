"""Leaves of arguments under a schema that is none of ours: every single value with its JSON path and what is known of it.

Nothing is known of such a value but its schema and how it looks; a field is made of that, so that words can be read for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from toolsim.apis.foreign_schema import MOST_LEVELS, validator_of
from toolsim.apis.leaves import ArgumentLeaf
from toolsim.base.errors import Place
from toolsim.base.text import HAN, Text
from toolsim.taxonomy.declarations import Field, Kind, Option

Schema = dict[str, Any]

_NOWHERE: Final = Place("", 0)
_DIGITS: Final = 6
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}$")
_TIME = re.compile(r"\d{2}:\d{2}$")
_DATETIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}")
_KEY = re.compile(r"(?=.*\d)[A-Za-z0-9]+(?:[-_#/.][A-Za-z0-9]+)*$")
_UNITS: Final = {
    re.compile(r"\bseconds?\b|秒", re.I): Text("seconds", "秒"),
    re.compile(r"\bminutes?\b|分钟", re.I): Text("minutes", "分钟"),
    re.compile(r"\bhours?\b|小时", re.I): Text("hours", "小时"),
    re.compile(r"\bdays?\b|天数|单位：天", re.I): Text("days", "天"),
}
_GLOSS: Final = r"(?<![A-Za-z0-9_]){}\s*(?:[:：=]|[-–—]|[（(])\s*([^\s,，;；、。.:：()（）|/][^,，;；、。.:：()（）|/\n]*)"
_MOST_GLOSS: Final = 24
_SHORTEST: Final = 5
"""Letters of an option that hardly stands in a text by chance."""


def foreign_leaves(schema: Schema, arguments: dict[str, Any]) -> Iterator[ArgumentLeaf]:
    """List the leaves of arguments that a schema takes; a list that holds nothing twice is one leaf."""
    for name, value in arguments.items():
        inner = _declared(schema, schema, arguments).get(name)
        yield from _leaves(schema, inner if isinstance(inner, dict) else {}, value, f"$.{name}", name)


def undeclared(schema: Schema, arguments: dict[str, Any]) -> Iterator[str]:
    """List the paths of arguments that a schema takes without declaring them, so that nobody could know their names."""
    yield from _undeclared(schema, schema, arguments, "$")


def _undeclared(root: Schema, schema: Schema, value: Any, path: str) -> Iterator[str]:
    schema = resolved(root, schema, value)
    if isinstance(value, dict):
        declared = _declared(root, schema, value)
        for name, inner in value.items():
            if name in declared:
                yield from _undeclared(root, declared[name], inner, f"{path}.{name}")
            else:
                yield f"{path}.{name}"
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _undeclared(root, _of_items(schema), inner, f"{path}[{index}]")


def resolved(root: Schema, given: Any, value: Any) -> Schema:
    """Follow references, and of alternatives the first that takes a value."""
    schema: Schema = given if isinstance(given, dict) else {}
    for _ in range(MOST_LEVELS):
        if isinstance(schema.get("$ref"), str):
            schema = {**_pointed(root, schema["$ref"]), **{key: inner for key, inner in schema.items() if key != "$ref"}}
            continue
        branches = next((schema[key] for key in ("anyOf", "oneOf") if schema.get(key)), None)
        parts = [branch for branch in schema.get("allOf", ()) if isinstance(branch, dict)]
        if not branches and not parts:
            break
        fitting = [branch for branch in branches or () if isinstance(branch, dict) and _takes(root, branch, value)]
        bare = {key: inner for key, inner in schema.items() if key not in ("anyOf", "oneOf", "allOf")}
        for part in (*fitting[:1], *parts):
            bare = _both(bare, part)
        schema = bare
    return schema


def _both(schema: Schema, more: Schema) -> Schema:
    """Put two schemas together, their properties included; what the first says stands."""
    properties = {**more.get("properties", {}), **schema.get("properties", {})}
    return {**more, **schema, **({"properties": properties} if properties else {})}


def _takes(root: Schema, branch: Schema, value: Any) -> bool:
    held: Schema = {key: root[key] for key in ("$defs", "definitions") if key in root}
    validator = validator_of({**held, **branch})
    return validator is not None and validator.is_valid(value)


def _pointed(root: Schema, pointer: str) -> Schema:
    node: Any = root
    for step in pointer.removeprefix("#").split("/")[1:]:
        step = step.replace("~1", "/").replace("~0", "~")
        node = node.get(step) if isinstance(node, dict) else None
    return node if isinstance(node, dict) else {}


def _declared(root: Schema, schema: Schema, value: Any) -> dict[str, Any]:
    properties = resolved(root, schema, value).get("properties")
    return properties if isinstance(properties, dict) else {}


def _of_items(schema: Schema) -> Schema:
    items = schema.get("items")
    return items if isinstance(items, dict) else {}


def _leaves(root: Schema, schema: Schema, value: Any, path: str, name: str) -> Iterator[ArgumentLeaf]:
    schema = resolved(root, schema, value)
    if isinstance(value, dict):
        for inner_name, inner in value.items():
            declared = _declared(root, schema, value).get(inner_name)
            yield from _leaves(root, declared if isinstance(declared, dict) else {}, inner, f"{path}.{inner_name}", name)
    elif isinstance(value, list) and not (schema.get("uniqueItems") and _plain(value)):
        for index, inner in enumerate(value):
            yield from _leaves(root, _of_items(schema), inner, f"{path}[{index}]", name)
    else:
        yield ArgumentLeaf(path, name, 0, (), _field(root, schema, value, path), value)


def _plain(values: list[Any]) -> bool:
    return bool(values) and all(isinstance(value, str) for value in values)


def _field(root: Schema, schema: Schema, value: Any, path: str) -> Field:
    """Make a field of what a schema tells and how its value looks."""
    described = str(schema.get("description") or "")
    options: Any = schema.get("enum") or ([schema["const"]] if "const" in schema else [])
    if isinstance(value, list):
        items = resolved(root, _of_items(schema), value[0])
        options = items.get("enum") or []
        described = f"{described} {items.get('description') or ''}"
    texts = [option for option in options if isinstance(option, str)]
    auto = schema.get("default", options[0] if len(options) == 1 else None)
    label = re.sub(r"\[\d+\]", "", path.removeprefix("$.")).replace("_", " ")
    return Field(
        path,
        _kind(value, bool(texts)),
        Text(label, label),
        _NOWHERE,
        auto=auto,
        unit=next((unit for words, unit in _UNITS.items() if words.search(described)), None),
        digits=_DIGITS,
        options=_options(texts, described),
        key_format=re.sub(r"\d", "#", value) if isinstance(value, str) else "",
    )


def _kind(value: Any, chosen: bool) -> Kind:
    if isinstance(value, bool):
        return Kind.FLAG
    if isinstance(value, int | float):
        return Kind.NUMBER
    if isinstance(value, list):
        return Kind.MANY
    text = str(value)
    if chosen:
        return Kind.ENUM
    looks = ((_DATE, Kind.DATE), (_TIME, Kind.TIME), (_DATETIME, Kind.DATETIME), (_KEY, Kind.REF))
    return next((kind for form, kind in looks if form.match(text)), Kind.TEXT)


def _options(codes: list[str], described: str) -> tuple[Option, ...]:
    """Give the options that can be read from words: by their gloss in the description, or by their own name."""
    out = []
    for code in codes:
        label = gloss(code, described) or spoken(code)
        if len(label) >= (2 if HAN.search(label) else _SHORTEST):
            out.append(Option(code, Text(label, label)))
    return tuple(out)


def gloss(code: str, described: str) -> str:
    """Give the words by which a description explains a code, `high: 加急`; empty where it does not."""
    found = re.search(_GLOSS.format(re.escape(code)), described)
    words = found[1].strip() if found else ""
    return words if len(words) <= _MOST_GLOSS else ""


def spoken(code: str) -> str:
    """Say a code as its words: `in_progress` is in progress, `twoWay` is two way."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", code).replace("_", " ").replace("-", " ").lower()
