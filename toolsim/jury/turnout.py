"""The turnout: how each juror voted over many deliberations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from toolsim.jury.votes import Deliberation, Outcome, Vote


@dataclass(slots=True)
class Turnout:
    """How one juror voted."""

    juror: str
    asked: int = 0
    passed: int = 0
    failed: int = 0
    abstained: int = 0
    failures: Counter[str] = field(default_factory=Counter)
    """Kind of failure of the model -> abstentions for it."""
    agreed: int = 0
    """Votes for what the panel came to."""
    decided: int = 0
    """Votes cast where the panel accepted or rejected."""
    stopped: int = 0
    """Dialogues that it voted to fail and that were not accepted."""
    criteria: Counter[str] = field(default_factory=Counter)
    """Criterion -> dialogues that it fails there, the commonest first."""
    void: int = 0
    """Verdicts on criteria that do not count."""
    tokens: int = 0
    """Prompt and answer together."""

    def add(self, vote: Vote, outcome: Outcome) -> None:
        """Count a vote on a dialogue of which the panel made something."""
        self.asked += 1
        self.passed += vote.verdict == "pass"
        self.failed += vote.verdict == "fail"
        self.abstained += vote.verdict == "abstain"
        self.failures.update([vote.failure] if vote.failure else [])
        self.agreed += (vote.verdict, outcome) in (("pass", "accept"), ("fail", "reject"))
        self.decided += vote.verdict != "abstain" and outcome != "review"
        self.stopped += vote.verdict == "fail" and outcome != "accept"
        self.criteria.update(ruling.criterion for ruling in vote.rulings if ruling.counts and ruling.verdict == "fail")
        self.void += sum(bool(ruling.void) for ruling in vote.rulings)
        self.tokens += vote.usage.prompt_tokens + vote.usage.completion_tokens if vote.usage else 0


def turnout(made: Iterable[Deliberation]) -> list[Turnout]:
    """Count votes by juror, the stronger one's among them; in the order of names."""
    jurors: dict[str, Turnout] = {}
    for one in made:
        for vote in one.cast:
            jurors.setdefault(vote.juror, Turnout(vote.juror)).add(vote, one.outcome)
    for juror in jurors.values():
        juror.criteria = Counter(dict(juror.criteria.most_common()))
    return [jurors[name] for name in sorted(jurors)]
