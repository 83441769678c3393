"""A rewriting is taken only if it says the same, both ways."""

from __future__ import annotations

import re

import pytest

from tests.scenario.corpus import Corpus
from toolsim.base.text import LANGUAGES, Language
from toolsim.models.chat import ChatReply
from toolsim.models.failures import FailureKind, ModelFailure
from toolsim.models.scripted import ScriptedModel
from toolsim.roleplay.polish import bare, pieces, polish
from toolsim.roleplay.rewriting import objections
from toolsim.scenario.blueprint import Scenario, UserTurn
from toolsim.taxonomy.declarations import NUMERIC


def request_of(corpus: Corpus, language: Language, text: str) -> Scenario:
    """Give a scenario without facts whose user says something."""
    scenario = corpus.of("special.no_call", language)[0][0]
    return scenario.model_copy(
        update={"script": (UserTurn(role="user", act="request", text=text), *scenario.script[1:]), "you": "您"}
    )


def speaks_against(corpus: Corpus, language: Language, old: str, new: str) -> list[str]:
    """Give what speaks against a rewriting of a text without planned facts."""
    return list(objections(request_of(corpus, language, old), corpus.catalogue, 0, old, new))


HELD: list[tuple[Language, str, str]] = [
    ("en", "Can you show my account?", "Hey, could you show my account, please?"),
    ("en", "Freeze the card.", "Please freeze the card. Thanks a lot."),
    ("en", "Don't wake the kids.", "Please do not wake the kids."),
    ("zh", "帮我查一下账户，好吗？", "麻烦您帮我查下账户行吗？"),
    ("zh", "把灯关了。", "请把灯关了，谢谢。"),
]
REFUSED: list[tuple[Language, str, str, str]] = [
    ("en", "Can you show my account?", "Can you show your account?", "account belongs to somebody else"),
    ("en", "Can you show my account?", "Can you show the account?", "it is not told whose account it is"),
    ("en", "Can you send it to me?", "Can you send it to him?", "it is done for somebody else"),
    ("en", "Can you send it to me?", "Send it to me.", "it is no question any more"),
    ("en", "Book a table.", "Book a table for 4.", "4 is new"),
    ("en", "Book a table.", "Book a table with Marta, please.", "Marta is new"),
    ("en", "Book a table.", "Do not book a table.", "a denial has come or gone"),
    ("en", "Don't book a table.", "Book a table.", "a denial has come or gone"),
    ("en", "Book a table.", "I'd be happy to book a table.", "an assistant speaks"),
    ("en", "Book a table.", "订张桌子。", "it is in another language"),
    ("en", "Book a table.", "**Book a table.**", "it is marked up"),
    ("en", "Book a table.", "Book a table, " + "please " * 30, "it is much longer"),
    ("en", "Book a table.", "Book a table.\nThanks.", "it is not one message"),
    ("en", "Book a table.", "", "it is not one message"),
    ("zh", "看一下我的账户。", "看一下您的账户。", "账户 belongs to somebody else"),
    ("zh", "给我转过来。", "给他转过来。", "it is done for somebody else"),
    ("zh", "订张桌子。", "别订桌子。", "a denial has come or gone"),
    ("zh", "订张桌子。", "订张4人桌。", "4 is new"),
    ("zh", "订张桌子。", "你订张桌子。", "it changes the form of address"),
    ("zh", "订张桌子。", "我可以帮您订张桌子。", "an assistant speaks"),
    ("zh", "订张桌子。", "Book a table.", "it is in another language"),
    ("zh", "订张桌子。", "用App订张桌子。", "App is new"),
    ("zh", "能订张桌子吗？", "订张桌子。", "it is no question any more"),
]


@pytest.mark.parametrize(("language", "old", "new"), HELD)
def test_other_words_hold(corpus: Corpus, language: Language, old: str, new: str) -> None:
    assert speaks_against(corpus, language, old, new) == []


