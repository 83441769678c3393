"""The embedded planner as actor: it says the script's words, makes its calls, and refuses to use what it cannot see."""

from __future__ import annotations

import asyncio
from random import Random
from typing import Any

import orjson
import pytest

from tests.scenario.corpus import Corpus, moves, user_turns
from toolsim.apis.paths import put
from toolsim.roleplay.dialogue import Message
from toolsim.roleplay.play import play
from toolsim.roleplay.scripted import ScriptedAssistant, ScriptedUser, Unseen
from toolsim.roleplay.stage import Cast
from toolsim.roleplay.world_tool import WorldTool
from toolsim.scenario.blueprint import GoldCall, Scenario, Source, UserTurn
from toolsim.wording.readings import means
from toolsim.world.world import World


def first_with(corpus: Corpus, kind: str, *prefixes: str) -> tuple[Scenario, World, int, str]:
    """Find a scenario with a value of some source; give the call's number and the value's path."""
    for prefix in prefixes or ("",):
        for scenario, world in corpus.family(prefix, "en"):
            for number, call in enumerate(scenario.calls):
                for path, source in call.sources.items():
                    if source.kind == kind:
                        return scenario, world, number, path
    raise AssertionError(f"no value is {kind}")


def with_call(scenario: Scenario, number: int, **changes: Any) -> Scenario:
    calls = list(scenario.calls)
    calls[number] = calls[number].model_copy(update=changes)
    return scenario.model_copy(update={"calls": tuple(calls)})


def with_source(scenario: Scenario, number: int, place: str, **changes: Any) -> Scenario:
    source = scenario.calls[number].sources[place].model_copy(update=changes)
    return with_call(scenario, number, sources={**scenario.calls[number].sources, place: source})


def refuses(corpus: Corpus, scenario: Scenario, world: World) -> str:
    with pytest.raises(Unseen) as raised:
        asyncio.run(play(scenario, corpus.catalogue, world))
    return str(raised.value)


def test_a_value_without_a_source_is_unseen(corpus: Corpus) -> None:
    scenario, world, number, path = first_with(corpus, "said")
    sources = {p: s for p, s in scenario.calls[number].sources.items() if p != path}
    error = refuses(corpus, with_call(scenario, number, sources=sources), world)
    assert scenario.id in error and path in error and scenario.calls[number].name in error


def test_a_value_that_the_user_does_not_say_is_unseen(corpus: Corpus) -> None:
    scenario, world, number, path = first_with(corpus, "said")
    other = with_call(scenario, number, arguments=put(scenario.calls[number].arguments, path, "never said"))
    assert path in refuses(corpus, with_source(other, number, path, words="never said at all"), world)


def test_a_value_said_in_words_that_the_user_does_not_use_is_unseen(corpus: Corpus) -> None:
    scenario, world, number, path = first_with(corpus, "said")
    assert path in refuses(corpus, with_source(scenario, number, path, words="never said at all"), world)


def test_a_value_said_in_other_words_is_seen_where_a_model_speaks(corpus: Corpus) -> None:
    heard = 0
    for scenario, world in corpus.of("normal.atom.enum", "en"):
        for leaf, source in corpus.leaves(scenario.calls[0]):
            text = user_turns(scenario)[0].text
            if source.kind == "said" and means(leaf.field, leaf.value, text, scenario.now, "en"):
                other = with_source(scenario, 0, leaf.path, words="in quite other words")
                assistant = ScriptedAssistant(other, corpus.catalogue, Random(1), freely=True)
                cast = Cast(ScriptedUser(other), assistant, WorldTool(other, world))
                asyncio.run(play(other, corpus.catalogue, world, cast))
                heard += 1
    assert heard >= 5


def test_a_value_whose_turn_the_user_no_longer_says_is_unseen(corpus: Corpus) -> None:
    scenario, world, number, path = first_with(corpus, "said")
    turn = scenario.calls[number].sources[path].turn
    script = list(scenario.script)
    script[turn] = UserTurn(role="user", act="request", text="Please see to it.")
    assert "nowhere to be seen" in refuses(corpus, scenario.model_copy(update={"script": tuple(script)}), world)


def test_a_value_that_is_said_only_later_is_unseen(corpus: Corpus) -> None:
    scenario, world = corpus.of("normal.multi_turn.user_switch", "en")[0]
    second = next(turn for turn, said in user_turns(scenario).items() if said.act == "switch")
    path = next(path for path, source in scenario.calls[0].sources.items() if source.kind == "said")
    later = with_source(scenario, 0, path, turn=second, words=user_turns(scenario)[second].text)
    assert path in refuses(corpus, later, world)


def test_a_key_that_no_result_shows_is_unseen(corpus: Corpus) -> None:
    scenario, world, number, path = first_with(corpus, "result", "agent.multi_step")
    assert path in refuses(corpus, with_source(scenario, number, path, path="$.items[99].nothing"), world)


def test_a_key_that_a_result_shows_elsewhere_is_unseen_where_the_scenario_says(corpus: Corpus) -> None:
    scenario, world, number, path = first_with(corpus, "result", "agent.multi_step")
    assert path in refuses(corpus, with_source(scenario, number, path, path="$"), world)


def test_a_result_of_a_call_that_was_not_made_yet_is_unseen(corpus: Corpus) -> None:
    scenario, world, number, path = first_with(corpus, "result", "agent.multi_step")
    assert path in refuses(corpus, with_source(scenario, number, path, call=scenario.calls[-1].id), world)


