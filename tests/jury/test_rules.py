"""Rule jurors: what they see in a dialogue by itself, with evidence, in the way that all jurors vote."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import orjson
import pytest

from toolsim.base.text import Language
from toolsim.jury.exhibit import Exhibit
from toolsim.jury.panel import Panel
from toolsim.jury.policy import Law, Policy
from toolsim.jury.rubric import rubric_for
from toolsim.jury.rules import RULE_JURORS
from toolsim.jury.votes import Vote
from toolsim.roleplay.dialogue import FunctionCall, Message, ToolCall
from toolsim.scenario.categories import categories

SPEC = {
    "type": "function",
    "function": {
        "name": "freeze_card",
        "description": "Freeze a card.",
        "parameters": {
            "type": "object",
            "properties": {"card": {"type": "string"}, "days": {"type": "integer"}},
            "required": ["card"],
            "additionalProperties": False,
        },
    },
}
OK = {"card": "CC123456", "status": "frozen"}


def user(text: str) -> Message:
    return Message(role="user", content=text)


def says(text: str) -> Message:
    return Message(role="assistant", content=text)


def calls(result: object, number: int = 1, **arguments: object) -> tuple[Message, Message]:
    call = ToolCall(id=f"call_{number}", function=FunctionCall(name="freeze_card", arguments=orjson.dumps(arguments).decode()))
    return Message(role="assistant", tool_calls=(call,)), Message(
        role="tool", content=orjson.dumps(result).decode(), tool_call_id=call.id
    )


def shown(*messages: Message, category: str = "foreign", language: Language = "en") -> Exhibit:
    return Exhibit(language, category, messages, (SPEC,))


TIMED_OUT = {"error": {"code": "timeout", "message": "No answer came within 10 seconds."}}
DONE = says("Your card CC123456 is frozen now.")


@pytest.mark.parametrize(
    ("first", "needless"),
    [
        (OK, True),
        (TIMED_OUT, False),
        ({"error": {"code": "wrong_state", "message": "It is frozen."}}, True),
        ({**OK, "warning": {"code": "partial_page", "message": "Only 1 of 3 rows came through."}}, False),
    ],
)
def test_a_call_is_made_again_only_after_a_failure_that_passes(first: object, needless: bool) -> None:
    exhibit = shown(user("Freeze my card CC123456."), *calls(first, card="CC123456"), *calls(OK, 2, card="CC123456"), DONE)
    assert ("calls" in failing(exhibit)) == needless


def failing(exhibit: Exhibit) -> set[str]:
    """Name the rule jurors that fail an exhibit."""
    votes = [asyncio.run(juror.vote(exhibit, rubric_for(exhibit.category))) for juror in RULE_JURORS.values()]
    for vote in votes:
        assert all(exhibit.holds(ruling.evidence) for ruling in vote.rulings), vote
    return {vote.juror.partition(":")[2] for vote in votes if vote.verdict == "fail"}


ASK = user("Please freeze my card CC123456.")
GOOD = (ASK, *calls(OK, card="CC123456"), says("Done: the card CC123456 is frozen."))


def test_nobody_objects_to_a_good_dialogue() -> None:
    assert failing(shown(*GOOD)) == set()


@pytest.mark.parametrize(
    ("messages", "field"),
    [
        ((ASK, *calls(OK, card="CC123456", colour="red"), GOOD[-1]), "calls"),
        ((ASK, *calls(OK, card="CC123456"), *calls(OK, 2, card="CC123456"), GOOD[-1]), "calls"),
        ((ASK, *calls(OK, card="CC999999"), GOOD[-1]), "values"),
        ((ASK, GOOD[1], GOOD[2].model_copy(update={"content": '{"card": "CC123456", "sta'}), GOOD[-1]), "form"),
        ((ASK, says("Thank you, I am on it."), user("And?"), *GOOD[1:]), "course"),
        ((*GOOD[:-1], says("Done: the card CC777777 is frozen.")), "answers"),
        ((*GOOD[:-1], says("The card CC123456 is frozen，已经冻结。")), "language"),
        ((*GOOD[:-1], says("Done: {card} is frozen.")), "language"),
        (
            (
                ASK,
                *calls({"error": {"code": "gone", "message": "There is no such card."}}, card="CC123456"),
                says("Done, it is all set."),
            ),
            "answers",
        ),
    ],
)
def test_each_sees_the_faults_of_its_field(messages: Iterable[Message], field: str) -> None:
    assert failing(shown(*messages)) == {field}


def test_a_broken_form_fails_with_all() -> None:
    assert failing(shown(*GOOD[:2])) == set(RULE_JURORS)


@pytest.mark.parametrize(
    ("category", "messages"),
    [
        ("special.incomplete", (user("Freeze my card."), says("Thank you, I am on it."), *GOOD)),
        ("special.error_param", (user("Freeze my card CC12."), says("Something is off with that one. Would you try again?"))),
        ("special.ambiguous", (*GOOD[:3], says("I have seen to everything."), *GOOD)),
        ("special.incomplete", (user("Freeze my card CC123456."), *GOOD[1:3], says("Which card?"))),
        (
            "normal.single_turn.parallel_function",
            (ASK, *calls(OK, card="CC123456"), *calls({**OK, "days": 3}, 2, card="CC123456", days=3), GOOD[-1]),
        ),
    ],
)
def test_the_course_of_a_dialogue_is_judged_by_its_category(category: str, messages: Iterable[Message]) -> None:
    assert "course" in failing(shown(*messages, category=category))


def test_a_dialogue_in_which_nothing_is_done_is_seen() -> None:
    assert failing(shown(ASK, says("Which one?"), category="special.incomplete")) == {"form"}
    assert failing(shown(ASK, says("Which one?"))) == set()


def test_calls_where_nothing_is_to_be_called_are_seen() -> None:
    assert "calls" in failing(shown(*GOOD, category="special.irrelevant"))


def test_the_same_call_after_other_calls_with_another_result_is_no_repetition() -> None:
    refused = {"error": {"code": "locked", "message": "It is locked."}}
    messages = (
        ASK,
        *calls(refused, card="CC123456"),
        *calls(OK, 2, card="CC123456", days=1),
        *calls(OK, 3, card="CC123456"),
        GOOD[-1],
    )
    assert "calls" not in failing(shown(*messages))


@pytest.mark.parametrize("category", [*sorted(categories()), "foreign"])
def test_every_rule_juror_has_something_to_say_about_every_category(category: str) -> None:
    for juror in RULE_JURORS.values():
        vote: Vote = asyncio.run(juror.vote(shown(*GOOD, category=category), rubric_for(category)))
        assert vote.verdict != "abstain" and vote.rulings, juror.name


def test_rule_jurors_vote_as_a_panel_and_one_is_enough_to_reject() -> None:
    panel = Panel(list(RULE_JURORS.values()), Law(Policy.UNANIMOUS, 4))
    assert asyncio.run(panel.deliberate("a", shown(*GOOD))).outcome == "accept"
    assert asyncio.run(panel.deliberate("b", shown(ASK, *calls(OK, card="CC999999"), GOOD[-1]))).outcome == "reject"
