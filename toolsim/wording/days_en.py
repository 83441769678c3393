"""Read days in English: `the day after tomorrow`, `next Friday`, `March 12, 2027`, `the 14th`, `within 3 days`."""

from __future__ import annotations

import re
from datetime import date, timedelta

from toolsim.wording.dates import (
    Days,
    away,
    coming,
    forms,
    iso,
    last,
    month_day,
    of_week,
    on,
    period,
    shift_month,
    span,
    whole_month,
    yearless,
)

_WEEKDAYS = dict(zip(("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"), range(7), strict=True))
_WEEKDAYS |= {"mon": 0, "tue": 1, "tues": 1, "wed": 2, "thu": 3, "thur": 3, "thurs": 3, "fri": 4, "sat": 5, "sun": 6}
_MONTHS = {
    name: index
    for index, name in enumerate(("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1)
}
_NTHS = """first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth
sixteenth seventeenth eighteenth nineteenth twentieth twenty-first twenty-second twenty-third twenty-fourth twenty-fifth
twenty-sixth twenty-seventh twenty-eighth twenty-ninth thirtieth thirty-first"""
_ORDINALS = {word: index for index, word in enumerate(_NTHS.split(), 1)}
_COUNTS = dict(
    zip(("a", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"), (1, *range(1, 11)), strict=True)
)
_STEPS = {"this": 0, "the": 0, "next": 1, "last": -1, "the coming": 0, "the current": 0, "the following": 1}
_NEARBY = {
    "the day after tomorrow": 2, "day after tomorrow": 2, "the day before yesterday": -2, "today": 0, "tonight": 0,
    "tomorrow": 1, "yesterday": -1, "this morning": 0, "this afternoon": 0, "this evening": 0, "last night": -1, "right now": 0,
    "right away": 0,
}  # fmt: skip


def _nth(text: str) -> int:
    return _ORDINALS.get(text.lower()) or int(re.sub(r"\D", "", text) or 0)


def _month(match: re.Match[str]) -> int:
    return _MONTHS[match["month"][:3].lower()]


def _step(words: str | None) -> int | None:
    return _STEPS[re.sub(r"\s+", " ", words.lower())] if words else None


def _en_date(match: re.Match[str], here: date) -> Days:
    month = _month(match)
    for day in (match["day"], match.groupdict().get("until")):
        if day and match["year"]:
            yield on(int(match["year"]), month, _nth(day))
        elif day and match["which"]:
            yield on(here.year + _STEPS[match["which"].lower()], month, _nth(day))
        elif day:
            yield from yearless(match, here, month, _nth(day))


def _en_weekday(match: re.Match[str], here: date) -> Days:
    weekday, step, after = _WEEKDAYS[match["name"].lower()], (match["step"] or "").lower(), (match["after"] or "").lower()
    if after:
        yield of_week(here, 1 if "next week" in after else 0 if "this" in after else 2, weekday)
    elif step:
        yield of_week(here, _STEPS[step], weekday)
    else:
        yield from coming(here, weekday)


def _en_month_day(match: re.Match[str], here: date) -> Days:
    for day in (match["day"], match["until"]):
        if day:
            yield from month_day(here, _nth(day), _step(match["step"]))


def _en_month_end(match: re.Match[str], here: date) -> Days:
    if match["month"]:
        yield from whole_month(match, here, _month(match))
    else:
        yield last(shift_month(here, _step(match["step"]) or 0))


def _en_away(match: re.Match[str], here: date) -> Days:
    word = match["count"].lower()
    count = int(word) if word.isdigit() else _COUNTS[word]
    return away(here, -count if match["tail"] and match["tail"].lower() in ("ago", "earlier") else count, match["unit"].lower())


def _en_span(match: re.Match[str], here: date) -> Days:
    word, back = match["count"].lower(), match["way"].lower() in ("last", "past", "previous")
    return span(here, int(word) if word.isdigit() else _COUNTS[word], match["unit"].lower(), back)


_MON = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_ORD = f"(?:{'|'.join(sorted(_ORDINALS, key=len, reverse=True))})"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_NTH = rf"(?:\d{{1,2}}(?:st|nd|rd|th)|{_ORD})\b"
_WEEK = r"(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday|(?-i:Mon|Tues?|Wed|Thu(?:rs?)?|Fri|Sat|Sun))\b"
_TO = r"\s*(?:-|–|—|to|and|or|until|till|through)\s*(?:the\s+)?"
_YEAR = r"(?:,?\s+(?P<year>20\d\d)|,?\s+(?P<which>this|next|last)\s+year)?(?![\d:])"
_COUNT = rf"(?P<count>\d+|{'|'.join(_COUNTS)})\s+(?P<unit>day|week|fortnight|month|year)s?"
FORMS = forms(
    (r"(?<!\d)\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?!\d)", iso),
    (
        rf"(?:\bthe\s+)?(?<![\d:.])(?P<day>{_DAY}|\b{_ORD})(?:{_TO}(?P<until>{_DAY}))?(?:\s+of)?\s+(?P<month>{_MON}){_YEAR}",
        _en_date,
    ),
    (
        rf"\b(?P<month>{_MON})\s+(?:the\s+)?(?P<day>{_DAY}(?![\d:])|{_ORD}\b)"
        rf"(?:{_TO}(?P<until>{_DAY})(?![\d:]|\s*(?:{_MON}|[ap]\.?m\b)))?{_YEAR}",
        _en_date,
    ),
    (rf"\b(?:{'|'.join(_NEARBY)})\b", lambda match, here: iter([here + timedelta(days=_NEARBY[match[0].lower()])])),
    (
        rf"\b(?:(?P<step>this|next|last)\s+)?(?:coming\s+)?(?P<name>{_WEEK})"
        r"(?:,?\s+(?P<after>after\s+next|(?:of\s+)?(?:this|next)\s+week|week)\b)?",
        _en_weekday,
    ),
    (
        rf"\b(?:the\s+)?(?P<day>{_NTH})(?:{_TO}(?P<until>{_NTH}))?"
        r"(?:\s+(?:of\s+)?(?P<step>this|next|last|the\s+current|the\s+following)\s+month)?\b",
        _en_month_day,
    ),
    (rf"\bend\s+of\s+(?:(?P<step>the|this|next|last)\s+month|(?P<month>{_MON}))", _en_month_end),
    (rf"\b(?:in|within)\s+{_COUNT}\b(?P<tail>)", _en_away),
    (rf"\b(?P<way>next|coming|last|past|previous)\s+{_COUNT}\b", _en_span),
    (rf"\b{_COUNT}\s+(?P<tail>ago|earlier|from\s+(?:now|today)|later|today|hence)\b", _en_away),
    (
        r"\b(?P<step>this|next|last|the\s+coming|the\s+following)\s+(?P<unit>week|month|year)\b",
        lambda match, here: period(here, match["unit"].lower(), _step(match["step"]) or 0),
    ),
    (
        r"\b(?:(?P<step>this|next|last|the)\s+)?weekend\b",
        lambda match, here: iter([of_week(here, _step(match["step"]) or 0, day) for day in (5, 6)]),
    ),
    (
        r"\b(?P<month>(?-i:January|February|March|April|May|June|July|August|September|October|November|December))\b",
        lambda match, here: whole_month(match, here, _month(match)),
    ),
)
