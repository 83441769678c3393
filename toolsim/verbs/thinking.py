"""Verbs that work something out and change nothing: check, assess, compute, analyze, convert."""

from __future__ import annotations

from random import Random

from toolsim.base.errors import PackError
from toolsim.base.text import Phrases, Text
from toolsim.taxonomy.declarations import Field, Kind, Option
from toolsim.taxonomy.rules import Compiled, Env, Scope
from toolsim.taxonomy.rules.types import FLAG
from toolsim.verbs.faults import FaultType
from toolsim.verbs.rows import bound_faults, bounded
from toolsim.verbs.verb import VERBS, Args, Body, Effect, Result, Sampler, Subject, Tables, Verb, enum, make, plain, type_of


class Gives:
    """The worked-out fields of a result, each of which may use those before it."""

    def __init__(self, subject: Subject, scope: Scope, fields: tuple[Field, ...]) -> None:
        self._steps: list[tuple[Field, Compiled]] = []
        for field in fields:
            if field.rule is None:
                raise PackError(f"{field.name!r} has no 'rule' that gives it", field.place)
            if field.name in scope.names:
                raise PackError(f"{field.name!r} is given already; choose another name for the result", field.place)
            self._steps.append((field, subject.compile(field.rule, scope, type_of(field))))
            scope = scope.plus(**{field.name: type_of(field)})

    def work_out(self, tables: Tables, env: Env) -> Result:
        """Work all fields out; absent ones are left out."""
        out: Result = {}
        for field, compiled in self._steps:
            value = bounded(tables, field, compiled.run(env))
            env[field.name] = value
            if value is not None:
                out[field.name] = value
        return out


def result_fields(fields: tuple[Field, ...]) -> tuple[Field, ...]:
    """Give the declared results as fields."""
    return tuple(plain(field) for field in fields)


class Thinking(Verb):
    """What the thinking verbs share: they read, and may be about a row or about inputs of their own."""

    effect = Effect.READ

    def params(self, subject: Subject) -> tuple[Field, ...]:
        return subject.operation.inputs

    def result(self, subject: Subject) -> tuple[Field, ...]:
        return result_fields(subject.operation.gives)

    def faults(self, subject: Subject) -> tuple[FaultType, ...]:
        return bound_faults(subject.operation.gives)

    def body(self, subject: Subject, scope: Scope) -> Body:
        gives = Gives(subject, scope, subject.operation.gives)
        return lambda tables, args, env: gives.work_out(tables, env)


class Compute(Thinking):
    """Formulas."""

    name = "compute"
    wording = Phrases(
        ("work this out for me {clauses}", "how much does it come to {clauses}"), ("帮我算一下{clauses}", "{clauses}算下来是多少")
    )


class Analyze(Thinking):
    """Statistics over data that the user hands in."""

    name = "analyze"
    wording = Phrases(
        ("go over these figures {clauses}", "what do these readings say {clauses}"),
        ("分析一下这些数据{clauses}", "看看这些数据说明什么{clauses}"),
    )


class Assess(Thinking):
    """A decision table: the first line whose rule holds gives the outcome."""

    name = "assess"
    wording = Phrases(
        ("how would you judge this {clauses}", "what does this come out as {clauses}"),
        ("帮我评估一下{clauses}", "{clauses}这种情况怎么判断"),
    )

    def body(self, subject: Subject, scope: Scope) -> Body:
        op = subject.operation
        outcome = op.gives[0]
        table = [(subject.compile(rule, scope, FLAG).run, code) for rule, code in op.table]
        more = Gives(subject, scope.plus(**{outcome.name: type_of(outcome)}), op.gives[1:])

        def run(tables: Tables, args: Args, env: Env) -> Result:
            code = next(code for holds, code in table if holds(env))
            env[outcome.name] = code
            return {outcome.name: code, **more.work_out(tables, env)}

        return run


class Check(Thinking):
    """Conditions: which hold, and which do not."""

    name = "check"
    wording = Phrases(
        ("is {what} all right {clauses}", "can this be done {clauses}"), ("看看{what}行不行{clauses}", "{clauses}这样可以吗")
    )

    def result(self, subject: Subject) -> tuple[Field, ...]:
        op = subject.operation
        options = tuple(Option(guard.code, guard.message) for guard in op.guards)
        ok = make("ok", Kind.FLAG, Text("whether all conditions hold", "是否满足全部条件"))
        reasons = make("reasons", Kind.MANY, Text("conditions that do not hold", "不满足的条件"), options=options, min=0)
        return (ok, reasons, *result_fields(op.gives))

    def body(self, subject: Subject, scope: Scope) -> Body:
        op = subject.operation
        tests = [(guard.code, subject.compile(guard.rule, scope, FLAG).run) for guard in op.guards]
        gives = Gives(subject, scope, op.gives)

        def run(tables: Tables, args: Args, env: Env) -> Result:
            failed = [code for code, holds in tests if not holds(env)]
            return {"ok": not failed, "reasons": failed, **gives.work_out(tables, env)}

        return run


class Convert(Thinking):
    """A quantity in another unit."""

    name = "convert"
    wording = Phrases(
        ("convert {value} for me {clauses}", "what is {value} in other units"), ("换算一下{value}", "{value}换算过来是多少")
    )

    def about_row(self, subject: Subject) -> bool:
        return False

    def _units(self, subject: Subject) -> tuple[Option, ...]:
        return tuple(Option(unit.code, unit.label) for unit in subject.operation.scale)

    def params(self, subject: Subject) -> tuple[Field, ...]:
        value, units = subject.operation.value_field, self._units(subject)
        assert value is not None
        digits = make(
            "digits",
            Kind.WHOLE,
            Text("decimals of the result", "结果保留的小数位数"),
            min=0,
            max=6,
            auto=2,
            say=Phrases(("to {} decimals",), ("保留{}位小数",)),
        )
        return (
            value,
            enum("from_unit", Text("unit of the value given", "原单位"), units),
            enum("to_unit", Text("unit wanted", "目标单位"), units),
            digits,
        )

    def result(self, subject: Subject) -> tuple[Field, ...]:
        value = make("value", Kind.NUMBER, Text("converted value", "换算结果"), digits=6)
        return (value, enum("unit", Text("unit of the result", "结果单位"), self._units(subject)))

    def faults(self, subject: Subject) -> tuple[FaultType, ...]:
        return ()

    def body(self, subject: Subject, scope: Scope) -> Body:
        scale = {unit.code: unit for unit in subject.operation.scale}

        def run(tables: Tables, args: Args, env: Env) -> Result:
            source, target = scale[args["from_unit"]], scale[args["to_unit"]]
            base = source.factor * args["value"] + source.offset
            value = (base - target.offset) / target.factor
            return {"value": round(value, args["digits"]), "unit": args["to_unit"]}

        return run

    def sample(self, subject: Subject, draw: Sampler) -> Sampler:
        codes = [unit.code for unit in subject.operation.scale]

        def run(tables: Tables, rng: Random) -> Args | None:
            args = draw(tables, rng)
            source, target = rng.sample(codes, 2)
            return None if args is None else {**args, "from_unit": source, "to_unit": target}

        return run


for verb in (Compute(), Analyze(), Assess(), Check(), Convert()):
    VERBS.register(verb.name)(verb)
