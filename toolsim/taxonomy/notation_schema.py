"""The JSON Schema of the pack notation, for editors that complete and check YAML as one types.

The loader is the authority: it also checks names, rules and references, which a schema cannot.
"""

from __future__ import annotations

from typing import Any

from toolsim.taxonomy.declarations import Kind
from toolsim.taxonomy.fields import DURATION_UNITS, FORMATS
from toolsim.taxonomy.loader import NAMINGS
from toolsim.taxonomy.verb_keys import STATISTICS

Schema = dict[str, Any]

_NAME = {"type": "string", "pattern": "^[a-z][a-z0-9_]*$"}
_NAMES = {"oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
_SCALAR = {"type": ["string", "number"]}
_PAIR = {"type": "array", "items": _SCALAR, "minItems": 2, "maxItems": 2, "description": "[English, Chinese]"}
_PHRASES = {
    "type": "array",
    "items": {"type": "array", "items": _SCALAR},
    "minItems": 2,
    "maxItems": 2,
    "description": "[[English, ...], [Chinese, ...]]",
}
_RULE = {"type": ["string", "number", "boolean"], "description": "A rule expression."}
_TEXT, _FLAG, _NUMBER = {"type": "string"}, {"type": "boolean"}, {"type": "number"}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _map(of: Schema) -> Schema:
    return {"type": "object", "additionalProperties": of}


def _object(required: tuple[str, ...] = (), **properties: Schema) -> Schema:
    schema: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return schema | ({"required": list(required)} if required else {})


_FIELDS, _PAIRS = _ref("fields"), _map(_PAIR)
_GROUP: Schema = {"oneOf": [{"type": "array"}, _map({"type": ["array", "object"]})]}
_ROWS_OR_INPUTS = {"oneOf": [_TEXT, _FIELDS]}

_COMMON: dict[str, Schema] = {
    "is": _PAIR,
    "ask": _PHRASES,
    "why": _PHRASES,
    "given": _FIELDS,
    "when": {"oneOf": [_RULE, {"type": "array", "items": _RULE}]},
    "fault": _PAIRS,
    "set": _map(_RULE),
    "shape": _map(_GROUP),
    "batch": {"oneOf": [_TEXT, _map(_NAMES)]},
}
_SEARCH: dict[str, Schema] = {"by": _NAMES, "need": _NAMES}

VERB_SCHEMAS: dict[str, tuple[Schema, dict[str, Schema], tuple[str, ...]]] = {
    "get": (_TEXT, {"also": _NAMES, "show": _NAMES}, ()),
    "find": (_TEXT, {**_SEARCH, "sort": _NAMES, "show": _NAMES}, ()),
    "rank": (_TEXT, {**_SEARCH, "on": _NAMES}, ("on",)),
    "compare": (_TEXT, {**_SEARCH, "on": _NAMES}, ("on",)),
    "measure": (
        _TEXT,
        {
            **_SEARCH,
            "stat": {"oneOf": [{"enum": list(STATISTICS)}, {"type": "array", "items": {"enum": list(STATISTICS)}}]},
            "of": _TEXT,
            "per": _NAMES,
        },
        ("stat",),
    ),
    "create": (_TEXT, {"with": _NAMES}, ()),
    "update": (_TEXT, {"fields": _NAMES}, ("fields",)),
    "delete": (_TEXT, {}, ()),
    "link": (_TEXT, {"off": _FLAG, "as": _NAME}, ()),
    "move": (_TEXT, {"to": _TEXT}, ("to",)),
    "adjust": (_TEXT, {"add": _TEXT, "sub": _TEXT}, ("given",)),
    "transfer": (_TEXT, {"add": _TEXT, "sub": _TEXT}, ("given",)),
    "reserve": (_TEXT, {"create": _TEXT, "with": _NAMES, "units": _TEXT}, ("create", "with")),
    "check": (_ROWS_OR_INPUTS, {"reasons": _PAIRS, "gives": _FIELDS}, ("when", "reasons")),
    "assess": (_ROWS_OR_INPUTS, {"table": {"type": "array", "items": {"type": "array"}}, "gives": _FIELDS}, ("table", "gives")),
    "compute": (_ROWS_OR_INPUTS, {"gives": _FIELDS}, ("gives",)),
    "analyze": (_ROWS_OR_INPUTS, {"gives": _FIELDS}, ("gives",)),
    "convert": (
        _map({"type": "array", "minItems": 3, "maxItems": 4}),
        {"is_value": _PAIR, "min": _NUMBER, "max": _NUMBER},
        (),
    ),
    "series": (_TEXT, {"over": {"enum": ["hours", "days"]}, "ahead": _FLAG}, ("over",)),
    "report": (_TEXT, {**_SEARCH, "about": _TEXT, "with": _NAMES}, ("about",)),
    "draft": (_TEXT, {"with": _NAMES, "text": _PAIRS}, ("text",)),
    "configure": (_TEXT, {}, ()),
    "schedule": (_TEXT, {"with": _NAMES, "span": _NAMES, "per": _NAMES}, ("span",)),
    "notify": (_TEXT, {"topics": _map({"type": "array", "minItems": 4, "maxItems": 4})}, ("topics",)),
    "watch": (_TEXT, {}, ()),
    "call": (_TEXT, {"gives": _FIELDS, "reads": _NAMES, "writes": _NAMES}, ("gives",)),
}
"""For each verb: what its own key takes, its further keys, and which of them it needs."""


def notation_schema() -> Schema:
    """Write the schema of a pack file."""
    pack = _object(
        ("pack", "operations"),
        pack={"type": "string", "pattern": "^[a-z0-9_]+/[a-z0-9_]+$"},
        naming={"enum": list(NAMINGS)},
        uses=_NAMES,
        pools=_map(_ref("pool")),
        labels=_map(_PAIR),
        values=_map(_ref("value")),
        entities=_map(_ref("entity")),
        operations=_map(_ref("operation")),
    )
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "toolsim pack",
        **pack,
        "$defs": {
            "field": _field(),
            "fields": _map(_ref("field")),
            "value": {"type": "object", "properties": {"is": _PAIR}, "required": ["is"], "additionalProperties": _ref("field")},
            "entity": _entity(),
            "operation": {"oneOf": [_operation(verb) for verb in VERB_SCHEMAS]},
            "pool": _pool(),
        },
    }


