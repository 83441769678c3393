"""Point at rows as people do: by what they are known as, or by their key as read off a paper."""

from __future__ import annotations

import re
from random import Random

from toolsim.taxonomy.declarations import NUMERIC, TEMPORAL, Entity, Field, Kind, Pack
from toolsim.taxonomy.rules import Row
from toolsim.wording import joints, naming_zh, values
from toolsim.wording.ways import Ways, ways
from toolsim.world.world import World

_DEEPEST = 2
_PEOPLE = re.compile(r"(?:customer|patient|student|member|guest|courier|driver|tenant)$")
"""A row of such an entity that is known by a person alone is that person; any other is theirs."""


class Pointer:
    """Points at rows of one world, as seen by the person whose session it is."""

    def __init__(self, world: World, pack: Pack, rng: Random, by_key: bool = False, said: Ways | None = None) -> None:
        self.world = world
        self.pack = pack
        self.rng = rng
        self.by_key = by_key
        self.en = world.language == "en"
        self.ways = said or ways(world.language, rng)
        self.me = next((row["person"] for row in world.tables.get("session", {}).values()), "")

    def key(self, entity: Entity, key: str, depth: int = 0) -> str:
        """Point at the row with a key; a key without a row is read out."""
        row = self.world.tables[entity.table].get(key)
        if row is None:
            return self._numbered(entity, key)
        return self.row(entity, row, depth)

    def row(self, entity: Entity, row: Row, depth: int = 0) -> str:
        """Point at a row: `my savings account`, `account AC06918328`."""
        if entity.table == "person":
            return self._person(row)
        if not self.by_key or depth:
            return self._known(entity, row, depth)
        if self.rng.random() < 0.5:
            return self._numbered(entity, row[entity.key])
        known = self._known(entity, row, _DEEPEST)
        return f"{known} ({row[entity.key]})" if self.en else f"{known}（{row[entity.key]}）"

    def _numbered(self, entity: Entity, key: str) -> str:
        if self.en:
            head, of, rest = entity.label.en.partition(" of ")
            noun = (rest if head == "piece" else head) if of else entity.label.en
            short = noun.split()[-1] if self.rng.random() < 0.6 and " in " not in noun else noun
            return f"{short} {key}" if self.rng.random() < 0.7 else f"{short} number {key}"
        label = entity.label.zh
        return (label[-2:] if len(label) == 4 and self.rng.random() < 0.5 else label) + key

    def _person(self, row: Row) -> str:
        if row["person_id"] == self.me:
            return "me" if self.en else "我"
        return str(row["name"])

    def _known(self, entity: Entity, row: Row, depth: int) -> str:
        parts = [field for name in entity.known_as if name in row and (field := entity.field(name))]
        first = parts[0] if parts else None
        if first is not None and len(parts) == 1 and first.of == "person" and _PEOPLE.search(entity.label.en):
            return self._person(self.world.tables["person"][row[first.name]])
        if depth and len(parts) > 1:
            parts = self._telling(entity, row, parts, depth)
        return self._en(entity, row, parts, depth) if self.en else self._zh(entity, row, parts, depth)

    def _telling(self, entity: Entity, row: Row, parts: list[Field], depth: int) -> list[Field]:
        """Keep one part of a row within another where it tells the row apart, and nothing that goes deeper still."""
        rows = self.world.tables[entity.table].values()
        flat = [field for field in parts if field.kind is not Kind.REF or field.of == "person"]
        for field in (*flat, *parts):
            if sum(other.get(field.name) == row[field.name] for other in rows) == 1:
                return [field]
        return flat if flat and depth >= _DEEPEST else parts

    # --- English ---

    def _en(self, entity: Entity, row: Row, parts: list[Field], depth: int) -> str:
        owner, before, name, after = "the", list[str](), "", list[str]()
        label = entity.label.en
        for field in parts:
            value = row[field.name]
            if field.of == "person" and field.kind is Kind.REF:
                owner = joints.possessive(self.key(self.pack.entity("person"), value))
            elif field.kind is Kind.TEXT and not name and not _by(field):
                name = str(value)
            elif field.kind in (Kind.ENUM, Kind.STATE) and (kind := _adjective(field, value, label)):
                before.append(kind[0])
                label = kind[1]
            else:
                after.append(self._after(field, value, depth))
        if name and not before:
            label, owner = self._named_en(entity, row, name, owner, depth)
        words = [owner, *before, label, name, *after]
        return " ".join(word for word in words if word)

    def _after(self, field: Field, value: object, depth: int) -> str:
        if field.kind is Kind.REF:
            said = self.key(self.pack.entity(field.of), str(value), depth + 1)
        else:
            said = values.plain(field, value, self.world.now, "en", self.ways.of(field))
        phrase = field.say.en[0] if field.say.en else _AFTER_EN.get(field.kind, "of {}")
        return joints.insert_en(phrase, said)

    def _named_en(self, entity: Entity, row: Row, name: str, owner: str, depth: int) -> tuple[str, str]:
        """Give label and owner as they stand before a name."""
        label = entity.label.en
        if _is_person(entity, name, row) or name.lower().startswith(("the ", "my ", "our ")):
            return "", ""
        if owner != "the":
            return ("", owner) if _says_itself(name, label) else (label, owner)
        if label in _STUFF:
            return "", ""
        if name.split()[0] in ("a", "an"):
            return label, owner
        if _says_itself(name, label):
            return "", owner
        if _NO_NOUN.match(name):
            return f"{label} called", owner
        if name[:1].islower():
            return "", owner
        short = self.rng.random() < 0.4 or depth > 0
        return ("", "") if short and " " in name and name[-1:].isalpha() else (label, owner)

    # --- Chinese ---

    def _zh(self, entity: Entity, row: Row, parts: list[Field], depth: int) -> str:
        owner, which, sort, name, label, day = "", list[str](), "", "", entity.label.zh, ""
        for field in parts:
            value = row[field.name]
            if field.of == "person" and field.kind is Kind.REF:
                owner = self.key(self.pack.entity("person"), value)
            elif field.kind is Kind.TEXT and not name and not _by(field):
                name = self._named_zh(entity, field, row, str(value), depth)
            elif field.kind in (Kind.ENUM, Kind.STATE):
                sort += _IN_BRACKETS.sub("", field.option(str(value)).label.zh)
            elif field.kind is Kind.REF:
                which.insert(0, self._which_zh(field, self.key(self.pack.entity(field.of), str(value), depth + 1)))
            elif field.kind in TEMPORAL:
                day += values.plain(field, value, self.world.now, "zh", self.rng)
            else:
                which.append(self._which_zh(field, values.plain(field, value, self.world.now, "zh", self.rng)))
        if sort and (sort.endswith((label[-1], label)) or (label == "客房" and sort.endswith("间"))):
            label = ""
        which = [part[:-1] if _PLAIN_ZH.match(part) and index + 1 < len(which) else part for index, part in enumerate(which)]
        if owner:
            owner += "的"
        return naming_zh.pile_zh(owner, which, day, f"{sort}{name or label}")

    def _which_zh(self, field: Field, said: str) -> str:
        phrases = [phrase for phrase in field.say.zh if phrase.endswith("的")]
        if field.kind in TEMPORAL or field.kind in NUMERIC or not phrases:
            return f"{said}的"
        return phrases[0].replace("{}", said)

    def _named_zh(self, entity: Entity, field: Field, row: Row, name: str, depth: int) -> str:
        label = entity.label.zh
        if _is_person(entity, name, row):
            return naming_zh.person_zh(name, label)
        if field.say.zh and "《" in field.say.zh[0]:
            return f"《{name}》" if depth or self.rng.random() < 0.5 else f"《{name}》这{joints.counted_zh(label, '')}"
        return naming_zh.named_zh(name, label, short=depth > 0 or self.rng.random() < 0.5)


