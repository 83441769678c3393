"""Say numbers, quantities and lengths of time: plainly without chance at hand, with it also as people do in speech."""

from __future__ import annotations

import re
from random import Random

from toolsim.base.text import Language, Text
from toolsim.taxonomy.declarations import Field, Kind

_CLOSE_UNITS = re.compile(r"^[%°℃]")
OTHERWISE = 0.3
"""Share of the values that are told in another way than in plain figures."""
EN_COUNTS = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_ZH_DIGITS = "零一二三四五六七八九"
_COUNTED = re.compile(
    r"(?!yuan|points|metres|hectares|tonnes|litres|watts|decibels|degrees|cents|percent|miles)(?:[a-z]+s|people|children)$"
)
"""Units that are things or periods, which people count in words."""
_PLURAL = re.compile(r"^(?:people|(?!gas|lens|bus|yes)[a-z]{2,}(?<![su])s)\b")
"""How units begin that have a singular: `hours a day`, `people`."""
_MEASURES = "张个人晚天间件份次座段把名位辆页户台盏趟片条期周年岁小"
_NO_MEASURE = ("度日", "个点", "人次", "次/分", "片/天")
"""Units that begin with a measure word and yet are measured, not counted."""
_PERIODS = {
    ("days", 7): Text("a week", "一周"), ("days", 14): Text("two weeks", "两周"), ("days", 21): Text("three weeks", "三周"),
    ("months", 6): Text("half a year", "半年"), ("months", 12): Text("a year", "一年"), ("months", 24): Text("two years", "两年"),
    ("months", 18): Text("a year and a half", "一年半"), ("hours", 0.5): Text("half an hour", "半小时"),
    ("hours", 1): Text("an hour", "一个小时"), ("hours", 1.5): Text("an hour and a half", "一个半小时"),
    ("hours", 2.5): Text("two and a half hours", "两个半小时"), ("years", 1): Text("a year", "一年"),
}  # fmt: skip


def number(value: float, language: Language, rng: Random | None = None) -> str:
    """Write a number without idle decimals: `1,200`, `3200`, `5万`; with chance also `1200`, `1.5万`."""
    if language == "zh" and abs(value) >= 10_000 and value % _round_to(rng) == 0:
        return f"{_short(value / 10_000)}万"
    if language == "en" and value >= 1_000_000 and value % 10_000 == 0 and _chance(rng, 0.6):
        return f"{_short(value / 1_000_000)} million"
    whole = value == int(value)
    grouped = f"{int(value):,}" if whole else f"{value:,.6f}".rstrip("0")
    return grouped.replace(",", "") if language == "zh" or (value < 100_000 and _chance(rng, 0.25)) else grouped


def _short(value: float) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".")


def _chance(rng: Random | None, share: float) -> bool:
    """Draw whether a rarer form is taken; never without chance at hand."""
    return rng is not None and rng.random() < share


def _round_to(rng: Random | None) -> int:
    """Give what a sum must be a multiple of to be told in 万."""
    return 1000 if _chance(rng, 0.4) else 10_000


def spelled(value: int) -> str:
    """Spell a number of at most eight digits in Chinese: `三千二百`, `一万零五十`, `十二`."""
    high, low = divmod(value, 10_000)
    if high:
        return f"{spelled(high)}万" + (("零" if low < 1000 else "") + spelled(low) if low else "")
    out, gap = "", False
    for size, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, low = divmod(low, size)
        if digit:
            out += ("零" if gap and out else "") + _ZH_DIGITS[digit] + name
        gap = not digit
    return out.removeprefix("一") if 10 <= value < 20 else out or "零"


def quantity(field: Field, value: float, language: Language, rng: Random | None = None) -> str:
    """Write a number with its unit: `200 yuan`, `1 hour`, `80%`, `200元`; with chance in a person's other ways."""
    unit = field.unit
    if unit is not None and unit.en == "minutes" and (field.kind is Kind.DURATION or _chance(rng, 0.7)) and value == int(value):
        return length(int(value), language, rng)
    if unit is None and field.kind is Kind.WHOLE and (field.min or 0) >= 1000 and (field.max or 0) <= 2200:
        return f"{value}年" if language == "zh" else str(value)
    if unit is None:
        return number(value, language, rng)
    if rng is not None and rng.random() < OTHERWISE and (said := _otherwise(unit, value, language, rng)):
        return said
    text = _short(value) if unit.zh == "千元" and language == "zh" else number(value, language, rng)
    return _with_unit(text, value, unit.say(language), language)


