"""How much is drafted, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is drafted, and from how much."""

    operations: int = 24
    families: int = 6
    subtree: int = 8
    """Functions of the tree that a family is shown, its own and those near by."""
    examples: int = 3
    repairs: int = 3
    """For each family."""
    worlds: int = 4
    """Worlds of each language in which every operation is executed."""
    max_tokens: int = 8192
    """Of one answer."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A family that stayed wrong."""

    family: str
    stage: str
    """model, notation, load, lint, twin or try."""
    why: str


@dataclass(frozen=True, slots=True)
class Funnel:
    """What became of the families."""

    topics: int
    known: int
    """Families in the tree."""
    planned: int
    resumed: int
    """Accepted by an earlier run."""
    drafted: int
    """Families for which the model wrote a fragment at all."""
    repaired: int
    """Accepted after one repair or more."""
    accepted: int
    operations: int
    """Drafted operations in the pack."""
    refused: tuple[Refused, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft that is done."""

    funnel: Funnel
    shares: tuple[str, ...] = ()
    """What lint still misses in the pack as a whole."""
    difference: str = ""
    path: str = ""
    """The pack; empty if nothing passed."""
    kept: str = ""
    """The copy of what somebody had written where the pack is now."""

    @property
    def passed(self) -> bool:
        """Whether there is a pack that passes everything."""
        return bool(self.path) and not self.shares


@dataclass(frozen=True, slots=True)
class Preview:
    """Sizes in characters."""

    chunks: int
    characters: int
    """Of all chunks."""
    tree: int
    """Of all requests for the tree."""
    tree_largest: int
    families: int
    family: int
    """Of the request for a first family."""
    most: int
    """Requests for families, if each is mended as often as it may be and the shares are evened out."""
