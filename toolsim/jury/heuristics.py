"""Heuristics of rule jurors: signs of a fault that a dialogue shows by itself. Cheap, and proved by calibration only."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

import orjson

from toolsim.apis.paths import scalars
from toolsim.checks.case import Case, MadeCall
from toolsim.checks.finding import Finding
from toolsim.checks.telling import code_of
from toolsim.world.injection import RATE_LIMITED, TIMEOUT

Heuristic = Callable[[Case, str], Iterator[Finding]]
"""Takes the case and the category."""

_ASKS: Final = re.compile(
    r"[?？]|[请麻告哪几]|发我|[发报说给].?下|多少|什么|提供|还[差缺要得]|跟[你您]要|需要|挑"
    r"|\b(?:need|let me know|tell me|which|what|please|could you|can you|missing|pick|choose|still|haven't|yet)\b"
    r"|\bnot (?:been )?(?:said|told|given)\b",
    re.IGNORECASE,
)
"""Signs that somebody asks, in all the ways that came up; what has none of them asks nothing."""
_ID: Final = re.compile(r"[A-Z]{1,5}\d{3,}$")
_FIGURE: Final = re.compile(r"\d+")
_WORD: Final = re.compile(r"[A-Za-z]{4,}")
_QUOTED: Final = re.compile(r"[“\"]([^”\"]{2,})[”\"]")
_HAN_RUN: Final = re.compile(r"(?=([\u3400-\u9fff]{3}))")
_WAITING: Final = ("special.incomplete", "special.error_param")
"""Categories in which the user has to speak again before anything can be called."""
_IDLE: Final = ("special.irrelevant", "special.no_call")
"""Categories in which nothing is to be called."""
_PASSING: Final = frozenset({TIMEOUT.code, RATE_LIMITED.code})
_FAMILIES: Final = ("normal.", "special.", "agent.")
"""Categories of ours; of a stranger's dialogue nobody knows what was to be done."""


def undone(case: Case, category: str) -> Iterator[Finding]:
    """Find dialogues in which nothing was called, in categories where something is to be."""
    if category.startswith(_FAMILIES) and category not in _IDLE and not case.calls:
        yield Finding("course.undone", f"$.messages[{len(case.messages) - 1}].content", "nothing was done")


def unreadable(case: Case, category: str) -> Iterator[Finding]:
    """Find results that begin as JSON and are none."""
    for index, message in enumerate(case.messages):
        text = (message.content or "").lstrip()
        if message.role == "tool" and text[:1] in ("{", "[") and case.results.get(message.tool_call_id or "") is None:
            yield Finding("form.result", f"$.messages[{index}].content", "the result breaks off")


def repeated(case: Case, category: str) -> Iterator[Finding]:
    """Find calls that were made before with the same arguments, and right before or with the same result.

    What failed for a while only, or came through in part, may be made again; and what became of it may be looked up again.
    """
    seen: dict[tuple[str, str], MadeCall] = {}
    last, excused = ("", ""), False
    for call in case.calls:
        key = (call.name, orjson.dumps(call.arguments, option=orjson.OPT_SORT_KEYS).decode())
        before = seen.get(key)
        if before is not None and not excused and not _passing(before) and (before.result == call.result or key == last):
            yield Finding("economy.repeated", call.path, "the same call was made before")
        seen[key], last, excused = call, key, _passing(call)


def _passing(call: MadeCall) -> bool:
    """Tell whether a call failed in a way that passes."""
    return code_of(call) in _PASSING or (isinstance(call.result, dict) and "warning" in call.result)


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
    """Find words of the assistant that ask nothing where they must: between two turns of the user, with nothing done."""
    if category in _IDLE:
        return
    before = ("user", "tool") if category == "special.ambiguous" else ("user",)
    for index, message in enumerate(case.messages[1:-1], 1):
        answers = message.role == "assistant" and case.messages[index + 1].role == "user"
        if answers and case.messages[index - 1].role in before and not _ASKS.search(message.content or ""):
            yield Finding("course.unasked", f"$.messages[{index}].content", "nothing is done and nothing is asked")


def vague(case: Case, category: str) -> Iterator[Finding]:
    """Find objections to a value that repeat nothing of what the user said."""
    first = next(((i, m.content) for i, m in enumerate(case.messages) if m.role == "assistant" and m.content), None)
    if category == "special.error_param" and first is not None and not _takes_up(first[1], " ".join(case.user_turns[:1])):
        yield Finding("objects.vague", f"$.messages[{first[0]}].content", "it takes up nothing that the user said")


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
    """Tell whether a text repeats a figure, a quotation, three characters or two words of what was told."""
    if any(quoted in told for quoted in _QUOTED.findall(text)):
        return True
    if any(set(pattern.findall(text)) & set(pattern.findall(told)) for pattern in (_FIGURE, _HAN_RUN)):
        return True
    return len({*_WORD.findall(text.casefold())} & {*_WORD.findall(told.casefold())}) > 1


def _values(value: Any) -> Iterator[str]:
    """Give all texts and figures in a result or arguments."""
    for one in scalars(value):
        if isinstance(one, str | int | float) and not isinstance(one, bool):
            yield f"{one:g}" if isinstance(one, float) else str(one)
