"""Say the arguments of a call: values in words, and clauses for the facts that have no slot in the request."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from toolsim.apis.api import Api
from toolsim.base.text import Text
from toolsim.taxonomy.declarations import NUMERIC, TEMPORAL, Field, Kind
from toolsim.verbs.verb import Args
from toolsim.wording import flags, joints, values
from toolsim.wording.labels import fallback, shown
from toolsim.wording.pointing import Pointer
from toolsim.wording.templates import Sheet
from toolsim.world.world import World

_RANGE = re.compile(r"(.+)_(min|max|from|to)$")
_BEGINS = ("begins", "start", "starts", "from", "from_hour", "begin", "opens", "low", "first", "min")
_ENDS = ("ends", "end", "until", "to", "to_hour", "finish", "closes", "high", "last", "max")


@dataclass(frozen=True, slots=True)
class Told:
    """A leaf of the arguments, and how it was said."""

    name: str
    """Flat (canonical) parameter name."""
    entry: int
    """Index of the batch entry; 0 where there is no batch."""
    steps: tuple[str | int, ...]
    """Way inside a nested value or list; empty for the parameter itself."""
    value: Any
    words: str
    """A literal part of the request's text."""

    @property
    def key(self) -> tuple[str, int, tuple[str | int, ...]]:
        """Its canonical place as a whole, as leaves of arguments have it."""
        return self.name, self.entry, self.steps


Steps = tuple[str | int, ...]


