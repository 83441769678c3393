"""Policies: what votes come to, and that stopping early never changes it."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolsim.jury.policy import Law, Policy, Standing, Tally, usual_quorum
from toolsim.jury.votes import Verdict

VERDICTS: list[Verdict] = list(get_args(Verdict))


def stand(law: Law, votes: list[tuple[str, Verdict]]) -> Standing:
    tally = Tally()
    for juror, verdict in votes:
        tally = tally.plus(law.weight(juror), verdict)
    return law.standing(tally)


def early(law: Law, votes: list[tuple[str, Verdict]]) -> tuple[Standing, int]:
    """Count until it is settled; give what it comes to, and how many were asked."""
    tally = Tally()
    for asked, (juror, verdict) in enumerate(votes, 1):
        tally = tally.plus(law.weight(juror), verdict)
        standing = law.settled(tally, [law.weight(name) for name, _ in votes[asked:]])
        if standing is not None:
            return standing, asked
    raise AssertionError("it is never settled")


@st.composite
def ballots(draw: st.DrawFn) -> tuple[Law, list[tuple[str, Verdict]]]:
    count = draw(st.integers(1, 9))
    names = [f"j{n}" for n in range(count)]
    weights = {name: draw(st.sampled_from([0.0, 0.1, 0.2, 0.3, 0.7, 1.3, 2.944439])) for name in names}
    law = Law(draw(st.sampled_from(Policy)), draw(st.integers(1, count)), draw(st.sampled_from([0.0, 0.2, 1 / 3, 0.5])), weights)
    return law, [(name, draw(st.sampled_from(VERDICTS))) for name in names]


@given(ballots())
def test_stopping_early_gives_what_asking_all_gives(ballot: tuple[Law, list[tuple[str, Verdict]]]) -> None:
    law, votes = ballot
    assert early(law, votes)[0] == stand(law, votes)


@given(ballots())
def test_it_stops_as_soon_as_nobody_can_change_the_outcome(ballot: tuple[Law, list[tuple[str, Verdict]]]) -> None:
    law, votes = ballot
    asked = early(law, votes)[1]
    head, tail = votes[: asked - 1], votes[asked - 1 :]
    if head:
        ends = {stand(law, [*head, *((name, verdict) for name, _ in tail)]) for verdict in VERDICTS}
        assert len(ends) > 1


@given(ballots())
def test_the_order_of_votes_does_not_matter(ballot: tuple[Law, list[tuple[str, Verdict]]]) -> None:
    law, votes = ballot
    assert stand(law, votes) == stand(law, votes[::-1])


@pytest.mark.parametrize("weights", [(1.0, 1.0), (0.1, 0.1), (2.944439, 2.944439)])
def test_ties_reject(weights: tuple[float, float]) -> None:
    for policy in (Policy.MAJORITY, Policy.WEIGHTED):
        law = Law(policy, 1, 0.0, {"a": weights[0], "b": weights[1]})
        assert stand(law, [("a", "pass"), ("b", "fail")]) == "reject"


def test_a_tie_of_sums_that_floats_would_miss_rejects() -> None:
    law = Law(Policy.WEIGHTED, 1, 0.0, {"a": 0.1, "b": 0.2, "c": 0.3})
    assert stand(law, [("a", "pass"), ("b", "pass"), ("c", "fail")]) == "reject"


def test_one_fail_is_enough_where_unanimity_is_asked_for() -> None:
    law = Law(Policy.UNANIMOUS, 3)
    votes: list[tuple[str, Verdict]] = [("a", "pass"), ("b", "pass"), ("c", "pass"), ("d", "pass")]
    assert stand(law, votes) == "accept"
    assert stand(law, [*votes, ("e", "fail")]) == "reject"


def test_weight_outvotes_number() -> None:
    law = Law(Policy.WEIGHTED, 1, 0.0, {"expert": 3.0, "a": 1.0, "b": 1.0})
    assert stand(law, [("a", "fail"), ("b", "fail"), ("expert", "pass")]) == "accept"


def test_close_results_are_split_and_clear_ones_are_not() -> None:
    law = Law(Policy.MAJORITY, 1, 0.3)
    votes: list[tuple[str, Verdict]] = [("a", "pass"), ("b", "pass"), ("c", "pass"), ("d", "fail"), ("e", "fail")]
    assert stand(law, votes) == "split"
    assert stand(law, votes[:4]) == "accept"


def test_without_a_quorum_there_is_no_verdict() -> None:
    law = Law(Policy.MAJORITY, usual_quorum(3))
    assert stand(law, [("a", "pass"), ("b", "abstain"), ("c", "abstain")]) == "no_quorum"
    assert early(law, [("b", "abstain"), ("c", "abstain"), ("a", "pass")]) == ("no_quorum", 2)
