"""Verbs that look rows up: get, find."""

from __future__ import annotations

from collections.abc import Callable

from toolsim.base.errors import PackError
from toolsim.base.text import Phrases, Text
from toolsim.taxonomy.declarations import ORDERED, Entity, Field, Kind, Option
from toolsim.taxonomy.rules import Env, Row, Scope
from toolsim.verbs.filters import Searching, select
from toolsim.verbs.paths import Path, resolve
from toolsim.verbs.verb import (
    VERBS,
    Args,
    Body,
    Effect,
    Result,
    Subject,
    Tables,
    Verb,
    enum,
    items,
    key_field,
    make,
    plain,
    row_fields,
)


def shown(subject: Subject, entity: Entity) -> list[tuple[Field, Path]]:
    """Give the result fields of a row and how each is read: all of them, or those that `show` names."""
    op = subject.operation
    out = [(key_field(entity), resolve(subject.pack, entity, entity.key, op.place))]
    for path in op.show or tuple(field.name for field in entity.fields):
        found = resolve(subject.pack, entity, path, op.place)
        field = plain(found.field, name=path.replace(".", "_"), optional=found.optional)
        out.append((field, found))
    return out


def reader(subject: Subject, entity: Entity) -> Callable[[Tables, Row], Result]:
    """Compile what makes a result of a row."""
    if not subject.operation.show:
        return lambda tables, row: row
    parts = [(field.name, path.get) for field, path in shown(subject, entity)]

    def read(tables: Tables, row: Row) -> Result:
        values = ((name, get(tables, row)) for name, get in parts)
        return {name: value for name, value in values if value is not None}

    return read


LIMIT = make(
    "limit",
    Kind.WHOLE,
    Text("how many to return at most", "最多返回的条数"),
    min=1,
    max=50,
    auto=10,
    say=Phrases(("at most {} of them",), ("最多{}条",)),
)


class Get(Verb):
    """One row, with the rows that point to it on demand."""

    name = "get"
    effect = Effect.READ
    wording = Phrases(("show me {what}", "what do we have on {what}"), ("看一下{what}", "{what}是什么情况"))

    def _children(self, subject: Subject) -> dict[str, tuple[Entity, str]]:
        """Find for each `also` entity the ref that points here."""
        out = {}
        for name in subject.operation.also:
            entity = subject.pack.entity(name)
            ref = next((f for f in entity.fields if f.kind is Kind.REF and f.of == subject.target.name), None)
            if ref is None:
                raise PackError(f"'also' names {name!r}, which has no ref to {subject.target.name}", subject.operation.place)
            out[name] = (entity, ref.name)
        return out

    def params(self, subject: Subject) -> tuple[Field, ...]:
        children = self._children(subject)
        if not children:
            return ()
        options = tuple(Option(name, entity.label) for name, (entity, _) in children.items())
        label = Text("related records to return too", "需要一并返回的关联记录")
        return (
            make(
                "include", Kind.MANY, label, options=options, optional=True, say=Phrases(("along with the {}",), ("连{}一起看",))
            ),
        )

    def result(self, subject: Subject) -> tuple[Field, ...]:
        related = tuple(
            plain(items(name, entity.label, row_fields(entity)), optional=True)
            for name, (entity, _) in self._children(subject).items()
        )
        own = tuple(field for field, _ in shown(subject, subject.target))
        taken = {field.name for field in own}
        for field in related:
            if field.name in taken:
                raise PackError(f"'also' {field.name!r} has the name of a field of the row", subject.operation.place)
        return own + related

    def body(self, subject: Subject, scope: Scope) -> Body:
        read = reader(subject, subject.target)
        children = {name: (entity.table, ref) for name, (entity, ref) in self._children(subject).items()}
        key = subject.target.key
        if not children:
            return lambda tables, args, env: read(tables, env["this"])

        def run(tables: Tables, args: Args, env: Env) -> Result:
            this = env["this"]
            out = dict(read(tables, this))
            for name in args.get("include", ()):
                table, ref = children[name]
                out[name] = [row for row in tables.rows(table).values() if row.get(ref) == this[key]]
            return out

        return run


class Find(Searching):
    """Rows that meet conditions."""

    name = "find"
    effect = Effect.READ
    wording = Phrases(
        ("find {what} {clauses}", "is there any {what} {clauses}"), ("找一下{clauses}{what}", "有没有{clauses}{what}")
    )

    def params(self, subject: Subject) -> tuple[Field, ...]:
        out = [*self.filter_fields(subject)]
        sort = subject.operation.sort
        if sort:
            options = []
            for name in sort:
                field = subject.field_of(subject.target, name)
                if field.kind not in ORDERED:
                    raise PackError(f"'sort' names {name!r}, which has no order", subject.operation.place)
                options.append(Option(name, field.label))
            out.append(
                enum(
                    "sort_by",
                    Text("field to sort by", "排序字段"),
                    tuple(options),
                    optional=True,
                    say=Phrases(("sorted by {}",), ("按{}排",)),
                )
            )
            first = Phrases(("in descending order",), ("倒着排",))
            out.append(
                make(
                    "descending", Kind.FLAG, Text("largest or latest first", "是否从大到小或从晚到早排列"), auto=False, say=first
                )
            )
        return (*out, LIMIT)

    def result(self, subject: Subject) -> tuple[Field, ...]:
        total = make("total", Kind.WHOLE, Text("how many match", "符合条件的总数"), min=0)
        fields = tuple(field for field, _ in shown(subject, subject.target))
        return (total, items("items", Text("those that match", "符合条件的记录"), fields))

    def body(self, subject: Subject, scope: Scope) -> Body:
        tests = self.filters(subject)
        read, table = reader(subject, subject.target), subject.target.table

        def run(tables: Tables, args: Args, env: Env) -> Result:
            rows = select(tables, table, tests, args)
            name = args.get("sort_by")
            if name:
                there = [row for row in rows if row.get(name) is not None]
                there.sort(key=lambda row: row[name], reverse=bool(args.get("descending")))
                rows = there + [row for row in rows if row.get(name) is None]
            return {"total": len(rows), "items": [read(tables, row) for row in rows[: args["limit"]]]}

        return run


for verb in (Get(), Find()):
    VERBS.register(verb.name)(verb)
