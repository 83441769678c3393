"""Grounds name the criteria on which an outcome rests, and say what they mean in the words of the rubric."""

from __future__ import annotations

from typing import Any, Literal

import pytest

from toolsim.jury.grounds import FAMILY, NO_QUORUM, REVIEW, grounds, meaning
from toolsim.jury.policy import Law, Policy
from toolsim.jury.rubric import rubric_for
from toolsim.jury.votes import Deliberation, Ruling, Vote

By = Literal["vote", "stronger", "split", "no_quorum"]


def vote(juror: str, *failed: str, void: str = "", unsure: str = "") -> Vote:
    """Fail a dialogue on some criteria, or pass it."""
    rulings = [Ruling(criterion=key, verdict="fail") for key in failed]
    rulings += [Ruling(criterion=void, verdict="fail", void="no evidence")] if void else []
    rulings += [Ruling(criterion=unsure, verdict="unsure")] if unsure else []
    rulings.append(Ruling(criterion="form", verdict="pass"))
    return Vote(juror=juror, verdict="fail" if failed else "pass", rulings=tuple(rulings))


def made(*votes: Vote, by: By = "vote", stronger: Vote | None = None) -> Deliberation:
    told: dict[str, Any] = {"id": "d", "panel": "p", "category": "none", "language": "en", "outcome": "reject", "by": by}
    return Deliberation(**told, votes=votes, stronger=stronger)


def test_failing_votes_give_their_criteria_once_and_in_order() -> None:
    rejected = made(vote("a", "whole", "natural"), vote("b", "natural"), vote("c"))
    assert grounds(rejected, Law()) == ("jury.natural", "jury.whole")


def test_what_does_not_count_is_no_ground() -> None:
    assert grounds(made(vote("a", "whole", void="natural", unsure="language")), Law()) == ("jury.whole",)


def test_a_vote_that_passes_gives_no_ground() -> None:
    passing = Vote(juror="a", verdict="pass", rulings=(Ruling(criterion="natural", verdict="fail"),))
    assert grounds(made(passing, vote("b", "whole")), Law()) == ("jury.whole",)


def test_votes_without_weight_give_no_ground() -> None:
    law = Law(Policy.WEIGHTED, weights={"a": 0.0, "b": 1.5})
    assert grounds(made(vote("a", "natural"), vote("b", "whole")), law) == ("jury.whole",)


def test_where_the_stronger_juror_decides_it_rests_on_that_vote() -> None:
    decided = made(vote("a", "natural"), vote("b"), by="stronger", stronger=vote("s", "whole"))
    assert grounds(decided, Law()) == ("jury.whole",)


@pytest.mark.parametrize(("by", "code"), [("split", REVIEW), ("no_quorum", NO_QUORUM)])
def test_what_has_no_verdict_says_why(by: By, code: str) -> None:
    assert grounds(made(vote("a", "natural"), by=by), Law()) == (code,) and meaning(code, "none")


@pytest.mark.parametrize("category", ["normal.atom.enum", "special.incomplete", "agent.multi_step"])
def test_criteria_mean_what_the_rubric_of_the_category_calls_a_fail(category: str) -> None:
    for criterion in rubric_for(category).criteria:
        assert meaning(f"{FAMILY}{criterion.key}", category) == criterion.fails.en


def test_an_unknown_criterion_means_nothing() -> None:
    assert meaning("jury.no_such_thing", "normal.atom.enum") == ""
