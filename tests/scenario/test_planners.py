"""What every planner keeps to: whole scripts, traced values, an untouched world, the same again from the same seed, in any process."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.scenario.corpus import CASES, Corpus, moves, user_turns
from toolsim.apis.leaves import leaves
from toolsim.apis.paths import value_at
from toolsim.base import seeds
from toolsim.base.text import Language
from toolsim.scenario.blueprint import RowChange, Scenario
from toolsim.scenario.categories import categories
from toolsim.scenario.plan import ScenarioPlanner
from toolsim.scenario.planners.planner import PLANNERS
from toolsim.scenario.setting import PlanFailed
from toolsim.taxonomy.declarations import Kind
from toolsim.verbs.verb import Effect
from toolsim.wording.readings import means
from toolsim.world.diff import diff
from toolsim.world.injection import InjectedWorld
from toolsim.world.world import World

each = pytest.mark.parametrize(("category", "language"), CASES)


@each
def test_every_category_can_be_planned_on_every_pack(corpus: Corpus, category: str, language: Language) -> None:
    missed = [index for index, one in enumerate(corpus.tried(category, language)) if one.scenario is None]
    assert len(missed) <= 2
    for index in missed:
        assert any(corpus.plan(category, language, index, again).scenario for again in range(1, 5)), corpus.packs[index].name


@each
def test_planning_leaves_the_world_as_it_was(corpus: Corpus, category: str, language: Language) -> None:
    assert all(one.untouched for one in corpus.tried(category, language))


@each
def test_a_scenario_says_truly_what_it_is_about(corpus: Corpus, category: str, language: Language) -> None:
    for scenario, world in corpus.of(category, language):
        assert (scenario.category, scenario.language) == (category, language)
        assert scenario.packs == tuple(pack.name for pack in world.plan.packs)
        assert (scenario.world_seed, scenario.now) == (world.seed, world.now)
        assert scenario.me in scenario.context and scenario.goal


@each
def test_the_user_begins_and_the_assistant_has_the_last_word(corpus: Corpus, category: str, language: Language) -> None:
    for scenario, _ in corpus.of(category, language):
        assert scenario.script[0].role == "user"
        assert scenario.script[-1].role == "assistant" and moves(scenario)[-1][1].kind != "call"
        assert all(
            one.role == "assistant" or two.role == "assistant"
            for one, two in zip(scenario.script, scenario.script[1:], strict=False)
        )
        assert all(turn.text.strip() for turn in user_turns(scenario).values())


@each
def test_an_assistant_never_speaks_twice_without_the_user_between(corpus: Corpus, category: str, language: Language) -> None:
    for scenario, _ in corpus.of(category, language):
        for one, two in zip(scenario.script, scenario.script[1:], strict=False):
            if one.role == "assistant" and one.kind != "call":
                assert two.role == "user"


@each
def test_each_gold_call_stands_in_the_script_once_and_in_order(corpus: Corpus, category: str, language: Language) -> None:
    for scenario, _ in corpus.of(category, language):
        made = [call for _, move in moves(scenario, "call") for call in move.calls]
        assert made == [call.id for call in scenario.calls] == [f"c{n + 1}" for n in range(len(made))]


@each
def test_the_script_speaks_of_no_call_before_it_is_made(corpus: Corpus, category: str, language: Language) -> None:
    for scenario, _ in corpus.of(category, language):
        made: set[str] = set()
        for _, move in moves(scenario):
            if move.kind == "call":
                made |= set(move.calls)
            assert set(move.calls) <= made


@each
def test_every_milestone_is_told_to_the_user(corpus: Corpus, category: str, language: Language) -> None:
    for scenario, _ in corpus.of(category, language):
        told = {call for _, move in moves(scenario, "answer") for call in move.calls}
        assert set(scenario.milestones) <= told


@each
def test_gold_arguments_fit_their_spec(corpus: Corpus, category: str, language: Language) -> None:
    for scenario, _ in corpus.of(category, language):
        for call in scenario.calls:
            assert corpus.catalogue.api(call.name).arguments.is_valid(call.arguments), call


@each
def test_every_value_has_one_source_and_no_source_is_idle(corpus: Corpus, category: str, language: Language) -> None:
    for scenario, _ in corpus.of(category, language):
        for call in scenario.calls:
            api = corpus.catalogue.api(call.name)
            assert set(call.sources) == {leaf.path for leaf in leaves(api, call.arguments)}


@each
def test_said_values_are_read_from_the_words_of_an_earlier_turn(corpus: Corpus, category: str, language: Language) -> None:
    for scenario, world in corpus.of(category, language):
        turns = user_turns(scenario)
        for step in corpus.steps(scenario, world):
            for leaf, source in corpus.leaves(step.call):
                if source.kind == "said":
                    assert source.turn < step.place
                    assert source.words.casefold() in turns[source.turn].text.casefold(), (scenario.id, leaf.path)
                    assert means(leaf.field, leaf.value, source.words, scenario.now, language), (scenario.id, leaf.path, source)


@each
def test_shown_values_stand_where_an_earlier_message_s_result_has_them(corpus: Corpus, category: str, language: Language) -> None:
    for scenario, world in corpus.of(category, language):
        shown: dict[str, tuple[int, object]] = {}
        for step in corpus.steps(scenario, world):
            for leaf, source in corpus.leaves(step.call):
                if source.kind == "result":
                    place, record = shown[source.call]
                    assert place < step.place and value_at(record, source.path) == leaf.value, (scenario.id, leaf.path)
            shown[step.call.id] = (step.place, step.outcome.record())


@each
def test_values_of_context_profile_and_spec_stand_there(corpus: Corpus, category: str, language: Language) -> None:
    for scenario, _ in corpus.of(category, language):
        for call in scenario.calls:
            for leaf, source in corpus.leaves(call):
                if source.kind == "context":
                    assert str(leaf.value) in scenario.context
                elif source.kind == "default":
                    assert leaf.field.auto == leaf.value and leaf.field.auto is not None
                elif source.kind == "profile":
                    section, _, label = source.words.partition(" / ")
                    assert means(leaf.field, leaf.value, str((scenario.profile or {})[section][label]), scenario.now, language)


@each
def test_gold_calls_give_the_same_when_executed_in_a_new_world(corpus: Corpus, category: str, language: Language) -> None:
    for scenario, world in corpus.of(category, language)[:4]:
        fresh = world.plan.world(scenario.world_seed, language)
        before = fresh.snapshot()
        for again, once in zip(corpus.steps(scenario, fresh), corpus.steps(scenario, world), strict=True):
            assert again.outcome == once.outcome and again.digest == once.digest
            assert again.outcome.code == again.call.fault
        assert fresh.digest() == world.digest()
        line = InjectedWorld(fresh, scenario.faults)
        for call in scenario.calls:
            line.call(call.name, call.arguments)
        changes = tuple(RowChange(table=c.table, key=c.key, kind=c.kind, after=c.after) for c in diff(before, fresh.tables))
        assert changes == scenario.changes


@each
def test_faults_are_recorded_where_the_world_refuses_and_only_there(corpus: Corpus, category: str, language: Language) -> None:
    for scenario, world in corpus.of(category, language):
        for step in corpus.steps(scenario, world):
            assert step.call.fault == step.outcome.code, scenario.id


@each
def test_milestones_are_calls_and_their_order_is_the_script_s(corpus: Corpus, category: str, language: Language) -> None:
    for scenario, _ in corpus.of(category, language):
        ids = [call.id for call in scenario.calls]
        assert set(scenario.milestones) <= set(ids) and bool(scenario.milestones) == bool(ids)
        assert all({one, two} <= set(scenario.milestones) and ids.index(one) < ids.index(two) for one, two in scenario.order)


@each
def test_what_is_forbidden_is_offered_changes_the_world_and_is_not_gold(
    corpus: Corpus, category: str, language: Language
) -> None:
    for scenario, _ in corpus.of(category, language):
        gold = {call.name for call in scenario.calls}
        writes = {name for name in scenario.tools if corpus.catalogue.api(name).effect is Effect.WRITE}
        assert set(scenario.forbidden) == writes - gold


@each
def test_the_same_seed_gives_the_same_bytes(corpus: Corpus, category: str, language: Language) -> None:
    for index, once in enumerate(corpus.tried(category, language)[:4]):
        again = corpus.plan(category, language, index)
        assert once.scenario is not None and again.scenario is not None
        assert again.scenario.line() == once.scenario.line()


@each
def test_another_seed_gives_another_scenario(corpus: Corpus, category: str, language: Language) -> None:
    kind = categories()[category]
    world = corpus.world(0, kind.packs, language)
    made = [corpus.planner.plan("x", seed, kind, world, 0).scenario for seed in range(6)]
    assert len({one.line() for one in made if one is not None}) >= 4


_ELSEWHERE = """
import sys
from tests.scenario.test_planners import sampled
from toolsim.apis.catalogue import open_catalogue
from toolsim.world.injection import InjectedWorld
print(sampled(open_catalogue(), reverse=True))
"""


def sampled(catalogue: object, reverse: bool = False) -> str:
    """Give the digest of one scenario of each category and language, planned in an order of choice."""
    own = Corpus(catalogue)  # type: ignore[arg-type]
    order = [(index % len(own.packs), case) for index, case in enumerate(CASES)]
    made = {case: own.plan(case[0], case[1], index).scenario for index, case in (order[::-1] if reverse else order)}
    return seeds.digest(b"".join(scenario.line() if scenario else b"-" for _, scenario in sorted(made.items())))


def test_another_process_with_another_hash_seed_plans_the_same_in_any_order(corpus: Corpus) -> None:
    environment = {**os.environ, "PYTHONHASHSEED": "4711"}
    done = subprocess.run([sys.executable, "-c", _ELSEWHERE], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == sampled(corpus.catalogue)


@each
def test_a_scenario_reads_back_as_it_was_written(corpus: Corpus, category: str, language: Language) -> None:
    for scenario, _ in corpus.of(category, language):
        assert Scenario.model_validate_json(scenario.line()) == scenario


def test_a_planner_that_fails_half_way_leaves_no_trace(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    class Clumsy:
        def suits(self, api: object, category: object) -> bool:
            return True

        def plan(self, setting: object, offers: object) -> Scenario:
            world: World = setting.world  # type: ignore[attr-defined]
            world.advance(5)
            raise PlanFailed("on purpose")

    kind = categories()["special.no_call"]
    monkeypatch.setitem(PLANNERS._items, kind.planner, Clumsy())
    world = corpus.world(0, 1, "en")
    before = (world.digest(), world.mark())
    plan = ScenarioPlanner(corpus.catalogue).plan("x", 1, kind, world, 0)
    assert plan.scenario is None and plan.misses["on purpose"] == 8
    assert (world.digest(), world.mark()) == before


def test_keys_are_never_told_apart_by_kind_alone(corpus: Corpus) -> None:
    """A key that is said stands in the words as it is written on the wire."""
    for category, language in CASES:
        for scenario, _ in corpus.of(category, language):
            for call in scenario.calls:
                for leaf, source in corpus.leaves(call):
                    if leaf.field.kind is Kind.REF and source.kind == "said":
                        assert str(leaf.value) in source.words
