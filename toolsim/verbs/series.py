"""The verb series: readings of the past or a forecast, the same whenever they are asked for."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from hashlib import blake2b
from random import Random

from toolsim.base.text import Phrases, Text
from toolsim.taxonomy.declarations import Field, Kind, Option
from toolsim.taxonomy.rules import Env, Scope
from toolsim.taxonomy.rules.functions import add_days, add_minutes
from toolsim.verbs import faults
from toolsim.verbs.faults import FaultType, Refusal
from toolsim.verbs.rows import normalise
from toolsim.verbs.verb import (
    VERBS,
    Args,
    Body,
    Effect,
    FaultySampler,
    Result,
    Sampler,
    Subject,
    Tables,
    Verb,
    enum,
    items,
    make,
    plain,
)

_LONGEST = {"hours": 48, "days": 14}
_TRENDS = (
    Option("rising", Text("rising", "上升")),
    Option("steady", Text("steady", "平稳")),
    Option("falling", Text("falling", "下降")),
)


def _noise(*path: object) -> float:
    """Give a number from -1 to 1 that depends on nothing but the path."""
    data = "\x1f".join(map(str, path)).encode()
    return int.from_bytes(blake2b(data, digest_size=4).digest(), "big") / 2**31 - 1


class Series(Verb):
    """Readings over hours or days: around the row's figure, with a daily or weekly rhythm and noise seeded by the world."""

    name = "series"
    effect = Effect.READ
    wording = Phrases(
        ("how does {what} develop {clauses}", "show me the run of {what} {clauses}"),
        ("{what}的变化走势{clauses}", "看看{clauses}{what}的数据"),
    )

    def params(self, subject: Subject) -> tuple[Field, ...]:
        op = subject.operation
        days = op.over == "days"
        if op.ahead:
            label = (
                Text("first day; today if absent", "起始日期，缺省为今天")
                if days
                else Text("first hour; now if absent", "起始时间，缺省为当前时间")
            )
        elif days:
            label = Text("first day; if absent, the period ends today", "起始日期，缺省时统计到今天为止")
        else:
            label = Text("first hour; if absent, the period ends now", "起始时间，缺省时统计到现在为止")
        kind = Kind.DATE if days else Kind.DATETIME
        start = make("start", kind, label, optional=True, say=Phrases(("starting {}",), ("从{}开始",)))
        count = Text("length of the period", "时间跨度")
        said = Phrases(("for {}",), ("一共{}",))
        unit = Text("days", "天") if days else Text("hours", "小时")
        return (start, make(op.over, Kind.WHOLE, count, unit=unit, min=1, max=_LONGEST[op.over], say=said))

    def result(self, subject: Subject) -> tuple[Field, ...]:
        op, field = subject.operation, subject.figure()
        kind = Kind.DATE if op.over == "days" else Kind.DATETIME
        at = make("at", kind, Text("day", "日期") if op.over == "days" else Text("hour", "时间"))
        value = plain(field, name="value", optional=False)
        bounds: tuple[Field, ...] = ()
        if op.ahead:
            low, high = Text("lower bound of the forecast", "预测下限"), Text("upper bound of the forecast", "预测上限")
            bounds = (replace(value, name="low", label=low), replace(value, name="high", label=high))
        label = Text("forecast points", "预测数据点") if op.ahead else Text("readings", "读数")
        figures = tuple(
            replace(value, name=name, label=text, kind=Kind.NUMBER, digits=max(2, field.digits))
            for name, text in (
                ("mean", Text("mean", "平均值")),
                ("highest", Text("highest", "最高值")),
                ("lowest", Text("lowest", "最低值")),
            )
        )
        return (items("points", label, (at, value, *bounds)), *figures, enum("trend", Text("trend", "趋势"), _TRENDS))

    def faults(self, subject: Subject) -> tuple[FaultType, ...]:
        return (faults.IN_PAST,) if subject.operation.ahead else (faults.NOT_YET,)

    def body(self, subject: Subject, scope: Scope) -> Body:
        op, field, target = subject.operation, subject.figure(), subject.target
        hourly, ahead = op.over == "hours", op.ahead
        low = field.min if field.min is not None else -math.inf
        high = field.max if field.max is not None else math.inf
        span = field.max - field.min if field.max is not None and field.min is not None else None

        def run(tables: Tables, args: Args, env: Env) -> Result:
            row = env["this"]
            base = float(row.get(field.name, (low + high) / 2 if span is not None else 0.0))
            width = _swing(base, span)
            points, raw = [], []
            for step, at in enumerate(_times(tables, args.get("start"), args[op.over], hourly, ahead)):
                phase = int(at[11:13]) / 24 if hourly else (int(at[8:10]) % 7) / 7
                wave = math.sin(2 * math.pi * (phase - 0.3)) + 0.5 * _noise(
                    tables.seed, target.table, row[target.key], field.name, at
                )
                value = normalise(field, min(high, max(low, base + width * wave)))
                raw.append(value)
                point = {"at": at, "value": value}
                if ahead:
                    margin = width * 0.15 * math.sqrt(step + 1)
                    point["low"] = normalise(field, max(low, value - margin))
                    point["high"] = normalise(field, min(high, value + margin))
                points.append(point)
            mean = min(max(round(sum(raw) / len(raw), max(field.digits, 2)), min(raw)), max(raw))
            return {
                "points": points,
                "mean": mean,
                "highest": float(max(raw)),
                "lowest": float(min(raw)),
                "trend": _trend(raw, width),
            }

        return run

    def sample(self, subject: Subject, draw: Sampler) -> Sampler:
        ahead, hourly = subject.operation.ahead, subject.operation.over == "hours"

        def run(tables: Tables, rng: Random) -> Args | None:
            args = draw(tables, rng)
            if args is not None and "start" in args:
                day = add_days(tables.now[:10], rng.randint(1, 5) if ahead else -rng.randint(14, 40))
                args = {**args, "start": f"{day}T{rng.randint(0, 23):02d}:00" if hourly else day}
            return args

        return run

    def faulty(self, subject: Subject, draw: Sampler) -> Iterator[FaultySampler]:
        hourly, ahead = subject.operation.over == "hours", subject.operation.ahead

        def wrong_side(tables: Tables, rng: Random) -> Args | None:
            args = draw(tables, rng)
            day = add_days(tables.now[:10], rng.randint(1, 9) * (-1 if ahead else 1))
            return {**args, "start": f"{day}T08:00" if hourly else day} if args is not None else None

        yield FaultySampler((faults.IN_PAST if ahead else faults.NOT_YET).code, wrong_side)


