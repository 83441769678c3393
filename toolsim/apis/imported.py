"""Specs of tools that no world backs, read from a file: in OpenAI form, as bare functions, or as an MCP server lists them.

They are read strictly: what cannot be used is told with file, tool and JSON path. Nothing that a schema points to is fetched.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import orjson

from toolsim.apis.foreign_schema import kind_of, schema_fault
from toolsim.apis.openai import NAME
from toolsim.base.errors import Place, ToolsimError, near
from toolsim.base.records import Record
from toolsim.base.text import Language, written_in

_READS = re.compile(
    r"^(?:[A-Za-z]+_)?(?:get|find|list|search|show|view|check|read|query|look|fetch|count|compare|rank|compute|convert|estimate"
    r"|track|quote|calculate|preview|describe|browse|monitor)",
    re.I,
)
_PARAMETERS: Final = ("parameters", "inputSchema", "input_schema", "arguments")
_RESULTS: Final = ("outputSchema", "output_schema", "result", "returns", "response")
_KEYS: Final = frozenset({"name", "description", "title", "effect", "annotations", *_PARAMETERS, *_RESULTS})
_NO_PARAMETERS: Final[dict[str, Any]] = {"type": "object", "properties": {}}
_OTHER_TYPES: Final = {
    "dict": "object", "float": "number", "double": "number", "int": "integer", "long": "integer", "str": "string",
    "bool": "boolean", "tuple": "array", "list": "array",
}  # fmt: skip
"""Types of Python and its kin, as benchmarks write them, and those of JSON Schema; `any` is no type at all."""
_NAMED: Final = frozenset({"properties", "patternProperties", "$defs", "definitions"})
"""Keywords under which schemas stand by a name."""
_VALUES: Final = frozenset({"enum", "const", "default", "examples"})
"""Keywords under which values stand."""
_FORMS: Final = 'tools in OpenAI form, bare functions {"name", "description", "parameters"}, or an MCP list {"tools": [...]}'


class ImportedError(ToolsimError):
    """A file of specs is not in a form that is read."""


class ImportedTool(Record):
    """The spec of a tool that no world backs."""

    name: str
    """As the OpenAI tools API takes it, once in a file."""
    description: str
    parameters: dict[str, Any]
    """JSON Schema of an object."""
    result: dict[str, Any] | None = None
    """JSON Schema, where the file tells it."""
    effect: Literal["READ", "WRITE"]
    """As the file tells it; else as the name reads."""

    def openai(self) -> dict[str, Any]:
        """Give the spec as a tool of the OpenAI chat API."""
        function = {"name": self.name, "description": self.description, "parameters": self.parameters}
        return {"type": "function", "function": function}


def effect_of(name: str) -> Literal["READ", "WRITE"]:
    """Guess from its name whether a tool reads or writes."""
    return "READ" if _READS.match(name) else "WRITE"


def read_tools_file(path: Path) -> tuple[ImportedTool, ...]:
    """Read the specs of a JSON or JSON Lines file.

    Raises:
        ImportedError: the file or a spec in it cannot be used; names file, tool, JSON path and what was expected.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ImportedError(f"cannot be read ({error.strerror})", Place(str(path), 0)) from None
    out: dict[str, ImportedTool] = {}
    for place, number, given in _given(data.removeprefix(codecs.BOM_UTF8), str(path)):
        tool = _Reader(place, f"tool {number}").read(given)
        if tool.name in out:
            raise ImportedError(f"tool {number} has the name {tool.name!r}, which an earlier one has", place)
        out[tool.name] = tool
    if not out:
        raise ImportedError("holds no tool", Place(str(path), 0), f"expected {_FORMS}")
    return tuple(out.values())


def language_of(tools: tuple[ImportedTool, ...]) -> Language:
    """Tell the language in which most of some specs are written."""
    return written_in("".join(tool.description for tool in tools))


def _given(data: bytes, name: str) -> Iterator[tuple[Place, int, Any]]:
    """Give each tool as it stands in the file, with its place and its number."""
    try:
        content = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        if data.lstrip().startswith(b"{") and b"\n{" in data:
            yield from _lines(data, name)
            return
        raise ImportedError(f"is not JSON ({error})", Place(name, error.lineno), f"expected {_FORMS}") from None
    place = Place(name, 0)
    if isinstance(content, dict) and isinstance(content.get("result"), dict) and "tools" in content["result"]:
        content = content["result"]
    if isinstance(content, dict) and "tools" in content:
        content = content["tools"]
        if not isinstance(content, list):
            raise ImportedError(f"$.tools is {kind_of(content)}", place, "expected a list of tools")
    for number, one in enumerate(content if isinstance(content, list) else [content], 1):
        yield place, number, one


def _lines(data: bytes, name: str) -> Iterator[tuple[Place, int, Any]]:
    number = 0
    for line, text in enumerate(data.splitlines(), 1):
        if text.strip():
            number += 1
            try:
                yield Place(name, line), number, orjson.loads(text)
            except orjson.JSONDecodeError as error:
                raise ImportedError(f"is not JSON ({error})", Place(name, line), "expected one tool a line") from None


