"""What a pack says, as frozen records. The notation page (docs/notation.md) explains each in full."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from toolsim.base.errors import Place, UnknownName
from toolsim.base.text import Phrases, Text


class Kind(StrEnum):
    """What a field holds."""

    TEXT = "text"
    NUMBER = "number"
    WHOLE = "whole"
    FLAG = "flag"
    DATE = "date"
    TIME = "time"
    DATETIME = "datetime"
    DURATION = "duration"
    ENUM = "enum"
    MANY = "many"
    LIST = "list"
    REF = "ref"
    STATE = "state"
    VALUE = "value"


NUMERIC = frozenset({Kind.NUMBER, Kind.WHOLE, Kind.DURATION})
TEMPORAL = frozenset({Kind.DATE, Kind.TIME, Kind.DATETIME})
ORDERED = NUMERIC | TEMPORAL

Literal = str | int | float | bool | list[str]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule expression as written; compiled where its names are known."""

    source: str
    place: Place


@dataclass(frozen=True, slots=True)
class Option:
    """One code of an enum, many or state."""

    code: str
    label: Text
    leads_to: tuple[str, ...] = ()
    """Of a state: the codes that may follow."""


@dataclass(frozen=True, slots=True)
class Seed:
    """How fictional rows fill a field."""

    low: float | None = None
    """Lowest seeded value; for dates days from today, for times hours."""
    high: float | None = None
    zero: float = 0.0
    """Share of rows that hold the field's minimum."""
    chance: float = 0.5
    """Share of rows in which an optional field is filled or a flag is true."""
    rule: Rule | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """A named, typed slot of a row, a value, a parameter list or a result."""

    name: str
    kind: Kind
    label: Text
    place: Place
    optional: bool = False
    auto: Literal | None = None
    """Default; `today` and `now` are taken from the world's clock."""
    unit: Text | None = None
    min: float | None = None
    max: float | None = None
    digits: int = 2
    """Of a number: decimals kept."""
    options: tuple[Option, ...] = ()
    """Of an enum, many or state."""
    item: Field | None = None
    """Of a list."""
    of: str = ""
    """Of a ref: the entity. Of a value: its name in the pack, or empty for a nameless one."""
    fields: tuple[Field, ...] = ()
    """Of a value: what it holds."""
    key_format: str = ""
    """Of a ref: how the entity's keys look."""
    pick: str = ""
    """Pool, or pool.field, that seeds a text."""
    pattern: str = ""
    format: str = ""
    unique: bool = False
    prose: bool = False
    seed: Seed | None = None
    say: Phrases = Phrases()
    rule: Rule | None = None
    """Of a result: how it is worked out."""

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of an enum, many or state."""
        return tuple(option.code for option in self.options)

    @property
    def required(self) -> bool:
        """Whether a caller must give it."""
        return not self.optional and self.auto is None

    def option(self, code: str) -> Option:
        """Look a code up."""
        for option in self.options:
            if option.code == code:
                return option
        raise UnknownName(f"code of {self.name}", code, self.codes)


@dataclass(frozen=True, slots=True)
class Condition:
    """A rule that must hold, and what is said when it does not."""

    code: str
    rule: Rule
    message: Text


@dataclass(frozen=True, slots=True)
class Entity:
    """A table of the world."""

    name: str
    table: str
    """Name of the world's table: `subdomain.entity`, or the bare name of a shared entity."""
    label: Text
    key: str
    """Name of the key."""
    key_format: str
    """How keys look; `#` is a digit."""
    known_as: tuple[str, ...]
    """Fields by which people point at a row."""
    fields: tuple[Field, ...]
    must: tuple[Condition, ...]
    rows: int
    """How many rows are seeded."""
    place: Place

    @property
    def shared(self) -> bool:
        """Whether all packs share it."""
        return self.table == self.name

    def field(self, name: str) -> Field:
        """Look a field up."""
        for field in self.fields:
            if field.name == name:
                return field
        raise UnknownName(f"field of {self.name}", name, [f.name for f in self.fields])

    def has(self, name: str) -> bool:
        """Tell whether there is a field of that name."""
        return any(field.name == name for field in self.fields)

    @property
    def state(self) -> Field | None:
        """The lifecycle field, if there is one."""
        return next((field for field in self.fields if field.kind is Kind.STATE), None)


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter of a search: a path from the entity to a field, and whether it takes a range."""

    path: str
    ranged: bool
    place: Place


@dataclass(frozen=True, slots=True)
class Group:
    """A group of parameters on the wire; names of parameters or further groups."""

    name: str
    label: Text
    members: tuple[str | Group, ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """A list of entries in place of single parameters."""

    name: str
    label: Text
    members: tuple[str, ...]
    """Parameters that vary from entry to entry; empty for all."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """A field that an operation sets by rule."""

    path: str
    """A field of the row, or `ref.field`."""
    rule: Rule


@dataclass(frozen=True, slots=True)
class Topic:
    """What a notification can be about."""

    code: str
    label: Text
    body: Text


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of measure: base = factor * x + offset."""

    code: str
    label: Text
    factor: float
    offset: float


