"""Finds JSON in what models write: alone, fenced, or with text around. What is found can always be written again as JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

LONGEST = 200_000
"""Characters; what stands beyond is not looked at."""

_FENCE = "```"
_INFO = re.compile(r"(?:[\w+-]*[ \t]*\r?\n|(?:json|python)\s+)?")
_OPENING = re.compile(r"[{\[]")
_MOST_FAILURES = 64


@dataclass(frozen=True, slots=True)
class Found:
    """A value and where it stands."""

    value: Any
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Fence:
    """A fenced block."""

    body: str
    start: int
    end: int
    """Behind the closing fence, or at the end of the text where that is missing."""


def _finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise ValueError("no JSON number is that large")
    return number


def _no_constant(text: str) -> None:
    raise ValueError(f"{text} is no JSON")


_DECODER = json.JSONDecoder(parse_float=_finite, parse_constant=_no_constant)


def loads(text: str) -> Any:
    """Read JSON strictly.

    Raises:
        ValueError: it is none, or holds numbers, texts or depths that cannot be written again.
    """
    found = value_at(text, len(text) - len(text.lstrip()))
    if text[found.end :].strip():
        raise ValueError("text follows the value")
    return found.value


def value_at(text: str, start: int) -> Found:
    """Read the JSON value that begins at a place.

    Raises:
        ValueError: none begins there.
    """
    try:
        value, end = _DECODER.raw_decode(text, start)
        if "\\u" in text:
            dumps(value).encode()
    except RecursionError:
        raise ValueError("nests too deep") from None
    return Found(value, start, end)


def dumps(value: Any) -> str:
    """Write a value as compact JSON, other scripts as they are."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def inert(text: str) -> str:
    """Take from JSON text what could be read as a tag or a fence; its value stays the same."""
    return text.replace("<", "\\u003c").replace(_FENCE, "\\u0060" * 3)


def fences(text: str) -> Iterator[Fence]:
    """Find fenced blocks; the last may lack its end."""
    at = 0
    while (start := text.find(_FENCE, at)) >= 0:
        inside = start + len(_FENCE)
        info = _INFO.match(text, inside)
        inside = info.end() if info else inside
        close = text.find(_FENCE, inside)
        at = close + len(_FENCE) if close >= 0 else len(text)
        yield Fence(text[inside : close if close >= 0 else len(text)], start, at)


def embedded(text: str) -> Iterator[Found]:
    """Find objects and arrays in running text, outermost ones only."""
    at, failures = 0, 0
    while failures < _MOST_FAILURES and (opening := _OPENING.search(text, at)):
        try:
            found = value_at(text, opening.start())
        except ValueError:
            failures += 1
            at = opening.end()
            continue
        yield found
        at = found.end


def candidates(text: str) -> Iterator[Any]:
    """Give the values that an answer may mean, the likeliest first: the whole text, fenced blocks, what stands in the text."""
    text = text[:LONGEST]
    pieces = [text, *(fence.body for fence in fences(text))]
    for piece in pieces:
        try:
            yield loads(piece)
        except ValueError:
            continue
    for found in embedded(text):
        yield found.value
