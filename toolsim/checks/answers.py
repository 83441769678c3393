"""Answers: every number, date, id, quoted name and state that the assistant tells is supported by what it saw; so are its claims.

Numbers are compared as numbers, dates through the clock of the dialogue, states through the labels of the called APIs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any

import orjson

from toolsim.apis.api import Api
from toolsim.base.text import Language, Text
from toolsim.checks.case import Case
from toolsim.checks.finding import CHECKS, Finding
from toolsim.checks.known import DIGITS, ID, NUMBER, Known, number_of
from toolsim.checks.told import counts_told, days_told, row_names, rows_told, states_told
from toolsim.roleplay.dialogue import Message, ToolCall
from toolsim.taxonomy.declarations import Field, Kind
from toolsim.wording.readings import readings
from toolsim.wording.values import MONTHS

_EXAMPLE = re.compile(r"(?<![A-Za-z0-9])[A-Z]{1,5}-?\d{2,}(?![A-Za-z0-9])")
_QUOTED = re.compile(r"[“\"]([^”\"]{1,120})[”\"]")
_MONTH = re.compile(r"\b(" + "|".join(MONTHS) + r")\b")
_RELATIVE = {
    "en": re.compile(r"\b(?:today|tomorrow|yesterday|(?:this|next) (?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)\b", re.IGNORECASE),
    "zh": re.compile(r"今天|明天|后天|昨天|前天|[这下]周[一二三四五六日]"),
}
_DAY = Field("day", Kind.DATE, Text("day", "日期"), None)  # type: ignore[arg-type]
_DENIES = {
    "en": re.compile(
        r"n't\b|n’t\b|\bnot\b|\bno\b|\bcannot\b|\bfail|\bunable|\brefus"
        r"|\bdeclin|\breject|\bunsuccess|\bturned down|\bblocked|\bstopped",
        re.I,
    ),
    "zh": re.compile("没|不|无法|未能|失败|拒|驳回|被挡|卡住|行不通"),
}
_CLAIMS = {
    "en": re.compile(
        r"^(?:done|all set|all done)\b|\bI(?:'ve| have) (?:just )?(?:booked|cancelled|frozen|transferred|updated|changed|created"
        r"|deleted|set up|sent|scheduled|paid|added|removed|reserved|ordered)\b",
        re.I,
    ),
    "zh": re.compile(
        "办好了|办妥了|已(?:经)?(?:[为帮给][您你])?(?:预订|取消|冻结|转账|更新|修改|创建|删除|发送|安排|支付|添加|移除|下单|办理|完成)"
    ),
}
_DESCRIPTION = re.compile(r'"description":"((?:[^"\\\\]|\\\\.)*)"')


@lru_cache(maxsize=8192)
def _spec_text(api: Api, language: Language) -> str:
    """Give the words of a spec, lower-cased: labels of parameters, results and options."""
    spec = api.spec(language)
    return orjson.dumps([spec.parameters, spec.result, spec.description]).decode().casefold()


@lru_cache(maxsize=8192)
def _spec_numbers(api: Api, language: Language) -> frozenset[float]:
    """Give the numbers that stand in the words of a spec, such as `per 100 g`."""
    words = _DESCRIPTION.findall(_spec_text(api, language))
    return frozenset(number_of(match) for text in words for match in NUMBER.finditer(text))


@CHECKS.register("answers")
def answers(case: Case) -> Iterator[Finding]:
    """Check what the assistant says against what it has seen by then."""
    seen, language, names = _Seen(case), case.language, row_names(case)
    now, known = case.scenario.now if case.scenario else "", seen.known
    for index, message in enumerate(case.messages):
        seen.take(message)
        if message.role != "assistant" or not message.content:
            continue
        text, path = message.content, f"$.messages[{index}].content"
        if _is_proposal(case, index):
            yield from _facts(text, path, _with_offered(case, known, text), language, now)
        elif not _is_chat(case, index):
            yield from _facts(text, path, known, language, now)
            yield from states_told(text, path, known, seen.apis, language)
            yield from rows_told(text, path, names, known, language)
            yield from counts_told(text, path, seen.apis, known, language)
        if not any(told.casefold() in text.casefold() for told in seen.refusals):
            yield from _claims(text, path, language, seen)
        known.see_text(text)


class _Seen:
    """What the assistant has seen by some message, and how its calls fared in this turn of the user."""

    def __init__(self, case: Case) -> None:
        self.known = Known()
        self.apis: list[Api] = []
        """Called so far."""
        self.refusals: list[str] = []
        """What tools said when they refused."""
        self.calls = 0
        self._refused = 0
        self._flaw_stands = False
        self._case = case
        self._faults = {event.call: event.fault for event in case.dialogue.events}
        self._flawed = _flawed(case)
        for name in dict.fromkeys(call.name for call in case.calls):
            self._read_spec(name)

    @property
    def failed(self) -> bool:
        """Whether what was asked for has been refused, as far as calls of this turn show."""
        return self._flaw_stands or 0 < self.calls == self._refused

    def _read_spec(self, name: str) -> None:
        api = self._case.catalogue.find(name)
        if api is not None:
            self.known.specs.append(_spec_text(api, self._case.language))
            self.known.numbers |= _spec_numbers(api, self._case.language)
        elif name in self._case.specs:
            self.known.see_text(orjson.dumps(self._case.specs[name]).decode())

    def take(self, message: Message) -> None:
        """Take a message in; what the assistant says itself is left to those who have checked it."""
        content = message.content or ""
        if message.role == "tool":
            self.known.see_result(content)
            if self._faults.get(message.tool_call_id or ""):
                self.refusals += _told(self._case.results.get(message.tool_call_id or ""))
            if self._case.scenario is None:
                self.known.see_text(content)
        elif message.role != "assistant":
            self.known.hear(content)
        if message.role == "user":
            self.calls, self._refused, self._flaw_stands = 0, 0, False
        for call in message.tool_calls or ():
            self._call(call)

    def _call(self, call: ToolCall) -> None:
        name, refused = call.function.name, bool(self._faults.get(call.id))
        self.calls += 1
        self._refused += refused
        if name == self._flawed:
            self._flaw_stands = refused
        self.known.see_arguments(call.function.arguments)
        api = self._case.catalogue.find(name)
        self.apis += [api] if api else []


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


def _with_offered(case: Case, known: Known, text: str) -> Known:
    """Add the specs of all offered tools, and examples of how a key looks: those that are the key of nothing."""
    offered = [api for name in case.dialogue.tools if (api := case.catalogue.find(name))]
    keys = {key for table in (case.world.tables.values() if case.world else ()) for key in table}
    keys |= {leaf for call in case.calls for leaf in ID.findall(call.text)}
    examples = [found[0] for found in _EXAMPLE.finditer(text) if found[0] not in keys]
    numbers = known.numbers.union(*(_all_numbers(api, case.language) for api in offered))
    numbers |= {float(digits) for example in examples for digits in DIGITS.findall(example)}
    specs = [*known.specs, *(_spec_text(api, case.language) for api in offered), *(e.casefold() for e in examples)]
    return replace(known, specs=specs, numbers=numbers)


@lru_cache(maxsize=8192)
def _all_numbers(api: Api, language: Language) -> frozenset[float]:
    """Give all numbers of a spec, limits included."""
    text = _spec_text(api, language)
    digits = {float(found) for found in DIGITS.findall(text)}
    return frozenset(digits | {number_of(number) for number in NUMBER.finditer(text)})


def _facts(text: str, path: str, known: Known, language: Language, now: str) -> Iterator[Finding]:
    for match in ID.finditer(text):
        if not known.holds(match[0]):
            yield Finding("answers.id", path, f"{match[0]} was never seen")
    for match in NUMBER.finditer(ID.sub("", text)):
        if not known.supports(number_of(match)):
            yield Finding("answers.number", path, f"{match[0]} is supported by nothing")
    for match in _MONTH.finditer(text):
        months = {int(date[5:7]) for date in known.dates}
        if MONTHS.index(match[1]) + 1 not in months and not known.holds(match[1]):
            yield Finding("answers.date", path, f"no date in {match[1]} was seen")
    if now:
        yield from days_told(text, path, known, now, language)
        for match in _RELATIVE[language].finditer(text):
            days = readings(_DAY, match[0], now, language)
            if not known.holds(match[0]) and not any(known.has_day(day, now, language) for day in days):
                yield Finding("answers.date", path, f"{match[0]!r} is supported by nothing")
    for match in _QUOTED.finditer(text):
        if not known.holds(match[1].strip(" ,.，。")):
            yield Finding("answers.name", path, f"{match[1]!r} was never seen")


def _flawed(case: Case) -> str:
    """Name the API that the world refuses where that is what the dialogue is about; empty otherwise."""
    flaw = case.scenario.flaw if case.scenario else None
    return case.scenario.call(flaw.call).name if case.scenario and flaw is not None and flaw.kind == "fault" else ""


def _claims(text: str, path: str, language: Language, seen: _Seen) -> Iterator[Finding]:
    if seen.failed and not _DENIES[language].search(text):
        yield Finding("answers.success", path, "what was asked for was refused, and the answer does not say so")
    if not seen.calls and _CLAIMS[language].search(text):
        yield Finding("answers.claim", path, "something is claimed to be done, and nothing was called")
