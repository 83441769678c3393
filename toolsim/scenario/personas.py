"""Personas and profiles: who speaks, and what a service has stored about them. Data in `scenarios/`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random

from toolsim.base import yaml
from toolsim.base.errors import PackError
from toolsim.base.folders import shipped
from toolsim.base.text import Language, Text
from toolsim.taxonomy.reader import Reader, as_list, as_mapping, as_number, as_pair, as_text

_AGE_WINDOW = 6


@dataclass(frozen=True, slots=True)
class Persona:
    """A person who speaks in one manner."""

    name: str
    label: Text
    """Trade or situation."""
    age: int
    manner: str
    you: str
    """How the person and the assistant address each other in Chinese."""
    slips: bool
    """Whether the person types carelessly."""


@dataclass(frozen=True, slots=True)
class ProfileFact:
    """Something that a stored profile may hold."""

    section: Text
    label: Text
    options: tuple[Text, ...] = ()
    low: int = 0
    high: int = 0
    """Of a number: the range from which it is drawn."""

    def draw(self, rng: Random, language: Language) -> str | int:
        """Draw a value in one language."""
        return rng.choice(self.options).say(language) if self.options else rng.randint(self.low, self.high)


@lru_cache
def personas() -> tuple[Persona, ...]:
    """Load the personas that come with toolsim."""
    reader = Reader(yaml.read(shipped("scenarios") / "personas.yaml"), "the personas")
    found = as_mapping(reader.need("personas"), "personas")
    reader.end()
    return tuple(_persona(name, Reader(node, f"the persona {name!r}")) for name, node in found.items())


def _persona(name: str, reader: Reader) -> Persona:
    made = Persona(
        name,
        reader.pair("is"),
        int(as_number(reader.need("age"), "age")),
        reader.text("manner"),
        reader.text("you"),
        reader.flag("slips"),
    )
    reader.end()
    if made.you not in ("你", "您"):
        raise PackError(f"'you' of {name!r} is {made.you!r}", reader.where("you"), "expected 你 or 您")
    return made


def fitting(stock: Sequence[Persona], age: int, rng: Random) -> Persona:
    """Choose a persona near an age."""
    near = [p for p in stock if abs(p.age - age) <= _AGE_WINDOW]
    return rng.choice(near or sorted(stock, key=lambda p: abs(p.age - age))[:20])


@lru_cache
def profile_facts() -> tuple[ProfileFact, ...]:
    """Load what profiles may hold."""
    reader = Reader(yaml.read(shipped("scenarios") / "profile.yaml"), "the profile")
    sections = as_mapping(reader.need("sections"), "sections")
    reader.end()
    out: list[ProfileFact] = []
    for name, node in sections.items():
        section = Reader(node, f"the section {name!r}")
        label = section.pair("is")
        for key, inner in as_mapping(section.need("facts"), "facts").items():
            out.append(_fact(label, Reader(inner, f"the fact {key!r}")))
        section.end()
    return tuple(out)


def _fact(section: Text, reader: Reader) -> ProfileFact:
    label, options = reader.pair("is"), reader.take("any")
    if options is not None:
        made = ProfileFact(section, label, tuple(as_pair(n, "any") for n in as_list(options, "any")))
    else:
        low, high = (int(as_number(reader.need(key), key)) for key in ("from", "to"))
        made = ProfileFact(section, label, low=low, high=high)
    reader.end()
    return made


@dataclass(frozen=True, slots=True)
class Chat:
    """A user turn that needs no tool, with a good reply."""

    kind: str
    user: str
    assistant: str


@lru_cache
def chats(language: Language) -> tuple[Chat, ...]:
    """Load the talk that needs no tool."""
    reader = Reader(yaml.read(shipped("scenarios") / "chat.yaml"), "the chats")
    by_language = as_mapping(reader.need("chats"), "chats")
    reader.end()
    out = []
    for node in as_list(by_language[language], language):
        chat: Mapping[str, yaml.Node] = as_mapping(node, "a chat")
        out.append(Chat(*(as_text(chat[key], key) for key in ("kind", "user", "assistant"))))
    return tuple(out)
