"""What an answer tells of the world beyond single figures: days, rows by name, and how many rows there are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import groupby

from toolsim.apis.api import Api
from toolsim.base.text import Language
from toolsim.checks.case import Case
from toolsim.checks.finding import Finding
from toolsim.checks.known import Known
from toolsim.taxonomy.declarations import Field, Kind
from toolsim.wording.days import days
from toolsim.wording.joints import counted_zh, plural
from toolsim.world.world import World

_SHORTEST = {"en": 4, "zh": 3}
"""Letters of a name that can hardly stand in a text by chance."""
_NAMES = ("name", "title")
_MONTHS = "january|february|march|april|may|june|july|august|september|october|november|december"
_DATED = {
    "en": re.compile(rf"\d(?:st|nd|rd|th)?(?: of)? (?:{_MONTHS})\b|\b(?:{_MONTHS}) (?:the )?\d|\d-\d", re.I),
    "zh": re.compile(r"月(?:\d|[一二三]?十?[一二三四五六七八九]?[日号])|\d-\d"),
}
"""A day with its month; what is vaguer is not compared."""
_DAY_ZH = re.compile(r"(?<!\d)\d{1,2}月\d{1,2}[日号]")


def days_told(text: str, path: str, known: Known, now: str, language: Language) -> Iterator[Finding]:
    """Check that each day with its month was shown or said; of several readings one is enough."""
    if not _DATED[language].search(text):
        return
    for place, spots in groupby(days(text, now, language), key=lambda spot: spot[1:]):
        words = text[place[0] : place[1]]
        if not _DATED[language].search(words) or known.holds(words):
            continue
        if not any(known.has_day(spot.value, now, language) for spot in spots):
            yield Finding("answers.date", path, f"{words!r} is a day that was never seen")
    for match in _DAY_ZH.finditer(text):
        if not days(match[0], now, language) and not known.holds(match[0]):
            yield Finding("answers.date", path, f"there is no {match[0]}")


def rows_told(text: str, path: str, names: Iterable[str], known: Known, language: Language) -> Iterator[Finding]:
    """Check that no row is named that nobody has shown or spoken of."""
    for name in names:
        if name in text and not known.holds(name) and _whole(text, name, language):
            yield Finding("answers.row", path, f"{name!r} was never seen")


def _whole(text: str, name: str, language: Language) -> bool:
    return language == "zh" or re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None


def row_names(case: Case) -> tuple[str, ...]:
    """List the names of all rows that the world holds in the beginning."""
    return _names_in(case.world) if case.world is not None else ()


@lru_cache(maxsize=16)
def _names_in(world: World) -> tuple[str, ...]:
    rows = (row for table in world.tables.values() for row in table.values())
    found = (row.get(key) for row in rows for key in _NAMES)
    return tuple(dict.fromkeys(name for name in found if isinstance(name, str) and len(name) >= _SHORTEST[world.language]))


def _units(api: Api, language: Language) -> list[str]:
    fields = _fields(api)
    return [field.unit.say(language) for field in fields if field.unit is not None]


def _fields(api: Api) -> list[Field]:
    """List the fields of a result, inner ones included."""
    out = [*api.prepared.result]
    for field in out:
        out += [*field.fields, *((field.item,) if field.item else ())]
    return out


def states_told(text: str, path: str, known: Known, apis: Iterable[Api], language: Language) -> Iterator[Finding]:
    """Check that no state is told which no result has."""
    told = text.casefold()
    by_name = {api.name: api for api in apis}
    for api in by_name.values():
        labels = _option_labels(api, language)
        for field in (field for field in _fields(api) if field.kind is Kind.STATE):
            for code in field.codes:
                label = labels[code]
                if label not in told or known.has_code(code) or label in known.text or not _contains(told, label, language):
                    continue
                if not any(label in other and other in told for other in _shown(by_name.values(), known, language)):
                    yield Finding("answers.state", path, f"no result says {label!r}")


def _shown(apis: Iterable[Api], known: Known, language: Language) -> set[str]:
    """Give the labels of all codes that results and arguments have."""
    return {label for api in apis for code, label in _option_labels(api, language).items() if known.has_code(code)}


@lru_cache(maxsize=8192)
def _option_labels(api: Api, language: Language) -> dict[str, str]:
    """Give the label of every code that an API's result can show."""
    return {option.code: option.label.say(language).casefold() for field in _fields(api) for option in field.options}


def _contains(text: str, label: str, language: Language) -> bool:
    if language == "zh":
        return len(label) > 1 and label in text
    return re.search(rf"\b(?:is|are|now|currently|as) (?:now |currently )?{re.escape(label)}\b", text) is not None


def counts_told(text: str, path: str, apis: Sequence[Api], known: Known, language: Language) -> Iterator[Finding]:
    """Check that so many rows of a sort were found, or asked for, as an answer tells."""
    for regex in {pattern for api in apis if (pattern := _counted(api, language))}:
        for match in regex.finditer(text):
            # A figure may be of the same things: a backlog of 840 parcels.
            figure = any(match["noun"].casefold() in unit.casefold() for api in apis for unit in _units(api, language))
            if not known.counted(float(match[1])) and not figure:
                yield Finding("answers.count", path, f"{match[0]!r}: there are not so many")


@lru_cache(maxsize=8192)
def _counted(api: Api, language: Language) -> re.Pattern[str] | None:
    """Compile how an answer counts the rows that an API works on."""
    entity = api.pack.entities.get(api.operation.target)
    label = entity.label.say(language) if entity is not None else ""
    if not label:
        return None
    if language == "zh":
        return re.compile(rf"(?<![\d.])(\d{{1,3}})(?!号)(?P<noun>{re.escape(counted_zh(label, ''))})")
    return re.compile(rf"(?<![\d.,])\b(\d{{1,3}}) (?P<noun>{re.escape(plural(label))})\b", re.IGNORECASE)
