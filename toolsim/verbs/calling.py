"""The verb call: behaviour written in Python, named by a pack, held to what the operation declares."""

from __future__ import annotations

from toolsim.base.errors import UnknownName
from toolsim.base.text import Phrases
from toolsim.taxonomy.declarations import Field
from toolsim.taxonomy.reader import at
from toolsim.taxonomy.rules import Env, Scope
from toolsim.verbs.hooks import HOOKS, HookTables
from toolsim.verbs.thinking import result_fields
from toolsim.verbs.verb import VERBS, Args, Body, Effect, Result, Subject, Tables, Verb


class Call(Verb):
    """A hook. Whether it writes depends on what the operation declares."""

    name = "call"
    effect = Effect.READ
    wording = Phrases(
        ("work this out for me {clauses}", "take care of this {clauses}"), ("帮我处理一下{clauses}", "{clauses}这个帮我弄一下")
    )

    def about_row(self, subject: Subject) -> bool:
        return False

    def result(self, subject: Subject) -> tuple[Field, ...]:
        return result_fields(subject.operation.gives)

    def body(self, subject: Subject, scope: Scope) -> Body:
        op = subject.operation
        with at(op.place):
            hook = HOOKS.get(op.hook)
            reads = {name: subject.pack.entity(name).table for name in op.reads}
            writes = {name: subject.pack.entity(name).table for name in op.writes}
        wanted = {field.name for field in op.gives if not field.optional}

        def run(tables: Tables, args: Args, env: Env) -> Result:
            out = hook(HookTables(tables, reads, writes), args)
            if missing := wanted - set(out):
                raise UnknownName("result of the hook", ", ".join(sorted(missing)), out)
            return out

        return run


VERBS.register("call")(Call())
