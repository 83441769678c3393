"""The bench: how jurors are named, seated and bound to a law; `toolsim jury` and runs share it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from toolsim.base.errors import ToolsimError, UnknownName
from toolsim.jury.calibration import load_calibration
from toolsim.jury.juror import Juror, ModelJuror
from toolsim.jury.policy import Law, Policy, usual_quorum
from toolsim.jury.rubric import rubrics_digest
from toolsim.jury.rules import RULE_JURORS, RuleJuror
from toolsim.models.chat import ChatModel

RULES: Final = "rules"
AUDIT: Final = 0.1
"""Share of dialogues that are put to all jurors, unless another is asked for."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How a panel is to vote, as far as anybody has said."""

    policy: Policy | None = None
    """None: unanimous for rule jurors alone, else majority."""
    quorum: int | None = None
    """None: more than half of those whose votes have weight."""
    margin: float = 0.0
    """Results closer than this are split."""
    stronger: str = ""
    """The juror that decides where the others are split."""
    calibration: Path | None = None
    """File with the weights of weighted votes."""
    audit: float = AUDIT
    """Share put to all jurors."""


@dataclass(frozen=True, slots=True)
class Bench:
    """Jurors, ready to be asked."""

    jurors: tuple[Juror, ...]
    stronger: Juror | None = None

    @property
    def titles(self) -> list[str]:
        """What sits there: rule jurors and models are told apart."""
        rules = sum(isinstance(juror, RuleJuror) for juror in self.jurors)
        models = len(self.jurors) - rules
        counted = ((rules, "rule juror"), (models, "model"))
        return [f"{number} {what}{'s' if number > 1 else ''}" for number, what in counted if number]


def models_of(specs: Iterable[str]) -> tuple[str, ...]:
    """Give the models that specs of jurors name, each once."""
    models = (spec.partition("#")[0] for spec in specs if spec and spec != RULES and not spec.startswith(f"{RULES}:"))
    return tuple(dict.fromkeys(models))


def seated(specs: Iterable[str], stronger: str, models: Mapping[str, ChatModel]) -> Bench:
    """Seat jurors.

    Args:
        specs: `rules`, `rules:NAME` or a model, with `#SEED` behind it to seat a model again.
        stronger: the same of one juror; empty for none.
        models: by the names that `models_of` gives.

    Raises:
        ToolsimError: a spec names no juror.
    """
    jurors = tuple(juror for spec in specs for juror in _seat(spec, models))
    above = _seat(stronger, models) if stronger else []
    if len(above) > 1:
        raise ToolsimError(f"the stronger juror is one, and {stronger!r} are {len(above)}", hint=f"such as {above[0].name}")
    return Bench(jurors, above[0] if above else None)


def _seat(spec: str, models: Mapping[str, ChatModel]) -> list[Juror]:
    if spec == RULES:
        return list(RULE_JURORS.values())
    if spec.startswith(f"{RULES}:"):
        field = spec.partition(":")[2]
        if field not in RULE_JURORS:
            raise UnknownName("rule juror", field, RULE_JURORS)
        return [RULE_JURORS[field]]
    name, _, seed = spec.partition("#")
    if seed and not seed.isdecimal():
        raise ToolsimError(f"the juror {spec!r} has no whole number behind #", hint=f"such as {name}#1")
    return [ModelJuror(models[name], int(seed or 0))]


def law_of(jurors: Sequence[Juror], terms: Terms, tell: Callable[[str], None]) -> Law:
    """Make the law that jurors vote by.

    Args:
        tell: is told what a person should know of the weights.

    Raises:
        ToolsimError: votes are to be weighted, and the weights are not there.
    """
    rules = all(isinstance(juror, RuleJuror) for juror in jurors)
    policy = terms.policy or (Policy.UNANIMOUS if rules else Policy.MAJORITY)
    if policy is not Policy.WEIGHTED:
        return Law(policy, terms.quorum or usual_quorum(len(jurors)), terms.margin)
    if terms.calibration is None:
        raise ToolsimError("weighted votes need weights", hint="--calibration FILE; `toolsim jury calibrate RUN` makes one")
    found = load_calibration(terms.calibration)
    if found.rubrics != rubrics_digest():
        tell(f"{terms.calibration} was made under other rubrics or prompts than there are now")
    weights = found.weights(juror.name for juror in jurors)
    return Law(policy, terms.quorum or usual_quorum(sum(weight > 0 for weight in weights.values())), terms.margin, weights)
