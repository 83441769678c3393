"""Try a drafted pack: the strict loader, every lint rule, twins in the pool, and sampled execution."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from toolsim.apis.api import Api
from toolsim.apis.catalogue import Catalogue
from toolsim.apis.lint import Complaint, lint
from toolsim.base.errors import Place, ToolsimError
from toolsim.drafting.compose import quoted
from toolsim.drafting.twins import Twins
from toolsim.taxonomy.declarations import Domain, Pack, Taxonomy
from toolsim.taxonomy.loader import Shared, load_pack
from toolsim.world.trial import lint_execution
from toolsim.world.world import WorldPlan

OF_THE_WHOLE = frozenset({"verbs", "depth"})
"""Lint rules on shares of a pack; no single family can break or meet them."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What keeps a draft out."""

    stage: str
    """load, lint, twin or try."""
    message: str
    line: int = 0
    source: str = ""
    """The line that it is about."""
    file: str = ""

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}: " if self.line else ""
        return f"{where}{self.message}"


@dataclass(frozen=True, slots=True)
class Tried:
    """What trying a pack showed."""

    problems: tuple[Problem, ...] = ()
    shares: tuple[str, ...] = ()
    """What lint misses in the pack as a whole."""
    apis: tuple[Api, ...] = ()
    """All APIs of the pack; none if it cannot be loaded."""


@dataclass(frozen=True, slots=True)
class Bench:
    """Where packs of one name are tried."""

    name: str
    """domain/subdomain."""
    pool: Catalogue
    """All other packs."""
    shared: Shared
    domains: Mapping[str, Domain]
    worlds: int
    """Worlds to execute in, of each language."""
    known: frozenset[str] = frozenset()
    """What lint said of the pack before; it is not the drafts' to mend."""

    def trial(self, text: str, old: Sequence[str]) -> Tried:
        """Try a pack; the operations named `old` are known to be right and are only loaded and counted."""
        try:
            return self._trial(text, frozenset(old))
        except ToolsimError as error:
            return Tried((self._problem("load", text, error.place, error.message, error.hint),))
        except (RecursionError, MemoryError):
            return Tried((Problem("load", "the pack nests too deep or grows too large"),))

    def _trial(self, text: str, old: frozenset[str]) -> Tried:
        pack = self._load(text)
        catalogue = Catalogue(Taxonomy(dict(self.domains), {pack.name: pack}))
        apis = catalogue.of(pack)
        new = [api for api in apis if api.name not in old]
        problems = list(self._underivable(text, new))
        if problems or not apis:
            return Tried(tuple(problems))
        complaints = lint(pack, apis)
        found = [self._complaint("lint", text, c) for c in complaints if c.rule not in OF_THE_WHOLE]
        problems += [problem for problem in found if problem.message not in self.known]
        problems += self._twins(text, apis, old)
        if not problems:
            complaints_in_use = lint_execution(WorldPlan(catalogue, [pack]), new, self.worlds) if self.worlds else ()
            problems += [self._complaint("try", text, c) for c in complaints_in_use]
        shares = tuple(c.message for c in complaints if c.rule in OF_THE_WHOLE)
        return Tried(tuple(problems), shares, tuple(apis))

    def _load(self, text: str) -> Pack:
        domain, _, subdomain = self.name.partition("/")
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / domain / f"{subdomain}.yaml"
            path.parent.mkdir()
            path.write_text(text, encoding="utf-8", errors="replace")
            return load_pack(path, self.shared, self.domains)

    def _underivable(self, text: str, apis: Sequence[Api]) -> Iterator[Problem]:
        """Derive every API, so that all mistakes show at once and not the first alone."""
        for api in apis:
            try:
                api.check()
            except ToolsimError as error:
                yield self._problem(
                    "load", text, error.place or api.operation.place, f"{api.name!r}: {error.message}", error.hint
                )

    def _twins(self, text: str, apis: Sequence[Api], old: frozenset[str]) -> Iterator[Problem]:
        twins = Twins([*self.pool, *(api for api in apis if api.name in old)])
        for api in apis:
            if api.name in old:
                continue
            if found := twins.twin(api):
                yield self._problem("twin", text, api.operation.place, found, "leave it out, or make it something else")
            twins.add(api)

    def _complaint(self, stage: str, text: str, complaint: Complaint) -> Problem:
        return self._problem(stage, text, complaint.place, f"{complaint.rule}: {complaint.message}")

    def _problem(self, stage: str, text: str, place: Place | None, message: str, hint: str = "") -> Problem:
        told = f"{message}; {hint}" if hint else message
        if place is None or not place.file.endswith(f"{self.name}.yaml"):
            return Problem(stage, told)
        return Problem(stage, told, place.line, quoted(text, place), f"{self.name}.yaml")
