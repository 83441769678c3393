"""Point at rows as people do: by what they are known as, never by their key."""

from __future__ import annotations

from random import Random

from toolsim.taxonomy.declarations import NUMERIC, Entity, Field, Kind, Pack
from toolsim.taxonomy.rules import Row
from toolsim.wording import values
from toolsim.world.world import World

_DEEPEST = 2
_OWNING = ("owner", "holder")
"""A row known by such a person alone is theirs; one known by another is the person, as a customer or patient is."""


class Pointer:
    """Points at rows of one world, as seen by the person whose session it is."""

    def __init__(self, world: World, pack: Pack, rng: Random) -> None:
        self.world = world
        self.pack = pack
        self.rng = rng
        self.me = next((row["person"] for row in world.tables.get("session", {}).values()), "")

    def key(self, entity: Entity, key: str, depth: int = 0) -> str:
        """Point at the row with a key; a key without a row is read out."""
        row = self.world.tables[entity.table].get(key)
        return key if row is None else self.row(entity, row, depth)

    def row(self, entity: Entity, row: Row, depth: int = 0) -> str:
        """Point at a row: `my savings account`, `the appointment with Ana Silva next Friday`."""
        if entity.table == "person":
            return self._person(row)
        if self.world.language == "zh":
            return self._zh(entity, row, depth)
        return self._en(entity, row, depth)

    def _person(self, row: Row) -> str:
        if row["person_id"] == self.me:
            return "me" if self.world.language == "en" else "我"
        return str(row["name"])

    def _parts(self, entity: Entity, row: Row) -> list[Field]:
        return [field for name in entity.known_as if name in row and (field := entity.field(name))]

    def _en(self, entity: Entity, row: Row, depth: int) -> str:
        parts = self._parts(entity, row)
        if len(parts) == 1 and parts[0].of == "person" and parts[0].name not in _OWNING:
            return self._person(self.world.tables["person"][row[parts[0].name]])
        owner, before, name, after = "the", [], "", []
        for field in parts:
            value = row[field.name]
            match field.kind:
                case Kind.REF if field.of == "person":
                    owner = "my" if value == self.me else f"{self._person(self.world.tables['person'][value])}'s"
                case Kind.REF:
                    if depth < _DEEPEST:
                        after.append(f"for {self.key(self.pack.entity(field.of), value, depth + 1)}")
                case Kind.ENUM | Kind.STATE:
                    before.append(self._say(field, value))
                case Kind.TEXT:
                    name = name or str(value)
                case Kind.DATE | Kind.DATETIME:
                    after.append(_on(self._say(field, value)))
                case Kind.TIME:
                    after.append(f"at {self._say(field, value)}")
                case kind if kind in NUMERIC:
                    after.append(f"of {self._say(field, value)}")
        if name and _is_person(entity, name, row):
            return name
        if name.lower().startswith("the "):
            owner, label = "", ""
        elif name and (_shares_noun(name, entity.label.en) or (name[:1].islower() and " " in name)):
            label = ""
        else:
            label = entity.label.en
        words = [owner, *before, label, name, *after]
        return " ".join(word for word in words if word)

    def _zh(self, entity: Entity, row: Row, depth: int) -> str:
        parts = self._parts(entity, row)
        if len(parts) == 1 and parts[0].of == "person" and parts[0].name not in _OWNING:
            return self._person(self.world.tables["person"][row[parts[0].name]])
        owner, which, sort, name = "", "", "", ""
        for field in parts:
            value = row[field.name]
            match field.kind:
                case Kind.REF if field.of == "person":
                    owner = f"{self._person(self.world.tables['person'][value])}的"
                case Kind.REF:
                    if depth < _DEEPEST:
                        which = self.key(self.pack.entity(field.of), value, depth + 1) + which
                case Kind.ENUM | Kind.STATE:
                    sort += self._say(field, value)
                case Kind.TEXT:
                    name = name or str(value)
                case _:
                    which += self._say(field, value)
        which += "的" if which else ""
        before = [owner, which, sort]
        label = entity.label.zh
        if name and _is_person(entity, name, row):
            return name if name.endswith(label) else f"{name}{label}"
        if name:
            shown = name if label in name or name.endswith(label[-2:]) else f"{label}“{name}”"
            return "".join([*before, shown])
        return "".join([*before, label])

    def _say(self, field: Field, value: object) -> str:
        return values.plain(field, value, self.world.now, self.world.language, self.rng)


def _is_person(entity: Entity, name: str, row: Row) -> bool:
    return any(f.pick == "person_name" and row.get(f.name) == name for f in entity.fields)


def _shares_noun(name: str, label: str) -> bool:
    """Tell whether a name says itself what it is: `rent account`, `case A3`."""
    words = name.lower().split()
    return label.split()[-1].lower() in (words[0], words[-1])


def _on(when: str) -> str:
    return when if when.split()[0] in ("today", "tomorrow", "yesterday", "this", "next") else f"on {when}"
