"""Models as user and assistant see their part and nothing else; replies that nobody can use are asked for again."""

from __future__ import annotations

import orjson
import pytest

from tests.roleplay.oracle import Oracle, perform
from tests.scenario.corpus import Corpus
from toolsim.base.text import LANGUAGES, Language
from toolsim.models.chat import ChatCall, ChatReply, ChatRequest
from toolsim.models.failures import FailureKind, ModelFailure
from toolsim.models.scripted import ScriptedModel
from toolsim.roleplay.asking import STEP, TRIES
from toolsim.roleplay.dialogue import Message
from toolsim.roleplay.model_assistant import ModelAssistant
from toolsim.roleplay.model_user import DONE, END, NEXT, ModelUser, brief, facts
from toolsim.scenario.blueprint import Scenario, UserTurn

CATEGORY = "agent.multi_turn"


def some(corpus: Corpus, category: str = CATEGORY, language: Language = "en") -> Scenario:
    """Give a scenario."""
    return corpus.of(category, language)[0][0]


def seen_by(requests: list[ChatRequest]) -> str:
    """Give all that a model was shown."""
    return "\n".join(orjson.dumps(request.model_dump()).decode() for request in requests)


async def watched(corpus: Corpus, category: str, language: Language) -> tuple[Scenario, list[ChatRequest], list[ChatRequest]]:
    """Play with models in both roles; give what user and assistant were asked."""
    scenario, world = corpus.of(category, language)[0]
    users: list[ChatRequest] = []
    assistants: list[ChatRequest] = []

    def note(request: ChatRequest, reply: ChatReply) -> ChatReply:
        (assistants if request.tools else users).append(request)
        return reply

    await perform(corpus.catalogue, scenario, world, note, note)
    return scenario, users, assistants


# --- the user ---


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_user_sees_neither_calls_nor_results_nor_tools(corpus: Corpus, language: Language) -> None:
    scenario, users, _ = await watched(corpus, CATEGORY, language)
    shown = seen_by(users)
    assert users and not any(request.tools for request in users)
    assert all(
        set(message) == {"role", "content"} and message["role"] != "tool" for request in users for message in request.messages
    )
    assert not any(name in shown for name in scenario.tools)


async def test_the_user_sees_its_own_words_as_its_own(corpus: Corpus) -> None:
    scenario, users, _ = await watched(corpus, CATEGORY, "en")
    first = next(step.text for step in scenario.script if isinstance(step, UserTurn))
    assert [m["role"] for m in users[1].messages] == ["system", "user", "assistant", "user"]
    assert users[1].messages[1]["content"] == NEXT.en.format(step=1) and users[1].messages[2]["content"] == first


async def test_roles_alternate_where_the_assistant_speaks_twice_in_a_row(corpus: Corpus) -> None:
    model = ScriptedModel(["fine"])
    seen = [Message(role="user", content="a"), Message(role="assistant", content="b"), Message(role="assistant", content="c")]
    await ModelUser(some(corpus), model).speak(seen)
    assert [m["role"] for m in model.requests[0].messages] == ["system", "user", "assistant", "user"]
    assert model.requests[0].messages[-1]["content"].startswith("b\nc\n\n")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_user_is_told_which_step_comes_now(corpus: Corpus, language: Language) -> None:
    scenario = some(corpus, "special.incomplete", language)
    turns = [step.text for step in scenario.script if isinstance(step, UserTurn)]
    seen: list[Message] = []
    for number, said in enumerate([*turns, END], 1):
        model = ScriptedModel([said])
        await ModelUser(scenario, model).speak(seen)
        cue = (NEXT if number <= len(turns) else DONE).say(language).format(step=number, end=END)
        assert model.requests[0].messages[-1]["content"].endswith(cue)
        seen += [Message(role="user", content=said), Message(role="assistant", content="?")]


@pytest.mark.parametrize("category", ["special.incomplete", "special.error_param"])
@pytest.mark.parametrize("language", LANGUAGES)
async def test_what_is_told_later_stands_at_its_step_only(corpus: Corpus, category: str, language: Language) -> None:
    scenario = some(corpus, category, language)
    later = [place for place, step in enumerate(scenario.script) if isinstance(step, UserTurn)][1]
    told = brief(scenario)
    before = told[: told.index("\n2. ")]
    assert facts(scenario, later) and not any(
        words in before for words in facts(scenario, later) if words not in facts(scenario, 0)
    )


@pytest.mark.parametrize(("said", "heard"), [(END, None), (f"Thanks! {END}", "Thanks!"), (" hello \n", "hello")])
async def test_the_user_ends_when_it_says_so(corpus: Corpus, said: str, heard: str | None) -> None:
    assert await ModelUser(some(corpus), ScriptedModel([said])).speak([]) == heard


