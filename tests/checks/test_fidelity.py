"""A user that a model plays keeps to the plan: what it invents, leaks, withholds, gives in to or leaves out is found."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.roleplay.oracle import codes, perform
from tests.scenario.corpus import Corpus, corpus_of, shape
from toolsim.apis.catalogue import Catalogue
from toolsim.base.text import LANGUAGES, Language
from toolsim.checks.case import Case
from toolsim.checks.fidelity import examine_user
from toolsim.models.chat import ChatReply
from toolsim.roleplay.dialogue import Message
from toolsim.scenario.blueprint import Scenario, UserTurn
from toolsim.world.world import World

Spoken = Callable[[list[str]], list[str]]


@pytest.fixture(scope="session")
def corpus(catalogue: Catalogue) -> Corpus:
    return corpus_of(catalogue)


def texts(scenario: Scenario) -> list[str]:
    """Give what the user is to say."""
    return [turn.text for turn in scenario.script if isinstance(turn, UserTurn)]


async def found(corpus: Corpus, pair: tuple[Scenario, World], spoken: Spoken, assistant: str = "") -> set[str]:
    """Let a user say something else, and give the codes of what is found; the assistant may say something of its own, too."""
    case = await perform(corpus.catalogue, *pair)
    said = iter(spoken([m.content or "" for m in case.messages if m.role == "user"]))
    messages: list[Message] = []
    for message in case.messages:
        if message.role == "user":
            text = next(said, None)
            if text is None:
                break
            messages.append(message.model_copy(update={"content": text}))
        else:
            add = assistant and message.role == "assistant" and message.content
            messages.append(message.model_copy(update={"content": f"{message.content} {assistant}"}) if add else message)
    dialogue = case.dialogue.model_copy(update={"messages": tuple(messages)})
    return codes(examine_user(Case.of(pair[0], dialogue, corpus.catalogue, pair[1])))


def with_figures(corpus: Corpus, language: Language) -> Iterator[tuple[Scenario, World]]:
    """Give scenarios in which the user tells a number."""
    return (pair for pair in corpus.of("normal.atom.number", language) if any(char.isdigit() for char in pair[0].goal))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "category",
    ["normal.atom.number", "normal.multi_turn.user_adjust", "special.incomplete", "agent.multi_turn", "special.no_call"],
)
async def test_a_user_who_keeps_to_the_plan_is_accepted(corpus: Corpus, category: str, language: Language) -> None:
    for pair in corpus.of(category, language)[:4]:
        assert await found(corpus, pair, lambda said: said) == set()


@pytest.mark.parametrize(("language", "more"), [("en", "Make it 88,417 while you are there."), ("zh", "顺便改成88417。")])
async def test_an_invented_figure_is_found(corpus: Corpus, language: Language, more: str) -> None:
    assert "fidelity.invented" in await found(
        corpus, next(with_figures(corpus, language)), lambda said: [*said[:-1], said[-1] + more]
    )


@pytest.mark.parametrize(("language", "named"), [("en", "Hi, my name is Bartholomew. "), ("zh", "我叫尉迟恭，")])
async def test_an_invented_name_is_found(corpus: Corpus, language: Language, named: str) -> None:
    assert "fidelity.invented" in await found(
        corpus, next(with_figures(corpus, language)), lambda said: [named + said[0], *said[1:]]
    )


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_value_that_is_told_before_it_is_asked_for_is_found(corpus: Corpus, language: Language) -> None:
    leaked = [
        await found(corpus, pair, lambda said: [f"{said[0]} {said[1]}", *said[1:]])
        for pair in corpus.of("special.incomplete", language)
    ]
    assert any("fidelity.leaked" in one for one in leaked)


@pytest.mark.parametrize(("language", "vague"), [("en", "Please show me what you have."), ("zh", "帮我看一下吧。")])
async def test_a_value_that_is_withheld_is_found(corpus: Corpus, language: Language, vague: str) -> None:
    assert "fidelity.untold" in await found(corpus, next(with_figures(corpus, language)), lambda said: [vague])


@pytest.mark.parametrize(
    ("language", "offer", "taken"),
    [("en", "How about 73,519?", "All right, 73,519 then. "), ("zh", "73519可以吗？", "那就73519吧。")],
)
async def test_giving_in_to_the_assistant_is_found(corpus: Corpus, language: Language, offer: str, taken: str) -> None:
    pair = corpus.of("normal.multi_turn.user_adjust", language)[0]
    assert "fidelity.gave_in" in await found(corpus, pair, lambda said: [*said[:-1], taken + said[-1]], offer)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_stopping_before_the_plan_is_through_is_found(corpus: Corpus, language: Language) -> None:
    pair = corpus.of("normal.multi_turn.user_switch", language)[0]
    assert "fidelity.stopped" in await found(corpus, pair, lambda said: said[:-1])


async def test_thanks_may_be_left_out(corpus: Corpus) -> None:
    for pair in corpus.family("special.", "en"):
        if shape(pair[0]).count("thanks") and shape(pair[0])[-2] == "thanks":
            assert "fidelity.stopped" not in await found(corpus, pair, lambda said: said[:-1])
            return


@pytest.mark.parametrize(
    ("language", "helper"),
    [
        ("en", "Hello! How can I help you today? "),
        ("en", "Sure, I'll look that up. "),
        ("zh", "您好，请问有什么可以帮您？"),
        ("zh", "好的，我来帮您办。"),
    ],
)
async def test_a_user_who_speaks_as_the_assistant_is_found(corpus: Corpus, language: Language, helper: str) -> None:
    assert "fidelity.flipped" in await found(
        corpus, next(with_figures(corpus, language)), lambda said: [helper + said[0], *said[1:]]
    )


@pytest.mark.parametrize(("language", "recited"), [("en", "1. Ask for this: "), ("zh", "规则：")])
async def test_reciting_the_prompt_is_found(corpus: Corpus, language: Language, recited: str) -> None:
    assert "fidelity.recited" in await found(
        corpus, next(with_figures(corpus, language)), lambda said: [recited + said[0], *said[1:]]
    )


async def test_repeating_the_assistant_is_found(corpus: Corpus) -> None:
    echo = "The harbour is closed to all traffic until the storm has passed."
    pair = corpus.of("normal.multi_turn.user_adjust", "en")[0]
    assert "fidelity.echoed" in await found(corpus, pair, lambda said: [said[0], echo], echo)


@pytest.mark.parametrize(
    ("written", "meant"), [("at 3:00 pm", "15:00"), ("5 March", "2026-03-05"), ("1,200", "1200"), ("2.5", "2.50")]
)
def test_a_figure_may_be_written_in_several_ways(written: str, meant: str) -> None:
    from toolsim.checks.fidelity import _forms

    assert _forms(written) & _forms(meant)


async def test_what_a_model_says_as_user_is_judged_after_it_was_played(corpus: Corpus) -> None:
    pair = next(with_figures(corpus, "en"))
    case = await perform(
        corpus.catalogue,
        *pair,
        user=lambda request, reply: ChatReply(content=reply.content.replace(texts(pair[0])[0], "Show me everything, please.")),
    )
    assert "fidelity.untold" in codes(examine_user(case))
