"""Strict YAML: a tree of nodes that remember their lines.

Built from parser events without recursion, so that hostile input (deep nesting, alias bombs, huge files) is refused rather
than followed. YAML 1.2 scalars only: `on`, `yes` and dates stay text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from toolsim.base.errors import PackError, Place

MAX_BYTES = 2_000_000
MAX_DEPTH = 32

_NUMBER = re.compile(r"[-+]?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?$")
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}

Scalar = str | int | float | bool | None


@dataclass(slots=True)
class Node:
    """A scalar, a list of nodes, or a mapping of text to nodes."""

    place: Place
    value: Scalar | list[Node] | dict[str, Node]
    key_places: dict[str, Place] = field(default_factory=dict)
    """Of a mapping: where each key stands."""

    @property
    def kind(self) -> str:
        """Name what the node is, for messages."""
        match self.value:
            case dict():
                return "a mapping"
            case list():
                return "a list"
            case bool():
                return "true or false"
            case int() | float():
                return f"the number {self.value}"
            case None:
                return "nothing"
            case text:
                return f"the text {text!r}"


def read(path: Path, shown: str | None = None) -> Node:
    """Read a YAML file.

    Raises:
        PackError: the file cannot be read, is too large, is not UTF-8 or not strict YAML.
    """
    name = shown or str(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise PackError(f"cannot be read ({error.strerror})", Place(name, 0)) from None
    return parse(data, name)


def parse(data: bytes, name: str) -> Node:
    """Parse YAML bytes; `name` stands in messages."""
    if len(data) > MAX_BYTES:
        raise PackError(f"is {len(data):,} bytes long; at most {MAX_BYTES:,} are read", Place(name, 0))
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise PackError("is not UTF-8", Place(name, line), "save the file as UTF-8") from None
    try:
        return _Builder(name).build(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 0
        raise PackError(f"is not YAML: {error.problem or error.context}", Place(name, line)) from None
    except yaml.YAMLError as error:
        raise PackError(f"is not YAML: {str(error).splitlines()[0]}", Place(name, 0)) from None


class _Builder:
    """Builds nodes from events with a stack of its own."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.stack: list[Node] = []
        self.keys: list[tuple[str, Place] | None] = []
        self.root: Node | None = None

    def build(self, text: str) -> Node:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        for event in yaml.parse(text, Loader=loader):
            place = Place(self.name, event.start_mark.line + 1 if event.start_mark else 0)
            if isinstance(event, yaml.AliasEvent):
                raise PackError("aliases are not allowed", place, "write the content out")
            if isinstance(event, yaml.NodeEvent):
                self._refuse_marks(event, place)
            match event:
                case yaml.ScalarEvent():
                    plain = not event.style
                    self._scalar(event.value, plain, place)
                case yaml.MappingStartEvent():
                    self._open(Node(place, {}))
                case yaml.SequenceStartEvent():
                    self._open(Node(place, []))
                case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                    self.stack.pop()
                    self.keys.pop()
                case yaml.DocumentStartEvent() if self.root is not None:
                    raise PackError("holds more than one document", place)
        if self.root is None:
            raise PackError("is empty", Place(self.name, 0))
        return self.root

    def _refuse_marks(self, event: yaml.NodeEvent, place: Place) -> None:
        if event.anchor is not None:
            raise PackError("anchors are not allowed", place, "write the content out")
        tag = getattr(event, "tag", None)
        if tag not in (None, "!"):
            raise PackError(f"tags such as {tag!r} are not allowed", place)

    def _open(self, node: Node) -> None:
        if len(self.stack) >= MAX_DEPTH:
            raise PackError(f"nests deeper than {MAX_DEPTH} levels", node.place)
        self._place(node)
        self.stack.append(node)
        self.keys.append(None)

    def _scalar(self, text: str, plain: bool, place: Place) -> None:
        if self.stack and isinstance(self.stack[-1].value, dict) and self.keys[-1] is None:
            self._key(text, place)
            return
        self._place(Node(place, _resolve(text) if plain else text))

    def _key(self, text: str, place: Place) -> None:
        mapping = self.stack[-1]
        if text in mapping.key_places:
            raise PackError(f"the key {text!r} stands twice", place, f"first in line {mapping.key_places[text].line}")
        mapping.key_places[text] = place
        self.keys[-1] = (text, place)

    def _place(self, node: Node) -> None:
        if not self.stack:
            self.root = node
            return
        parent = self.stack[-1].value
        if isinstance(parent, list):
            parent.append(node)
            return
        key = self.keys[-1]
        if key is None or not isinstance(parent, dict):
            raise PackError("a key must be plain text", node.place)
        parent[key[0]] = node
        self.keys[-1] = None


def _resolve(text: str) -> Scalar:
    """Resolve a plain scalar by the YAML 1.2 core rules that packs use."""
    if text in _WORDS:
        return _WORDS[text]
    match = _NUMBER.match(text)
    if not match or len(text) > 30:
        return text
    if match.group(2) or match.group(3):
        return float(text)
    return int(text)
