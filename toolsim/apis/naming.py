"""Naming styles of APIs and their parameters on the wire."""

from __future__ import annotations

import re
from collections.abc import Callable

STYLES: dict[str, re.Pattern[str]] = {
    "snake": re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*$"),
    "camel": re.compile(r"[a-z][a-zA-Z0-9]*$"),
    "Pascal": re.compile(r"[A-Z][a-zA-Z0-9]*$"),
    "Service_method": re.compile(r"[A-Z][a-zA-Z0-9]*_[a-z][a-zA-Z0-9]*$"),
}
"""How operation names look in each style."""


def camel(name: str) -> str:
    """Give `amount_min` as `amountMin`."""
    head, *rest = name.split("_")
    return head + "".join(part[:1].upper() + part[1:] for part in rest)


def pascal(name: str) -> str:
    """Give `amount_min` as `AmountMin`."""
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))


def renamer(style: str) -> Callable[[str], str]:
    """Give what turns canonical parameter names into those on the wire."""
    match style:
        case "snake":
            return str
        case "Pascal":
            return pascal
    return camel
