"""The functions of the rule language. Each refuses what it cannot work out with a RuleError."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from toolsim.base.errors import RuleError
from toolsim.taxonomy.rules.types import DATE, DATETIME, FLAG, NUMBER, TEXT, TIME, WHOLE, Type

LARGEST = 1e15
LONGEST = 4000

Check = Callable[[Sequence[Type]], Type]


@dataclass(frozen=True, slots=True)
class Function:
    """A function: how its arguments are checked, and what it does."""

    check: Check
    run: Callable[..., Any]


def finite(x: Any) -> Any:
    """Pass a number on if it is one that the world can hold."""
    if type(x) is not complex and -LARGEST < x < LARGEST:
        return x
    raise RuleError("the result is not a number below 1e15")


def _numbers(args: Sequence[Type], counts: tuple[int, ...], result: Type | None = None) -> Type:
    _count(args, counts)
    for arg in args:
        if not arg.numeric:
            raise RuleError(f"takes numbers, not {arg}")
    if result:
        return result
    return WHOLE if all(a.base == "whole" for a in args) else NUMBER


def _count(args: Sequence[Type], counts: tuple[int, ...]) -> None:
    if len(args) not in counts:
        raise RuleError(f"takes {' or '.join(map(str, counts))} arguments, not {len(args)}")


def _numeric(*counts: int, result: Type | None = None) -> Check:
    return lambda args: _numbers(args, counts, result)


def _fixed(result: Type, *expected: Type | str) -> Check:
    def check(args: Sequence[Type]) -> Type:
        _count(args, (len(expected),))
        for arg, wanted in zip(args, expected, strict=True):
            fits = arg.base in wanted.split("|") if isinstance(wanted, str) else arg.base == wanted.base
            if wanted is NUMBER:
                fits = arg.numeric
            if not fits and arg.base != "none":
                raise RuleError(f"takes {str(wanted).replace('|', ' or ')}, not {arg}")
        return result

    return check


def _listed(result: Type | None, numbers: bool = True, extra: int = 0) -> Check:
    """Check for a list, of numbers unless said otherwise, and some further numbers."""

    def check(args: Sequence[Type]) -> Type:
        _count(args, (1 + extra,))
        item = args[0].item
        if args[0].base != "list" or item is None:
            raise RuleError(f"takes a list, not {args[0]}")
        if numbers and not item.numeric and item.base != "never":
            raise RuleError(f"takes a list of numbers, not a {args[0]}")
        if extra:
            _numbers(args[1:], (extra,))
        return result or item

    return check


def _extreme(args: Sequence[Type]) -> Type:
    if len(args) == 1 and args[0].base == "list" and args[0].item is not None:
        items: Sequence[Type] = [args[0].item]
    else:
        items = args
    if not items or not all(i.ordered or i.base in ("never", "none") for i in items):
        raise RuleError("takes numbers, dates or times, or a list of them")
    if len({i.base for i in items if i.base != "none"} - {"whole", "number"}) + any(i.numeric for i in items) > 1:
        raise RuleError("takes things of one type")
    if any(i.base == "number" for i in items):
        return NUMBER
    return items[0]


def _flags(args: Sequence[Type]) -> Type:
    _count(args, (1,))
    if args[0].base != "list" or args[0].item is None or args[0].item.base not in ("flag", "never"):
        raise RuleError("takes a list of conditions")
    return FLAG


def _sized(args: Sequence[Type]) -> Type:
    _count(args, (1,))
    if args[0].base not in ("list", "text"):
        raise RuleError(f"takes a list or text, not {args[0]}")
    return WHOLE


def _any_one(args: Sequence[Type]) -> Type:
    _count(args, (1,))
    return FLAG


def _joined(args: Sequence[Type]) -> Type:
    _count(args, (2,))
    if args[0].base != "list" or args[0].item is None or args[0].item.base not in ("text", "never"):
        raise RuleError("takes a list of texts")
    return TEXT


def _present(xs: Any) -> list[Any]:
    if xs is None:
        return []
    return [x for x in xs if x is not None]


def _some(xs: Any, least: int = 1) -> list[Any]:
    values = _present(xs)
    if len(values) < least:
        raise RuleError("there are too few values to work it out")
    return values


def _given(*xs: Any) -> None:
    for x in xs:
        if x is None:
            raise RuleError("a value that is needed is absent")


def _round(x: float, digits: int = 0) -> float:
    """Round half away from zero, as people do with money; binary noise is removed first."""
    _given(x)
    scale = 10.0 ** max(-6, min(10, digits))
    scaled = finite(abs(x) * scale)
    whole = math.floor(scaled + 0.5 + 1e-9 * max(1.0, scaled) * 1e-3)
    return math.copysign(whole / scale, x) if whole else 0.0


def _round_any(x: float, *digits: int) -> float | int:
    return _round(x, digits[0]) if digits else int(_round(x))


def _extremum(pick: Callable[..., Any]) -> Callable[..., Any]:
    def run(*xs: Any) -> Any:
        values = _some(xs[0]) if len(xs) == 1 and isinstance(xs[0], list) else _some(xs)
        return pick(values)

    return run


def _slope(xs: Any) -> float:
    """Give the least-squares slope over the positions 0, 1, 2, ..."""
    values = _some(xs, 2)
    n = len(values)
    mean_x, mean_y = (n - 1) / 2, math.fsum(values) / n
    above = math.fsum((i - mean_x) * (y - mean_y) for i, y in enumerate(values))
    return float(finite(above / math.fsum((i - mean_x) ** 2 for i in range(n))))


def _percentile(xs: Any, p: float) -> float:
    """Interpolate linearly between order statistics (method 7 of Hyndman and Fan 1996)."""
    values = sorted(_some(xs))
    position = (len(values) - 1) * max(0.0, min(100.0, p)) / 100
    low = int(position)
    high = min(low + 1, len(values) - 1)
    return float(values[low] + (values[high] - values[low]) * (position - low))


def _guarded(function: Callable[..., float]) -> Callable[..., Any]:
    def run(*xs: Any) -> Any:
        _given(*xs)
        try:
            return finite(function(*xs))
        except (ValueError, OverflowError):
            raise RuleError(f"{function.__name__} cannot be worked out for {xs[0]}") from None

    return run


@lru_cache(maxsize=4096)
def _date(text: str) -> date:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise RuleError(f"{text} is not a date") from None


@lru_cache(maxsize=4096)
def moment(text: str) -> datetime:
    """Read `2026-03-01T09:30`, `2026-03-01`, or `09:30` (on the first of January 2000)."""
    try:
        return datetime.fromisoformat(f"2000-01-01T{text}" if len(text) == 5 else text)
    except ValueError:
        raise RuleError(f"{text} is not a time") from None


def _days_between(a: str, b: str) -> int:
    _given(a, b)
    return (_date(b) - _date(a)).days


def _minutes_between(a: str, b: str) -> int:
    _given(a, b)
    return int((moment(b) - moment(a)).total_seconds() // 60)


def add_days(day: str, days: float) -> str:
    """Move a date by whole days."""
    _given(day, days)
    try:
        return (_date(day) + timedelta(days=int(days))).isoformat()
    except OverflowError:
        raise RuleError("the date is out of range") from None


def add_minutes(at: str, minutes: float) -> str:
    """Move a time or datetime by whole minutes; a time wraps at midnight."""
    _given(at, minutes)
    try:
        moved = moment(at) + timedelta(minutes=int(minutes))
    except OverflowError:
        raise RuleError("the time is out of range") from None
    return moved.strftime("%H:%M") if len(at) == 5 else moved.strftime("%Y-%m-%dT%H:%M")


def _add_minutes_type(args: Sequence[Type]) -> Type:
    _fixed(DATETIME, "datetime|time", NUMBER)(args)
    return args[0] if args[0].base != "none" else DATETIME


def _hour(text: str) -> int:
    _given(text)
    return moment(text).hour


def _day_part(part: Callable[[date], int]) -> Callable[[Any], int]:
    def run(text: str) -> int:
        _given(text)
        return part(_date(text))

    return run


def _text(function: Callable[[str], Any]) -> Callable[[Any], Any]:
    def run(text: str) -> Any:
        _given(text)
        return function(text)

    return run


def _clip(x: float, low: float, high: float) -> float:
    _given(x, low, high)
    return max(low, min(high, x))


def _join(xs: Any, separator: str) -> str:
    return separator.join(_present(xs))[:LONGEST]


_DAY = "date|datetime"

FUNCTIONS: dict[str, Function] = {
    "abs": Function(_numeric(1), _guarded(abs)),
    "min": Function(_extreme, _extremum(min)),
    "max": Function(_extreme, _extremum(max)),
    "sum": Function(_listed(None), lambda xs: finite(math.fsum(_present(xs))) if _floats(xs) else finite(sum(_present(xs)))),
    "len": Function(_sized, lambda xs: len(xs or ())),
    "count": Function(_listed(WHOLE, numbers=False), lambda xs: len(xs or ())),
    "round": Function(lambda args: _numbers(args, (1, 2), NUMBER if len(args) == 2 else WHOLE), _round_any),
    "floor": Function(_numeric(1, result=WHOLE), _guarded(math.floor)),
    "ceil": Function(_numeric(1, result=WHOLE), _guarded(math.ceil)),
    "sqrt": Function(_numeric(1, result=NUMBER), _guarded(math.sqrt)),
    "log": Function(_numeric(1, result=NUMBER), _guarded(math.log)),
    "exp": Function(_numeric(1, result=NUMBER), _guarded(math.exp)),
    "sin": Function(_numeric(1, result=NUMBER), _guarded(math.sin)),
    "cos": Function(_numeric(1, result=NUMBER), _guarded(math.cos)),
    "tan": Function(_numeric(1, result=NUMBER), _guarded(math.tan)),
    "atan": Function(_numeric(1, result=NUMBER), _guarded(math.atan)),
    "mean": Function(_listed(NUMBER), lambda xs: float(statistics.fmean(_some(xs)))),
    "median": Function(_listed(NUMBER), lambda xs: float(statistics.median(_some(xs)))),
    "stdev": Function(_listed(NUMBER), lambda xs: float(statistics.stdev(_some(xs, 2)))),
    "slope": Function(_listed(NUMBER), _slope),
    "percentile": Function(_listed(NUMBER, extra=1), _percentile),
    "any": Function(_flags, lambda xs: xs is not None and any(xs)),
    "all": Function(_flags, lambda xs: xs is None or all(xs)),
    "first": Function(_listed(None, numbers=False), lambda xs: _some(xs)[0]),
    "clip": Function(_numeric(3), _clip),
    "has": Function(_any_one, lambda x: x is not None),
    "days_between": Function(_fixed(WHOLE, _DAY, _DAY), _days_between),
    "minutes_between": Function(_fixed(WHOLE, "datetime|time", "datetime|time"), _minutes_between),
    "add_days": Function(_fixed(DATE, DATE, NUMBER), add_days),
    "add_minutes": Function(_add_minutes_type, add_minutes),
    "date_of": Function(_fixed(DATE, DATETIME), _text(lambda t: t[:10])),
    "time_of": Function(_fixed(TIME, DATETIME), _text(lambda t: t[11:16])),
    "hour": Function(_fixed(WHOLE, "datetime|time"), _hour),
    "weekday": Function(_fixed(WHOLE, _DAY), _day_part(date.isoweekday)),
    "month": Function(_fixed(WHOLE, _DAY), _day_part(lambda d: d.month)),
    "year": Function(_fixed(WHOLE, _DAY), _day_part(lambda d: d.year)),
    "lower": Function(_fixed(TEXT, TEXT), _text(str.lower)),
    "join": Function(_joined, _join),
}


def _floats(xs: Any) -> bool:
    return any(isinstance(x, float) for x in xs or ())
