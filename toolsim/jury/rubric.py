"""Rubrics: what jurors are asked about a dialogue, as data under `scenarios/rubrics`, from the general to the category's own."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from toolsim.base import seeds, yaml
from toolsim.base.errors import PackError, near
from toolsim.base.folders import shipped
from toolsim.base.text import Text
from toolsim.base.yaml import Node
from toolsim.taxonomy.reader import Reader, as_list, as_mapping, as_name, as_text


@dataclass(frozen=True, slots=True)
class Criterion:
    """One thing that a juror is asked about."""

    key: str
    question: Text
    passes: Text
    """What counts as a pass."""
    fails: Text
    """What counts as a fail."""
    weight: float
    """Share in the score, above 0."""
    fatal: bool
    """Whether a fail here alone sinks the dialogue."""


@dataclass(frozen=True, slots=True)
class Rubric:
    """The criteria for one category."""

    criteria: tuple[Criterion, ...]
    pass_mark: float
    """Share of the weight that must pass, in (0, 1]."""

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of the criteria, in the rubric's order."""
        return tuple(criterion.key for criterion in self.criteria)

    def only(self, keys: frozenset[str]) -> Rubric:
        """Keep some criteria."""
        return Rubric(tuple(criterion for criterion in self.criteria if criterion.key in keys), self.pass_mark)


@lru_cache
def rubric_for(category: str, folder: Path | None = None) -> Rubric:
    """Give the rubric of a category: `default`, then each file named by a longer part of its name on top.

    A later file's criterion takes the place of an earlier one of the same key; `without` leaves criteria out.

    Raises:
        PackError: a file is wrong; names file and line.
    """
    folder = folder or shipped("scenarios") / "rubrics"
    criteria: dict[str, Criterion] = {}
    mark = 1.0
    parts = category.split(".")
    for name in ("default", *(".".join(parts[:length]) for length in range(1, len(parts) + 1))):
        path = folder / f"{name}.yaml"
        if path.exists():
            mark = _lay(path, criteria) or mark
    return Rubric(tuple(criteria.values()), mark)


@lru_cache(maxsize=1)
def rubrics_digest() -> str:
    """Give the digest of all rubrics and prompts; votes under another one are other votes."""
    files = sorted(
        [*(shipped("scenarios") / "rubrics").glob("*.yaml"), *(shipped("scenarios") / "prompts" / "jury").glob("*.jinja")]
    )
    return seeds.digest(b"\x00".join(part for path in files for part in (path.name.encode(), path.read_bytes())))


def _lay(path: Path, criteria: dict[str, Criterion]) -> float | None:
    """Lay a file's criteria over those of the more general files; give its pass mark, if it has one."""
    reader = Reader(yaml.read(path), f"the rubric {path.stem!r}")
    without = reader.take("without")
    for node in as_list(without, "without") if without else ():
        key = as_text(node, "each of without")
        if key not in criteria:
            raise PackError(f"there is no criterion {key!r} to leave out", node.place, near(key, criteria))
        del criteria[key]
    given = reader.take("criteria")
    for key, node in as_mapping(given, "criteria").items() if given else ():
        criteria[as_name(key, node.place, "the criterion")] = _criterion(key, node)
    mark, place = reader.number("pass_mark"), reader.where("pass_mark")
    if mark is not None and not 0 < mark <= 1:
        raise PackError("'pass_mark' must be above 0 and at most 1", place)
    reader.end()
    return mark


def _criterion(key: str, node: Node) -> Criterion:
    reader = Reader(node, f"the criterion {key!r}")
    question, passes, fails = reader.pair("question"), reader.pair("passes"), reader.pair("fails")
    weight, fatal = reader.number("weight"), reader.flag("fatal")
    reader.end()
    if weight is None or weight <= 0:
        raise PackError(f"the criterion {key!r} needs a weight above 0", node.place)
    return Criterion(key, question, passes, fails, float(weight), fatal)
