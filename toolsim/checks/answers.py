"""Answers: every number, date, id, quoted name and state that the assistant tells is supported by what it saw; so are its claims.

Numbers are compared as numbers, dates through the clock of the dialogue, states through the labels of the called APIs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import orjson

from toolsim.apis.api import Api
from toolsim.base.text import Language, Text
from toolsim.checks.case import Case
from toolsim.checks.finding import CHECKS, Finding
from toolsim.checks.told import counts_told, days_told, row_names, rows_told, states_told
from toolsim.taxonomy.declarations import Field, Kind
from toolsim.wording.days import days
from toolsim.wording.readings import readings
from toolsim.wording.values import MONTHS

_NUMBER = re.compile(r"(?<![A-Za-z\d.])-?\d[\d,]*(?:\.\d+)?(万)?")
_DIGITS = re.compile(r"\d+(?:\.\d+)?")
_ID = re.compile(r"(?<![A-Za-z0-9])[A-Z]{1,5}\d{3,}(?![A-Za-z0-9])")
_QUOTED = re.compile(r"[“\"]([^”\"]{1,120})[”\"]")
_MONTH = re.compile(r"\b(" + "|".join(MONTHS) + r")\b")
_ISO = re.compile(r"(?<!\d)(\d{4}-\d{2}-\d{2})(?:T(\d{2}):(\d{2}))?")
_CLOCK = re.compile(r"^(\d{2}):(\d{2})$")
_RELATIVE = {
    "en": re.compile(r"\b(?:today|tomorrow|yesterday|(?:this|next) (?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)\b", re.IGNORECASE),
    "zh": re.compile(r"今天|明天|后天|昨天|前天|[这下]周[一二三四五六日]"),
}
_DAY = Field("day", Kind.DATE, Text("day", "日期"), None)  # type: ignore[arg-type]
_DENIES = {
    "en": re.compile(
        r"n't\b|n’t\b|\bnot\b|\bno\b|\bcannot\b|\bfail|\bunable|\brefus|\bdeclin|\breject|\bunsuccess|\bturned down|\bblocked|\bstopped",
        re.I,
    ),
    "zh": re.compile("没|不|无法|未能|失败|拒|驳回|被挡|卡住|行不通"),
}
_CLAIMS = {
    "en": re.compile(
        r"^(?:done|all set|all done)\b|\bI(?:'ve| have) (?:just )?(?:booked|cancelled|frozen|transferred|updated|changed|created|deleted|set up"
        r"|sent|scheduled|paid|added|removed|reserved|ordered)\b",
        re.I,
    ),
    "zh": re.compile(
        "办好了|办妥了|已(?:经)?(?:[为帮给][您你])?(?:预订|取消|冻结|转账|更新|修改|创建|删除|发送|安排|支付|添加|移除|下单|办理|完成)"
    ),
}
_DESCRIPTION = re.compile(r'"description":"((?:[^"\\\\]|\\\\.)*)"')
_TOTAL = re.compile(r"total|count|value|number|rows", re.IGNORECASE)
_COUNTED = 60
"""Lists up to this length may be counted and cut in an answer."""


@dataclass(slots=True)
class Known:
    """What the assistant has seen so far."""

    text: str = ""
    """What was said and shown."""
    spec: str = ""
    """The words of the called tools' specs."""
    numbers: set[float] = field(default_factory=set)
    dates: set[str] = field(default_factory=set)
    values: set[Any] = field(default_factory=set)
    counts: set[float] = field(default_factory=set)
    """How many rows were found or asked for."""

    def see_text(self, text: str) -> None:
        """Take in what was said."""
        self.text += "\n" + text.casefold()
        for number in _NUMBER.finditer(text):
            self.numbers.add(_number(number))
        self._see_dates(text)
        self.numbers.update(float(digits) for digits in _DIGITS.findall(text))

    def see_json(self, value: Any) -> None:
        """Take in a result or arguments."""
        if isinstance(value, dict):
            for inner in value.values():
                self.see_json(inner)
        elif isinstance(value, list):
            self._count(len(value))
            for inner in value:
                self.see_json(inner)
        elif isinstance(value, bool) or value is None:
            return
        elif isinstance(value, int | float):
            self._see_number(value)
        else:
            self.values.add(value)
            self._see_dates(value)
            self.numbers.update(float(digits) for digits in _DIGITS.findall(value))
            self.numbers.update(_number(number) for number in _NUMBER.finditer(value))
            clock = _CLOCK.match(value)
            if clock:
                self.numbers |= {float(int(clock[1]) % 12 or 12)}

    def see_counts(self, value: Any, name: str = "") -> None:
        """Take in how many rows a result has, and the totals that it tells."""
        if isinstance(value, dict):
            for inner_name, inner in value.items():
                self.see_counts(inner, inner_name)
        elif isinstance(value, list):
            self.counts.add(float(len(value)))
            for inner in value:
                self.see_counts(inner)
        elif isinstance(value, int | float) and _TOTAL.search(name):
            self.counts.add(float(value))

    def _see_number(self, value: float) -> None:
        self.numbers |= {float(value), abs(float(value)), float(round(value)), round(float(value), 1), round(float(value), 2)}
        if value == int(value) and 0 < value < 100_000:
            hours, minutes = divmod(int(value), 60)
            self.numbers |= {float(hours), float(minutes), value / 60, value / 1440}
            if value <= _COUNTED:
                self._count(int(value))

    def _count(self, length: int) -> None:
        self.numbers.update(float(n) for n in range(min(length, _COUNTED) + 1))

    def _see_dates(self, text: str) -> None:
        for match in _ISO.finditer(text):
            self.dates.add(match[1])
            if match[2]:
                self.numbers.add(float(int(match[2]) % 12 or 12))


