"""The context tree of a pack: topics, API families, and the functions that each should have; and the subtrees drawn from it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from toolsim.base.records import Record

MOST_TOPICS, MOST_FAMILIES, MOST_FUNCTIONS = 40, 12, 16
LONGEST_NAME = 100

_NAME = {"type": "string", "minLength": 1, "maxLength": 400}
_FUNCTIONS = {"type": "array", "maxItems": 60, "items": _NAME}
_FAMILY = {
    "type": "object",
    "required": ["name", "functions"],
    "properties": {"name": _NAME, "functions": _FUNCTIONS},
}
_TOPIC = {
    "type": "object",
    "required": ["name", "families"],
    "properties": {"name": _NAME, "families": {"type": "array", "maxItems": 40, "items": _FAMILY}},
}
TOPICS_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["topics"],
    "properties": {"topics": {"type": "array", "maxItems": 40, "items": _TOPIC}},
}
"""What a model answers about one chunk of documents."""


@dataclass(slots=True)
class Topic:
    """A branch of the tree."""

    name: str
    families: dict[str, list[str]] = field(default_factory=dict)
    """Functions by family."""


class Family(Record):
    """One family to draft, with the part of the tree that it is drafted from."""

    topic: str
    name: str
    functions: tuple[str, ...]
    neighbours: tuple[str, ...]
    """Functions near by in the tree that other families have."""
    operations: int
    """How many operations are wanted."""


class Tree:
    """Topics by their folded names, in order of first sight."""

    def __init__(self) -> None:
        self._topics: dict[str, Topic] = {}

    @property
    def topics(self) -> list[Topic]:
        """All topics that have a family."""
        return [topic for topic in self._topics.values() if topic.families]

    @property
    def families(self) -> int:
        """How many families there are."""
        return sum(len(topic.families) for topic in self.topics)

    def record(self) -> list[dict[str, Any]]:
        """Give the tree as a model gives topics."""
        return [
            {"name": topic.name, "families": [{"name": name, "functions": list(fs)} for name, fs in topic.families.items()]}
            for topic in self.topics
        ]

    def add(self, topics: Iterable[dict[str, Any]]) -> None:
        """Take in what one chunk speaks of; names that differ only in case, marks and plurals are one."""
        for given in topics:
            name = _tidy(given["name"])
            if not name or (_folded(name) not in self._topics and len(self._topics) >= MOST_TOPICS):
                continue
            topic = self._topics.setdefault(_folded(name), Topic(name))
            for family in given["families"]:
                _add_family(topic, _tidy(family["name"]), [_tidy(f) for f in family["functions"]])


def _add_family(topic: Topic, name: str, functions: list[str]) -> None:
    known = {_folded(family): family for family in topic.families}
    if not _folded(name) or (_folded(name) not in known and len(known) >= MOST_FAMILIES):
        return
    there = topic.families.setdefault(known.get(_folded(name), name), [])
    folded = {_folded(function) for function in there}
    for function in functions:
        if _folded(function) and _folded(function) not in folded and len(there) < MOST_FUNCTIONS:
            folded.add(_folded(function))
            there.append(function)


def _tidy(name: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in name).split())[:LONGEST_NAME]


def _folded(name: str) -> str:
    return " ".join(word.removesuffix("s") for word in re.findall(r"\w+", name.casefold()))


def choose(tree: Tree, families: int, operations: int, size: int, rng: Random) -> list[Family]:
    """Choose families spread over the tree, each with a subtree of about so many functions.

    Topics take turns in a drawn order, so that every topic has its say before one has a second family.
    """
    topics = tree.topics
    rng.shuffle(topics)
    waiting = [[(topic, name) for name in rng.sample(list(topic.families), len(topic.families))] for topic in topics]
    chosen: list[tuple[Topic, str]] = []
    while any(waiting) and len(chosen) < families:
        chosen += [names.pop(0) for names in waiting if names]
    chosen = chosen[:families]
    each, more = divmod(operations, max(len(chosen), 1))
    return [
        _subtree(topics, topic, name, each + (index < more), size, rng)
        for index, (topic, name) in enumerate(chosen)
        if each + (index < more)
    ]


def _subtree(topics: list[Topic], topic: Topic, name: str, operations: int, size: int, rng: Random) -> Family:
    """Take a family's functions, and from its surroundings as many as make up the size, the nearest first."""
    own = topic.families[name]
    functions = [f for f in own if f in set(rng.sample(own, min(len(own), size)))]
    siblings = [f for family, fs in topic.families.items() if family != name for f in fs]
    others = [f for other in topics if other is not topic for fs in other.families.values() for f in fs]
    neighbours = [*rng.sample(siblings, len(siblings)), *rng.sample(others, len(others))]
    return Family(
        topic=topic.name,
        name=name,
        functions=tuple(functions),
        neighbours=tuple(neighbours[: max(size - len(functions), 0)]),
        operations=operations,
    )
