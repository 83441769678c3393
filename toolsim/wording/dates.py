"""Reckon with days as the forms of both languages need it: weeks, months, periods and days without a year."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

_NEAR_YEAR = 120
"""Days within which a date without a year may lie in the next or the last one."""


Days = Iterator[date | None]


@dataclass(frozen=True, slots=True)
class Form:
    """A way of naming days."""

    regex: re.Pattern[str]
    read: Callable[[re.Match[str], date], Days]


def on(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def yearless(match: re.Match[str], here: date, month: int, day: int) -> Days:
    """Give a day of this year, of a year that the text names, and of the next or last if that is near."""
    for year in {here.year, *(int(year) for year in re.findall(r"(?<!\d)20\d\d(?!\d)", match.string))}:
        yield on(year, month, day)
    for year in (here.year - 1, here.year + 1):
        there = on(year, month, day)
        if there and abs((there - here).days) <= _NEAR_YEAR:
            yield there


def shift_month(here: date, months: int) -> date:
    index = here.year * 12 + here.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def last(first: date) -> date:
    return first.replace(day=monthrange(first.year, first.month)[1])


def of_week(here: date, weeks: int, weekday: int) -> date:
    return here + timedelta(days=weekday - here.weekday() + 7 * weeks)


def coming(here: date, weekday: int) -> Days:
    """Give the next such weekday, today included, and the last one."""
    ahead = (weekday - here.weekday()) % 7
    yield here + timedelta(days=ahead)
    yield here + timedelta(days=ahead - 7)


def month_day(here: date, day: int, months: int | None) -> Days:
    """Give the day of a month told by its distance; of this one without, or of the next if that is past."""
    first = shift_month(here, months or 0)
    yield on(first.year, first.month, day)
    if months is None and day < here.day:
        after = shift_month(here, 1)
        yield on(after.year, after.month, day)


def period(here: date, unit: str, offset: int) -> Days:
    """Give the first and the last day of a week, a month or a year."""
    if unit == "week":
        yield from (of_week(here, offset, 0), of_week(here, offset, 6))
    elif unit == "month":
        yield from (shift_month(here, offset), last(shift_month(here, offset)))
    else:
        yield from (date(here.year + offset, 1, 1), date(here.year + offset, 12, 31))


def whole_month(match: re.Match[str], here: date, month: int) -> Days:
    for first in yearless(match, here, month, 1):
        yield from (first, last(first) if first else None)


def away(here: date, count: int, unit: str) -> Days:
    if unit == "month":
        first = shift_month(here, count)
        yield first.replace(day=min(here.day, monthrange(first.year, first.month)[1]))
    elif unit == "year":
        yield on(here.year + count, here.month, here.day)
    else:
        yield here + timedelta(days=count * {"day": 1, "week": 7, "fortnight": 14}[unit])


def span(here: date, count: int, unit: str, back: bool) -> Days:
    """Give the ends of some days, weeks or months before or after today, with today counted or not."""
    yield here
    for there in away(here, -count if back else count, unit):
        if there:
            yield from (there, there + timedelta(days=1 if back else -1))


def iso(match: re.Match[str], here: date) -> Days:
    year, month, day = (int(part) for part in re.findall(r"\d+", match[0]))
    yield on(year, month, day)


def forms(*forms: tuple[str, Callable[[re.Match[str], date], Days]]) -> tuple[Form, ...]:
    return tuple(Form(re.compile(pattern, re.IGNORECASE), read) for pattern, read in forms)
