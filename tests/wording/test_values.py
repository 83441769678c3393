"""Values are said as people say them."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from toolsim.base.text import Language, Text
from toolsim.taxonomy.declarations import Field, Kind, Option
from toolsim.verbs.verb import make
from toolsim.wording import values

NOW = "2026-03-04T09:30"  # a Wednesday
LABEL = Text("x", "甲")
MINUTES = Text("minutes", "分钟")


def field(kind: Kind, **options: Any) -> Field:
    return make("x", kind, LABEL, **options)


@pytest.mark.parametrize(
    ("language", "value", "said"),
    [
        ("en", 1200.0, "1,200"), ("en", 1200.5, "1,200.5"), ("en", 0.25, "0.25"), ("en", -3, "-3"),
        ("zh", 1200.0, "1200"), ("zh", 30000, "3万"), ("zh", 12345.6, "12345.6"),
    ],
)  # fmt: skip
def test_numbers(language: Language, value: float, said: str) -> None:
    assert values.number(value, language) == said


@pytest.mark.parametrize(
    ("minutes", "en", "zh"),
    [
        (30, "half an hour", "半小时"),
        (45, "45 minutes", "45分钟"),
        (60, "an hour", "1小时"),
        (90, "an hour and a half", "一个半小时"),
        (120, "2 hours", "2小时"),
        (150, "150 minutes", "2个半小时"),
    ],
)
def test_lengths(minutes: int, en: str, zh: str) -> None:
    length = field(Kind.DURATION, unit=MINUTES)
    assert values.quantity(length, minutes, "en") == en
    assert values.quantity(length, minutes, "zh") == zh


@pytest.mark.parametrize(
    ("unit", "value", "en", "zh"),
    [
        (Text("yuan", "元"), 200.0, "200 yuan", "200元"),
        (Text("hours", "小时"), 1, "1 hour", "1小时"),
        (Text("%", "%"), 80, "80%", "80%"),
        (Text("°C", "°C"), 21.5, "21.5°C", "21.5°C"),
    ],
)
def test_units(unit: Text, value: float, en: str, zh: str) -> None:
    number = field(Kind.NUMBER, unit=unit)
    assert (values.quantity(number, value, "en"), values.quantity(number, value, "zh")) == (en, zh)


def test_years_are_not_grouped() -> None:
    year = field(Kind.WHOLE, min=1800, max=2030)
    assert (values.quantity(year, 1972, "en"), values.quantity(year, 1972, "zh")) == ("1972", "1972年")


DAYS = {
    "2026-03-04": ("today", "今天"),
    "2026-03-03": ("yesterday", "昨天"),
    "2026-03-05": ("tomorrow", "明天"),
    "2026-05-12": ("12 May", "5月12号"),
    "2024-05-12": ("12 May 2024", "2024年5月12日"),
}


@pytest.mark.parametrize("day", DAYS)
def test_days(day: str) -> None:
    said = tuple(values.day(day, NOW, language, Random(1)) for language in ("en", "zh"))
    assert said == DAYS[day]


def test_days_of_this_week_and_the_next_may_go_by_their_name() -> None:
    said = {values.day("2026-03-13", NOW, "en", Random(seed)) for seed in range(20)}
    assert said == {"next Friday", "13 March"}
    assert "下周五" in {values.day("2026-03-13", NOW, "zh", Random(seed)) for seed in range(20)}


@pytest.mark.parametrize(
    ("time", "en", "zh"),
    [
        ("09:30", "9:30 am", "上午9点半"),
        ("14:00", "2 pm", "下午2点"),
        ("12:00", "noon", "中午12点"),
        ("00:15", "12:15 am", "凌晨0点15分"),
    ],
)
def test_times(time: str, en: str, zh: str) -> None:
    assert (values.clock(time, "en"), values.clock(time, "zh")) == (en, zh)


def test_lists() -> None:
    assert values.join(["a"], "en") == "a"
    assert values.join(["a", "b", "c"], "en") == "a, b and c"
    assert values.join(["甲", "乙", "丙"], "zh") == "甲、乙和丙"


def test_codes_are_said_by_their_label() -> None:
    channel = field(
        Kind.MANY, options=(Option("sms", Text("text message", "短信")), Option("app", Text("app notice", "应用通知")))
    )
    assert values.plain(channel, ["sms", "app"], NOW, "en", Random(0)) == "text message and app notice"
    assert values.plain(channel, ["app"], NOW, "zh", Random(0)) == "应用通知"
