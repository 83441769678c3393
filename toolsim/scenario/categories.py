"""Categories and mixes: data files under `scenarios/`, each naming its planner and the options that the planner takes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from toolsim.base import yaml
from toolsim.base.errors import PackError, ToolsimError, UnknownName, near
from toolsim.base.folders import shipped
from toolsim.base.text import Text
from toolsim.taxonomy.reader import Reader, as_mapping, as_number, as_text


@dataclass(frozen=True, slots=True)
class Category:
    """A kind of dialogue."""

    name: str
    label: Text
    right: Text
    """What is right for the assistant."""
    planner: str
    options: dict[str, str]
    least_tools: int
    most_tools: int
    packs: int = 1
    """Subdomains that its world holds."""


@lru_cache
def categories() -> dict[str, Category]:
    """Load the categories that come with toolsim, by name."""
    files = sorted((shipped("scenarios") / "categories").glob("*.yaml"))
    return {path.stem: _read_category(path) for path in files}


def _read_category(path: Path) -> Category:
    reader = Reader(yaml.read(path), f"the category {path.stem!r}")
    options = reader.take("options")
    tools = Reader(reader.need("tools"), "tools")
    made = Category(
        path.stem,
        reader.pair("is"),
        reader.pair("right"),
        reader.text("planner"),
        {key: as_text(node, key) for key, node in as_mapping(options, "options").items()} if options else {},
        int(as_number(tools.need("least"), "least")),
        int(as_number(tools.need("most"), "most")),
        int(reader.number("packs") or 1),
    )
    tools.end()
    reader.end()
    return made


@dataclass(frozen=True, slots=True)
class Mix:
    """Shares of categories."""

    name: str
    shares: dict[str, float]
    """Category -> share; they sum to 1."""

    def only(self, wanted: tuple[str, ...]) -> Mix:
        """Keep some categories, named in full or by a prefix such as `normal` or `normal.atom`.

        Raises:
            UnknownName: nothing in the mix has that name.
        """
        if not wanted:
            return self
        kept: dict[str, float] = {}
        for name in wanted:
            found = {c: s for c, s in self.shares.items() if c == name or c.startswith(name + ".")}
            if not found:
                raise UnknownName("category in this mix", name, [*self.shares])
            kept |= found
        return Mix(self.name, _scaled(kept))


def load_mix(name: str) -> Mix:
    """Load a mix that comes with toolsim by name, or any by its file.

    Raises:
        ToolsimError: there is none, or the file names a category that there is not.
    """
    folder = shipped("scenarios") / "mixes"
    known = sorted(path.stem for path in folder.glob("*.yaml"))
    if name not in known and not name.endswith((".yaml", ".yml")):
        raise ToolsimError(f"there is no mix {name!r}", hint=near(name, known) + "; or give a .yaml file")
    path = folder / f"{name}.yaml" if name in known else Path(name)
    reader = Reader(yaml.read(path), f"the mix {name!r}")
    shares: dict[str, float] = {}
    listed = reader.need("shares")
    for category, node in as_mapping(listed, "shares").items():
        if category not in categories():
            raise PackError(f"there is no category {category!r}", node.place, near(category, categories()))
        shares[category] = as_number(node, category)
        if shares[category] <= 0:
            raise PackError(f"the share of {category!r} must be above 0", node.place)
    if not shares:
        raise PackError("the mix names no category", listed.place)
    reader.end()
    return Mix(path.stem, _scaled(shares))


def _scaled(shares: dict[str, float]) -> dict[str, float]:
    total = sum(shares.values())
    return {category: share / total for category, share in shares.items()}
