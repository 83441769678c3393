"""Calibration finds out what jurors are worth: proved on jurors of known worth."""

from __future__ import annotations

import asyncio
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pytest

from tests.jury.coins import CoinModel, FixedJuror, exhibit, is_good, specimens
from toolsim.base.errors import ToolsimError
from toolsim.jury.calibration import Calibration, calibration, load_calibration, weight
from toolsim.jury.exhibit import Exhibit
from toolsim.jury.hearing import hear
from toolsim.jury.intervals import Proportion, proportion
from toolsim.jury.juror import Juror, ModelJuror, Order
from toolsim.jury.panel import Panel
from toolsim.jury.policy import Law, Policy, usual_quorum
from toolsim.jury.rubric import Rubric
from toolsim.jury.specimens import Specimen
from toolsim.jury.votes import Ruling, Verdict, Vote


def calibrated(jurors: list[Juror], given: list[Specimen], again: frozenset[int] = frozenset()) -> Calibration:
    return calibration(asyncio.run(hear(jurors, given, again)), 0)


def test_calibration_recovers_sensitivity_and_specificity() -> None:
    tosses, each = 40, 25
    covered = {"sensitivity": 0, "specificity": 0}
    jurors: list[Juror] = [ModelJuror(CoinModel(f"coin{n}", 0.75, 0.9, n)) for n in range(tosses)]
    found = calibrated(jurors, specimens(2 * each))
    for figures in found.jurors:
        covered["sensitivity"] += figures.sensitivity.low <= 0.75 <= figures.sensitivity.high
        covered["specificity"] += figures.specificity.low <= 0.9 <= figures.specificity.high
    # the interval of 95 % misses 2 of 40 on average; more than 5 misses come once in a hundred such tests
    assert min(covered.values()) >= tosses - 5
    hits = sum(figures.sensitivity.hits for figures in found.jurors), sum(figures.specificity.hits for figures in found.jurors)
    assert proportion(hits[0], tosses * each).low < 0.75 < proportion(hits[0], tosses * each).high
    assert proportion(hits[1], tosses * each).low < 0.9 < proportion(hits[1], tosses * each).high


def theory(jurors: int, accuracy: float) -> float:
    """Condorcet's figure: how often more than half of so many independent jurors are right."""
    return sum(
        math.comb(jurors, k) * accuracy**k * (1 - accuracy) ** (jurors - k) for k in range(usual_quorum(jurors), jurors + 1)
    )


@dataclass
class Remembering:
    """A juror that is asked once about each exhibit, since it would say the same again."""

    juror: Juror
    votes: dict[str, Vote] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.juror.name

    async def vote(self, exhibit: Exhibit, rubric: Rubric, order: Order = "drawn") -> Vote:
        if exhibit.key not in self.votes:
            self.votes[exhibit.key] = await self.juror.vote(exhibit, rubric, order)
        return self.votes[exhibit.key]


def test_a_panel_of_independent_jurors_is_as_good_as_theory_says() -> None:
    shown = {n: exhibit(n) for n in range(300)}
    jurors = [Remembering(ModelJuror(CoinModel(f"coin{n}", 0.8, 0.8, 11))) for n in range(7)]

    async def measured(count: int) -> tuple[Proportion, int]:
        panel = Panel(jurors[:count], Law(Policy.MAJORITY, usual_quorum(count)))
        made = [await panel.deliberate(str(n), one) for n, one in shown.items()]
        right = sum((one.outcome == "accept") is is_good(int(one.id)) for one in made)
        return proportion(right, len(made)), sum(len(one.votes) for one in made)

    found = {count: asyncio.run(measured(count)) for count in (1, 3, 5, 7)}
    for count, (share, _) in found.items():
        assert share.low <= theory(count, 0.8) <= share.high, count
    assert found[1][0].high < found[5][0].low
    assert found[7][1] < 0.75 * 7 * len(shown), "voting stops when it is settled"


def test_jurors_that_toss_coins_weigh_nothing_and_good_ones_more_than_fair_ones() -> None:
    perfect, fair, blind = proportion(50, 50), proportion(40, 50), proportion(20, 50)
    assert weight(perfect, perfect) > weight(fair, fair) > 0
    assert math.isfinite(weight(perfect, perfect))
    assert weight(fair, fair) == pytest.approx(math.log(0.8 / 0.2), abs=0.05)
    assert weight(blind, blind) == 0


