"""Calls of tools that are none of ours: whether their values can be read from what was seen.

Nothing is known of such a tool but its schema, so that tracing is light: what cannot be judged without labels is not judged.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from toolsim.apis.foreign_schema import schema_fault
from toolsim.apis.search import tokens
from toolsim.base.text import HAN, Language, Text
from toolsim.checks.case import Case, MadeCall
from toolsim.taxonomy.declarations import Field, Kind
from toolsim.wording.readings import means

_LABEL = Text("value", "值")
_UNITS = (None, Text("seconds", "秒"), Text("minutes", "分钟"), Text("hours", "小时"), Text("days", "天"))
_AMOUNTS = tuple(Field("value", Kind.NUMBER, _LABEL, None, digits=6, unit=unit) for unit in _UNITS)  # type: ignore[arg-type]
_DAY = Field("value", Kind.DATE, _LABEL, None)  # type: ignore[arg-type]
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2})?")
_CLOCK = re.compile(r"\d{1,2}:\d{2}(?::\d{2})?")
_NOT_PLAIN = re.compile(r"[\W_]+")
_SHORT: Final = 4
"""Letters of a word that may be a code, such as that of a currency, for which people say something else."""


@dataclass(frozen=True, slots=True)
class Unseen:
    """A value that cannot be read from what came before."""

    path: str
    value: Any


def unseen(case: Case, call: MadeCall) -> Iterator[Unseen]:
    """List the values of a call of a stranger's tool that nothing before it shows."""
    schema = case.specs[call.name]["function"]["parameters"]
    if schema_fault(schema):
        return
    before = "\n".join(message.content or "" for message in case.messages[: call.place])
    seen = _Seen(before.casefold(), frozenset(tokens(before)), case.language, _now(before))
    for path, value, inner in _values(call.arguments, schema, "$"):
        given = {*map(str, inner.get("enum", ())), str(inner.get("const")), str(inner.get("default"))}
        if str(value) not in given and not seen.shows(value):
            yield Unseen(path, value)


def _values(value: Any, schema: Any, path: str) -> Iterator[tuple[str, Any, dict[str, Any]]]:
    """Give each single value with its path and its schema."""
    schema = schema if isinstance(schema, dict) else {}
    if isinstance(value, dict):
        properties = schema.get("properties") or {}
        for name, inner in value.items():
            yield from _values(inner, properties.get(name), f"{path}.{name}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _values(inner, schema.get("items"), f"{path}[{index}]")
    elif isinstance(value, str | int | float) and not isinstance(value, bool):
        yield path, value, schema


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the assistant had seen when it called."""

    text: str
    words: frozenset[str]
    language: Language
    now: str
    """Empty where no date is told."""

    def shows(self, value: str | float) -> bool:
        """Tell whether a value can be read, or cannot be judged."""
        return self._text(value.strip()) if isinstance(value, str) else self._number(value)

    def _number(self, value: float) -> bool:
        if abs(value) <= 1 or f"{value:g}" in self.text or f"{value:,}" in self.text or str(value) in self.text:
            return True
        amounts = [(field, value) for field in _AMOUNTS] + [(_AMOUNTS[0], value * 100)]
        return any(means(field, one, self.text, self.now, self.language) for field, one in amounts)

    def _text(self, value: str) -> bool:
        folded = value.casefold()
        if not folded or folded in self.text or _CLOCK.fullmatch(folded):
            return True
        if _ISO.match(value):
            return not self.now or means(_DAY, value[:10], self.text, self.now, self.language)
        if any(character.isdigit() for character in value) and " " not in value:
            return _NOT_PLAIN.sub("", folded) in _NOT_PLAIN.sub("", self.text)
        words = tokens(value)
        if not words or bool(HAN.search(value)) != bool(HAN.search(self.text)) or (len(words) == 1 and len(value) <= _SHORT):
            return True
        return sum(word in self.words for word in words) * 2 >= len(words)


def _now(text: str) -> str:
    """Give the first date that is told, which in a system message is today's; empty where there is none."""
    for match in _ISO.finditer(text):
        try:
            told = datetime.fromisoformat(match[0])
        except ValueError:
            continue
        return told.strftime("%Y-%m-%dT%H:%M")
    return ""
