"""Read the parts of an operation that several verbs share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from toolsim.base.errors import PackError, Place, near
from toolsim.base.text import Text
from toolsim.base.yaml import Node
from toolsim.taxonomy.declarations import (
    Assignment,
    Batch,
    Condition,
    Entity,
    Field,
    Filter,
    Group,
)
from toolsim.taxonomy.fields import FieldContext, read_fields
from toolsim.taxonomy.reader import Reader, as_list, as_mapping, as_names, as_pair, as_rule, as_text


@dataclass(frozen=True, slots=True)
class OperationContext:
    """What operations may point to."""

    entities: Mapping[str, Entity]
    fields: FieldContext
    labels: Mapping[str, Text]


def fields_of(key: str, reader: Reader, context: OperationContext) -> tuple[Field, ...]:
    """Read a mapping of fields that may be absent."""
    node = reader.take(key)
    return () if node is None else read_fields(node, context.fields, f"{key!r} of {reader.what}")


def guards(reader: Reader, messages_key: str) -> tuple[Condition, ...]:
    """Read `when` and the messages that stand beside it, one for each rule."""
    rules_node = reader.take("when")
    messages_node = reader.take(messages_key)
    if rules_node is None:
        if messages_node is not None:
            raise PackError(f"{reader.what} has {messages_key!r} but no 'when'", messages_node.place)
        return ()
    nodes = rules_node.value if isinstance(rules_node.value, list) else [rules_node]
    rules = [as_rule(node, "'when'") for node in nodes]
    if messages_node is None:
        raise PackError(f"{reader.what} has 'when' but no {messages_key!r}", rules_node.place)
    messages = as_mapping(messages_node, messages_key)
    if len(messages) != len(rules):
        raise PackError(
            f"{reader.what} has {len(rules)} rules in 'when' but {len(messages)} in {messages_key!r}", rules_node.place
        )
    pairs = [(code, as_pair(text, f"{messages_key} {code!r}")) for code, text in messages.items()]
    return tuple(Condition(code, rule, text) for (code, text), rule in zip(pairs, rules, strict=True))


def assignments(reader: Reader) -> tuple[Assignment, ...]:
    """Read `set`."""
    node = reader.take("set")
    if node is None:
        return ()
    entries = as_mapping(node, f"'set' of {reader.what}")
    return tuple(Assignment(path, as_rule(rule, f"'set' {path!r}")) for path, rule in entries.items())


def _label(word: str, place: Place, context: OperationContext) -> Text:
    if word not in context.labels:
        raise PackError(
            f"{word!r} has no label", place, f"add it under 'labels', or use one there is; {near(word, context.labels)}"
        )
    return context.labels[word]


def shape(reader: Reader, context: OperationContext) -> tuple[Group, ...]:
    """Read `shape`."""
    node = reader.take("shape")
    if node is None:
        return ()
    return tuple(_group(name, child, context) for name, child in as_mapping(node, "'shape'").items())


def _group(name: str, node: Node, context: OperationContext) -> Group:
    label = _label(name, node.place, context)
    if isinstance(node.value, dict):
        return Group(name, label, tuple(_group(key, child, context) for key, child in node.value.items()))
    members: list[str | Group] = []
    for child in as_list(node, f"group {name!r}"):
        if isinstance(child.value, dict):
            members += [_group(key, inner, context) for key, inner in child.value.items()]
        else:
            members.append(as_text(child, f"each of group {name!r}"))
    return Group(name, label, tuple(members))


def batch(reader: Reader, context: OperationContext) -> Batch | None:
    """Read `batch`."""
    node = reader.take("batch")
    if node is None:
        return None
    if not isinstance(node.value, dict):
        name = as_text(node, "'batch'")
        return Batch(name, _label(name, node.place, context), ())
    if len(node.value) != 1:
        raise PackError("'batch' takes one word", node.place)
    ((name, members),) = node.value.items()
    return Batch(name, _label(name, node.place, context), as_names(members, "'batch'"))


def entity_name(head: Node, context: OperationContext, what: str) -> str:
    """Read the name of an entity."""
    name = as_text(head, what)
    if name not in context.entities:
        raise PackError(f"there is no entity {name!r}", head.place, near(name, context.entities))
    return name


def entity_path(head: Node, context: OperationContext, what: str) -> tuple[str, str]:
    """Read `entity.field`."""
    text = as_text(head, what)
    entity, dot, path = text.partition(".")
    if entity not in context.entities:
        raise PackError(f"there is no entity {entity!r}", head.place, near(entity, context.entities))
    if not dot:
        raise PackError(f"{what} must be entity.field, not {text!r}", head.place)
    return entity, path


def filters(reader: Reader) -> tuple[Filter, ...]:
    """Read `by`."""
    place = reader.where("by")
    return tuple(Filter(name.removesuffix("~"), name.endswith("~"), place) for name in reader.names("by"))