def _times(tables: Tables, start: str | None, count: int, hourly: bool, ahead: bool) -> list[str]:
    """Give the times of the points; refuse a forecast of the past and readings of the future."""
    now = tables.now if hourly else tables.now[:10]

    def step(at: str, steps: int) -> str:
        return add_minutes(at, 60 * steps) if hourly else add_days(at, steps)

    first = start or (now if ahead else step(now, 1 - count))
    times = [step(first, index) for index in range(count)]
    if ahead and times[0] < now:
        raise Refusal(faults.IN_PAST.make(tables.language, at=times[0]))
    if not ahead and times[-1] > now:
        raise Refusal(faults.NOT_YET.make(tables.language, at=times[-1]))
    return times


def _swing(base: float, span: float | None) -> float:
    """Give how far readings stray from the row's figure: a fifth of it, but no more than an eighth of what the field may hold."""
    if span is None:
        return max(1.0, abs(base) * 0.2)
    return min(abs(base) * 0.2 or span * 0.02, span / 8)


def _trend(values: list[float], width: float) -> str:
    half = len(values) // 2
    if half == 0:
        return "steady"
    change = sum(values[-half:]) / half - sum(values[:half]) / half
    return "steady" if abs(change) < width * 0.25 else "rising" if change > 0 else "falling"


VERBS.register("series")(Series())
