"""Load the taxonomy and its packs from folders of YAML. Nothing in them is ever executed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from toolsim.base import yaml
from toolsim.base.errors import PackError, Place, ToolsimError, UnknownName, near
from toolsim.base.folders import shipped
from toolsim.base.text import Text
from toolsim.base.yaml import Node
from toolsim.taxonomy.declarations import Domain, Entity, Operation, Pack, Pool, Subdomain, Taxonomy
from toolsim.taxonomy.entities import check_entity, read_entity, read_key
from toolsim.taxonomy.fields import FieldContext, read_field
from toolsim.taxonomy.operations import read_operation
from toolsim.taxonomy.parts import OperationContext
from toolsim.taxonomy.pools import check_inserts, read_pools
from toolsim.taxonomy.reader import Reader, as_mapping, as_name, as_pair

T = TypeVar("T")

NAMINGS = ("snake", "camel", "Pascal", "Service_method")
SHARED_FILES = ("taxonomy.yaml", "_pools.yaml", "_values.yaml", "_common.yaml")


def built_in() -> Path:
    """Give the folder of the packs that come with toolsim."""
    return shipped("domains")


@dataclass(frozen=True, slots=True)
class Shared:
    """What all packs may use."""

    pools: dict[str, Pool]
    values: dict[str, Node]
    labels: dict[str, Text]
    entities: dict[str, Node]


def pack_files(folder: Path) -> list[Path]:
    """List a folder's pack files in order."""
    if not folder.is_dir():
        raise ToolsimError(f"there is no folder {folder}", hint="--domains takes a folder that holds DOMAIN/SUBDOMAIN.yaml files")
    packs = sorted(path for path in folder.glob("*/*.yaml") if not path.name.startswith("_"))
    if not packs and not any((folder / name).exists() for name in SHARED_FILES):
        raise ToolsimError(f"there is no pack in {folder}", hint="packs stand at DOMAIN/SUBDOMAIN.yaml below it")
    return packs


def load(folders: Sequence[Path], only: str | None = None) -> Taxonomy:
    """Load the taxonomy and all packs, or only the one of that name; the first folder is the main one, others add to it.

    Raises:
        ToolsimError: naming file, line, what was expected and a near match.
    """
    shared = load_shared(folders)
    domains: dict[str, Domain] = {}
    for folder in folders:
        if (folder / "taxonomy.yaml").exists():
            _merge(domains, load_tree(folder / "taxonomy.yaml"))
    packs: dict[str, Pack] = {}
    for folder in folders:
        for path in pack_files(folder):
            if only not in (None, path.stem, f"{path.parent.name}/{path.stem}"):
                continue
            pack = load_pack(path, shared, domains)
            if pack.name in packs:
                raise PackError(f"the pack {pack.name!r} is there twice", pack.place, f"first in {packs[pack.name].place.file}")
            packs[pack.name] = pack
    if only and not packs:
        raise UnknownName("pack", only, [f"{p.parent.name}/{p.stem}" for folder in folders for p in pack_files(folder)])
    refuse_doubles(packs)
    return Taxonomy(domains, packs)


def refuse_doubles(packs: Mapping[str, Pack]) -> None:
    """Refuse an operation name that two packs use."""
    seen: dict[str, Operation] = {}
    for pack in packs.values():
        for name, operation in pack.operations.items():
            if name in seen:
                raise PackError(f"the operation {name!r} is there twice", operation.place, f"first in {seen[name].place}")
            seen[name] = operation


def _merge(domains: dict[str, Domain], more: Mapping[str, Domain]) -> None:
    for name, domain in more.items():
        if name in domains:
            both = {**domains[name].subdomains, **domain.subdomains}
            domain = Domain(name, domains[name].label, domains[name].scope, both)
        domains[name] = domain


def load_tree(path: Path) -> dict[str, Domain]:
    """Load the tree of domains and subdomains."""
    reader = Reader(yaml.read(path), "the taxonomy")
    domains = {name: _domain(name, node) for name, node in as_mapping(reader.need("domains"), "'domains'").items()}
    reader.end()
    seen: dict[str, str] = {}
    for domain in domains.values():
        for name in domain.subdomains:
            if name in seen:
                raise PackError(f"the subdomain {name!r} is there twice, in {seen[name]} and {domain.name}", Place(str(path), 0))
            seen[name] = domain.name
    return domains


def _domain(name: str, node: Node) -> Domain:
    reader = Reader(node, f"domain {name!r}")
    subdomains = {}
    label, scope = reader.pair("is"), reader.pair("scope")
    for sub, child in as_mapping(reader.need("subdomains"), "'subdomains'").items():
        inner = Reader(child, f"subdomain {sub!r}")
        as_name(sub, child.place, "subdomain")
        subdomains[sub] = Subdomain(sub, inner.pair("is"), inner.pair("scope"))
        inner.end()
    reader.end()
    return Domain(as_name(name, node.place, "domain"), label, scope, subdomains)


