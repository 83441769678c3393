"""What every verb is: parameters, result, faults, behaviour, samplers and wording of one kind of operation."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from random import Random
from typing import Any, Protocol

from toolsim.base.errors import PackError, Place
from toolsim.base.registry import Registry
from toolsim.base.text import Language, Phrases, Text
from toolsim.taxonomy.declarations import NUMERIC, Entity, Field, Kind, Operation, Option, Pack, Rule
from toolsim.taxonomy.reader import at
from toolsim.taxonomy.rules import Compiled, Env, Row, Rows, Scope, Type, compile_rule, type_of_field
from toolsim.verbs.faults import FaultType

Args = dict[str, Any]
"""Flat arguments by canonical name."""

Result = dict[str, Any]
"""Result by canonical name."""


class Effect(StrEnum):
    """Whether an operation may change the world."""

    READ = "READ"
    WRITE = "WRITE"


class Tables(Rows, Protocol):
    """What an operation may read and change."""

    language: Language
    seed: int

    def insert(self, table: str, key: str, row: Row) -> None:
        """Add a row."""
        ...

    def replace(self, table: str, key: str, row: Row) -> None:
        """Put a new row in place of an old one."""
        ...

    def remove(self, table: str, key: str) -> None:
        """Take a row away."""
        ...


Body = Callable[[Tables, Args, Env], Result]
Sampler = Callable[[Tables, Random], Args | None]
"""Draws arguments; None when the world offers none."""


@dataclass(frozen=True, slots=True)
class FaultySampler:
    """Draws arguments that one fault must answer."""

    code: str
    draw: Sampler


@dataclass(frozen=True, slots=True)
class Subject:
    """An operation with its pack: what a verb works from."""

    operation: Operation
    pack: Pack

    @property
    def target(self) -> Entity:
        """The entity that the operation is about."""
        return self.pack.entity(self.operation.target)

    def scope(self, names: dict[str, Type]) -> Scope:
        """Make a rule scope."""
        return Scope(names, self.pack.entities)

    def compile(self, rule: Rule, scope: Scope, expected: Type | None = None) -> Compiled:
        """Compile a rule of the operation."""
        return compile_rule(rule, scope, expected)

    def field_of(self, entity: Entity, name: str) -> Field:
        """Look a field up, saying where the operation stands when there is none."""
        with at(self.operation.place):
            return entity.field(name)

    def figure(self) -> Field:
        """Look up the field of the target that the operation's path names, which must be a number.

        Raises:
            PackError: it is something else.
        """
        field = self.field_of(self.target, self.operation.path)
        if field.kind not in NUMERIC:
            raise PackError(f"{field.name!r} is a {field.kind} and no number", self.operation.place)
        return field


class Verb(ABC):
    """The semantics of one verb. Stateless: everything about an operation comes in as its subject."""

    name: str
    effect: Effect
    wording: Phrases
    """Requests for an operation that brings none; `{what}` is the entity or the operation's subject."""

    def about_row(self, subject: Subject) -> bool:
        """Tell whether the first parameter is the key of a row, `this` in rules."""
        return bool(subject.operation.target)

    def params(self, subject: Subject) -> tuple[Field, ...]:
        """Give the parameters, beside the key and those in `given`."""
        return ()

    @abstractmethod
    def result(self, subject: Subject) -> tuple[Field, ...]:
        """Give the fields of the result."""

    def faults(self, subject: Subject) -> tuple[FaultType, ...]:
        """Give the faults of the verb itself."""
        return ()

    @abstractmethod
    def body(self, subject: Subject, scope: Scope) -> Body:
        """Compile the behaviour."""

    def sample(self, subject: Subject, draw: Sampler) -> Sampler:
        """Refine `draw`, which fills all parameters at random, to arguments that will likely do."""
        return draw

    def faulty(self, subject: Subject, draw: Sampler) -> Iterator[FaultySampler]:
        """Give samplers of arguments that the verb's own faults answer."""
        return iter(())

    def names(self, subject: Subject) -> dict[str, Type]:
        """Give further names for rules."""
        return {}


VERBS: Registry[Verb] = Registry("verbs")

_NOWHERE = Place("", 0)


def make(name: str, kind: Kind, label: Text, **options: Any) -> Field:
    """Make a field that no pack declares."""
    return Field(name, kind, label, options.pop("place", _NOWHERE), **options)


def enum(name: str, label: Text, options: tuple[Option, ...], **more: Any) -> Field:
    """Make an enum field."""
    return make(name, Kind.ENUM, label, options=options, **more)


def group(name: str, label: Text, fields: tuple[Field, ...], **more: Any) -> Field:
    """Make a nameless value."""
    return make(name, Kind.VALUE, label, fields=fields, **more)


def items(name: str, label: Text, fields: tuple[Field, ...]) -> Field:
    """Make a list of nameless values."""
    return make(name, Kind.LIST, label, item=group(name, label, fields))


def key_field(entity: Entity, name: str = "", label: Text | None = None) -> Field:
    """Make the field that holds an entity's key."""
    text = label or Text(f"number of the {entity.label.en}", f"{entity.label.zh}编号")
    return make(name or entity.key, Kind.REF, text, of=entity.name, key_format=entity.key_format)


def row_fields(entity: Entity) -> tuple[Field, ...]:
    """Give the fields of a whole row as results: the key first."""
    return (key_field(entity), *(plain(field) for field in entity.fields))


def plain(field: Field, **changes: Any) -> Field:
    """Strip a field of its default, as results and filters need."""
    return replace(field, auto=None, **changes)


def type_of(field: Field) -> Type:
    """Give a field's type in rules."""
    return type_of_field(field)
