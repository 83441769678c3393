"""Reads tool calls out of text, whichever of the formats a model writes: tags, JSON (plain or fenced), or Python.

Never raises: what was meant as a call and cannot be read is reported as malformed, all else is left as text.
"""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass, field
from typing import Any

from toolsim.models import json_text, literals

OPEN, CLOSE = "<tool_call>", "</tool_call>"

_LIST = re.compile(r"\[\s*([^\W\d][\w.-]*)\s*\(")
_OPENING = re.compile(r"[\[{]|(?<![\w.-])[^\W\d][\w.-]*\(")
_CUT = re.compile(r'(?:\[\s*)?\{\s*"(?:name|function)"\s*:\s*["{]')
_MOST_FAILURES = 64
_NAME_KEYS = ("name", "function", "tool")
_ARGUMENT_KEYS = ("arguments", "parameters", "args", "input")


@dataclass(frozen=True, slots=True)
class Written:
    """A call as it was written."""

    name: str
    arguments: str
    """JSON text."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a text holds."""

    text: str
    """What is left beside the calls."""
    calls: tuple[Written, ...] = ()
    malformed: tuple[str, ...] = ()


@dataclass(slots=True)
class _Harvest:
    """Calls so far, and the stretches of the text that they take."""

    calls: list[Written] = field(default_factory=list)
    malformed: list[str] = field(default_factory=list)
    taken: list[tuple[int, int]] = field(default_factory=list)

    def result(self, text: str) -> Parsed:
        rest, at = [], 0
        for start, end in sorted(self.taken):
            rest.append(text[at:start])
            at = max(at, end)
        rest.append(text[at:])
        left = "\n".join(part for piece in rest if (part := piece.strip()))
        return Parsed(left, tuple(self.calls), tuple(self.malformed))


def parse_calls(text: str, names: frozenset[str] = frozenset()) -> Parsed:
    """Read the calls of an answer; `names` are the tools on offer, which help to tell calls from prose."""
    head, tail = text[: json_text.LONGEST], text[json_text.LONGEST :]
    if calls := _whole(head, names):
        return Parsed(tail.strip(), tuple(calls))
    for read in (_tagged, _fenced, _running):
        harvest = read(head, names)
        if harvest.calls or harvest.malformed:
            return harvest.result(head + tail)
    return Parsed(text.strip())


def _tagged(text: str, names: frozenset[str]) -> _Harvest:
    harvest, at = _Harvest(), 0
    while (start := text.find(OPEN, at)) >= 0:
        inside = start + len(OPEN)
        if len(harvest.malformed) >= _MOST_FAILURES:
            harvest.taken.append((start, len(text)))
            break
        calls, end = _block(text, inside, names)
        if calls:
            harvest.calls += calls
        else:
            harvest.malformed.append(text[inside:end].strip())
        close = re.compile(r"\s*" + CLOSE).match(text, end)
        at = close.end() if close else end
        harvest.taken.append((start, at))
    return harvest


def _block(text: str, start: int, names: frozenset[str]) -> tuple[list[Written], int]:
    """Read what follows an opening tag; JSON tells its own end, so that tags within its texts do no harm."""
    begin = re.compile(r"\s*").match(text, start)
    try:
        found = json_text.value_at(text, begin.end() if begin else start)
        if calls := _calls_of(found.value, names):
            return calls, found.end
    except ValueError:
        pass
    ends = [place for place in (text.find(CLOSE, start), text.find(OPEN, start)) if place >= 0]
    end = min(ends, default=len(text))
    piece = text[start:end]
    return _loose(piece, names), end


def _loose(piece: str, names: frozenset[str]) -> list[Written]:
    """Read calls of a piece that is no plain JSON: fenced, several values, Python."""
    for inner in (*(fence.body for fence in json_text.fences(piece)), piece):
        inner = inner.strip()
        with contextlib.suppress(ValueError):
            if calls := _calls_of(literals.literal(inner), names):
                return calls
        with contextlib.suppress(ValueError):
            return [_written(literals.call_at(inner, 0, len(inner)))]
        if calls := _running(inner, names).calls:
            return calls
    return []


