"""Calibration: how well jurors judge specimens of which the truth is known, how they lean, how far they agree, their weights."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final, Literal

from toolsim.base import seeds
from toolsim.base.errors import ToolsimError, near
from toolsim.base.records import Record, constant
from toolsim.jury.agreement import fleiss_kappa, krippendorff_alpha
from toolsim.jury.hearing import Heard
from toolsim.jury.intervals import Correlation, Proportion, point_biserial, proportion
from toolsim.jury.policy import Law, Policy, Tally, usual_quorum
from toolsim.jury.rubric import rubrics_digest

FILE: Final = "calibration.json"


class Position(Record):
    """What the order of criteria does to a juror."""

    flips: Proportion
    """Dialogues whose verdict changed when the same criteria were asked from the end."""
    rulings: Proportion
    """The same of verdicts on single criteria."""


class JurorFigures(Record):
    """What calibration found out about one juror."""

    juror: str
    sensitivity: Proportion
    """Spoilt dialogues that it failed, of those that it voted on."""
    specificity: Proportion
    """Good dialogues that it passed, of those that it voted on."""
    balanced_accuracy: float
    """Mean of the two."""
    weight: float
    """For the weighted policy."""
    abstained: int
    failures: dict[str, int]
    """Kind of failure -> abstentions for it."""
    void: Proportion
    """Verdicts on criteria that did not count, mostly for want of evidence."""
    position: Position | None
    length: Correlation | None
    """Of passing with the length of good dialogues: above 0, it likes them long."""
    families: dict[str, Proportion]
    """Family of checks -> spoilt dialogues failed of those with such a fault."""


class PanelFigures(Record):
    """What the jurors come to together, under one policy with the usual quorum; all of them asked."""

    policy: Policy
    sensitivity: Proportion
    specificity: Proportion
    review: int
    """Dialogues without a verdict; they count for neither figure."""


class Calibration(Record):
    """Everything that a calibration found out; `calibration.json`."""

    version: Literal[1] = constant(1)
    seed: int
    rubrics: str
    """Digest of rubrics and prompts."""
    good: int
    spoilt: int
    jurors: tuple[JurorFigures, ...]
    fleiss: float | None
    krippendorff: float | None
    panels: tuple[PanelFigures, ...]
    faults: dict[str, Proportion]
    """Planted fault -> dialogues with it that at least one juror failed."""

    def weights(self, names: Iterable[str]) -> dict[str, float]:
        """Give the weights of jurors.

        Raises:
            ToolsimError: one of them was not calibrated.
        """
        known = {figures.juror: figures.weight for figures in self.jurors}
        for name in (names := list(names)):
            if name not in known:
                raise ToolsimError(f"the juror {name!r} has not been calibrated", hint=near(name, known))
        return {name: known[name] for name in names}


def calibration(heard: Sequence[Heard], seed: int) -> Calibration:
    """Work out all figures from the votes on specimens."""
    names = [vote.juror for vote in heard[0].votes] if heard else []
    labels = [[None if vote.verdict == "abstain" else vote.verdict for vote in one.votes] for one in heard]
    faults: dict[str, list[bool]] = {}
    for one in heard:
        if one.specimen.fault:
            faults.setdefault(one.specimen.fault, []).append(any(vote.verdict == "fail" for vote in one.votes))
    return Calibration(
        seed=seed,
        rubrics=rubrics_digest(),
        good=sum(not one.specimen.fault for one in heard),
        spoilt=sum(bool(one.specimen.fault) for one in heard),
        jurors=tuple(figures_of(heard, place, name) for place, name in enumerate(names)),
        fleiss=fleiss_kappa(labels),
        krippendorff=krippendorff_alpha(labels),
        panels=tuple(_panel(heard, policy, seed) for policy in Policy) if names else (),
        faults={name: proportion(sum(caught), len(caught)) for name, caught in sorted(faults.items())},
    )


def figures_of(heard: Sequence[Heard], place: int, name: str) -> JurorFigures:
    """Work out the figures of one juror."""
    votes = [(one.specimen, one.votes[place]) for one in heard]
    cast = [(specimen, vote) for specimen, vote in votes if vote.verdict != "abstain"]
    bad = [(specimen, vote.verdict == "fail") for specimen, vote in cast if specimen.fault]
    good = [(specimen, vote.verdict == "pass") for specimen, vote in cast if not specimen.fault]
    families: dict[str, list[bool]] = {}
    for specimen, caught in bad:
        for family in specimen.families:
            families.setdefault(family, []).append(caught)
    rulings = [ruling for _, vote in votes for ruling in vote.rulings]
    sensitivity = proportion(sum(caught for _, caught in bad), len(bad))
    specificity = proportion(sum(passed for _, passed in good), len(good))
    return JurorFigures(
        juror=name,
        sensitivity=sensitivity,
        specificity=specificity,
        balanced_accuracy=(sensitivity.share + specificity.share) / 2,
        weight=weight(sensitivity, specificity),
        abstained=len(votes) - len(cast),
        failures=dict(sorted(Counter(vote.failure for _, vote in votes if vote.failure).items())),
        void=proportion(sum(bool(ruling.void) for ruling in rulings), len(rulings)),
        position=_position(heard, place),
        length=point_biserial([passed for _, passed in good], [specimen.exhibit.length for specimen, _ in good]),
        families={family: proportion(sum(caught), len(caught)) for family, caught in sorted(families.items())},
    )


def weight(sensitivity: Proportion, specificity: Proportion) -> float:
    """Give a juror's weight: the log-odds of its balanced accuracy, 0 for one that is no better than chance.

    Log-odds are the best weights for independent jurors (S. Nitzan, J. Paroush (1982), International Economic Review 23:289-297).
    Half a hit and half a miss are added to each figure, so that no weight is without bound.
    """
    found, passed = ((p.hits + 0.5) / (p.of + 1) for p in (sensitivity, specificity))
    accuracy = (found + passed) / 2
    return max(0.0, round(math.log(accuracy / (1 - accuracy)), 6))


def _position(heard: Sequence[Heard], place: int) -> Position | None:
    """Compare the votes under both orders of criteria."""
    pairs = [(one.votes[place], one.reversed[place]) for one in heard if one.reversed]
    pairs = [(drawn, turned) for drawn, turned in pairs if "abstain" not in (drawn.verdict, turned.verdict)]
    if not pairs:
        return None
    changes = []
    for drawn, turned in pairs:
        other = {ruling.criterion: ruling.verdict for ruling in turned.rulings if ruling.counts}
        changes += [other[r.criterion] != r.verdict for r in drawn.rulings if r.counts and r.criterion in other]
    flips = sum(drawn.verdict != turned.verdict for drawn, turned in pairs)
    return Position(flips=proportion(flips, len(pairs)), rulings=proportion(sum(changes), len(changes)))


def _panel(heard: Sequence[Heard], policy: Policy, seed: int) -> PanelFigures:
    """Judge all specimens by one policy; weights are taken from the half that a specimen is not in."""
    names = [vote.juror for vote in heard[0].votes]
    order = seeds.stream(seed, "halves").sample(range(len(heard)), len(heard))
    halves = [[heard[i] for i in order[start::2]] for start in (0, 1)]
    tally = Counter[tuple[bool, str]]()
    for half, other in (halves, halves[::-1]):
        weights = {name: figures_of(other, place, name).weight for place, name in enumerate(names)}
        law = Law(policy, _quorum(policy, weights), 0.0, weights)
        tally.update((bool(one.specimen.fault), _standing(law, one)) for one in half)
    rejected, passed = tally[True, "reject"], tally[True, "accept"]
    wrongly, rightly = tally[False, "reject"], tally[False, "accept"]
    return PanelFigures(
        policy=policy,
        sensitivity=proportion(rejected, rejected + passed),
        specificity=proportion(rightly, rightly + wrongly),
        review=len(heard) - rejected - passed - wrongly - rightly,
    )


def _quorum(policy: Policy, weights: Mapping[str, float]) -> int:
    return usual_quorum(sum(w > 0 for w in weights.values()) if policy is Policy.WEIGHTED else len(weights))


def _standing(law: Law, one: Heard) -> str:
    tally = Tally()
    for vote in one.votes:
        tally = tally.plus(law.weight(vote.juror), vote.verdict)
    return law.standing(tally)


def load_calibration(path: Path) -> Calibration:
    """Read a calibration.

    Raises:
        ToolsimError: there is none, or the file is none.
    """
    try:
        return Calibration.model_validate_json(path.read_bytes())
    except OSError:
        raise ToolsimError(f"there is no calibration at {path}", hint="`toolsim jury calibrate RUN` makes one") from None
    except ValueError as error:
        raise ToolsimError(f"{path} is no calibration ({str(error).splitlines()[0]})") from None
