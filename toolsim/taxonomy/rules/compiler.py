"""Compile rules. Only the syntax listed here exists.

A rule is parsed, every node of it is checked and written anew as Python source that is made of this module's own pieces, and that
source is compiled without builtins. Nothing of what a pack wrote reaches Python but names behind a prefix and quoted constants.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field

from toolsim.base.errors import RuleError, near
from toolsim.taxonomy.declarations import Entity, Rule
from toolsim.taxonomy.rules.functions import FUNCTIONS, finite
from toolsim.taxonomy.rules.runtime import Run, runner
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
    Type,
    join,
    list_of,
    same,
    type_of_field,
)

MAX_LENGTH = 1200
MAX_DEPTH = 40
MAX_LOOPS = 3


@dataclass(frozen=True, slots=True)
class Compiled:
    """A rule that is ready to run.

    `run` raises RuleError, and nothing else, when it cannot be worked out.
    """

    type: Type
    run: Run


@dataclass(frozen=True, slots=True)
class _Piece:
    """Python source of a part of a rule, and what it gives."""

    type: Type
    source: str
    sure: bool = False
    """Whether it can never be None."""
    is_bool: bool = False
    """Whether it gives nothing but True and False."""
    lazy: str = ""
    """Of a loop: the same as a generator, so that `any` and `all` can stop early."""


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
        compiled = _Writer(scope).compile(rule.source)
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


def names_in(rule: Rule) -> set[str]:
    """List the names of a rule that compiles: not what is read from them, nor functions."""
    return {node.id for node in ast.walk(_parse(rule.source)) if isinstance(node, ast.Name)} - set(FUNCTIONS)


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


class _Writer:
    """Writes the source of one rule."""

    def __init__(self, scope: Scope) -> None:
        self.entities = scope.entities
        self.names = dict(scope.names)
        self.names.setdefault("today", DATE)
        self.names.setdefault("now", DATETIME)
        self.names.setdefault("rows", TABLES)
        self.loop_names: set[str] = set()
        self.depth = 0
        self.loops = 0

    def compile(self, source: str) -> Compiled:
        piece = self.expr(_parse(source))
        return Compiled(piece.type, runner(piece.source, piece.type.numeric))

    def expr(self, node: ast.expr) -> _Piece:
        method = getattr(self, f"_{type(node).__name__.lower()}", None)
        if method is None:
            raise RuleError(f"{type(node).__name__} is not part of the rule language")
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise RuleError(f"nests deeper than {MAX_DEPTH} levels")
        piece: _Piece = method(node)
        self.depth -= 1
        return piece

    def _constant(self, node: ast.Constant) -> _Piece:
        value = node.value
        match value:
            case bool():
                return _Piece(FLAG, repr(value), sure=True, is_bool=True)
            case int() | float():
                return _Piece(WHOLE if isinstance(value, int) else NUMBER, repr(finite(value)), sure=True)
            case str():
                return _Piece(Type("text", codes=(value,)), repr(value), sure=True)
            case None:
                return _Piece(NONE, "None")
        raise RuleError(f"{value!r} is not part of the rule language")

    def _name(self, node: ast.Name) -> _Piece:
        name = node.id
        if name not in self.names:
            raise RuleError(f"there is no {name!r} here", hint=near(name, self.names))
        match name:
            case "today":
                return _Piece(DATE, 'E["$"].now[:10]', sure=True)
            case "now":
                return _Piece(DATETIME, 'E["$"].now', sure=True)
            case "rows":
                raise RuleError("'rows' needs an entity", hint="write rows.ENTITY")
        if name in self.loop_names:
            kind = self.names[name]
            return _Piece(kind, f"v_{name}", sure=kind.base in ("row", "value"))
        if name in ("this", "other"):
            return _Piece(self.names[name], f'E["{name}"]', sure=True)
        return _Piece(self.names[name], f"E.get({name!r})")

    def _attribute(self, node: ast.Attribute) -> _Piece:
        name = node.attr
        if isinstance(node.value, ast.Name) and self.names.get(node.value.id) is TABLES:
            return self._rows_of(name)
        owner = self.expr(node.value)
        match owner.type.base:
            case "row":
                kind, sure = self._field_of(owner.type.entity, name)
                return _Piece(kind, _read(owner, name), sure=sure and owner.sure)
            case "key":
                kind, _ = self._field_of(owner.type.entity, name)
                table = self.entities[owner.type.entity].table
                return _Piece(kind, f"read_field(row_of(E, {table!r}, {owner.source}), {name!r})")
            case "value":
                fields = {f.name: f for f in owner.type.fields}
                if name not in fields:
                    raise RuleError(f"this has no field {name!r}", hint=near(name, fields))
                return _Piece(type_of_field(fields[name]), _read(owner, name), sure=owner.sure and not fields[name].optional)
        raise RuleError(f"{owner.type} has no field {name!r}")

    def _rows_of(self, name: str) -> _Piece:
        if name not in self.entities:
            raise RuleError(f"there is no entity {name!r}", hint=near(name, self.entities))
        table = self.entities[name].table
        return _Piece(list_of(Type("row", entity=name)), f'[*E["$"].rows({table!r}).values()]', sure=True)

    def _field_of(self, entity: str, name: str) -> tuple[Type, bool]:
        """Give a field's type, and whether every row has it."""
        if entity not in self.entities:
            raise RuleError(f"there is no entity {entity!r}", hint=near(entity, self.entities))
        declared = self.entities[entity]
        if name == declared.key:
            return Type("key", entity=entity), True
        if not declared.has(name):
            known = [declared.key, *(f.name for f in declared.fields)]
            raise RuleError(f"this has no field {name!r}", hint=near(name, known))
        field = declared.field(name)
        return type_of_field(field), not field.optional

    def _boolop(self, node: ast.BoolOp) -> _Piece:
        word = " and " if isinstance(node.op, ast.And) else " or "
        return _truth(f"({word.join(self._condition(value) for value in node.values)})")

    def _condition(self, node: ast.expr) -> str:
        piece = self.expr(node)
        if piece.type.base not in ("flag", "none"):
            raise RuleError(f"a condition is wanted, not {piece.type}")
        return piece.source if piece.is_bool else f"bool({piece.source})"

    def _unaryop(self, node: ast.UnaryOp) -> _Piece:
        if isinstance(node.op, ast.Not):
            return _truth(f"(not {self._condition(node.operand)})")
        operand = self.expr(node.operand)
        if not operand.type.numeric or not isinstance(node.op, ast.USub):
            raise RuleError(f"{type(node.op).__name__} cannot be applied to {operand.type}")
        return _Piece(operand.type, f"(-{operand.source})", sure=True)

    def _binop(self, node: ast.BinOp) -> _Piece:
        left, right = self.expr(node.left), self.expr(node.right)
        if isinstance(node.op, ast.Add) and left.type.base == right.type.base == "text":
            return _Piece(TEXT, f"concatenate({left.source}, {right.source})", sure=True)
        if not (left.type.numeric and right.type.numeric):
            raise RuleError(f"one cannot calculate with {left.type} and {right.type}", hint=_calculate_hint(left, right))
        operator = _ARITHMETIC.get(type(node.op))
        if operator is None:
            raise RuleError(f"{type(node.op).__name__} is not part of the rule language")
        whole = left.type.base == right.type.base == "whole" and not isinstance(node.op, ast.Div | ast.Pow)
        return _Piece(WHOLE if whole else NUMBER, operator.format(left.source, right.source), sure=True)

    def _compare(self, node: ast.Compare) -> _Piece:
        operands = [self.expr(value) for value in (node.left, *node.comparators)]
        tests = [self._test(op, operands[i], operands[i + 1]) for i, op in enumerate(node.ops)]
        return _truth(tests[0] if len(tests) == 1 else f"({' and '.join(tests)})")

    def _test(self, op: ast.cmpop, left: _Piece, right: _Piece) -> str:
        if isinstance(op, ast.In | ast.NotIn):
            inside = self._membership(left, right)
            return f"(not {inside})" if isinstance(op, ast.NotIn) else inside
        if not same(left.type, right.type):
            raise RuleError(f"{left.type} cannot be compared with {right.type}")
        _same_codes(left.type, right.type)
        a, b = self._as_key(left), self._as_key(right)
        if isinstance(op, ast.Eq | ast.Is):
            return f"({a} == {b})"
        if isinstance(op, ast.NotEq | ast.IsNot):
            return f"({a} != {b})"
        for side in (left.type, right.type):
            if not side.ordered and side.base != "none":
                raise RuleError(f"{side} has no order")
        sign, function = _ORDER[type(op)]
        return f"({a} {sign} {b})" if left.sure and right.sure else f"{function}({a}, {b})"

    def _membership(self, left: _Piece, right: _Piece) -> str:
        if right.type.base == "text" and left.type.base == "text":
            item: Type = Type("text")
        elif right.type.base == "list" and right.type.item is not None:
            item = right.type.item
        else:
            raise RuleError(f"'in' takes a list, not {right.type}")
        if not same(left.type, item):
            raise RuleError(f"{left.type} cannot be in a {right.type}")
        _same_codes(left.type, item)
        a = self._as_key(left)
        if item.base == "row":
            key = self.entities[item.entity].key
            return f"({a} in [row.get({key!r}) for row in {right.source}])"
        return f"contains({right.source}, {a})"

    def _as_key(self, side: _Piece) -> str:
        """Write what is compared: of a row its key."""
        return side.source if side.type.base != "row" else _read(side, self.entities[side.type.entity].key)

    def _ifexp(self, node: ast.IfExp) -> _Piece:
        test, yes, no = self._condition(node.test), self.expr(node.body), self.expr(node.orelse)
        if not same(yes.type, no.type):
            raise RuleError(f"the two sides of 'if' give {yes.type} and {no.type}")
        source = f"({yes.source} if {test} else {no.source})"
        return _Piece(join(yes.type, no.type), source, yes.sure and no.sure, yes.is_bool and no.is_bool)

    def _list(self, node: ast.List) -> _Piece:
        items = [self.expr(item) for item in node.elts]
        kind = NEVER
        for item in items:
            if not same(kind, item.type):
                raise RuleError(f"a list cannot hold {kind} and {item.type}")
            kind = join(kind, item.type)
        return _Piece(list_of(kind), f"[{', '.join(item.source for item in items)}]", sure=True)

    _tuple = _list

    def _listcomp(self, node: ast.ListComp | ast.GeneratorExp) -> _Piece:
        names, loop_names = dict(self.names), set(self.loop_names)
        self.loops += len(node.generators)
        if self.loops > MAX_LOOPS:
            raise RuleError("has more than three loops")
        parts = []
        for generator in node.generators:
            source = self.expr(generator.iter)
            if not isinstance(generator.target, ast.Name) or generator.is_async:
                raise RuleError("a loop takes one plain name")
            if source.type.base != "list" or source.type.item is None:
                raise RuleError(f"a loop runs over a list, not {source.type}")
            name = generator.target.id
            if name in names or name in self.names or name in FUNCTIONS:
                raise RuleError(f"the loop name {name!r} is taken")
            self.names[name] = source.type.item
            self.loop_names.add(name)
            tests = "".join(f" if {self._condition(test)}" for test in generator.ifs)
            parts.append(f"for v_{name} in rounds({source.source}, K){tests}")
        body = self.expr(node.elt)
        self.names, self.loop_names = names, loop_names
        inner = " ".join([body.source, *parts])
        return _Piece(list_of(body.type), f"[{inner}]", sure=True, lazy=f"({inner})")

    _generatorexp = _listcomp

    def _call(self, node: ast.Call) -> _Piece:
        if not isinstance(node.func, ast.Name) or node.keywords:
            raise RuleError("only the functions of the rule language can be called, without keywords")
        name = node.func.id
        if name not in FUNCTIONS:
            raise RuleError(f"there is no function {name!r}", hint=near(name, FUNCTIONS))
        if any(isinstance(arg, ast.Starred) for arg in node.args):
            raise RuleError("Starred is not part of the rule language")
        args = [self.expr(arg) for arg in node.args]
        try:
            kind = FUNCTIONS[name].check([arg.type for arg in args])
        except RuleError as error:
            raise RuleError(f"{name} {error.message}") from None
        sources = [arg.lazy if name in ("any", "all") and arg.lazy else arg.source for arg in args]
        truth = name in ("any", "all", "has")
        return _Piece(kind, f"f_{name}({', '.join(sources)})", sure=name not in ("first", "clip"), is_bool=truth)