def _field() -> Schema:
    labelled = dict.fromkeys(("text", "number", "whole", "flag", "date", "time", "datetime", "duration"), _PAIR)
    codes, name = _map(_PAIR), {"type": "string"}
    details: dict[str, Schema] = {
        **labelled,
        "enum": codes,
        "many": codes,
        "list": _ref("field"),
        "ref": name,
        "state": _map(_NAMES),
        "value": name,
    }
    options: dict[str, Schema] = {
        "is": _PAIR,
        "names": codes,
        "optional": _FLAG,
        "auto": {},
        "unit": {"oneOf": [_PAIR, {"enum": list(DURATION_UNITS)}]},
        "min": _NUMBER,
        "max": _NUMBER,
        "digits": {"type": "integer", "minimum": 0, "maximum": 6},
        "pick": _TEXT,
        "pattern": _TEXT,
        "format": {"enum": list(FORMATS)},
        "unique": _FLAG,
        "prose": _FLAG,
        "say": _PHRASES,
        "rule": _RULE,
        "seed": {
            "oneOf": [
                {"type": ["string", "number", "boolean"]},
                _object((), **{"from": _NUMBER, "to": _NUMBER, "zero": _NUMBER, "chance": _NUMBER}),
            ]
        },
    }
    schema = _object((), **{kind.value: details[kind.value] for kind in Kind}, **options)
    return schema | {"oneOf": [{"required": [kind.value]} for kind in Kind]}


def _entity() -> Schema:
    condition = _object(("rule", "is"), rule=_RULE, **{"is": _PAIR})
    return _object(
        ("is", "key", "known_as", "fields"),
        key={"type": "object", "minProperties": 1, "maxProperties": 1, "additionalProperties": {"pattern": "^[A-Z][A-Z-]*#+$"}},
        known_as=_NAMES,
        rows={"type": "integer", "minimum": 1, "maximum": 30},
        fields=_FIELDS,
        must=_map(condition),
        **{"is": _PAIR},
    )


def _operation(verb: str) -> Schema:
    own, keys, needed = VERB_SCHEMAS[verb]
    return _object((verb, "is", *needed), **{verb: own}, **{**_COMMON, **keys})


def _pool() -> Schema:
    texts = {"type": "array", "items": _SCALAR}
    return {
        "oneOf": [
            {"type": "array", "items": {"oneOf": [_PAIR, _map({"oneOf": [_PAIR, _SCALAR]})]}, "minItems": 1},
            _object(("en", "zh"), en=texts, zh=texts),
        ]
    }
