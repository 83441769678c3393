"""Read entities, and check what binds their fields: names by which people point at a row, rules, pools."""

from __future__ import annotations

import re
from collections.abc import Mapping

from toolsim.base.errors import PackError, near
from toolsim.base.yaml import Node
from toolsim.taxonomy.declarations import Condition, Entity, Field, Kind, Pool
from toolsim.taxonomy.fields import FieldContext, read_fields
from toolsim.taxonomy.pools import check_pick, pool_size
from toolsim.taxonomy.reader import Reader, as_mapping, as_name, as_rule, as_text
from toolsim.taxonomy.rules import Scope, compile_rule, type_of_field
from toolsim.taxonomy.rules.types import FLAG, Type

KEY_FORMAT = re.compile(r"[A-Z][A-Z-]{0,5}#{2,10}$")
MOST_ROWS = 30


def read_key(name: str, node: Node) -> tuple[str, str]:
    """Read an entity's key: its name and format."""
    as_name(name, node.place, "entity")
    key_node = Reader(node, f"entity {name!r}").need("key")
    entries = as_mapping(key_node, f"'key' of entity {name!r}")
    if len(entries) != 1:
        raise PackError(f"'key' of entity {name!r} must be one name and format", key_node.place)
    ((key, fmt),) = entries.items()
    key_format = as_text(fmt, "key format")
    if not KEY_FORMAT.match(key_format):
        raise PackError(f"the key format {key_format!r} must be capitals and then 2 to 10 #", fmt.place, "such as AC######")
    return as_name(key, fmt.place, "key"), key_format


def read_entity(name: str, node: Node, table: str, context: FieldContext) -> Entity:
    """Read one entity."""
    reader = Reader(node, f"entity {name!r}")
    key, key_format = read_key(name, node)
    reader.take("key")
    entity = Entity(
        name=name,
        table=table,
        label=reader.pair("is"),
        key=key,
        key_format=key_format,
        known_as=reader.names("known_as"),
        fields=read_fields(reader.need("fields"), context, f"fields of entity {name!r}"),
        must=_must(reader),
        rows=_rows(reader),
        place=node.place,
    )
    reader.end()
    _verify(entity, reader)
    return entity


def _must(reader: Reader) -> tuple[Condition, ...]:
    node = reader.take("must")
    if node is None:
        return ()
    conditions = []
    for code, child in as_mapping(node, "'must'").items():
        inner = Reader(child, f"'must' {code!r}")
        rule = as_rule(inner.need("rule"), "'rule'")
        conditions.append(Condition(code, rule, inner.pair("is")))
        inner.end()
    return tuple(conditions)


def _rows(reader: Reader) -> int:
    rows = reader.number("rows")
    if rows is None:
        return 8
    if not 1 <= rows <= MOST_ROWS or rows != int(rows):
        raise PackError(f"'rows' of {reader.what} must be a whole number from 1 to {MOST_ROWS}", reader.where("rows"))
    return int(rows)


def _verify(entity: Entity, reader: Reader) -> None:
    names = [field.name for field in entity.fields]
    if entity.key in names:
        raise PackError(f"entity {entity.name!r} has a field named like its key {entity.key!r}", entity.place)
    if not entity.known_as:
        raise PackError(f"entity {entity.name!r} lacks 'known_as': the fields by which people point at one", entity.place)
    for name in entity.known_as:
        if name not in names:
            raise PackError(
                f"'known_as' names {name!r}, which entity {entity.name!r} has not",
                reader.where("known_as"),
                near(name, names),
            )
    states = [field.name for field in entity.fields if field.kind is Kind.STATE]
    if len(states) > 1:
        raise PackError(f"entity {entity.name!r} has more than one state: {', '.join(states)}", entity.place)


def row_scope(entity: Entity, entities: Mapping[str, Entity], fields: tuple[Field, ...]) -> Scope:
    """Give the names that an entity's own rules may use: its fields."""
    names = {field.name: type_of_field(field) for field in fields}
    return Scope({**names, entity.key: Type("key", entity=entity.name)}, entities)


def check_entity(entity: Entity, entities: Mapping[str, Entity], pools: Mapping[str, Pool]) -> None:
    """Check rules and pools of an entity once all entities are known."""
    for index, field in enumerate(entity.fields):
        check_pick(field, pools)
        if field.seed and field.seed.rule:
            compile_rule(field.seed.rule, row_scope(entity, entities, entity.fields[:index]), type_of_field(field))
    for condition in entity.must:
        compile_rule(condition.rule, row_scope(entity, entities, entity.fields), FLAG)
    size = pool_size(entity, pools)
    if size is not None and size < 3 and entity.rows > size:
        raise PackError(f"entity {entity.name!r} has a unique field whose pool has only {size} words", entity.place)
