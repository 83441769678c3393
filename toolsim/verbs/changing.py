"""Verbs that change rows: update, delete, link, move."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from toolsim.base.errors import PackError, near
from toolsim.base.text import Phrases, Text
from toolsim.taxonomy.declarations import Entity, Field, Kind
from toolsim.taxonomy.rules import Env, Scope
from toolsim.verbs import faults
from toolsim.verbs.faults import FaultType, Refusal
from toolsim.verbs.making import creation_faults, with_fields
from toolsim.verbs.rows import RowWriter, Setters
from toolsim.verbs.verb import (
    VERBS,
    Args,
    Body,
    Effect,
    FaultySampler,
    Result,
    Sampler,
    Subject,
    Tables,
    Verb,
    key_field,
    make,
    plain,
    row_fields,
)


class Update(Verb):
    """New values for some fields of a row."""

    name = "update"
    effect = Effect.WRITE
    wording = Phrases(("change {what} {clauses}", "update {what}"), ("改一下{what}", "把{what}更新一下"))

    def params(self, subject: Subject) -> tuple[Field, ...]:
        fields = with_fields(subject, subject.target)
        if len(fields) == 1:
            return (plain(fields[0], optional=False),)
        return tuple(plain(field, optional=True) for field in fields)

    def result(self, subject: Subject) -> tuple[Field, ...]:
        return row_fields(subject.target)

    def faults(self, subject: Subject) -> tuple[FaultType, ...]:
        return creation_faults(subject, subject.target)

    def body(self, subject: Subject, scope: Scope) -> Body:
        names = [field.name for field in with_fields(subject, subject.target)]
        setters, writer = Setters(subject, subject.target, scope), RowWriter(subject.target, subject.pack)

        def run(tables: Tables, args: Args, env: Env) -> Result:
            changes = {name: args[name] for name in names if name in args}
            row = {**env["this"], **changes, **setters.own(tables, env)}
            setters.others(tables, env, row)
            return writer.replace(tables, row)

        return run

    def sample(self, subject: Subject, draw: Sampler) -> Sampler:
        names = [field.name for field in with_fields(subject, subject.target)]

        def run(tables: Tables, rng: Random) -> Args | None:
            args = draw(tables, rng)
            while args is not None and not any(name in args for name in names):
                args = draw(tables, rng)
            return args

        return run


class Delete(Verb):
    """A row taken away, unless others need it."""

    name = "delete"
    effect = Effect.WRITE
    wording = Phrases(("delete {what}", "get rid of {what}"), ("删掉{what}", "{what}不要了，删了吧"))

    def _dependents(self, subject: Subject) -> list[tuple[Entity, Field]]:
        target = subject.target.name
        return [
            (entity, field)
            for entity in subject.pack.entities.values()
            for field in entity.fields
            if (field.kind is Kind.REF and field.of == target and not field.optional)
            or (field.item is not None and field.item.of == target)
        ]

    def result(self, subject: Subject) -> tuple[Field, ...]:
        done = make("deleted", Kind.FLAG, Text("whether it is gone", "是否已删除"))
        return (key_field(subject.target), done)

    def faults(self, subject: Subject) -> tuple[FaultType, ...]:
        return (faults.IN_USE,) if self._dependents(subject) else ()

    def body(self, subject: Subject, scope: Scope) -> Body:
        target = subject.target
        dependents = self._dependents(subject)
        loose = [
            (entity.table, field.name)
            for entity in subject.pack.entities.values()
            for field in entity.fields
            if field.kind is Kind.REF and field.of == target.name and field.optional
        ]

        def run(tables: Tables, args: Args, env: Env) -> Result:
            key = args[target.key]
            for entity, field in dependents:
                count = sum(_points(row.get(field.name), key) for row in tables.rows(entity.table).values())
                if count:
                    what = entity.label.say(tables.language)
                    raise Refusal(faults.IN_USE.make(tables.language, count=count, what=what))
            for table, name in loose:
                _loosen(tables, table, name, key)
            tables.remove(target.table, key)
            return {target.key: key, "deleted": True}

        return run

    def sample(self, subject: Subject, draw: Sampler) -> Sampler:
        return self._drawing(subject, draw, needed=False)

    def faulty(self, subject: Subject, draw: Sampler) -> Iterator[FaultySampler]:
        if self._dependents(subject):
            yield FaultySampler(faults.IN_USE.code, self._drawing(subject, draw, needed=True))

    def _drawing(self, subject: Subject, draw: Sampler, needed: bool) -> Sampler:
        target, dependents = subject.target, [(e.table, f.name) for e, f in self._dependents(subject)]

        def run(tables: Tables, rng: Random) -> Args | None:
            args = draw(tables, rng)
            held: set[Any] = set()
            for table, name in dependents:
                for row in tables.rows(table).values():
                    value = row.get(name)
                    held.update(value if isinstance(value, list) else [value])
            keys = [key for key in tables.rows(target.table) if (key in held) == needed]
            return {**args, target.key: rng.choice(keys)} if args is not None and keys else None

        return run


def _points(value: Any, key: str) -> bool:
    return bool(value == key or (isinstance(value, list) and key in value))


def _loosen(tables: Tables, table: str, name: str, key: str) -> None:
    """Take an optional reference to a deleted row away."""
    for other, row in list(tables.rows(table).items()):
        if row.get(name) == key:
            tables.replace(table, other, {n: v for n, v in row.items() if n != name})


class Link(Verb):
    """A row put on, or taken off, another row's list."""

    name = "link"
    effect = Effect.WRITE
    wording = Phrases(("put it on the list of {what}", "add it to {what}"), ("加到{what}里", "把它和{what}关联起来"))

    def _field(self, subject: Subject) -> Field:
        field = subject.field_of(subject.target, subject.operation.path)
        if field.kind is not Kind.LIST or field.item is None or field.item.kind is not Kind.REF:
            raise PackError(f"{field.name!r} is no list of refs", subject.operation.place)
        return field

    def _param(self, subject: Subject) -> str:
        item = self._field(subject).item
        assert item is not None
        return subject.operation.as_name or item.of

    def params(self, subject: Subject) -> tuple[Field, ...]:
        item = self._field(subject).item
        assert item is not None
        return (plain(item, name=self._param(subject)),)

    def result(self, subject: Subject) -> tuple[Field, ...]:
        count = make("count", Kind.WHOLE, Text("how many are on the list now", "列表中现有数量"), min=0)
        return (key_field(subject.target), count, plain(self._field(subject), optional=False, min=0))

    def faults(self, subject: Subject) -> tuple[FaultType, ...]:
        field = self._field(subject)
        setting = creation_faults(subject, subject.target)
        if subject.operation.off:
            return (faults.NOT_LINKED, *((faults.LIST_SHORT,) if field.min else ()), *setting)
        return (faults.ALREADY_LINKED, *((faults.LIST_FULL,) if field.max is not None else ()), *setting)

    def body(self, subject: Subject, scope: Scope) -> Body:
        op, target, field, param = subject.operation, subject.target, self._field(subject), self._param(subject)
        if op.sets:
            raise PackError("'link' takes no 'set'", op.place)
        writer = RowWriter(target, subject.pack)

        def run(tables: Tables, args: Args, env: Env) -> Result:
            this, key = env["this"], args[param]
            there = list(this.get(field.name) or ())
            if (key in there) != op.off:
                wrong = faults.NOT_LINKED if op.off else faults.ALREADY_LINKED
                raise Refusal(wrong.make(tables.language, key=key))
            if op.off:
                there.remove(key)
            else:
                there.append(key)
            _hold_length(tables, field, len(there), op.off)
            writer.replace(tables, {**this, field.name: there})
            return {target.key: this[target.key], "count": len(there), field.name: there}

        return run

    def sample(self, subject: Subject, draw: Sampler) -> Sampler:
        return self._drawing(subject, draw, subject.operation.off)

    def faulty(self, subject: Subject, draw: Sampler) -> Iterator[FaultySampler]:
        code = (faults.NOT_LINKED if subject.operation.off else faults.ALREADY_LINKED).code
        yield FaultySampler(code, self._drawing(subject, draw, not subject.operation.off))

    def _drawing(self, subject: Subject, draw: Sampler, on_list: bool) -> Sampler:
        target, field, param = subject.target, self._field(subject), self._param(subject)
        assert field.item is not None
        other = subject.pack.entity(field.item.of).table

        def run(tables: Tables, rng: Random) -> Args | None:
            args = draw(tables, rng)
            rows = list(tables.rows(target.table).values())
            if args is None or not rows:
                return None
            this = rng.choice(rows)
            there = this.get(field.name) or []
            keys = [key for key in tables.rows(other) if (key in there) == on_list]
            return {**args, target.key: this[target.key], param: rng.choice(keys)} if keys else None

        return run