class Clauses:
    """Says the arguments of one call, and keeps what was told."""

    def __init__(self, world: World, api: Api, rng: Random, pointer: Pointer, sheet: Sheet) -> None:
        self.world = world
        self.api = api
        self.rng = rng
        self.pointer = pointer
        self.sheet = sheet
        self.language = world.language
        self.en = self.language == "en"
        self.ways = pointer.ways
        self.told: list[Told] = []
        self.tail: list[str] = []
        """Lists of entries, which are told after everything else."""
        self.entry = 0

    # --- values ---

    def say(self, field: Field, value: Any, name: str, steps: Steps = ()) -> str:
        """Say a value, and keep what was told."""
        match field.kind:
            case Kind.LIST:
                return self._list(field, value, name, steps)
            case Kind.VALUE:
                return self.join(list(self._nested(field, value, name, steps)))
            case Kind.REF:
                words = self.pointer.key(self.api.pack.entity(field.of), value)
            case Kind.TEXT:
                words = str(value)
            case Kind.MANY if self.en and field.name == "include":
                words = self._included([field.option(code).label.en for code in value])
            case _:
                words = values.plain(field, value, self.world.now, self.language, self.ways.of(field))
        self._keep(name, steps, value, words)
        if field.kind is Kind.TEXT and (field.prose or words[-1:] in ".!?。！？"):
            return f'"{words}"' if self.en else f"“{words}”"
        return words

    def _included(self, labels: list[str]) -> str:
        """Name what is to come with a row, in the plural where that only adds to the label."""
        many = [joints.plural(label) for label in labels]
        plain = all(plural.startswith(label) for plural, label in zip(many, labels, strict=True))
        return values.join(many if plain else labels, "en")

    def _keep(self, name: str, steps: Steps, value: Any, words: str) -> None:
        self.told.append(Told(name, self.entry, steps, value, words))

    def _list(self, field: Field, value: list[Any], name: str, steps: Steps) -> str:
        assert field.item is not None
        item = field.item
        if item.kind is Kind.VALUE:
            parts = [self._record(item, one, name, (*steps, index)) for index, one in enumerate(value)]
            if self.en and all(part.startswith("with ") for part in parts):
                parts = [part.removeprefix("with ") for part in parts]
            plain = all("," not in part and " and " not in part and "，" not in part and "、" not in part for part in parts)
            if plain:
                return values.join(parts, self.language)
            return ("; " if self.en else "；").join(parts)
        return values.join([self.say(item, one, name, (*steps, i)) for i, one in enumerate(value)], self.language)

    def _record(self, field: Field, value: dict[str, Any], name: str, steps: Steps) -> str:
        """Say one of several entries: by its values alone where they tell what they are."""
        given = [f for f in field.fields if f.name in value and f.auto != value[f.name]]
        pieces = [self._piece(f, value[f.name], field.fields, name, (*steps, f.name)) for f in given]
        pieces = [piece for piece in pieces if piece]
        if self.en:
            return joints.run_on(pieces)
        return "".join(
            piece.removesuffix("的") + ("" if i + 1 == len(pieces) or _RUNS_ON.search(piece + "|" + pieces[i + 1]) else "，")
            for i, piece in enumerate(pieces)
        )

    def _piece(self, field: Field, value: Any, siblings: tuple[Field, ...], name: str, steps: Steps) -> str:
        if field.kind in (Kind.FLAG, Kind.VALUE):
            return self.fact(field, value, name, steps)
        phrases = [phrase for phrase in field.say.say(self.language) if "{}" in phrase]
        if phrases:
            return joints.insert(self.rng.choice(phrases), self.say(field, value, name, steps), self.language)
        alike = [f for f in siblings if f.kind is field.kind and f.unit == field.unit]
        speaks = field.kind in TEMPORAL | {Kind.ENUM, Kind.REF} or field.unit is not None
        speaks = speaks or (field is siblings[0] and field.kind is Kind.TEXT)
        said = self.say(field, value, name, steps)
        if speaks and len(alike) == 1:
            return said
        label, said = shown(field, said, self.language)
        if self.en and field.kind in NUMERIC and _COUNTS.match(label):
            return joints.insert_en(f"{{}} {label}", said)
        return f"{label} {said}" if self.en else f"{label}{said}"

    # --- facts ---

    def clauses(self, rest: Args) -> list[str]:
        """Give a clause for each fact; the two ends of a range make one."""
        out: list[str] = []
        done: set[str] = set()
        for name, value in rest.items():
            if name in done:
                continue
            field = self.sheet.fields[name]
            pair = self.ends(name, field)
            if pair is not None:
                done |= set(pair)
                out.append(self._range(field, pair, rest))
            elif field.kind is Kind.VALUE:
                out += self._nested(field, value, name, ())
            elif field.item is not None and field.item.kind is Kind.VALUE:
                self.tail.append(self._listed(field, value, name))
            else:
                out.append(self.fact(field, value, name, ()))
        return [clause for clause in out if clause]

    def _listed(self, field: Field, value: list[Any], name: str) -> str:
        said = self.say(field, value, name)
        phrases = [phrase for phrase in field.say.say(self.language) if "{}" in phrase]
        if phrases and len(value) == 1:
            return joints.insert(phrases[0], said, self.language).removesuffix("的")
        return said

    def with_tail(self, text: str) -> str:
        """Add the lists of entries to a text."""
        colon, stop = (": ", "; ") if self.en else ("：", "；")
        text = joints.before_list(text, self.language) if self.tail else text
        return text + (colon + stop.join(self.tail) if self.tail else "")

    def ends(self, name: str, field: Field) -> tuple[str, str] | None:
        """Name both ends of the range that a parameter is one end of."""
        match = _RANGE.match(name)
        if match is None or field.kind not in NUMERIC | TEMPORAL or name in self.sheet.alone:
            return None
        low, high = ("min", "max") if match[2] in ("min", "max") else ("from", "to")
        return f"{match[1]}_{low}", f"{match[1]}_{high}"

    def _range(self, field: Field, pair: tuple[str, str], rest: Args) -> str:
        en, zh = field.label.en.rpartition(": ")[0], field.label.zh.rpartition("：")[0]
        field = replace(field, label=Text(en or field.label.en, zh or field.label.zh))
        said = {end: self.say(field, rest[end], end) for end in pair if end in rest}
        if len(said) == 2 and rest[pair[0]] == rest[pair[1]]:
            said[pair[1]] = self._shorten(pair[1], said[pair[0]])
        elif len(said) == 2:
            said[pair[0]] = self._shorten(pair[0], joints.without_unit(said[pair[0]], said[pair[1]], self.language))
        span = self._span(field, said.get(pair[0]), said.get(pair[1]))
        clause = self._clause(field, span)
        if len(said) == 2 and span in clause:
            for end in pair:
                self._shorten(end, span)
        return clause

    def _shorten(self, name: str, words: str) -> str:
        """Keep how the end of a range is said after all: `between 23 and 28 February` tells both."""
        self.told = [replace(told, words=words) if told.name == name and told.entry == self.entry else told for told in self.told]
        return words

    def _span(self, field: Field, low: str | None, high: str | None) -> str:
        """Say a range whose ends are said already."""
        year = field.kind is Kind.WHOLE and field.unit is None and (field.min or 0) >= 1000 and (field.max or 0) <= 2200
        temporal = field.kind in TEMPORAL or (year and self.en)
        if low is not None and high is not None:
            if low == high:
                return low
            if not self.en:
                return f"{low}到{high}"
            return f"between {low} and {high}"
        if low is not None:
            if not self.en:
                return f"{low}{'以后' if temporal else '以上'}"
            return f"from {low} on" if temporal else f"{low} or more"
        if not self.en:
            return f"{high}{'以前' if temporal else '以内'}"
        return f"by {high}" if temporal else f"at most {high}"

    def _nested(self, field: Field, value: dict[str, Any], name: str, steps: Steps) -> Iterator[str]:
        """Give clauses for what a nested value holds; those of the same kind within it are told apart by their label."""
        inner = [f for f in field.fields if f.name in value and f.auto != value[f.name]]
        twins = {f.of for f in field.fields if f.kind is Kind.VALUE and sum(g.of == f.of for g in field.fields) > 1}
        whole = [phrase for phrase in field.say.say(self.language) if "{}" in phrase]
        if whole and not steps:
            parts = [self.fact(f, value[f.name], name, (*steps, f.name)) for f in inner]
            yield joints.insert(self.rng.choice(whole), self.join(parts).removesuffix("的"), self.language)
            return
        span = self._hours(inner)
        for f in inner:
            if span and f is span[1]:
                continue
            if span and f is span[0]:
                low, high = (self.say(g, value[g.name], name, (*steps, g.name)) for g in span)
                yield f"with {field.label.en} from {low} to {high}" if self.en else f"{field.label.zh}{low}到{high}的"
            elif f.kind is Kind.VALUE and f.of in twins:
                held = self.join(list(self._nested(f, value[f.name], name, (*steps, f.name))))
                yield f"with {f.label.en} of {held.removeprefix('with ')}" if self.en else f"{f.label.zh}{held}"
            elif f.kind is Kind.VALUE:
                yield from self._nested(f, value[f.name], name, (*steps, f.name))
            else:
                yield self.fact(f, value[f.name], name, (*steps, f.name))

    def _hours(self, inner: list[Field]) -> tuple[Field, Field] | None:
        """Find the two ends of a span among the fields of a value."""
        moments = [f for f in inner if f.kind in TEMPORAL and not f.say.say(self.language)]
        if len(moments) == 2 and moments[0].name in _BEGINS and moments[1].name in _ENDS:
            return moments[0], moments[1]
        return None

    def fact(self, field: Field, value: Any, name: str, steps: Steps) -> str:
        """Give a clause for one fact."""
        if field.kind is Kind.FLAG:
            said = flags.say(field, bool(value), self.language, self.rng)
            self._keep(name, steps, value, said.removesuffix("的").removeprefix("with "))
            return said
        if field.kind is Kind.VALUE:
            return self.join(list(self._nested(field, value, name, steps)))
        return self._clause(field, self.say(field, value, name, steps))

    def _clause(self, field: Field, said: str) -> str:
        phrases = [phrase for phrase in field.say.say(self.language) if "{}" in phrase]
        if phrases:
            return joints.insert(self.rng.choice(phrases), said, self.language)
        return fallback(field, said, self.language)

    def join(self, clauses: list[str]) -> str:
        """Join clauses into one."""
        clauses = [clause for clause in clauses if clause]
        if not clauses:
            return ""
        if not self.en:
            return "、".join([clause.removesuffix("的") for clause in clauses[:-1]] + clauses[-1:])
        if any(": " in clause for clause in clauses):
            return "; ".join(clauses)
        return joints.chain(clauses)


_COUNTS = re.compile(r"[a-z]+[^s]s\b")
_RUNS_ON = re.compile(r"(?:月|号|日|点|半|分|天|昨天|今天)的?\|[^\W\d]")
