"""Reads calls that are written as Python, `[api(a=1, b="x"), ...]`, without running anything: values are literals."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_TOKEN = re.compile(r"""[rRuU]?"(?:\\.|[^"\\])*+"|[rRuU]?'(?:\\.|[^'\\])*+'|[()\[\]{},"']""", re.S)
_CALL = re.compile(r"\s*([^\W\d][\w.-]*)\s*\(")
_KEYWORD = re.compile(r"\s*([^\W\d][\w.-]*)\s*=(?!=)")
_WORDS = {"true": True, "false": False, "null": None, "none": None}
_PAIRS = {")": "(", "]": "[", "}": "{"}
_DEEPEST = 64
_LONGEST = 100_000


@dataclass(frozen=True, slots=True)
class Called:
    """A call and where it stands."""

    name: str
    arguments: dict[str, Any]
    start: int
    end: int


def calls_at(text: str, start: int) -> tuple[list[Called], int]:
    """Read the list of calls whose bracket opens at a place, and tell where it ends.

    Raises:
        ValueError: it is none, or is cut off.
    """
    end = closing(text, start)
    calls = []
    for left, right in _pieces(text, start + 1, end):
        if text[left:right].strip():
            calls.append(call_at(text, left, right))
    return calls, end + 1


def call_at(text: str, start: int, most: int | None = None) -> Called:
    """Read one call that begins at a place; with `most`, one that fills the text up to there.

    Raises:
        ValueError: it is none, or is cut off.
    """
    head = _CALL.match(text, start)
    if not head:
        raise ValueError("no call begins here")
    end = closing(text, head.end() - 1)
    if most is not None and text[end + 1 : most].strip():
        raise ValueError("text follows the call")
    arguments: dict[str, Any] = {}
    for left, right in _pieces(text, head.end(), end):
        piece = text[left:right].strip()
        if not piece:
            continue
        given = _given(piece)
        if arguments.keys() & given.keys():
            raise ValueError("arguments must be given once")
        arguments |= given
    return Called(head[1], arguments, start, end + 1)


def _given(piece: str) -> dict[str, Any]:
    if piece.startswith("**"):
        spread = literal(piece[2:])
        if isinstance(spread, dict):
            return spread
    elif keyword := _KEYWORD.match(piece):
        return {keyword[1]: literal(piece[keyword.end() :])}
    raise ValueError("arguments must be given by name")


def literal(text: str) -> Any:
    """Read a Python or JSON literal as a value that JSON can hold.

    Raises:
        ValueError: it is none.
    """
    if len(text) > _LONGEST:
        raise ValueError("is too long")
    try:
        with warnings.catch_warnings():
            # `"\d"` is not worth a warning here
            warnings.simplefilter("ignore")
            tree = ast.parse(text.strip(), mode="eval")
        return _value(tree.body, 0)
    except (SyntaxError, RecursionError, MemoryError):
        raise ValueError("is no literal") from None


def closing(text: str, start: int) -> int:
    """Find the bracket that closes the one at a place, texts skipped.

    Raises:
        ValueError: there is none.
    """
    depth: list[str] = []
    for token in _TOKEN.finditer(text, start):
        mark = token[0]
        if mark in "([{":
            depth.append(mark)
        elif mark in _PAIRS:
            if not depth or depth.pop() != _PAIRS[mark]:
                break
            if not depth:
                return token.start()
        elif mark in "\"'":
            break
    raise ValueError("is cut off")


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    depth, left = 0, start
    for token in _TOKEN.finditer(text, start, end):
        mark = token[0]
        if mark in "([{":
            depth += 1
        elif mark in _PAIRS:
            depth -= 1
        elif mark == "," and depth == 0:
            yield left, token.start()
            left = token.end()
    yield left, end


def _value(node: ast.expr, depth: int) -> Any:
    if depth > _DEEPEST:
        raise ValueError("nests too deep")
    match node:
        case ast.Constant(value=value) if value is None or isinstance(value, str | bool | int | float):
            return _writable(value)
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as number)) if not isinstance(number, bool):
            return _writable(-number)
        case ast.UnaryOp(op=ast.UAdd(), operand=ast.Constant(value=int() | float() as number)) if not isinstance(number, bool):
            return _writable(number)
        case ast.Name(id=word) if word in _WORDS:
            return _WORDS[word]
        case ast.List(elts=items) | ast.Tuple(elts=items):
            return [_value(item, depth + 1) for item in items]
        case ast.Dict(keys=keys, values=values):
            return {_key(key): _value(value, depth + 1) for key, value in zip(keys, values, strict=True)}
    raise ValueError("is no literal")


def _key(node: ast.expr | None) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return str(_writable(node.value))
    raise ValueError("keys must be texts")


def _writable(value: Any) -> Any:
    if isinstance(value, str):
        value.encode()
    elif isinstance(value, float) and value in (float("inf"), float("-inf")):
        raise ValueError("no JSON number is that large")
    elif isinstance(value, int):
        str(value)
    return value
