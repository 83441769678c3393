"""How one speaker puts an act into words: phrase, manner, form of address, careless typing. Facts pass through untouched."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from toolsim.base.text import Language
from toolsim.wording.acts import acts, fill
from toolsim.wording.moods import mood
from toolsim.wording.requests import Mood, Request

_GREETS = {"plain": 0.1, "formal": 0.3, "terse": 0.0, "chatty": 0.35, "casual": 0.2, "warm": 0.35, "precise": 0.1}
_THANKS = {"plain": 0.1, "formal": 0.25, "terse": 0.0, "chatty": 0.15, "casual": 0.1, "warm": 0.4, "precise": 0.05}
_REASONS = {"plain": 0.35, "formal": 0.35, "terse": 0.1, "chatty": 0.6, "casual": 0.35, "warm": 0.45, "precise": 0.25}
_YOU = re.compile("你(?!们)")
_BARE, _BARE_ELSE = {"terse": 0.75, "formal": 0.15, "chatty": 0.2, "warm": 0.2}, 0.4
"""Share of requests that stand without a frame."""
_POLITE = re.compile("“[^”]*”|您")
"""The polite form, and what is quoted, which stays as it is."""
_GREETING = re.compile(r"(?:hi|hello|hey|hiya|yo|good (?:day|morning|evening)|你好|您好|嗨|哈喽|早|在吗|hello)", re.IGNORECASE)
_FOLLOWS_ZH = re.compile(
    "不然|免得|省得|可别|可体|这样|要不|否则|好安排|好让|好赶|好去|好跟|万一|别(?![人家的])|就指望|也好|可能得"
)
"""How reasons begin that say what would follow, and so come after the request."""
_WRAPS_ZH = re.compile(r"^(?:能|想拜托).*\{ask\}|\{ask\}吗")
"""Frames that make a question of the request within them."""
_LONG_ASK = 36
_ENDS = tuple(".?!。？！…")
_OPENED = re.compile(r"^(?:So|Well|Right|OK|ok so|right so|so),? (\w)")
"""How a turn opens that has no greeting before it."""
AFTERTHOUGHT = re.compile(
    r", (?:the \w+ is|it's|it was|it is|there's|they're|they are|I'm|I've|we've|we're|I|we|he|she|they) |[;:] "
)
"""What cannot stand within `could you ...?`, as it tells something."""
_STATED = ("{Ask}.", "Please {ask}.", "{Ask}, please.")
_BRIEF, _BRIEF_TRIES, _FRESH_TRIES = 24, 6, 5
_SOFT_ENDS = tuple("~～)）")
_KEYED = re.compile("[A-Z0-9]）$")
"""A number in brackets, which ends no sentence."""


@dataclass(slots=True)
class Voice:
    """A user with a manner; the stream of chance is the dialogue's."""

    language: Language
    manner: str
    you: str
    slips: bool
    rng: Random
    used: set[str] = field(default_factory=set)
    """Phrases of this dialogue, none of which comes again while there are others."""

    @property
    def en(self) -> bool:
        """Whether it speaks English."""
        return self.language == "en"

    def say(self, act: str, **slots: str) -> str:
        """Say an act, its slots filled."""
        return self._slip(self._said(act, slots))

    def _part(self, act: str, **slots: str) -> str:
        return self._plain(self._said(act, slots))

    def _plain(self, text: str) -> str:
        """Keep a part of an English turn as it is: stops are left out only at its end."""
        return text if self.en else self._slip(text)

    def _said(self, act: str, slots: Mapping[str, str]) -> str:
        stock = acts(self.language)
        phrase = stock.of_user(act, self.manner, self.rng)
        for _ in range(_FRESH_TRIES):
            if phrase not in self.used:
                break
            phrase = stock.of_user(act, self.manner, self.rng)
        self.used.add(phrase)
        return fill(self._address(phrase), dict(slots))

    def ask(self, request: Request, why: Sequence[str] = (), opening: bool = True, last: bool = True) -> str:
        """Make a whole turn of a bare request: greeting, reason and courtesy where the manner has them.

        Args:
            opening: whether nothing was said before.
            last: whether nothing follows in the turn.
        """
        reason = self.rng.choice(why) if why and self.rng.random() < _REASONS[self.manner] else ""
        hello = opening and self.rng.random() < _GREETS[self.manner]
        text = self._briefly(request) if reason and self.en else self._sentence(request, not self.en and (hello or bool(reason)))
        if reason:
            text = self._because(reason, self.closed(text))
        thanks = last and self.rng.random() < _THANKS[self.manner]
        if hello and not _GREETING.match(text):
            text = self._join(self._part("greet"), _OPENED.sub(lambda match: match[1].upper(), text) if self.en else text)
        if thanks:
            text = self._join(text, self._part("courtesy"))
        return self._slip(text)

    def _framed_zh(self, act: str, ask: str) -> str:
        """Put a Chinese request into a frame; what is long, or asks itself, is not made a question once more."""
        heavy = len(ask) > _LONG_ASK or bool(re.search("[：？吗]|多少|哪|几", ask))
        for _ in range(4):
            said = self.say(act, ask="{ask}")
            if not (heavy and _WRAPS_ZH.search(said)):
                return said.replace("{ask}", ask)
        return self._slip(f"{ask}。")

    def _because(self, why: str, request: str) -> str:
        """Put a reason beside a request; what follows from it in Chinese comes after it: 不然他们白跑一趟."""
        if _FOLLOWS_ZH.match(why):
            return f"{request}{why}。"
        return self._part("why", why=why, request=request)

    def sentence(self, request: Request) -> str:
        """Make a finished sentence of a request, often with nothing around it."""
        return self._slip(self._sentence(request))

    def _sentence(self, request: Request, bare: bool = False) -> str:
        if bare or self.rng.random() < _BARE.get(self.manner, _BARE_ELSE):
            mark = {"en": ".?", "zh": "。？"}[self.language][request.mood is Mood.QUESTION]
            return self._plain(fill("{Ask}" + mark, {"ask": request.text}))
        if self.en and request.mood is Mood.IMPERATIVE and AFTERTHOUGHT.search(request.text):
            return fill(self.rng.choice(_STATED), {"ask": request.text})
        if self.language == "zh":
            return self._framed_zh(f"ask_{request.mood.value}", request.text.removesuffix("吧"))
        ask = request.text
        return self._part(f"ask_{request.mood.value}", ask=ask)

    def _briefly(self, request: Request) -> str:
        """Make a sentence that stands beside a reason: with few words around the request."""
        for _ in range(_BRIEF_TRIES):
            phrase = acts(self.language).of_user(f"ask_{request.mood.value}", self.manner, self.rng)
            told = self.en and phrase.endswith("?") and request.mood is Mood.IMPERATIVE and AFTERTHOUGHT.search(request.text)
            if len(phrase) <= _BRIEF and ":" not in phrase and not told:
                return fill(phrase, {"ask": request.text})
        return self._sentence(request, bare=True)

    def add(self, act: str, request: Request, **slots: str) -> str:
        """Say an act that carries on with a request of any mood: `and_also`, `goals`, `switch`."""
        return self.say(f"{act}_{request.mood.value}", ask=request.text, **slots)

    def stated(self, facts: Request) -> str:
        """Give facts that nobody has asked for, as one adds them to a yes."""
        if not self.en:
            return self.say("supply", facts=facts.text)
        return self._slip(fill("{Facts}.", {"facts": facts.text}))

    def follow(self, first: str, second: str) -> str:
        """Put one sentence after another."""
        return self._join(self.closed(first), second)

    def closed(self, text: str) -> str:
        """End a sentence that was left open."""
        soft = () if self.language == "zh" and _KEYED.search(text) else _SOFT_ENDS
        return text if text.endswith((*_ENDS, *soft)) else text + ("." if self.language == "en" else "。")

    def _address(self, phrase: str) -> str:
        if self.language == "en":
            return phrase
        return phrase.replace("您", "你") if self.you == "你" else _YOU.sub("您", phrase)

    def _join(self, first: str, second: str) -> str:
        if not first or not second:
            return first or second
        if self.language == "zh":
            return first + second if first.endswith((*_ENDS, *_SOFT_ENDS, "，")) else f"{first}，{second}"
        if first.endswith(","):
            second = second if _is_name(second) else second[:1].lower() + second[1:]
        return f"{first} {second}"

    def _slip(self, text: str) -> str:
        """Let careless people leave the last full stop and the first capital."""
        if not self.slips:
            return text
        text = text[:-1] if text.endswith((".", "。")) else text
        return text if _is_name(text) else text[:1].lower() + text[1:]


def _is_name(text: str) -> bool:
    """Tell whether a text opens with `I` or with a word that keeps its capital."""
    word = re.split(r"[\s,']", text, maxsplit=1)[0]
    if word == "I" or (len(word) > 1 and word.isupper()):
        return True
    named = re.match(r"[A-Z]\w*\s(?!I\b)[A-Z]", text)
    return bool(named) and mood(text[:1].lower() + text[1:], "en") is Mood.STATEMENT


class AssistantVoice:
    """How an assistant speaks: calm, in the user's form of address."""

    def __init__(self, language: Language, you: str, rng: Random) -> None:
        self.language = language
        self.you = you
        self.rng = rng

    def say(self, act: str, slots: Mapping[str, str] | None = None) -> str:
        """Say an act, its slots filled."""
        return fill(self.address(acts(self.language).of_assistant(act, self.rng)), dict(slots or {}))

    def address(self, text: str) -> str:
        """Turn the polite form into the one that the person uses."""
        if self.language == "en" or self.you == "您":
            return text
        return _POLITE.sub(lambda match: "你" if match[0] == "您" else match[0], text)


__all__ = ["AssistantVoice", "Mood", "Voice"]