def _fenced(text: str, names: frozenset[str]) -> _Harvest:
    harvest = _Harvest()
    fences = list(json_text.fences(text))
    pieces = [(fence.body, fence.start, fence.end) for fence in fences] or [(text, 0, len(text))]
    for body, start, end in pieces:
        calls = _whole(body, names)
        harvest.calls += calls
        if calls:
            harvest.taken.append((start, end))
        elif fences and _CUT.match(body.lstrip()):
            harvest.malformed.append(body.strip())
            harvest.taken.append((start, end))
    return harvest


def _whole(body: str, names: frozenset[str]) -> list[Written]:
    """Read a piece that holds nothing but calls: one JSON value, several in a row, or a Python list."""
    stripped = body.strip()
    if stripped.startswith("["):
        try:
            calls, end = literals.calls_at(stripped, 0)
            if calls and end == len(stripped):
                return [_written(call) for call in calls]
        except ValueError:
            pass
    values, at = [], 0
    while at < len(stripped):
        try:
            found = json_text.value_at(stripped, at)
        except ValueError:
            return []
        values.append(_calls_of(found.value, names))
        separator = re.compile(r"[\s,;]*").match(stripped, found.end)
        at = separator.end() if separator else found.end
    return [call for calls in values for call in calls] if values and all(values) else []


def _running(text: str, names: frozenset[str]) -> _Harvest:
    """Read calls in running text, from left to right; whatever is read is not looked into again."""
    harvest, at, failures = _Harvest(), 0, 0
    while failures < _MOST_FAILURES and (opening := _OPENING.search(text, at)):
        start = opening.start()
        try:
            calls, at = _calls_at(text, start, names)
        except ValueError:
            if _meant(text, start, names):
                harvest.malformed.append(text[start:].strip())
                harvest.taken.append((start, len(text)))
                break
            failures += 1
            at = opening.end()
            continue
        if calls:
            harvest.calls += calls
            harvest.taken.append((start, at))
    return harvest


def _calls_at(text: str, start: int, names: frozenset[str]) -> tuple[list[Written], int]:
    """Read what begins at a place, and tell where it ends; an ordinary value gives no calls.

    Raises:
        ValueError: nothing that could be read begins there.
    """
    if text[start] not in "[{":
        # in prose, `name(` may be anything
        call = literals.call_at(text, start)
        if call.name not in names:
            raise ValueError("no tool of that name")
        return [_written(call)], call.end
    try:
        found = json_text.value_at(text, start)
    except ValueError:
        if not _LIST.match(text, start):
            raise
        listed, end = literals.calls_at(text, start)
        return [_written(call) for call in listed], end
    return _calls_of(found.value, names), found.end


def _meant(text: str, start: int, names: frozenset[str]) -> bool:
    """Whether what cannot be read was meant as calls."""
    if _CUT.match(text, start):
        return True
    listed = _LIST.match(text, start)
    return listed is not None and (listed[1] in names or not text[:start].strip())


def _written(call: literals.Called) -> Written:
    return Written(call.name, json_text.dumps(call.arguments))


def _calls_of(value: Any, names: frozenset[str]) -> list[Written]:
    """Read a JSON value as calls; none when it is an ordinary value."""
    if isinstance(value, dict) and isinstance(value.get("tool_calls"), list):
        value = value["tool_calls"]
    if isinstance(value, list):
        calls = [_call_of(item, names) for item in value]
        return [call for call in calls if call] if all(calls) else []
    call = _call_of(value, names)
    return [call] if call else []


def _call_of(value: Any, names: frozenset[str]) -> Written | None:
    if not isinstance(value, dict):
        return None
    if isinstance(value.get("function"), dict):
        value = value["function"]
    name = next((value[key] for key in _NAME_KEYS if isinstance(value.get(key), str)), None)
    key = next((key for key in _ARGUMENT_KEYS if key in value), None)
    if not name or (key is None and not (name in names and len(value) == 1)):
        return None
    return Written(name, _arguments(value[key]) if key else "{}")


def _arguments(value: Any) -> str:
    if isinstance(value, str):
        try:
            if isinstance(json_text.loads(value), dict):
                return value
        except ValueError:
            pass
    return json_text.dumps(value if value is not None else {})
