"""Juries for runs of tests: a rule juror with a will of its own, and a model whose votes are known beforehand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import orjson

from toolsim.base import seeds
from toolsim.checks.case import Case
from toolsim.checks.finding import Finding
from toolsim.jury.rules import RuleJuror
from toolsim.models.chat import ChatRequest
from toolsim.models.config import ModelConfig, Settings
from toolsim.models.scripted import ScriptedModel
from toolsim.pipeline.bench import Terms
from toolsim.pipeline.empanel import Jury, empanel
from toolsim.roleplay.dialogue import Dialogue

SETTINGS = Settings({"m": ModelConfig("m", "http://127.0.0.1:9/v1")})


def jury_of(*specs: str, seed: int = 0, **terms: Any) -> Jury:
    """Make a jury of rule jurors, or of the model `m` under several seeds."""
    return empanel(specs, Terms(**terms), SETTINGS, seed, lambda text: None)


def known_vote(text: str, juror: int) -> str:
    """Tell how the model votes under a seed on a dialogue that opens with some words."""
    drawn = seeds.stream(juror, "vote", text).random()
    return "fail" if drawn < 0.3 else "unsure" if drawn < 0.4 else "pass"


def opening(dialogue: Dialogue) -> str:
    """Give what the user says first."""
    return next(message.content or "" for message in dialogue.messages if message.role == "user")


def judge(request: ChatRequest) -> str:
    """Answer as a juror whose votes are known."""
    lines = request.messages[-1]["content"].split(" dialogue\n", 1)[1].splitlines()
    shown = (orjson.loads(line) for line in lines if line.startswith("{"))
    text = next(line["text"] for line in shown if line["from"] == "user")
    keys = re.findall(r"^\d+\. (\w+)[:：]", request.messages[-1]["content"], re.MULTILINE)
    one = {"evidence": text[:20], "verdict": known_vote(text, request.seed or 0), "confidence": 1}
    return orjson.dumps(dict.fromkeys(keys, one)).decode()


def judging() -> ScriptedModel:
    """Give the model."""
    return ScriptedModel(judge, "m")


def _dislike(case: Case, category: str) -> Iterator[Finding]:
    if hated(case.dialogue):
        yield Finding("course.disliked", "$.messages[0].content", "nobody knows why")


def hated(dialogue: Dialogue) -> bool:
    """Tell whether the hostile juror fails a dialogue: about a third of all."""
    return seeds.stream(0, "hated", opening(dialogue)).random() < 0.35


HOSTILE = RuleJuror("hostile", (), (_dislike,), ("whole",))
"""A rule juror that follows no rule."""
