"""Read the days that words may mean, as seen from now: `next Friday`, `March 12`, `the 14th`, `3月12号`, `下周五`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from toolsim.base.text import Language
from toolsim.wording import days_en, days_zh
from toolsim.wording.dates import Form


class Spot(NamedTuple):
    """A day, `2026-03-12`, or a time, `09:30`, and where the words stand that mean it."""

    value: str
    start: int
    end: int


_BEFORE = {"en": re.compile(r"\b(?:before|earlier than|prior to)\s+(?:the\s+)?$", re.IGNORECASE), "zh": re.compile(r"[之以]?前")}
_AFTER = {"en": re.compile(r"\b(?:after|later than)\s+(?:the\s+)?$", re.IGNORECASE), "zh": re.compile(r"[之以]?后")}


def _ruled(forms: tuple[Form, ...]) -> re.Pattern[str]:
    """Put all forms into one expression, which tells where any of them stands."""
    return re.compile("|".join(re.sub(r"\(\?P<\w+>", "(?:", form.regex.pattern) for form in forms), re.IGNORECASE)


_FORMS = {"en": (_ruled(days_en.FORMS), days_en.FORMS), "zh": (_ruled(days_zh.FORMS), days_zh.FORMS)}


def days(words: str, now: str, language: Language) -> list[Spot]:
    """List the days that a text may mean; before and after a day stand for the day next to it, too."""
    ruled, forms = _FORMS[language]
    here = date.fromisoformat(now[:10])
    out: list[Spot] = []
    place = 0
    while match := ruled.search(words, place):
        form = next(form for form in forms if form.regex.match(words, match.start()))
        exact = form.regex.match(words, match.start())
        assert exact is not None
        place = max(exact.end(), match.start() + 1)
        for day in form.read(exact, here):
            if day:
                out += [Spot(day.isoformat(), *exact.span()), *_beside(words, day, exact, language)]
    return out


def _beside(words: str, day: date, match: re.Match[str], language: Language) -> Iterator[Spot]:
    for bounds, step in ((_BEFORE, -1), (_AFTER, 1)):
        bound = bounds[language]
        found = bound.match(words, match.end()) if language == "zh" else bound.search(words[: match.start()])
        if found:
            yield Spot((day + timedelta(days=step)).isoformat(), *match.span())
