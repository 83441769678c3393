"""JSON values: paths of the simple kind that toolsim writes, `$.orders[1].amount`, and all that is not an object or a list."""

from __future__ import annotations

import operator
import re
from collections.abc import Iterator
from typing import Any

_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]")


def steps(path: str) -> list[str | int]:
    """Cut a path into keys and indices."""
    return [int(index) if index else key for key, index in _STEP.findall(path)]


def scalars(value: Any) -> Iterator[Any]:
    """Give every single value in a JSON value, in order."""
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from scalars(inner)
    else:
        yield value


def value_at(value: Any, path: str) -> Any:
    """Give the value at a path.

    Raises:
        LookupError: there is none.
    """
    for step in steps(path):
        fits = isinstance(value, dict) if isinstance(step, str) else isinstance(value, list)
        if not fits:
            raise LookupError(path)
        value = operator.getitem(value, step)
    return value


def put(value: Any, path: str, new: Any) -> Any:
    """Give a copy with another value at a path; what is not on the way is shared."""
    return _put(value, steps(path), new)


def _put(value: Any, rest: list[str | int], new: Any) -> Any:
    if not rest:
        return new
    step: Any = rest[0]
    copy = value.copy()
    copy[step] = _put(value[step], rest[1:], new)
    return copy
