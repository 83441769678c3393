"""Values that a spec refuses, in the words of somebody who does not know it: out of range, no option, garbled, impossible."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from toolsim.apis.api import Api
from toolsim.apis.leaves import ArgumentLeaf
from toolsim.base.text import Language
from toolsim.taxonomy.declarations import NUMERIC, Field, Kind
from toolsim.wording import values
from toolsim.world.world import World

_IMPOSSIBLE = {
    "en": ("30 February", "31 April", "31 June", "31 September", "31 November"),
    "zh": ("2月30号", "4月31号", "6月31号", "9月31号", "11月31号"),
}
_IMPOSSIBLE_DAYS = ("02-30", "04-31", "06-31", "09-31", "11-31")
_IMPOSSIBLE_TIMES = {"en": ("25:00", "24:75", "13:60"), "zh": ("25点", "24点75分", "13点60分")}
_IMPOSSIBLE_CLOCKS = ("25:00", "24:75", "13:60")


@dataclass(frozen=True, slots=True)
class Wrong:
    """A value that breaks a rule of the spec."""

    value: Any
    words: str
    rule: str
    """Keyword of the schema that it breaks."""


def wrongs(api: Api, leaf: ArgumentLeaf, words: str, world: World, rng: Random) -> Iterator[Wrong]:
    """Give wrong values in place of a told one, most telling first.

    Args:
        words: how the right value was said.
    """
    field, language = leaf.field, world.language
    match field.kind:
        case kind if kind in NUMERIC:
            yield from _numbers(field, world, rng)
        case Kind.ENUM | Kind.STATE:
            yield from _options(api, field, language, rng)
        case Kind.DATE:
            index = rng.randrange(len(_IMPOSSIBLE_DAYS))
            yield Wrong(f"{world.now[:4]}-{_IMPOSSIBLE_DAYS[index]}", _IMPOSSIBLE[language][index], "format")
        case Kind.TIME:
            index = rng.randrange(len(_IMPOSSIBLE_CLOCKS))
            yield Wrong(_IMPOSSIBLE_CLOCKS[index], _IMPOSSIBLE_TIMES[language][index], "pattern")
        case Kind.REF if str(leaf.value) in words:
            yield from _garbled(str(leaf.value), words, "pattern", rng)
        case Kind.TEXT if field.pattern and str(leaf.value) in words:
            yield from _garbled(str(leaf.value), words, "pattern", rng)
        case Kind.TEXT if field.format == "email" and str(leaf.value) in words:
            value = str(leaf.value).replace("@", rng.choice((" at ", "#", "")))
            yield Wrong(value, words.replace(str(leaf.value), value), "format")


def _numbers(field: Field, world: World, rng: Random) -> Iterator[Wrong]:
    found = []
    if field.max is not None:
        factor = rng.choice((1.1, 1.25, 1.5, 2, 3))
        found.append((max(field.max + 1, _round(field.max * factor)), "maximum"))
    if field.min is not None and field.min > 0:
        found.append((0 if field.min <= 2 else max(1, _round(field.min * rng.choice((0.25, 0.5, 0.75)))), "minimum"))
    rng.shuffle(found)
    for value, rule in found:
        whole = int(value) if field.kind is not Kind.NUMBER or value == int(value) else value
        yield Wrong(whole, values.plain(field, whole, world.now, world.language, rng), rule)


def _round(value: float) -> float:
    """Round to what people say: two figures."""
    size = 10 ** max(0, len(str(int(abs(value)))) - 2)
    return int(value / size) * size if value >= 10 else round(value, 1)


def _options(api: Api, field: Field, language: Language, rng: Random) -> Iterator[Wrong]:
    """Say an option of another list in the pack: plausible words, and none of this list."""
    own = {option.label.say(language).casefold() for option in field.options}
    others = [
        option.label.say(language)
        for entity in api.pack.entities.values()
        for other in entity.fields
        if other.kind is Kind.ENUM and other.name == field.name
        for option in other.options
    ] or [
        option.label.say(language)
        for operation in api.pack.operations.values()
        for other in operation.given
        if other.kind is Kind.ENUM and not {o.code for o in other.options} & {o.code for o in field.options}
        if _alike(field, other)
        for option in other.options
    ]
    fitting = sorted({o for o in others if not any(o.casefold() in label or label in o.casefold() for label in own)})
    if fitting:
        words = rng.choice(fitting)
        yield Wrong(words, words, "enum")


def _alike(field: Field, other: Field) -> bool:
    """Tell whether two lists of options are of one sort, so that a person may take an option of one for one of the other."""
    return field.label.zh[-2:] == other.label.zh[-2:] or field.label.en.split()[-1] == other.label.en.split()[-1]


def _garbled(value: str, words: str, rule: str, rng: Random) -> Iterator[Wrong]:
    """Lose a digit, double one, or swap letters and digits, as people do who read a number off something."""
    ways = [value[:-1], value + value[-1], value[0] + value[2:] if len(value) > 3 else value[:-1]]
    rng.shuffle(ways)
    for way in ways:
        if way != value:
            yield Wrong(way, words.replace(value, way), rule)
