"""What a model drafts: a fragment of a pack, read by the strict reader and bounded before anything expands it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from toolsim.base import yaml
from toolsim.base.errors import PackError, Place, near
from toolsim.base.yaml import Node
from toolsim.drafting import emit
from toolsim.models.json_text import fences
from toolsim.taxonomy.reader import as_mapping, as_names

SECTIONS = ("labels", "pools", "values", "entities", "operations")
"""Of a pack, in the order in which they stand."""
LONGEST_ANSWER = 60_000
"""Characters."""
MOST = {"labels": 40, "pools": 20, "values": 20, "entities": 6}
MOST_WORDS = 60
"""Of a pool."""
LONGEST_LIST = 60
MOST_FIELDS = 200
"""Fields that a value holds, those of the values in it included."""

SHOWN = "answer.yaml"
"""How the answer is called in messages."""

_PATTERN = re.compile(r"(?:(?:\[[^\]\\^]+\]|[A-Za-z0-9 _:/#-]|\\[d.-])(?:\{\d{1,2}(?:,\d{1,2})?\})?)+$")
"""Patterns that a draft may use: classes and characters, counted; nothing that nests or repeats without end."""
_OPERATIONS = re.compile(r"^operations:", re.MULTILINE)
_INSERT = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Fragment:
    """Parts of a pack by section and name."""

    sections: dict[str, dict[str, Node]]
    uses: tuple[str, ...] = ()
    """Shared entities that it needs."""
    place: Place = field(default=Place(SHOWN, 0))

    def section(self, name: str) -> dict[str, Node]:
        """Give the parts of a section."""
        return self.sections.get(name, {})

    def text(self) -> str:
        """Write the fragment in the form of the packs."""
        uses = f"uses: [{', '.join(map(emit.scalar, self.uses))}]\n" if self.uses else ""
        return uses + "".join(f"{name}:\n{emit.block(parts, 2)}" for name, parts in self.sections.items() if parts)


def body(answer: str) -> str:
    """Find the YAML of a fragment in an answer: in a fence, or bare.

    Raises:
        PackError: there is none, or the answer is too long.
    """
    if len(answer) > LONGEST_ANSWER:
        raise PackError(f"the answer is {len(answer):,} characters long; at most {LONGEST_ANSWER:,} are read", Place(SHOWN, 0))
    fenced = [fence.body for fence in fences(answer) if _OPERATIONS.search(fence.body)]
    if fenced:
        return fenced[0]
    if _OPERATIONS.search(answer) and "```" not in answer:
        return answer
    raise PackError(
        "the answer holds no YAML with 'operations:' at the start of a line", Place(SHOWN, 0), "put it into one ```yaml fence"
    )


def parse(text: str, shown: str = SHOWN) -> Fragment:
    """Read a fragment strictly.

    Raises:
        PackError: with the line of the text.
    """
    root = yaml.parse(text.encode("utf-8", errors="replace"), shown)
    entries = as_mapping(root, "the fragment")
    sections: dict[str, dict[str, Node]] = {}
    for name in SECTIONS:
        node = entries.get(name)
        if node is not None and node.value is not None:
            sections[name] = as_mapping(node, f"{name!r}")
    for key in entries:
        if key not in (*SECTIONS, "uses", "pack", "naming"):
            raise PackError(f"the fragment has no key {key!r}", root.key_places[key], near(key, (*SECTIONS, "uses")))
    uses = as_names(entries["uses"], "'uses'") if "uses" in entries else ()
    return Fragment(sections, uses, root.place)


def check_bounds(fragment: Fragment, least: int, most: int) -> None:
    """Refuse what a draft may not hold, before the loader expands it.

    Raises:
        PackError: at the place of it.
    """
    for name, limit in {**MOST, "operations": most}.items():
        parts = fragment.section(name)
        if len(parts) > limit:
            raise PackError(
                f"the fragment holds {len(parts)} {name}; at most {limit} are taken", next(iter(parts.values())).place
            )
    count = len(fragment.section("operations"))
    if count < least:
        raise PackError(f"the fragment holds {count} operations; at least {least} are wanted", fragment.place)
    for node in _walk(fragment):
        _check_field(node)
    for name, node in fragment.section("operations").items():
        if isinstance(node.value, dict) and "call" in node.value:
            raise PackError(f"operation {name!r} uses 'call', which drafts may not", node.place, "use another verb")
    for name, node in fragment.section("pools").items():
        _check_pool(name, node)
    _check_values(fragment.section("values"))


def _walk(fragment: Fragment) -> Iterator[Node]:
    waiting = [node for parts in fragment.sections.values() for node in parts.values()]
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node.value, dict):
            waiting += node.value.values()
        elif isinstance(node.value, list):
            waiting += node.value


def _check_field(node: Node) -> None:
    if not isinstance(node.value, dict):
        return
    pattern = node.value.get("pattern")
    if pattern is not None and isinstance(pattern.value, str) and not _PATTERN.match(pattern.value):
        raise PackError(
            f"the pattern {pattern.value!r} is none that a draft may use",
            pattern.place,
            'classes and characters with counts only, such as "[A-Z]{2}[0-9]{4}"',
        )
    if "list" in node.value or "many" in node.value:
        for end in ("min", "max"):
            bound = node.value.get(end)
            if bound is not None and isinstance(bound.value, int | float) and bound.value > LONGEST_LIST:
                raise PackError(f"a list of {bound.value} entries is too long; at most {LONGEST_LIST}", bound.place)


def _check_pool(name: str, node: Node) -> None:
    """Bound a pool's words; inserts of inserts multiply, so that a draft's pools take none from one another."""
    lists = node.value.values() if isinstance(node.value, dict) else [node]
    for words in lists:
        if isinstance(words.value, list) and len(words.value) > MOST_WORDS:
            raise PackError(f"pool {name!r} has {len(words.value)} entries; at most {MOST_WORDS} are taken", words.place)
    if isinstance(node.value, dict):
        for words in node.value.values():
            for word in words.value if isinstance(words.value, list) else ():
                if isinstance(word.value, str) and _INSERT.search(word.value):
                    raise PackError(f"pool {name!r} of a draft may not insert other pools", word.place, "write the words out")


def _check_values(values: dict[str, Node]) -> None:
    """Bound what the values hold in all; circles are the loader's to refuse."""
    sizes: dict[str, int] = {}
    for _ in range(len(values) + 1):
        sizes = {name: min(_size(node, sizes), MOST_FIELDS + 1) for name, node in values.items()}
    for name, size in sizes.items():
        if size > MOST_FIELDS and not _in_circle(name, values):
            raise PackError(f"value {name!r} holds more than {MOST_FIELDS} fields in all", values[name].place)


def _size(node: Node, sizes: dict[str, int]) -> int:
    fields = node.value.values() if isinstance(node.value, dict) else ()
    return sum(1 + sum(sizes.get(other, 0) for other in _named(inner)) for inner in fields)


def _named(node: Node) -> list[str]:
    """List the values that a field names, in a list or by itself."""
    found = []
    while isinstance(node.value, dict):
        inner = node.value.get("value")
        if inner is not None and isinstance(inner.value, str):
            found.append(inner.value)
        if "list" not in node.value:
            break
        node = node.value["list"]
    return found


def _in_circle(name: str, values: dict[str, Node]) -> bool:
    reached: set[str] = set()
    waiting = [name]
    while waiting:
        node = values.get(waiting.pop())
        fields = node.value.values() if node is not None and isinstance(node.value, dict) else ()
        for other in [other for inner in fields for other in _named(inner)]:
            if other == name:
                return True
            if other not in reached:
                reached.add(other)
                waiting.append(other)
    return False
