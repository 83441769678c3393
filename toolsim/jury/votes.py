"""Votes as they lie on disk, and the rule by which verdicts on criteria make a vote on the dialogue."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal

from toolsim.base.records import Record, constant
from toolsim.base.text import Language
from toolsim.jury.rubric import Rubric
from toolsim.models.chat import Usage

Verdict = Literal["pass", "fail", "abstain"]
Outcome = Literal["accept", "reject", "review"]
_SURE: Final = 0.5
"""Confidence from which on a fail of a fatal criterion sinks a dialogue alone."""
_HEARD: Final = 0.5
"""Share of the rubric's weight that must be judged for a vote to count."""


class Ruling(Record):
    """A juror's verdict on one criterion."""

    criterion: str
    verdict: Literal["pass", "fail", "unsure"]
    evidence: str = ""
    """Copied from the dialogue."""
    confidence: float = 1.0
    """From 0 to 1."""
    void: str = ""
    """Why it does not count, if it does not."""

    @property
    def counts(self) -> bool:
        """Whether it is a pass or a fail that stands on evidence."""
        return not self.void and self.verdict != "unsure"


class Vote(Record):
    """One juror's vote on a dialogue."""

    juror: str
    verdict: Verdict
    rulings: tuple[Ruling, ...] = ()
    """In the order asked."""
    failure: str = ""
    """Kind of failure of the model, if that is why the juror abstains."""
    usage: Usage | None = None


class Deliberation(Record):
    """What a panel made of a dialogue; one line of `votes.jsonl`, or of a run's own `verdicts.jsonl`."""

    version: Literal[1] = constant(1)
    id: str
    """Of the dialogue."""
    panel: str
    """Digest of jurors, policy and seed; a file may hold the votes of several panels."""
    category: str
    language: Language
    outcome: Outcome
    by: Literal["vote", "stronger", "split", "no_quorum"]
    """What decided: the vote, the stronger juror; or why it goes to review."""
    votes: tuple[Vote, ...]
    """In the order asked."""
    stronger: Vote | None = None
    full: bool = False
    """Whether all jurors were to be asked, whatever the first ones said."""

    @property
    def cast(self) -> tuple[Vote, ...]:
        """All votes, the stronger juror's last."""
        return (*self.votes, *([self.stronger] if self.stronger else []))

    @property
    def failed(self) -> bool:
        """Whether it found no quorum because models failed; then it is worth another try."""
        return self.by == "no_quorum" and any(vote.failure for vote in self.votes)


def verdict_of(rulings: Iterable[Ruling], rubric: Rubric) -> Verdict:
    """Make a vote of the verdicts on criteria.

    A fatal fail sinks the dialogue; else the passed share of the weight, by confidence, is held against the pass mark. Who judges
    less than half of the rubric's weight abstains.
    """
    counted = {ruling.criterion: ruling for ruling in rulings if ruling.counts}
    heard = passed = total = judged = 0.0
    for criterion in rubric.criteria:
        total += criterion.weight
        ruling = counted.get(criterion.key)
        if ruling is None:
            continue
        if criterion.fatal and ruling.verdict == "fail" and ruling.confidence >= _SURE:
            return "fail"
        heard += criterion.weight
        judged += criterion.weight * ruling.confidence
        passed += criterion.weight * ruling.confidence * (ruling.verdict == "pass")
    if heard < total * _HEARD or judged <= 0:
        return "abstain"
    return "pass" if passed >= rubric.pass_mark * judged else "fail"