def load_shared(folders: Sequence[Path]) -> Shared:
    """Load pools, values, labels and entities that all packs may use."""
    shared = Shared({}, {}, {}, {})
    for folder in folders:
        for file in SHARED_FILES[1:]:
            if (folder / file).exists():
                _load_shared_file(folder / file, shared)
    return shared


def _load_shared_file(path: Path, shared: Shared) -> None:
    reader = Reader(yaml.read(path), path.name)
    pools_node = reader.take("pools")
    _add("pool", shared.pools, read_pools(pools_node), reader.place)
    check_inserts(shared.pools, pools_node)
    _add("value", shared.values, _optional(reader, "values"), reader.place)
    _add("entity", shared.entities, _optional(reader, "entities"), reader.place)
    _add("label", shared.labels, _labels(reader.take("labels")), reader.place)
    reader.end()


def _add(what: str, there: dict[str, T], more: Mapping[str, T], place: Place) -> None:
    """Add shared things; refuse to put one in place of another."""
    for name, thing in more.items():
        if name in there:
            raise PackError(f"the shared {what} {name!r} is there already", place, "choose another name")
        there[name] = thing


def _labels(node: Node | None) -> dict[str, Text]:
    if node is None:
        return {}
    return {
        as_name(name, child.place, "label"): as_pair(child, f"label {name!r}")
        for name, child in as_mapping(node, "'labels'").items()
    }


def load_pack(path: Path, shared: Shared, domains: Mapping[str, Domain]) -> Pack:
    """Load one pack."""
    root = yaml.read(path)
    reader = Reader(root, "the pack")
    name = _pack_name(path, reader, domains)
    naming = reader.text("naming", "snake")
    if naming not in NAMINGS:
        raise PackError(f"there is no naming style {naming!r}", reader.where("naming"), near(naming, NAMINGS))
    pools_node = reader.take("pools")
    pools = {**shared.pools, **read_pools(pools_node)}
    check_inserts(pools, pools_node)
    labels = {**shared.labels, **_labels(reader.take("labels"))}
    entities, fields = _entities(name, reader, shared)
    for entity in entities.values():
        check_entity(entity, entities, pools)
    context = OperationContext(entities, fields, labels)
    nodes = as_mapping(reader.need("operations"), "'operations'")
    operations = {key: read_operation(key, node, context) for key, node in nodes.items()}
    reader.end()
    return Pack(name, naming, pools, entities, operations, Place(str(path), 0))


def _optional(reader: Reader, key: str) -> dict[str, Node]:
    node = reader.take(key)
    return {} if node is None else as_mapping(node, f"{key!r}")


def _pack_name(path: Path, reader: Reader, domains: Mapping[str, Domain]) -> str:
    name = reader.text("pack") or ""
    if name != f"{path.parent.name}/{path.stem}":
        raise PackError(
            f"'pack' must be {path.parent.name}/{path.stem}, as the file's path says, not {name!r}", reader.where("pack")
        )
    domain, _, subdomain = name.partition("/")
    if domain not in domains:
        raise PackError(f"the taxonomy has no domain {domain!r}", reader.where("pack"), near(domain, domains))
    if subdomain not in domains[domain].subdomains:
        known = domains[domain].subdomains
        raise PackError(
            f"the taxonomy has no subdomain {subdomain!r} in {domain!r}", reader.where("pack"), near(subdomain, known)
        )
    return name


def _entities(pack: str, reader: Reader, shared: Shared) -> tuple[dict[str, Entity], FieldContext]:
    own_values = _optional(reader, "values")
    values = {**shared.values, **own_values}
    uses_place = reader.where("uses")
    uses = _with_dependencies(reader.names("uses"), shared, uses_place)
    own = _optional(reader, "entities")
    for name, node in own.items():
        if name in shared.entities:
            raise PackError(f"the entity {name!r} is a shared one", node.place, "take it in with 'uses', or choose another name")
    nodes = {name: shared.entities[name] for name in uses} | own
    keys = {name: read_key(name, node)[1] for name, node in nodes.items()}
    context = FieldContext(values, keys)
    for name, node in own_values.items():
        read_field(as_name(name, node.place, "value"), Node(node.place, {"value": Node(node.place, name)}), context)
    short = pack.partition("/")[2]
    entities = {
        name: read_entity(name, node, name if name in uses else f"{short}.{name}", context) for name, node in nodes.items()
    }
    return entities, context


def _with_dependencies(uses: Sequence[str], shared: Shared, place: Place) -> list[str]:
    """Add the shared entities that the used ones point to, and with people the session that says who is signed in."""
    out = list(dict.fromkeys(uses))
    for name in uses:
        if name not in shared.entities:
            raise PackError(f"there is no shared entity {name!r}", place, near(name, shared.entities))
    if out and "person" not in out and "person" in shared.entities and set(out) & {"event", "wallet", "message", "session"}:
        out.insert(0, "person")
    if "person" in out and "session" in shared.entities and "session" not in out:
        out.insert(1, "session")
    return out
