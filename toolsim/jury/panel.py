"""The panel: jurors asked one after the other until their votes decide, and a stronger one, or a person, where they are split."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

import orjson

import toolsim
from toolsim.base import seeds
from toolsim.base.errors import ToolsimError
from toolsim.jury.exhibit import Exhibit
from toolsim.jury.juror import Juror
from toolsim.jury.policy import Law, Standing, Tally
from toolsim.jury.rubric import rubric_for, rubrics_digest
from toolsim.jury.votes import Deliberation, Outcome, Vote

_OUTCOMES: Final[dict[str, Outcome]] = {"accept": "accept", "reject": "reject", "pass": "accept", "fail": "reject"}


@dataclass(frozen=True)
class Panel:
    """Jurors under one law."""

    jurors: Sequence[Juror]
    law: Law
    seed: int = 0
    stronger: Juror | None = None
    """Decides where the others are split; without it such dialogues go to review."""
    audit: float = 0.0
    """Share of dialogues for which all jurors are asked, so that their agreement can be measured without the bias of stopping."""

    def __post_init__(self) -> None:
        """Refuse panels that could never decide."""
        names = [juror.name for juror in self.jurors]
        if len(set(names)) < len(names):
            raise ToolsimError("a juror sits on the panel twice", hint="name each once, or a model with several seeds")
        counting = sum(self.law.weight(name) > 0 for name in names)
        if not 1 <= self.law.quorum <= counting:
            raise ToolsimError(
                f"the quorum is {self.law.quorum}, and {counting} of {len(names)} jurors have a vote with weight",
                hint="a juror that calibration found no better than chance has none" if counting < len(names) else "",
            )

    @cached_property
    def digest(self) -> str:
        """Digest of all that the outcome depends on, the dialogue aside."""
        law = self.law
        jurors = {juror.name: law.weight(juror.name) for juror in self.jurors}
        stronger = self.stronger.name if self.stronger else ""
        content = [
            toolsim.__version__,
            jurors,
            law.policy,
            law.quorum,
            law.margin,
            self.seed,
            stronger,
            self.audit,
            rubrics_digest(),
        ]
        return seeds.digest(orjson.dumps(content, option=orjson.OPT_SORT_KEYS))

    async def deliberate(self, identity: str, exhibit: Exhibit) -> Deliberation:
        """Ask the jurors, in an order drawn for this exhibit, until the outcome is settled."""
        rng = seeds.stream(self.seed, "panel", exhibit.key)
        full = rng.random() < self.audit
        waiting = rng.sample(list(self.jurors), len(self.jurors))
        rubric, law = rubric_for(exhibit.category), self.law
        tally, votes = Tally(), list[Vote]()
        standing: Standing | None = None
        while standing is None or (full and waiting):
            juror = waiting.pop(0)
            votes.append(await juror.vote(exhibit, rubric))
            tally = tally.plus(law.weight(juror.name), votes[-1].verdict)
            standing = law.settled(tally, [law.weight(other.name) for other in waiting])
        stronger = await self.stronger.vote(exhibit, rubric) if standing == "split" and self.stronger else None
        deciding = standing if stronger is None else stronger.verdict
        return Deliberation(
            id=identity,
            panel=self.digest,
            category=exhibit.category,
            language=exhibit.language,
            outcome=_OUTCOMES.get(deciding, "review"),
            by=_by(standing, stronger),
            votes=tuple(votes),
            stronger=stronger,
            full=full,
        )


def _by(standing: Standing, stronger: Vote | None) -> Literal["vote", "stronger", "split", "no_quorum"]:
    if stronger is not None and stronger.verdict != "abstain":
        return "stronger"
    if standing == "split" or standing == "no_quorum":
        return standing
    return "vote"
