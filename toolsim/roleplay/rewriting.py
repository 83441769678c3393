"""Whether a rewriting of a user's turn says the same, both ways: each fact can still be read, and nothing new can be read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from toolsim.apis.catalogue import Catalogue
from toolsim.apis.leaves import ArgumentLeaf, leaves
from toolsim.base.text import HAN, Language
from toolsim.scenario.blueprint import Scenario, Source
from toolsim.taxonomy.declarations import NUMERIC, TEMPORAL, Kind
from toolsim.wording.readings import means, readings

_MOST_GROWTH: Final = 2.5
_FIGURES = re.compile(r"\d+(?:[.,]\d+)*|[零一二两三四五六七八九十百千万半]{2,}")
_SENTENCE = re.compile(r"(?:^|[.!?;:–—\"“(]\s*)\W*([A-Z][a-z]+)")
_NAME = re.compile(r"\b[A-Z][a-z]+\b")
_LATIN = re.compile(r"[A-Za-z]{2,}")
_MARKUP = re.compile(r"[*_`#{}<>\\|]|\[\[|^\s*[-•]\s", re.M)
_NOT = {
    "en": re.compile(r"\b(?:not|no|never|without|none|nor|neither)\b|n['’]t\b", re.I),
    "zh": re.compile("不(?!好意思|过|如|错|客气|同)|没|别(?!的|人|处)|无(?!论)|未"),
}
_HELPER = {
    "en": re.compile(
        r"\b(?:how (?:can|may) I (?:help|assist)|I(?:'d| would) be happy to|I can help"
        r"|here(?:'s| is) (?:a|the|your) (?:re|message)|rewritten|certainly[!,.]|as an AI|let me know if you need)",
        re.I,
    ),
    "zh": re.compile("我可以帮|有什么可以帮|很高兴为|改写|以下是|作为(?:一个)?(?:AI|人工智能)|还有什么需要"),
}
_OWNER = {
    "en": re.compile(r"\b(my|our|your|his|her|their)\s+(?:own\s+|new\s+|old\s+)?([a-z]+)", re.I),
    "zh": re.compile("(我们|我|您|你|他|她)的([\u4e00-\u9fff]{2})"),
}
_TO_WHOM = {
    "en": re.compile(r"\b(?:for|to|from|tell|give|send|show|remind)\s+(me|us|you|him|her|them)\b", re.I),
    "zh": re.compile("(?:给|帮|替|为|向|跟|从|对)(我们|我|您|你|他|她)"),
}
_SELF = {"our": "my", "us": "me", "我们": "我", "你": "您"}
_READ = NUMERIC | {Kind.DATE, Kind.TIME, Kind.DATETIME, Kind.REF, Kind.ENUM, Kind.STATE}
"""Kinds whose readings are few enough that a new one is a new fact."""


def objections(scenario: Scenario, catalogue: Catalogue, index: int, old: str, new: str) -> Iterator[str]:
    """Give what speaks against a rewriting; nothing where it holds.

    Args:
        index: of the turn in the script.
    """
    language = scenario.language
    if not new or "\n" in new:
        yield "it is not one message"
        return
    yield from _looks(old, new, language, scenario.you)
    yield from _facts(scenario, catalogue, index, old, new)
    yield from _strangers(old, new, language)
    yield from _sides(old, new, language)


def _looks(old: str, new: str, language: Language, you: str) -> Iterator[str]:
    if len(new) > _MOST_GROWTH * len(old) + 40:
        yield "it is much longer"
    if bool(HAN.search(new)) != bool(HAN.search(old)) or (language == "zh") != bool(HAN.search(new)):
        yield "it is in another language"
    if set(_MARKUP.findall(new)) - set(_MARKUP.findall(old)):
        yield "it is marked up"
    if _HELPER[language].search(new) and not _HELPER[language].search(old):
        yield "an assistant speaks"
    if old.rstrip().endswith(("?", "？")) and not new.rstrip().endswith(("?", "？")):
        yield "it is no question any more"
    if language == "zh" and any(mark in new for mark in {"您", "你"} - {you} if mark not in old):
        yield "it changes the form of address"


def _facts(scenario: Scenario, catalogue: Catalogue, index: int, old: str, new: str) -> Iterator[str]:
    """Check that each fact survives, in its words and in its meaning, and in order where two could be exchanged."""
    flaw = scenario.flaw
    if flaw is not None and flaw.words and flaw.words in old and flaw.words not in new:
        yield f"{flaw.words!r} is lost"
    folded, before = new.casefold(), old.casefold()
    places: dict[tuple[str, str], list[str]] = {}
    for call, leaf, source in _told(scenario, catalogue, index):
        words = source.words.casefold()
        if words not in folded:
            yield f"{source.words!r} is lost"
        elif means(leaf.field, leaf.value, old, scenario.now, scenario.language) and not means(
            leaf.field, leaf.value, new, scenario.now, scenario.language
        ):
            yield f"{source.words!r} does not mean the same any more"
        places.setdefault((call, _sort(leaf.field.kind)), []).append(words)
        yield from _news(leaf, scenario, old, new)
    for same in places.values():
        kept = [words for words in dict.fromkeys(same) if words in before and words in folded]
        if sorted(kept, key=before.find) != sorted(kept, key=folded.find):
            yield "facts of one kind have changed places"


def _sort(kind: Kind) -> str:
    """Give the sort of a kind: what is of one sort could be taken for one another."""
    return "number" if kind in NUMERIC else "time" if kind in TEMPORAL else kind


def _told(scenario: Scenario, catalogue: Catalogue, index: int) -> Iterator[tuple[str, ArgumentLeaf, Source]]:
    for gold in scenario.calls:
        for leaf in leaves(catalogue.api(gold.name), gold.arguments):
            source = gold.sources.get(leaf.path)
            if source is not None and source.turn == index and source.words:
                yield gold.id, leaf, source


def _news(leaf: ArgumentLeaf, scenario: Scenario, old: str, new: str) -> Iterator[str]:
    """Find what can be read for a field now and could not before."""
    if leaf.field.kind in _READ:
        had: list[Any] = readings(leaf.field, old, scenario.now, scenario.language)
        for value in readings(leaf.field, new, scenario.now, scenario.language):
            if value not in had:
                yield f"{value!r} is new"


def _strangers(old: str, new: str, language: Language) -> Iterator[str]:
    """Find figures, names and denials that were not there before, or are there no more."""
    for figure in sorted(set(_FIGURES.findall(new)) - set(_FIGURES.findall(old))):
        yield f"{figure} is new"
    known = {word.casefold() for word in re.findall(r"[A-Za-z]+", old)}
    if language == "en":
        opening = {match.start(1) for match in _SENTENCE.finditer(new)}
        names = [match[0] for match in _NAME.finditer(new) if match.start() not in opening]
    else:
        names = _LATIN.findall(new)
    yield from (f"{name} is new" for name in names if name.casefold() not in known and name not in ("OK", "I"))
    if bool(_NOT[language].search(old)) != bool(_NOT[language].search(new)):
        yield "a denial has come or gone"


def _sides(old: str, new: str, language: Language) -> Iterator[str]:
    """Check that it is still the same person's things, and the same person for whom something is done."""
    had, has = _owners(old, language), _owners(new, language)
    for thing, owners in has.items():
        if owners - had.get(thing, set()):
            yield f"{thing} belongs to somebody else"
    for thing, owners in had.items():
        if thing not in has and owners <= {"my", "我"} and thing in new.casefold():
            yield f"it is not told whose {thing} it is"
    receivers = {_side(match[1]) for match in _TO_WHOM[language].finditer(new)}
    others = receivers - {_side(match[1]) for match in _TO_WHOM[language].finditer(old)}
    if others - {"me", "我"}:
        yield "it is done for somebody else"


def _owners(text: str, language: Language) -> dict[str, set[str]]:
    out: dict[str, set[str]] = {}
    for match in _OWNER[language].finditer(text):
        out.setdefault(match[2].casefold(), set()).add(_side(match[1]))
    return out


def _side(word: str) -> str:
    return _SELF.get(word.casefold(), word.casefold())