def test_a_result_of_the_same_message_is_unseen(corpus: Corpus) -> None:
    """Parallel calls are made at once: none can lean on what another gives."""
    scenario, world, number, path = first_with(corpus, "result", "agent.multi_step")
    source = scenario.calls[number].sources[path]
    places = {call: place for place, move in moves(scenario, "call") for call in move.calls}
    supplier, user = places[source.call], places[scenario.calls[number].id]
    script = list(scenario.script)
    joint = scenario.script[supplier]
    assert joint.role == "assistant"
    script[supplier] = joint.model_copy(update={"calls": (source.call, scenario.calls[number].id)})
    del script[user]
    assert path in refuses(corpus, scenario.model_copy(update={"script": tuple(script)}), world)


def test_a_key_that_the_system_message_lacks_is_unseen(corpus: Corpus) -> None:
    scenario, world, _, path = first_with(corpus, "context")
    assert path in refuses(corpus, scenario.model_copy(update={"context": "You are an assistant."}), world)


def test_a_value_that_the_profile_lacks_is_unseen(corpus: Corpus) -> None:
    scenario, world, number, path = first_with(corpus, "profile", "normal.preference")
    section, _, label = scenario.calls[number].sources[path].words.partition(" / ")
    assert scenario.profile is not None
    thinner = {**scenario.profile, section: {k: v for k, v in scenario.profile[section].items() if k != label}}
    assert path in refuses(corpus, scenario.model_copy(update={"profile": thinner}), world)


def test_a_value_that_is_no_default_of_the_spec_is_unseen(corpus: Corpus) -> None:
    scenario, world, number, path = first_with(corpus, "said", "normal.atom.number")
    assert path in refuses(
        corpus, with_call(scenario, number, sources={**scenario.calls[number].sources, path: Source(kind="default")}), world
    )


def test_a_script_without_a_move_left_is_wrong(corpus: Corpus) -> None:
    scenario, world = corpus.of("normal.single_turn.single_function", "en")[0]
    short = scenario.model_copy(update={"script": scenario.script[:-1]})
    assert f"the script of {scenario.id} has no move left" in refuses(corpus, short, world)


def test_every_move_of_kind_call_gives_calls_and_every_other_one_words(corpus: Corpus) -> None:
    for scenario, world in corpus.family("", "en")[::3]:
        messages = [m for m in asyncio.run(play(scenario, corpus.catalogue, world)).messages if m.role == "assistant"]
        for message, (_, move) in zip(messages, moves(scenario), strict=True):
            assert bool(message.tool_calls) == (move.kind == "call") and bool(message.content) == (move.kind != "call")


def test_calls_are_numbered_through_the_dialogue(corpus: Corpus) -> None:
    for scenario, world in corpus.family("agent.", "en")[::5]:
        dialogue = asyncio.run(play(scenario, corpus.catalogue, world))
        made = [call.id for message in dialogue.messages for call in message.tool_calls or ()]
        assert made == [f"call_{number + 1}" for number in range(len(scenario.calls))]


def test_the_user_says_the_script_s_turns_and_then_nothing(corpus: Corpus) -> None:
    scenario, _ = corpus.of("normal.multi_turn.user_switch", "zh")[0]
    user = ScriptedUser(scenario)

    async def listen() -> list[str | None]:
        return [await user.speak([]) for _ in range(len(user_turns(scenario)) + 2)]

    assert asyncio.run(listen()) == [*(turn.text for turn in user_turns(scenario).values()), None, None]


def test_the_assistant_asks_for_what_is_missing_by_name(corpus: Corpus) -> None:
    for language in ("en", "zh"):
        for scenario, world in corpus.of("special.incomplete", language):
            asked = asyncio.run(play(scenario, corpus.catalogue, world)).messages[2].content or ""
            assert scenario.flaw is not None
            fields = {leaf.path: leaf.field for leaf, _ in corpus.leaves(scenario.calls[0])}
            for path in scenario.flaw.paths:
                if path in fields:
                    assert fields[path].label.say(language).casefold() in asked.casefold()


def test_the_assistant_quotes_the_wrong_value(corpus: Corpus) -> None:
    for language in ("en", "zh"):
        for scenario, world in corpus.of("special.error_param", language):
            said = asyncio.run(play(scenario, corpus.catalogue, world)).messages[2].content or ""
            assert scenario.flaw is not None and scenario.flaw.words.casefold() in said.casefold(), said


def test_no_answer_of_the_assistant_holds_a_pattern_or_a_parameter_s_name(corpus: Corpus) -> None:
    for language in ("en", "zh"):
        for scenario, world in corpus.family("special.", language):
            for message in asyncio.run(play(scenario, corpus.catalogue, world)).messages:
                if message.role == "assistant" and message.content:
                    assert not any(mark in message.content for mark in ("[0-9]", "[A-Z]", "{", "}", "_")), message.content


def test_results_are_read_from_what_was_answered_and_not_from_the_world(corpus: Corpus) -> None:
    scenario, _ = corpus.of("normal.single_turn.single_function", "en")[0]
    call: GoldCall = scenario.calls[0]
    assistant = ScriptedAssistant(scenario, corpus.catalogue, Random(1))
    said = [Message(role="system", content=scenario.context), Message(role="user", content=user_turns(scenario)[0].text)]
    made = asyncio.run(assistant.act(said))
    assert made.tool_calls is not None and orjson.loads(made.tool_calls[0].function.arguments) == call.arguments
    with pytest.raises(KeyError):
        asyncio.run(assistant.act([*said, made]))
