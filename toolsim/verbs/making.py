"""How operations make new rows, and the verb that does only that: create."""

from __future__ import annotations

from typing import Any

from toolsim.base.errors import PackError
from toolsim.base.text import Phrases
from toolsim.taxonomy.declarations import Entity, Field, Kind
from toolsim.taxonomy.rules import Env, Row, Scope
from toolsim.verbs.faults import FaultType
from toolsim.verbs.rows import RowWriter, Setters, assigned, bound_faults
from toolsim.verbs.verb import VERBS, Args, Body, Effect, Subject, Tables, Verb, row_fields


def with_fields(subject: Subject, entity: Entity) -> tuple[Field, ...]:
    """Give the fields named by `with` or `fields` as parameters."""
    out = []
    for name in subject.operation.with_fields:
        field = subject.field_of(entity, name)
        if field.kind is Kind.STATE:
            raise PackError(f"{name!r} is a state and only changes by 'move'", subject.operation.place)
        out.append(field)
    return tuple(out)


def refuse_gaps(subject: Subject, entity: Entity, filled: set[str]) -> None:
    """Refuse an operation that would store rows with empty fields."""
    for field in entity.fields:
        if field.name in filled or field.optional or field.auto is not None or field.kind is Kind.STATE:
            continue
        hint = "name it in 'with' or 'set', or give it 'auto' or 'optional'"
        raise PackError(
            f"{subject.operation.name!r} would leave {field.name!r} of {entity.name} empty", subject.operation.place, hint
        )


def defaults(entity: Entity, skip: set[str]) -> list[tuple[str, Any]]:
    """Give the fields of a new row that have a default, and those defaults."""
    out: list[tuple[str, Any]] = []
    for field in entity.fields:
        if field.name in skip:
            continue
        if field.kind is Kind.STATE:
            out.append((field.name, field.options[0].code if field.auto is None else field.auto))
        elif field.auto is not None:
            out.append((field.name, field.auto))
    return out


def clock(value: Any, tables: Tables) -> Any:
    """Put the world's clock in place of `today` and `now`."""
    if value == "today":
        return tables.now[:10]
    return tables.now if value == "now" else value


class Inserter:
    """Makes the new row of create, reserve, schedule, draft, report."""

    def __init__(self, subject: Subject, entity: Entity, scope: Scope, extra: set[str] | None = None) -> None:
        self.fields = with_fields(subject, entity)
        self.names = [field.name for field in self.fields]
        self.setters = Setters(subject, entity, scope)
        self.writer = RowWriter(entity, subject.pack)
        filled = set(self.names) | self.setters.fields | (extra or set())
        refuse_gaps(subject, entity, filled)
        self.defaults = defaults(entity, filled)

    def insert(self, tables: Tables, args: Args, env: Env, extra: Row | None = None) -> Row:
        """Store the row and what `set` changes beside it."""
        row: Row = {name: args[name] for name in self.names if name in args}
        row |= {name: clock(value, tables) for name, value in self.defaults}
        row |= self.setters.own(tables, env)
        row |= extra or {}
        self.setters.others(tables, env, row)
        return self.writer.insert(tables, row)


def creation_faults(subject: Subject, entity: Entity) -> tuple[FaultType, ...]:
    """Give the faults that making a row may meet."""
    targets = [assigned(subject, entity, assignment) for assignment in subject.operation.sets]
    others = {owner.table: owner for owner, _ in targets if owner is not entity}
    written = [fault for owner in (entity, *others.values()) for fault in RowWriter(owner, subject.pack).fault_types()]
    return (*written, *bound_faults(field for _, field in targets))


class Making(Verb):
    """What verbs share that make a row of their target from `with` and give it back."""

    effect = Effect.WRITE

    def about_row(self, subject: Subject) -> bool:
        return False

    def params(self, subject: Subject) -> tuple[Field, ...]:
        return with_fields(subject, subject.target)

    def result(self, subject: Subject) -> tuple[Field, ...]:
        return row_fields(subject.target)

    def faults(self, subject: Subject) -> tuple[FaultType, ...]:
        return creation_faults(subject, subject.target)


class Create(Making):
    """A new row."""

    name = "create"
    wording = Phrases(
        ("add a new {what} {clauses}", "set up {what} {clauses}"), ("新增{clauses}{what}", "帮我建一个{clauses}{what}")
    )

    def body(self, subject: Subject, scope: Scope) -> Body:
        inserter = Inserter(subject, subject.target, scope)
        return lambda tables, args, env: inserter.insert(tables, args, env)


VERBS.register("create")(Create())
