"""What compiled rules call, and the one place where their source becomes code."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from toolsim.base.errors import RuleError
from toolsim.taxonomy.rules.functions import FUNCTIONS, LONGEST, finite
from toolsim.taxonomy.rules.types import Env

MAX_STEPS = 20_000
"""Rounds that all loops of a rule may take together."""

Run = Callable[[Env], Any]


def runner(source: str, numeric: bool) -> Run:
    """Turn source that the compiler has written into a function that raises nothing but RuleError.

    The source sees the environment as E, the rounds left as K, and what is listed below; there are no builtins.
    """
    code = eval(f"lambda E, K: {source}", dict(_GLOBALS))

    def run(env: Env) -> Any:
        try:
            value = code(env, [MAX_STEPS])
            return finite(value) if numeric and value is not None else value
        except TypeError:
            raise RuleError("a value that is needed is absent") from None
        except ZeroDivisionError:
            raise RuleError("division by zero") from None
        except (OverflowError, ValueError):
            raise RuleError("the result is too large") from None

    return run


def rounds(items: Any, left: list[int]) -> Sequence[Any]:
    """Pass a list on to a loop and count its rounds."""
    if items is None:
        return ()
    left[0] -= len(items)
    if left[0] < 0:
        raise RuleError(f"takes more than {MAX_STEPS} steps")
    return items  # type: ignore[no-any-return]


def read_field(owner: Any, name: str) -> Any:
    """Read a field of a row or value that may be absent."""
    return None if owner is None else owner.get(name)


def row_of(env: Env, table: str, key: Any) -> Any:
    """Look up the row of a key that may be absent."""
    return None if key is None else env["$"].rows(table).get(key)


def concatenate(a: Any, b: Any) -> str:
    """Join two texts."""
    if a is None or b is None:
        raise RuleError("a value that is needed is absent")
    joined = f"{a}{b}"
    if len(joined) > LONGEST:
        raise RuleError("the text gets too long")
    return joined


def contains(container: Any, item: Any) -> bool:
    """Tell whether a list or text holds something."""
    return container is not None and item is not None and item in container


def power(a: Any, b: Any) -> Any:
    """Raise to a power, in floating point, so that it stays bounded."""
    return finite(float(a) ** float(b))


def before(a: Any, b: Any) -> bool:
    """Tell whether a < b; false when a side is absent."""
    return a is not None and b is not None and a < b


def before_or_at(a: Any, b: Any) -> bool:
    """Tell whether a <= b; false when a side is absent."""
    return a is not None and b is not None and a <= b


def after(a: Any, b: Any) -> bool:
    """Tell whether a > b; false when a side is absent."""
    return a is not None and b is not None and a > b


def after_or_at(a: Any, b: Any) -> bool:
    """Tell whether a >= b; false when a side is absent."""
    return a is not None and b is not None and a >= b


_HELPERS: tuple[Callable[..., Any], ...] = (
    rounds, read_field, row_of, concatenate, contains, power, before, before_or_at, after, after_or_at,
)  # fmt: skip

_GLOBALS: dict[str, Any] = {
    "__builtins__": {},
    "bool": bool,
    **{helper.__name__: helper for helper in _HELPERS},
    **{f"f_{name}": function.run for name, function in FUNCTIONS.items()},
}
