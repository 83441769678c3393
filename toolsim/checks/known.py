"""What the assistant has seen by some point of a dialogue: texts, numbers, dates, values, and how many rows were found."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import orjson

from toolsim.base.text import Language
from toolsim.wording.days import days

NUMBER = re.compile(r"(?<![A-Za-z\d.])-?\d[\d,]*(?:\.\d+)?(万)?")
DIGITS = re.compile(r"\d+(?:\.\d+)?")
ID = re.compile(r"(?<![A-Za-z0-9])[A-Z]{1,5}\d{3,}(?![A-Za-z0-9])")
_ISO = re.compile(r"(?<!\d)(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}):(\d{2}))?")
_CLOCK = re.compile(r"^(\d{2}):(\d{2})$")
_DURATION = re.compile(r"(\d+) ?(?:个?小时|hours?|hrs?|h)(?: and)? ?(\d+) ?(?:分|min|m\b)", re.IGNORECASE)
_TOTAL = re.compile(r"total|count|value|number|rows", re.IGNORECASE)
_COUNTED = 60
"""Lists up to this length may be counted and cut in an answer."""
_NEARLY = 0.0051


@dataclass(slots=True)
class Known:
    """What the assistant has seen so far. Plain figures are read at once, what can be made of them only when it is looked for."""

    text: str = ""
    """What was said and shown."""
    specs: list[str] = field(default_factory=list)
    """The words of the called tools' specs."""
    numbers: set[float] = field(default_factory=set)
    dates: set[str] = field(default_factory=set)
    counts: set[float] = field(default_factory=set)
    """How many rows were found or asked for."""
    _said: list[str] = field(default_factory=list)
    """What users and system said, whose days in words have not been read yet."""
    _shown: list[Any] = field(default_factory=list)
    """Results and arguments that have not been looked through yet."""
    _counted: list[Any] = field(default_factory=list)
    """Results whose rows have not been counted yet."""
    _codes: str = ""
    """Results and arguments as JSON."""

    def hear(self, text: str) -> None:
        """Take in what user or system said."""
        self.see_text(text)
        self._said.append(text)

    def see_text(self, text: str) -> None:
        """Take in what was said."""
        self.text += "\n" + text.casefold()
        for number in NUMBER.finditer(text):
            self.numbers.add(number_of(number))
        self._see_dates(text)
        self.numbers.update(map(float, DIGITS.findall(ID.sub("", text))))

    def see_result(self, text: str) -> None:
        """Take in what a tool gave."""
        self._see_json(text)
        self.text += "\n" + text.casefold()
        if self._shown:
            self._counted.append(self._shown[-1])

    def see_arguments(self, text: str) -> None:
        """Take in what a tool was given."""
        self._see_json(text)
        self.counts.update(map(float, DIGITS.findall(text)))

    def holds(self, words: str) -> bool:
        """Tell whether words were said, shown, or stand in the spec of a called tool."""
        folded = words.casefold()
        return folded in self.text or any(folded in spec for spec in self.specs)

    def supports(self, number: float) -> bool:
        """Tell whether a number was seen, or follows from one by rounding, counting or another unit of time."""
        if number in self.numbers:
            return True
        while self._shown:
            self._look_through(self._shown.pop())
        return number in self.numbers or any(abs(number - n) < _NEARLY for n in self.numbers)

    def counted(self, number: float) -> bool:
        """Tell whether so many rows were found, told or asked for."""
        while self._counted:
            self._count_rows(self._counted.pop())
        return number in self.counts

    def has_code(self, code: str) -> bool:
        """Tell whether a result or an argument has a code as a value."""
        return f'"{code}"' in self._codes

    def has_day(self, day: str, now: str, language: Language) -> bool:
        """Tell whether a day was shown, or said in whatever words."""
        if day in self.dates:
            return True
        if now:
            for text in self._said:
                self.dates.update(spot.value for spot in days(text, now, language))
            self._said.clear()
        return day in self.dates

    def _see_json(self, text: str) -> None:
        self._codes += text
        self._see_dates(text)
        self.numbers.update(map(float, DIGITS.findall(ID.sub("", text))))
        try:
            self._shown.append(orjson.loads(text))
        except orjson.JSONDecodeError:
            self.see_text(text)

    def _look_through(self, value: Any) -> None:
        """Take in everything that follows from a result or arguments."""
        if isinstance(value, dict):
            for inner in value.values():
                self._look_through(inner)
        elif isinstance(value, list):
            self._count(len(value))
            for inner in value:
                self._look_through(inner)
        elif isinstance(value, str):
            self.numbers.update(number_of(number) for number in NUMBER.finditer(value))
            clock = _CLOCK.match(value)
            if clock:
                self.numbers.add(float(int(clock[1]) % 12 or 12))
        elif isinstance(value, int | float) and not isinstance(value, bool):
            self._see_number(value)

    def _count_rows(self, value: Any, name: str = "") -> None:
        """Take in how many rows a result has, and the totals that it tells."""
        if isinstance(value, dict):
            for inner_name, inner in value.items():
                self._count_rows(inner, inner_name)
        elif isinstance(value, list):
            self.counts.add(float(len(value)))
            for inner in value:
                self._count_rows(inner)
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
        self.numbers.update(map(float, range(min(length, _COUNTED) + 1)))

    def _see_dates(self, text: str) -> None:
        for match in _ISO.finditer(text):
            self.dates.add(match[1])
            if match[2]:
                self.numbers.add(float(int(match[2]) % 12 or 12))


def number_of(match: re.Match[str]) -> float:
    """Read a number found by `NUMBER`, without its sign."""
    value = float(match[0].rstrip("万").replace(",", ""))
    return abs(value * 10_000 if match[1] else value)
