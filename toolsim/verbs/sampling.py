"""Draw plausible values: one compiled sampler a field, for seeded rows and for arguments alike."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from random import Random
from typing import Any, TypeVar

import rstr

from toolsim.base.text import Language
from toolsim.taxonomy.declarations import TEMPORAL, Field, Kind, Pack, Pool
from toolsim.taxonomy.pools import INSERT
from toolsim.verbs.rows import format_key
from toolsim.verbs.verb import Tables

Picks = dict[str, int]
"""Which record each pool gave to the row at hand, so that fields that pick from one pool agree."""

Draw = Callable[[Tables, Random, Picks], Any]

Items = TypeVar("Items")

_NEAR_DAYS = 45
_PATTERN_STOCK = 64


def below(rng: Random, n: int) -> int:
    """Draw from 0 to n - 1: as even as seeding needs, and three times as quick as `randrange`."""
    return int(rng.random() * n)


def between(rng: Random, low: int, high: int) -> int:
    """Draw from low to high, both included."""
    return low + int(rng.random() * (high - low + 1))


def pick(rng: Random, items: Sequence[Items]) -> Items:
    """Draw one of some items."""
    return items[int(rng.random() * len(items))]


def sampler(field: Field, pack: Pack) -> Draw:
    """Compile a sampler for a field: within `seed` where there is one, within the field's own range otherwise."""
    return _Sampling(pack).field(field)


class _Sampling:
    def __init__(self, pack: Pack) -> None:
        self.pack = pack

    def field(self, field: Field) -> Draw:
        match field.kind:
            case Kind.TEXT:
                return self._text(field)
            case Kind.NUMBER | Kind.WHOLE | Kind.DURATION:
                return _number(field)
            case Kind.FLAG:
                chance = field.seed.chance if field.seed else 0.5
                return lambda tables, rng, picks: rng.random() < chance
            case Kind.DATE | Kind.DATETIME:
                return _day(field)
            case Kind.TIME:
                return _time(field)
            case Kind.ENUM:
                codes = field.codes
                return lambda tables, rng, picks: pick(rng, codes)
            case Kind.STATE:
                codes = field.codes
                return lambda tables, rng, picks: pick(rng, codes)
            case Kind.MANY:
                return _many(field)
            case Kind.LIST:
                return self._list(field)
            case Kind.REF:
                return self._ref(field)
            case Kind.VALUE:
                return self._value(field)

    def _text(self, field: Field) -> Draw:
        if field.pick:
            return _pick(field.pick, self.pack.pools)
        if field.pattern:
            stock = matching(field.pattern)
            return lambda tables, rng, picks: pick(rng, stock)
        if field.format:
            return _formatted(field.format)
        return _pick("memo", self.pack.pools) if "memo" in self.pack.pools else lambda tables, rng, picks: "note"

    def _list(self, field: Field) -> Draw:
        assert field.item is not None
        draw = self.field(field.item)
        low = int(field.min if field.min is not None else 1)
        high = int(field.max if field.max is not None else max(low, 3))
        high = min(high, max(low, low + 4))
        distinct = field.item.kind in (Kind.REF, Kind.TEXT, Kind.ENUM)
        in_time = next((f.name for f in field.item.fields if f.kind in TEMPORAL and not f.optional), "")

        def run(tables: Tables, rng: Random, picks: Picks) -> Any:
            values: list[Any] = []
            wanted = between(rng, low, high)
            for _ in range(wanted * 4 if distinct else wanted):
                if len(values) == wanted:
                    break
                value = draw(tables, rng, {})
                if value is not None and not (distinct and value in values):
                    values.append(value)
            if in_time:
                values.sort(key=lambda value: str(value[in_time]))
            return values

        return run

    def _ref(self, field: Field) -> Draw:
        table = self.pack.entity(field.of).table
        at_home = table == "person"
        key_format = field.key_format

        def run(tables: Tables, rng: Random, picks: Picks) -> Any:
            keys = list(tables.rows(table))
            if not keys:
                return format_key(key_format, between(rng, 1, 10 ** min(4, key_format.count("#")) - 1))
            return keys[0] if at_home and rng.random() < 0.5 else pick(rng, keys)

        return run

    def _value(self, field: Field) -> Draw:
        inner = [(f.name, self.field(f), f.optional, f.seed.chance if f.seed else 0.5) for f in field.fields]

        def run(tables: Tables, rng: Random, picks: Picks) -> Any:
            shared: Picks = {}
            out: dict[str, Any] = {}
            for name, draw, optional, chance in inner:
                if not optional or rng.random() < chance:
                    out[name] = draw(tables, rng, shared)
            return out

        return run


def _number(field: Field) -> Draw:
    low = field.min
    high = field.max
    if field.seed and field.seed.low is not None:
        low = field.seed.low
    if field.seed and field.seed.high is not None:
        high = field.seed.high
    low = 0 if low is None else low
    high = max(low, low + 1000) if high is None else high
    zero = field.seed.zero if field.seed else 0.0
    least = field.min if field.min is not None else 0
    if field.kind is not Kind.NUMBER or field.digits == 0:
        if high - low > 2000:
            return _whole_amount(int(low), int(high), int(least), zero)
        first, last, bottom = int(low), int(high), int(least)
        if field.kind is Kind.DURATION and field.unit is not None and field.unit.en == "minutes" and last - first >= 20:
            return _minutes(first, last)
        return lambda tables, rng, picks: bottom if zero and rng.random() < zero else between(rng, first, last)
    digits = field.digits
    if digits == 2 and high - low > 50:
        return _amount(low, high, least, zero, digits)

    def run(tables: Tables, rng: Random, picks: Picks) -> float:
        if zero and rng.random() < zero:
            return float(least)
        return min(max(round(low + (high - low) * rng.random(), digits), low), high)

    return run


