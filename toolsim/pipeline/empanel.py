"""The jury of a run: part of its configuration, and the panel to which each dialogue is put that has passed the checks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from pydantic import Field

from toolsim.base.records import Record
from toolsim.jury.exhibit import Exhibit
from toolsim.jury.juror import Juror, Order
from toolsim.jury.panel import Panel
from toolsim.jury.policy import Law, Policy
from toolsim.jury.rubric import Rubric, rubrics_digest
from toolsim.jury.votes import Vote
from toolsim.models.chat import ChatModel
from toolsim.models.config import Settings
from toolsim.models.failures import FailureKind, ModelFailure
from toolsim.models.scripted import ScriptedModel
from toolsim.pipeline.bench import Terms, law_of, models_of, seated
from toolsim.pipeline.patience import SPENT


class Jury(Record):
    """Who sits on the jury of a run and how it votes, as named on the command line; all that its outcomes depend on."""

    jurors: tuple[str, ...]
    policy: Policy
    quorum: int
    margin: float = 0.0
    stronger: str = ""
    audit: float = 0.0
    seed: int = 0
    """Draws who is asked first, and what is put to all."""
    weights: dict[str, float] = Field(default_factory=dict)
    """Juror -> weight, in whole thousandths; of weighted votes only."""
    rubrics: str = ""
    """Digest of rubrics and prompts."""

    @property
    def models(self) -> tuple[str, ...]:
        """The models that sit, each once."""
        return models_of((*self.jurors, self.stronger))

    @property
    def law(self) -> Law:
        """The law that it votes by."""
        return Law(self.policy, self.quorum, self.margin, self.weights)

    def panel(self, models: Mapping[str, ChatModel]) -> Panel:
        """Seat the jurors.

        Raises:
            ToolsimError: they could never decide.
        """
        bench = seated(self.jurors, self.stronger, models)
        jurors = [_Solvent(juror) for juror in bench.jurors]
        return Panel(jurors, self.law, self.seed, _Solvent(bench.stronger) if bench.stronger else None, self.audit)


def empanel(specs: Sequence[str], terms: Terms, settings: Settings, seed: int, tell: Callable[[str], None]) -> Jury:
    """Make the jury of a run.

    Args:
        tell: is told what a person should know of the weights.

    Raises:
        ToolsimError: a spec names no juror, weights are missing, or the panel could never decide.
    """
    # enough to be named by; the models themselves are opened with the run
    models = {name: ScriptedModel((), settings.find(name).identity) for name in models_of((*specs, terms.stronger))}
    jurors = seated(specs, terms.stronger, models).jurors
    law = law_of(jurors, terms, tell)
    jury = Jury(
        jurors=tuple(specs),
        policy=law.policy,
        quorum=law.quorum,
        margin=law.margin,
        stronger=terms.stronger,
        audit=terms.audit,
        seed=seed,
        weights={name: round(weight, 3) for name, weight in law.weights.items()},
        rubrics=rubrics_digest(),
    )
    jury.panel(models)
    return jury


@dataclass(frozen=True, slots=True)
class _Solvent:
    """A juror of a run: when its model's budget is spent it does not abstain but ends the deliberation."""

    juror: Juror

    @property
    def name(self) -> str:
        """The juror's."""
        return self.juror.name

    async def vote(self, exhibit: Exhibit, rubric: Rubric, order: Order = "drawn") -> Vote:
        """Vote.

        Raises:
            ModelFailure: no later dialogue could be voted on either.
        """
        vote = await self.juror.vote(exhibit, rubric, order)
        if vote.failure in SPENT:
            raise ModelFailure(FailureKind(vote.failure), f"{self.name} cannot be asked any more")
        return vote
