"""Say a few values by themselves, as people answer a question or change their mind: `until 26 June`, `300 yuan and by card`."""

from __future__ import annotations

import re
from collections.abc import Mapping

from toolsim.taxonomy.declarations import NUMERIC, Field, Kind
from toolsim.verbs.verb import Args
from toolsim.wording import joints, values
from toolsim.wording.clauses import Clauses
from toolsim.wording.labels import shown


def fragments(teller: Clauses, args: Args, among: Args | None = None) -> str:
    """Give the values of arguments as one fragment; those that could be taken for each other are named.

    Args:
        among: all that was told by then, where a value is to be known from among it.
    """
    fields = teller.sheet.fields
    out: list[tuple[str, bool]] = []
    phrased, done = False, set[str]()
    for name, value in args.items():
        field = fields[name]
        pair = teller.ends(name, field)
        if name in done:
            continue
        if pair is not None:
            done |= set(pair)
            out += [(_bare(clause), False) for clause in teller.clauses({end: args[end] for end in pair if end in args})]
            phrased = True
        elif field.item is not None and field.item.kind is Kind.VALUE:
            teller.clauses({name: value})
        else:
            alike = sum(_sort(fields[other]) == _sort(field) for other in args) > 1
            alike = alike or (among is not None and not teller.en and field.kind in NUMERIC and _figures(fields, among) > 1)
            said, own = _fragment(teller, field, value, alike)
            out.append((said, field.kind is Kind.FLAG))
            phrased = phrased or own
    parts = [_nominal(part) if teller.en and not flag else part for part, flag in out if part]
    if not parts:
        return "; ".join(teller.tail) if teller.en else "；".join(teller.tail)
    listed = "，".join(parts) if phrased and not teller.en else values.join(parts, teller.language)
    return teller.with_tail(listed)


_LED = re.compile(r"^(?:with (?!no\b)|on (?=\d|the \d|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b|[A-Z][a-z]+ \d))")


def _nominal(part: str) -> str:
    """Take the word away that led to a value in its sentence: `the 3rd` of `on the 3rd`, `a budget of 90 yuan`."""
    return _LED.sub("", part)


def _figures(fields: Mapping[str, Field], args: Args) -> int:
    """Count the parameters that hold figures."""
    return sum(fields[name].kind in NUMERIC | {Kind.LIST} for name in args)


def _bare(clause: str) -> str:
    return clause.removesuffix("的")


def _sort(field: Field) -> tuple[object, ...]:
    """Give what makes two values look alike."""
    return field.kind, field.of, field.unit, field.codes


def _fragment(teller: Clauses, field: Field, value: object, named: bool) -> tuple[str, bool]:
    """Say one value, and tell whether it is a phrase of its own."""
    if field.kind in (Kind.FLAG, Kind.VALUE):
        return _bare(teller.fact(field, value, field.name, ())), True
    phrases = [phrase for phrase in field.say.say(teller.language) if "{}" in phrase]
    lead = teller.sheet.leads[teller.language].get(field.name)
    said = teller.say(field, value, field.name)
    phrase = teller.rng.choice(phrases) if phrases else lead
    if phrase:
        return _bare(joints.insert(phrase, said, teller.language)), True
    if not named:
        return said, False
    label, said = shown(field, said, teller.language)
    if not teller.en and "几" in label:
        return re.sub("几(?:小时|天|分钟|个月|年)?", said, label, count=1), True
    return (f"the {label} {said}" if teller.en else f"{label}{said}"), not teller.en