def _with_unit(text: str, value: float, unit: str, language: Language) -> str:
    if language == "zh" or _CLOSE_UNITS.match(unit):
        return text + unit
    if value == 1:
        unit = _PLURAL.sub(lambda match: "person" if match[0] == "people" else match[0][:-1], unit)
    return f"{text} {'%' if unit in ('percent', 'per cent') else unit}".replace(" %", "%")


def _otherwise(unit: Text, value: float, language: Language, rng: Random) -> str | None:
    """Say a quantity in words, in another unit or below zero, where people would."""
    whole = int(value) if value == int(value) else None
    period = _PERIODS.get((unit.en, value))
    if period:
        return period.say(language)
    if unit.zh == "千元" and value >= 1000:
        return f"{_short(value / 10)}万元" if language == "zh" else f"{_short(value / 1000)} million yuan"
    if unit.en == "°C":
        return _degrees(value, unit, language, rng)
    if language == "en":
        if unit.en in ("percent", "%"):
            return f"{number(value, 'en')} percent"
        if whole is not None and 2 <= whole <= 10 and _COUNTED.match(unit.en):
            return f"{EN_COUNTS[whole - 2]} {unit.en}"
        return None
    if unit.zh == "元":
        return _yuan(value, whole, rng)
    if whole is None or whole < 0:
        return None
    if unit.zh == "%":
        return f"百分之{spelled(whole)}" if whole <= 100 else None
    if 1 <= whole <= 10 and unit.zh[0] in _MEASURES and unit.zh not in _NO_MEASURE:
        return measured(whole) + ("个小时" if unit.zh == "小时" else unit.zh)
    return None


def measured(whole: int) -> str:
    """Spell a number before a measure word: 2 is 两."""
    return "两" if whole == 2 else spelled(whole)


def _degrees(value: float, unit: Text, language: Language, rng: Random) -> str:
    size = number(abs(value), language)
    if language == "zh":
        sign = "零下" if value < 0 else ""
        return f"{sign}{size}度" if sign or rng.random() < 0.5 else f"{size}摄氏度"
    return f"{'minus ' if value < 0 else ''}{size} degree{'s' if abs(value) != 1 else ''}"


def _yuan(value: float, whole: int | None, rng: Random) -> str:
    """Say a sum as people do in speech: `3200块`, `三千二百块`, `一千二百元`."""
    coin = rng.choice(("块", "块", "块", "元"))
    if whole and 10 <= whole < 1_000_000 and len(str(whole).rstrip("0")) <= 2 and rng.random() < 0.5:
        text = spelled(whole)
        return ("两" + text[1:] if text[0] == "二" and text[1:2] in ("千", "万") else text) + coin
    return number(value, "zh", rng) + "块"


def length(minutes: int, language: Language, rng: Random | None = None) -> str:
    """Say a length of time: `half an hour`, `an hour and a half`, `一个半小时`; with chance also `90 minutes`."""
    hours, rest = divmod(minutes, 60)
    if rng is not None and rng.random() < OTHERWISE:
        return _length_otherwise(minutes, hours, rest, language, rng)
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


def _length_otherwise(minutes: int, hours: int, rest: int, language: Language, rng: Random) -> str:
    plain_minutes = f"{minutes}分钟" if language == "zh" else f"{minutes} minute{'s' if minutes != 1 else ''}"
    if minutes > 240 and not rest:
        return f"{hours}个小时" if language == "zh" else f"{hours} hours"
    if not hours or minutes > 600 or (minutes <= 120 and rng.random() < 0.4):
        quarters = {15: Text("a quarter of an hour", "一刻钟"), 45: Text("three quarters of an hour", "三刻钟")}
        return quarters[minutes].say(language) if minutes in quarters and rng.random() < 0.5 else plain_minutes
    if language == "zh":
        whole = measured(hours) if hours <= 10 else str(hours)
        if rest in (0, 30):
            return f"{whole}个{'半' if rest else ''}小时"
        return f"{hours}小时{rest}分钟" if rest >= 10 else f"{hours}小时零{rest}分钟" if rest else f"{hours}小时"
    count = EN_COUNTS[hours - 2] if 2 <= hours <= 10 else str(hours)
    if rest in (0, 30) and hours > 1:
        return f"{count}{' and a half' if rest else ''} hours"
    told = "an hour" if hours == 1 else f"{hours} hours"
    return f"{told} and {_minutes(rest)}" if rest else "one hour"


def _minutes(rest: int) -> str:
    return {15: "a quarter", 30: "a half"}.get(rest) or f"{rest} minute{'s' if rest != 1 else ''}"
