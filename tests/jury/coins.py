"""Jurors of known worth: models that know a hidden truth and toss a seeded coin, and dialogues that say nothing but which one they are."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from toolsim.base import seeds
from toolsim.base.text import Language
from toolsim.jury.exhibit import Exhibit
from toolsim.jury.juror import Order
from toolsim.jury.rubric import Rubric
from toolsim.jury.specimens import Specimen
from toolsim.jury.votes import Verdict, Vote
from toolsim.models.chat import ChatReply, ChatRequest
from toolsim.roleplay.dialogue import Message

_CASE = re.compile(r"case number (\d+)")


def exhibit(number: int, padding: int = 0, language: Language = "en") -> Exhibit:
    """Make a dialogue that tells its number, and is as long as wanted."""
    messages = (
        Message(role="user", content=f"This is case number {number}."),
        Message(role="assistant", content="Noted." + " Yes." * padding),
    )
    return Exhibit(language, "none", messages, ())


def specimens(count: int, start: int = 0) -> list[Specimen]:
    """Make so many specimens, every other one spoilt."""
    return [
        Specimen(exhibit(n, n % 7), "planted" if n % 2 else "", ("answers",) if n % 2 else ())
        for n in range(start, start + count)
    ]


def is_good(number: int) -> bool:
    """Tell the hidden truth: odd ones are spoilt."""
    return number % 2 == 0


@dataclass
class CoinModel:
    """Knows the truth and tells it as often as it is meant to, whatever it is shown."""

    name: str
    sensitivity: float
    specificity: float
    seed: int = 0
    asked: int = 0

    async def complete(self, request: ChatRequest) -> ChatReply:
        """Judge every criterion alike."""
        self.asked += 1
        found = _CASE.search(request.messages[-1]["content"])
        assert found is not None and request.answer_schema is not None
        number = int(found[1])
        right = seeds.stream(self.seed, self.name, number).random() < (self.specificity if is_good(number) else self.sensitivity)
        verdict = "pass" if is_good(number) is right else "fail"
        one = {"evidence": found[0], "verdict": verdict, "confidence": 1.0}
        return ChatReply(content=orjson.dumps(dict.fromkeys(request.answer_schema["properties"], one)).decode())


@dataclass(frozen=True)
class FixedJuror:
    """Votes as it was told to, by the number of the case."""

    name: str
    verdicts: Mapping[int, Verdict]

    async def vote(self, exhibit: Exhibit, rubric: Rubric, order: Order = "drawn") -> Vote:
        """Vote."""
        found = _CASE.search(exhibit.messages[0].content or "")
        assert found is not None
        return Vote(juror=self.name, verdict=self.verdicts[int(found[1])])
