"""Heuristics of rule jurors: signs of a fault that a dialogue shows by itself. Cheap, and proved by calibration only."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

import orjson

from toolsim.checks.case import Case, MadeCall
from toolsim.checks.finding import Finding

Heuristic = Callable[[Case, str], Iterator[Finding]]
"""Takes the case and the category."""

_ASKS: Final = re.compile(
    r"[?？]|[请麻告哪几]|发我|[发报说给].?下|多少|什么|提供|还[差缺]|需要|帮我选|挑"
    r"|\b(?:need|let me know|tell me|which|what|please|could you|can you|missing|pick|choose|still)\b",
    re.IGNORECASE,
)
"""Signs that somebody asks, in all the ways that came up; what has none of them asks nothing."""
_ID: Final = re.compile(r"[A-Z]{1,5}\d{3,}$")
_FIGURE: Final = re.compile(r"\d+")
_WORD: Final = re.compile(r"[A-Za-z]{4,}")
_HAN_RUN: Final = re.compile(r"(?=([\u3400-\u9fff]{3}))")
_WAITING: Final = ("special.incomplete", "special.error_param")
"""Categories in which the user has to speak again before anything can be called."""
_IDLE: Final = ("special.irrelevant", "special.no_call")
"""Categories in which nothing is to be called."""


def unanswered(case: Case, category: str) -> Iterator[Finding]:
    """Find dialogues that end in a question of the assistant which a call was still to follow."""
    last = case.messages[-1] if case.messages else None
    if last is None or last.role != "assistant" or category in _IDLE or case.calls:
        return
    if _ASKS.search(last.content or "") or category.startswith(("normal.", "agent.")):
        yield Finding("course.open", f"$.messages[{len(case.messages) - 1}].content", "nothing was done")


def repeated(case: Case, category: str) -> Iterator[Finding]:
    """Find calls that were made before with the same arguments, and right before or with the same result."""
    seen: dict[tuple[str, str], MadeCall] = {}
    last = ("", "")
    for call in case.calls:
        key = (call.name, orjson.dumps(call.arguments, option=orjson.OPT_SORT_KEYS).decode())
        before = seen.get(key)
        if before is not None and (before.result == call.result or key == last):
            yield Finding("economy.repeated", call.path, "the same call was made before")
        seen[key], last = call, key


def idle(case: Case, category: str) -> Iterator[Finding]:
    """Find calls that were made in a category where nothing is to be called."""
    if category in _IDLE:
        for call in case.calls:
            yield Finding("economy.idle", call.path, "nothing is to be called here")


def strange_ids(case: Case, category: str) -> Iterator[Finding]:
    """Find ids in calls that nothing before shows."""
    for call in case.calls:
        before = "\n".join(message.content or "" for message in case.messages[: call.place])
        for value in _values(call.arguments):
            if _ID.match(value) and value not in before:
                yield Finding("values.id", call.path, f"{value} was never seen")


def hasty(case: Case, category: str) -> Iterator[Finding]:
    """Find calls before the user has been asked, in categories where something is missing or wrong."""
    if category in _WAITING:
        for call in case.calls:
            if call.turn < 2:
                yield Finding("course.hasty", call.path, "it is called before the user has answered")


def unasked(case: Case, category: str) -> Iterator[Finding]:
    """Find first words of the assistant that ask nothing, or object to nothing that was said, where they must."""
    first = next(((i, m.content) for i, m in enumerate(case.messages) if m.role == "assistant" and m.content), None)
    if first is None:
        return
    index, text = first
    if category in ("special.incomplete", "special.ambiguous") and not _ASKS.search(text):
        yield Finding("course.unasked", f"$.messages[{index}].content", "nothing is asked")
    told = " ".join(case.user_turns[:1])
    if category == "special.error_param" and not _takes_up(text, told):
        yield Finding("objects.unnamed", f"$.messages[{index}].content", "it takes up nothing that the user said")


def split(case: Case, category: str) -> Iterator[Finding]:
    """Find independent calls that are made one after the other."""
    places = sorted({call.place for call in case.calls})
    if category == "normal.single_turn.parallel_function":
        for call in case.calls:
            if call.place != places[0]:
                yield Finding("together.split", call.path, "it belongs into the first message with calls")


def said_again(case: Case, category: str) -> Iterator[Finding]:
    """Find sentences that the assistant says twice."""
    said: set[str] = set()
    for index, message in enumerate(case.messages):
        if message.role != "assistant" or not message.content:
            continue
        if len(message.content) > 12 and message.content in said:
            yield Finding("course.again", f"$.messages[{index}].content", "it was said before")
        said.add(message.content)


def _takes_up(text: str, told: str) -> bool:
    """Tell whether a text repeats a figure, three characters or two words of what was told."""
    if any(set(pattern.findall(text)) & set(pattern.findall(told)) for pattern in (_FIGURE, _HAN_RUN)):
        return True
    return len({*_WORD.findall(text.casefold())} & {*_WORD.findall(told.casefold())}) > 1


def _values(value: Any) -> Iterator[str]:
    """Give all texts and figures in a result or arguments."""
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _values(inner)
    elif isinstance(value, str | int | float) and not isinstance(value, bool):
        yield f"{value:g}" if isinstance(value, float) else str(value)
