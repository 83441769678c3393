"""An API: an operation with its wire form, its specs and its validators."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from toolsim.apis.spec import ApiSpec, FaultSpec
from toolsim.apis.validation import Validator
from toolsim.apis.wire import Wire
from toolsim.base import seeds
from toolsim.base.text import LANGUAGES, Language
from toolsim.taxonomy.declarations import Field, Kind, Operation, Pack
from toolsim.verbs.prepare import Prepared, prepare
from toolsim.verbs.sampling import sampler
from toolsim.verbs.verb import Effect

EXAMPLES = 2


class _NoRows:
    """Tables without rows, from which examples are drawn before there is any world."""

    now = "2026-03-02T09:30"
    seed = 0

    def __init__(self, language: Language) -> None:
        self.language = language

    def rows(self, table: str) -> dict[str, Any]:
        return {}

    def insert(self, table: str, key: str, row: dict[str, Any]) -> None:
        raise NotImplementedError

    replace = insert

    def remove(self, table: str, key: str) -> None:
        raise NotImplementedError


@dataclass(frozen=True, eq=False)
class Api:
    """One API of the pool; its parts are derived when first needed."""

    operation: Operation
    pack: Pack

    @property
    def name(self) -> str:
        """Its name on the wire."""
        return self.operation.name

    @property
    def effect(self) -> Effect:
        """READ or WRITE."""
        return self.prepared.effect

    @cached_property
    def prepared(self) -> Prepared:
        """The operation, ready to run."""
        return prepare(self.operation, self.pack)

    @cached_property
    def tables(self) -> frozenset[str]:
        """The world's tables that its target and its references live in."""
        names = {self.operation.target, self.operation.creates} - {""}
        return frozenset({self.pack.entity(name).table for name in names}) | _referred(self.prepared.params, self.pack)

    @cached_property
    def wire(self) -> Wire:
        """The wire form of arguments and results."""
        return Wire(self.prepared)

    @cached_property
    def arguments(self) -> Validator:
        """Validates arguments; the same in both languages."""
        return Validator(self.wire.parameters("en"))

    @cached_property
    def results(self) -> Validator:
        """Validates results."""
        return Validator(self.wire.result("en"))

    @cached_property
    def specs(self) -> dict[Language, ApiSpec]:
        """The spec in each language."""
        return {language: self._spec(language) for language in LANGUAGES}

    def spec(self, language: Language) -> ApiSpec:
        """Give the spec in one language."""
        return self.specs[language]

    def _spec(self, language: Language) -> ApiSpec:
        return ApiSpec(
            name=self.name,
            pack=self.pack.name,
            language=language,
            verb=self.operation.verb,
            effect=self.effect.value,
            description=self.operation.description.say(language),
            parameters=self.wire.parameters(language),
            result=self.wire.result(language),
            faults=tuple(FaultSpec(code=f.code, message=f.message.say(language)) for f in self.prepared.faults),
            examples=tuple(self._example(language, index) for index in range(EXAMPLES)),
        )

    def _example(self, language: Language, index: int) -> dict[str, Any]:
        """Draw arguments; the first example holds what is required, the second everything."""
        rng = seeds.stream(0, "example", self.name, index)
        tables, picks = _NoRows(language), dict[str, int]()
        required_only = index == 0
        names = self.operation.with_fields if self.operation.verb == "update" else ()
        flat = {
            field.name: sampler(field, self.pack)(tables, rng, picks)
            for field in self.prepared.params
            if field.required or not required_only or field.name == (names[0] if names else "")
        }
        return self.wire.encode([flat])

    def check(self) -> None:
        """Derive everything, so that a mistake in the pack shows at load.

        Raises:
            ToolsimError: with file and line.
        """
        self.prepared.check()
        _ = self.wire


def _referred(fields: Iterable[Field], pack: Pack) -> frozenset[str]:
    out: set[str] = set()
    for field in fields:
        if field.kind is Kind.REF:
            out.add(pack.entity(field.of).table)
        out |= _referred((*field.fields, *((field.item,) if field.item else ())), pack)
    return frozenset(out)
