"""Read what each verb takes: one parser a verb."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from toolsim.base.errors import PackError, near
from toolsim.base.text import Text
from toolsim.base.yaml import Node
from toolsim.taxonomy.declarations import (
    Field,
    Kind,
    Operation,
    Rule,
    Topic,
    Unit,
)
from toolsim.taxonomy.fields import read_fields
from toolsim.taxonomy.parts import OperationContext, entity_name, entity_path, fields_of, filters, guards
from toolsim.taxonomy.reader import Reader, as_list, as_mapping, as_names, as_number, as_pair, as_rule, as_text, scalar_text

STATISTICS = ("count", "sum", "mean", "min", "max", "median")

Parse = Callable[[Operation, Node, Reader, OperationContext], Operation]


def _get(out: Operation, head: Node, reader: Reader, context: OperationContext) -> Operation:
    return replace(out, target=entity_name(head, context, "'get'"), also=reader.names("also"), show=reader.names("show"))


def _find(out: Operation, head: Node, reader: Reader, context: OperationContext) -> Operation:
    return replace(
        out,
        target=entity_name(head, context, "'find'"),
        filters=filters(reader),
        need=reader.names("need"),
        sort=reader.names("sort"),
        show=reader.names("show"),
    )


def _ranked(out: Operation, head: Node, reader: Reader, context: OperationContext) -> Operation:
    on = as_names(reader.need("on"), "'on'")
    return replace(
        out, target=entity_name(head, context, f"{out.verb!r}"), on=on, filters=filters(reader), need=reader.names("need")
    )


def _measure(out: Operation, head: Node, reader: Reader, context: OperationContext) -> Operation:
    stat = as_names(reader.need("stat"), "'stat'")
    for name in stat:
        if name not in STATISTICS:
            raise PackError(f"there is no statistic {name!r}", reader.where("stat"), near(name, STATISTICS))
    of = reader.text("of")
    if not of and stat != ("count",):
        raise PackError(f"{reader.what} lacks 'of': the field that is measured", reader.place)
    return replace(
        out,
        target=entity_name(head, context, "'measure'"),
        stat=stat,
        of=of,
        per=reader.names("per"),
        filters=filters(reader),
        need=reader.names("need"),
    )


def _create(out: Operation, head: Node, reader: Reader, context: OperationContext) -> Operation:
    return replace(out, target=entity_name(head, context, f"{out.verb!r}"), with_fields=reader.names("with"))


def _update(out: Operation, head: Node, reader: Reader, context: OperationContext) -> Operation:
    fields = as_names(reader.need("fields"), "'fields'")
    return replace(out, target=entity_name(head, context, "'update'"), with_fields=fields)


def _delete(out: Operation, head: Node, reader: Reader, context: OperationContext) -> Operation:
    return replace(out, target=entity_name(head, context, "'delete'"))


def _link(out: Operation, head: Node, reader: Reader, context: OperationContext) -> Operation:
    entity, path = entity_path(head, context, "'link'")
    return replace(out, target=entity, path=path, off=reader.flag("off"), as_name=reader.text("as"))


def _move(out: Operation, head: Node, reader: Reader, context: OperationContext) -> Operation:
    entity, path = entity_path(head, context, "'move'")
    return replace(out, target=entity, path=path, to=as_text(reader.need("to"), "'to'"))


def _adjust(out: Operation, head: Node, reader: Reader, context: OperationContext) -> Operation:
    entity, path = entity_path(head, context, f"{out.verb!r}")
    subtracts = reader.has("sub")
    amount = as_text(reader.need("sub" if subtracts else "add"), "the amount")
    return replace(out, target=entity, path=path, amount=amount, subtracts=subtracts)


def _reserve(out: Operation, head: Node, reader: Reader, context: OperationContext) -> Operation:
    entity, path = entity_path(head, context, "'reserve'")
    creates = entity_name(reader.need("create"), context, "'create'")
    return replace(out, target=entity, path=path, creates=creates, with_fields=reader.names("with"), units=reader.text("units"))


def _check(out: Operation, head: Node, reader: Reader, context: OperationContext) -> Operation:
    out = _about(out, head, context)
    conditions = guards(reader, "reasons")
    if not conditions:
        raise PackError(f"{reader.what} lacks 'when': what is checked", reader.place)
    return replace(out, guards=conditions, gives=fields_of("gives", reader, context))


def _about(out: Operation, head: Node, context: OperationContext) -> Operation:
    """Read the head of a verb that thinks about a row, or about inputs of its own."""
    if isinstance(head.value, dict):
        return replace(out, inputs=read_fields(head, context.fields, f"{out.verb!r}"))
    return replace(out, target=entity_name(head, context, f"{out.verb!r}"))


def _gives(out: Operation, reader: Reader, context: OperationContext) -> tuple[Field, ...]:
    node = reader.need("gives")
    gives = read_fields(node, context.fields, f"'gives' of {reader.what}")
    if not gives:
        raise PackError(f"{reader.what} gives nothing", node.place)
    for index, field in enumerate(gives):
        by_table = out.verb == "assess" and index == 0
        if not by_table and field.rule is None and out.verb != "call":
            raise PackError(f"{field.name!r} has no 'rule' that gives it", field.place)
    return gives


def _think(out: Operation, head: Node, reader: Reader, context: OperationContext) -> Operation:
    out = _about(out, head, context)
    return replace(out, gives=_gives(out, reader, context))


def _assess(out: Operation, head: Node, reader: Reader, context: OperationContext) -> Operation:
    out = _think(out, head, reader, context)
    lines: list[tuple[Rule, str]] = []
    if out.gives[0].kind is not Kind.ENUM:
        raise PackError("the first of 'gives' must be the enum of outcomes", out.gives[0].place)
    for line in as_list(reader.need("table"), "'table'"):
        cells = as_list(line, "a line of 'table'")
        if len(cells) != 2:
            raise PackError("a line of 'table' must be [rule, outcome]", line.place)
        outcome = scalar_text(cells[1], "outcome")
        if outcome not in out.gives[0].codes:
            raise PackError(f"there is no outcome {outcome!r}", line.place, near(outcome, out.gives[0].codes))
        lines.append((as_rule(cells[0], "rule"), outcome))
    if not lines or lines[-1][0].source != "True":
        raise PackError(f"'table' of {reader.what} must end with the rule True", reader.where("table"))
    return replace(out, table=tuple(lines))


def _convert(out: Operation, head: Node, reader: Reader, context: OperationContext) -> Operation:
    units = []
    for code, node in as_mapping(head, "'convert'").items():
        cells = as_list(node, f"unit {code!r}")
        if len(cells) not in (3, 4):
            raise PackError(f"unit {code!r} must be [factor, English, Chinese] or [factor, offset, English, Chinese]", node.place)
        factor = as_number(cells[0], "factor")
        offset = as_number(cells[1], "offset") if len(cells) == 4 else 0.0
        if factor == 0:
            raise PackError(f"unit {code!r} has the factor 0", node.place)
        label = Text(scalar_text(cells[-2], "name"), scalar_text(cells[-1], "name"))
        units.append(Unit(code, label, factor, offset))
    if len(units) < 2:
        raise PackError("'convert' needs two units or more", head.place)
    label = reader.pair("is_value") if reader.has("is_value") else Text("quantity to convert", "要换算的数值")
    value = Field("value", Kind.NUMBER, label, head.place, min=reader.number("min"), max=reader.number("max"))
    return replace(out, scale=tuple(units), value_field=value)


def _series(out: Operation, head: Node, reader: Reader, context: OperationContext) -> Operation:
    entity, path = entity_path(head, context, "'series'")
    over = as_text(reader.need("over"), "'over'")
    if over not in ("hours", "days"):
        raise PackError(f"'over' must be hours or days, not {over!r}", reader.where("over"))
    return replace(out, target=entity, path=path, over=over, ahead=reader.flag("ahead"))


def _report(out: Operation, head: Node, reader: Reader, context: OperationContext) -> Operation:
    about = entity_name(reader.need("about"), context, "'about'")
    return replace(
        out,
        target=entity_name(head, context, "'report'"),
        about=about,
        filters=filters(reader),
        need=reader.names("need"),
        with_fields=reader.names("with"),
    )


def _draft(out: Operation, head: Node, reader: Reader, context: OperationContext) -> Operation:
    texts = as_mapping(reader.need("text"), "'text'")
    return replace(
        _create(out, head, reader, context),
        text=tuple((field, as_pair(text, f"text of {field!r}")) for field, text in texts.items()),
    )


def _configure(out: Operation, head: Node, reader: Reader, context: OperationContext) -> Operation:
    entity, path = entity_path(head, context, "'configure'")
    return replace(out, target=entity, path=path)


def _schedule(out: Operation, head: Node, reader: Reader, context: OperationContext) -> Operation:
    span = as_names(reader.need("span"), "'span'")
    return replace(_create(out, head, reader, context), span=span, per=reader.names("per"))


def _notify(out: Operation, head: Node, reader: Reader, context: OperationContext) -> Operation:
    entity, _, path = as_text(head, "'notify'").partition(".")
    if entity not in context.entities:
        raise PackError(f"there is no entity {entity!r}", head.place, near(entity, context.entities))
    topics = []
    for code, node in as_mapping(reader.need("topics"), "'topics'").items():
        cells = [scalar_text(cell, f"topic {code!r}") for cell in as_list(node, f"topic {code!r}")]
        if len(cells) != 4:
            raise PackError(f"topic {code!r} must be [label, 名称, text, 文本]", node.place, "quote a text that holds a comma")
        topics.append(Topic(code, Text(*cells[:2]), Text(*cells[2:])))
    return replace(out, target=entity, path=path, topics=tuple(topics))


def _watch(out: Operation, head: Node, reader: Reader, context: OperationContext) -> Operation:
    entity, path = entity_path(head, context, "'watch'")
    return replace(out, target=entity, path=path)


def _call(out: Operation, head: Node, reader: Reader, context: OperationContext) -> Operation:
    out = replace(out, hook=as_text(head, "'call'"), reads=reader.names("reads"), writes=reader.names("writes"))
    return replace(out, gives=_gives(out, reader, context))


VERB_KEYS: dict[str, Parse] = {
    "get": _get,
    "find": _find,
    "rank": _ranked,
    "compare": _ranked,
    "measure": _measure,
    "update": _update,
    "delete": _delete,
    "link": _link,
    "move": _move,
    "adjust": _adjust,
    "transfer": _adjust,
    "reserve": _reserve,
    "create": _create,
    "check": _check,
    "assess": _assess,
    "compute": _think,
    "analyze": _think,
    "convert": _convert,
    "series": _series,
    "report": _report,
    "draft": _draft,
    "configure": _configure,
    "schedule": _schedule,
    "notify": _notify,
    "watch": _watch,
    "call": _call,
}