def _hold_length(tables: Tables, field: Field, length: int, off: bool) -> None:
    if off and field.min is not None and length < field.min:
        raise Refusal(faults.LIST_SHORT.make(tables.language, limit=int(field.min)))
    if not off and field.max is not None and length > field.max:
        raise Refusal(faults.LIST_FULL.make(tables.language, limit=int(field.max)))


class Move(Verb):
    """A step in a row's lifecycle."""

    name = "move"
    effect = Effect.WRITE
    wording = Phrases(
        ("set {what} to its next step", "change the status of {what}"), ("把{what}的状态改一下", "更新一下{what}的状态")
    )

    def _field(self, subject: Subject) -> Field:
        field = subject.field_of(subject.target, subject.operation.path)
        if field.kind is not Kind.STATE:
            raise PackError(f"{field.name!r} is a {field.kind} and no state", subject.operation.place)
        to = subject.operation.to
        if to not in field.codes:
            raise PackError(f"there is no state {to!r}", subject.operation.place, near(to, field.codes))
        if not self._from(subject, field):
            raise PackError(f"no state leads to {to!r}", subject.operation.place)
        return field

    def _from(self, subject: Subject, field: Field) -> set[str]:
        return {option.code for option in field.options if subject.operation.to in option.leads_to}

    def result(self, subject: Subject) -> tuple[Field, ...]:
        field = self._field(subject)
        return (*row_fields(subject.target), plain(field, name="previous", label=Text("status before", "之前的状态")))

    def faults(self, subject: Subject) -> tuple[FaultType, ...]:
        return (faults.WRONG_STATE, *creation_faults(subject, subject.target))

    def body(self, subject: Subject, scope: Scope) -> Body:
        op, field = subject.operation, self._field(subject)
        name, sources = field.name, self._from(subject, field)
        setters, writer = Setters(subject, subject.target, scope), RowWriter(subject.target, subject.pack)

        def run(tables: Tables, args: Args, env: Env) -> Result:
            this = env["this"]
            previous = this[name]
            if previous not in sources:
                state = field.option(previous).label.say(tables.language)
                raise Refusal(faults.WRONG_STATE.make(tables.language, state=state))
            row = {**this, name: op.to, **setters.own(tables, env)}
            setters.others(tables, env, row)
            return {**writer.replace(tables, row), "previous": previous}

        return run

    def sample(self, subject: Subject, draw: Sampler) -> Sampler:
        return self._drawing(subject, draw, right=True)

    def faulty(self, subject: Subject, draw: Sampler) -> Iterator[FaultySampler]:
        yield FaultySampler(faults.WRONG_STATE.code, self._drawing(subject, draw, right=False))

    def _drawing(self, subject: Subject, draw: Sampler, right: bool) -> Sampler:
        target, field = subject.target, self._field(subject)
        sources = self._from(subject, field)

        def run(tables: Tables, rng: Random) -> Args | None:
            args = draw(tables, rng)
            keys = [key for key, row in tables.rows(target.table).items() if (row[field.name] in sources) == right]
            return {**args, target.key: rng.choice(keys)} if args is not None and keys else None

        return run


for verb in (Update(), Delete(), Link(), Move()):
    VERBS.register(verb.name)(verb)
