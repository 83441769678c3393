"""Write rows: whatever an operation stores passes here, so that every row obeys its entity's declaration."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b
from typing import Any

from toolsim.base.errors import PackError, RuleError, near
from toolsim.taxonomy.declarations import NUMERIC, Assignment, Condition, Entity, Field, Kind, Pack
from toolsim.taxonomy.entities import row_scope
from toolsim.taxonomy.rules import Compiled, Env, Row, Scope, compile_rule, type_of_field
from toolsim.verbs import faults
from toolsim.verbs.faults import FaultType, Refusal
from toolsim.verbs.verb import Subject, Tables


def format_key(key_format: str, number: int) -> str:
    """Write a number into a key format: `AC######`, 42 -> `AC000042`."""
    digits = key_format.count("#")
    return key_format[: len(key_format) - digits] + str(number % 10**digits).zfill(digits)


def new_key(tables: Tables, entity: Entity) -> str:
    """Give a key that is free; it depends on the world's seed and content alone."""
    rows = tables.rows(entity.table)
    text = f"{tables.seed}\x1f{entity.table}\x1f{len(rows)}"
    number = int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")
    while (key := format_key(entity.key_format, number)) in rows:
        number += 1
    return key


def normalise(field: Field, value: Any) -> Any:
    """Give a value in the one form in which it is stored: numbers rounded, whole ones whole."""
    if value is None:
        return None
    match field.kind:
        case Kind.NUMBER:
            return round(float(value), field.digits) if field.digits else round(value)
        case Kind.WHOLE | Kind.DURATION:
            return int(value)
    return value


class RowWriter:
    """Inserts and replaces rows of one entity, holding them to `unique`, `must`, min and max."""

    def __init__(self, entity: Entity, pack: Pack) -> None:
        self.entity = entity
        self._unique = [field for field in entity.fields if field.unique]
        scope = row_scope(entity, pack.entities, entity.fields)
        self._must = [(condition, compile_rule(condition.rule, scope).run) for condition in entity.must]

    def fault_types(self) -> tuple[FaultType, ...]:
        """Give the faults that writing may meet."""
        taken = (faults.TAKEN,) if self._unique else ()
        return taken + tuple(FaultType(c.code, c.message) for c in self.entity.must)

    def insert(self, tables: Tables, row: Row) -> Row:
        """Add a row under a new key, and give it with its key."""
        key = new_key(tables, self.entity)
        full = {self.entity.key: key, **{name: value for name, value in row.items() if value is not None}}
        self.hold(tables, key, full)
        tables.insert(self.entity.table, key, full)
        return full

    def replace(self, tables: Tables, row: Row) -> Row:
        """Put a row in place of the one with its key."""
        full = {name: value for name, value in row.items() if value is not None}
        key = full[self.entity.key]
        self.hold(tables, key, full)
        tables.replace(self.entity.table, key, full)
        return full

    def hold(self, tables: Tables, key: str, row: Row) -> None:
        """Refuse a row that breaks its entity's declaration."""
        for field in self._unique:
            value = row.get(field.name)
            for other, there in tables.rows(self.entity.table).items():
                if other != key and value is not None and there.get(field.name) == value:
                    what = field.label.say(tables.language)
                    raise Refusal(faults.TAKEN.make(tables.language, what=what, key=other))
        if self._must:
            env: Env = {**row, "$": tables}
            for condition, run in self._must:
                require(tables, condition, run(env))


def require(tables: Tables, condition: Condition, holds: bool) -> None:
    """Refuse with a condition's message unless it holds."""
    if not holds:
        raise Refusal(FaultType(condition.code, condition.message).make(tables.language))


def bounded(tables: Tables, field: Field, value: Any) -> Any:
    """Normalise a worked-out value and refuse one outside the field's min and max."""
    value = normalise(field, value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        what = field.label.say(tables.language)
        if field.min is not None and value < field.min:
            raise Refusal(faults.TOO_LOW.make(tables.language, what=what, limit=_shown(field.min)))
        if field.max is not None and value > field.max:
            raise Refusal(faults.TOO_HIGH.make(tables.language, what=what, limit=_shown(field.max)))
    return value


def _shown(limit: float) -> str:
    return f"{limit:g}" if abs(limit) < 1e6 else f"{limit:,.0f}"


def assigned(subject: Subject, entity: Entity, assignment: Assignment) -> tuple[Entity, Field]:
    """Find the field that an assignment sets, and the entity that has it.

    Raises:
        PackError: the path leads nowhere.
    """
    head, _, name = assignment.path.partition(".")
    place = assignment.rule.place
    given = {field.name: field for field in subject.operation.given if field.kind is Kind.REF and name}
    known = {**given, **{field.name: field for field in entity.fields}}
    if head not in known:
        raise PackError(f"'set' names {head!r}, which {entity.name} has not", place, near(head, known))
    field = known[head]
    if not name:
        return entity, field
    if field.kind is not Kind.REF:
        raise PackError(f"'set' goes through {head!r}, which is a {field.kind} and no ref", place)
    other = subject.pack.entity(field.of)
    if not other.has(name):
        raise PackError(f"{other.name} has no field {name!r}", place, near(name, [f.name for f in other.fields]))
    return other, other.field(name)


def bound_faults(fields: Iterable[Field]) -> tuple[FaultType, ...]:
    """Give the faults of worked-out values that leave their field's bounds."""
    numbers = [field for field in fields if field.kind in NUMERIC]
    low = (faults.TOO_LOW,) if any(field.min is not None for field in numbers) else ()
    return low + ((faults.TOO_HIGH,) if any(field.max is not None for field in numbers) else ())


class Setters:
    """The `set` of an operation: fields of its row, and of rows that it or a given parameter points to."""

    def __init__(self, subject: Subject, entity: Entity, scope: Scope) -> None:
        self.fields: set[str] = set()
        self._own: list[tuple[Field, Compiled]] = []
        self._other: list[tuple[str, RowWriter, Field, Compiled]] = []
        for assignment in subject.operation.sets:
            self._add(subject, entity, assignment, scope)

    def _add(self, subject: Subject, entity: Entity, assignment: Assignment, scope: Scope) -> None:
        owner, field = assigned(subject, entity, assignment)
        head, _, name = assignment.path.partition(".")
        compiled = _compile(assignment, scope, field)
        if not name:
            self.fields.add(head)
            self._own.append((field, compiled))
        else:
            self._other.append((head, RowWriter(owner, subject.pack), field, compiled))

    def own(self, tables: Tables, env: Env) -> Row:
        """Work out the new fields of the operation's own row."""
        return {field.name: _result(tables, field, compiled, env) for field, compiled in self._own}

    def others(self, tables: Tables, env: Env, row: Row) -> None:
        """Change the rows that the row, or a parameter, points to."""
        changes = [(head, writer, f, _result(tables, f, compiled, env)) for head, writer, f, compiled in self._other]
        for head, writer, field, value in changes:
            key = row.get(head, env.get(head))
            if key is not None:
                there = tables.rows(writer.entity.table)[key]
                writer.replace(tables, {**there, field.name: value})


def _compile(assignment: Assignment, scope: Scope, field: Field) -> Compiled:
    compiled = compile_rule(assignment.rule, scope, type_of_field(field))
    if compiled.type.base == "row":
        raise RuleError(f"{assignment.path!r} takes a key, not a whole row", assignment.rule.place, "name its key field")
    return compiled


def _result(tables: Tables, field: Field, compiled: Compiled, env: Env) -> Any:
    value = compiled.run(env)
    if value is None and not field.optional:
        raise RuleError(f"{field.name} would be empty")
    return bounded(tables, field, value)
