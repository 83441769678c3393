"""Compile a rule to closures. Only the syntax listed here exists; nothing is ever handed to Python's own `eval`."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from toolsim.base.errors import RuleError, near
from toolsim.taxonomy.declarations import Entity, Rule
from toolsim.taxonomy.rules.functions import FUNCTIONS, finite
from toolsim.taxonomy.rules.runtime import (
    ARITHMETIC,
    ORDER,
    Loop,
    Run,
    concatenate,
    contains,
    every,
    getter,
    loop_items,
    ordered,
    present,
    read_field,
    row_of,
    some,
)
from toolsim.taxonomy.rules.types import (
    DATE,
    DATETIME,
    FLAG,
    NEVER,
    NONE,
    NUMBER,
    TABLES,
    TEXT,
    WHOLE,
    Env,
    Type,
    join,
    list_of,
    same,
    type_of_field,
)

MAX_LENGTH = 1200
MAX_DEPTH = 40


@dataclass(frozen=True, slots=True)
class Compiled:
    """A rule that is ready to run.

    `run` raises RuleError, and nothing else, when it cannot be worked out.
    """

    type: Type
    run: Run
    lazy: Callable[[Env], Iterator[Any]] | None = None
    """Of a loop: gives its items one by one, so that `any` and `all` can stop early."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The names that a rule may use."""

    names: dict[str, Type]
    entities: Mapping[str, Entity] = field(default_factory=dict)

    def plus(self, **names: Type) -> Scope:
        """Make a scope with more names."""
        return Scope({**self.names, **names}, self.entities)


def compile_rule(rule: Rule, scope: Scope, expected: Type | None = None) -> Compiled:
    """Compile a rule and check its names and types.

    Raises:
        RuleError: with the rule's file and line.
    """
    try:
        compiled = _Compiler(scope).compile(rule.source)
        if expected and not same(compiled.type, expected):
            raise RuleError(f"gives {compiled.type}, but {expected} is wanted")
        if expected and expected.base == "whole" and compiled.type.base == "number":
            raise RuleError("gives a number, but a whole one is wanted", hint="use round, floor or ceil")
        if expected and expected.codes:
            for code in compiled.type.codes:
                if code not in expected.codes:
                    raise RuleError(f"gives {code!r}", hint=near(code, expected.codes))
        return compiled
    except RuleError as error:
        raise RuleError(f"rule {_short(rule.source)!r}: {error.message}", rule.place, error.hint) from None


def _short(source: str) -> str:
    return source if len(source) <= 80 else source[:77] + "..."