@pytest.mark.parametrize("language", LANGUAGES)
def test_manners_are_told_in_the_language_of_the_dialogue(corpus: Corpus, language: Language) -> None:
    for scenario, _ in corpus.of(CATEGORY, language):
        told = brief(scenario)
        assert language == "en" or not any(
            name in told for name in ("casual", "chatty", "terse", "plain", "warm", "formal", "precise")
        )


# --- the assistant ---


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_assistant_sees_the_conversation_and_the_tools_alone(corpus: Corpus, language: Language) -> None:
    scenario, _, assistants = await watched(corpus, CATEGORY, language)
    assert tuple(tool.name for tool in assistants[0].tools) == scenario.tools
    assert [m["role"] for m in assistants[0].messages] == ["system", "user"]
    assert assistants[0].messages[0]["content"] == scenario.context


@pytest.mark.parametrize("category", ["special.incomplete", "special.error_param"])
async def test_the_assistant_never_sees_the_scenario(corpus: Corpus, category: str) -> None:
    scenario, _, assistants = await watched(corpus, category, "en")
    later = [place for place, step in enumerate(scenario.script) if isinstance(step, UserTurn)][1]
    new = [words for words in facts(scenario, later) if words not in facts(scenario, 0)]
    assert new and not any(words in seen_by(assistants[:1]) for words in new)
    assert scenario.persona not in seen_by(assistants) and scenario.skeleton not in seen_by(assistants)


async def test_ids_of_calls_are_ours_and_never_come_twice(corpus: Corpus) -> None:
    calls = (ChatCall(id="x", name="a", arguments="{}"), ChatCall(id="x", name="b", arguments="{}"))
    assistant = ModelAssistant(some(corpus), (), ScriptedModel([ChatReply(calls=calls), ChatReply(calls=calls[:1])]))
    first = await assistant.act([Message(role="user", content="go")])
    second = await assistant.act([Message(role="user", content="go")])
    assert [call.id for message in (first, second) for call in message.tool_calls or ()] == ["call_1", "call_2", "call_3"]


async def test_no_two_trajectories_ask_the_same(corpus: Corpus) -> None:
    asked = []
    for sample in range(4):
        model = ScriptedModel(["", "well"])
        await ModelAssistant(some(corpus), (), model, sample).act([Message(role="user", content="go")])
        asked += [(request.attempt, request.temperature) for request in model.requests]
    assert len(set(asked)) == len(asked) == 8 and TRIES <= STEP


# --- replies that nobody can use ---


@pytest.mark.parametrize(
    "useless",
    [
        ChatReply(),
        ChatReply(content="  "),
        ChatReply(content="and so on", finish="length"),
        ChatReply(content="hm", malformed=("<tool_call>{",)),
    ],
)
async def test_a_useless_reply_is_asked_for_again(corpus: Corpus, useless: ChatReply) -> None:
    model = ScriptedModel([useless, "Good morning."])
    message = await ModelAssistant(some(corpus), (), model).act([Message(role="user", content="go")])
    assert message.content == "Good morning." and [request.attempt for request in model.requests] == [0, 1]


async def test_a_reply_that_stays_useless_is_a_failure_of_its_own_kind(corpus: Corpus) -> None:
    with pytest.raises(ModelFailure) as failure:
        await ModelUser(some(corpus), ScriptedModel(lambda request: "")).speak([])
    assert failure.value.kind is FailureKind.UNPARSED and failure.value.message == "nothing was said"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_faultless_pair_of_models_plays_every_category(corpus: Corpus, language: Language) -> None:
    for category in ("agent.long_horizon", "normal.preference", "special.ambiguous", "special.fault", "special.no_call"):
        for scenario, world in corpus.of(category, language)[:1]:
            case = await perform(corpus.catalogue, scenario, world, user=lambda request, reply: reply)
            assert [m.content for m in case.messages if m.role == "user"] == [
                s.text for s in scenario.script if isinstance(s, UserTurn)
            ]


def test_the_oracle_knows_its_scenarios_only_by_what_a_model_is_shown(corpus: Corpus) -> None:
    scenario = some(corpus)
    oracle = Oracle(corpus.catalogue, [scenario])
    assert oracle.reply(({"role": "system", "content": brief(scenario)}, {"role": "user", "content": NEXT.en}), ()).content
    with pytest.raises(KeyError):
        oracle.reply(({"role": "system", "content": "you play a person"}, {"role": "user", "content": NEXT.en}), ())