def test_weights_make_a_panel_better_than_its_majority() -> None:
    jurors: list[Juror] = [
        ModelJuror(CoinModel("expert", 0.97, 0.97)),
        *(ModelJuror(CoinModel(f"c{n}", 0.55, 0.55)) for n in range(4)),
    ]
    found = {panel.policy: panel for panel in calibrated(jurors, specimens(200)).panels}
    assert found[Policy.WEIGHTED].sensitivity.low > found[Policy.MAJORITY].sensitivity.high


def test_independent_coins_agree_as_chance_has_it_and_equal_ones_wholly() -> None:
    given = specimens(150)
    coins: list[Juror] = [ModelJuror(CoinModel(f"c{n}", 0.5, 0.5)) for n in range(3)]
    apart = calibrated(coins, given)
    assert apart.krippendorff == pytest.approx(0.0, abs=0.12) and apart.fleiss == pytest.approx(0.0, abs=0.12)
    verdicts: dict[int, Verdict] = {n: "pass" if n % 3 else "fail" for n in range(150)}
    alike = calibrated([FixedJuror("a", verdicts), FixedJuror("b", verdicts)], given)
    assert alike.krippendorff == alike.fleiss == 1


class ByOrder:
    """A juror for which nothing counts but the order."""

    name = "first"

    async def vote(self, exhibit: Exhibit, rubric: Rubric, order: Order = "drawn") -> Vote:
        verdict: Literal["pass", "fail"] = "pass" if order == "drawn" else "fail"
        rulings = tuple(Ruling(criterion=key, verdict=verdict) for key in rubric.keys)
        return Vote(juror=self.name, verdict=verdict, rulings=rulings)


def test_jurors_that_go_by_the_order_are_found_out() -> None:
    given = specimens(12)
    jurors: list[Juror] = [ByOrder(), ModelJuror(CoinModel("steady", 0.9, 0.9))]
    first, steady = calibrated(jurors, given, frozenset(range(6))).jurors
    assert first.position is not None and first.position.flips.share == 1 and first.position.flips.of == 6
    assert steady.position is not None and steady.position.flips.hits == 0 and steady.position.rulings.hits == 0
    assert calibrated(jurors, given).jurors[0].position is None


def test_jurors_that_like_length_are_found_out() -> None:
    given = [Specimen(exhibit(2 * n, n)) for n in range(40)]
    verdicts: dict[int, Verdict] = {2 * n: "pass" if n > 12 else "fail" for n in range(40)}
    (figures,) = calibrated([FixedJuror("wordy", verdicts)], given).jurors
    assert figures.length is not None and figures.length.low > 0.5
    assert figures.specificity.share == pytest.approx(27 / 40)


def test_abstentions_count_for_neither_figure() -> None:
    given = specimens(10)
    verdicts: dict[int, Verdict] = {n: "abstain" if n < 4 else "pass" for n in range(10)}
    (figures,) = calibrated([FixedJuror("shy", verdicts)], given).jurors
    assert (figures.sensitivity.hits, figures.sensitivity.of) == (0, 3)
    assert (figures.specificity.hits, figures.specificity.of) == (3, 3)
    assert figures.abstained == 4


def test_a_calibration_is_read_back_and_knows_whom_it_has_not_heard(tmp_path: Path) -> None:
    found = calibrated([ModelJuror(CoinModel("coin", 0.8, 0.8))], specimens(20))
    path = tmp_path / "calibration.json"
    path.write_text(found.model_dump_json())
    assert load_calibration(path) == found
    assert found.weights(["coin"])["coin"] > 0
    with pytest.raises(ToolsimError, match="has not been calibrated; did you mean 'coin'"):
        found.weights(["coins"])
    with pytest.raises(ToolsimError, match="there is no calibration"):
        load_calibration(tmp_path / "none.json")
    path.write_text("{}")
    with pytest.raises(ToolsimError, match="is no calibration"):
        load_calibration(path)


def test_votes_on_specimens_keep_their_order() -> None:
    given = specimens(8)
    heard = asyncio.run(hear([ModelJuror(CoinModel("coin", 1.0, 1.0))], given))
    assert [one.specimen for one in heard] == given
    assert all((one.votes[0].verdict == "fail") is bool(one.specimen.fault) for one in heard)
