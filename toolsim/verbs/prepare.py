"""Prepare an operation: everything that follows from its declaration, compiled once and shared by all worlds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import Any

from toolsim.base.errors import PackError, RuleError
from toolsim.taxonomy.declarations import Field, Kind, Operation, Pack
from toolsim.taxonomy.rules import Env, Scope, Type, type_of_field
from toolsim.taxonomy.rules.functions import moment
from toolsim.taxonomy.rules.types import FLAG
from toolsim.verbs import agenda, amounts, calling, changing, documents, faults, figures, making, reading, series, thinking
from toolsim.verbs.faults import FaultType, Refusal
from toolsim.verbs.making import clock
from toolsim.verbs.rows import format_key, normalise, require
from toolsim.verbs.sampling import sampler
from toolsim.verbs.verb import VERBS, Args, Effect, FaultySampler, Result, Sampler, Subject, Tables, Verb, key_field

FAMILIES = (agenda, amounts, calling, changing, documents, figures, making, reading, series, thinking)
"""The modules that register the built-in verbs."""

Change = Callable[[Tables, Any], Any]


@dataclass(frozen=True)
class Prepared:
    """An operation, ready to run."""

    operation: Operation
    pack: Pack
    verb: Verb

    @cached_property
    def subject(self) -> Subject:
        """The operation with its pack."""
        return Subject(self.operation, self.pack)

    @property
    def effect(self) -> Effect:
        """READ or WRITE."""
        return Effect.WRITE if self.operation.writes else self.verb.effect

    @cached_property
    def params(self) -> tuple[Field, ...]:
        """All parameters, flat: the key, the verb's own, those given."""
        key = (key_field(self.subject.target),) if self.verb.about_row(self.subject) else ()
        out = (*key, *self.verb.params(self.subject), *self.operation.given)
        _refuse_doubles(self.operation, out, "parameter")
        return out

    @cached_property
    def result(self) -> tuple[Field, ...]:
        """The fields of the result."""
        out = self.verb.result(self.subject)
        _refuse_doubles(self.operation, out, "result")
        return out

    @cached_property
    def faults(self) -> tuple[FaultType, ...]:
        """Every fault that a valid call may meet."""
        refs = (faults.NOT_FOUND,) if any(_has_ref(field) for field in self.params) else ()
        guards = () if self.operation.verb == "check" else tuple(FaultType(g.code, g.message) for g in self.operation.guards)
        ruled = (faults.NOT_COMPUTABLE,) if self._rules else ()
        every = (*refs, *guards, *self.verb.faults(self.subject), *ruled)
        return tuple({fault.code: fault for fault in every}.values())

    @property
    def _rules(self) -> bool:
        return bool(self.operation.gives or self.operation.sets)

    @cached_property
    def scope(self) -> Scope:
        """The names that the operation's rules may use."""
        names = {field.name: type_of_field(field) for field in self.params}
        if self.verb.about_row(self.subject):
            names["this"] = Type("row", entity=self.operation.target)
        return self.subject.scope({**names, **self.verb.names(self.subject)})

    @cached_property
    def run(self) -> Callable[[Tables, Args], Result]:
        """Compile the behaviour: flat valid arguments in, result out.

        The function raises Refusal when the API says no; whoever calls it takes back what was written until then.
        """
        about = self.verb.about_row(self.subject)
        target = self.subject.target if self.operation.target else None
        key, table = (target.key, target.table) if target else ("", "")
        defaults = [(f.name, f.auto) for f in self.params if f.auto is not None]
        changes = [(f.name, change) for f in self.params if (change := _change(f, self.pack)) is not None]
        guards = self._guards()
        body = self.verb.body(self.subject, self.scope)
        other = self.operation.verb == "transfer"

        def run(tables: Tables, given: Args) -> Result:
            args = dict(given)
            for name, value in defaults:
                if name not in args:
                    args[name] = clock(value, tables)
            for name, change in changes:
                if name in args:
                    args[name] = change(tables, args[name])
            env: Env = dict(args)
            env["$"] = tables
            if about:
                env["this"] = tables.rows(table)[args[key]]
            elif other:
                env["this"] = tables.rows(table)[args[f"from_{key}"]]
                env["other"] = tables.rows(table)[args[f"to_{key}"]]
            try:
                for condition, holds in guards:
                    require(tables, condition, holds(env))
                return body(tables, args, env)
            except RuleError as error:
                raise Refusal(faults.NOT_COMPUTABLE.make(tables.language, why=error.message)) from None

        return run

    def _guards(self) -> list[tuple[Any, Callable[[Env], Any]]]:
        if self.operation.verb == "check":
            return []
        return [(guard, self.subject.compile(guard.rule, self.scope, FLAG).run) for guard in self.operation.guards]

    @cached_property
    def draw(self) -> Sampler:
        """Draw arguments that will likely do: valid by schema, and fitted to the rows that are there."""
        return self.verb.sample(self.subject, self.draw_any)

    @cached_property
    def draw_any(self) -> Sampler:
        """Draw arguments that are valid by schema, whatever the rows that are there."""
        drawn = [(f.name, sampler(f, self.pack), f.required) for f in self.params]

        def draw(tables: Tables, rng: Random) -> Args:
            picks: dict[str, int] = {}
            return {name: value(tables, rng, picks) for name, value, required in drawn if required or rng.random() < 0.5}

        return draw

    @cached_property
    def faulty(self) -> tuple[FaultySampler, ...]:
        """Samplers of arguments that are valid by schema and must be refused."""
        own = tuple(self.verb.faulty(self.subject, self.draw_any))
        refs = tuple(
            FaultySampler(faults.NOT_FOUND.code, _unknown(f, self.draw_any, self.pack)) for f in self.params if f.kind is Kind.REF
        )
        return own + refs

    def check(self) -> None:
        """Compile everything, so that a mistake in the pack shows at load.

        Raises:
            ToolsimError: with file and line.
        """
        _ = self.result, self.faults, self.run, self.faulty, self.draw
        for field in self.params:
            if field.name in ("this", "other", "found", "rows", "now", "today"):
                raise PackError(f"a parameter may not be named {field.name!r}", self.operation.place)


