"""Policies: how votes become a verdict, and when the votes that are still out cannot change it any more.

Weights are whole thousandths and compared as whole numbers, so that no order of adding can turn a tie into a verdict.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Literal

from toolsim.jury.votes import Verdict

Standing = Literal["accept", "reject", "split", "no_quorum"]
_ONE: Final = 1000


class Policy(StrEnum):
    """How votes become a verdict."""

    MAJORITY = "majority"
    """More passes than fails; a tie rejects."""
    UNANIMOUS = "unanimous"
    """No fail."""
    WEIGHTED = "weighted"
    """As majority, each vote with the weight that calibration gave its juror."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Votes counted; those without weight and abstentions are left out."""

    passes: int = 0
    """Thousandths."""
    fails: int = 0
    """Thousandths."""
    cast: int = 0
    """Votes."""

    def plus(self, weight: int, verdict: Verdict) -> Tally:
        """Count one more vote."""
        if verdict == "abstain" or not weight:
            return self
        if verdict == "pass":
            return Tally(self.passes + weight, self.fails, self.cast + 1)
        return Tally(self.passes, self.fails + weight, self.cast + 1)


@dataclass(frozen=True, slots=True)
class Law:
    """The law that a panel votes by."""

    policy: Policy = Policy.MAJORITY
    quorum: int = 1
    """Votes with weight that must be cast, at least 1."""
    margin: float = 0.0
    """A result that comes closer than this to the other one is split: 0 for none, below 1."""
    weights: Mapping[str, float] = field(default_factory=dict)
    """Juror -> weight; of the weighted policy only."""

    def weight(self, juror: str) -> int:
        """Give a juror's weight, in thousandths."""
        return round(self.weights[juror] * _ONE) if self.policy is Policy.WEIGHTED else _ONE

    def standing(self, tally: Tally) -> Standing:
        """Give what a tally comes to.

        With lead = (passes - fails) / (passes + fails): a majority needs lead > 0, unanimity lead = 1. What is closer to that
        line than the margin is split, save that no vote without a fail is.
        """
        if tally.cast < self.quorum:
            return "no_quorum"
        lead, total, margin = tally.passes - tally.fails, tally.passes + tally.fails, round(self.margin * _ONE)
        if self.policy is Policy.UNANIMOUS:
            if not tally.fails:
                return "accept"
            return "split" if _ONE * (total - lead) < margin * total else "reject"
        if _ONE * abs(lead) < margin * total:
            return "split"
        return "accept" if lead > 0 else "reject"

    def settled(self, tally: Tally, waiting: Iterable[int]) -> Standing | None:
        """Give what a tally comes to whatever those vote that are still to be asked; None while they can change it.

        Standings are ordered along the lead, and the lead grows with each pass: it is enough to look at both ends.
        """
        weights = [weight for weight in waiting if weight]
        if tally.cast + len(weights) < self.quorum:
            return "no_quorum"
        if tally.cast < self.quorum:
            return None
        best = self.standing(Tally(tally.passes + sum(weights), tally.fails, tally.cast))
        worst = self.standing(Tally(tally.passes, tally.fails + sum(weights), tally.cast))
        return best if best == worst else None


def usual_quorum(jurors: int) -> int:
    """Give the usual quorum: more than half."""
    return jurors // 2 + 1
