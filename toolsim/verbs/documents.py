"""Verbs that keep what was worked out or written: report, draft, configure."""

from __future__ import annotations

import re
from typing import Any

from toolsim.base.errors import PackError, near
from toolsim.base.text import Language, Phrases, Text
from toolsim.taxonomy.declarations import Entity, Field, Kind
from toolsim.taxonomy.rules import Env, Scope, Type
from toolsim.taxonomy.rules.types import list_of
from toolsim.verbs import faults
from toolsim.verbs.faults import FaultType, Refusal
from toolsim.verbs.filters import Searching, select
from toolsim.verbs.making import Inserter, Making, creation_faults, with_fields
from toolsim.verbs.paths import Getter, resolve, through_value
from toolsim.verbs.rows import RowWriter
from toolsim.verbs.verb import (
    VERBS,
    Args,
    Body,
    Effect,
    Result,
    Subject,
    Tables,
    Verb,
    key_field,
    plain,
    row_fields,
)

SLOT = re.compile(r"\{([\w.]+)\}")


class Report(Searching):
    """An analysis of matching rows, kept as a row of its own."""

    name = "report"
    effect = Effect.WRITE
    wording = Phrases(("draw up a {what} {clauses}", "put together a {what}"), ("出一份{clauses}{what}", "帮我做一份{what}"))

    def searched(self, subject: Subject) -> Entity:
        return subject.pack.entity(subject.operation.about)

    def params(self, subject: Subject) -> tuple[Field, ...]:
        own = with_fields(subject, subject.target)
        names = {field.name for field in own}
        return (*own, *(field for field in self.filter_fields(subject) if field.name not in names))

    def names(self, subject: Subject) -> dict[str, Type]:
        return {"found": list_of(Type("row", entity=subject.operation.about))}

    def result(self, subject: Subject) -> tuple[Field, ...]:
        return row_fields(subject.target)

    def faults(self, subject: Subject) -> tuple[FaultType, ...]:
        return (faults.NOTHING_FOUND, *super().faults(subject), *creation_faults(subject, subject.target))

    def body(self, subject: Subject, scope: Scope) -> Body:
        about, tests = self.searched(subject), self.filters(subject)
        inserter = Inserter(subject, subject.target, scope)

        def run(tables: Tables, args: Args, env: Env) -> Result:
            env["found"] = select(tables, about.table, tests, args)
            if not env["found"]:
                raise Refusal(faults.NOTHING_FOUND.make(tables.language))
            return inserter.insert(tables, args, env)

        return run


class Draft(Making):
    """A text written from a template and kept as a row."""

    name = "draft"
    effect = Effect.WRITE
    wording = Phrases(("write a {what} for me {clauses}", "draft a {what}"), ("帮我写一份{clauses}{what}", "起草一份{what}"))

    def body(self, subject: Subject, scope: Scope) -> Body:
        op = subject.operation
        texts = {name: _Template(subject, text) for name, text in op.text}
        for name in texts:
            field = subject.field_of(subject.target, name)
            if field.kind is not Kind.TEXT:
                raise PackError(f"'text' fills {name!r}, which is a {field.kind}", op.place)
        inserter = Inserter(subject, subject.target, scope, set(texts))

        def run(tables: Tables, args: Args, env: Env) -> Result:
            written = {name: template.fill(tables, args) for name, template in texts.items()}
            return inserter.insert(tables, args, env, written)

        return run


class _Template:
    """A text with `{parameter}` and `{parameter.field}` slots, filled in one pass so that content never acts as a template."""

    def __init__(self, subject: Subject, text: Text) -> None:
        params = {f.name: f for f in (*with_fields(subject, subject.target), *subject.operation.given)}
        self._text = text
        self._slots: dict[str, tuple[str, str, Getter | None, Field]] = {}
        for path in SLOT.findall(text.en + text.zh):
            head, _, rest = path.partition(".")
            if head not in params:
                raise PackError(f"the text has no parameter {head!r}", subject.operation.place, near(head, params))
            field, table, get = params[head], "", None
            if rest and field.kind is Kind.REF:
                entity = subject.pack.entity(field.of)
                found = resolve(subject.pack, entity, rest, subject.operation.place)
                table, get, field = entity.table, found.get, found.field
            elif rest and field.kind is Kind.VALUE:
                found = through_value(field, rest, subject.operation.place)
                get, field = found.get, found.field
            elif rest:
                raise PackError(f"{head!r} is a {field.kind} and has no field {rest!r}", subject.operation.place)
            self._slots[path] = (head, table, get, field)

    def fill(self, tables: Tables, args: Args) -> str:
        """Fill the text in the world's language."""

        def slot(match: re.Match[str]) -> str:
            head, table, get, field = self._slots[match[1]]
            value = args.get(head)
            if get is not None and value is not None:
                value = get(tables, tables.rows(table)[value] if table else args)
            return shown(field, value, tables.language)

        return SLOT.sub(slot, self._text.say(tables.language))


def shown(field: Field, value: Any, language: Language) -> str:
    """Write a value into a text: codes by their label, numbers without idle decimals."""
    match value:
        case None:
            return "—"
        case bool():
            return {"en": ("no", "yes"), "zh": ("否", "是")}[language][value]
        case list():
            inner = field.item if field.item is not None else field
            return ("、" if language == "zh" else ", ").join(shown(inner, item, language) for item in value)
        case float():
            return f"{value:,.{field.digits}f}".rstrip("0").rstrip(".") if field.digits else f"{value:,.0f}"
        case dict():
            return ("，" if language == "zh" else ", ").join(
                shown(inner, value[inner.name], language) for inner in field.fields if inner.name in value
            )
    if field.kind is Kind.DATETIME:
        return str(value).replace("T", " ")
    return field.option(value).label.say(language) if field.options else str(value)


class Configure(Verb):
    """The nested settings of a row, replaced as a whole."""

    name = "configure"
    effect = Effect.WRITE
    wording = Phrases(
        ("set up {what} like this {clauses}", "change the settings of {what}"),
        ("把{what}设置一下{clauses}", "{what}的设置改一下"),
    )

    def _field(self, subject: Subject) -> Field:
        field = subject.field_of(subject.target, subject.operation.path)
        if field.kind is not Kind.VALUE:
            raise PackError(f"{field.name!r} is a {field.kind} and no nested value", subject.operation.place)
        return field

    def params(self, subject: Subject) -> tuple[Field, ...]:
        return (plain(self._field(subject), optional=False),)

    def result(self, subject: Subject) -> tuple[Field, ...]:
        return (key_field(subject.target), plain(self._field(subject), optional=False))

    def faults(self, subject: Subject) -> tuple[FaultType, ...]:
        return RowWriter(subject.target, subject.pack).fault_types()

    def body(self, subject: Subject, scope: Scope) -> Body:
        name, key = self._field(subject).name, subject.target.key
        writer = RowWriter(subject.target, subject.pack)
        if subject.operation.sets:
            raise PackError("'configure' takes no 'set'", subject.operation.place)

        def run(tables: Tables, args: Args, env: Env) -> Result:
            row = writer.replace(tables, {**env["this"], name: args[name]})
            return {key: row[key], name: row[name]}

        return run


for verb in (Report(), Draft(), Configure()):
    VERBS.register(verb.name)(verb)
