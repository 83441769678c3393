"""Let a model rewrite what the embedded user says; a rewriting is taken only if every fact survives and none is added."""

from __future__ import annotations

import re

import orjson

from toolsim.base.text import HAN
from toolsim.models.chat import ChatModel, ChatRequest
from toolsim.models.failures import ModelFailure
from toolsim.roleplay.prompts import prompt
from toolsim.scenario.blueprint import Move, Scenario, UserTurn
from toolsim.scenario.personas import personas

_FIGURES = re.compile(r"\d+(?:[.,]\d+)*|[零一二两三四五六七八九十百千万半]{2,}")
_NAMES = re.compile(r"\b[A-Z][a-z]+\b")
_MOST_GROWTH = 2.5
_OWN = {"en": re.compile(r"\b(?:my|me|I|mine|our|we)\b", re.I), "zh": re.compile("我")}
_YOURS = {"en": re.compile(r"\byour\b", re.I), "zh": re.compile("您的|你的")}


async def polish(scenario: Scenario, model: ChatModel) -> Scenario:
    """Rewrite the user's turns of a scenario; turns whose rewriting does not hold stay as they are."""
    script: list[UserTurn | Move] = []
    for index, step in enumerate(scenario.script):
        script.append(await _rewritten(scenario, model, index, step) if isinstance(step, UserTurn) else step)
    return scenario.model_copy(update={"script": tuple(script)})


async def _rewritten(scenario: Scenario, model: ChatModel, index: int, turn: UserTurn) -> UserTurn:
    pieces = list(dict.fromkeys(_pieces(scenario, index)))
    persona = next((p for p in personas() if p.name == scenario.persona), None)
    text = prompt(
        "polish",
        scenario.language,
        persona=persona.label.say(scenario.language) if persona else scenario.persona,
        manner=scenario.manner,
        pieces=pieces,
        text=orjson.dumps(turn.text).decode(),
    )
    request = ChatRequest(
        messages=({"role": "user", "content": text},), temperature=0.8, seed=scenario.seed % 2**31, max_tokens=400
    )
    try:
        reply = await model.complete(request)
    except ModelFailure:
        return turn
    said = _bare(reply.content)
    return turn.model_copy(update={"text": said}) if holds(scenario, index, turn.text, said) else turn


def _pieces(scenario: Scenario, index: int) -> list[str]:
    pieces = [
        source.words for gold in scenario.calls for source in gold.sources.values() if source.turn == index and source.words
    ]
    flaw = scenario.flaw
    return (
        [*pieces, flaw.words]
        if flaw is not None and flaw.words and flaw.words in getattr(scenario.script[index], "text", "")
        else pieces
    )


def _bare(text: str) -> str:
    """Drop the quotation marks that models put around a message."""
    text = text.strip()
    return text[1:-1].strip() if len(text) > 1 and text[0] in '"“「' and text[-1] in '"”」' else text


def holds(scenario: Scenario, index: int, old: str, new: str) -> bool:
    """Check a rewriting both ways: each fact can still be read, and nothing that looks like a fact is new."""
    language = scenario.language
    if not new or "\n" in new or len(new) > _MOST_GROWTH * len(old) + 40 or bool(HAN.search(new)) != (language == "zh"):
        return False
    folded = new.casefold()
    sources = [source for gold in scenario.calls for source in gold.sources.values()]
    if any(source.turn == index and source.words.casefold() not in folded for source in sources):
        return False
    flaw = scenario.flaw
    if flaw is not None and flaw.words and flaw.words in old and flaw.words not in new:
        return False
    if set(_FIGURES.findall(new)) - set(_FIGURES.findall(old)):
        return False
    words = {word.casefold() for word in re.findall(r"[A-Za-z]+", old)}
    if language == "en" and any(name.casefold() not in words for name in _NAMES.findall(new)[1:]):
        return False
    mine, yours, asks = _OWN[language], _YOURS[language], ("?", "？")
    same_sides = bool(mine.search(old)) <= bool(mine.search(new)) and bool(yours.search(new)) <= bool(yours.search(old))
    return same_sides and old.rstrip().endswith(asks) <= new.rstrip().endswith(asks)
