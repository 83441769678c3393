"""Verbs that move amounts: adjust, transfer, reserve."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from random import Random

from toolsim.base.errors import PackError, near
from toolsim.base.text import Phrases, Text
from toolsim.taxonomy.declarations import NUMERIC, Entity, Field, Kind
from toolsim.taxonomy.rules import Env, Scope, Type
from toolsim.verbs import faults
from toolsim.verbs.faults import FaultType, Refusal
from toolsim.verbs.making import Inserter, creation_faults, with_fields
from toolsim.verbs.rows import RowWriter, Setters, bounded, normalise
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
    plain,
    row_fields,
)


def _figure(subject: Subject) -> Field:
    """Give the number that is changed; it never falls below zero unless declared so."""
    field = subject.figure()
    return field if field.min is not None else replace(field, min=0)


def _amount(subject: Subject) -> Field:
    """Give the amount parameter, which `given` declares."""
    name = subject.operation.amount
    for field in subject.operation.given:
        if field.name == name and field.kind in NUMERIC:
            return field
    known = [field.name for field in subject.operation.given]
    raise PackError(f"the amount {name!r} is no number in 'given'", subject.operation.place, near(name, known))


class Adjust(Verb):
    """An amount added to, or taken from, a figure of a row."""

    name = "adjust"
    effect = Effect.WRITE
    wording = Phrases(("change {what} {clauses}", "book {amount} on {what}"), ("给{what}调整{amount}", "把{what}改动{amount}"))

    def result(self, subject: Subject) -> tuple[Field, ...]:
        field, op = _figure(subject), subject.operation
        changed = [plain(subject.field_of(subject.target, a.path)) for a in op.sets if "." not in a.path]
        before = plain(
            field, name="previous", label=Text(f"{field.label.en} before", f"调整前的{field.label.zh}"), optional=False
        )
        fields = {f.name: f for f in (key_field(subject.target), *changed, plain(field, optional=False), before)}
        return tuple(fields.values())

    def faults(self, subject: Subject) -> tuple[FaultType, ...]:
        field, amount = _figure(subject), _amount(subject)
        down = subject.operation.subtracts
        both = amount.min is None or amount.min < 0
        low = (faults.TOO_LOW,) if down or both else ()
        high = (faults.TOO_HIGH,) if field.max is not None and (both or not down) else ()
        return (*low, *high, *creation_faults(subject, subject.target))

    def body(self, subject: Subject, scope: Scope) -> Body:
        field, amount, sign = _figure(subject), _amount(subject).name, -1 if subject.operation.subtracts else 1
        setters, writer = Setters(subject, subject.target, scope), RowWriter(subject.target, subject.pack)
        shown = [f.name for f in self.result(subject) if f.name != "previous"]

        def run(tables: Tables, args: Args, env: Env) -> Result:
            this = env["this"]
            previous = this.get(field.name, 0)
            value = bounded(tables, field, previous + sign * args[amount])
            row = {**this, field.name: value}
            env["this"] = row
            row = {**row, **setters.own(tables, env)}
            setters.others(tables, env, row)
            stored = writer.replace(tables, row)
            return {name: stored[name] for name in shown if name in stored} | {"previous": previous}

        return run

    def sample(self, subject: Subject, draw: Sampler) -> Sampler:
        field, amount, down = _figure(subject), _amount(subject), subject.operation.subtracts
        target = subject.target

        def run(tables: Tables, rng: Random) -> Args | None:
            args = draw(tables, rng)
            if args is None:
                return None
            value = tables.rows(target.table)[args[target.key]].get(field.name, 0)
            room = value - (field.min or 0) if down else (field.max - value if field.max is not None else None)
            if room is not None and args[amount.name] > room:
                least = amount.min or 0
                fitted = normalise(amount, least + (room - least) * rng.random())
                if least <= fitted <= room:
                    return {**args, amount.name: fitted}
            return args

        return run

    def faulty(self, subject: Subject, draw: Sampler) -> Iterator[FaultySampler]:
        field, amount, target = _figure(subject), _amount(subject), subject.target
        down = subject.operation.subtracts
        if not down and field.max is None:
            return
        code = faults.TOO_LOW.code if down else faults.TOO_HIGH.code

        def beyond(tables: Tables, rng: Random) -> Args | None:
            args = draw(tables, rng)
            if args is None:
                return None
            value = tables.rows(target.table)[args[target.key]].get(field.name, 0)
            room = value - (field.min or 0) if down else (field.max or 0) - value
            excess = normalise(amount, room + max(1, amount.min or 0))
            return {**args, amount.name: excess} if amount.max is None or excess <= amount.max else None

        yield FaultySampler(code, beyond)


class Transfer(Verb):
    """An amount moved from one row to another of the same kind."""

    name = "transfer"
    effect = Effect.WRITE
    wording = Phrases(
        ("move {amount} from one {what} to another", "shift {amount} over"), ("从一个{what}转{amount}到另一个", "帮我转{amount}")
    )

    def about_row(self, subject: Subject) -> bool:
        return False

    def _keys(self, subject: Subject) -> tuple[str, str]:
        return f"from_{subject.target.key}", f"to_{subject.target.key}"

    def params(self, subject: Subject) -> tuple[Field, ...]:
        target, (source, sink) = subject.target, self._keys(subject)
        gives = Text(f"number of the {target.label.en} that gives", f"转出方的{target.label.zh}编号")
        takes = Text(f"number of the {target.label.en} that takes", f"转入方的{target.label.zh}编号")
        return (key_field(target, source, gives), key_field(target, sink, takes))

    def names(self, subject: Subject) -> dict[str, Type]:
        row = Type("row", entity=subject.target.name)
        return {"this": row, "other": row}

    def result(self, subject: Subject) -> tuple[Field, ...]:
        field = _figure(subject)
        left = Text(f"{field.label.en} left on the giving side", f"转出方剩余{field.label.zh}")
        there = Text(f"{field.label.en} now on the taking side", f"转入方当前{field.label.zh}")
        return (
            *self.params(subject),
            plain(field, name=f"from_{field.name}", label=left, optional=False),
            plain(field, name=f"to_{field.name}", label=there, optional=False),
        )

    def faults(self, subject: Subject) -> tuple[FaultType, ...]:
        high = (faults.TOO_HIGH,) if _figure(subject).max is not None else ()
        return (faults.SAME_ROW, faults.TOO_LOW, *high, *RowWriter(subject.target, subject.pack).fault_types())

    def body(self, subject: Subject, scope: Scope) -> Body:
        field, amount, (source, sink) = _figure(subject), _amount(subject).name, self._keys(subject)
        writer = RowWriter(subject.target, subject.pack)
        if subject.operation.sets:
            raise PackError("'transfer' takes no 'set'", subject.operation.place)

        def run(tables: Tables, args: Args, env: Env) -> Result:
            if args[source] == args[sink]:
                raise Refusal(faults.SAME_ROW.make(tables.language))
            gives, takes = env["this"], env["other"]
            left = bounded(tables, field, gives.get(field.name, 0) - args[amount])
            there = bounded(tables, field, takes.get(field.name, 0) + args[amount])
            writer.replace(tables, {**gives, field.name: left})
            writer.replace(tables, {**takes, field.name: there})
            return {source: args[source], sink: args[sink], f"from_{field.name}": left, f"to_{field.name}": there}

        return run

    def sample(self, subject: Subject, draw: Sampler) -> Sampler:
        field, amount, target = _figure(subject), _amount(subject), subject.target
        source, sink = self._keys(subject)

        def run(tables: Tables, rng: Random) -> Args | None:
            args, keys = draw(tables, rng), list(tables.rows(target.table))
            if args is None or len(keys) < 2:
                return None
            gives, takes = rng.sample(keys, 2)
            room = tables.rows(target.table)[gives].get(field.name, 0) - (field.min or 0)
            wanted = min(args[amount.name], max(amount.min or 0, room * rng.random()))
            return {**args, source: gives, sink: takes, amount.name: normalise(amount, wanted)}

        return run

    def faulty(self, subject: Subject, draw: Sampler) -> Iterator[FaultySampler]:
        source, sink = self._keys(subject)

        def same(tables: Tables, rng: Random) -> Args | None:
            args = draw(tables, rng)
            return {**args, sink: args[source]} if args is not None else None

        yield FaultySampler(faults.SAME_ROW.code, same)


class Reserve(Verb):
    """A new row that takes units from what another row has left."""

    name = "reserve"
    effect = Effect.WRITE
    wording = Phrases(("book {what} {clauses}", "reserve {what} for me"), ("预订{clauses}{what}", "帮我订{what}"))

    def about_row(self, subject: Subject) -> bool:
        return False

    def _created(self, subject: Subject) -> Entity:
        return subject.pack.entity(subject.operation.creates)

    def _ref(self, subject: Subject) -> Field:
        """Give the parameter that points to the row that has units left."""
        for field in (*with_fields(subject, self._created(subject)), *subject.operation.given):
            if field.kind is Kind.REF and field.of == subject.target.name:
                return field
        raise PackError(f"'with' names no ref to {subject.target.name}", subject.operation.place)

    def _units(self, subject: Subject) -> Field | None:
        name = subject.operation.units
        if not name:
            return None
        for field in (*with_fields(subject, self._created(subject)), *subject.operation.given):
            if field.name == name and field.kind in NUMERIC:
                return field
        raise PackError(f"'units' names {name!r}, which is no number in 'with' or 'given'", subject.operation.place)

    def params(self, subject: Subject) -> tuple[Field, ...]:
        return with_fields(subject, self._created(subject))

    def result(self, subject: Subject) -> tuple[Field, ...]:
        label = Text("how many are left afterwards", "预订后的剩余数量")
        remaining = plain(_figure(subject), name="remaining", label=label, optional=False)
        return (*row_fields(self._created(subject)), remaining)

    def faults(self, subject: Subject) -> tuple[FaultType, ...]:
        return (faults.SOLD_OUT, *creation_faults(subject, self._created(subject)))

    def body(self, subject: Subject, scope: Scope) -> Body:
        field, ref, units = _figure(subject), self._ref(subject).name, self._units(subject)
        units_name = units.name if units else ""
        table, least = subject.target.table, field.min or 0
        keeper = RowWriter(subject.target, subject.pack)
        inserter = Inserter(subject, self._created(subject), scope)

        def run(tables: Tables, args: Args, env: Env) -> Result:
            row = tables.rows(table)[args[ref]]
            left = row.get(field.name, 0) - (args.get(units_name, 1) if units_name else 1)
            if left < least:
                raise Refusal(faults.SOLD_OUT.make(tables.language, left=f"{row.get(field.name, 0) - least:g}"))
            left = normalise(field, left)
            keeper.replace(tables, {**row, field.name: left})
            return {**inserter.insert(tables, args, env), "remaining": left}

        return run

    def sample(self, subject: Subject, draw: Sampler) -> Sampler:
        field, ref, units, table = _figure(subject), self._ref(subject).name, self._units(subject), subject.target.table

        def run(tables: Tables, rng: Random) -> Args | None:
            args = draw(tables, rng)
            least = (units.min or 1) if units else 1
            open_keys = [key for key, row in tables.rows(table).items() if row.get(field.name, 0) - (field.min or 0) >= least]
            if args is None or not open_keys:
                return None
            key = rng.choice(open_keys)
            out = {**args, ref: key}
            if units is not None:
                room = tables.rows(table)[key].get(field.name, 0) - (field.min or 0)
                out[units.name] = normalise(units, min(args.get(units.name, least), room))
            return out

        return run

    def faulty(self, subject: Subject, draw: Sampler) -> Iterator[FaultySampler]:
        field, ref, units, table = _figure(subject), self._ref(subject).name, self._units(subject), subject.target.table

        def short(tables: Tables, rng: Random) -> Args | None:
            args = draw(tables, rng)
            for key, row in tables.rows(table).items():
                room = row.get(field.name, 0) - (field.min or 0)
                if args is None:
                    return None
                if units is None and room < 1:
                    return {**args, ref: key}
                if units is not None and (units.max is None or room + 1 <= units.max) and room + 1 >= (units.min or 0):
                    return {**args, ref: key, units.name: normalise(units, room + 1)}
            return None

        yield FaultySampler(faults.SOLD_OUT.code, short)


for verb in (Adjust(), Transfer(), Reserve()):
    VERBS.register(verb.name)(verb)
