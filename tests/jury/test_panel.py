"""Panels: who is asked, in which order, when it ends, and what happens to what stays open."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from tests.jury.coins import CoinModel, FixedJuror, exhibit
from toolsim.base.errors import ToolsimError
from toolsim.jury.juror import Juror, ModelJuror
from toolsim.jury.panel import Panel
from toolsim.jury.policy import Law, Policy
from toolsim.jury.votes import Deliberation, Verdict
from toolsim.models.failures import FailureKind, ModelFailure
from toolsim.models.scripted import ScriptedModel


def jurors(*verdicts: Verdict) -> list[Juror]:
    return [FixedJuror(f"j{n}", dict.fromkeys(range(99), verdict)) for n, verdict in enumerate(verdicts)]


def decided(panel: Panel, number: int = 0) -> Deliberation:
    return asyncio.run(panel.deliberate(f"d{number}", exhibit(number)))


def law(policy: Policy = Policy.MAJORITY, quorum: int = 1, margin: float = 0.0) -> Law:
    return Law(policy, quorum, margin)


def test_voting_stops_when_it_is_settled() -> None:
    made = decided(Panel(jurors("pass", "pass", "pass", "pass", "pass"), law()))
    assert (made.outcome, made.by, len(made.votes), made.full) == ("accept", "vote", 3, False)


def test_an_audited_dialogue_is_put_to_all() -> None:
    made = decided(Panel(jurors("pass", "pass", "pass", "pass", "pass"), law(), audit=1.0))
    assert (made.outcome, len(made.votes), made.full) == ("accept", 5, True)


def test_audits_are_about_as_many_as_wanted() -> None:
    panel = Panel(jurors("pass", "pass", "pass"), law(), audit=0.3)
    assert 15 < sum(decided(panel, n).full for n in range(99)) < 45


def test_the_order_of_jurors_is_drawn_for_each_dialogue_and_follows_from_the_seed() -> None:
    def first(seed: int) -> list[str]:
        panel = Panel(jurors("pass", "pass", "pass"), law(), seed)
        return [decided(panel, n).votes[0].juror for n in range(20)]

    assert set(first(1)) == {"j0", "j1", "j2"}
    assert first(1) == first(1) != first(2)


def test_a_tie_rejects() -> None:
    assert decided(Panel(jurors("pass", "fail"), law(quorum=2))).outcome == "reject"


@pytest.mark.parametrize(
    ("says", "outcome", "by"), [("pass", "accept", "stronger"), ("fail", "reject", "stronger"), ("abstain", "review", "split")]
)
def test_where_they_are_split_the_stronger_juror_decides(says: Verdict, outcome: str, by: str) -> None:
    stronger = FixedJuror("strong", dict.fromkeys(range(99), says))
    made = decided(Panel(jurors("pass", "pass", "fail"), law(margin=0.5), stronger=stronger))
    assert (made.outcome, made.by) == (outcome, by) and made.stronger is not None
    assert decided(Panel(jurors("pass", "pass", "pass"), law(margin=0.5), stronger=stronger)).stronger is None


def test_where_they_are_split_and_nobody_is_stronger_a_person_looks() -> None:
    made = decided(Panel(jurors("pass", "pass", "fail"), law(margin=0.5)))
    assert (made.outcome, made.by) == ("review", "split")


def test_models_that_fail_leave_the_dialogue_without_a_quorum() -> None:
    models = [ScriptedModel(lambda request: ModelFailure(FailureKind.TIMEOUT, "slow"), f"m{n}") for n in range(3)]
    made = decided(Panel([ModelJuror(model) for model in models], law(quorum=2)))
    assert (made.outcome, made.by, made.failed) == ("review", "no_quorum", True)
    assert {vote.failure for vote in made.votes} == {"timeout"}
    assert not decided(Panel(jurors("abstain", "abstain"), law())).failed


def test_one_failing_model_does_not_keep_the_others_from_deciding() -> None:
    broken = ModelJuror(ScriptedModel(lambda request: ModelFailure(FailureKind.SERVER, "down"), "broken"))
    panel = Panel([broken, *(ModelJuror(CoinModel(f"c{n}", 1.0, 1.0)) for n in range(2))], law(quorum=2))
    assert [decided(panel, n).outcome for n in range(4)] == ["accept", "reject", "accept", "reject"]


@pytest.mark.parametrize(
    ("seated", "by", "message"),
    [
        ([], law(), "0 of 0 jurors"),
        (jurors("pass"), law(quorum=2), "quorum is 2, and 1 of 1"),
        ([*jurors("pass"), *jurors("pass")], law(), "twice"),
        (jurors("pass", "pass"), Law(Policy.WEIGHTED, 1, 0.0, {"j0": 0.0, "j1": 0.0}), "no better than chance"),
    ],
)
def test_panels_that_could_never_decide_are_refused(seated: Sequence[Juror], by: Law, message: str) -> None:
    with pytest.raises(ToolsimError, match=message):
        Panel(seated, by)


def test_the_digest_tells_panels_apart() -> None:
    one = Panel(jurors("pass", "pass"), law())
    others = [Panel(jurors("pass"), law()), Panel(jurors("pass", "pass"), law(quorum=2)), Panel(jurors("pass", "pass"), law(), 1)]
    assert one.digest == Panel(jurors("fail", "fail"), law()).digest
    assert len({one.digest, *(other.digest for other in others)}) == 4


def test_a_deliberation_is_read_back_from_its_line() -> None:
    made = decided(Panel([ModelJuror(CoinModel("c", 1.0, 1.0))], law()))
    assert Deliberation.model_validate_json(made.line()) == made
    assert made.votes[0].usage is not None
