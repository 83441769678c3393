"""Read field and value declarations."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from toolsim.base.errors import PackError, Place, UnknownName, near
from toolsim.base.text import Text
from toolsim.base.yaml import Node
from toolsim.taxonomy.declarations import NUMERIC, Field, Kind, Literal, Option, Rule, Seed
from toolsim.taxonomy.reader import Reader, as_mapping, as_name, as_names, as_pair, at, refuse

FORMATS = ("email", "uri", "ipv4", "phone")
DURATION_UNITS = {"minutes": Text("minutes", "分钟"), "hours": Text("hours", "小时"), "days": Text("days", "天")}
LONGEST_MATCH = 2000
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+-]*$")

_LABELLED = frozenset({Kind.ENUM, Kind.MANY, Kind.LIST, Kind.REF, Kind.STATE})


@dataclass(slots=True)
class FieldContext:
    """What a field may point to."""

    values: Mapping[str, Node]
    """Value declarations by name."""
    keys: Mapping[str, str]
    """Key formats by entity."""
    open_values: list[str] = field(default_factory=list)
    """Values that are being read, to refuse circles."""


def read_fields(node: Node, context: FieldContext, what: str) -> tuple[Field, ...]:
    """Read a mapping of fields."""
    entries = as_mapping(node, what)
    return tuple(read_field(as_name(name, child.place, "field"), child, context) for name, child in entries.items())


def read_field(name: str, node: Node, context: FieldContext) -> Field:
    """Read one field."""
    reader = Reader(node, f"field {name!r}")
    kinds = [kind for kind in Kind if reader.has(kind.value)]
    if len(kinds) != 1:
        found = " and ".join(kinds) if kinds else "none"
        known = ", ".join(kind.value for kind in Kind)
        wrong = [key for key in reader.left() if near(key, list(Kind)).startswith("did you mean")]
        hint = near(wrong[0], list(Kind)) if wrong and not kinds else f"kinds: {known}"
        raise PackError(f"field {name!r} must have one kind, not {found}", node.place, hint)
    kind = kinds[0]
    detail = reader.need(kind.value)
    out = Field(name, kind, Text("", ""), node.place)
    out = _detail(out, detail, reader, context)
    out = _options(out, reader)
    reader.end(("is",))
    _verify(out)
    return out


def _detail(out: Field, detail: Node, reader: Reader, context: FieldContext) -> Field:
    """Read what follows the kind."""
    if out.kind is Kind.VALUE:
        return _value(out, detail, reader, context)
    if out.kind not in _LABELLED:
        return replace(out, label=as_pair(detail, f"{out.kind} of field {out.name!r}"))
    out = replace(out, label=reader.pair("is"))
    match out.kind:
        case Kind.REF:
            return _ref(out, detail, context)
        case Kind.LIST:
            return replace(out, item=_item(detail, out, context))
        case Kind.STATE:
            return replace(out, options=_states(out.name, detail, reader))
    return replace(out, options=_codes(out.name, detail))


def _item(detail: Node, out: Field, context: FieldContext) -> Field:
    """Read a list's item; the list's label stands in where the item has none."""
    entries = as_mapping(detail, f"list of field {out.name!r}")
    kind = next((k for k in Kind if k.value in entries), None)
    if kind in _LABELLED and "is" not in entries:
        label = Node(detail.place, [Node(detail.place, out.label.en), Node(detail.place, out.label.zh)])
        detail = Node(detail.place, {**entries, "is": label}, detail.key_places)
    return read_field(out.name, detail, context)


def _ref(out: Field, detail: Node, context: FieldContext) -> Field:
    (entity,) = as_names(detail, "ref") if not isinstance(detail.value, list) else ("",)
    if entity not in context.keys:
        with at(detail.place):
            raise UnknownName("entity", entity, context.keys)
    return replace(out, of=entity, key_format=context.keys[entity])


def _value(out: Field, detail: Node, reader: Reader, context: FieldContext) -> Field:
    (name,) = as_names(detail, "value") if not isinstance(detail.value, list) else ("",)
    if name not in context.values:
        with at(detail.place):
            raise UnknownName("value", name, context.values)
    if name in context.open_values:
        circle = " -> ".join([*context.open_values, name])
        raise PackError(f"values may not nest in a circle: {circle}", detail.place)
    context.open_values.append(name)
    declared = Reader(context.values[name], f"value {name!r}")
    label = declared.pair("is")
    fields = tuple(
        read_field(as_name(key, context.values[name].place, "field"), declared.need(key), context) for key in declared.left()
    )
    context.open_values.pop()
    if not fields:
        raise PackError(f"value {name!r} has no fields", declared.place)
    return replace(out, label=reader.pair("is") if reader.has("is") else label, of=name, fields=fields)


def _codes(name: str, detail: Node) -> tuple[Option, ...]:
    codes = as_mapping(detail, f"codes of field {name!r}")
    if not codes:
        raise PackError(f"field {name!r} has no codes", detail.place)
    return tuple(_code(code, as_pair(label, f"code {code!r}"), label.place) for code, label in codes.items())


def _code(code: str, label: Text, place: Place) -> Option:
    if not CODE.match(code):
        raise PackError(f"the code {code!r} must be letters, digits and _", place)
    return Option(code, label)


def _states(name: str, detail: Node, reader: Reader) -> tuple[Option, ...]:
    """Read a lifecycle; every state must be reachable from the first."""
    moves = {code: as_names(to, f"state {code!r}") for code, to in as_mapping(detail, f"states of {name!r}").items()}
    labels = as_mapping(reader.need("names"), f"'names' of field {name!r}")
    for code in labels:
        if code not in moves:
            raise PackError(f"field {name!r} has no state {code!r}", labels[code].place, near(code, moves))
    for code, targets in moves.items():
        if code not in labels:
            raise PackError(f"state {code!r} of field {name!r} has no name", detail.place)
        for target in targets:
            if target not in moves:
                raise PackError(f"field {name!r} has no state {target!r}", detail.place, near(target, moves))
    if not moves:
        raise PackError(f"field {name!r} has no states", detail.place)
    reached = _reachable(moves)
    for code in moves:
        if code not in reached:
            first = next(iter(moves))
            raise PackError(f"state {code!r} of field {name!r} cannot be reached from {first!r}", detail.place)
    return tuple(
        Option(_code(code, Text("", ""), detail.place).code, as_pair(labels[code], f"state {code!r}"), targets)
        for code, targets in moves.items()
    )


def _reachable(moves: Mapping[str, tuple[str, ...]]) -> set[str]:
    reached, waiting = set[str](), [next(iter(moves))]
    while waiting:
        code = waiting.pop()
        if code not in reached:
            reached.add(code)
            waiting += moves[code]
    return reached


def _options(out: Field, reader: Reader) -> Field:
    """Read the options that follow kind and label."""
    unit = _unit(out, reader)
    digits = reader.number("digits")
    low, high = reader.number("min"), reader.number("max")
    return replace(
        out,
        optional=reader.flag("optional"),
        auto=_auto(out, reader.take("auto")),
        unit=unit,
        min=low,
        max=high,
        digits=2 if digits is None else int(digits),
        pick=reader.text("pick"),
        pattern=reader.text("pattern"),
        format=reader.text("format"),
        unique=reader.flag("unique"),
        prose=reader.flag("prose"),
        say=reader.phrases("say"),
        seed=_seed(out, reader.take("seed")),
        rule=reader.rule("rule"),
    )


def _unit(out: Field, reader: Reader) -> Text | None:
    node = reader.take("unit")
    if out.kind is Kind.DURATION:
        code = "minutes" if node is None else str(node.value)
        if code not in DURATION_UNITS:
            raise PackError(f"unit of field {out.name!r} must be minutes, hours or days", reader.place)
        return DURATION_UNITS[code]
    return None if node is None else as_pair(node, f"'unit' of field {out.name!r}")


def _auto(out: Field, node: Node | None) -> Literal | None:
    if node is None:
        return None
    value = node.value
    expected = {
        Kind.NUMBER: (int, float),
        Kind.WHOLE: (int,),
        Kind.DURATION: (int,),
        Kind.FLAG: (bool,),
        Kind.MANY: (list,),
    }
    if (isinstance(value, bool) and out.kind is not Kind.FLAG) or not isinstance(value, expected.get(out.kind, (str,))):
        raise refuse(node, f"a {out.kind}", f"'auto' of field {out.name!r}")
    codes = as_names(node, "auto") if out.kind in (Kind.ENUM, Kind.STATE, Kind.MANY) else ()
    for code in codes:
        with at(node.place):
            out.option(code)
    if isinstance(value, list):
        return list(codes)
    assert isinstance(value, str | int | float)
    return value


def _seed(out: Field, node: Node | None) -> Seed | None:
    if node is None:
        return None
    if not isinstance(node.value, dict):
        if isinstance(node.value, list):
            raise refuse(node, "a mapping or a rule", f"'seed' of field {out.name!r}")
        source = node.value if isinstance(node.value, str) else repr(node.value)
        return Seed(rule=Rule(source, node.place))
    reader = Reader(node, f"seed of field {out.name!r}")
    seed = Seed(
        low=reader.number("from"),
        high=reader.number("to"),
        zero=reader.number("zero") or 0.0,
        chance=_share(reader.number("chance"), reader),
    )
    reader.end()
    if seed.low is not None and seed.high is not None and seed.low > seed.high:
        raise PackError(f"seed of field {out.name!r} runs from {seed.low} to {seed.high}", node.place)
    return seed


def _share(chance: float | None, reader: Reader) -> float:
    if chance is None:
        return 0.5
    if not 0 <= chance <= 1:
        raise PackError("'chance' must lie between 0 and 1", reader.place)
    return chance


def _longest_match(pattern: str) -> int:
    """Bound what a pattern may match, from the counts in its braces: nested ones multiply."""
    longest = 1
    for count in re.findall(r"\{\d*,?(\d+)\}", pattern):
        longest *= min(int(count), LONGEST_MATCH + 1)
        if longest > LONGEST_MATCH:
            break
    return longest


def _verify(out: Field) -> None:
    """Refuse options that contradict each other or the kind."""

    def wrong(message: str) -> PackError:
        return PackError(f"field {out.name!r} {message}", out.place)

    if out.min is not None and out.max is not None and out.min > out.max:
        raise wrong(f"has min {out.min} above max {out.max}")
    if (out.min is not None or out.max is not None) and out.kind not in NUMERIC | {Kind.LIST, Kind.MANY}:
        raise wrong(f"is a {out.kind} and takes no min or max")
    if (out.pick or out.pattern or out.format) and out.kind is not Kind.TEXT:
        raise wrong(f"is a {out.kind} and takes no pick, pattern or format")
    if out.format and out.format not in FORMATS:
        raise wrong(f"has the unknown format {out.format!r}; {near(out.format, FORMATS)}")
    if out.pattern:
        try:
            re.compile(out.pattern)
        except re.error as error:
            raise wrong(f"has a pattern that is no regular expression ({error})") from None
        if len(out.pattern) > 120 or _longest_match(out.pattern) > LONGEST_MATCH:
            raise wrong(f"has a pattern that may match more than {LONGEST_MATCH} characters")
    for side in (out.say.en, out.say.zh):
        for phrase in side:
            if phrase.count("{}") != 1 and not (out.kind is Kind.FLAG and "{" not in phrase):
                raise wrong(f"has a 'say' without exactly one {{}}: {phrase!r}")