@dataclass(slots=True)
class _Reader:
    """Reads one tool; every complaint says which tool it is and where in it."""

    place: Place
    title: str

    def read(self, given: Any) -> ImportedTool:
        """Read a tool."""
        if not isinstance(given, dict):
            raise self._error("$", f"is {kind_of(given)}", f"expected {_FORMS}")
        path = "$.function" if "function" in given else "$"
        function = given.get("function", given)
        if not isinstance(function, dict):
            raise self._error(path, f"is {kind_of(function)}", 'expected {"name", "description", "parameters"}')
        name = self._name(function, path)
        self.title = f"{self.title} ({name})"
        return ImportedTool(
            name=name,
            description=self._description(function, path),
            parameters=self._schema(function, _PARAMETERS, path) or _NO_PARAMETERS,
            result=self._schema(function, _RESULTS, path),
            effect=self._effect(function, path) or effect_of(name),
        )

    def _name(self, function: dict[str, Any], path: str) -> str:
        if "name" not in function:
            held = ", ".join(map(repr, list(function)[:8])) or "nothing"
            raise self._error(path, "has no name", _hint(function, ("name",)) or f"it has {held}")
        name = function["name"]
        if not isinstance(name, str):
            raise self._error(f"{path}.name", f"is {kind_of(name)}", "expected text")
        if not NAME.fullmatch(name):
            better = re.sub(r"[^a-zA-Z0-9_-]+", "_", name).strip("_")[:64]
            hint = "expected 1 to 64 letters, digits, _ and -" + (f", such as {better}" if better else "")
            raise self._error(f"{path}.name", f"is {name!r}, which the OpenAI form does not take", hint)
        return name

    def _description(self, function: dict[str, Any], path: str) -> str:
        description = function.get("description") or ""
        if not isinstance(description, str):
            raise self._error(f"{path}.description", f"is {kind_of(description)}", "expected text")
        return description

    def _effect(self, function: dict[str, Any], path: str) -> Literal["READ", "WRITE", ""]:
        effect = function.get("effect")
        if effect is not None and effect not in ("READ", "WRITE"):
            raise self._error(f"{path}.effect", f"is {effect!r}", "expected READ or WRITE")
        annotations = function.get("annotations")
        if effect is not None or not isinstance(annotations, dict) or "readOnlyHint" not in annotations:
            return effect or ""
        if not isinstance(annotations["readOnlyHint"], bool):
            raise self._error(f"{path}.annotations.readOnlyHint", f"is {annotations['readOnlyHint']!r}", "expected true or false")
        return "READ" if annotations["readOnlyHint"] else "WRITE"

    def _schema(self, function: dict[str, Any], keys: tuple[str, ...], path: str) -> dict[str, Any] | None:
        """Read the schema that stands under one of some keys; None where there is none."""
        key = next((one for one in keys if function.get(one) is not None), None)
        if key is None:
            if keys is _PARAMETERS and (hint := _hint(function, keys)):
                raise self._error(path, "has no parameters", hint)
            return None
        given, there = function[key], f"{path}.{key}"
        if not isinstance(given, dict):
            raise self._error(there, f"is {kind_of(given)}", "expected a JSON Schema of an object")
        schema = _in_our_types(given)
        schema.pop("$schema", None)
        if keys is _PARAMETERS:
            schema = {"type": "object", **schema} if "properties" in schema else schema or _NO_PARAMETERS
            if schema.get("type") != "object":
                told = f"is {schema['type']!r}" if "type" in schema else "is missing"
                raise self._error(f"{there}.type", told, "parameters are an object, {'type': 'object', 'properties': {...}}")
        if fault := schema_fault(schema):
            place, _, message = f"{there}{fault[1:]}".partition(" ") if fault.startswith("$") else (there, "", fault)
            raise self._error(place, message)
        return schema

    def _error(self, path: str, message: str, hint: str = "") -> ImportedError:
        return ImportedError(f"{self.title}: {path} {message}", self.place, hint)


def _hint(given: dict[str, Any], wanted: tuple[str, ...]) -> str:
    """Find a key that may be meant for one that is missing."""
    for key in given:
        found = near(key, wanted)
        if key not in _KEYS and found.startswith("did"):
            return f"it has {key!r}; {found}"
    return ""


def _in_our_types(schema: dict[str, Any]) -> dict[str, Any]:
    """Write a schema's types as JSON Schema names them; `dict` and `float` become object and number."""
    out: dict[str, Any] = {}
    for key, inner in schema.items():
        if key in _NAMED and isinstance(inner, dict):
            out[key] = {name: _inner_types(one) for name, one in inner.items()}
        elif key == "type" and isinstance(inner, str):
            out |= {key: _OTHER_TYPES.get(inner, inner)} if inner != "any" else {}
        else:
            out[key] = inner if key in _VALUES else _inner_types(inner)
    return out


def _inner_types(inner: Any) -> Any:
    if isinstance(inner, list):
        return [_inner_types(one) for one in inner]
    return _in_our_types(inner) if isinstance(inner, dict) else inner