@pytest.mark.parametrize(("language", "old", "new", "why"), REFUSED)
def test_another_meaning_does_not_hold(corpus: Corpus, language: Language, old: str, new: str, why: str) -> None:
    assert why in speaks_against(corpus, language, old, new)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_turn_holds_against_itself(corpus: Corpus, language: Language) -> None:
    for category in ("normal.atom.number", "special.error_param", "agent.multi_turn"):
        for scenario, _ in corpus.of(category, language)[:6]:
            for index, turn in enumerate(scenario.script):
                if isinstance(turn, UserTurn):
                    assert list(objections(scenario, corpus.catalogue, index, turn.text, turn.text)) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_fact_that_is_lost_is_found(corpus: Corpus, language: Language) -> None:
    for scenario, _ in corpus.of("normal.atom.number", language)[:6]:
        turn = scenario.script[0]
        assert isinstance(turn, UserTurn)
        for piece in pieces(scenario, 0):
            assert list(objections(scenario, corpus.catalogue, 0, turn.text, re.sub(re.escape(piece), "", turn.text, flags=re.I)))


def test_facts_of_one_kind_that_change_places_are_found(corpus: Corpus) -> None:
    tried = 0
    for scenario, _ in corpus.of("normal.atom.number", "en"):
        turn = scenario.script[0]
        assert isinstance(turn, UserTurn)
        numbers = [source.words for leaf, source in corpus.leaves(scenario.calls[0]) if leaf.field.kind in NUMERIC]
        told = [words for words in dict.fromkeys(numbers) if words[:1].isdigit() and words in turn.text]
        if len(told) >= 2 and not any(a != b and a in b for a in told for b in told):
            tried += 1
            swapped = turn.text.replace(told[0], "\0").replace(told[1], told[0]).replace("\0", told[1])
            assert list(objections(scenario, corpus.catalogue, 0, turn.text, swapped))
    assert tried


async def polished(corpus: Corpus, old: str, answer: object) -> str:
    """Polish a text, and give what became of it."""
    made = await polish(request_of(corpus, "en", old), corpus.catalogue, ScriptedModel(lambda request: answer))  # type: ignore[arg-type, return-value]
    return made.script[0].text


async def test_a_rewriting_that_holds_is_taken(corpus: Corpus) -> None:
    assert await polished(corpus, "Book a table.", '"Please book a table."') == "Please book a table."


@pytest.mark.parametrize(
    "answer",
    [
        "Book a table for 4.",
        ModelFailure(FailureKind.SERVER, "down"),
        ModelFailure(FailureKind.UNPARSED, "?"),
        ChatReply(content="Please book", finish="length"),
        "",
    ],
)
async def test_a_turn_stays_as_it_is_where_no_rewriting_holds(corpus: Corpus, answer: object) -> None:
    assert await polished(corpus, "Book a table.", answer) == "Book a table."


async def test_a_budget_that_is_spent_is_no_reason_to_go_on(corpus: Corpus) -> None:
    with pytest.raises(ModelFailure) as failure:
        await polished(corpus, "Book a table.", ModelFailure(FailureKind.BUDGET, "spent"))
    assert failure.value.kind is FailureKind.BUDGET


async def test_moves_of_the_assistant_are_left_alone(corpus: Corpus) -> None:
    scenario = corpus.of("agent.multi_turn", "en")[0][0]
    made = await polish(scenario, corpus.catalogue, ScriptedModel(lambda request: "Hm."))
    assert [step for step in made.script if step.role == "assistant"] == [
        step for step in scenario.script if step.role == "assistant"
    ]


@pytest.mark.parametrize(
    ("said", "plain"), [('"a b"', "a b"), ("“好”", "好"), ("「好」", "好"), ("a", "a"), ('"', '"'), ('say "x"', 'say "x"')]
)
def test_quotation_marks_around_a_message_are_dropped(said: str, plain: str) -> None:
    assert bare(said) == plain
