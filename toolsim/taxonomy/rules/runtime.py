"""What compiled rules do when they run. Nothing here raises anything but RuleError."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from toolsim.base.errors import RuleError
from toolsim.taxonomy.rules.functions import LONGEST, finite
from toolsim.taxonomy.rules.types import Env

MAX_STEPS = 20_000

Run = Callable[[Env], Any]


@dataclass(frozen=True, slots=True)
class Loop:
    """One `for` of a comprehension."""

    name: str
    source: Run
    test: Run | None


def read_field(owner: Any, name: str) -> Any:
    """Read a field of a row or value that may be absent."""
    return None if owner is None else owner.get(name)


def row_of(env: Env, table: str, key: Any) -> Any:
    """Look up the row of a key that may be absent."""
    return None if key is None else env["$"].rows(table).get(key)


def present(x: Any) -> Any:
    """Insist on a value."""
    if x is None:
        raise RuleError("a value that is needed is absent")
    return x


def concatenate(a: Any, b: Any) -> str:
    """Join two texts."""
    joined = f"{present(a)}{present(b)}"
    if len(joined) > LONGEST:
        raise RuleError("the text gets too long")
    return joined


def contains(container: Any, item: Any) -> bool:
    """Tell whether a list or text holds something."""
    return container is not None and item is not None and item in container


def getter(base: str | None, owner: Run, name: str) -> Run:
    """Compile the reading of a field; one step less where the owner is the plain name `base`."""
    if base is not None:

        def get(env: Env) -> Any:
            row = env.get(base)
            return None if row is None else row.get(name)

        return get
    return lambda env: read_field(owner(env), name)


def ordered(compare: Callable[[Any, Any], Any], left: Run, right: Run) -> Run:
    """Compile a comparison, which is false when a side is absent."""

    def run(env: Env) -> bool:
        a, b = left(env), right(env)
        return a is not None and b is not None and bool(compare(a, b))

    return run


def every(parts: list[Run]) -> Run:
    """Compile a condition that all parts must meet."""

    def run(env: Env) -> bool:
        for part in parts:  # noqa: SIM110 - a plain loop is twice as quick here
            if not part(env):
                return False
        return True

    return run


def some(parts: list[Run]) -> Run:
    """Compile a condition that one part must meet."""

    def run(env: Env) -> bool:
        for part in parts:  # noqa: SIM110
            if part(env):
                return True
        return False

    return run


def _arithmetic(apply: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def run(a: Any, b: Any) -> Any:
        try:
            result = apply(a, b)
        except TypeError:
            raise RuleError("a value that is needed is absent") from None
        except ZeroDivisionError:
            raise RuleError("division by zero") from None
        except OverflowError:
            raise RuleError("the result is too large") from None
        return finite(result)

    return run


def loop_items(loops: list[Loop], body: Run, outer: Env) -> Iterator[Any]:
    """Give the items of a comprehension; the loop names live in an environment of their own."""
    env = dict(outer)
    budget = iter(range(MAX_STEPS))
    for _ in _steps(loops, env, budget):
        yield body(env)


def _steps(loops: list[Loop], env: Env, budget: Iterator[int]) -> Iterator[None]:
    """Run loops inside each other; every round of any of them costs one of the budget."""
    loop, *inner = loops
    name, test = loop.name, loop.test
    for item in loop.source(env) or ():
        if next(budget, None) is None:
            raise RuleError(f"takes more than {MAX_STEPS} steps")
        env[name] = item
        if test is None or test(env):
            if inner:
                yield from _steps(inner, env, budget)
            else:
                yield None


ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: _arithmetic(operator.add),
    ast.Sub: _arithmetic(operator.sub),
    ast.Mult: _arithmetic(operator.mul),
    ast.Div: _arithmetic(operator.truediv),
    ast.FloorDiv: _arithmetic(operator.floordiv),
    ast.Mod: _arithmetic(operator.mod),
    ast.Pow: _arithmetic(lambda a, b: float(a) ** float(b)),
}

ORDER: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
