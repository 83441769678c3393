"""Rows in the words of the assistant: by the name that the user gave them, or else by what an API told of them."""

from __future__ import annotations

import re

from toolsim.taxonomy.declarations import TEMPORAL, Entity, Field, Kind
from toolsim.taxonomy.rules import Row
from toolsim.wording import joints, naming_zh
from toolsim.wording.answer_facts import Speaker

_PEOPLE = re.compile(r"(?:customer|patient|student|member|guest|courier|driver|tenant)$")
_NAMING = re.compile(r"called|named|titled|nicknamed|saved as|about|marked|numbered")
_UNNAMED = re.compile(
    r"(?:after|before|on|for|in|at|by|with|without|no|less|more|back (?:to|in|at|from)|to|leaving|coming|"
    r"[a-z]+ing (?:for|the|with|at|in|on|out|to|a)) "
)
"""How names begin that cannot stand after `the`."""
_QUOTED = re.compile(r"(?:what|how|where|why|when|who|a|an) ")
_AFTER = {Kind.REF: "for {}", Kind.DATE: "on {}", Kind.DATETIME: "on {}", Kind.TIME: "at {}"}


def name_row(s: Speaker, entity: Entity, row: Row, key: str = "") -> str:
    """Point at a row."""
    key = key or row.get(entity.key) or ""
    if key in s.names:
        return s.names[key]
    if entity.table == "person" and "name" in row:
        return str(row["name"])
    parts = [entity.field(name) for name in entity.known_as if name in row]
    said = [(field, words) for field in parts if (words := s.say(field, row[field.name]))]
    if not said:
        return f"{entity.label.zh}{key}" if s.zh else f"the {entity.label.en} {key}".strip()
    if len(parts) == 1 and parts[0].of == "person" and _PEOPLE.search(entity.label.en):
        return said[0][1]
    return _zh(entity, said) if s.zh else _en(entity, said)


def _en(entity: Entity, parts: list[tuple[Field, str]]) -> str:
    owner, before, name, after, label = "the", list[str](), "", list[str](), entity.label.en
    for field, said in parts:
        if field.of == "person" and field.kind is Kind.REF:
            owner = "your" if said == "you" else joints.possessive(said)
        elif field.kind is Kind.TEXT and not name and _names(field):
            if field.pick == "person_name":
                return said
            name = f'"{said}"' if "title" in field.label.en or _QUOTED.match(said) else said
        elif field.kind in (Kind.ENUM, Kind.STATE) and said.split()[0] not in ("a", "an", "the") and len(said.split()) <= 3:
            before.append(said)
            label = "" if label and said.split()[-1] in (label.split()[-1], label.split()[0]) else label
        else:
            after.append(joints.insert_en(field.say.en[0] if field.say.en else _AFTER.get(field.kind, "of {}"), said))
    if name.lower().startswith(("the ", "your ", "our ", "my ")):
        owner, label = "", ""
    elif name and _UNNAMED.match(name):
        name = f'"{name}"'
    elif name and not name.startswith('"') and _tells(name, label):
        label = ""
    if before and label.startswith(f"{before[-1].split()[-1]} "):
        label = label.partition(" ")[2]
    return " ".join(word for word in (owner, *before, label, name, *after) if word)


def _names(field: Field) -> bool:
    return not field.say.en or bool(_NAMING.search(field.say.en[0]))


def _tells(name: str, label: str) -> bool:
    """Tell whether a name says itself what it is: `rent account`, `case A3`."""
    words = name.lower().split()
    return (label.split()[-1].lower() in (words[0], words[-1]) if label else True) or (name[:1].islower() and len(words) > 1)


def _zh(entity: Entity, parts: list[tuple[Field, str]]) -> str:
    owner, which, sort, name, label, day = "", list[str](), "", "", entity.label.zh, ""
    for field, said in parts:
        if field.of == "person" and field.kind is Kind.REF:
            owner = f"{said}的"
        elif field.kind is Kind.TEXT and not name and _names(field):
            if field.pick == "person_name":
                return naming_zh.person_zh(said, label)
            name = said
        elif field.kind in (Kind.ENUM, Kind.STATE):
            sort += said
        elif field.kind is Kind.TEXT:
            which.append((field.say.zh[0] if field.say.zh else "{}的").replace("{}", said))
        elif field.kind is Kind.REF:
            which.insert(0, (_phrase_zh(field) or "{}的").replace("{}", said))
        elif field.kind in TEMPORAL:
            day += said
        else:
            which.append(f"{said}的")
    if name:
        label = naming_zh.named_zh(name, label)
    elif sort and (sort.endswith((label[-1], label[-2:])) or (label == "客房" and sort.endswith("间"))):
        label = ""
    return naming_zh.pile_zh(owner, which, day, f"{sort}{label}")


def _phrase_zh(field: Field) -> str:
    return next((phrase for phrase in field.say.zh if phrase.endswith("的") and phrase.startswith("约")), "")
