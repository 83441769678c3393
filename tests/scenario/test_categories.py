"""Each category's scenarios have the shape that its name promises; mixes name real categories and scale to one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.scenario.corpus import CASES, Corpus, differing, moves, shape, user_turns
from toolsim.apis.graphs import lookalike_graph
from toolsim.apis.leaves import parameter_paths
from toolsim.apis.paths import put, value_at
from toolsim.base.errors import PackError, ToolsimError, UnknownName
from toolsim.base.text import LANGUAGES, Language
from toolsim.scenario.blueprint import GoldCall, Move, Scenario
from toolsim.scenario.categories import Mix, categories, load_mix
from toolsim.scenario.obstacles import FORM
from toolsim.scenario.planners.agents import _COSTLY
from toolsim.scenario.rivals import rivals
from toolsim.taxonomy.declarations import NUMERIC, Kind
from toolsim.verbs.verb import Effect
from toolsim.wording.readings import means
from toolsim.world.injection import InjectedWorld

both = pytest.mark.parametrize("language", LANGUAGES)
single_call = pytest.mark.parametrize(
    "category",
    [
        "normal.single_turn.single_function",
        "normal.similar_api",
        "normal.preference",
        *(c for c in categories() if c.startswith("normal.atom.")),
    ],
)


def flat(corpus: Corpus, call: GoldCall) -> dict[str, Any]:
    return corpus.catalogue.api(call.name).wire.decode(call.arguments)[0]


def turn_of(scenario: Scenario, act: str) -> int:
    return next(place for place, turn in user_turns(scenario).items() if turn.act == act)


def label_at(corpus: Corpus, call: GoldCall, path: str) -> str:
    """Name the flat parameter at a path."""
    return {place: name for name, place in parameter_paths(corpus.catalogue.api(call.name)).items()}[path]


# --- one need ---


@both
@single_call
def test_one_turn_takes_exactly_one_call(corpus: Corpus, category: str, language: Language) -> None:
    for scenario, _ in corpus.of(category, language):
        assert shape(scenario) == ["request", "call", "answer"] and len(scenario.calls) == 1


@both
@pytest.mark.parametrize(("kind", "kinds"), [("bool", {Kind.FLAG}), ("enum", {Kind.ENUM, Kind.STATE}), ("number", NUMERIC)])
def test_an_atom_gives_a_value_of_its_kind_that_is_no_default(
    corpus: Corpus, kind: str, kinds: set[Kind], language: Language
) -> None:
    for scenario, _ in corpus.of(f"normal.atom.{kind}", language):
        told = [leaf for leaf, _ in corpus.leaves(scenario.calls[0]) if leaf.field.kind in kinds]
        assert any(leaf.value != leaf.field.auto for leaf in told), scenario.id


def lists(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [found for inner in value.values() for found in lists(inner)]
    return [value, *(found for inner in value for found in lists(inner))] if isinstance(value, list) else []


@both
def test_the_list_atom_gives_a_list_with_something_in_it(corpus: Corpus, language: Language) -> None:
    for scenario, _ in corpus.of("normal.atom.list", language):
        assert any(lists(scenario.calls[0].arguments)), scenario.id


def levels(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + max(map(levels, value.values()), default=0)
    return max(map(levels, value), default=0) if isinstance(value, list) else 0


@both
def test_short_objects_have_two_levels_and_deep_ones_more(corpus: Corpus, language: Language) -> None:
    assert {levels(s.calls[0].arguments) for s, _ in corpus.of("normal.atom.object_short", language)} == {2}
    assert min(levels(s.calls[0].arguments) for s, _ in corpus.of("normal.atom.object_deep", language)) >= 3


@both
def test_similar_apis_offer_two_look_alikes_of_the_right_one_or_more(corpus: Corpus, language: Language) -> None:
    for scenario, world in corpus.of("normal.similar_api", language):
        graph = lookalike_graph(corpus.catalogue.of(world.plan.packs[0]))
        assert len(set(graph.adj[scenario.calls[0].name]) & set(scenario.tools)) >= 2, scenario.id


# --- preference ---


@both
def test_a_preference_stands_in_a_profile_of_thirty_facts_or_more(corpus: Corpus, language: Language) -> None:
    for scenario, _ in corpus.of("normal.preference", language):
        assert scenario.profile is not None
        assert sum(len(section) for section in scenario.profile.values()) >= 30
        assert all(str(value) for section in scenario.profile.values() for value in section.values())


@both
def test_a_preference_is_not_said_but_named(corpus: Corpus, language: Language) -> None:
    for scenario, _ in corpus.of("normal.preference", language):
        leaned = [(leaf, source) for leaf, source in corpus.leaves(scenario.calls[0]) if source.kind == "profile"]
        assert 1 <= len(leaned) <= 2
        text = user_turns(scenario)[0].text
        for leaf, _ in leaned:
            assert leaf.field.label.say(language).casefold() in text.casefold()
            assert not means(leaf.field, leaf.value, text, scenario.now, language), (scenario.id, leaf.value, text)


@both
def test_no_label_of_a_profile_s_service_stands_twice(corpus: Corpus, language: Language) -> None:
    for scenario, _ in corpus.of("normal.preference", language):
        sections = [set(section) for section in (scenario.profile or {}).values()]
        for leaf, source in corpus.leaves(scenario.calls[0]):
            if source.kind == "profile":
                assert sum(leaf.field.label.say(language) in section for section in sections) == 1, (scenario.id, leaf.path)


@both
def test_only_preferences_have_a_profile(corpus: Corpus, language: Language) -> None:
    for category in categories():
        assert all((s.profile is not None) == (category == "normal.preference") for s, _ in corpus.of(category, language))


# --- parallel ---


@both
def test_parallel_needs_are_two_to_four_calls_in_one_message(corpus: Corpus, language: Language) -> None:
    sizes = set()
    for scenario, _ in corpus.of("normal.single_turn.parallel_function", language):
        assert shape(scenario) == ["request", "call", "answer"]
        sizes.add(len(moves(scenario, "call")[0][1].calls))
    assert {2, 3} <= sizes <= {2, 3, 4}


@both
def test_parallel_calls_do_in_any_order(corpus: Corpus, language: Language) -> None:
    for scenario, world in corpus.of("normal.single_turn.parallel_function", language):
        forth = {step.call.id: step.outcome for step in corpus.steps(scenario, world)}
        end = list(corpus.steps(scenario, world))[-1].digest
        turned = scenario.model_copy(update={"calls": scenario.calls[::-1]})
        back = list(corpus.steps(turned, world))
        assert {step.call.id: step.outcome for step in back} == forth and back[-1].digest == end
        assert all(outcome.ok for outcome in forth.values())


@both
def test_parallel_calls_repeat_one_api_or_take_several(corpus: Corpus, language: Language) -> None:
    names = [[call.name for call in s.calls] for s, _ in corpus.of("normal.single_turn.parallel_function", language)]
    assert any(len(set(one)) == 1 for one in names) and any(len(set(one)) > 1 for one in names)
    for scenario, _ in corpus.of("normal.single_turn.parallel_function", language):
        made = [(call.name, str(call.arguments)) for call in scenario.calls]
        assert len(set(made)) == len(made)


# --- several turns ---


@both
def test_an_adjusted_call_differs_in_nothing_but_the_change(corpus: Corpus, language: Language) -> None:
    twice = [s for s, _ in corpus.of("normal.multi_turn.user_adjust", language) if len(s.calls) == 2]
    assert len(twice) >= 5
    for scenario in twice:
        first, second = scenario.calls
        changed = turn_of(scenario, "adjust")
        assert first.name == second.name
        (name,) = differing(flat(corpus, first), flat(corpus, second))
        for leaf, source in corpus.leaves(second):
            if leaf.name == name and source.kind == "said":
                assert source.turn == changed
        before = {leaf.path: source for leaf, source in corpus.leaves(first) if leaf.name != name}
        assert before == {leaf.path: source for leaf, source in corpus.leaves(second) if leaf.name != name}


@both
def test_a_change_before_the_call_is_told_with_the_missing_facts(corpus: Corpus, language: Language) -> None:
    once = [s for s, _ in corpus.of("normal.multi_turn.user_adjust", language) if len(s.calls) == 1]
    assert once
    for scenario in once:
        assert shape(scenario) == ["request", "ask", "supply", "call", "answer"]
        supplied = turn_of(scenario, "supply")
        asked = {label_at(corpus, scenario.calls[0], path) for path in moves(scenario, "ask")[0][1].about}
        later = {leaf.name for leaf, source in corpus.leaves(scenario.calls[0]) if source.turn == supplied}
        assert asked <= later and len(later - asked) == 1, scenario.id


@both
@pytest.mark.parametrize("category", ["normal.multi_turn.user_adjust", "special.incomplete", "agent.multi_turn"])
def test_what_is_asked_for_was_not_told_is_required_and_is_told_next(corpus: Corpus, category: str, language: Language) -> None:
    asking = [s for s, _ in corpus.of(category, language) if moves(s, "ask")]
    assert len(asking) >= 3
    for scenario in asking:
        place, ask = moves(scenario, "ask")[0]
        call = next(scenario.call(move.calls[-1]) for later, move in moves(scenario, "call") if later > place)
        required = {field.name for field in corpus.catalogue.api(call.name).prepared.params if field.required}
        asked = {label_at(corpus, call, path) for path in ask.about}
        assert asked <= required and len(asked) == len(ask.about)
        for leaf, source in corpus.leaves(call):
            if leaf.name in asked and source.turn >= 0:
                assert source.turn == place + 1, (scenario.id, leaf.path)
            elif leaf.name in required and source.kind == "said":
                assert source.turn != place + 1 or scenario.category == "normal.multi_turn.user_adjust"


@both
def test_a_switch_serves_each_need_by_its_own_api(corpus: Corpus, language: Language) -> None:
    returned = 0
    for scenario, _ in corpus.of("normal.multi_turn.user_switch", language):
        names = [call.name for call in scenario.calls]
        returned += len(names) == 3
        assert len(set(names)) == 2 and names[2:] in ([], names[:1])
        assert shape(scenario)[:6] == ["request", "call", "answer", "switch", "call", "answer"]
        assert shape(scenario)[6:] in ([], ["back", "call", "answer"])
    assert returned >= 1


@both
def test_no_value_leaks_from_one_need_to_the_other(corpus: Corpus, language: Language) -> None:
    for scenario, _ in corpus.of("normal.multi_turn.user_switch", language):
        request, switch = turn_of(scenario, "request"), turn_of(scenario, "switch")
        for number, call in enumerate(scenario.calls):
            allowed = {-1, switch} if number == 1 else {-1, request, *range(switch + 1, len(scenario.script))}
            assert {source.turn for _, source in corpus.leaves(call)} <= allowed


@both
def test_a_return_changes_one_thing(corpus: Corpus, language: Language) -> None:
    for scenario, _ in corpus.of("normal.multi_turn.user_switch", language):
        if len(scenario.calls) == 3:
            assert len(differing(flat(corpus, scenario.calls[0]), flat(corpus, scenario.calls[2]))) == 1


# --- special ---


@both
def test_an_incomplete_request_is_asked_about_before_any_call(corpus: Corpus, language: Language) -> None:
    for scenario, _ in corpus.of("special.incomplete", language):
        flaw = scenario.flaw
        assert shape(scenario) == ["request", "ask", "supply", "call", "answer"]
        assert flaw is not None and flaw.kind == "missing" and flaw.call == "c1"
        assert flaw.paths == moves(scenario, "ask")[0][1].about and 1 <= len(flaw.paths) <= 2


@both
def test_without_what_is_missing_the_call_breaks_its_spec(corpus: Corpus, language: Language) -> None:
    for scenario, _ in corpus.of("special.incomplete", language):
        assert scenario.flaw is not None
        call = scenario.calls[0]
        api = corpus.catalogue.api(call.name)
        for path in scenario.flaw.paths:
            rest = {name: value for name, value in flat(corpus, call).items() if name != label_at(corpus, call, path)}
            assert not api.arguments.is_valid(api.wire.encode([rest])), (scenario.id, path)


@both
def test_a_wrong_value_breaks_the_recorded_rule_and_no_other(corpus: Corpus, language: Language) -> None:
    for scenario, _ in corpus.of("special.error_param", language):
        flaw, call = scenario.flaw, scenario.calls[0]
        assert flaw is not None and flaw.kind == "wrong"
        (path,) = flaw.paths
        violations = corpus.catalogue.api(call.name).arguments.violations(put(call.arguments, path, flaw.value))
        assert [(v.path, v.rule) for v in violations] == [(path, flaw.rule)], (scenario.id, violations, flaw)


@both
def test_a_wrong_value_is_said_first_and_corrected_before_the_call(corpus: Corpus, language: Language) -> None:
    for scenario, _ in corpus.of("special.error_param", language):
        flaw = scenario.flaw
        assert flaw is not None and shape(scenario) == ["request", "reject", "correct", "call", "answer"]
        turns = user_turns(scenario)
        assert flaw.words.casefold() in turns[0].text.casefold() and moves(scenario, "reject")[0][1].about == flaw.paths
        right = value_at(scenario.calls[0].arguments, flaw.paths[0])
        source = scenario.calls[0].sources[flaw.paths[0]]
        assert right != flaw.value and source.turn == 2, scenario.id


@both
def test_wrong_values_break_rules_of_several_kinds(corpus: Corpus, language: Language) -> None:
    assert len({s.flaw.rule for s, _ in corpus.of("special.error_param", language) if s.flaw}) >= 3


@both
def test_no_offered_tool_serves_an_irrelevant_request(corpus: Corpus, language: Language) -> None:
    for scenario, _ in corpus.of("special.irrelevant", language):
        assert shape(scenario) == ["request", "refuse"] and not scenario.calls and not scenario.changes
        assert scenario.flaw is not None and scenario.flaw.kind == "unserved" and scenario.flaw.options
        assert not set(scenario.flaw.options) & set(scenario.tools)


@both
def test_an_ambiguous_request_is_settled_by_a_search_and_a_question(corpus: Corpus, language: Language) -> None:
    asked = 0
    for scenario, world in corpus.of("special.ambiguous", language):
        flaw = scenario.flaw
        assert flaw is not None and flaw.kind == "ambiguous"
        shown = str(next(corpus.steps(scenario, world)).outcome.record())
        assert all(key in shown for key in flaw.options)
        gold = flat(corpus, scenario.call(flaw.call))[flaw.paths[0]]
        assert gold in flaw.options
        if len(flaw.options) > 1:
            asked += 1
            assert shape(scenario) == ["request", "call", "which", "pick", "call", "answer"]
            assert moves(scenario, "which")[0][1].about == flaw.options
        else:
            assert shape(scenario) == ["request", "call", "call", "answer"]
    assert asked >= 8


@both
def test_an_ambiguous_request_says_no_key_and_the_search_changes_nothing(corpus: Corpus, language: Language) -> None:
    for scenario, _ in corpus.of("special.ambiguous", language):
        assert scenario.flaw is not None
        said = " ".join(turn.text for turn in user_turns(scenario).values())
        assert not [key for key in scenario.flaw.options if key in said]
        assert corpus.catalogue.api(scenario.calls[0].name).effect is Effect.READ and scenario.calls[0].arguments == {}


@both
def test_a_fault_is_the_world_s_and_not_one_of_form(corpus: Corpus, language: Language) -> None:
    for scenario, _ in corpus.of("special.fault", language):
        flaw = scenario.flaw
        assert shape(scenario)[:3] == ["request", "call", "answer"]
        assert flaw is not None and (flaw.kind, flaw.call) == ("fault", "c1") and flaw.rule == scenario.calls[0].fault != ""
        assert flaw.rule not in FORM


@both
def test_faults_are_of_several_kinds(corpus: Corpus, language: Language) -> None:
    assert len({s.flaw.rule for s, _ in corpus.of("special.fault", language) if s.flaw}) >= 3


@both
def test_a_fault_that_nothing_mends_is_the_end(corpus: Corpus, language: Language) -> None:
    ended = [s for s, _ in corpus.of("special.fault", language) if len(s.calls) == 1]
    assert ended
    for scenario in ended:
        assert len(scenario.script) == 3 and not scenario.changes and scenario.milestones == ("c1",)


@both
def test_a_fault_that_is_mended_is_followed_by_the_same_call_once_more(corpus: Corpus, language: Language) -> None:
    mended = [s for s, _ in corpus.of("special.fault", language) if len(s.calls) > 1]
    assert mended
    for scenario in mended:
        first, repair, again = scenario.calls
        assert shape(scenario)[3:] == ["yes", "call", "call", "answer"] and moves(scenario, "answer")[0][1].text
        assert (again.name, again.arguments, again.fault) == (first.name, first.arguments, "")
        assert repair.name != first.name and not repair.fault and scenario.order == (("c2", "c3"),)
        assert scenario.milestones == ("c2", "c3")


@both
def test_small_talk_needs_no_call(corpus: Corpus, language: Language) -> None:
    for scenario, _ in corpus.of("special.no_call", language):
        assert set(shape(scenario)) == {"chat"} and not scenario.calls and len(scenario.tools) >= 3
        assert all(move.text for _, move in moves(scenario, "chat")) and len(user_turns(scenario)) == len(moves(scenario))


@both
def test_flaws_stand_in_special_dialogues_only(corpus: Corpus, language: Language) -> None:
    for category in categories():
        flawed = (category.startswith("special.") and category != "special.no_call") or category == "agent.recovery.outage"
        assert all((s.flaw is not None) == flawed for s, _ in corpus.of(category, language))


# --- agent ---


@both
@pytest.mark.parametrize(
    ("category", "least", "most"), [("agent.multi_step", 3, 8), ("agent.multi_turn", 2, 8), ("agent.long_horizon", 10, 25)]
)
def test_agents_make_as_many_calls_as_their_category_says(
    corpus: Corpus, category: str, least: int, most: int, language: Language
) -> None:
    counts = [len(s.calls) for s, _ in corpus.of(category, language)]
    assert least <= min(counts) and max(counts) <= most and len(set(counts)) >= 2


@both
def test_multi_step_is_one_request_and_one_answer(corpus: Corpus, language: Language) -> None:
    for scenario, _ in corpus.of("agent.multi_step", language):
        assert shape(scenario) == ["request", *["call"] * len(scenario.calls), "answer"]


@both
def test_multi_step_meets_obstacles_and_repairs_them(corpus: Corpus, language: Language) -> None:
    met = 0
    for scenario, _ in corpus.of("agent.multi_step", language):
        for place, call in enumerate(scenario.calls):
            if call.fault:
                met += 1
                again = [c for c in scenario.calls[place + 1 :] if (c.name, c.arguments) == (call.name, call.arguments)]
                assert len(again) == 1 and not again[0].fault and call.id not in scenario.milestones
                assert any(after == again[0].id for _, after in scenario.order)
    assert met >= 2


@both
@pytest.mark.parametrize("category", [c for c in categories() if c.startswith("agent.")])
def test_agents_are_never_told_the_key_of_a_row(corpus: Corpus, category: str, language: Language) -> None:
    for scenario, _ in corpus.of(category, language):
        said = " ".join(turn.text for turn in user_turns(scenario).values())
        for call in scenario.calls:
            for leaf, source in corpus.leaves(call):
                if leaf.field.kind is Kind.REF:
                    assert str(leaf.value) not in said and source.kind in ("result", "context"), (scenario.id, leaf.value)


@both
@pytest.mark.parametrize("category", ["agent.multi_step", "agent.long_horizon"])
def test_agents_calls_lean_on_earlier_results(corpus: Corpus, category: str, language: Language) -> None:
    leaning = [
        s for s, _ in corpus.of(category, language) if any(o.kind == "result" for c in s.calls for o in c.sources.values())
    ]
    assert len(leaning) >= 12


@both
def test_a_costly_write_is_confirmed_first_and_a_cheap_call_is_not(corpus: Corpus, language: Language) -> None:
    confirmed = 0
    for scenario, _ in corpus.of("agent.multi_turn", language):
        last = corpus.catalogue.api(scenario.calls[-1].name)
        costly = last.effect is Effect.WRITE and last.operation.verb in _COSTLY
        confirmed += costly
        assert [move.kind for _, move in moves(scenario, "confirm")] == ["confirm"] * costly
        if costly:
            place, confirm = moves(scenario, "confirm")[0]
            assert confirm.text and shape(scenario)[place + 1 : place + 3] == ["yes", "call"]
            assert scenario.script[place + 2] == Move(role="assistant", kind="call", calls=(scenario.calls[-1].id,))
    assert confirmed >= 3


@both
def test_a_long_task_spans_two_packs(corpus: Corpus, language: Language) -> None:
    for scenario, world in corpus.of("agent.long_horizon", language):
        served = {corpus.catalogue.api(call.name).pack.name for call in scenario.calls}
        assert len(scenario.packs) == 2 and served == {pack.name for pack in world.plan.packs}
        assert len(user_turns(scenario)) >= 2


@both
@pytest.mark.parametrize("category", ["agent.multi_step", "agent.long_horizon"])
def test_no_call_is_made_twice_unless_the_first_was_refused(corpus: Corpus, category: str, language: Language) -> None:
    for scenario, _ in corpus.of(category, language):
        done = [(call.name, str(call.arguments)) for call in scenario.calls if not call.fault]
        assert len(set(done)) == len(done), scenario.id


# --- nothing else would do ---


@pytest.mark.parametrize(("category", "language"), CASES)
def test_no_other_offered_tool_would_serve_as_well(corpus: Corpus, category: str, language: Language) -> None:
    for scenario, world in corpus.of(category, language):
        gold = {call.name for call in scenario.calls}
        offered = [corpus.catalogue.api(name) for name in scenario.tools if name not in gold]
        needed = {*scenario.milestones}
        mark, line = world.mark(), InjectedWorld(world, scenario.faults)
        for call in scenario.calls:
            if call.id in needed and not call.fault:
                assert not rivals(world, corpus.need(call), offered), (scenario.id, call.name)
            line.call(call.name, call.arguments)
        world.undo(mark)


# --- mixes ---


@pytest.mark.parametrize("name", ["training", "acebench"])
def test_the_shares_of_a_mix_sum_to_one(name: str) -> None:
    mix = load_mix(name)
    assert sum(mix.shares.values()) == pytest.approx(1) and set(mix.shares) <= set(categories())


def test_the_training_mix_has_every_category() -> None:
    assert set(load_mix("training").shares) == set(categories())


def test_a_mix_is_narrowed_by_name_and_by_family() -> None:
    only = load_mix("training").only(("normal.atom", "special.fault"))
    assert len(only.shares) == 7 and sum(only.shares.values()) == pytest.approx(1)
    assert only.shares["special.fault"] == pytest.approx(2.5 * only.shares["normal.atom.bool"])


def test_a_family_is_no_mere_beginning_of_a_name() -> None:
    with pytest.raises(UnknownName, match=r"there is no category in this mix 'normal\.at'"):
        load_mix("training").only(("normal.at",))


def test_no_wish_keeps_the_whole_mix() -> None:
    mix = Mix("m", {"special.fault": 1.0})
    assert mix.only(()) is mix


def test_an_unknown_mix_names_a_near_one() -> None:
    with pytest.raises(ToolsimError, match=r"there is no mix 'trainin'; did you mean 'training'"):
        load_mix("trainin")


def mix_file(folder: Path, text: str) -> str:
    path = folder / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_a_mix_is_read_from_a_file(tmp_path: Path) -> None:
    mix = load_mix(mix_file(tmp_path, "shares: {special.fault: 1, special.no_call: 3}\n"))
    assert mix == Mix("mine", {"special.fault": 0.25, "special.no_call": 0.75})


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("shares: {special.falt: 1}\n", "mine.yaml:1: there is no category 'special.falt'; did you mean 'special.fault'?"),
        ("shares: {special.fault: 0}\n", "mine.yaml:1: the share of 'special.fault' must be above 0"),
        ("shares: {special.fault: -2}\n", "must be above 0"),
        ("shares: {special.fault: much}\n", "mine.yaml:1: "),
        ("share: {special.fault: 1}\n", "lacks 'shares'"),
        ("shares: {special.fault: 1}\nmore: 1\n", "more"),
        ("shares: {}\n", "mine.yaml:1: the mix names no category"),
        ("", "mine.yaml"),
        ("shares: [1]\n", "mine.yaml:1"),
    ],
)
def test_a_wrong_mix_is_one_clear_error(tmp_path: Path, text: str, error: str) -> None:
    with pytest.raises(ToolsimError) as raised:
        load_mix(mix_file(tmp_path, text))
    assert error in str(raised.value)


def test_a_mix_file_that_is_not_there_is_one_clear_error() -> None:
    with pytest.raises(ToolsimError, match=r"nowhere\.yaml"):
        load_mix("/nowhere.yaml")


def test_a_wrong_category_in_a_file_is_a_pack_error(tmp_path: Path) -> None:
    with pytest.raises(PackError):
        load_mix(mix_file(tmp_path, "shares: {nothing: 1}\n"))


def test_every_category_says_in_both_languages_what_is_right() -> None:
    for category in categories().values():
        assert all((category.label.en, category.label.zh, category.right.en, category.right.zh))
        assert 3 <= category.least_tools <= category.most_tools
