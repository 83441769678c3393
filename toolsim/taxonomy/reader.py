"""Typed reading of YAML nodes: each getter says what it expected and where, and no key is passed over in silence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from toolsim.base.errors import PackError, Place, RuleError, UnknownName, near
from toolsim.base.text import Phrases, Text
from toolsim.base.yaml import Node
from toolsim.taxonomy.declarations import Rule

NAME = re.compile(r"[a-z][a-z0-9_]*$")


def refuse(node: Node, expected: str, what: str) -> PackError:
    """Make the error for a node of the wrong form."""
    return PackError(f"{what} must be {expected}, not {node.kind}", node.place)


class Reader:
    """A mapping whose keys are taken one by one; `end` refuses what is left."""

    def __init__(self, node: Node, what: str) -> None:
        if not isinstance(node.value, dict):
            raise refuse(node, "a mapping", what)
        self.what = what
        self.place = node.place
        self._nodes = dict(node.value)
        self._places = node.key_places
        self._asked: set[str] = set()

    def take(self, key: str) -> Node | None:
        """Take a node, or None when the key is absent."""
        self._asked.add(key)
        return self._nodes.pop(key, None)

    def need(self, key: str) -> Node:
        """Take a node that must be there."""
        node = self.take(key)
        if node is None:
            hint = ""
            for other in self._nodes:
                if near(other, [key]).startswith("did you mean"):
                    hint = f"is {other!r} meant to be it?"
            raise PackError(f"{self.what} lacks {key!r}", self.place, hint)
        return node

    def where(self, key: str) -> Place:
        """Tell where a key stands."""
        return self._places.get(key, self.place)

    def has(self, key: str) -> bool:
        """Tell whether a key is there."""
        return key in self._nodes

    def left(self) -> list[str]:
        """List the keys that nobody took."""
        return list(self._nodes)

    def end(self, also_known: Iterable[str] = ()) -> None:
        """Refuse keys that nobody took."""
        for key in self._nodes:
            known = self._asked | set(also_known)
            raise PackError(f"{self.what} has no key {key!r}", self._places.get(key, self.place), near(key, known))

    def text(self, key: str, default: str = "") -> str:
        """Take a text."""
        node = self.take(key)
        return default if node is None else as_text(node, f"{key!r} of {self.what}")

    def flag(self, key: str) -> bool:
        """Take true or false; absent is false."""
        node = self.take(key)
        if node is None:
            return False
        if not isinstance(node.value, bool):
            raise refuse(node, "true or false", f"{key!r} of {self.what}")
        return node.value

    def number(self, key: str) -> float | None:
        """Take a number."""
        node = self.take(key)
        return None if node is None else as_number(node, f"{key!r} of {self.what}")

    def names(self, key: str) -> tuple[str, ...]:
        """Take one name or a list of names."""
        node = self.take(key)
        return () if node is None else as_names(node, f"{key!r} of {self.what}")

    def pair(self, key: str) -> Text:
        """Take a pair that must be there."""
        return as_pair(self.need(key), f"{key!r} of {self.what}")

    def phrases(self, key: str) -> Phrases:
        """Take phrases in both languages."""
        node = self.take(key)
        return Phrases() if node is None else as_phrases(node, f"{key!r} of {self.what}")

    def rule(self, key: str) -> Rule | None:
        """Take a rule."""
        node = self.take(key)
        return None if node is None else as_rule(node, f"{key!r} of {self.what}")


def as_text(node: Node, what: str) -> str:
    """Read a text."""
    if not isinstance(node.value, str):
        raise refuse(node, "text", what)
    return node.value


def as_number(node: Node, what: str) -> float:
    """Read a number; whole ones stay whole."""
    if isinstance(node.value, bool) or not isinstance(node.value, int | float):
        raise refuse(node, "a number", what)
    if abs(node.value) > 1e15:
        raise refuse(node, "a number below 1e15", what)
    return node.value


def as_list(node: Node, what: str) -> list[Node]:
    """Read a list."""
    if not isinstance(node.value, list):
        raise refuse(node, "a list", what)
    return node.value


def as_mapping(node: Node, what: str) -> dict[str, Node]:
    """Read a mapping of free keys."""
    if not isinstance(node.value, dict):
        raise refuse(node, "a mapping", what)
    return node.value


def as_names(node: Node, what: str) -> tuple[str, ...]:
    """Read one name or a list of names."""
    if isinstance(node.value, list):
        return tuple(as_text(item, f"each of {what}") for item in node.value)
    return (as_text(node, what),)


def as_pair(node: Node, what: str) -> Text:
    """Read a pair."""
    if not isinstance(node.value, list) or len(node.value) != 2:
        found = f"a list of {len(node.value)}" if isinstance(node.value, list) else node.kind
        raise PackError(f"{what} must be a pair [English, Chinese], not {found}", node.place, "quote a text that holds a comma")
    en, zh = (scalar_text(item, what) for item in node.value)
    if not en.strip() or not zh.strip():
        raise PackError(f"{what} must have text in both languages", node.place)
    return Text(en, zh)


def scalar_text(node: Node, what: str) -> str:
    """Read a text; a bare number counts as text."""
    if isinstance(node.value, int | float) and not isinstance(node.value, bool):
        return str(node.value)
    return as_text(node, what)


def as_phrases(node: Node, what: str) -> Phrases:
    """Read [[English, ...], [Chinese, ...]]."""
    sides = as_list(node, what)
    if len(sides) != 2 or not all(isinstance(side.value, list) for side in sides):
        raise PackError(f"{what} must be [[English, ...], [Chinese, ...]]", node.place)
    en, zh = (tuple(scalar_text(item, f"each of {what}") for item in as_list(side, what)) for side in sides)
    return Phrases(en, zh)


def as_rule(node: Node, what: str) -> Rule:
    """Read a rule; a bare number or truth value is a rule too."""
    if isinstance(node.value, bool | int | float):
        return Rule(repr(node.value), node.place)
    return Rule(as_text(node, what), node.place)


def as_name(name: str, place: Place, what: str) -> str:
    """Insist on snake_case."""
    if not NAME.match(name):
        raise PackError(f"{what} {name!r} must be snake_case (a-z, 0-9 and _)", place)
    return name


@contextmanager
def at(place: Place) -> Iterator[None]:
    """Say where an unknown name stands."""
    try:
        yield
    except (UnknownName, RuleError) as error:
        if error.place is not None:
            raise
        raise PackError(error.message, place, error.hint) from None