def prepare(operation: Operation, pack: Pack) -> Prepared:
    """Prepare an operation; its parts are compiled when first needed."""
    return Prepared(operation, pack, VERBS.get(operation.verb))


def _refuse_doubles(operation: Operation, fields: tuple[Field, ...], what: str) -> None:
    seen: set[str] = set()
    for field in fields:
        if field.name in seen:
            raise PackError(f"{operation.name!r} has the {what} {field.name!r} twice", operation.place)
        seen.add(field.name)


def _has_ref(field: Field) -> bool:
    inner = (*field.fields, *((field.item,) if field.item else ()))
    return field.kind is Kind.REF or any(_has_ref(f) for f in inner)


def _change(field: Field, pack: Pack) -> Change | None:
    """Compile what turns an argument into the stored form and refuses references to nothing; None where nothing is to do."""
    match field.kind:
        case Kind.NUMBER:
            return lambda tables, value: normalise(field, value)
        case Kind.WHOLE | Kind.DURATION:
            return lambda tables, value: int(value)
        case Kind.DATETIME:
            return _moment
        case Kind.REF:
            return _existing(field, pack)
        case Kind.LIST:
            assert field.item is not None
            each = _change(field.item, pack)
            return None if each is None else lambda tables, values: [each(tables, value) for value in values]
        case Kind.VALUE:
            return _inner(field, pack)
    return None


def _moment(tables: Tables, value: str) -> str:
    try:
        moment(value)
    except RuleError as error:
        raise Refusal(faults.INVALID.make(tables.language, why=error.message)) from None
    return value


def _existing(field: Field, pack: Pack) -> Change:
    entity = pack.entity(field.of)
    table, label = entity.table, entity.label

    def existing(tables: Tables, key: str) -> str:
        if key not in tables.rows(table):
            raise Refusal(faults.NOT_FOUND.make(tables.language, what=label.say(tables.language), key=key))
        return key

    return existing


def _inner(field: Field, pack: Pack) -> Change | None:
    changes = [(f.name, inner) for f in field.fields if (inner := _change(f, pack)) is not None]
    defaults = [(f.name, f.auto) for f in field.fields if f.auto is not None]
    if not changes and not defaults:
        return None

    def change(tables: Tables, value: dict[str, Any]) -> dict[str, Any]:
        out = dict(value)
        for name, auto in defaults:
            if name not in out:
                out[name] = clock(auto, tables)
        for name, inner in changes:
            if name in out:
                out[name] = inner(tables, out[name])
        return out

    return change


def _unknown(field: Field, draw: Sampler, pack: Pack) -> Sampler:
    """Draw arguments of which one names a row that is not there."""
    table = pack.entity(field.of).table

    def run(tables: Tables, rng: Random) -> Args | None:
        args = draw(tables, rng)
        if args is None:
            return None
        number = rng.randrange(10**8)
        while (key := format_key(field.key_format, number)) in tables.rows(table):
            number += 1
        return {**args, field.name: key}

    return run
