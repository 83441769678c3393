"""Text in the two languages of toolsim."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")

HAN = re.compile(r"[\u3400-\u9fff]")
_HAN_SHARE: Final = 0.2


def written_in(text: str) -> Language:
    """Guess the language of a text by the share of Chinese characters among its letters."""
    letters = sum(character.isalpha() for character in text)
    return "zh" if len(HAN.findall(text)) > letters * _HAN_SHARE else "en"


def whole(words: str) -> re.Pattern[str]:
    """Compile what finds words, in any case, where they do not run on into a longer word, key or number."""
    before = r"(?<![A-Za-z0-9])" if words[:1].isascii() and words[:1].isalnum() else ""
    after = r"(?![A-Za-z0-9])" if words[-1:].isascii() and words[-1:].isalnum() else ""
    return re.compile(f"{before}{re.escape(words)}{after}", re.I)


class Text(NamedTuple):
    """One text in English and Chinese."""

    en: str
    zh: str

    def say(self, language: Language) -> str:
        """Give the text in one language."""
        return self.en if language == "en" else self.zh


@dataclass(frozen=True, slots=True)
class Phrases:
    """Several ways of saying a thing, in each language."""

    en: tuple[str, ...] = ()
    zh: tuple[str, ...] = ()

    def say(self, language: Language) -> tuple[str, ...]:
        """Give the phrases of one language."""
        return self.en if language == "en" else self.zh

    def __bool__(self) -> bool:
        return bool(self.en or self.zh)