@lru_cache(maxsize=8192)
def _spec_text(api: Api, language: Language) -> str:
    """Give the words of a spec, lower-cased: labels of parameters, results and options."""
    spec = api.spec(language)
    return orjson.dumps([spec.parameters, spec.result, spec.description]).decode().casefold()


@lru_cache(maxsize=8192)
def _spec_numbers(api: Api, language: Language) -> frozenset[float]:
    """Give the numbers that stand in the words of a spec, such as `per 100 g`."""
    words = _DESCRIPTION.findall(_spec_text(api, language))
    return frozenset(_number(match) for text in words for match in _NUMBER.finditer(text))


def _number(match: re.Match[str]) -> float:
    value = float(match[0].rstrip("万").replace(",", ""))
    return abs(value * 10_000 if match[1] else value)


@CHECKS.register("answers")
def answers(case: Case) -> Iterator[Finding]:
    """Check what the assistant says against what it has seen by then."""
    known, calls, faults = Known(), 0, 0
    language = case.language
    for name in dict.fromkeys(call.name for call in case.calls):
        called = case.catalogue.find(name)
        if called is not None:
            known.spec += _spec_text(called, language)
            known.numbers |= _spec_numbers(called, language)
        elif name in case.specs:
            known.see_text(orjson.dumps(case.specs[name]).decode())
    now, names = case.scenario.now if case.scenario else "", row_names(case)
    apis: list[Api] = []
    told_faults: list[str] = []
    proposed = False
    events = {event.call: event.fault for event in case.dialogue.events}
    for index, message in enumerate(case.messages):
        if message.role == "tool":
            result = _json(message.content)
            known.see_json(result)
            known.see_counts(result)
            if events.get(message.tool_call_id or ""):
                told_faults += _told(result)
            known.text += "\n" + (message.content or "").casefold()
            if case.scenario is None:
                known.see_text(message.content or "")
        elif message.role in ("user", "system"):
            known.see_text(message.content or "")
            known.dates |= {spot.value for spot in days(message.content or "", now, language)} if now else set()
            calls, faults = (0, 0) if message.role == "user" else (calls, faults)
        for call in message.tool_calls or ():
            calls, faults = calls + 1, faults + bool(events.get(call.id))
            known.see_json(_json(call.function.arguments))
            known.counts.update(float(digits) for digits in _DIGITS.findall(call.function.arguments))
            api = case.catalogue.find(call.function.name)
            apis += [api] if api else []
        if message.role == "assistant" and message.content:
            text, path = message.content, f"$.messages[{index}].content"
            if _is_proposal(case, index) and not proposed:
                proposed = True
                _see_offered(case, known)
            if not _is_chat(case, index):
                yield from _facts(text, path, known, language, now)
                if not _is_proposal(case, index):
                    yield from states_told(text, path, known.values, known.text, apis, language)
                yield from rows_told(text, path, names, known.text + known.spec, language)
                yield from counts_told(text, path, apis, known.counts, language)
            if not any(told.casefold() in text.casefold() for told in told_faults):
                yield from _claims(text, path, language, calls, faults)
            known.see_text(message.content)


