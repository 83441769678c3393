"""A world: seeded tables with a clock, on which APIs are called. A fault leaves it untouched; every change can be taken back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import orjson

from toolsim.apis.api import Api
from toolsim.apis.catalogue import Catalogue
from toolsim.base import seeds
from toolsim.base.text import Language
from toolsim.taxonomy.declarations import Entity, Pack
from toolsim.taxonomy.rules import Row
from toolsim.verbs import faults
from toolsim.verbs.faults import Fault, Refusal
from toolsim.world.seeding import EntitySeeder, in_order

_FIRST_DAY = datetime(2026, 1, 5)
_DAYS = 700
_PLANS = 64


class WorldPlan:
    """What all worlds of some packs share: compiled seeders and the catalogue."""

    def __init__(self, catalogue: Catalogue, packs: Iterable[Pack]) -> None:
        self.catalogue = catalogue
        self.packs = tuple(packs)
        self._seeders = [EntitySeeder(entity, pack, later) for entity, pack, later in in_order(self.packs)]
        self.entities: dict[str, Entity] = {seeder.entity.table: seeder.entity for seeder in self._seeders}

    def world(self, seed: int, language: Language) -> World:
        """Make a new world from a seed, in one language."""
        return World(self, seed, language)

    def fill(self, world: World) -> dict[str, dict[str, Row]]:
        """Fill the tables of a new world."""
        tables: dict[str, dict[str, Row]] = {table: {} for table in self.entities}
        world.tables = tables
        for seeder in self._seeders:
            rng = seeds.stream(world.seed, "rows", seeder.entity.table)
            seeder.seed(world, tables[seeder.entity.table], rng)
        return tables


class WorldPlans:
    """The plans of worlds over one catalogue, by their packs; only the latest are kept, since pairs of packs are many."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._of = lru_cache(maxsize=_PLANS)(self._plan)

    def of(self, packs: tuple[str, ...]) -> WorldPlan:
        """Give the plan of some packs, named `domain/subdomain`."""
        return self._of(packs)

    def _plan(self, packs: tuple[str, ...]) -> WorldPlan:
        return WorldPlan(self._catalogue, [self._catalogue.pack(name) for name in packs])


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a call gave: a result, or a fault."""

    result: dict[str, Any] | None = None
    fault: Fault | None = None
    warning: Fault | None = None
    """What the result lacks, if it is not whole."""

    @property
    def ok(self) -> bool:
        """Whether the call was done."""
        return self.fault is None

    def record(self) -> dict[str, Any]:
        """Give what a model sees: the result, or the error."""
        if self.fault is not None:
            return self.fault.record()
        assert self.result is not None
        return self.result if self.warning is None else {**self.result, "warning": self.warning.record()["error"]}

    @property
    def code(self) -> str:
        """Code of the fault, or of what the result lacks; empty when all went well."""
        told = self.fault or self.warning
        return told.code if told else ""


@dataclass(slots=True)
class _Undo:
    """What one change overwrote."""

    table: str
    key: str
    row: Row | None = None
    """The row before, if there was one."""
    whole: dict[str, Row] | None = field(default=None)
    """The whole table before, where the change would lose the order of its rows."""


class World:
    """Tables, a clock and a journal. Rows are never changed in place, so that the journal can keep them as they are."""

    __slots__ = ("_journal", "language", "now", "plan", "seed", "tables")

    def __init__(self, plan: WorldPlan, seed: int, language: Language) -> None:
        self.plan = plan
        self.seed = seed
        self.language: Language = language
        rng = seeds.stream(seed, "clock")
        start = _FIRST_DAY + timedelta(days=rng.randrange(_DAYS), minutes=30 * rng.randint(16, 36))
        self.now = start.strftime("%Y-%m-%dT%H:%M")
        """Local time, `2026-03-01T09:30`; it only moves by `advance`."""
        self.tables: dict[str, dict[str, Row]] = {}
        self._journal: list[_Undo | str] = []
        plan.fill(self)

    # --- calling ---

    def call(self, name: str, arguments: dict[str, Any]) -> Outcome:
        """Call an API with wire arguments.

        Args:
            name: the API's name on the wire.
            arguments: as the parameter schema says.
        """
        return self.refusal(name, arguments) or self.run(self.plan.catalogue.api(name), arguments)

    def refusal(self, name: str, arguments: dict[str, Any]) -> Outcome | None:
        """Refuse a call that cannot be run: of an unknown API, or with arguments that its schema does not take."""
        api = self.plan.catalogue.find(name)
        if api is None or api.operation.name != name or not self._knows(api):
            return Outcome(fault=faults.UNKNOWN_API.make(self.language, name=name))
        if not api.arguments.is_valid(arguments):
            violation = api.arguments.violations(arguments)[0]
            made = faults.INVALID.make(self.language, why=violation.say(self.language))
            return Outcome(fault=Fault(made.code, made.message, violation.path))
        return None

    def run(self, api: Api, arguments: dict[str, Any]) -> Outcome:
        """Run an API with valid wire arguments; take everything back when it refuses."""
        mark = len(self._journal)
        try:
            results = [api.prepared.run(self, flat) for flat in api.wire.decode(arguments)]
        except Refusal as refusal:
            self.undo(mark)
            return Outcome(fault=refusal.fault)
        return Outcome(result=api.wire.encode_result(results))

    def fork(self) -> World:
        """Make a world of its own in the same state; rows are shared, since they are never changed in place."""
        other = World.__new__(World)
        other.plan, other.seed, other.language, other.now = self.plan, self.seed, self.language, self.now
        other.tables = {table: dict(rows) for table, rows in self.tables.items()}
        other._journal = []
        return other

    def _knows(self, api: Api) -> bool:
        return any(pack is api.pack for pack in self.plan.packs)

    # --- tables ---

    def rows(self, table: str) -> Mapping[str, Row]:
        """Give all rows of a table by key."""
        return self.tables[table]

    def insert(self, table: str, key: str, row: Row) -> None:
        """Add a row."""
        self._journal.append(_Undo(table, key))
        self.tables[table][key] = row

    def replace(self, table: str, key: str, row: Row) -> None:
        """Put a new row in place of an old one."""
        rows = self.tables[table]
        self._journal.append(_Undo(table, key, rows[key]))
        rows[key] = row

    def remove(self, table: str, key: str) -> None:
        """Take a row away."""
        rows = self.tables[table]
        self._journal.append(_Undo(table, key, whole=rows))
        self.tables[table] = {k: row for k, row in rows.items() if k != key}

    # --- time ---

    def advance(self, minutes: int) -> None:
        """Let time pass."""
        self._journal.append(self.now)
        self.now = (datetime.fromisoformat(self.now) + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M")

    def mark(self) -> int:
        """Give a mark to which `undo` can return."""
        return len(self._journal)

    def touched(self, mark: int = 0) -> list[tuple[str, str]]:
        """List table and key of every row written since a mark, in order."""
        return [(change.table, change.key) for change in self._journal[mark:] if isinstance(change, _Undo)]

    def undo(self, mark: int = 0) -> None:
        """Take back everything since a mark, or since the beginning."""
        journal = self._journal
        while len(journal) > mark:
            change = journal.pop()
            if isinstance(change, str):
                self.now = change
            elif change.whole is not None:
                self.tables[change.table] = change.whole
            elif change.row is not None:
                self.tables[change.table][change.key] = change.row
            else:
                del self.tables[change.table][change.key]

    # --- state ---

    def snapshot(self) -> dict[str, dict[str, Row]]:
        """Give the content of all tables; later changes do not show in it."""
        return {table: dict(rows) for table, rows in self.tables.items()}

    def digest(self) -> str:
        """Give the digest of clock and tables, whatever the order of rows."""
        state = {"now": self.now, "tables": self.tables}
        return seeds.digest(orjson.dumps(state, option=orjson.OPT_SORT_KEYS))