def _truth(source: str) -> _Piece:
    return _Piece(FLAG, source, sure=True, is_bool=True)


def _read(owner: _Piece, name: str) -> str:
    return f"{owner.source}.get({name!r})" if owner.sure else f"read_field({owner.source}, {name!r})"


def _calculate_hint(left: _Piece, right: _Piece) -> str:
    days = {left.type.base, right.type.base} & {"date", "datetime", "time"}
    return "use days_between, add_days, minutes_between or add_minutes" if days else ""


def _same_codes(a: Type, b: Type) -> None:
    for one, other in ((a, b), (b, a)):
        if len(one.codes) == 1 and other.codes and one.codes[0] not in other.codes:
            raise RuleError(f"there is no code {one.codes[0]!r}", hint=near(one.codes[0], other.codes))


_ARITHMETIC: dict[type[ast.operator], str] = {
    ast.Add: "({} + {})",
    ast.Sub: "({} - {})",
    ast.Mult: "({} * {})",
    ast.Div: "({} / {})",
    ast.FloorDiv: "({} // {})",
    ast.Mod: "({} % {})",
    ast.Pow: "power({}, {})",
}

_ORDER: dict[type[ast.cmpop], tuple[str, str]] = {
    ast.Lt: ("<", "before"),
    ast.LtE: ("<=", "before_or_at"),
    ast.Gt: (">", "after"),
    ast.GtE: (">=", "after_or_at"),
}
