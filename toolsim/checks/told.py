"""What an answer tells of the world beyond single figures: days, rows by name, and how many rows there are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import groupby

from toolsim.apis.api import Api
from toolsim.base.text import Language
from toolsim.checks.case import Case
from toolsim.checks.finding import Finding
from toolsim.wording.days import days
from toolsim.wording.joints import plural

_SHORTEST = {"en": 4, "zh": 3}
"""Letters of a name that can hardly stand in a text by chance."""
_NAMES = ("name", "title")
_DATED = {
    "en": re.compile(
        r"\b(?:january|february|march|april|may|june|july|august|september|october|november|december)\b|\d-\d", re.I
    ),
    "zh": re.compile(r"月|\d-\d"),
}


def days_told(text: str, path: str, dates: set[str], said: str, now: str, language: Language) -> Iterator[Finding]:
    """Check that each day with its month was shown or said; of several readings one is enough."""
    for place, spots in groupby(days(text, now, language), key=lambda spot: spot[1:]):
        words = text[place[0] : place[1]]
        if _DATED[language].search(words) and words.casefold() not in said:
            if not dates & {spot.value for spot in spots}:
                yield Finding("answers.date", path, f"{words!r} is a day that was never seen")


def rows_told(text: str, path: str, names: Iterable[str], said: str, language: Language) -> Iterator[Finding]:
    """Check that no row is named that nobody has shown or spoken of."""
    for name in names:
        if name in text and name.casefold() not in said and _whole(text, name, language):
            yield Finding("answers.row", path, f"{name!r} was never seen")


def _whole(text: str, name: str, language: Language) -> bool:
    return language == "zh" or re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None


def row_names(case: Case) -> tuple[str, ...]:
    """List the names of all rows that the world holds in the beginning."""
    if case.world is None:
        return ()
    rows = (row for table in case.world.tables.values() for row in table.values())
    found = (row.get(key) for row in rows for key in _NAMES)
    return tuple(dict.fromkeys(name for name in found if isinstance(name, str) and len(name) >= _SHORTEST[case.language]))


def counts_told(text: str, path: str, apis: Iterable[Api], exact: set[float], language: Language) -> Iterator[Finding]:
    """Check that so many rows of a sort were found, or asked for, as an answer tells."""
    for regex in {pattern for api in apis if (pattern := _counted(api, language))}:
        for match in regex.finditer(text):
            if float(match[1]) not in exact:
                yield Finding("answers.count", path, f"{match[0]!r}: there are not so many")


@lru_cache(maxsize=8192)
def _counted(api: Api, language: Language) -> re.Pattern[str] | None:
    """Compile how an answer counts the rows that an API works on."""
    entity = api.pack.entities.get(api.operation.target)
    if entity is None:
        return None
    label = entity.label.say(language)
    if language == "zh":
        return re.compile(rf"(?<![\d.])(\d{{1,3}})[^\W\d_]?{re.escape(label)}(?!\w*的)")
    return re.compile(rf"(?<![\d.,])\b(\d{{1,3}}) {re.escape(plural(label))}\b", re.IGNORECASE)
