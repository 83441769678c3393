"""Telling: whether an assistant that looked something up also tells it, in whatever words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from toolsim.base.text import Language
from toolsim.checks.case import Case, MadeCall
from toolsim.checks.known import NUMBER, number_of
from toolsim.wording.clocks import times
from toolsim.wording.days import days
from toolsim.wording.numerals import numbers

_CODE = re.compile(r"(?:[a-z][a-z0-9_]*|[A-Z]{1,2}\d{0,2})$")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_TIME = re.compile(r"(?:^|T)(\d{2}:\d{2})")
_DONE = {
    "en": re.compile(r"\b(?:done|set|sent|made|put|gone|went|\w{2,}ed|ready|now|all right|sure|yes)\b", re.I),
    "zh": re.compile("了|已|好|完成|成功|妥|搞定|现在|改为|改成|生效|可以"),
}
"""How one says that something was done."""
_NONE = {"en": re.compile(r"\bno(?:ne|thing)?\b", re.I), "zh": re.compile("没|无|不用")}
_NEAR = 0.051
"""Share by which a told number may be rounded."""


def untold(case: Case, found: Iterable[MadeCall], at_once: bool = False) -> Iterator[tuple[MadeCall, str]]:
    """Find calls that were made to learn or to change something, of which nothing is told afterwards; say what is not told.

    Args:
        at_once: whether it must be told before the user speaks again.
    """
    asked = " ".join(case.user_turns)
    for call in found:
        if refused(call):
            continue
        end = _next_turn(case, call) if at_once else len(case.messages)
        text = "\n".join(text for place, _, text in case.spoken if call.place < place < end)
        if not case.reads(call.name):
            if not _DONE[case.language].search(text) and not any(_said(value, text, case) for value in _values(call.result)):
                yield call, f"nobody says that {call.name} was done"
            continue
        values = [] if _has_verdict(call.result) else list(_values(call.result))
        if not any(_said(value, text, case) and _is_news(value, asked, case) for value in values) and any(
            _is_news(value, asked, case) for value in values
        ):
            yield call, f"nothing of what {call.name} found is told"


def _is_news(value: Any, asked: str, case: Case) -> bool:
    """Tell whether a value can be an answer: what the user named may be, as the cheapest of some shops; a given figure not."""
    return isinstance(value, str) or not _said(value, asked, case, 0.0)


def _next_turn(case: Case, call: MadeCall) -> int:
    """Give the place at which the user speaks again after a call."""
    later = range(call.place + 1, len(case.messages))
    return next((place for place in later if case.messages[place].role == "user"), len(case.messages))


def refused(call: MadeCall) -> bool:
    """Tell whether the tool refused a call, or gave a part of the result only."""
    result = call.result if isinstance(call.result, dict) else {}
    warning = result.get("warning")
    return bool(result.get("error")) or (isinstance(warning, dict) and "code" in warning)


def code_of(call: MadeCall) -> str:
    """Give the code of the fault that answered a call; empty where none did."""
    error = call.result.get("error") if isinstance(call.result, dict) else None
    return str(error.get("code", "")) if isinstance(error, dict) else ""


def _has_verdict(result: Any) -> bool:
    """Tell whether a result holds what can be told in any words: yes or no, a code or letter, that nothing is there."""
    if isinstance(result, dict):
        return any(map(_has_verdict, result.values()))
    if isinstance(result, list):
        return not result or any(map(_has_verdict, result))
    return isinstance(result, bool) or (isinstance(result, str) and (len(result) == 1 or bool(_CODE.match(result))))


def _values(result: Any) -> Iterator[Any]:
    """Give what can be told of a result: numbers, how many rows there are, and texts that are no codes of a program."""
    if isinstance(result, dict):
        for inner in result.values():
            yield from _values(inner)
    elif isinstance(result, list):
        if result:
            yield len(result)
        for inner in result:
            yield from _values(inner)
    elif isinstance(result, str):
        if result and not _CODE.match(result):
            yield result
    elif isinstance(result, int | float) and not isinstance(result, bool):
        yield result


def _said(value: Any, text: str, case: Case, near: float = _NEAR) -> bool:
    """Tell whether a text tells a value."""
    now, language = case.scenario.now if case.scenario else "", case.language
    if isinstance(value, str):
        if day := _DAY.match(value):
            return value in text or day[0] in _days(text, now, language) or _timed(value, text, case)
        return value.casefold() in text.casefold() or (bool(_TIME.match(value)) and _timed(value, text, case))
    if not value and _NONE[language].search(text):
        return True
    told = _numbers(text, language)
    return any(abs(one - wanted) <= near * wanted for one in told for wanted in (abs(value), abs(value) * 100, abs(value) / 60))


def _timed(value: str, text: str, case: Case) -> bool:
    time = _TIME.search(value)
    return time is not None and case.scenario is not None and time[1] in times(text, case.scenario.now, case.language)


@lru_cache(maxsize=64)
def _days(text: str, now: str, language: Language) -> frozenset[str]:
    return frozenset(spot.value for spot in days(text, now, language))


@lru_cache(maxsize=64)
def _numbers(text: str, language: Language) -> list[float]:
    return [number_of(match) for match in NUMBER.finditer(text)] + numbers(text, None, language)
