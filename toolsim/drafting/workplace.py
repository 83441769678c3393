"""Where a draft is made: the pool, the place in the taxonomy, the pack that is added to, and the files that are written."""

from __future__ import annotations

import difflib
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from toolsim.apis.catalogue import Catalogue, open_catalogue
from toolsim.base import seeds, yaml
from toolsim.base.errors import Place, ToolsimError, UnknownName, near
from toolsim.base.text import Text
from toolsim.base.yaml import Node
from toolsim.drafting import emit
from toolsim.drafting.compose import Base, is_draft
from toolsim.taxonomy.declarations import Domain, Subdomain, Taxonomy
from toolsim.taxonomy.loader import NAMINGS, Shared, built_in, load_shared, load_tree
from toolsim.taxonomy.reader import NAME, Reader


@dataclass(frozen=True, slots=True)
class Workplace:
    """The surroundings of one draft."""

    domain: Domain
    subdomain: Subdomain
    new: bool
    """Whether the subdomain is not in the taxonomy yet."""
    pool: Catalogue
    """All packs but the one that is drafted."""
    shared: Shared
    domains: dict[str, Domain]
    base: Base
    out: Path

    @property
    def name(self) -> str:
        """domain/subdomain."""
        return f"{self.domain.name}/{self.subdomain.name}"

    @property
    def path(self) -> Path:
        """Where the pack is written."""
        return self.out / f"{self.name}.yaml"

    @property
    def journal(self) -> Path:
        """Where accepted families are kept."""
        return self.out / ".draft" / f"{self.subdomain.name}.jsonl"


def open_workplace(name: str, new_subdomain: str, folders: Sequence[Path], out: Path, seed: int) -> Workplace:
    """Open the pool and find the place of a pack in the taxonomy.

    Raises:
        ToolsimError: there is no such domain or subdomain, or a pack of the pool is wrong.
    """
    catalogue = open_catalogue(folders)
    domains = dict(catalogue.taxonomy.domains)
    domain, subdomain, new = _placed(name, new_subdomain, domains)
    if new:
        domain = replace(domain, subdomains={**domain.subdomains, subdomain.name: subdomain})
        domains[domain.name] = domain
    full = f"{domain.name}/{subdomain.name}"
    others = {key: pack for key, pack in catalogue.taxonomy.packs.items() if key != full}
    shared = load_shared([built_in(), *folders])
    files = [out / f"{full}.yaml"]
    if files[0].exists():
        files.append(_kept_base(out, subdomain.name))
    if full in catalogue.taxonomy.packs:
        files.append(Path(catalogue.taxonomy.packs[full].place.file))
    base = _base(full, files, seed)
    return Workplace(domain, subdomain, new, Catalogue(Taxonomy(domains, others)), shared, domains, base, out)


def _placed(name: str, new_subdomain: str, domains: dict[str, Domain]) -> tuple[Domain, Subdomain, bool]:
    """Find a pack's place; a new subdomain has its label for a scope."""
    first, _, second = name.partition("/")
    if first not in domains:
        raise UnknownName("domain", first, domains)
    known = domains[first].subdomains
    if second in known:
        return domains[first], known[second], False
    if not new_subdomain:
        hint = near(second, known)
        raise ToolsimError(
            f"the taxonomy has no subdomain {second!r} in {first!r}", hint=f'{hint}; --new-subdomain "English|中文" adds one'
        )
    en, _, zh = (part.strip() for part in new_subdomain.partition("|"))
    if not en or not zh:
        raise ToolsimError(f"--new-subdomain {new_subdomain!r} lacks a language", hint='write "English|中文"')
    if not NAME.match(second):
        raise ToolsimError(f"the subdomain {second!r} must be snake_case (a-z, 0-9 and _)")
    for domain in domains.values():
        if second in domain.subdomains:
            raise ToolsimError(f"the subdomain {second!r} is there already, in {domain.name!r}")
    return domains[first], Subdomain(second, Text(en, zh), Text(en, zh)), True


def _base(name: str, files: Sequence[Path], seed: int) -> Base:
    """Take the pack as somebody left it; a draft is made anew from its journal and is nobody's."""
    for file in files:
        if not file.exists():
            continue
        try:
            text = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ToolsimError(f"{file} cannot be read ({error})") from None
        if not is_draft(text):
            reader = Reader(yaml.parse(text.encode(), str(file)), "the pack")
            return Base(name, reader.text("naming", "snake"), text)
    return Base(name, seeds.stream(seed, "naming", name).choice(NAMINGS))


def difference(place: Workplace, text: str) -> str:
    """Give what changes, as a unified diff against the file that is there, or else the pack that is added to."""
    old = place.path.read_text(encoding="utf-8", errors="replace") if place.path.exists() else place.base.text
    shown = str(place.path)
    lines = difflib.unified_diff(
        old.splitlines(keepends=True), text.splitlines(keepends=True), shown if old else "/dev/null", shown
    )
    return "".join(lines)


def write(place: Workplace, text: str, last_digest: str) -> Path | None:
    """Write the pack so that it is there as a whole or not at all; give the copy of what somebody had written there.

    Raises:
        ToolsimError: the folder cannot be written.
    """
    kept = None
    try:
        there = place.path.read_bytes() if place.path.exists() else b""
        if there and not is_draft(there.decode("utf-8", errors="replace")):
            kept = _kept_base(place.out, place.subdomain.name)
        elif there and seeds.digest(there) not in (last_digest, seeds.digest(text.encode())):
            kept = place.journal.with_name(f"{place.subdomain.name}.{seeds.digest(there)[:8]}.yaml")
        if kept is not None:
            _replace(kept, there)
        _replace(place.path, text.encode())
        if place.new:
            _write_tree(place)
    except OSError as error:
        raise ToolsimError(f"{place.path} cannot be written ({error.strerror})", hint="choose another --out") from None
    return kept


def _kept_base(out: Path, subdomain: str) -> Path:
    """Tell where somebody's pack is kept once a draft that adds to it has taken its place."""
    return out / ".draft" / f"{subdomain}.base.yaml"


def _replace(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    passing = path.with_name(path.name + ".new")
    with passing.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    passing.replace(path)


def _pair(text: Text) -> Node:
    return _node([_node(text.en), _node(text.zh)])


def _node(value: str | list[Node] | dict[str, Node]) -> Node:
    return Node(Place("", 0), value)


def _write_tree(place: Workplace) -> None:
    """Add the new subdomain to the folder's taxonomy, so that the folder can be given to `--domains`.

    Raises:
        ToolsimError: the taxonomy is there and has the domain already; its author adds the line.
    """
    path = place.out / "taxonomy.yaml"
    entry = {place.subdomain.name: _node({"is": _pair(place.subdomain.label), "scope": _pair(place.subdomain.scope)})}
    branch = _node({"is": _pair(place.domain.label), "scope": _pair(place.domain.scope), "subdomains": _node(dict(entry))})
    if not path.exists():
        _replace(path, f"domains:\n{emit.block({place.domain.name: branch}, 2)}".encode())
        return
    there = load_tree(path)
    if place.domain.name not in there:
        text = path.read_text(encoding="utf-8").rstrip("\n")
        _replace(path, f"{text}\n{emit.block({place.domain.name: branch}, 2)}".encode())
        load_tree(path)
    elif place.subdomain.name not in there[place.domain.name].subdomains:
        line = emit.block(entry).strip()
        raise ToolsimError(f"{path} has the domain {place.domain.name!r} already", hint=f"add below its subdomains: {line}")
