"""The turnout counts every vote once, the stronger juror's among them."""

from __future__ import annotations

from toolsim.jury.turnout import Turnout, turnout
from toolsim.jury.votes import Deliberation, Outcome, Ruling, Verdict, Vote
from toolsim.models.chat import Usage


def vote(juror: str, verdict: Verdict, *failed: str, failure: str = "") -> Vote:
    rulings = tuple(Ruling(criterion=key, verdict="fail") for key in failed)
    usage = None if failure else Usage(prompt_tokens=10, completion_tokens=2)
    return Vote(juror=juror, verdict=verdict, rulings=rulings, failure=failure, usage=usage)


def made(outcome: Outcome, *votes: Vote, stronger: Vote | None = None) -> Deliberation:
    return Deliberation(
        id="d", panel="p", category="none", language="en", outcome=outcome, by="vote", votes=votes, stronger=stronger
    )


MADE = [
    made("accept", vote("a", "pass"), vote("b", "fail", "natural")),
    made("reject", vote("a", "fail", "whole", "natural"), vote("b", "fail", "natural")),
    made("reject", vote("b", "pass"), vote("a", "abstain", failure="timeout")),
    made("review", vote("a", "fail", "natural"), vote("b", "pass"), stronger=vote("s", "abstain", failure="unparsed")),
]


def of(name: str) -> Turnout:
    return next(one for one in turnout(MADE) if one.juror == name)


def test_jurors_come_in_the_order_of_their_names() -> None:
    assert [one.juror for one in turnout(reversed(MADE))] == ["a", "b", "s"]


def test_votes_are_counted_by_verdict() -> None:
    counts = {one.juror: (one.asked, one.passed, one.failed, one.abstained) for one in turnout(MADE)}
    assert counts == {"a": (4, 1, 2, 1), "b": (4, 2, 2, 0), "s": (1, 0, 0, 1)}


def test_calls_that_failed_are_counted_by_kind() -> None:
    assert dict(of("a").failures) == {"timeout": 1} and dict(of("s").failures) == {"unparsed": 1} and not of("b").failures


def test_agreement_is_counted_where_the_panel_decided_and_a_vote_was_cast() -> None:
    assert (of("a").agreed, of("a").decided) == (2, 2)
    assert (of("b").agreed, of("b").decided) == (1, 3)


def test_stopped_is_what_it_failed_and_nobody_accepted() -> None:
    assert (of("a").stopped, of("b").stopped) == (2, 1)


def test_the_commonest_criterion_comes_first() -> None:
    assert list(of("a").criteria.items()) == [("natural", 2), ("whole", 1)]


def test_tokens_are_those_of_answers() -> None:
    assert of("a").tokens == 36 and of("s").tokens == 0
