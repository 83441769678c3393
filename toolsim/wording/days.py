"""Read the days that words may mean, as seen from now: `next Friday`, `March 12`, `the 14th`, `3月12号`, `下周五`."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from toolsim.base.text import Language
from toolsim.wording.numerals import han

_NEAR_YEAR = 120
"""Days within which a date without a year may lie in the next or the last one."""


class Spot(NamedTuple):
    """A day, `2026-03-12`, or a time, `09:30`, and where the words stand that mean it."""

    value: str
    start: int
    end: int


Days = Iterator[date | None]


@dataclass(frozen=True, slots=True)
class _Form:
    """A way of naming days."""

    regex: re.Pattern[str]
    read: Callable[[re.Match[str], date], Days]


def _on(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _yearless(match: re.Match[str], here: date, month: int, day: int) -> Days:
    """Give a day of this year, of a year that the text names, and of the next or last if that is near."""
    for year in {here.year, *(int(year) for year in re.findall(r"(?<!\d)20\d\d(?!\d)", match.string))}:
        yield _on(year, month, day)
    for year in (here.year - 1, here.year + 1):
        there = _on(year, month, day)
        if there and abs((there - here).days) <= _NEAR_YEAR:
            yield there


def _shift_month(here: date, months: int) -> date:
    index = here.year * 12 + here.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def _last(first: date) -> date:
    return first.replace(day=monthrange(first.year, first.month)[1])


def _of_week(here: date, weeks: int, weekday: int) -> date:
    return here + timedelta(days=weekday - here.weekday() + 7 * weeks)


def _coming(here: date, weekday: int) -> Days:
    """Give the next such weekday, today included, and the last one."""
    ahead = (weekday - here.weekday()) % 7
    yield here + timedelta(days=ahead)
    yield here + timedelta(days=ahead - 7)


def _month_day(here: date, day: int, months: int | None) -> Days:
    """Give the day of a month told by its distance; of this one without, or of the next if that is past."""
    first = _shift_month(here, months or 0)
    yield _on(first.year, first.month, day)
    if months is None and day < here.day:
        after = _shift_month(here, 1)
        yield _on(after.year, after.month, day)


def _period(here: date, unit: str, offset: int) -> Days:
    """Give the first and the last day of a week, a month or a year."""
    if unit == "week":
        yield from (_of_week(here, offset, 0), _of_week(here, offset, 6))
    elif unit == "month":
        yield from (_shift_month(here, offset), _last(_shift_month(here, offset)))
    else:
        yield from (date(here.year + offset, 1, 1), date(here.year + offset, 12, 31))


def _whole_month(match: re.Match[str], here: date, month: int) -> Days:
    for first in _yearless(match, here, month, 1):
        yield from (first, _last(first) if first else None)


def _away(here: date, count: int, unit: str) -> Days:
    if unit == "month":
        first = _shift_month(here, count)
        yield first.replace(day=min(here.day, monthrange(first.year, first.month)[1]))
    elif unit == "year":
        yield _on(here.year + count, here.month, here.day)
    else:
        yield here + timedelta(days=count * {"day": 1, "week": 7, "fortnight": 14}[unit])


def _span(here: date, count: int, unit: str, back: bool) -> Days:
    """Give the ends of some days, weeks or months before or after today, with today counted or not."""
    yield here
    for there in _away(here, -count if back else count, unit):
        if there:
            yield from (there, there + timedelta(days=1 if back else -1))


# --- English ---

_WEEKDAYS = {
    name: index
    for index, names in enumerate(
        ("monday mon", "tuesday tues tue", "wednesday wed", "thursday thurs thur thu", "friday fri", "saturday sat", "sunday sun")
    )
    for name in names.split()
}  # fmt: skip
_MONTHS = {
    name: index
    for index, names in enumerate(
        (
            "january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
            "september sept sep", "october oct", "november nov", "december dec",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
_ORDINALS = {
    word: index
    for index, word in enumerate(
        [
            "first",
            "second",
            "third",
            "fourth",
            "fifth",
            "sixth",
            "seventh",
            "eighth",
            "ninth",
            "tenth",
            "eleventh",
            "twelfth",
            "thirteenth",
            "fourteenth",
            "fifteenth",
            "sixteenth",
            "seventeenth",
            "eighteenth",
            "nineteenth",
            "twentieth",
            "twenty-first",
            "twenty-second",
            "twenty-third",
            "twenty-fourth",
            "twenty-fifth",
            "twenty-sixth",
            "twenty-seventh",
            "twenty-eighth",
            "twenty-ninth",
            "thirtieth",
            "thirty-first",
        ],
        1,
    )
}
_COUNTS = {
    word: index
    for index, word in enumerate(
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
    )
}
_COUNTS |= {"a": 1, "an": 1}
_STEPS = {"this": 0, "the": 0, "next": 1, "last": -1, "the coming": 0, "the current": 0, "the following": 1}
_NEARBY = {
    "the day after tomorrow": 2, "day after tomorrow": 2, "the day before yesterday": -2, "today": 0, "tonight": 0,
    "tomorrow": 1, "yesterday": -1, "this morning": 0, "this afternoon": 0, "this evening": 0, "last night": -1, "right now": 0,
    "right away": 0,
}  # fmt: skip


def _nth(text: str) -> int:
    return _ORDINALS.get(text.lower()) or int(re.sub(r"\D", "", text) or 0)


def _step(words: str | None) -> int | None:
    return _STEPS[re.sub(r"\s+", " ", words.lower())] if words else None


def _iso(match: re.Match[str], here: date) -> Days:
    year, month, day = (int(part) for part in re.findall(r"\d+", match[0]))
    yield _on(year, month, day)


def _en_date(match: re.Match[str], here: date) -> Days:
    month = _MONTHS[match["month"].lower().rstrip(".")]
    for day in (match["day"], match.groupdict().get("until")):
        if day and match["year"]:
            yield _on(int(match["year"]), month, _nth(day))
        elif day and match["which"]:
            yield _on(here.year + _STEPS[match["which"].lower()], month, _nth(day))
        elif day:
            yield from _yearless(match, here, month, _nth(day))


def _en_weekday(match: re.Match[str], here: date) -> Days:
    weekday, step, after = _WEEKDAYS[match["name"].lower()], (match["step"] or "").lower(), (match["after"] or "").lower()
    if after:
        yield _of_week(here, 1 if "next week" in after else 0 if "this" in after else 2, weekday)
    elif step:
        yield _of_week(here, _STEPS[step], weekday)
    else:
        yield from _coming(here, weekday)


def _en_month_day(match: re.Match[str], here: date) -> Days:
    for day in (match["day"], match["until"]):
        if day:
            yield from _month_day(here, _nth(day), _step(match["step"]))


def _en_month_end(match: re.Match[str], here: date) -> Days:
    if match["month"]:
        yield from _whole_month(match, here, _MONTHS[match["month"].lower().rstrip(".")])
    else:
        yield _last(_shift_month(here, _step(match["step"]) or 0))


def _en_away(match: re.Match[str], here: date) -> Days:
    word = match["count"].lower()
    count = int(word) if word.isdigit() else _COUNTS[word]
    return _away(here, -count if match["tail"] and match["tail"].lower() in ("ago", "earlier") else count, match["unit"].lower())


def _en_span(match: re.Match[str], here: date) -> Days:
    word, back = match["count"].lower(), match["way"].lower() in ("last", "past", "previous")
    return _span(here, int(word) if word.isdigit() else _COUNTS[word], match["unit"].lower(), back)


def _forms(*forms: tuple[str, Callable[[re.Match[str], date], Days]]) -> tuple[_Form, ...]:
    return tuple(_Form(re.compile(pattern, re.IGNORECASE), read) for pattern, read in forms)


_MON = r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
_ORD = f"(?:{'|'.join(sorted(_ORDINALS, key=len, reverse=True))})"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_NTH = rf"(?:\d{{1,2}}(?:st|nd|rd|th)|{_ORD})\b"
_WEEK = r"(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday|(?-i:Mon|Tues?|Wed|Thu(?:rs?)?|Fri|Sat|Sun))\b"
_TO = r"\s*(?:-|–|—|to|and|or|until|till|through)\s*(?:the\s+)?"
_YEAR = r"(?:,?\s+(?P<year>20\d\d)|,?\s+(?P<which>this|next|last)\s+year)?(?![\d:])"
_COUNT = rf"(?P<count>\d+|{'|'.join(_COUNTS)})\s+(?P<unit>day|week|fortnight|month|year)s?"
_EN = _forms(
    (r"(?<!\d)\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?!\d)", _iso),
    (rf"(?<![\d:.])(?P<day>{_DAY}|\b{_ORD})(?:{_TO}(?P<until>{_DAY}))?(?:\s+of)?\s+(?P<month>{_MON}){_YEAR}", _en_date),
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
        lambda match, here: _period(here, match["unit"].lower(), _step(match["step"]) or 0),
    ),
    (
        r"\b(?:(?P<step>this|next|last|the)\s+)?weekend\b",
        lambda match, here: iter([_of_week(here, _step(match["step"]) or 0, day) for day in (5, 6)]),
    ),
    (
        r"\b(?P<month>(?-i:January|February|March|April|May|June|July|August|September|October|November|December))\b",
        lambda match, here: _whole_month(match, here, _MONTHS[match["month"].lower()]),
    ),
)

# --- Chinese ---

_ZH_NEARBY = {"大后": 3, "大前": -3, "后": 2, "前": -2, "明": 1, "昨": -1, "今": 0}
_ZH_STEPS = {"今": 0, "本": 0, "这": 0, "当": 0, "明": 1, "下": 1, "去": -1, "上": -1, "后": 2, "前": -2, "下下": 2, "上上": -2}
_ZH_UNITS = {"天": "day", "日": "day", "周": "week", "星期": "week", "礼拜": "week", "月": "month", "年": "year"}
_ZH_NUMBER = r"(?:\d{1,2}|[一二三]?十[一二三四五六七八九]?|[一二两三四五六七八九])"


def _count(text: str) -> int:
    return int(han(text))


def _zh_step(words: str | None) -> int | None:
    return _ZH_STEPS[words.removesuffix("个")] if words else None


def _zh_date(match: re.Match[str], here: date) -> Days:
    month, year = _count(match["month"]), match["year"]
    for day in (match["day"], match["until"]):
        if day and year:
            yield _on(here.year + _ZH_STEPS[year] if year in _ZH_STEPS else _count(year), month, _count(day))
        elif day:
            yield from _yearless(match, here, month, _count(day))


def _zh_month_day(match: re.Match[str], here: date) -> Days:
    for day in (match["day"], match["until"]):
        if day:
            yield from _month_day(here, _count(day), _zh_step(match["step"]))


def _zh_weekday(match: re.Match[str], here: date) -> Days:
    weekday = "一二三四五六日天末".index(match["name"])
    step = _zh_step(match["step"])
    for day in (5, 6) if weekday == 8 else (min(weekday, 6),):
        if step is None:
            yield from _coming(here, day)
        else:
            yield _of_week(here, step, day)


def _zh_away(match: re.Match[str], here: date) -> Days:
    unit = _ZH_UNITS[match["unit"]]
    if match["half"]:
        return iter([here + timedelta(days=-15 if match["tail"][-1] == "前" else 15)])
    return _away(here, _count(match["count"]) * (-1 if match["tail"][-1] == "前" else 1), unit)


def _zh_span(match: re.Match[str], here: date) -> Days:
    back = match["way"] in ("最近", "近", "过去")
    return _span(here, _count(match["count"]), _ZH_UNITS[match["unit"]], back)


def _zh_month(match: re.Match[str], here: date) -> Days:
    first = _shift_month(here, _zh_step(match["step"]) or 0)
    return iter([first if match["part"] == "初" else _last(first)])


_ZH = _forms(
    (r"(?<!\d)\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?!\d)", _iso),
    (
        rf"(?:(?P<year>\d{{4}}|[二〇零一三四五六七八九]{{4}}|[今明去后前])年)?(?P<month>{_ZH_NUMBER})月(?:份)?(?P<day>{_ZH_NUMBER})(?:[日号]|(?![\d个]))"
        rf"(?:(?:到|至|-|~|—|和|或|、)(?P<until>{_ZH_NUMBER})[日号])?",
        _zh_date,
    ),
    (
        rf"(?:(?P<step>上个?|下个?|这个?|本|当)月(?:的)?)?(?<!\d)(?P<day>{_ZH_NUMBER})[号日](?![楼院线馆])"
        rf"(?:(?:到|至|-|~|—|和|或|、)(?P<until>{_ZH_NUMBER})[日号])?",
        _zh_month_day,
    ),
    (
        r"(?P<near>大后|大前|后|前|明|昨|今)(?:天|日|晚|早)(?!之?[前后])",
        lambda match, here: iter([here + timedelta(days=_ZH_NEARBY[match["near"]])]),
    ),
    (r"(?:(?P<step>下下个?|上上个?|下个?|上个?|这个?|本)?(?:周|星期|礼拜)(?P<name>[一二三四五六日天末]))", _zh_weekday),
    (
        r"(?:过|再过)?(?:(?P<half>半)个|(?P<count>\d+|[一二两三四五六七八九十]{1,3})个?)(?P<unit>天|周|星期|礼拜|(?<=个)月|年)(?P<tail>[以之]?[前后内])",
        _zh_away,
    ),
    (
        r"(?P<way>最近|近|过去|未来|接下来|今后)的?(?P<count>\d+|[一二两三四五六七八九十]{1,3})个?(?P<unit>天|周|星期|礼拜|月|年)",
        _zh_span,
    ),
    (r"(?:(?P<step>上个?|下个?|这个?|本)?月(?P<part>底|末|初))", _zh_month),
    (
        r"(?P<step>下下个?|上上个?|下个?|上个?|这个?|本)(?P<unit>周|星期|礼拜|月)(?![一二三四五六日天末底初\d])",
        lambda match, here: _period(here, _ZH_UNITS[match["unit"]], _zh_step(match["step"]) or 0),
    ),
    (r"(?P<step>[今明去])年(?!\d)", lambda match, here: _period(here, "year", _zh_step(match["step"]) or 0)),
    (rf"(?<![个\d])(?P<month>{_ZH_NUMBER})月份?(?!\d)", lambda match, here: _whole_month(match, here, _count(match["month"]))),
)

# --- both ---

_BEFORE = {"en": re.compile(r"\b(?:before|earlier than|prior to)\s+(?:the\s+)?$", re.IGNORECASE), "zh": re.compile(r"[之以]?前")}
_AFTER = {"en": re.compile(r"\b(?:after|later than)\s+(?:the\s+)?$", re.IGNORECASE), "zh": re.compile(r"[之以]?后")}


def _ruled(forms: tuple[_Form, ...]) -> re.Pattern[str]:
    """Put all forms into one expression, which tells where any of them stands."""
    return re.compile("|".join(re.sub(r"\(\?P<\w+>", "(?:", form.regex.pattern) for form in forms), re.IGNORECASE)


_FORMS = {"en": (_ruled(_EN), _EN), "zh": (_ruled(_ZH), _ZH)}


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