def _told(result: Any) -> list[str]:
    """Give the message of a refusal, if the result is one."""
    error = result.get("error") if isinstance(result, dict) else None
    return [str(error.get("message")).strip(" .。")] if isinstance(error, dict) else []


def _is_chat(case: Case, index: int) -> bool:
    """Tell whether the assistant talks of the world at large, which no result supports."""
    if case.scenario is None:
        return all(message.role != "tool" for message in case.messages[:index])
    return any(place == index and move is not None and move.kind == "chat" for place, move, _ in case.spoken)


def _is_proposal(case: Case, index: int) -> bool:
    """Tell whether the assistant speaks of what tools take and do, not of what has come out."""
    kinds = ("ask", "reject", "confirm", "refuse")
    moves = [move for place, move, _ in case.spoken if place == index and move is not None]
    return any(move.kind in kinds or (move.kind == "answer" and move.text) for move in moves)


def _see_offered(case: Case, known: Known) -> None:
    """Take in the specs of all offered tools, limits and examples included."""
    for name in case.dialogue.tools:
        api = case.catalogue.find(name)
        if api is not None:
            text = _spec_text(api, case.language)
            known.spec += text
            known.numbers.update(float(digits) for digits in _DIGITS.findall(text))
            known.numbers.update(_number(number) for number in _NUMBER.finditer(text))
            known.spec += " ".join(_example_key(field) for field in api.prepared.params)


def _example_key(field: Field) -> str:
    """Give the key that serves as an example of its kind: `AB1234`."""
    digits = iter("1234567890" * 3)
    text = "".join(next(digits) if sign == "#" else sign for sign in field.key_format).casefold()
    return text + (_example_key(field.item) if field.item else "")


def _facts(text: str, path: str, known: Known, language: Language, now: str) -> Iterator[Finding]:
    for match in _ID.finditer(text):
        if match[0].casefold() not in known.text and match[0].casefold() not in known.spec:
            yield Finding("answers.id", path, f"{match[0]} was never seen")
    for match in _NUMBER.finditer(_ID.sub("", text)):
        value = _number(match)
        if not (value in known.numbers or any(abs(value - n) < 0.0051 for n in known.numbers if abs(value - n) < 1)):
            yield Finding("answers.number", path, f"{match[0]} is supported by nothing")
    months = {int(date[5:7]) for date in known.dates}
    for match in _MONTH.finditer(text):
        if MONTHS.index(match[1]) + 1 not in months and match[1].casefold() not in known.text + known.spec:
            yield Finding("answers.date", path, f"no date in {match[1]} was seen")
    if now:
        yield from days_told(text, path, known.dates, known.text + known.spec, now, language)
        for match in _RELATIVE[language].finditer(text):
            if match[0].casefold() not in known.text + known.spec and not known.dates & set(
                readings(_DAY, match[0], now, language)
            ):
                yield Finding("answers.date", path, f"{match[0]!r} is supported by nothing")
    for match in _QUOTED.finditer(text):
        if match[1].strip(" ,.，。").casefold() not in known.text + known.spec:
            yield Finding("answers.name", path, f"{match[1]!r} was never seen")


def _claims(text: str, path: str, language: Language, calls: int, faults: int) -> Iterator[Finding]:
    if calls and faults == calls and not _DENIES[language].search(text):
        yield Finding("answers.success", path, "all calls were refused, and the answer does not say so")
    if not calls and _CLAIMS[language].search(text):
        yield Finding("answers.claim", path, "something is claimed to be done, and nothing was called")


def _json(text: str | None) -> Any:
    try:
        return orjson.loads(text or "")
    except orjson.JSONDecodeError:
        return None
