"""Facts of rows in words: values, clauses that say one field, and short forms for lists."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import Any

from toolsim.apis.naming import renamer
from toolsim.base.text import Language
from toolsim.taxonomy.declarations import NUMERIC, TEMPORAL, Field, Kind
from toolsim.taxonomy.rules import Row
from toolsim.wording import joints, values
from toolsim.wording.acts import fill
from toolsim.wording.answer_flags import flag_said
from toolsim.wording.answer_labels import asks, clause_en, clause_zh, count_en, counts, label_of, names_unit, number_said
from toolsim.wording.answer_phrases import phrases
from toolsim.wording.answer_words import quoted, second_person

_CLAUSE = re.compile(
    r"(?:with (?!\{\} |a \{\} |an \{\} )|\w+(?:ing|ed) |"
    r"(?:due|held|made|sent|written|left|set|kept|built|bound|best|lit|sold|worth|open|good) )"
)
"""How phrases begin that may follow `is frozen, ...`."""
_TWICE = re.compile(r"\b(highest|lowest|average) \1\b")
_RATED = re.compile(r" (?:an? (?:day|week|month|hour|year)|waiting|booked|printed|spent)$")
"""How labels end after which `for` stands rather than `of`."""
_LONG = 60
_WEIGHTS = {
    Kind.NUMBER: 5.0, Kind.WHOLE: 3.5, Kind.DURATION: 4.0, Kind.DATE: 4.6, Kind.DATETIME: 4.6, Kind.TIME: 4.4, Kind.ENUM: 3.9,
    Kind.REF: 3.6, Kind.FLAG: 3.2, Kind.TEXT: 2.4, Kind.MANY: 2.0, Kind.LIST: 1.2, Kind.VALUE: 1.0, Kind.STATE: 0.0,
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


class _Manner(Random):
    """Chance that always falls the same way, so that one speaker says all days and times in one way."""

    def __init__(self, falls: float) -> None:
        super().__init__(0)
        self._falls = falls

    def random(self) -> float:
        """Give the same number each time."""
        return self._falls


class Speaker:
    """Says values in one language, as seen from one moment, with the names that the user goes by."""

    def __init__(self, language: Language, now: str, rng: Random, names: Mapping[str, str]) -> None:
        self.language: Language = language
        self.now = now
        self.rng = rng
        self.names = names
        self.zh = language == "zh"
        self._phrases = phrases(language)
        self._manner = _Manner(0.5 if rng.random() < 0.5 else 0.65)

    def line(self, act: str, **slots: str) -> str:
        """Fill one of the phrases of an act."""
        stock = self._phrases[act]
        said = fill(stock[int(self.rng.random() * len(stock))], slots)
        if slots.get("row") == "you" and "label" in slots:
            for the, your in (("the", "your"), ("The", "Your"), ("the new", "your new")):
                said = said.replace(f"{the} {slots['label']} of you", f"{your} {slots['label']}")
        if not self.zh and (label := slots.get("label", "")) and _RATED.search(label):
            said = said.replace(f"{label} of {slots.get('row', '')}", f"{label} for {slots.get('row', '')}")
        return _TWICE.sub(r"\1", said)

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
                if field.item.kind is Kind.VALUE:
                    return ("；" if self.zh else "; ").join(parts)
                return self.join(part for part in parts if part)
            case Kind.VALUE:
                parts = [self._part(f, value[f.name], field.fields) for f in field.fields if f.name in value]
                return ("，" if self.zh else ", ").join(part for part in parts if part)
            case Kind.TEXT:
                return str(value) if field.prose else second_person(str(value), self.language)
            case kind if kind in NUMERIC:
                return number_said(field, value, self.zh)
        return values.plain(field, value, self.now, self.language, self._manner)

    def moment(self, stamp: str) -> str:
        """Say a day, or a day and a time."""
        day = values.day(stamp[:10], self.now, self.language, self._manner)
        joint = "" if self.zh else " at "
        return f"{day}{joint}{values.clock(stamp[11:16], self.language)}" if len(stamp) > 10 else day

    def bare(self, field: Field, value: Any) -> str:
        """Say a value without the unit that its label names already: `854.9` for the hours on the clock."""
        return values.number(value, "en") if not self.zh and names_unit(field) else self.say(field, value)

    def label(self, field: Field) -> str:
        """Give a field's label as it stands in sentences."""
        return label_of(field, self.zh)

    # --- facts ---

    def clause(self, field: Field, value: Any) -> str:
        """Say a field as a clause of its own: `the balance is 200 yuan`, 余额200元; empty when there is nothing to say."""
        if field.kind is Kind.FLAG:
            return flag_said(field, bool(value), self.language)
        said = self.say(field, value) if value not in ("", [], {}) else ""
        if not said:
            return ""
        if field.kind is Kind.TEXT and (field.prose or len(said) > _LONG / (3 if self.zh else 1)):
            said = quoted(said, self.zh)
        if self.zh:
            return clause_zh(field, said)
        return clause_en(field, value, self.bare(field, value) if field.kind in NUMERIC else said)

    def _part(self, field: Field, value: Any, siblings: tuple[Field, ...]) -> str:
        """Say one field of an entry in a list: by its value alone where that tells what it is."""
        if field is siblings[0] and field.kind in (Kind.TEXT, Kind.ENUM):
            return self.say(field, value)
        return self.short(field, value)

    def trailing(self, field: Field, value: Any) -> str:
        """Say a field by the pack's own phrase, where that may follow on a sentence."""
        if field.kind is Kind.FLAG:
            stock = [p for p in field.say.say(self.language) if "{}" not in p and (self.zh or _CLAUSE.match(p))]
            return self._chosen(stock).removesuffix("的") if value and stock else ""
        stock = [p for p in field.say.say(self.language) if "{}" in p and (_fits_zh(p, field) if self.zh else _CLAUSE.match(p))]
        said = self.say(field, value) if stock else ""
        if not said:
            return ""
        phrase = self._chosen(stock)
        if self.zh:
            return joints.insert_zh(phrase, said).removesuffix("的").replace("年年", "年")
        return joints.insert_en(phrase, said)

    def _chosen(self, stock: list[str]) -> str:
        return stock[int(self.rng.random() * len(stock))] if stock else ""

    def fact(self, field: Field, value: Any, own: bool = False) -> Fact | None:
        """Say a field, in whichever way fits or as a clause of its own; None when there is nothing worth saying."""
        if value is None or (field.kind is Kind.FLAG and not value) or (field.kind is Kind.REF and self._is_user(value)):
            return None
        if self.zh and field.kind is Kind.ENUM and value == "none":
            return None
        if (self.zh or not own) and (words := self.trailing(field, value)):
            return Fact(words, True)
        words = self.clause(field, value)
        if words.startswith("it is ") and not own and not self.zh:
            return Fact(words[6:], True)
        return Fact(words, self.zh) if words else None

    def short(self, field: Field, value: Any) -> str:
        """Say a field in a list: `balance 200 yuan`, `open`, `due 3 May`; empty when there is nothing to say."""
        if value is None or value in ("", [], {}) or (field.kind is Kind.REF and self._is_user(value)):
            return ""
        if field.kind is Kind.FLAG:
            return (self.trailing(field, value) or self.label(field).replace("是否", "")) if value else ""
        if self.zh and field.kind is Kind.STATE:
            return self.say(field, value)
        if words := self.trailing(field, value):
            return words.removeprefix("currently ").removeprefix("that are ")
        said = self.say(field, value)
        if not said or field.kind in (Kind.STATE, Kind.MANY):
            return said
        label = self.label(field)
        if said.lower().startswith(label.lower()) or (self.zh and said.endswith(label)):
            return said
        if field.kind is Kind.VALUE:
            return f"{label}（{said}）" if self.zh else f"{label} ({said})"
        if self.zh:
            return f"{label}{said}" if field.kind is not Kind.TEXT else f"{label}：{said}"
        if counts(field, said):
            return count_en(field, value, self.bare(field, value))
        return f"{label}: {said}" if asks(label) else f"{label} {said}"

    def _is_user(self, value: Any) -> bool:
        return self.names.get(value) in ("you", "您")

    def facts(self, fields: Iterable[Field], row: Row, most: int, skip: Iterable[str] = (), own: bool = False) -> list[Fact]:
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
            if (fact := self.fact(field, value, own)) is not None:
                said.append((index, fact))
        return [fact for _, fact in sorted(said, key=lambda entry: entry[0])]

    def weight(self, field: Field) -> float:
        """Tell how much a field tells."""
        weight = _WEIGHTS[field.kind]
        if field.kind in NUMERIC and field.unit is not None:
            weight += 0.6
        return weight - 2 * (field.prose or bool(field.format))


def _fits_zh(phrase: str, field: Field) -> bool:
    """Tell whether a Chinese phrase says by itself what its value is."""
    bare = phrase.replace("{}", "").removesuffix("的")
    return len(bare) > 1 or (len(bare) == 1 and field.kind in TEMPORAL | NUMERIC)
