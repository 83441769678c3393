"""The stage: each actor sees what its role may see, calls are executed in order, budgets end the dialogue, the record tells all."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
import pytest

from tests.scenario.corpus import CASES, Corpus, user_turns
from toolsim.base.text import Language
from toolsim.roleplay import stage as stages
from toolsim.roleplay.actors import ToolResult
from toolsim.roleplay.dialogue import Dialogue, FunctionCall, Message, ToolCall
from toolsim.roleplay.play import play, system_message
from toolsim.roleplay.stage import Cast, Stage
from toolsim.scenario.blueprint import Scenario


def say(text: str) -> Message:
    return Message(role="assistant", content=text)


def calls(*names: str, first: int = 1) -> Message:
    made = (ToolCall(id=f"k{n}", function=FunctionCall(name=name, arguments="{}")) for n, name in enumerate(names, first))
    return Message(role="assistant", tool_calls=tuple(made))


@dataclass
class Talker:
    """A user who says some turns and remembers what it was shown."""

    turns: list[str]
    name: str = "talker"
    saw: list[list[Message]] = field(default_factory=list)

    async def speak(self, seen: Sequence[Message]) -> str | None:
        self.saw.append(list(seen))
        return self.turns.pop(0) if self.turns else None


@dataclass
class Worker:
    """An assistant who follows a plan and remembers what it was shown."""

    act_next: Callable[[int], Message]
    name: str = "worker"
    saw: list[list[Message]] = field(default_factory=list)

    async def act(self, seen: Sequence[Message]) -> Message:
        self.saw.append(list(seen))
        return self.act_next(len(self.saw) - 1)


@dataclass
class Clerk:
    """A tool that answers with the number of the call."""

    name: str = "clerk"
    got: list[ToolCall] = field(default_factory=list)

    async def call(self, call: ToolCall) -> ToolResult:
        self.got.append(call)
        return ToolResult(f'{{"n": {len(self.got)}}}', "sold_out" if call.function.name == "refused" else "", (f"t/{call.id}",))


@pytest.fixture
def scenario(corpus: Corpus) -> Scenario:
    return corpus.of("normal.single_turn.single_function", "en")[0][0]


def perform(
    scenario: Scenario, turns: list[str], plan: list[Message] | Callable[[int], Message], **budgets: Any
) -> tuple[Stage, Dialogue]:
    act = plan if callable(plan) else lambda index: plan[index]
    stage = Stage(scenario, Cast(Talker(turns), Worker(act), Clerk()), **budgets)
    return stage, stage.record(asyncio.run(stage.play("the system message")), "digest")


def actors(stage: Stage) -> tuple[Talker, Worker, Clerk]:
    user, assistant, tool = stage.cast.user, stage.cast.assistant, stage.cast.tool
    assert isinstance(user, Talker) and isinstance(assistant, Worker) and isinstance(tool, Clerk)
    return user, assistant, tool


PLAN = [calls("a", "b"), calls("c", first=3), say("Done."), say("You are welcome.")]


def test_the_user_sees_what_is_spoken_and_neither_calls_nor_results(scenario: Scenario) -> None:
    stage, _ = perform(scenario, ["Do it.", "Thanks."], PLAN)
    user, _, _ = actors(stage)
    assert [[m.content for m in seen] for seen in user.saw] == [
        [],
        ["Do it.", "Done."],
        ["Do it.", "Done.", "Thanks.", "You are welcome."],
    ]
    assert all(m.tool_calls is None and m.role in ("user", "assistant") for seen in user.saw for m in seen)


def test_words_beside_a_call_are_shown_to_the_user(scenario: Scenario) -> None:
    beside = calls("a").model_copy(update={"content": "One moment."})
    stage, _ = perform(scenario, ["Do it."], [beside, say("Done.")])
    assert [m.content for m in actors(stage)[0].saw[-1]] == ["Do it.", "One moment.", "Done."]


def test_the_assistant_sees_everything_from_the_system_message_on(scenario: Scenario) -> None:
    stage, record = perform(scenario, ["Do it."], PLAN)
    saw = actors(stage)[1].saw
    assert [len(seen) for seen in saw] == [2, 5, 7]
    assert saw[-1] == list(record.messages[:7]) and saw[0][0] == Message(role="system", content="the system message")


def test_the_tool_sees_the_call_and_nothing_else(scenario: Scenario) -> None:
    stage, _ = perform(scenario, ["Do it."], PLAN)
    assert [call.function.name for call in actors(stage)[2].got] == ["a", "b", "c"]
    assert all(isinstance(call, ToolCall) for call in actors(stage)[2].got)


def test_calls_of_one_message_are_executed_in_order_and_answered_one_by_one(scenario: Scenario) -> None:
    _, record = perform(scenario, ["Do it."], PLAN)
    answers = [(m.tool_call_id, m.content) for m in record.messages if m.role == "tool"]
    assert answers == [("k1", '{"n": 1}'), ("k2", '{"n": 2}'), ("k3", '{"n": 3}')]
    assert [m.role for m in record.messages] == ["system", "user", "assistant", "tool", "tool", "assistant", "tool", "assistant"]


def test_the_record_tells_who_made_each_message_and_what_each_call_did(scenario: Scenario) -> None:
    _, record = perform(scenario, ["Do it."], [calls("a", "refused"), say("Done.")])
    assert record.actors == ("scenario", "user:talker", "assistant:worker", "tool:clerk", "tool:clerk", "assistant:worker")
    assert [(e.call, e.fault, e.wrote) for e in record.events] == [("k1", "", ("t/k1",)), ("k2", "sold_out", ("t/k2",))]
    assert (record.id, record.category, record.tools, record.digest) == (scenario.id, scenario.category, scenario.tools, "digest")


def test_a_dialogue_is_complete_when_the_user_has_nothing_more_to_say(scenario: Scenario) -> None:
    _, record = perform(scenario, ["Do it.", "Thanks."], PLAN)
    assert record.ended == "complete" and record.messages[-1].content == "You are welcome."


def test_a_user_who_never_ends_is_ended_by_the_budget_of_turns(scenario: Scenario) -> None:
    _, record = perform(scenario, ["More."] * 50, lambda index: say("Here."), most_turns=4)
    assert record.ended == "turns" and sum(m.role == "user" for m in record.messages) == 4
    assert record.messages[-1].role == "assistant"


def test_exactly_as_many_turns_as_the_budget_has_are_complete_one_question_later(scenario: Scenario) -> None:
    _, record = perform(scenario, ["More."] * 3, lambda index: say("Here."), most_turns=4)
    assert record.ended == "complete"


def test_an_assistant_who_never_stops_calling_is_ended_by_the_budget_of_calls(scenario: Scenario) -> None:
    stage, record = perform(scenario, ["Do it."], lambda index: calls(f"a{index}", first=index), most_calls=5)
    assert record.ended == "calls" and len(record.events) == len(actors(stage)[2].got) == 5


def test_a_message_that_would_exceed_the_budget_is_not_executed_in_part(scenario: Scenario) -> None:
    stage, record = perform(scenario, ["Do it."], [calls("a", "b"), calls("c", "d", first=3)], most_calls=3)
    assert record.ended == "calls" and [call.id for call in actors(stage)[2].got] == ["k1", "k2"]


def test_calls_of_all_turns_count_against_one_budget(scenario: Scenario) -> None:
    plan = [calls("a", "b"), say("Done."), calls("c", first=3), say("Done."), calls("d", first=4), say("Done.")]
    _, record = perform(scenario, ["One.", "Two.", "Three."], plan, most_calls=3)
    assert record.ended == "calls" and len(record.events) == 3


def test_steps_of_one_turn_are_limited_too(scenario: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stages, "MOST_STEPS", 3)
    _, record = perform(scenario, ["Do it."], lambda index: calls(f"a{index}", first=index))
    assert record.ended == "calls" and len(record.events) == 3


def test_who_makes_the_same_calls_again_and_again_is_ended(scenario: Scenario) -> None:
    _, record = perform(scenario, ["Do it."], lambda index: calls("a", "b", first=2 * index))
    assert record.ended == "calls" and len(record.events) == 2 * (stages.MOST_ALIKE - 1)


def test_the_same_call_three_times_is_no_loop_yet(scenario: Scenario) -> None:
    plan = [calls("a", first=1), calls("a", first=2), calls("a", first=3), say("Done.")]
    _, record = perform(scenario, ["Do it."], plan)
    assert record.ended == "complete" and len(record.events) == 3


# --- played with the planner's cast ---


@pytest.mark.parametrize(("category", "language"), CASES)
def test_every_scenario_plays_to_its_end_as_its_script_says(corpus: Corpus, category: str, language: Language) -> None:
    for scenario, world in corpus.of(category, language):
        before = (world.digest(), world.mark())
        dialogue = asyncio.run(play(scenario, corpus.catalogue, world))
        assert (world.digest(), world.mark()) == before and dialogue.ended == "complete"
        assert [m.content for m in dialogue.messages if m.role == "user"] == [turn.text for turn in user_turns(scenario).values()]
        made = [(c.function.name, orjson.loads(c.function.arguments)) for m in dialogue.messages for c in m.tool_calls or ()]
        assert made == [(call.name, call.arguments) for call in scenario.calls]
        assert [event.fault for event in dialogue.events] == [call.fault for call in scenario.calls]
        assert {m.tool_call_id for m in dialogue.messages if m.role == "tool"} == {event.call for event in dialogue.events}


@pytest.mark.parametrize(("category", "language"), CASES)
def test_the_record_s_digest_is_that_of_the_gold_calls_end_state(corpus: Corpus, category: str, language: Language) -> None:
    for scenario, world in corpus.of(category, language)[:4]:
        end = next(reversed([step.digest for step in corpus.steps(scenario, world)]), world.digest())
        assert asyncio.run(play(scenario, corpus.catalogue, world)).digest == end


def test_parallel_calls_stand_in_one_message(corpus: Corpus) -> None:
    for scenario, world in corpus.of("normal.single_turn.parallel_function", "en"):
        dialogue = asyncio.run(play(scenario, corpus.catalogue, world))
        (message,) = (m for m in dialogue.messages if m.tool_calls)
        assert len(message.tool_calls or ()) == len(scenario.calls)
        assert [m.tool_call_id for m in dialogue.messages if m.role == "tool"] == [call.id for call in message.tool_calls or ()]


def test_a_fault_is_given_to_the_assistant_as_json_with_code_and_message(corpus: Corpus) -> None:
    for language in ("en", "zh"):
        for scenario, world in corpus.of("special.fault", language):
            dialogue = asyncio.run(play(scenario, corpus.catalogue, world))
            content = next(m.content for m in dialogue.messages if m.role == "tool") or ""
            error = orjson.loads(content)["error"]
            assert error["code"] == scenario.flaw.rule and error["message"]  # type: ignore[union-attr]


def test_a_dialogue_played_again_has_the_same_bytes(corpus: Corpus) -> None:
    for scenario, world in corpus.family("agent.", "zh")[::6]:
        assert (
            asyncio.run(play(scenario, corpus.catalogue, world)).line()
            == asyncio.run(play(scenario, corpus.catalogue, world)).line()
        )


def test_a_dialogue_reads_back_as_it_was_written(corpus: Corpus) -> None:
    for scenario, world in corpus.of("agent.multi_step", "zh")[:4]:
        dialogue = asyncio.run(play(scenario, corpus.catalogue, world))
        assert Dialogue.model_validate_json(dialogue.line()) == dialogue and dialogue.line().count(b"\n") == 1


def test_the_profile_is_in_the_system_message_and_only_there(corpus: Corpus) -> None:
    scenario, world = corpus.of("normal.preference", "zh")[0]
    text = system_message(scenario)
    assert (
        text.startswith(scenario.context)
        and orjson.loads(text.partition("：")[0] and text[text.index("{") :]) == scenario.profile
    )
    dialogue = asyncio.run(play(scenario, corpus.catalogue, world))
    assert dialogue.messages[0].content == text
    bare = scenario.model_copy(update={"profile": None})
    assert system_message(bare) == scenario.context


def test_the_world_is_put_back_even_if_the_play_breaks_off(corpus: Corpus) -> None:
    scenario, world = next(pair for pair in corpus.of("agent.multi_step", "en") if pair[0].changes)
    broken = scenario.model_copy(update={"script": scenario.script[:-1]})
    before = (world.digest(), world.mark())
    with pytest.raises(Exception, match="no move left"):
        asyncio.run(play(broken, corpus.catalogue, world))
    assert (world.digest(), world.mark()) == before


# --- the form of messages ---


def test_openai_form_keeps_null_content_beside_calls_and_leaves_out_what_is_not_there() -> None:
    made = {"id": "k1", "type": "function", "function": {"name": "a", "arguments": "{}"}}
    assert orjson.loads(orjson.dumps(calls("a").openai())) == {"role": "assistant", "content": None, "tool_calls": [made]}
    assert say("Hi.").openai() == {"role": "assistant", "content": "Hi."}
    assert Message(role="tool", content="{}", tool_call_id="k1").openai() == {
        "role": "tool",
        "content": "{}",
        "tool_call_id": "k1",
    }