_AFTER_EN = {Kind.REF: "for {}", Kind.DATE: "on {}", Kind.DATETIME: "on {}", Kind.TIME: "at {}"}
_STUFF = frozenset({"crop", "food item"})
"""Entities whose rows are kinds of stuff, named without an article: `barley`, `salmon`."""
_CALLED = re.compile(r"called|named|titled|nicknamed|saved as|about|numbered|叫|名|题")
_NO_NOUN = re.compile(
    r"(?:after|before|on|for|in|at|by|with|without|no|less|more|back|to|[a-z]+ing (?:for|the|with|at|in|on|to|a)) "
)
"""How names begin that cannot stand after `the`."""
_IN_BRACKETS = re.compile(r"（[^）]*）")
_PLAIN_ZH = re.compile(r".*[^约订捐提填存付收写值开约租付保叫住去借针装寄放发报跟教考为上下里听种]的$")


def _by(field: Field) -> bool:
    """Tell whether a text says something about a row rather than being its name."""
    return bool(field.say.en) and not _CALLED.search(field.say.en[0])


def _adjective(field: Field, value: object, label: str) -> tuple[str, str] | None:
    """Put a code before the noun, which is left out where the code has it already; None for what cannot stand there."""
    said = field.option(str(value)).label.en
    if said.split()[0] in ("a", "an", "the") or " in " in said or len(said.split()) > 3:
        return None
    heads = {label.split()[-1], label.split()[0] if " of " in label else ""}
    if said.split()[-1] in heads or said.split()[-1].rstrip("s") in heads:
        return said, ""
    return said, label


def _says_itself(name: str, label: str) -> bool:
    """Tell whether a name says itself what it is: `rent account`, `case A3`."""
    words = name.lower().split()
    return label.split()[-1].lower() in (words[0], words[-1]) if label else True


def _is_person(entity: Entity, name: str, row: Row) -> bool:
    return any(f.pick == "person_name" and row.get(f.name) == name for f in entity.fields)