def _minutes(first: int, last: int) -> Draw:
    """Draw lengths as people plan them: quarters of an hour, or at least fives."""

    def run(tables: Tables, rng: Random, picks: Picks) -> int:
        step = 15 if last - first >= 60 and rng.random() < 0.8 else 5
        return min(last, max(first, step * round(between(rng, first, last) / step)))

    return run


def _whole_amount(low: int, high: int, least: int, zero: float) -> Draw:
    amount = _amount(low, high, least, zero, 0)
    return lambda tables, rng, picks: int(amount(tables, rng, picks))


def _amount(low: float, high: float, least: float, zero: float, digits: int) -> Draw:
    """Draw amounts as people have them: mostly round ones."""

    def run(tables: Tables, rng: Random, picks: Picks) -> float:
        if zero and rng.random() < zero:
            return float(least)
        value = low + (high - low) * rng.random() ** 2
        size = len(str(int(abs(value))))
        style = rng.random()
        rounded = round(value, min(digits, 1 - size if style < 0.2 else 2 - size) if style < 0.7 else digits)
        return float(min(max(rounded, low), high))

    return run


def _day(field: Field) -> Draw:
    first, last = -_NEAR_DAYS, _NEAR_DAYS
    if field.seed and field.seed.low is not None:
        first = int(field.seed.low)
    if field.seed and field.seed.high is not None:
        last = int(field.seed.high)
    first, last = min(first, last), max(first, last)
    if field.kind is Kind.DATE:
        return lambda tables, rng, picks: _shift(tables.now[:10], between(rng, first, last))
    return lambda tables, rng, picks: _moment(tables.now, between(rng, first, last), between(rng, 14, 43), last <= 0)


@lru_cache(maxsize=65536)
def _shift(day: str, days: int) -> str:
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()


def _moment(now: str, days: int, half_hour: int, past: bool) -> str:
    """Give a half-hour on a day near now; never one after now when only the past is wanted."""
    at = f"{_shift(now[:10], days)}T{half_hour // 2:02d}:{half_hour % 2 * 30:02d}"
    if past and at > now:
        return (datetime.fromisoformat(now) - timedelta(minutes=half_hour)).strftime("%Y-%m-%dT%H:%M")
    return at


def _time(field: Field) -> Draw:
    low, high = 7.0, 22.0
    if field.seed and field.seed.low is not None:
        low = field.seed.low
    if field.seed and field.seed.high is not None:
        high = field.seed.high
    first, last = int(low * 2), max(int(low * 2), min(47, int(high * 2)))

    def run(tables: Tables, rng: Random, picks: Picks) -> str:
        half_hour = between(rng, first, last)
        return f"{half_hour // 2:02d}:{half_hour % 2 * 30:02d}"

    return run


def _many(field: Field) -> Draw:
    codes = field.codes
    low = max(1, int(field.min or 1))
    high = min(len(codes), int(field.max or len(codes)))

    def run(tables: Tables, rng: Random, picks: Picks) -> list[str]:
        chosen = set(rng.sample(codes, between(rng, low, max(low, high))))
        return [code for code in codes if code in chosen]

    return run


def _pick(path: str, pools: Mapping[str, Pool]) -> Draw:
    name, _, column = path.partition(".")
    pool = pools[name]
    if pool.lists:
        return lambda tables, rng, picks: insert(pick(rng, pool.lists.say(tables.language)), pools, tables.language, rng)
    texts = [record[column] for record in pool.records]
    count = len(texts)
    if not column:
        return lambda tables, rng, picks: texts[below(rng, count)].say(tables.language)

    def run(tables: Tables, rng: Random, picks: Picks) -> str:
        index = picks.get(name)
        if index is None:
            index = picks[name] = below(rng, count)
        return texts[index].say(tables.language)

    return run


def insert(phrase: str, pools: Mapping[str, Pool], language: Language, rng: Random) -> str:
    """Fill the `{pool}` slots of a phrase."""
    if "{" not in phrase:
        return phrase
    return INSERT.sub(lambda m: insert(pick(rng, pools[m[1]].lists.say(language)), pools, language, rng), phrase)


@lru_cache(maxsize=1024)
def matching(pattern: str) -> tuple[str, ...]:
    """Give a fixed stock of strings that match a pattern, in order."""
    source = rstr.Rstr(Random(pattern))
    whole = re.compile(pattern)
    drawn = (source.xeger(pattern) for _ in range(_PATTERN_STOCK * 2))
    return tuple(sorted({text for text in drawn if whole.fullmatch(text)}))[:_PATTERN_STOCK] or ("0",)


_EN_MAIL = ("alex", "sam", "jo", "robin", "kim", "lee", "pat", "max", "nour", "toni", "ana", "ravi")
_HOSTS = ("example.com", "example.org", "example.net")


def _formatted(fmt: str) -> Draw:
    match fmt:
        case "email":
            return lambda tables, rng, picks: f"{pick(rng, _EN_MAIL)}{between(rng, 10, 9999)}@{pick(rng, _HOSTS)}"
        case "uri":
            return lambda tables, rng, picks: f"https://www.{pick(rng, _HOSTS)}/{between(rng, 1000, 99999)}"
        case "ipv4":
            return lambda tables, rng, picks: f"192.0.2.{between(rng, 1, 254)}"
    return lambda tables, rng, picks: f"{pick(rng, _AREAS)}-555-01{between(rng, 0, 99):02d}"


_AREAS = ("202", "212", "303", "404", "503", "617", "702", "808")
"""With 555-0100 to 555-0199 these numbers are reserved for fiction."""
PHONE_PATTERN = r"^[0-9]{3}-[0-9]{3}-[0-9]{4}$"
