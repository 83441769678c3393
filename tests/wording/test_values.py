"""Values are said as people say them."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from toolsim.base.text import HAN, LANGUAGES, Language, Text
from toolsim.taxonomy.declarations import Field, Kind, Option
from toolsim.verbs.verb import make
from toolsim.wording import figures, values
from toolsim.wording.readings import means

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
    assert said == {"next Friday", "13 March", "March 13", "the 13th"}
    said = {values.day("2026-03-13", NOW, "zh", Random(seed)) for seed in range(40)}
    assert said == {"下周五", "3月13号", "3月13日", "13号"}


def test_days_that_are_past_go_by_their_date() -> None:
    said = {values.day("2026-03-02", NOW, "en", Random(seed)) for seed in range(40)}
    assert said == {"the day before yesterday", "2 March", "March 2"}


def test_the_day_of_another_month_is_never_told_without_it() -> None:
    assert not {values.day("2026-04-12", NOW, "zh", Random(seed)) for seed in range(60)} & {"12号"}


@pytest.mark.parametrize(("day", "en", "zh"), [("2027-01-05", "5 January", "1月5号"), ("2025-12-12", "12 December", "12月12号")])
def test_another_year_is_always_told(day: str, en: str, zh: str) -> None:
    said = {values.day(day, NOW, language, Random(seed)) for seed in range(60) for language in LANGUAGES}
    assert not said & {en, zh}
    assert any("year" in one for one in said) and any("年" in one for one in said)


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


def said(thing: Field, value: Any, language: Language, draws: int = 300) -> list[str]:
    return [values.plain(thing, value, NOW, language, Random(seed)) for seed in range(draws)]


YUAN = Text("yuan", "元")
VARIETY: list[tuple[Field, Any, set[str], set[str]]] = [
    (field(Kind.NUMBER, unit=YUAN), 3200.0, {"3,200 yuan", "3200 yuan"}, {"3200元", "3200块", "三千二百块", "三千二百元"}),
    (field(Kind.NUMBER, unit=YUAN), 15000.0, {"15,000 yuan", "15000 yuan"}, {"15000元", "1.5万元", "1.5万块", "一万五千块"}),
    (field(Kind.WHOLE, unit=Text("seats", "张")), 2, {"2 seats", "two seats"}, {"2张", "两张"}),
    (field(Kind.NUMBER, unit=Text("%", "%")), 80.0, {"80%", "80 percent"}, {"80%", "百分之八十"}),
    (field(Kind.NUMBER, unit=Text("°C", "℃")), -5.0, {"-5°C", "minus 5 degrees"}, {"-5℃", "零下5度"}),
    (field(Kind.DURATION, unit=MINUTES), 90, {"an hour and a half", "90 minutes"}, {"一个半小时", "90分钟"}),
    (field(Kind.DURATION, unit=MINUTES), 45, {"45 minutes", "three quarters of an hour"}, {"45分钟", "三刻钟"}),
    (field(Kind.DURATION, unit=MINUTES), 120, {"2 hours", "two hours"}, {"2小时", "两个小时"}),
    (field(Kind.WHOLE, unit=Text("days", "天")), 14, {"14 days", "two weeks"}, {"14天", "两周"}),
    (field(Kind.TIME), "14:30", {"2:30 pm", "half past two in the afternoon", "14:30"}, {"下午2点半", "下午两点半", "14:30"}),
    (field(Kind.DATE), "2026-03-07", {"this Saturday", "the 7th"}, {"大后天", "这周六", "7号"}),
]


@pytest.mark.parametrize(("thing", "value", "en", "zh"), VARIETY)
def test_values_are_said_in_several_ways(thing: Field, value: Any, en: set[str], zh: set[str]) -> None:
    assert en <= set(said(thing, value, "en"))
    assert zh <= set(said(thing, value, "zh"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_plain_figures_dominate(language: Language) -> None:
    price = field(Kind.NUMBER, unit=YUAN)
    drawn = [values.plain(price, float(Random(seed).randrange(1, 9000)), NOW, language, Random(seed)) for seed in range(600)]
    plain = sum(one.endswith((" yuan", "元")) and not HAN.search(one[:-1]) for one in drawn)
    assert 0.6 < plain / len(drawn) <= (1.0 if language == "en" else 0.85)


def test_without_chance_figures_stay_plain() -> None:
    assert {values.quantity(field(Kind.NUMBER, unit=YUAN), 3200, "zh") for _ in range(50)} == {"3200元"}


@pytest.mark.parametrize(
    ("value", "zh"),
    [
        (10, "十"),
        (12, "十二"),
        (20, "二十"),
        (105, "一百零五"),
        (1050, "一千零五十"),
        (3200, "三千二百"),
        (10_050, "一万零五十"),
        (150_000, "十五万"),
    ],
)
def test_numbers_are_spelled(value: int, zh: str) -> None:
    assert figures.spelled(value) == zh


@pytest.mark.parametrize("value", [12_345_670_000.0, 1_234_567_000.0, 123_456.78])
def test_exact_figures_stay_exact(value: float) -> None:
    price = field(Kind.NUMBER, unit=YUAN)
    for language in LANGUAGES:
        assert all(means(price, value, one, NOW, language) for one in said(price, value, language, 60))


def test_lists_and_nested_values_are_said_in_full() -> None:
    stop = field(Kind.VALUE, fields=(make("name", Kind.TEXT, Text("place", "地点")), make("at", Kind.TIME, Text("time", "时间"))))
    stops = field(Kind.LIST, item=stop)
    assert values.plain(stops, [{"name": "Elm", "at": "12:00"}], NOW, "en", Random(2)) == "place Elm, time noon"
    assert values.plain(stop, {"name": "桥头"}, NOW, "zh", Random(0)) == "地点桥头"
    assert values.plain(field(Kind.FLAG), True, NOW, "zh", Random(0)) == "是"
