"""Facts of rows in words: values, clauses and short forms, and rows pointed at by what the assistant has seen of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import Any

from toolsim.apis.naming import renamer
from toolsim.base.text import Language
from toolsim.taxonomy.declarations import NUMERIC, TEMPORAL, Entity, Field, Kind
from toolsim.taxonomy.rules import Row
from toolsim.wording import values
from toolsim.wording.acts import fill
from toolsim.wording.answer_flags import flag_said
from toolsim.wording.answer_words import counted, is_plural, on, second_person, settle
from toolsim.wording.answer_words import head as head_of
from toolsim.wording.answer_phrases import phrases

_CLAUSE = re.compile(
    r"(?:with (?!\{\} |a \{\} |an \{\} )|(?:due|held|made|sent|written|left|set|kept|built|bound|best|lit|sold|worth|open|good) |\w+(?:ing|ed) )"
)
"""How phrases begin that may follow `is frozen, ...`."""
_OWNING = ("owner", "holder")
_PERCENT = re.compile(r" in (?:percent|%)$|（[%％]）$")
_ASIDE = re.compile(r"(?:;| \(|（|, (?=if |once |none |negative |\d)).*$")
_IN_UNIT = re.compile(r" in (\w+)$")
_TERSE = re.compile(r"^(?:to|inspect|reorder|multiply|kept|at|left|still|above|below|on|how|each|saved|paid|length plus|days|rain \w+ and)\b")
"""Labels that no `the ... is` fits."""
_LONG = 60
_WEIGHTS = {
    Kind.NUMBER: 5.0, Kind.WHOLE: 3.5, Kind.DURATION: 4.0, Kind.DATE: 4.6, Kind.DATETIME: 4.6, Kind.TIME: 4.4, Kind.ENUM: 3.9, Kind.REF: 3.6,
    Kind.FLAG: 3.2, Kind.TEXT: 2.4, Kind.MANY: 2.0, Kind.LIST: 1.2, Kind.VALUE: 1.0, Kind.STATE: 0.0,
}  # fmt: skip


@lru_cache(maxsize=65536)
def wire_name(naming: str, name: str) -> str:
    """Give the name of a field on the wire."""
    return renamer(naming)(name)


def canonical(fields: Iterable[Field], wire: Mapping[str, Any], naming: str) -> Row:
    """Turn a wire row into one with canonical names."""
    out: Row = {}
    for field in fields:
        value = wire.get(wire_name(naming, field.name))
        if value is not None:
            out[field.name] = _inner(field, value, naming)
    return out


def _inner(field: Field, value: Any, naming: str) -> Any:
    if field.kind is Kind.VALUE:
        return canonical(field.fields, value, naming)
    if field.kind is Kind.LIST and field.item is not None and field.item.kind is Kind.VALUE:
        return [canonical(field.item.fields, item, naming) for item in value]
    return value


@dataclass(frozen=True, slots=True)
class Fact:
    """A field in words."""

    words: str
    trails: bool
    """Whether it follows on a sentence (`opened on 3 May`) or is a clause of its own (`the balance is 200 yuan`)."""


class Speaker:
    """Says values in one language, as seen from one moment, with the names that the user goes by."""

    def __init__(self, language: Language, now: str, rng: Random, names: Mapping[str, str]) -> None:
        self.language: Language = language
        self.now = now
        self.rng = rng
        self.names = names
        self.zh = language == "zh"
        self._phrases = phrases(language)

    def line(self, act: str, **slots: str) -> str:
        """Fill one of the phrases of an act."""
        stock = self._phrases[act]
        return fill(stock[int(self.rng.random() * len(stock))], slots)

    def join(self, parts: Iterable[str]) -> str:
        """Join the parts of a list."""
        return values.join(list(parts), self.language)

    # --- values ---

    def say(self, field: Field, value: Any) -> str:
        """Say a value; empty when it points to what has no name."""
        match field.kind:
            case Kind.REF:
                return self.names.get(value, "")
            case Kind.LIST:
                assert field.item is not None
                parts = [self.say(field.item, item) for item in value]
                return ("；" if self.zh else "; ").join(parts) if field.item.kind is Kind.VALUE else self.join(p for p in parts if p)
            case Kind.VALUE:
                parts = [self.short(f, value.get(f.name)) for f in field.fields]
                return ("，" if self.zh else ", ").join(part for part in parts if part)
            case Kind.TEXT:
                return str(value) if field.prose else second_person(str(value), self.language)
            case kind if kind in NUMERIC:
                return self._number(field, value)
        return values.plain(field, value, self.now, self.language, self.rng)

    def _number(self, field: Field, value: float) -> str:
        said = values.quantity(field, value, self.language)
        if field.unit is None and _PERCENT.search(field.label.zh if self.zh else field.label.en):
            return f"{said}%"
        return said

    def label(self, field: Field) -> str:
        """Give a field's label without asides and without the unit that its value brings."""
        label = (field.label.zh if self.zh else field.label.en).removesuffix("的")
        label = _ASIDE.sub("", _PERCENT.sub("", label))
        if not self.zh and field.unit is not None and (match := _IN_UNIT.search(label)) and match[1] in field.unit.en:
            label = label[: match.start()]
        return label

    # --- facts ---

    def clause(self, field: Field, value: Any) -> str:
        """Say a field as a clause of its own: `the balance is 200 yuan`, 余额200元; empty when there is nothing to say."""
        if field.kind is Kind.FLAG:
            return flag_said(field, bool(value), self.language)
        said = self.say(field, value) if value not in ("", [], {}) else ""
        if not said:
            return ""
        label = self.label(field)
        if self.zh:
            return self._clause_zh(field, label, said)
        if field.unit is None and field.kind in (Kind.WHOLE, Kind.NUMBER) and not said.endswith("%"):
            if label.startswith("number of ") and not label.startswith("number of the "):
                label = f"{label[10:]}"
            if is_plural(label):
                return f"there {'is' if value == 1 else 'are'} {counted(value, label, said)}"
        elif field.unit is not None and is_plural(label) and head_of(label) == field.unit.en and not said.endswith("%"):
            return f"it's {said}{label[len(field.unit.en):]}"
        if field.kind is Kind.TEXT and (len(said) > _LONG or field.prose):
            said = f"“{said}”"
        if label.startswith("to "):
            return f"{said} {'are' if is_plural(said) else 'is'} {label}" if label != "to pay" else f"{said} is to be paid"
        if _TERSE.match(label):
            return f"{label}: {said}"
        return f"{label if label.startswith(('the ', 'a ')) else 'the ' + label} {'are' if is_plural(label) else 'is'} {said}"

    def _clause_zh(self, field: Field, label: str, said: str) -> str:
        if field.kind is Kind.TEXT and (len(said) > _LONG // 3 or field.prose):
            return f"{label}是“{said}”" if said[-1] not in "。！？" else f"{label}：“{said}”"
        if field.kind in NUMERIC or field.kind is Kind.STATE:
            return f"{label}{said}" if not label[-1].isascii() or not said[0].isascii() else f"{label} {said}"
        return f"{label}是{said}"

    def trailing(self, field: Field, value: Any) -> str:
        """Say a field by the pack's own phrase, where that may follow on a sentence."""
        if field.kind is Kind.FLAG:
            stock = [p for p in field.say.say(self.language) if "{}" not in p and (self.zh or _CLAUSE.match(p))]
            return self._chosen(stock).removesuffix("的") if value and stock else ""
        stock = [p for p in field.say.say(self.language) if "{}" in p and (_fits_zh(p, field) if self.zh else _CLAUSE.match(p))]
        said = self.say(field, value) if stock else ""
        if not said:
            return ""
        phrase = self._chosen(stock).replace("{}", said)
        return phrase.removesuffix("的") if self.zh else settle(phrase)

    def _chosen(self, stock: list[str]) -> str:
        return stock[int(self.rng.random() * len(stock))] if stock else ""

    def fact(self, field: Field, value: Any) -> Fact | None:
        """Say a field, in whichever way fits; None when there is nothing worth saying."""
        if value is None or (field.kind is Kind.FLAG and not value) or (field.kind is Kind.REF and self._is_user(value)):
            return None
        if words := self.trailing(field, value):
            return Fact(words, True)
        words = self.clause(field, value)
        return Fact(words, self.zh) if words else None

    def short(self, field: Field, value: Any) -> str:
        """Say a field in a list: `balance 200 yuan`, `open`, `due 3 May`; empty when there is nothing to say."""
        if value is None or value in ("", [], {}):
            return ""
        if field.kind is Kind.FLAG:
            return (self.trailing(field, value) or self.label(field).replace("是否", "")) if value else ""
        if words := self.trailing(field, value):
            return words.removeprefix("currently ").removeprefix("that are ")
        said = self.say(field, value)
        if not said or field.kind in (Kind.STATE, Kind.MANY):
            return said
        label = self.label(field)
        if self.zh:
            return f"{label}{said}" if field.kind is not Kind.TEXT else f"{label}：{said}"
        if field.kind in (Kind.WHOLE, Kind.NUMBER) and field.unit is None and is_plural(label) and not said.endswith("%"):
            return counted(value, label, said)
        return f"{label} {said}"

    def _is_user(self, value: Any) -> bool:
        return self.names.get(value) in ("you", "您")

    def facts(self, fields: Iterable[Field], row: Row, most: int, skip: Iterable[str] = ()) -> list[Fact]:
        """Choose the most telling fields of a row, and say them in their order."""
        left, chosen = set(skip), []
        for index, field in enumerate(fields):
            if field.name in left or (value := row.get(field.name)) is None or field.kind is Kind.STATE:
                continue
            chosen.append((-self.weight(field) - self.rng.random(), index, field, value))
        chosen.sort(key=lambda entry: entry[:2])
        said: list[tuple[int, Fact]] = []
        for _, index, field, value in chosen:
            if len(said) == most:
                break
            if (fact := self.fact(field, value)) is not None:
                said.append((index, fact))
        return [fact for _, fact in sorted(said, key=lambda entry: entry[0])]

    def weight(self, field: Field) -> float:
        """Tell how much a field tells."""
        weight = _WEIGHTS[field.kind]
        if field.kind in NUMERIC and field.unit is not None:
            weight += 0.6
        return weight - 2 * (field.prose or bool(field.format))

    # --- rows ---

    def row(self, entity: Entity, seen: Row, key: str = "") -> str:
        """Point at a row: by the name that the user gave it, or else by what is seen of it."""
        key = key or seen.get(entity.key) or ""
        if key in self.names:
            return self.names[key]
        parts = [(entity.field(name), value) for name in entity.known_as if (value := seen.get(name)) is not None]
        said = [(field, words) for field, value in parts if (words := self.say(field, value))]
        if not said:
            return f"{entity.label.zh}{key}" if self.zh else f"the {entity.label.en} {key}".strip()
        return self._row_zh(entity, said) if self.zh else self._row_en(entity, said)

    def _row_en(self, entity: Entity, parts: list[tuple[Field, str]]) -> str:
        owner, before, name, after = "the", [], "", []
        for field, said in parts:
            match field.kind:
                case Kind.REF if field.of == "person":
                    if len(parts) == 1 and field.name not in _OWNING:
                        return said
                    owner = "your" if said == "you" else f"{said}'s"
                case Kind.REF:
                    after.append(f"for {said}")
                case Kind.ENUM | Kind.STATE:
                    before.append(said)
                case Kind.TEXT:
                    name = name or said
                case Kind.DATE | Kind.DATETIME:
                    after.append(on(said))
                case Kind.TIME:
                    after.append(f"at {said}")
                case kind if kind in NUMERIC:
                    after.append(f"of {said}")
        if name and any(f.pick == "person_name" for f, said in parts if said == name):
            return name
        label = entity.label.en
        if name.lower().startswith(("the ", "your ", "a ")):
            owner, label = "", ""
        elif name and (label.split()[-1].lower() in (name.lower().split()[0], name.lower().split()[-1]) or _is_phrase(name)):
            label = ""
        return " ".join(word for word in (owner, *before, label, name, *after) if word)

    def _row_zh(self, entity: Entity, parts: list[tuple[Field, str]]) -> str:
        owner, which, sort, name = "", "", "", ""
        for field, said in parts:
            match field.kind:
                case Kind.REF if field.of == "person":
                    if len(parts) == 1 and field.name not in _OWNING:
                        return said
                    owner = f"{said}的"
                case Kind.REF:
                    which = said + which
                case Kind.ENUM | Kind.STATE:
                    sort += said
                case Kind.TEXT:
                    name = name or said
                case _:
                    which += said
        label = entity.label.zh
        before = f"{owner}{which}{'的' if which else ''}{sort}"
        if name and any(f.pick == "person_name" for f, said in parts if said == name):
            return name if name.endswith(label) else f"{name}{label}"
        if name:
            return before + (name if label in name or name.endswith(label[-2:]) else f"{label}“{name}”")
        return before + label


def _is_phrase(name: str) -> bool:
    return name[:1].islower() and " " in name


def _fits_zh(phrase: str, field: Field) -> bool:
    """Tell whether a Chinese phrase says by itself what its value is."""
    bare = phrase.replace("{}", "").removesuffix("的")
    return len(bare) > 1 or (len(bare) == 1 and field.kind in TEMPORAL | NUMERIC)
