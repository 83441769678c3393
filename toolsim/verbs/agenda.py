"""Verbs about time and attention: schedule, notify, watch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from random import Random
from typing import Any

from toolsim.base.errors import PackError
from toolsim.base.text import Phrases, Text
from toolsim.taxonomy.declarations import Entity, Field, Kind, Option
from toolsim.taxonomy.rules import Env, Row, Scope
from toolsim.taxonomy.rules.functions import add_days, add_minutes
from toolsim.verbs import faults
from toolsim.verbs.documents import SLOT, shown
from toolsim.verbs.faults import FaultType, Refusal
from toolsim.verbs.making import Inserter, Making, clock, defaults, refuse_gaps
from toolsim.verbs.paths import resolve
from toolsim.verbs.rows import RowWriter
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
    make,
    plain,
    row_fields,
)


class _Span:
    """When a row begins and ends: from day, time and length, or from start and length."""

    def __init__(self, subject: Subject) -> None:
        self.day = self.time = self.start = self.length = ""
        self.minutes = 1
        for name in subject.operation.span:
            field = subject.field_of(subject.target, name)
            match field.kind:
                case Kind.DATE:
                    self.day = name
                case Kind.TIME:
                    self.time = name
                case Kind.DATETIME:
                    self.start = name
                case Kind.DURATION:
                    self.length = name
                    self.minutes = {"minutes": 1, "hours": 60, "days": 1440}[field.unit.en if field.unit else "minutes"]
                case kind:
                    raise PackError(f"'span' names {name!r}, which is a {kind}", subject.operation.place)
        if not self.start and not self.day:
            raise PackError("'span' needs a datetime or a date", subject.operation.place)

    def begins(self, row: Row) -> str | None:
        """Give the start, `2026-03-01T09:30`."""
        if self.start:
            return row.get(self.start)
        day = row.get(self.day)
        return None if day is None else f"{day}T{row.get(self.time, '00:00')}"

    def ends(self, row: Row, begins: str) -> str:
        """Give the end; without a length, the end of the start's own minute, or of the day if there is no time."""
        if self.length:
            return add_minutes(begins, int(row.get(self.length, 0)) * self.minutes)
        return add_minutes(begins, 1 if self.start or self.time else 1440)


class Schedule(Making):
    """A new row in time, that may not lie in the past nor overlap another of the same owner."""

    name = "schedule"
    effect = Effect.WRITE
    wording = Phrases(
        ("put {what} in the diary {clauses}", "schedule {what} {clauses}"), ("安排一个{clauses}{what}", "帮我约{what}")
    )

    def faults(self, subject: Subject) -> tuple[FaultType, ...]:
        conflict = (faults.CONFLICT,) if subject.operation.per else ()
        return (faults.IN_PAST, *conflict, *super().faults(subject))

    def body(self, subject: Subject, scope: Scope) -> Body:
        target, span, per = subject.target, _Span(subject), subject.operation.per
        for name in per:
            subject.field_of(target, name)
        inserter = Inserter(subject, target, scope)
        ended = _ended_states(target)
        state = target.state.name if target.state else ""

        def run(tables: Tables, args: Args, env: Env) -> Result:
            row = inserter.insert(tables, args, env)
            begins = span.begins(row)
            assert begins is not None
            if begins < (tables.now if span.start or span.time else tables.now[:10] + "T00:00"):
                raise Refusal(faults.IN_PAST.make(tables.language, at=begins.replace("T", " ")))
            ends = span.ends(row, begins)
            for key, other in tables.rows(target.table).items() if per else ():
                if key == row[target.key] or any(other.get(name) != row.get(name) for name in per):
                    continue
                there = span.begins(other)
                if there is None or other.get(state) in ended:
                    continue
                if there < ends and begins < span.ends(other, there):
                    raise Refusal(faults.CONFLICT.make(tables.language, key=key))
            return row

        return run

    def sample(self, subject: Subject, draw: Sampler) -> Sampler:
        return self._drawing(subject, draw, 1, 60)

    def faulty(self, subject: Subject, draw: Sampler) -> Iterator[FaultySampler]:
        span = _Span(subject)
        if (span.start or span.day) in subject.operation.with_fields:
            yield FaultySampler(faults.IN_PAST.code, self._drawing(subject, draw, -30, -1))

    def _drawing(self, subject: Subject, draw: Sampler, first: int, last: int) -> Sampler:
        span = _Span(subject)

        def run(tables: Tables, rng: Random) -> Args | None:
            args = draw(tables, rng)
            if args is None:
                return None
            day = add_days(tables.now[:10], rng.randint(first, last))
            if span.start in args:
                args = {**args, span.start: f"{day}{args[span.start][10:]}"}
            if span.day in args:
                args = {**args, span.day: day}
            return args

        return run


def _ended_states(entity: Entity) -> set[str]:
    """Give the states that lead nowhere: such rows take no time."""
    return {option.code for option in entity.state.options if not option.leads_to} if entity.state else set()


