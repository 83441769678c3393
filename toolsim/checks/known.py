"""What the assistant has seen by some point of a dialogue: texts, numbers, dates, values, and how many rows were found."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from toolsim.base.text import Language
from toolsim.wording.days import days

NUMBER = re.compile(r"(?<![A-Za-z\d.])-?\d[\d,]*(?:\.\d+)?(万)?")
DIGITS = re.compile(r"\d+(?:\.\d+)?")
ID = re.compile(r"(?<![A-Za-z0-9])[A-Z]{1,5}\d{3,}(?![A-Za-z0-9])")
_ISO = re.compile(r"(?<!\d)(\d{4}-\d{2}-\d{2})(?:T(\d{2}):(\d{2}))?")
_CLOCK = re.compile(r"^(\d{2}):(\d{2})$")
_DURATION = re.compile(r"(\d+) ?(?:个?小时|hours?|hrs?|h)(?: and)? ?(\d+) ?(?:分|min|m\b)", re.IGNORECASE)
_TOTAL = re.compile(r"total|count|value|number|rows", re.IGNORECASE)
_COUNTED = 60
"""Lists up to this length may be counted and cut in an answer."""


@dataclass(slots=True)
class Known:
    """What the assistant has seen so far."""

    text: str = ""
    """What was said and shown."""
    specs: list[str] = field(default_factory=list)
    """The words of the called tools' specs."""
    numbers: set[float] = field(default_factory=set)
    dates: set[str] = field(default_factory=set)
    values: set[Any] = field(default_factory=set)
    counts: set[float] = field(default_factory=set)
    """How many rows were found or asked for."""
    spoken: list[str] = field(default_factory=list)
    """What users and system said, whose days in words are read only when one is looked for."""

    def holds(self, words: str) -> bool:
        """Tell whether words were said, shown, or stand in the spec of a called tool."""
        folded = words.casefold()
        return _stands(folded, self.text) or any(_stands(folded, spec) for spec in self.specs)

    def has_day(self, day: str, now: str, language: Language) -> bool:
        """Tell whether a day was shown, or said in whatever words."""
        if day in self.dates:
            return True
        if now:
            for text in self.spoken:
                self.dates.update(spot.value for spot in days(text, now, language))
            self.spoken.clear()
        return day in self.dates

    def see_text(self, text: str) -> None:
        """Take in what was said."""
        self.text += "\n" + text.casefold()
        for number in NUMBER.finditer(text):
            self.numbers.add(number_of(number))
        self.numbers.update(60.0 * int(match[1]) + int(match[2]) for match in _DURATION.finditer(text))
        self._see_dates(text)
        self.numbers.update(float(digits) for digits in DIGITS.findall(ID.sub("", text)))

    def see_json(self, value: Any) -> None:
        """Take in a result or arguments."""
        if isinstance(value, dict):
            for inner in value.values():
                self.see_json(inner)
        elif isinstance(value, list):
            self._count(len(value))
            for inner in value:
                self.see_json(inner)
        elif isinstance(value, bool) or value is None:
            return
        elif isinstance(value, int | float):
            self._see_number(value)
        else:
            self.values.add(value)
            self._see_dates(value)
            self.numbers.update(float(digits) for digits in DIGITS.findall(ID.sub("", value)))
            self.numbers.update(number_of(number) for number in NUMBER.finditer(value))
            clock = _CLOCK.match(value)
            if clock:
                self.numbers |= {float(int(clock[1]) % 12 or 12)}

    def see_counts(self, value: Any, name: str = "") -> None:
        """Take in how many rows a result has, and the totals that it tells."""
        if isinstance(value, dict):
            for inner_name, inner in value.items():
                self.see_counts(inner, inner_name)
        elif isinstance(value, list):
            self.counts.add(float(len(value)))
            for inner in value:
                self.see_counts(inner)
        elif isinstance(value, int | float) and _TOTAL.search(name):
            self.counts.add(float(value))

    def _see_number(self, value: float) -> None:
        self.numbers |= {float(value), abs(float(value)), float(round(value)), round(float(value), 1), round(float(value), 2)}
        if value == int(value) and 0 < value < 100_000:
            hours, minutes = divmod(int(value), 60)
            self.numbers |= {float(hours), float(minutes), value / 60, value / 1440}
            if value <= _COUNTED:
                self._count(int(value))

    def _count(self, length: int) -> None:
        self.numbers.update(float(n) for n in range(min(length, _COUNTED) + 1))

    def _see_dates(self, text: str) -> None:
        for match in _ISO.finditer(text):
            self.dates.add(match[1])
            if match[2]:
                self.numbers.add(float(int(match[2]) % 12 or 12))


def _stands(words: str, text: str) -> bool:
    """Tell whether words stand in a text; `1 March` does not stand in `31 March`."""
    if words not in text or not (words[:1].isdigit() or words[-1:].isdigit()):
        return words in text
    return re.search(rf"(?<!\d){re.escape(words)}(?!\d)", text) is not None


def number_of(match: re.Match[str]) -> float:
    """Read a number found by `NUMBER`, without its sign."""
    value = float(match[0].rstrip("万").replace(",", ""))
    return abs(value * 10_000 if match[1] else value)