def _parse(source: str) -> ast.expr:
    if len(source) > MAX_LENGTH:
        raise RuleError(f"is {len(source)} characters long; at most {MAX_LENGTH} are allowed")
    try:
        return ast.parse(source.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        detail = error.msg if isinstance(error, SyntaxError) else type(error).__name__
        raise RuleError(f"is not an expression ({detail})") from None


class _Compiler:
    def __init__(self, scope: Scope) -> None:
        self.entities = scope.entities
        self.names = dict(scope.names)
        self.names.setdefault("today", DATE)
        self.names.setdefault("now", DATETIME)
        self.names.setdefault("rows", TABLES)
        self.depth = 0
        self.loops = 0

    def compile(self, source: str) -> Compiled:
        return self.expr(_parse(source))

    def expr(self, node: ast.expr) -> Compiled:
        method = getattr(self, f"_{type(node).__name__.lower()}", None)
        if method is None:
            raise RuleError(f"{type(node).__name__} is not part of the rule language")
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise RuleError(f"nests deeper than {MAX_DEPTH} levels")
        compiled: Compiled = method(node)
        self.depth -= 1
        return compiled

    def _constant(self, node: ast.Constant) -> Compiled:
        value = node.value
        match value:
            case bool():
                kind = FLAG
            case int() | float():
                finite(value)
                kind = WHOLE if isinstance(value, int) else NUMBER
            case str():
                kind = Type("text", codes=(value,))
            case None:
                kind = NONE
            case _:
                raise RuleError(f"{value!r} is not part of the rule language")
        return Compiled(kind, lambda env: value)

    def _name(self, node: ast.Name) -> Compiled:
        name = node.id
        if name not in self.names:
            raise RuleError(f"there is no {name!r} here", hint=near(name, self.names))
        match name:
            case "today":
                return Compiled(DATE, lambda env: env["$"].now[:10])
            case "now":
                return Compiled(DATETIME, lambda env: env["$"].now)
            case "rows":
                raise RuleError("'rows' needs an entity", hint="write rows.ENTITY")
        return Compiled(self.names[name], lambda env: env.get(name))

    def _attribute(self, node: ast.Attribute) -> Compiled:
        name = node.attr
        if isinstance(node.value, ast.Name) and self.names.get(node.value.id) is TABLES:
            return self._rows_of(name)
        owner = self.expr(node.value)
        run = owner.run
        match owner.type.base:
            case "row":
                return Compiled(self._field_of(owner.type.entity, name), getter(_plain_name(node.value), run, name))
            case "key":
                kind = self._field_of(owner.type.entity, name)
                table = self.entities[owner.type.entity].table
                return Compiled(kind, lambda env: read_field(row_of(env, table, run(env)), name))
            case "value":
                fields = {f.name: f for f in owner.type.fields}
                if name not in fields:
                    raise RuleError(f"this has no field {name!r}", hint=near(name, fields))
                return Compiled(type_of_field(fields[name]), getter(_plain_name(node.value), run, name))
        raise RuleError(f"{owner.type} has no field {name!r}")

    def _rows_of(self, name: str) -> Compiled:
        if name not in self.entities:
            raise RuleError(f"there is no entity {name!r}", hint=near(name, self.entities))
        table = self.entities[name].table
        return Compiled(list_of(Type("row", entity=name)), lambda env: list(env["$"].rows(table).values()))

    def _field_of(self, entity: str, name: str) -> Type:
        if entity not in self.entities:
            raise RuleError(f"there is no entity {entity!r}", hint=near(entity, self.entities))
        declared = self.entities[entity]
        if name == declared.key:
            return Type("key", entity=entity)
        if not declared.has(name):
            known = [declared.key, *(f.name for f in declared.fields)]
            raise RuleError(f"this has no field {name!r}", hint=near(name, known))
        return type_of_field(declared.field(name))

    def _boolop(self, node: ast.BoolOp) -> Compiled:
        parts = [self._condition(value) for value in node.values]
        return Compiled(FLAG, every(parts) if isinstance(node.op, ast.And) else some(parts))

    def _condition(self, node: ast.expr) -> Run:
        compiled = self.expr(node)
        if compiled.type.base not in ("flag", "none"):
            raise RuleError(f"a condition is wanted, not {compiled.type}")
        run = compiled.run
        if isinstance(node, ast.Compare | ast.BoolOp) or (isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)):
            return run
        return lambda env: bool(run(env))

    def _unaryop(self, node: ast.UnaryOp) -> Compiled:
        if isinstance(node.op, ast.Not):
            condition = self._condition(node.operand)
            return Compiled(FLAG, lambda env: not condition(env))
        operand = self.expr(node.operand)
        if not operand.type.numeric or not isinstance(node.op, ast.USub):
            raise RuleError(f"{type(node.op).__name__} cannot be applied to {operand.type}")
        run = operand.run
        return Compiled(operand.type, lambda env: -present(run(env)))

    def _binop(self, node: ast.BinOp) -> Compiled:
        left, right = self.expr(node.left), self.expr(node.right)
        a, b = left.run, right.run
        if isinstance(node.op, ast.Add) and left.type.base == right.type.base == "text":
            return Compiled(TEXT, lambda env: concatenate(a(env), b(env)))
        if not (left.type.numeric and right.type.numeric):
            raise RuleError(f"one cannot calculate with {left.type} and {right.type}", hint=_calculate_hint(left, right))
        apply = ARITHMETIC.get(type(node.op))
        if apply is None:
            raise RuleError(f"{type(node.op).__name__} is not part of the rule language")
        whole = left.type.base == right.type.base == "whole" and not isinstance(node.op, ast.Div | ast.Pow)
        return Compiled(WHOLE if whole else NUMBER, lambda env: apply(a(env), b(env)))

    def _compare(self, node: ast.Compare) -> Compiled:
        operands = [self.expr(value) for value in (node.left, *node.comparators)]
        tests = [self._test(op, operands[i], operands[i + 1]) for i, op in enumerate(node.ops)]
        return Compiled(FLAG, tests[0] if len(tests) == 1 else every(tests))

    def _test(self, op: ast.cmpop, left: Compiled, right: Compiled) -> Run:
        if isinstance(op, ast.In | ast.NotIn):
            return self._membership(isinstance(op, ast.NotIn), left, right)
        if not same(left.type, right.type):
            raise RuleError(f"{left.type} cannot be compared with {right.type}")
        _same_codes(left.type, right.type)
        a, b = _as_key(left, self.entities), _as_key(right, self.entities)
        if isinstance(op, ast.Eq | ast.Is):
            return lambda env: bool(a(env) == b(env))
        if isinstance(op, ast.NotEq | ast.IsNot):
            return lambda env: bool(a(env) != b(env))
        for side in (left.type, right.type):
            if not side.ordered and side.base != "none":
                raise RuleError(f"{side} has no order")
        return ordered(ORDER[type(op)], a, b)

    def _membership(self, negated: bool, left: Compiled, right: Compiled) -> Run:
        if right.type.base == "text" and left.type.base == "text":
            item: Type = Type("text")
        elif right.type.base == "list" and right.type.item is not None:
            item = right.type.item
        else:
            raise RuleError(f"'in' takes a list, not {right.type}")
        if not same(left.type, item):
            raise RuleError(f"{left.type} cannot be in a {right.type}")
        _same_codes(left.type, item)
        a, b = _as_key(left, self.entities), right.run
        if item.base == "row":
            key = self.entities[item.entity].key
            return lambda env: (a(env) in {row[key] for row in b(env)}) != negated
        return lambda env: contains(b(env), a(env)) != negated

    def _ifexp(self, node: ast.IfExp) -> Compiled:
        test, yes, no = self._condition(node.test), self.expr(node.body), self.expr(node.orelse)
        if not same(yes.type, no.type):
            raise RuleError(f"the two sides of 'if' give {yes.type} and {no.type}")
        a, b = yes.run, no.run
        return Compiled(join(yes.type, no.type), lambda env: a(env) if test(env) else b(env))

    def _list(self, node: ast.List) -> Compiled:
        items = [self.expr(item) for item in node.elts]
        kind = NEVER
        for item in items:
            if not same(kind, item.type):
                raise RuleError(f"a list cannot hold {kind} and {item.type}")
            kind = join(kind, item.type)
        runs = [item.run for item in items]
        return Compiled(list_of(kind), lambda env: [run(env) for run in runs])

    _tuple = _list

    def _listcomp(self, node: ast.ListComp | ast.GeneratorExp) -> Compiled:
        outer = dict(self.names)
        self.loops += len(node.generators)
        if self.loops > 3:
            raise RuleError("has more than three loops")
        loops: list[Loop] = []
        for generator in node.generators:
            source = self.expr(generator.iter)
            if not isinstance(generator.target, ast.Name) or generator.is_async:
                raise RuleError("a loop takes one plain name")
            if source.type.base != "list" or source.type.item is None:
                raise RuleError(f"a loop runs over a list, not {source.type}")
            name = generator.target.id
            if name in outer or name in FUNCTIONS:
                raise RuleError(f"the loop name {name!r} is taken")
            self.names[name] = source.type.item
            tests = [self._condition(test) for test in generator.ifs]
            loops.append(Loop(name, source.run, tests[0] if len(tests) == 1 else every(tests) if tests else None))
        body = self.expr(node.elt)
        self.names = outer
        return Compiled(
            list_of(body.type), lambda env: list(loop_items(loops, body.run, env)), lambda env: loop_items(loops, body.run, env)
        )

    _generatorexp = _listcomp

    def _call(self, node: ast.Call) -> Compiled:
        if not isinstance(node.func, ast.Name) or node.keywords:
            raise RuleError("only the functions of the rule language can be called, without keywords")
        name = node.func.id
        if name not in FUNCTIONS:
            raise RuleError(f"there is no function {name!r}", hint=near(name, FUNCTIONS))
        if any(isinstance(arg, ast.Starred) for arg in node.args):
            raise RuleError("Starred is not part of the rule language")
        args = [self.expr(arg) for arg in node.args]
        function = FUNCTIONS[name]
        try:
            kind = function.check([arg.type for arg in args])
        except RuleError as error:
            raise RuleError(f"{name} {error.message}") from None
        runs, run = [arg.run for arg in args], function.run
        if name in ("any", "all") and args[0].lazy is not None:
            lazy, builtin = args[0].lazy, {"any": any, "all": all}[name]
            return Compiled(kind, lambda env: builtin(lazy(env)))
        if len(runs) == 1:
            only = runs[0]
            return Compiled(kind, lambda env: run(only(env)))
        return Compiled(kind, lambda env: run(*[r(env) for r in runs]))


def _plain_name(node: ast.expr) -> str | None:
    return node.id if isinstance(node, ast.Name) else None


def _calculate_hint(left: Compiled, right: Compiled) -> str:
    days = {left.type.base, right.type.base} & {"date", "datetime", "time"}
    return "use days_between, add_days, minutes_between or add_minutes" if days else ""


def _same_codes(a: Type, b: Type) -> None:
    for one, other in ((a, b), (b, a)):
        if len(one.codes) == 1 and other.codes and one.codes[0] not in other.codes:
            raise RuleError(f"there is no code {one.codes[0]!r}", hint=near(one.codes[0], other.codes))


def _as_key(side: Compiled, entities: Mapping[str, Entity]) -> Run:
    if side.type.base != "row":
        return side.run
    key, run = entities[side.type.entity].key, side.run
    return lambda env: read_field(run(env), key)