class Notify(Verb):
    """A message to a person, about a row."""

    name = "notify"
    effect = Effect.WRITE
    wording = Phrases(
        ("let them know about {what}", "send a message about {what}"), ("通知一下对方{what}的事", "就{what}发个消息")
    )

    def _message(self, subject: Subject) -> Entity:
        return subject.pack.entity("message")

    def params(self, subject: Subject) -> tuple[Field, ...]:
        topics = tuple(Option(topic.code, topic.label) for topic in subject.operation.topics)
        message = self._message(subject)
        return (
            enum("topic", Text("topic of the message", "消息主题"), topics),
            message.field("channel"),
            message.field("note"),
        )

    def result(self, subject: Subject) -> tuple[Field, ...]:
        return row_fields(self._message(subject))

    def faults(self, subject: Subject) -> tuple[FaultType, ...]:
        return (faults.CHANNEL_OFF, faults.NOTHING_FOUND)

    def body(self, subject: Subject, scope: Scope) -> Body:
        op, target, message = subject.operation, subject.target, self._message(subject)
        path = op.path or target.key
        found = resolve(subject.pack, target, path, op.place)
        if found.field.of != "person":
            raise PackError(f"{op.target}.{op.path} does not lead to a person", op.place)
        topics = {topic.code: topic for topic in op.topics}
        slots = {
            name: resolve(subject.pack, target, name, op.place)
            for topic in op.topics
            for name in SLOT.findall(topic.body.en + topic.body.zh)
        }
        channel, writer = message.field("channel"), RowWriter(message, subject.pack)

        def run(tables: Tables, args: Args, env: Env) -> Result:
            this = env["this"]
            recipient = found.get(tables, this)
            if recipient is None:
                raise Refusal(faults.NOTHING_FOUND.make(tables.language))
            person = tables.rows("person")[recipient]
            if args["channel"] not in person["channels"]:
                label = channel.option(args["channel"]).label.say(tables.language)
                raise Refusal(faults.CHANNEL_OFF.make(tables.language, channel=label))
            topic = topics[args["topic"]]

            def slot(match: Any) -> str:
                part = slots[match[1]]
                return shown(part.field, part.get(tables, this), tables.language)

            row = {
                "recipient": recipient,
                "channel": args["channel"],
                "topic": topic.label.say(tables.language),
                "body": SLOT.sub(slot, topic.body.say(tables.language)),
                "note": args.get("note"),
                "sent_at": tables.now,
            }
            return writer.insert(tables, row)

        return run

    def sample(self, subject: Subject, draw: Sampler) -> Sampler:
        return self._drawing(subject, draw, accepted=True)

    def faulty(self, subject: Subject, draw: Sampler) -> Iterator[FaultySampler]:
        yield FaultySampler(faults.CHANNEL_OFF.code, self._drawing(subject, draw, accepted=False))

    def _drawing(self, subject: Subject, draw: Sampler, accepted: bool) -> Sampler:
        op, target = subject.operation, subject.target
        found = resolve(subject.pack, target, op.path or target.key, op.place)
        codes = self._message(subject).field("channel").codes

        def run(tables: Tables, rng: Random) -> Args | None:
            args = draw(tables, rng)
            if args is None:
                return None
            person = tables.rows("person").get(found.get(tables, tables.rows(target.table)[args[target.key]]))
            channels = [c for c in codes if person is not None and (c in person["channels"]) == accepted]
            return {**args, "channel": rng.choice(channels)} if channels else None

        return run


class Watch(Verb):
    """An alert rule on a figure of a row."""

    name = "watch"
    effect = Effect.WRITE
    wording = Phrases(
        ("tell me when {what} gets {clauses}", "keep an eye on {what} for me"), ("{what}有变化就提醒我", "帮我盯着{what}")
    )

    def params(self, subject: Subject) -> tuple[Field, ...]:
        alert, field = subject.pack.entity("alert"), subject.figure()
        label = Text(f"threshold for: {field.label.en}", f"{field.label.zh}的阈值")
        threshold = replace(plain(field, name="threshold", label=label, optional=False), unique=False)
        return (alert.field("condition"), threshold, alert.field("channel"))

    def result(self, subject: Subject) -> tuple[Field, ...]:
        met = make("met_now", Kind.FLAG, Text("whether the condition is met already", "当前是否已满足条件"))
        return (*row_fields(subject.pack.entity("alert")), met)

    def body(self, subject: Subject, scope: Scope) -> Body:
        target, field, alert = subject.target, subject.figure(), subject.pack.entity("alert")
        writer = RowWriter(alert, subject.pack)
        names = {"subject", "measure", "condition", "threshold", "channel"}
        refuse_gaps(subject, alert, names)
        preset = defaults(alert, names)

        def run(tables: Tables, args: Args, env: Env) -> Result:
            this, threshold = env["this"], args["threshold"]
            row: Row = {
                "subject": this[target.key],
                "measure": field.label.say(tables.language),
                "condition": args["condition"],
                "threshold": float(threshold),
                "channel": args["channel"],
                **{name: clock(value, tables) for name, value in preset},
            }
            value = this.get(field.name)
            met = value is not None and (value > threshold if args["condition"] == "above" else value < threshold)
            return {**writer.insert(tables, row), "met_now": met}

        return run


for verb in (Schedule(), Notify(), Watch()):
    VERBS.register(verb.name)(verb)
