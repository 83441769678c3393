"""Say values as people do: numbers, money, dates, times, lengths and lists, in both languages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from random import Random
from typing import Any

from toolsim.base.text import Language
from toolsim.taxonomy.declarations import NUMERIC, Field, Kind

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_ZH_DAYS = "一二三四五六日"
_NEAR = {
    "en": {-1: "yesterday", 0: "today", 1: "tomorrow"},
    "zh": {-2: "前天", -1: "昨天", 0: "今天", 1: "明天", 2: "后天"},
}
_CLOSE_UNITS = re.compile(r"^[%°℃]")


def join(parts: Sequence[str], language: Language) -> str:
    """Join the parts of a list: `a, b and c`, `a、b和c`."""
    if len(parts) < 2:
        return "".join(parts)
    if language == "zh":
        return "、".join(parts[:-1]) + "和" + parts[-1]
    return ", ".join(parts[:-1]) + " and " + parts[-1]


def number(value: float, language: Language) -> str:
    """Write a number without idle decimals: `1,200`, `3200`, `5万`."""
    if language == "zh" and abs(value) >= 10_000 and value % 10_000 == 0:
        return f"{value / 10_000:g}万"
    whole = value == int(value)
    grouped = f"{int(value):,}" if whole else f"{value:,.6f}".rstrip("0")
    return grouped if language == "en" else grouped.replace(",", "")


def quantity(field: Field, value: float, language: Language) -> str:
    """Write a number with its unit: `200 yuan`, `1 hour`, `80%`, `200元`."""
    if field.kind is Kind.DURATION and field.unit is not None and field.unit.en == "minutes":
        return length(int(value), language)
    if field.unit is None and field.kind is Kind.WHOLE and (field.min or 0) >= 1000 and (field.max or 0) <= 2200:
        return f"{value}年" if language == "zh" else str(value)
    text = number(value, language)
    if field.unit is None:
        return text
    unit = field.unit.say(language)
    if language == "zh" or _CLOSE_UNITS.match(unit):
        return text + unit
    if value == 1 and " " not in unit and re.search(r"(?<![su])s$", unit) and len(unit) > 3:
        unit = unit[:-1]
    return f"{text} {'%' if unit in ('percent', 'per cent') else unit}".replace(" %", "%")


def length(minutes: int, language: Language) -> str:
    """Say a length of time: `half an hour`, `an hour and a half`, `一个半小时`."""
    hours, rest = divmod(minutes, 60)
    if language == "zh":
        if minutes == 30:
            return "半小时"
        if hours and rest == 30:
            return f"{hours}个半小时" if hours > 1 else "一个半小时"
        return f"{hours}小时" if hours and not rest else f"{minutes}分钟"
    if minutes == 30:
        return "half an hour"
    if minutes == 60:
        return "an hour"
    if minutes == 90:
        return "an hour and a half"
    if hours and not rest:
        return f"{hours} hours"
    return f"{minutes} minutes" if minutes != 1 else "a minute"


def day(value: str, now: str, language: Language, rng: Random) -> str:
    """Say a day as seen from now: `tomorrow`, `next Friday`, `12 March`, `下周五`, `3月12号`."""
    there, here = date.fromisoformat(value[:10]), date.fromisoformat(now[:10])
    distance = (there - here).days
    if distance in _NEAR[language]:
        return _NEAR[language][distance]
    weeks = (there.toordinal() - there.weekday() - here.toordinal() + here.weekday()) // 7
    if distance > 0 and weeks in (0, 1) and rng.random() < 0.6:
        if language == "zh":
            return f"{'这下'[weeks]}周{_ZH_DAYS[there.weekday()]}"
        return f"{('this', 'next')[weeks]} {WEEKDAYS[there.weekday()]}"
    same_year = there.year == here.year or abs(distance) < 120
    if language == "zh":
        return ("" if same_year else f"{there.year}年") + f"{there.month}月{there.day}{'号' if same_year else '日'}"
    return f"{there.day} {MONTHS[there.month - 1]}" + ("" if same_year else f" {there.year}")


def clock(value: str, language: Language) -> str:
    """Say a time of day: `9:30 am`, `2 pm`, `上午9点半`."""
    hour, minute = int(value[:2]), int(value[3:5])
    if language == "zh":
        part = "凌晨" if hour < 6 else "上午" if hour < 12 else "中午" if hour == 12 else "下午" if hour < 18 else "晚上"
        tail = "" if not minute else "半" if minute == 30 else f"{minute}分"
        return f"{part}{hour if hour <= 12 else hour - 12}点{tail}"
    if (hour, minute) == (12, 0):
        return "noon"
    tail = f":{minute:02d}" if minute else ""
    return f"{hour % 12 or 12}{tail} {'am' if hour < 12 else 'pm'}"


def plain(field: Field, value: Any, now: str, language: Language, rng: Random) -> str:
    """Say a value that points to nothing else; lists and nested values in full."""
    match field.kind:
        case kind if kind in NUMERIC:
            return quantity(field, value, language)
        case Kind.DATE:
            return day(value, now, language, rng)
        case Kind.TIME:
            return clock(value, language)
        case Kind.DATETIME:
            parts = day(value, now, language, rng), clock(value[11:16], language)
            return "".join(parts) if language == "zh" else f"{parts[0]} at {parts[1]}"
        case Kind.ENUM | Kind.STATE:
            return field.option(value).label.say(language)
        case Kind.MANY:
            return join([field.option(code).label.say(language) for code in value], language)
        case Kind.FLAG:
            return {"en": ("no", "yes"), "zh": ("否", "是")}[language][bool(value)]
    return str(value)
