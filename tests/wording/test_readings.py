"""Words can be read back: every value that is said, in all the ways in which it is said, and nothing else."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolsim.base.text import LANGUAGES, Language, Phrases, Text
from toolsim.taxonomy.declarations import Field, Kind, Option
from toolsim.verbs.verb import make
from toolsim.wording import values
from toolsim.wording.readings import means, readings

NOW = "2026-03-04T09:30"  # a Wednesday
LABEL = Text("thing", "东西")
UNITS = {
    name: Text(*pair)
    for name, pair in {
        "yuan": ("yuan", "元"),
        "minutes": ("minutes", "分钟"),
        "hours": ("hours", "小时"),
        "days": ("days", "天"),
        "months": ("months", "个月"),
        "percent": ("percent", "%"),
        "celsius": ("°C", "℃"),
        "kg": ("kg", "公斤"),
        "kcal": ("kcal", "千卡"),
        "people": ("people", "人"),
        "seats": ("seats", "张"),
        "thousands": ("thousand yuan", "千元"),
    }.items()
}
STATES = tuple(
    Option(code, Text(en, zh))
    for code, en, zh in (
        ("on", "active", "生效"),
        ("off", "inactive", "失效"),
        ("half", "issued but not active", "未生效"),
        ("part", "part-time", "兼职"),
        ("flat", "B flat", "降B"),
        ("b", "B", "B"),
    )
)


def field(kind: Kind, unit: str = "", **options: Any) -> Field:
    return make("thing", kind, LABEL, unit=UNITS.get(unit), **options)


def heard(kind: Kind, words: str, language: Language, unit: str = "", **options: Any) -> list[Any]:
    return readings(field(kind, unit, **options), words, NOW, language)


# --- all that is said can be read, and another value cannot ---

languages = st.sampled_from(LANGUAGES)
seeds = st.integers(0, 10**6).map(Random)
amounts = st.one_of(
    st.integers(0, 200).map(float),
    st.floats(-60, 2000).map(lambda value: round(value, 2)),
    st.integers(1, 9999).map(lambda value: value * 100.0),
    st.integers(1, 9999).map(lambda value: value * 10_000.0),
)
dates = st.integers(-500, 800).map(lambda days: (date(2026, 3, 4) + timedelta(days=days)).isoformat())
times = st.integers(0, 287).map(lambda fives: f"{fives // 12:02d}:{fives % 12 * 5:02d}")
nows = st.integers(0, 900).map(lambda days: (datetime(2026, 1, 1, 9, 30) + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M"))


@settings(max_examples=400)
@given(amounts, st.sampled_from(sorted(UNITS)), languages, seeds)
def test_numbers_are_read_back(value: float, unit: str, language: Language, rng: Random) -> None:
    thing = field(Kind.NUMBER, unit)
    words = values.plain(thing, value, NOW, language, rng)
    assert means(thing, value, words, NOW, language), words
    assert not means(thing, value + 0.5, words, NOW, language), words
    assert not means(thing, value * 10 + 1, words, NOW, language), words


@settings(max_examples=300)
@given(st.integers(0, 3000), st.sampled_from(["minutes", "hours", "days", "people", "seats", ""]), languages, seeds)
def test_counts_and_lengths_are_read_back(value: int, unit: str, language: Language, rng: Random) -> None:
    thing = field(Kind.DURATION if unit in ("minutes", "days") else Kind.WHOLE, unit)
    words = values.plain(thing, value, NOW, language, rng)
    assert value in readings(thing, words, NOW, language), words
    assert means(thing, value, words, NOW, language), words
    assert not means(thing, value + 7, words, NOW, language) or value // 60 * 60 + 7 + value == value, words


@settings(max_examples=400)
@given(dates, nows, languages, seeds)
def test_days_are_read_back(value: str, now: str, language: Language, rng: Random) -> None:
    thing = field(Kind.DATE)
    words = values.plain(thing, value, now, language, rng)
    assert means(thing, value, words, now, language), words
    for days in (-7, -1, 1, 7, 31):
        other = (date.fromisoformat(value) + timedelta(days=days)).isoformat()
        assert not means(thing, other, words, now, language), words


@settings(max_examples=200)
@given(times, languages, seeds)
def test_times_are_read_back(value: str, language: Language, rng: Random) -> None:
    thing = field(Kind.TIME)
    words = values.plain(thing, value, NOW, language, rng)
    assert readings(thing, words, NOW, language) == [value], words


@settings(max_examples=200)
@given(dates, times, nows, languages, seeds)
def test_moments_are_read_back(day: str, time: str, now: str, language: Language, rng: Random) -> None:
    thing = field(Kind.DATETIME)
    words = values.plain(thing, f"{day}T{time}", now, language, rng)
    assert means(thing, f"{day}T{time}", words, now, language), words
    other = (datetime.fromisoformat(f"{day}T{time}") + timedelta(hours=12)).strftime("%Y-%m-%dT%H:%M")
    assert not means(thing, other, words, now, language), words


@given(st.sampled_from(STATES), languages, seeds)
def test_codes_are_read_back_and_only_they(option: Option, language: Language, rng: Random) -> None:
    thing = field(Kind.ENUM, options=STATES)
    words = values.plain(thing, option.code, NOW, language, rng)
    assert readings(thing, words, NOW, language) == [option.code]
    assert all(not means(thing, other.code, words, NOW, language) for other in STATES if other is not option)


@given(st.sets(st.sampled_from([option.code for option in STATES]), min_size=1), languages, seeds)
def test_sets_of_codes_are_read_back(codes: set[str], language: Language, rng: Random) -> None:
    thing = field(Kind.MANY, options=STATES)
    words = values.plain(thing, sorted(codes), NOW, language, rng)
    assert means(thing, sorted(codes), words, NOW, language), words
    assert not means(thing, [code for code in thing.codes if code not in codes], words, NOW, language)


@given(st.booleans(), languages, seeds)
def test_flags_are_read_back(value: bool, language: Language, rng: Random) -> None:
    thing = field(Kind.FLAG)
    assert readings(thing, values.plain(thing, value, NOW, language, rng), NOW, language) == [value]


@given(st.text(st.characters(categories=["L", "N"], max_codepoint=0x9FFF), min_size=1, max_size=12), languages)
def test_texts_are_read_back(value: str, language: Language) -> None:
    thing = field(Kind.TEXT)
    assert means(thing, value, values.plain(thing, value, NOW, language, Random(0)), NOW, language)
    assert means(thing, value, f"“{value}”, please", NOW, language)
    assert not means(thing, value + "ж", value, NOW, language)


@settings(max_examples=100)
@given(st.lists(st.tuples(dates, st.integers(1, 40)), min_size=1, max_size=4), languages, seeds)
def test_lists_of_entries_are_read_back(entries: list[tuple[str, int]], language: Language, rng: Random) -> None:
    day, count = make("day", Kind.DATE, Text("day", "日期")), make("count", Kind.WHOLE, Text("people", "人数"))
    thing = field(Kind.LIST, item=field(Kind.VALUE, fields=(day, count)))
    value = [{"day": one, "count": number} for one, number in entries]
    words = values.plain(thing, value, NOW, language, rng)
    assert means(thing, value, words, NOW, language), words
    assert not means(thing, [*value, {"day": "2031-01-01", "count": 1}], words, NOW, language)


# --- as people say it ---

AMOUNTS = [
    ("en", "", "at most 5", [5]), ("en", "", "5 or more", [5]), ("en", "percent", "between 4 and 6 percent", [4, 6]),
    ("en", "percent", "4-6%", [4, 6]), ("en", "", "4 to 6", [4, 6]), ("en", "yuan", "1,200 yuan", [1200]), ("en", "yuan", "5k", [5000]),
    ("en", "yuan", "¥500", [500]), ("en", "yuan", "1.2 million yuan", [1_200_000]), ("en", "", "two hundred and fifty", [250]),
    ("en", "", "twenty-five", [25]), ("en", "", "five thousand two hundred", [5200]), ("en", "", "a dozen", [12]),
    ("en", "", "half a million", [500_000]), ("en", "", ".5", [0.5]), ("en", "", "twice", [2]), ("en", "", "80%", [80, 0.8]),
    ("en", "celsius", "5 degrees below zero", [-5]), ("en", "celsius", "from -4 to 6 °C", [-4, 6]), ("en", "kg", "300 grams", [0.3]),
    ("en", "thousands", "5 thousand yuan", [5]), ("en", "", "2½", [2.5]),
    ("en", "", "4 of us on 12 March 2026 at 9:30, booking AC000123", [4]), ("en", "", "no more than the other one", []),
    ("zh", "yuan", "三千二", [3200]), ("zh", "yuan", "一千二百元", [1200]), ("zh", "yuan", "5万", [50_000]), ("zh", "yuan", "1.5万", [15_000]),
    ("zh", "yuan", "3万5", [35_000]), ("zh", "yuan", "1万2千", [12_000]), ("zh", "yuan", "一点五万", [15_000]), ("zh", "yuan", "三块五", [3.5]),
    ("zh", "yuan", "12块8", [12.8]), ("zh", "yuan", "1000元以上", [1000]), ("zh", "yuan", "200元5人", [200, 5]), ("zh", "yuan", "5毛", [0.5]),
    ("zh", "percent", "4到6%", [4, 6]), ("zh", "percent", "八成", [80]), ("zh", "percent", "百分之五十八", [58]),
    ("zh", "kcal", "2000千卡", [2000]), ("zh", "", "一百零五", [105]), ("zh", "", "一百五", [150]), ("zh", "", "二〇二六", [2026]),
    ("zh", "", "十二万三千四百五十六", [123_456]), ("zh", "", "区分度-0.07", [-0.07]), ("zh", "", "两张", [2]), ("zh", "", "三点五", [3.5]),
    ("zh", "", "看一看，一共什么价，统一说一下，周三再说", []), ("zh", "kg", "两斤", [1]), ("zh", "yuan", "5元-10元", [5, 10]),
]  # fmt: skip


@pytest.mark.parametrize(("language", "unit", "words", "meant"), AMOUNTS)
def test_amounts(language: Language, unit: str, words: str, meant: list[float]) -> None:
    assert heard(Kind.NUMBER, words, language, unit) == meant


LENGTHS = [
    ("en", "minutes", "half an hour", 30), ("en", "minutes", "an hour and a half", 90), ("en", "minutes", "1.5 hours", 90),
    ("en", "minutes", "an hour and 15 minutes", 75), ("en", "minutes", "1h30m", 90), ("en", "minutes", "two and a half hours", 150),
    ("en", "minutes", "three-quarters of an hour", 45), ("en", "minutes", "90-minute", 90), ("en", "hours", "a day", 24),
    ("en", "days", "two weeks", 14), ("en", "days", "a fortnight", 14), ("en", "months", "a year and a half", 18), ("en", "hours", "90 minutes", 1.5),
    ("zh", "minutes", "一个半小时", 90), ("zh", "minutes", "半个小时", 30), ("zh", "minutes", "1小时15分钟", 75), ("zh", "minutes", "三刻钟", 45),
    ("zh", "minutes", "两小时零五分", 125), ("zh", "minutes", "两个半钟头", 150), ("zh", "minutes", "2小时", 120), ("zh", "days", "半个月", 15),
    ("zh", "days", "一周", 7), ("zh", "months", "一年半", 18), ("zh", "months", "半年", 6), ("zh", "hours", "3天", 72),
]  # fmt: skip


@pytest.mark.parametrize(("language", "unit", "words", "meant"), LENGTHS)
def test_lengths_in_other_units(language: Language, unit: str, words: str, meant: float) -> None:
    thing = field(Kind.NUMBER, unit)
    assert means(thing, meant, words, NOW, language)
    assert not means(thing, meant + 1, words, NOW, language)


def test_a_label_may_name_the_unit() -> None:
    thing = make("months", Kind.WHOLE, Text("length of the loan in months", "借展月数"))
    assert means(thing, 18, "for a year and a half", NOW, "en")
    assert means(thing, 18, "18", NOW, "zh")
    cells = make("cells", Kind.WHOLE, Text("somatic cells in thousands per ml", "体细胞数（千个每毫升）"))
    assert means(cells, 495, "体细胞495千", NOW, "zh")


DAYS = [
    ("en", "today", "03-04"), ("en", "tomorrow morning", "03-05"), ("en", "the day after tomorrow", "03-06"), ("en", "this Friday", "03-06"),
    ("en", "next friday", "03-13"), ("en", "Friday week", "03-20"), ("en", "the 14th", "03-14"), ("en", "on the 2nd", "04-02"),
    ("en", "March 12th, 2026", "03-12"), ("en", "12th of March", "03-12"), ("en", "Mar 12", "03-12"), ("en", "in two weeks", "03-18"),
    ("en", "3 days ago", "03-01"), ("en", "a week from today", "03-11"), ("en", "the end of the month", "03-31"), ("en", "2026-03-12", "03-12"),
    ("en", "the first of next month", "04-01"), ("en", "12-14 March", "03-12 03-14"), ("en", "March 12 to 14", "03-12 03-14"),
    ("en", "between the 12th and the 14th", "03-12 03-14"), ("en", "before 12 March", "03-12 03-11"), ("en", "next week", "03-09 03-15"),
    ("en", "in April", "04-01 04-30"), ("en", "Friday", "03-06 02-27"), ("en", "Monday next week", "03-09"), ("en", "next weekend", "03-14 03-15"),
    ("en", "within 5 days", "03-09"), ("en", "the last 7 days", "03-04 02-25 02-26"), ("en", "the 31st of February", ""), ("en", "the 12th of April", "04-12"), ("en", "the second of May", "05-02"),
    ("zh", "后天", "03-06"), ("zh", "大后天", "03-07"), ("zh", "今晚", "03-04"), ("zh", "这周五", "03-06"), ("zh", "下周五", "03-13"),
    ("zh", "下个星期五", "03-13"), ("zh", "下下周一", "03-16"), ("zh", "3月12号", "03-12"), ("zh", "三月十二号", "03-12"), ("zh", "12号", "03-12"),
    ("zh", "2号", "03-02 04-02"), ("zh", "下个月1号", "04-01"), ("zh", "月底", "03-31"), ("zh", "三天后", "03-07"), ("zh", "两周前", "02-18"),
    ("zh", "3月12到14号", "03-12 03-14"), ("zh", "3月12号以前", "03-12 03-11"), ("zh", "后天前", "03-06 03-05"), ("zh", "本周末", "03-07 03-08"),
    ("zh", "四月份", "04-01 04-30"), ("zh", "三个月内", "06-04"), ("zh", "2026年3月12日", "03-12"), ("zh", "上个月", "02-01 02-28"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "words", "meant"), DAYS)
def test_days(language: Language, words: str, meant: str) -> None:
    said = heard(Kind.DATE, words, language)
    wanted = [f"2026-{day}" for day in meant.split()]
    assert said == wanted or (words == "on the 2nd" and said == ["2026-03-02", *wanted])


@pytest.mark.parametrize(
    ("language", "words", "meant"),
    [
        ("en", "12 March 2027", "2027-03-12"), ("en", "12 March next year", "2027-03-12"), ("en", "March 12, 2027", "2027-03-12"),
        ("zh", "明年1月5号", "2027-01-05"), ("zh", "二〇二七年三月十二日", "2027-03-12"), ("zh", "去年12月12号", "2025-12-12"),
    ],
)  # fmt: skip
def test_days_of_other_years(language: Language, words: str, meant: str) -> None:
    assert heard(Kind.DATE, words, language) == [meant]


def test_a_day_without_a_year_may_lie_in_the_next_one_if_that_is_near() -> None:
    assert readings(field(Kind.DATE), "5 January", "2026-12-28T10:00", "en") == ["2026-01-05", "2027-01-05"]


TIMES = [
    ("en", "9:30 am", "09:30"), ("en", "half past nine in the morning", "09:30"), ("en", "half past nine", "09:30 21:30"), ("en", "2 pm", "14:00"),
    ("en", "noon", "12:00"), ("en", "midnight", "00:00"), ("en", "12:15 a.m.", "00:15"), ("en", "12 pm", "12:00"), ("en", "14:30", "14:30"),
    ("en", "quarter to three in the afternoon", "14:45"), ("en", "nine o'clock in the evening", "21:00"), ("en", "tonight at 8", "20:00"),
    ("en", "tomorrow morning at nine thirty", "09:30"), ("en", "at 9", "09:00 21:00"), ("en", "ten past 9 am", "09:10"), ("en", "9.30 pm", "21:30"),
    ("en", "in two hours", "11:30"), ("en", "at 4 seats", ""), ("en", "from 2 to 4 pm", "02:00 14:00 16:00"), ("en", "11 at night", "23:00"),
    ("zh", "上午9点半", "09:30"), ("zh", "下午两点一刻", "14:15"), ("zh", "14:30", "14:30"), ("zh", "下午2:30", "14:30"), ("zh", "晚上八点", "20:00"),
    ("zh", "凌晨0点15分", "00:15"), ("zh", "中午12点", "12:00"), ("zh", "中午一点", "13:00"), ("zh", "差一刻九点", "08:45 20:45"), ("zh", "九点", "09:00 21:00"),
    ("zh", "今晚8点", "20:00"), ("zh", "明早9点", "09:00"), ("zh", "9点05分", "09:05 21:05"), ("zh", "21点", "21:00"), ("zh", "半夜两点", "02:00"),
    ("zh", "下午三点四十五", "15:45"), ("zh", "正午", "12:00"), ("zh", "两小时后", "11:30"), ("zh", "上午9点24.6度", "09:00"), ("zh", "晚上12点", "00:00"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "words", "meant"), TIMES)
def test_times(language: Language, words: str, meant: str) -> None:
    assert heard(Kind.TIME, words, language) == meant.split()


MOMENTS = [
    ("en", "tomorrow at 9:30 am", "03-05T09:30"), ("en", "at 2 pm next Friday", "03-13T14:00"), ("en", "in an hour and a half", "03-04T11:00"),
    ("en", "half an hour ago", "03-04T09:00"), ("en", "right away", "03-04T09:30"), ("en", "tonight at 8", "03-04T20:00"), ("en", "at 3 pm", "03-04T15:00"),
    ("en", "2026-03-12T10:00", "03-12T10:00"), ("en", "12 March", "03-12T00:00 03-12T23:59"), ("en", "tomorrow at midnight", "03-05T00:00 03-06T00:00"),
    ("zh", "明天上午9点半", "03-05T09:30"), ("zh", "下周五14:30", "03-13T14:30"), ("zh", "3月12号下午两点半", "03-12T14:30"), ("zh", "半小时后", "03-04T10:00"),
    ("zh", "今晚8点", "03-04T20:00"), ("zh", "现在", "03-04T09:30"), ("zh", "今晚12点", "03-05T00:00 03-04T00:00"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "words", "meant"), MOMENTS)
def test_moments(language: Language, words: str, meant: str) -> None:
    assert set(heard(Kind.DATETIME, words, language)) >= {f"2026-{moment}" for moment in meant.split()}


def test_each_time_goes_with_the_day_beside_it() -> None:
    said = heard(Kind.DATETIME, "from 12 March at 2 pm to 13 March at 4 pm", "en")
    assert "2026-03-12T14:00" in said and "2026-03-13T16:00" in said and "2026-03-12T16:00" not in said


# --- labels, flags, texts, keys ---


def test_the_longest_label_wins() -> None:
    assert heard(Kind.STATE, "the INACTIVE ones", "en", options=STATES) == ["off"]
    assert heard(Kind.STATE, "还未生效的", "zh", options=STATES) == ["half"]
    assert heard(Kind.STATE, "in B flat", "en", options=STATES) == ["flat"]
    assert heard(Kind.STATE, "a part time job, to be active", "en", options=STATES) == ["part", "on"]
    assert heard(Kind.STATE, "by bus", "en", options=STATES) == []
    assert heard(Kind.ENUM, "45000TiB等于多少", "zh", options=(Option("tib", Text("TiB", "TiB")),)) == ["tib"]


def test_sets_are_told_in_one_breath_or_all_together() -> None:
    said = heard(Kind.MANY, "active and inactive; and my job is part-time", "en", options=STATES)
    assert said == [["on", "off", "part"], ["on", "off"], ["part"]]
    assert heard(Kind.MANY, "nothing of that", "en", options=STATES) == []


PARKING = make(
    "parking", Kind.FLAG, Text("has a parking space", "是否有车位"), say=Phrases(("with a parking space",), ("带车位的",))
)
SEEN = make(
    "seen", Kind.FLAG, Text("seen by a doctor", "医生是否已阅"), say=Phrases(("which a doctor has seen",), ("医生已经看过的",))
)
UNNAMED = make(
    "unnamed", Kind.FLAG, Text("donor stays unnamed", "是否匿名"), say=Phrases(("without naming the donor",), ("匿名的",))
)
FLAGS = [
    (PARKING, "en", "with a parking space", [True]), (PARKING, "en", "without a parking space", [False]), (PARKING, "en", "no parking space", [False]),
    (PARKING, "en", "I don't need a parking space", [False]), (PARKING, "en", "Yes, please.", [True]), (PARKING, "en", "nope", [False]),
    (PARKING, "en", "has a parking space: no", [False]), (PARKING, "en", "a room by the sea", []), (PARKING, "zh", "带车位的", [True]),
    (PARKING, "zh", "不带车位的", [False]), (PARKING, "zh", "没有车位的", [False]), (PARKING, "zh", "要有车位", [True]), (PARKING, "zh", "不用车位", [False]),
    (PARKING, "zh", "是否有车位：否", [False]), (PARKING, "zh", "要的", [True]), (PARKING, "zh", "不用了", [False]), (SEEN, "zh", "医生还没看过的", [False]),
    (SEEN, "zh", "医生看过了", [True]), (SEEN, "en", "which a doctor hasn't seen", [False]), (UNNAMED, "en", "without naming the donor", [True]),
    (UNNAMED, "en", "naming the donor", [False]), (UNNAMED, "zh", "不匿名", [False]), (UNNAMED, "zh", "匿名捐", [True]),
    (PARKING, "en", "one with a parking space; one without a parking space", [True, False]),
]  # fmt: skip


@pytest.mark.parametrize(("flag", "language", "words", "meant"), FLAGS)
def test_flags(flag: Field, language: Language, words: str, meant: list[bool]) -> None:
    assert readings(flag, words, NOW, language) == meant


def test_texts_stand_in_the_words_whatever_their_quotes() -> None:
    assert means(field(Kind.TEXT), "Call me back.", "Please note “call me  back” on it", NOW, "en")
    assert means(field(Kind.TEXT), "好的，收到", "备注写“好的,收到”", NOW, "zh")
    assert not means(field(Kind.TEXT), "Ann", "the annual report", NOW, "en")
    assert heard(Kind.TEXT, 'write "rent" there', "en") == ['write "rent" there', "rent"]


def test_keys_must_be_read_out() -> None:
    account = field(Kind.REF, of="account", key_format="AC####")
    assert readings(account, "from AC0001 to AC0002, not AC00031", NOW, "en") == ["AC0001", "AC0002"]
    assert means(account, "AC0001", "把AC0001冻结", NOW, "zh")
    assert not means(account, "AC0001", "AC00012", NOW, "en")
    assert heard(Kind.REF, "order B17", "en") == ["B17"]


def test_lists_and_values_are_read_by_their_parts() -> None:
    value = field(Kind.VALUE, fields=(make("day", Kind.DATE, LABEL), make("count", Kind.WHOLE, LABEL)))
    assert readings(value, "4 people tomorrow", NOW, "en") == [{"day": "2026-03-05", "count": 4}]
    assert not means(value, {"other": 1}, "4 people tomorrow", NOW, "en")
    assert heard(Kind.VALUE, "hello", "en") == []
    assert heard(Kind.LIST, "2 and 3", "en", item=field(Kind.WHOLE)) == [[2, 3]]
    assert means(field(Kind.LIST, item=field(Kind.WHOLE)), [2, 3], "2 and 3", NOW, "en")
