"""Read days in Chinese: `大后天`, `下周五`, `3月12号`, `明年1月5号`, `12号`, `三天后`, `月底`."""

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
from toolsim.wording.numerals import han

_NEARBY = {"大后": 3, "大前": -3, "后": 2, "前": -2, "明": 1, "昨": -1, "今": 0}
_STEPS = {"今": 0, "本": 0, "这": 0, "当": 0, "明": 1, "下": 1, "去": -1, "上": -1, "后": 2, "前": -2, "下下": 2, "上上": -2}
_UNITS = {"天": "day", "日": "day", "周": "week", "星期": "week", "礼拜": "week", "月": "month", "年": "year"}
_TO = r"(?:到|至|-|~|—|和|或|、)"
_NUMBER = r"(?:\d{1,2}|[一二三]?十[一二三四五六七八九]?|[一二两三四五六七八九])"


_COUNT = r"(?:\d+|[一二两三四五六七八九十]{1,3})"


def _count(text: str) -> int:
    return int(han(text))


def _step(words: str | None) -> int | None:
    return _STEPS[words.removesuffix("个")] if words else None


def _date(match: re.Match[str], here: date) -> Days:
    month, year = _count(match["month"]), match["year"]
    for day in (match["day"], match["until"]):
        if day and year:
            yield on(here.year + _STEPS[year] if year in _STEPS else _count(year), month, _count(day))
        elif day:
            yield from yearless(match, here, month, _count(day))


def _day_of_month(match: re.Match[str], here: date) -> Days:
    for day in (match["day"], match["until"]):
        if day:
            yield from month_day(here, _count(day), _step(match["step"]))


def _weekday(match: re.Match[str], here: date) -> Days:
    weekday = "一二三四五六日天末".index(match["name"])
    step = _step(match["step"])
    for day in (5, 6) if weekday == 8 else (min(weekday, 6),):
        if step is None:
            yield from coming(here, day)
        else:
            yield of_week(here, step, day)


def _counted(match: re.Match[str], here: date) -> Days:
    unit = _UNITS[match["unit"]]
    if match["half"]:
        return iter([here + timedelta(days=-15 if match["tail"][-1] == "前" else 15)])
    return away(here, _count(match["count"]) * (-1 if match["tail"][-1] == "前" else 1), unit)


def _spanned(match: re.Match[str], here: date) -> Days:
    back = match["way"] in ("最近", "近", "过去")
    return span(here, _count(match["count"]), _UNITS[match["unit"]], back)


def _month(match: re.Match[str], here: date) -> Days:
    first = shift_month(here, _step(match["step"]) or 0)
    return iter([first if match["part"] == "初" else last(first)])


FORMS = forms(
    (r"(?<!\d)\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?!\d)", iso),
    (
        rf"(?:(?P<year>\d{{4}}|[二〇零一三四五六七八九]{{4}}|[今明去后前])年)?(?P<month>{_NUMBER})月(?:份)?"
        rf"(?P<day>{_NUMBER})(?:[日号]|(?![\d个]))(?:{_TO}(?P<until>{_NUMBER})[日号])?",
        _date,
    ),
    (
        rf"(?:(?P<step>上个?|下个?|这个?|本|当)月(?:的)?)?(?<!\d)(?P<day>{_NUMBER})[号日](?![楼院线馆])"
        rf"(?:{_TO}(?P<until>{_NUMBER})[日号])?",
        _day_of_month,
    ),
    (
        r"(?P<near>大后|大前|后|前|明|昨|今)(?:天|日|晚|早)",
        lambda match, here: iter([here + timedelta(days=_NEARBY[match["near"]])]),
    ),
    (r"(?:(?P<step>下下个?|上上个?|下个?|上个?|这个?|本)?(?:周|星期|礼拜)(?P<name>[一二三四五六日天末]))", _weekday),
    (
        rf"(?:过|再过)?(?:(?P<half>半)个|(?P<count>{_COUNT})个?)(?P<unit>天|周|星期|礼拜|(?<=个)月|年)(?P<tail>[以之]?[前后内])",
        _counted,
    ),
    (rf"(?P<way>最近|近|过去|未来|接下来|今后)的?(?P<count>{_COUNT})个?(?P<unit>天|周|星期|礼拜|月|年)", _spanned),
    (r"(?:(?P<step>上个?|下个?|这个?|本)?月(?P<part>底|末|初))", _month),
    (
        r"(?P<step>下下个?|上上个?|下个?|上个?|这个?|本)(?P<unit>周|星期|礼拜|月)(?![一二三四五六日天末底初\d])",
        lambda match, here: period(here, _UNITS[match["unit"]], _step(match["step"]) or 0),
    ),
    (r"(?P<step>[今明去])年(?!\d)", lambda match, here: period(here, "year", _step(match["step"]) or 0)),
    (rf"(?<![个\d])(?P<month>{_NUMBER})月份?(?!\d)", lambda match, here: whole_month(match, here, _count(match["month"]))),
)
