"""Trajectories are judged by what was called and changed, and by conduct; never by words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from tests.roleplay.oracle import Change, codes, perform
from tests.scenario.corpus import Corpus, corpus_of
from toolsim.apis.catalogue import Catalogue
from toolsim.base.text import LANGUAGES, Language
from toolsim.checks.case import Case
from toolsim.checks.trajectory import examine_trajectory
from toolsim.models.chat import ChatCall, ChatReply, ChatRequest
from toolsim.scenario.blueprint import Scenario
from toolsim.scenario.categories import categories
from toolsim.taxonomy.declarations import NUMERIC, Kind
from toolsim.verbs.verb import Effect
from toolsim.world.world import World

SINGLE = "normal.single_turn.single_function"


@pytest.fixture(scope="session")
def corpus(catalogue: Catalogue) -> Corpus:
    return corpus_of(catalogue)


def call_of(name: str, arguments: dict[str, Any], number: int = 1) -> ChatCall:
    """Make a call as a model would."""
    return ChatCall(id=f"x{number}", name=name, arguments=orjson.dumps(arguments).decode())


def saying(*texts: str) -> Change:
    """Answer with one text after the other, whatever is asked; the last one again and again."""
    left = list(texts)
    return lambda request, reply: ChatReply(content=left.pop(0) if len(left) > 1 else left[0])


def first_calls(change: Any) -> Change:
    """Change the calls of the first message that holds any."""
    done: list[bool] = []

    def changed(request: ChatRequest, reply: ChatReply) -> ChatReply:
        if not reply.calls or done:
            return reply
        done.append(True)
        return reply.model_copy(update={"calls": tuple(change(reply.calls))})

    return changed


def after_results(text: str) -> Change:
    """Say something else once results are there."""
    return lambda request, reply: reply if reply.calls else ChatReply(content=text)


def reading(corpus: Corpus, language: Language) -> Iterator[tuple[Scenario, World]]:
    """Give scenarios of a single call that reads and finds something."""
    for scenario, world in corpus.of(SINGLE, language):
        if corpus.catalogue.api(scenario.calls[0].name).effect is Effect.READ and not scenario.calls[0].fault:
            yield scenario, world


def writing(corpus: Corpus, language: Language, kind: str = "added") -> tuple[Scenario, World]:
    """Give a scenario of a single call that adds a row."""
    for scenario, world in corpus.of(SINGLE, language):
        if [change.kind for change in scenario.changes] == [kind]:
            return scenario, world
    raise AssertionError("no such scenario")


async def judged(corpus: Corpus, pair: tuple[Scenario, World], change: Change | None = None) -> set[str]:
    """Give the codes of what speaks against a trajectory."""
    case = await perform(corpus.catalogue, *pair, change)
    return codes(examine_trajectory(case))


# --- accepted ---


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "category", [SINGLE, "normal.multi_turn.user_switch", "agent.multi_step", "special.incomplete", "special.irrelevant"]
)
async def test_a_right_trajectory_is_accepted(corpus: Corpus, category: str, language: Language) -> None:
    for pair in corpus.of(category, language)[:3]:
        assert await judged(corpus, pair) == set()


@pytest.mark.parametrize(("language", "opening"), [("en", "Here is what I found. "), ("zh", "查到了，结果是这样：")])
async def test_other_words_make_no_difference(corpus: Corpus, language: Language, opening: str) -> None:
    change: Change = lambda request, reply: reply if reply.calls else ChatReply(content=opening + reply.content)  # noqa: E731
    assert await judged(corpus, next(reading(corpus, language)), change) == set()


async def test_spelled_out_defaults_make_no_difference(corpus: Corpus) -> None:
    tried = 0
    for scenario, world in reading(corpus, "en"):
        gold = scenario.calls[0]
        properties = corpus.catalogue.api(gold.name).spec("en").parameters["properties"]
        spare = {name: p["default"] for name, p in properties.items() if "default" in p and name not in gold.arguments}
        if spare:
            tried += 1
            change = first_calls(lambda calls, more=spare, gold=gold: [call_of(gold.name, gold.arguments | more)])
            assert await judged(corpus, (scenario, world), change) == set()
    assert tried


async def test_extra_reads_make_no_difference(corpus: Corpus) -> None:
    change = first_calls(lambda calls: [*calls, calls[0].model_copy(update={"id": "again"})])
    assert await judged(corpus, next(reading(corpus, "en")), change) == set()


async def test_case_and_final_stop_of_a_free_text_make_no_difference(corpus: Corpus) -> None:
    tried = 0
    for scenario, world in corpus.family("normal.", "en"):
        for gold in scenario.calls[:1]:
            texts = [
                leaf
                for leaf, _ in corpus.leaves(gold)
                if leaf.field.kind is Kind.TEXT and leaf.path.count(".") == 1 and "[" not in leaf.path
            ]
            if texts and scenario.changes and len(scenario.calls) == 1:
                other = gold.arguments | {texts[0].path[2:]: str(texts[0].value) + "."}
                if not corpus.catalogue.api(gold.name).arguments.is_valid(other):
                    continue
                tried += 1
                found = await judged(corpus, (scenario, world), first_calls(lambda calls, g=gold, a=other: [call_of(g.name, a)]))
                assert not found & {"trajectory.arguments", "trajectory.missing"}
        if tried > 4:
            return
    assert tried


RECOVERIES = [name for name in categories() if name.startswith("agent.recovery.")]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("category", RECOVERIES)
async def test_a_right_recovery_is_accepted(corpus: Corpus, category: str, language: Language) -> None:
    for pair in corpus.of(category, language)[:4]:
        assert await judged(corpus, pair) == set()


# --- refused ---


async def test_a_wrong_argument_is_found(corpus: Corpus) -> None:
    tried = 0
    for scenario, world in corpus.of("normal.atom.number", "en"):
        gold = scenario.calls[0]
        text = orjson.dumps(gold.arguments).decode()
        for leaf, _ in corpus.leaves(gold):
            other = (
                orjson.loads(text.replace(f":{leaf.value}", f":{leaf.value + 1}", 1))
                if leaf.field.kind in NUMERIC
                else gold.arguments
            )
            if other != gold.arguments and corpus.catalogue.api(gold.name).arguments.is_valid(other):
                tried += 1
                change = first_calls(lambda calls, g=gold, a=other: [call_of(g.name, a)])
                assert "trajectory.arguments" in await judged(corpus, (scenario, world), change)
                break
    assert tried


async def test_a_call_that_is_not_made_is_found(corpus: Corpus) -> None:
    assert "trajectory.missing" in await judged(corpus, next(reading(corpus, "en")), saying("I will look into it."))


async def test_a_write_that_is_not_made_leaves_the_state_undone(corpus: Corpus) -> None:
    found = await judged(corpus, writing(corpus, "en"), saying("I will look into it."))
    assert {"trajectory.missing", "trajectory.undone"} <= found


async def test_a_write_that_is_made_twice_is_found(corpus: Corpus) -> None:
    change = first_calls(lambda calls: [*calls, calls[0].model_copy(update={"id": "again"})])
    assert "trajectory.changed" in await judged(corpus, writing(corpus, "en"), change)


async def test_a_call_that_nobody_asked_for_is_found(corpus: Corpus) -> None:
    scenario, world = next(pair for pair in reading(corpus, "en") if pair[0].forbidden)
    name = scenario.forbidden[0]
    example = corpus.catalogue.api(name).spec("en").examples[0]
    change = first_calls(lambda calls: [*calls, call_of(name, example, 2)])
    assert "trajectory.forbidden" in await judged(corpus, (scenario, world), change)


async def test_a_tool_that_is_not_offered_is_found(corpus: Corpus) -> None:
    change = first_calls(lambda calls: [call_of("no_such_tool", {})])
    assert "arguments.not_offered" in await judged(corpus, next(reading(corpus, "en")), change)


async def test_many_more_calls_than_needed_are_found(corpus: Corpus) -> None:
    change = first_calls(lambda calls: [calls[0].model_copy(update={"id": str(n)}) for n in range(5)])
    assert "trajectory.wasteful" in await judged(corpus, next(reading(corpus, "en")), change)


@pytest.mark.parametrize(("language", "said"), [("en", "All right, that is taken care of."), ("zh", "好，这件事处理好了。")])
async def test_an_answer_that_tells_nothing_of_what_was_found_is_found(corpus: Corpus, language: Language, said: str) -> None:
    found = [await judged(corpus, pair, after_results(said)) for pair in reading(corpus, language)]
    assert any("trajectory.silent" in one for one in found)


async def test_a_call_before_the_question_is_found(corpus: Corpus) -> None:
    for scenario, world in corpus.of("special.incomplete", "en")[:3]:
        gold = scenario.calls[0]
        once: list[int] = []

        def hasty(request: ChatRequest, reply: ChatReply, gold: Any = gold, once: list[int] = once) -> ChatReply:
            once.append(1)
            return (
                ChatReply(calls=(call_of(gold.name, gold.arguments),))
                if len(once) == 1
                else ChatReply(content="What else do you need?")
            )

        assert "trajectory.early" in await judged(corpus, (scenario, world), hasty)


@pytest.mark.parametrize(
    ("category", "said"),
    [("special.incomplete", "All right."), ("special.error_param", "All right."), ("special.ambiguous", "All right.")],
)
async def test_no_question_where_something_is_missing_wrong_or_in_doubt_is_found(
    corpus: Corpus, category: str, said: str
) -> None:
    assert "trajectory.unasked" in await judged(corpus, corpus.of(category, "en")[0], saying(said))


async def test_any_call_where_nothing_serves_is_found(corpus: Corpus) -> None:
    scenario, world = corpus.of("special.irrelevant", "en")[0]
    name = scenario.tools[0]
    once: list[int] = []

    def calling(request: ChatRequest, reply: ChatReply) -> ChatReply:
        once.append(1)
        example = corpus.catalogue.api(name).spec("en").examples[0]
        return ChatReply(calls=(call_of(name, example),)) if len(once) == 1 else reply

    assert "trajectory.called" in await judged(corpus, (scenario, world), calling)


@pytest.mark.parametrize(("language", "said"), [("en", "Sure, consider it done."), ("zh", "好，马上就办。")])
async def test_no_refusal_where_nothing_serves_is_found(corpus: Corpus, language: Language, said: str) -> None:
    assert "trajectory.unrefused" in await judged(corpus, corpus.of("special.irrelevant", language)[0], saying(said))


async def test_a_result_that_the_world_does_not_give_is_found(corpus: Corpus) -> None:
    case = await perform(corpus.catalogue, *next(reading(corpus, "en")))
    messages = tuple(m.model_copy(update={"content": '{"forged": 1}'}) if m.role == "tool" else m for m in case.messages)
    forged = Case.of(case.scenario, case.dialogue.model_copy(update={"messages": messages}), case.catalogue, case.world)  # type: ignore[arg-type]
    assert "replay.result" in codes(examine_trajectory(forged))


async def test_steps_in_the_wrong_order_are_found(corpus: Corpus) -> None:
    for scenario, world in corpus.family("agent.", "en"):
        if scenario.order and scenario.order[0][0] != scenario.order[0][1]:
            case = await perform(corpus.catalogue, scenario, world)
            swapped = scenario.model_copy(update={"order": tuple((second, first) for first, second in scenario.order)})
            found = codes(examine_trajectory(Case.of(swapped, case.dialogue, case.catalogue, world)))
            assert "trajectory.order" in found
            return
    raise AssertionError("no scenario has an order")


# --- recoveries ---


def next_time(name: str, change: Any) -> Change:
    """Change the reply that follows the first call of an API."""
    done: list[bool] = []

    def changed(request: ChatRequest, reply: ChatReply) -> ChatReply:
        called = any(call["function"]["name"] == name for m in request.messages for call in m.get("tool_calls") or ())
        if not called or done:
            return reply
        done.append(True)
        return ChatReply.model_validate(change(reply))

    return changed


def befallen(corpus: Corpus, kind: str, language: Language) -> Iterator[tuple[Scenario, World]]:
    """Give some scenarios that a fault befalls."""
    yield from corpus.of(f"agent.recovery.{kind}", language)[:6]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_change_without_answer_may_not_be_repeated_blindly(corpus: Corpus, language: Language) -> None:
    for scenario, world in befallen(corpus, "lost_write", language):
        lost = next(call for call in scenario.calls if call.fault == "timeout")
        again = next_time(lost.name, lambda reply, lost=lost: ChatReply(calls=(call_of(lost.name, lost.arguments, 9),)))
        assert "trajectory.unverified" in await judged(corpus, (scenario, world), again)


@pytest.mark.parametrize(("language", "claim"), [("en", "I've done that for you."), ("zh", "已经为您办理好了。")])
async def test_nobody_may_claim_what_was_not_looked_up(corpus: Corpus, language: Language, claim: str) -> None:
    for scenario, world in befallen(corpus, "lost_write", language):
        lost = next(call for call in scenario.calls if call.fault == "timeout")
        assert "trajectory.unverified" in await judged(
            corpus, (scenario, world), next_time(lost.name, lambda _: ChatReply(content=claim))
        )


@pytest.mark.parametrize(("language", "claim"), [("en", "That could not be done."), ("zh", "这件事没有办成。")])
async def test_an_outage_must_be_told(corpus: Corpus, language: Language, claim: str) -> None:
    for pair in befallen(corpus, "outage", language):
        assert "trajectory.unreported" in await judged(corpus, pair, after_results(claim))


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_part_of_a_list_is_not_enough(corpus: Corpus, language: Language) -> None:
    for scenario, world in befallen(corpus, "partial_page", language):
        cut = next(call for call in scenario.calls if call.fault == "partial_page")
        found = await judged(corpus, (scenario, world), next_time(cut.name, lambda _: ChatReply(content="?")))
        assert found & {"trajectory.refused", "trajectory.missing"}


@pytest.mark.parametrize("language", LANGUAGES)
async def test_an_id_that_is_out_of_date_leads_nowhere(corpus: Corpus, language: Language) -> None:
    for scenario, world in befallen(corpus, "stale_id", language):
        stale = next(call for call in scenario.calls if call.fault == "stale_id")
        again = next_time(stale.name, lambda reply, stale=stale: ChatReply(calls=(call_of(stale.name, stale.arguments, 9),)))
        assert await judged(corpus, (scenario, world), again) & {"trajectory.missing", "trajectory.arguments"}
