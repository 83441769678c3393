"""Find operations that the pool has already: of the same name, described alike, or doing the same to the same things."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rapidfuzz import fuzz, process

from toolsim.apis.api import Api
from toolsim.apis.lint import ALIKE
from toolsim.base.text import LANGUAGES

Shape = tuple[object, ...]


def shape(api: Api) -> Shape:
    """Give what an operation does to what, with which parameters, and with which results of its own."""
    op = api.operation
    params = frozenset((field.name, field.kind) for field in api.prepared.params)
    units = tuple(unit.code for unit in op.scale)
    gives = frozenset(field.name for field in op.gives)
    own = (op.verb, op.target, op.creates, op.about, op.path, op.to, op.over)
    return (*own, op.off, op.subtracts, op.ahead, params, units, gives)


def bare_name(api: Api) -> str:
    """Give an operation's name without its style: words in lower case, singular, without the service's name."""
    name = api.name.partition("_")[2] if api.pack.naming == "Service_method" else api.name
    words = re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+", name)
    return " ".join(word.lower().removesuffix("s") for word in words)


class Twins:
    """Operations that new ones are held against."""

    def __init__(self, apis: Iterable[Api]) -> None:
        self._names: dict[str, Api] = {}
        self._shapes: dict[Shape, Api] = {}
        self._apis: list[Api] = []
        for api in apis:
            self.add(api)

    def add(self, api: Api) -> None:
        """Hold later ones against this one too."""
        self._names.setdefault(bare_name(api), api)
        self._shapes.setdefault(shape(api), api)
        self._apis.append(api)

    def twin(self, api: Api) -> str:
        """Say which operation is there already in place of this one; nothing if none is."""
        if (other := self._names.get(bare_name(api))) is not None:
            return f"{api.name!r} has the same name as {_called(other)}"
        if (other := self._shapes.get(shape(api))) is not None:
            return f"{api.name!r} does the same as {_called(other)}: the same verb on the same entity with the same parameters"
        for language in LANGUAGES:
            text = api.operation.description.say(language).casefold()
            others = (a.operation.description.say(language).casefold() for a in self._apis)
            found = process.extractOne(text, list(others), scorer=fuzz.ratio, score_cutoff=ALIKE)
            if found is not None:
                _, score, index = found
                return f"{api.name!r} is described like {_called(self._apis[index])} ({language}, {score / 100:.2f})"
        return ""


def _called(api: Api) -> str:
    return f"{api.name!r} of {api.pack.name}"
