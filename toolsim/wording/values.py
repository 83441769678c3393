"""Say values as people do: numbers, money, dates, times, lengths and lists, in both languages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from random import Random
from typing import Any

from toolsim.base.text import Language
from toolsim.taxonomy.declarations import NUMERIC, Field, Kind
from toolsim.wording.figures import EN_COUNTS, OTHERWISE, measured
from toolsim.wording.figures import length as length
from toolsim.wording.figures import number as number
from toolsim.wording.figures import quantity as quantity

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_ZH_DAYS = "一二三四五六日"
_NEAR = {
    "en": {-1: "yesterday", 0: "today", 1: "tomorrow"},
    "zh": {-2: "前天", -1: "昨天", 0: "今天", 1: "明天", 2: "后天"},
}
_RATHER_NEAR = {
    "en": {-2: "the day before yesterday", 2: "the day after tomorrow"},
    "zh": {-3: "大前天", 3: "大后天"},
}
_EN_PARTS = ((12, "in the morning"), (18, "in the afternoon"), (21, "in the evening"), (24, "at night"))
_EN_HOURS = ("one", *EN_COUNTS, "eleven", "twelve")


def join(parts: Sequence[str], language: Language) -> str:
    """Join the parts of a list: `a, b and c`, `a、b和c`."""
    if len(parts) < 2:
        return "".join(parts)
    if language == "zh":
        return "、".join(parts[:-1]) + "和" + parts[-1]
    return ", ".join(parts[:-1]) + " and " + parts[-1]


def day(value: str, now: str, language: Language, rng: Random) -> str:
    """Say a day as seen from now: `tomorrow`, `next Friday`, `12 March`, `the 12th`, `下周五`, `3月12号`."""
    there, here = date.fromisoformat(value[:10]), date.fromisoformat(now[:10])
    distance = (there - here).days
    if distance in _NEAR[language]:
        return _NEAR[language][distance]
    if distance in _RATHER_NEAR[language] and rng.random() < 0.4:
        return _RATHER_NEAR[language][distance]
    weeks = (there.toordinal() - there.weekday() - here.toordinal() + here.weekday()) // 7
    if distance > 0 and weeks in (0, 1) and rng.random() < 0.6:
        if language == "zh":
            return f"{'这下'[weeks]}周{_ZH_DAYS[there.weekday()]}"
        return f"{('this', 'next')[weeks]} {WEEKDAYS[there.weekday()]}"
    later_this_month = distance > 0 and there.replace(day=1) == here.replace(day=1)
    if later_this_month and rng.random() < 0.25:
        return f"{there.day}号" if language == "zh" else f"the {_nth(there.day)}"
    return _zh_date(there, here, rng) if language == "zh" else _en_date(there, here, rng)


def _nth(number: int) -> str:
    return f"{number}{'th' if number in (11, 12, 13) else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


def _en_date(there: date, here: date, rng: Random) -> str:
    """Say a date; the year goes with it where it is another one, so that no two days are told alike."""
    month, years = MONTHS[there.month - 1], there.year - here.year
    if years in (-1, 1) and rng.random() < 0.2:
        return f"{there.day} {month} {'next' if years > 0 else 'last'} year"
    if rng.random() < 0.7:
        return f"{there.day} {month}" + (f" {there.year}" if years else "")
    return f"{month} {there.day}" + (f", {there.year}" if years else "")


def _zh_date(there: date, here: date, rng: Random) -> str:
    years = there.year - here.year
    if years in (-1, 1) and rng.random() < 0.4:
        return f"{'明' if years > 0 else '去'}年{there.month}月{there.day}号"
    if years:
        return f"{there.year}年{there.month}月{there.day}日"
    return f"{there.month}月{there.day}{'号' if rng.random() < 0.8 else '日'}"


def clock(value: str, language: Language, rng: Random | None = None) -> str:
    """Say a time of day: `9:30 am`, `2 pm`, `上午9点半`; with chance also `half past nine in the morning`, `14:30`."""
    hour, minute = int(value[:2]), int(value[3:5])
    if rng is not None and rng.random() < OTHERWISE:
        return _clock_otherwise(hour, minute, language, rng)
    if language == "zh":
        tail = "" if not minute else "半" if minute == 30 else f"{minute:02d}分"
        return f"{_zh_part(hour)}{hour if hour <= 12 else hour - 12}点{tail}"
    if (hour, minute) == (12, 0):
        return "noon"
    tail = f":{minute:02d}" if minute else ""
    return f"{hour % 12 or 12}{tail} {'am' if hour < 12 else 'pm'}"


def _zh_part(hour: int) -> str:
    return "凌晨" if hour < 6 else "上午" if hour < 12 else "中午" if hour == 12 else "下午" if hour < 18 else "晚上"


def _clock_otherwise(hour: int, minute: int, language: Language, rng: Random) -> str:
    """Say a time by the 24-hour clock where that cannot be mistaken, or in words."""
    if hour > 12 and rng.random() < 0.5:
        return f"{hour}:{minute:02d}"
    if language == "zh":
        tail = {0: "", 15: "一刻", 30: "半", 45: "三刻"}.get(minute) or (f"{minute:02d}分" if minute else "")
        count = hour if hour <= 12 else hour - 12
        part = "早上" if 6 <= hour < 9 else _zh_part(hour)
        return f"{part}{measured(count) if count else '零'}点{tail}"
    if hour in (0, 12) or minute % 15:
        return f"{hour % 12 or 12}:{minute:02d} {'am' if hour < 12 else 'pm'}"
    part = next(part for end, part in _EN_PARTS if hour < end)
    named = _EN_HOURS[(hour if minute == 45 else hour - 1) % 12]
    if not minute:
        return f"{named} o'clock {part}" if rng.random() < 0.3 else f"{hour % 12} {part}"
    side = {15: "quarter past", 30: "half past", 45: "quarter to"}[minute]
    return f"{side} {named} {part}"


def plain(field: Field, value: Any, now: str, language: Language, rng: Random) -> str:
    """Say a value that points to nothing else; lists and nested values in full."""
    match field.kind:
        case kind if kind in NUMERIC:
            return quantity(field, value, language, rng)
        case Kind.DATE:
            return day(value, now, language, rng)
        case Kind.TIME:
            return clock(value, language, rng)
        case Kind.DATETIME:
            parts = day(value, now, language, rng), clock(value[11:16], language, rng)
            return "".join(parts) if language == "zh" else f"{parts[0]} at {parts[1]}"
        case Kind.ENUM | Kind.STATE:
            return field.option(value).label.say(language)
        case Kind.MANY:
            return join([field.option(code).label.say(language) for code in value], language)
        case Kind.FLAG:
            return {"en": ("no", "yes"), "zh": ("否", "是")}[language][bool(value)]
        case Kind.LIST if field.item is not None:
            return join([plain(field.item, one, now, language, rng) for one in value], language)
        case Kind.VALUE:
            return _entry(field, value, now, language, rng)
    return str(value)


def _entry(field: Field, value: dict[str, Any], now: str, language: Language, rng: Random) -> str:
    told = [(f.label.say(language), plain(f, value[f.name], now, language, rng)) for f in field.fields if f.name in value]
    return "，".join(f"{label}{said}" for label, said in told) if language == "zh" else ", ".join(map(" ".join, told))