@dataclass(frozen=True, slots=True)
class Operation:
    """One API as declared. Which of the verb's keys are filled depends on the verb."""

    name: str
    verb: str
    description: Text
    ask: Phrases
    why: Phrases
    place: Place
    target: str = ""
    """Entity that the verb is about, if any."""
    path: str = ""
    """Field of the target, or path from it."""
    inputs: tuple[Field, ...] = ()
    """Parameters that the verb itself declares (compute, assess, analyze)."""
    given: tuple[Field, ...] = ()
    guards: tuple[Condition, ...] = ()
    sets: tuple[Assignment, ...] = ()
    gives: tuple[Field, ...] = ()
    shape: tuple[Group, ...] = ()
    batch: Batch | None = None
    filters: tuple[Filter, ...] = ()
    need: tuple[str, ...] = ()
    sort: tuple[str, ...] = ()
    show: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    on: tuple[str, ...] = ()
    stat: tuple[str, ...] = ()
    of: str = ""
    per: tuple[str, ...] = ()
    with_fields: tuple[str, ...] = ()
    to: str = ""
    amount: str = ""
    subtracts: bool = False
    creates: str = ""
    units: str = ""
    about: str = ""
    off: bool = False
    as_name: str = ""
    table: tuple[tuple[Rule, str], ...] = ()
    scale: tuple[Unit, ...] = ()
    over: str = ""
    ahead: bool = False
    span: tuple[str, ...] = ()
    topics: tuple[Topic, ...] = ()
    text: tuple[tuple[str, Text], ...] = ()
    hook: str = ""
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    value_field: Field | None = None
    """Of convert: the number that is converted."""


@dataclass(frozen=True, slots=True)
class Pool:
    """Words to fill rows with: records of named columns; a plain pool has the one column ``""``."""

    name: str
    records: tuple[dict[str, Text], ...] = ()
    lists: Phrases = Phrases()
    """Of a pool that has its own list in each language."""

    def __len__(self) -> int:
        return len(self.records) or min(len(self.lists.en), len(self.lists.zh))


@dataclass(frozen=True, slots=True)
class Pack:
    """One subdomain's file."""

    name: str
    """domain/subdomain."""
    naming: str
    pools: dict[str, Pool]
    """Pools of the pack and the shared ones."""
    entities: dict[str, Entity]
    """Entities of the pack and the shared ones in use."""
    operations: dict[str, Operation]
    place: Place

    def entity(self, name: str) -> Entity:
        """Look an entity up."""
        if name not in self.entities:
            raise UnknownName(f"entity in {self.name}", name, self.entities)
        return self.entities[name]


@dataclass(frozen=True, slots=True)
class Subdomain:
    """A leaf of the taxonomy."""

    name: str
    label: Text
    scope: Text


@dataclass(frozen=True, slots=True)
class Domain:
    """A branch of the taxonomy."""

    name: str
    label: Text
    scope: Text
    subdomains: dict[str, Subdomain]


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """The whole tree, and the packs that there are."""

    domains: dict[str, Domain]
    packs: dict[str, Pack]
