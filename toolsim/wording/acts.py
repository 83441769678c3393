"""What people and assistants say beside the facts: phrases by act and manner, from `scenarios/wording/<language>.yaml`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from random import Random

from toolsim.base import yaml
from toolsim.base.errors import PackError, UnknownName
from toolsim.base.folders import shipped
from toolsim.base.text import Language
from toolsim.taxonomy.reader import Reader, as_list, as_mapping, as_names, as_text

_SLOT = re.compile(r"\{(\w+)\}")
ANY = "any"


@dataclass(frozen=True, slots=True)
class Acts:
    """The phrases of one language."""

    language: Language
    manners: tuple[str, ...]
    user: dict[str, dict[str, tuple[str, ...]]]
    """Act -> manner, or `any` -> phrases."""
    assistant: dict[str, tuple[str, ...]]

    def of_user(self, act: str, manner: str, rng: Random) -> str:
        """Choose a user's phrase: half of what people of a manner say is everyone's, half their own."""
        if act not in self.user:
            raise UnknownName("act of a user", act, self.user)
        phrases = self.user[act]
        own, common = phrases.get(manner, ()), phrases.get(ANY, ())
        stock = own if own and (not common or rng.random() < 0.5) else common
        return stock[int(rng.random() * len(stock))]

    def of_assistant(self, act: str, rng: Random) -> str:
        """Choose an assistant's phrase."""
        if act not in self.assistant:
            raise UnknownName("act of an assistant", act, self.assistant)
        stock = self.assistant[act]
        return stock[int(rng.random() * len(stock))]


def fill(phrase: str, slots: dict[str, str]) -> str:
    """Put what is said into the slots of a phrase, in one pass; `{Ask}` begins with a capital."""

    def say(match: re.Match[str]) -> str:
        name = match[1]
        if name in slots:
            return slots[name]
        text = slots[name[:1].lower() + name[1:]]
        return text[:1].upper() + text[1:]

    return _SLOT.sub(say, phrase)


@lru_cache
def acts(language: Language) -> Acts:
    """Load the phrases of a language that come with toolsim."""
    return read_acts(shipped("scenarios") / "wording" / f"{language}.yaml", language)


def read_acts(path: Path, language: Language) -> Acts:
    """Read a file of phrases.

    Raises:
        PackError: naming file and line.
    """
    reader = Reader(yaml.read(path), "the wording")
    manners = as_names(reader.need("manners"), "manners")
    user = {}
    for act, node in as_mapping(reader.need("user"), "user").items():
        by_manner = as_mapping(node, act)
        for manner, inner in by_manner.items():
            if manner != ANY and manner not in manners:
                raise PackError(f"{act!r} names the manner {manner!r}", inner.place, f"known: {ANY}, {', '.join(manners)}")
        user[act] = {m: tuple(as_text(n, act) for n in as_list(inner, act)) for m, inner in by_manner.items()}
    assistant = {
        act: tuple(as_text(n, act) for n in as_list(node, act))
        for act, node in as_mapping(reader.need("assistant"), "assistant").items()
    }
    reader.end()
    return Acts(language, manners, user, assistant)
