"""Put drafted fragments into a pack: a new one, or one that is there, whose own lines are never changed.

A part that two fragments declare alike is written once; one that they declare differently is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from toolsim.base import yaml
from toolsim.base.errors import PackError, Place
from toolsim.base.yaml import Node
from toolsim.drafting import emit
from toolsim.drafting.fragment import SECTIONS, Fragment
from toolsim.taxonomy.reader import as_mapping, as_names

MARK = "# DRAFT: written by a model from documents; a person must review it before it is used."
"""The first line of every draft. A file without it is somebody's own."""

_INDENT = 2


@dataclass(frozen=True, slots=True)
class Base:
    """What the drafts are added to."""

    name: str
    """domain/subdomain."""
    naming: str
    text: str = ""
    """The pack as it stands, or nothing."""

    def fragment(self) -> Fragment:
        """Give what the pack declares."""
        return _declared(self.text, self.name) if self.text else Fragment({})


@lru_cache(maxsize=4)
def _declared(text: str, name: str) -> Fragment:
    entries = as_mapping(yaml.parse(text.encode(), name), "the pack")
    sections = {section: as_mapping(entries[section], f"{section!r}") for section in SECTIONS if section in entries}
    uses = as_names(entries["uses"], "'uses'") if "uses" in entries else ()
    return Fragment(sections, uses)


def union(fragments: Iterable[Fragment]) -> Fragment:
    """Join fragments.

    Raises:
        PackError: two declare a part of one name differently, or an operation twice; at the later one.
    """
    sections: dict[str, dict[str, Node]] = {name: {} for name in SECTIONS}
    uses: dict[str, None] = {}
    for fragment in fragments:
        uses |= dict.fromkeys(fragment.uses)
        for section, parts in fragment.sections.items():
            for name, node in parts.items():
                there = sections[section].setdefault(name, node)
                if there is not node and (section == "operations" or emit.line(there) != emit.line(node)):
                    raise _double(section, name, node)
    return Fragment(sections, tuple(uses))


def _double(section: str, name: str, node: Node) -> PackError:
    one = section.removesuffix("s") if section != "entities" else "entity"
    hint = "choose another name"
    if section != "operations":
        hint = "use the one that is there without declaring it, or choose another name"
    return PackError(f"the pack has the {one} {name!r} already", node.place, hint)


def compose(base: Base, drafted: Sequence[Fragment], remarks: Sequence[str] = ()) -> str:
    """Write the pack: the base with all that was drafted.

    Raises:
        PackError: parts contradict one another.
    """
    old = base.fragment()
    whole = union([old, *drafted])
    new = {
        section: {name: node for name, node in whole.section(section).items() if name not in old.section(section)}
        for section in SECTIONS
    }
    head = "".join(f"{line}\n" for line in (MARK, *(f"# {remark}" for remark in remarks)))
    if base.text:
        return head + _insert(base.text, new, whole.uses)
    fresh = replace(whole, sections=new)
    return f"{head}pack: {base.name}\nnaming: {base.naming}\n{fresh.text()}"


def _insert(text: str, new: dict[str, dict[str, Node]], uses: Sequence[str]) -> str:
    """Add entries at the end of each section of a pack's text."""
    root = yaml.parse(text.encode(), "the pack")
    lines = text.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    entries = as_mapping(root, "the pack")
    starts = {key: place.line - 1 for key, place in root.key_places.items()}
    # from the last section to the first, so that the lines found stay where they are
    for key in sorted(starts, key=starts.__getitem__, reverse=True):
        end = _end(lines, starts, key)
        if key == "uses" and set(uses) - set(as_names(entries["uses"], "'uses'")):
            lines[starts[key] : end] = [f"uses: [{', '.join(map(emit.scalar, uses))}]\n"]
        if new.get(key):
            _extend(lines, starts[key], end, key, entries[key], new[key])
    at = starts["operations"]
    missing = [f"{key}:\n{emit.block(parts, _INDENT)}" for key, parts in new.items() if parts and key not in starts]
    if uses and "uses" not in starts:
        missing.insert(0, f"uses: [{', '.join(map(emit.scalar, uses))}]\n")
    lines[at:at] = missing
    return "".join(lines)


def _end(lines: list[str], starts: dict[str, int], key: str) -> int:
    """Find the line behind a section's last entry; comments and blank lines belong to what follows."""
    end = min((start for start in starts.values() if start > starts[key]), default=len(lines))
    while end > starts[key] + 1 and (not lines[end - 1].strip() or lines[end - 1].startswith("#")):
        end -= 1
    return end


def _extend(lines: list[str], start: int, end: int, key: str, node: Node, parts: dict[str, Node]) -> None:
    there = as_mapping(node, f"{key!r}")
    first = min((place.line - 1 for place in node.key_places.values()), default=start)
    if first <= start:
        lines[start:end] = [f"{key}:\n{emit.block({**there, **parts}, _INDENT)}"]
        return
    indent = len(lines[first]) - len(lines[first].lstrip(" "))
    lines[end:end] = [emit.block(parts, indent)]


def is_draft(text: str) -> bool:
    """Tell whether a pack is a draft that nobody has taken over yet."""
    return text.startswith(MARK)


def quoted(text: str, place: Place, longest: int = 240) -> str:
    """Give the line of a text that a message is about, shortened."""
    lines = text.splitlines()
    if not 1 <= place.line <= len(lines):
        return ""
    found = lines[place.line - 1].strip()
    return found if len(found) <= longest else found[:longest] + " …"
