"""Grounds: why a panel did not accept a dialogue, as codes, and what each code means."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from toolsim.jury.policy import Law
from toolsim.jury.rubric import rubric_for
from toolsim.jury.votes import Deliberation, Vote

FAMILY: Final = "jury."
"""What every code begins with; behind it stands a criterion, or why there is no verdict."""
REVIEW: Final = f"{FAMILY}review"
NO_QUORUM: Final = f"{FAMILY}no_quorum"
_OPEN: Final = {"split": REVIEW, "no_quorum": NO_QUORUM}
_MEANINGS: Final = {REVIEW: "the jurors are split, and nobody stronger decides", NO_QUORUM: "too few jurors could vote"}


def grounds(made: Deliberation, law: Law) -> tuple[str, ...]:
    """Give the codes of the criteria on which the failing votes rest, or of what left the panel without a verdict."""
    if made.by in _OPEN:
        return (_OPEN[made.by],)
    rulings = (ruling for vote in _deciding(made, law) if vote.verdict == "fail" for ruling in vote.rulings)
    return tuple(sorted({f"{FAMILY}{ruling.criterion}" for ruling in rulings if ruling.counts and ruling.verdict == "fail"}))


def _deciding(made: Deliberation, law: Law) -> Iterable[Vote]:
    """Give the votes that the outcome rests on: those with weight, or the stronger juror's alone."""
    if made.by == "stronger" and made.stronger is not None:
        return (made.stronger,)
    return (vote for vote in made.votes if law.weight(vote.juror))


def meaning(code: str, category: str) -> str:
    """Tell what a code means for dialogues of a category, in the words of its rubric; nothing where that is not known."""
    if code in _MEANINGS:
        return _MEANINGS[code]
    return next((one.fails.en for one in rubric_for(category).criteria if f"{FAMILY}{one.key}" == code), "")
