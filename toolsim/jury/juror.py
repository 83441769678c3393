"""Jurors: who votes on an exhibit. A juror that is a model is asked in a seeded random order and must quote what it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, Protocol

from toolsim.base import seeds
from toolsim.jury.exhibit import Exhibit
from toolsim.jury.prompts import prompt
from toolsim.jury.rubric import Criterion, Rubric
from toolsim.jury.votes import Ruling, Vote, verdict_of
from toolsim.models.chat import ChatModel, ChatRequest
from toolsim.models.failures import ModelFailure
from toolsim.models.structured import ask

Order = Literal["drawn", "reversed"]
"""Criteria in the order that the seed draws, or the same from the end."""


class Juror(Protocol):
    """Who votes."""

    @property
    def name(self) -> str:
        """How the juror is named in votes."""
        ...

    async def vote(self, exhibit: Exhibit, rubric: Rubric, order: Order = "drawn") -> Vote:
        """Vote on an exhibit; what goes wrong is an abstention, never an error."""
        ...


@dataclass(frozen=True, slots=True)
class ModelJuror:
    """A chat model as a juror; one model may sit several times, under several seeds."""

    model: ChatModel
    seed: int = 0
    """Draws the order of criteria and is handed to the model."""
    temperature: float = 0.0
    max_tokens: int = 2048

    @property
    def name(self) -> str:
        """The model's name, and the seed where it is not 0."""
        return f"{self.model.name}#{self.seed}" if self.seed else self.model.name

    async def vote(self, exhibit: Exhibit, rubric: Rubric, order: Order = "drawn") -> Vote:
        """Ask the model; a failure of the model is an abstention."""
        criteria = self._order(exhibit, rubric, order)
        request = ChatRequest(
            messages=prompt(exhibit, criteria, self.seed),
            answer_schema=schema(criteria),
            temperature=self.temperature,
            seed=self.seed,
            max_tokens=self.max_tokens,
        )
        try:
            answer = await ask(self.model, request)
        except ModelFailure as failure:
            return Vote(juror=self.name, verdict="abstain", failure=failure.kind.value)
        rulings = tuple(ruling(criterion.key, answer.value.get(criterion.key), exhibit) for criterion in criteria)
        return Vote(juror=self.name, verdict=verdict_of(rulings, rubric), rulings=rulings, usage=answer.usage)

    def _order(self, exhibit: Exhibit, rubric: Rubric, order: Order) -> list[Criterion]:
        rng = seeds.stream(self.seed, "criteria", self.model.name, exhibit.key)
        drawn = rng.sample(rubric.criteria, len(rubric.criteria))
        return drawn if order == "drawn" else drawn[::-1]


def schema(criteria: list[Criterion]) -> dict[str, Any]:
    """Give the JSON Schema of an answer; evidence comes before the verdict that rests on it."""
    one = {
        "type": "object",
        "properties": {
            "evidence": {"type": "string"},
            "verdict": {"type": "string", "enum": ["pass", "fail", "unsure"]},
            "confidence": {"type": "number", "minimum": 0, "maximum": 1},
        },
        "required": ["evidence", "verdict", "confidence"],
        "additionalProperties": False,
    }
    keys = [criterion.key for criterion in criteria]
    return {"type": "object", "properties": dict.fromkeys(keys, one), "required": keys, "additionalProperties": False}


def ruling(key: str, given: Any, exhibit: Exhibit) -> Ruling:
    """Read a model's verdict on one criterion; it is void without evidence that stands in the dialogue."""
    verdict = given.get("verdict") if isinstance(given, dict) else None
    if verdict not in ("pass", "fail", "unsure"):
        return Ruling(criterion=key, verdict="unsure", void="no verdict was given")
    evidence, confidence = given.get("evidence"), given.get("confidence")
    evidence = evidence if isinstance(evidence, str) else ""
    if isinstance(confidence, bool) or not isinstance(confidence, int | float) or not 0 <= confidence <= 1:
        return Ruling(criterion=key, verdict=verdict, evidence=evidence, confidence=0.0, void="the confidence is not from 0 to 1")
    void = "" if verdict == "unsure" or exhibit.holds(evidence) else "the evidence is not in the dialogue"
    return Ruling(criterion=key, verdict=verdict, evidence=evidence, confidence=float(confidence), void=void)
