"""Recoveries: one fault a task, told by its plan; gold does what is right about it, and nothing that would not be needed."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.scenario.corpus import Corpus, moves, shape
from toolsim.apis.paths import scalars, value_at
from toolsim.base.text import LANGUAGES, Language
from toolsim.scenario.blueprint import GoldCall, Scenario
from toolsim.scenario.categories import categories
from toolsim.verbs.verb import Effect
from toolsim.world.injection import InjectedWorld, PlannedFault
from toolsim.world.world import Outcome, World

KINDS = [name.removeprefix("agent.recovery.") for name in categories() if name.startswith("agent.recovery.")]
RECOVERY = {
    "timeout": "retry", "rate_limit": "retry", "partial_page": "retry",
    "stale_id": "look_up", "lost_write": "verify", "outage": "report",
}  # fmt: skip
CODE = {"lost_write": "timeout", "rate_limit": "rate_limited", "outage": "unavailable"}
each = pytest.mark.parametrize(("kind", "language"), [(kind, language) for kind in KINDS for language in LANGUAGES])
both = pytest.mark.parametrize("language", LANGUAGES)


def planned(corpus: Corpus, kind: str, language: Language) -> list[tuple[Scenario, World]]:
    """Give the scenarios of a kind."""
    return corpus.of(f"agent.recovery.{kind}", language)


def failed(scenario: Scenario) -> list[int]:
    """Give the places of the gold calls that do not go through."""
    return [place for place, call in enumerate(scenario.calls) if call.fault]


def outcomes(scenario: Scenario, world: World, faults: tuple[PlannedFault, ...]) -> list[Outcome]:
    """Execute gold under a fault plan."""
    mark, line = world.mark(), InjectedWorld(world, faults)
    out = [line.call(call.name, call.arguments) for call in scenario.calls]
    world.undo(mark)
    return out


@each
def test_the_plan_names_the_fault_and_the_recovery(corpus: Corpus, kind: str, language: Language) -> None:
    for scenario, _ in planned(corpus, kind, language):
        assert [fault.recovery for fault in scenario.faults] == [RECOVERY[kind]]
        assert {scenario.calls[place].fault for place in failed(scenario)} == {CODE.get(kind, kind)}
        assert shape(scenario)[0] == "request" and shape(scenario)[-1] == "answer" and set(shape(scenario)[1:-1]) == {"call"}


@each
def test_without_the_plan_the_call_that_fails_goes_through(corpus: Corpus, kind: str, language: Language) -> None:
    for scenario, world in planned(corpus, kind, language):
        unharmed = outcomes(scenario, world, ())[failed(scenario)[0]]
        assert unharmed.ok == (kind != "stale_id") and not unharmed.warning


@both
def test_no_other_category_has_a_fault_plan(corpus: Corpus, language: Language) -> None:
    assert not any(scenario.faults for scenario, _ in corpus.of("agent.multi_step", language))


@pytest.mark.parametrize("kind", ["timeout", "rate_limit", "partial_page"])
@both
def test_what_fails_for_a_while_is_made_again_until_it_goes_through(corpus: Corpus, kind: str, language: Language) -> None:
    for scenario, _ in planned(corpus, kind, language):
        places, calls = failed(scenario), scenario.calls
        assert places == list(range(places[0], places[-1] + 1)) and len(places) == scenario.faults[0].times
        again = calls[places[-1] + 1]
        assert all((calls[p].name, calls[p].arguments) == (again.name, again.arguments) for p in places) and not again.fault


@both
def test_only_look_ups_are_made_again_without_looking_first(corpus: Corpus, language: Language) -> None:
    for scenario, _ in planned(corpus, "timeout", language):
        assert all(corpus.catalogue.api(scenario.calls[place].name).effect is Effect.READ for place in failed(scenario))


@both
def test_a_cut_list_lacks_what_is_needed(corpus: Corpus, language: Language) -> None:
    for scenario, world in planned(corpus, "partial_page", language):
        place = failed(scenario)[0]
        cut, whole = outcomes(scenario, world, scenario.faults)[place : place + 2]
        assert "warning" in cut.record() and "warning" not in whole.record()
        again = scenario.calls[place + 1]
        if again.id not in scenario.milestones:
            assert any(value not in scalars(cut.record()) for value in taken_from(scenario, again))


def taken_from(scenario: Scenario, call: GoldCall) -> list[str]:
    """Give the values that later calls take from a call's result."""
    return [
        str(value_at(later.arguments, path))
        for later in scenario.calls
        for path, source in later.sources.items()
        if source.call == call.id
    ]


@both
def test_a_stale_id_is_nobody_s_and_the_new_one_is_looked_up(corpus: Corpus, language: Language) -> None:
    for scenario, world in planned(corpus, "stale_id", language):
        fault, place = scenario.faults[0], failed(scenario)[0]
        refused, search, done = scenario.calls[place : place + 3]
        assert not any(fault.stale in rows for rows in world.tables.values())
        assert fault.stale in scalars(refused.arguments) and fault.key not in scalars(refused.arguments)
        assert search.name == fault.api and (done.name, fault.key in scalars(done.arguments)) == (refused.name, True)
        assert any(source.call == search.id for source in done.sources.values())


@both
def test_a_lost_change_is_looked_after_and_the_look_tells_what_happened(corpus: Corpus, language: Language) -> None:
    seen = Counter[bool]()
    for scenario, world in planned(corpus, "lost_write", language):
        fault, place = scenario.faults[0], failed(scenario)[0]
        lost, look, *later = scenario.calls[place:]
        repeated = [call for call in later if (call.name, call.arguments) == (lost.name, lost.arguments)]
        assert corpus.catalogue.api(look.name).effect is Effect.READ and not look.fault
        assert len(repeated) == (not fault.carried_out)
        other = fault.model_copy(update={"carried_out": not fault.carried_out})
        told = [outcomes(scenario, world, (one,))[place + 1].record() for one in (fault, other)]
        assert told[0] != told[1], "the look-up shows no difference"
        seen[fault.carried_out] += 1
    assert min(seen[True], seen[False]) >= 2


@both
def test_an_outage_changes_nothing_and_ends_later(corpus: Corpus, language: Language) -> None:
    for scenario, _ in planned(corpus, "outage", language):
        assert failed(scenario) == [len(scenario.calls) - 1] and not scenario.changes
        assert scenario.faults[0].until > scenario.now.replace("T", " ")
        assert scenario.flaw is not None and moves(scenario)[-1][1].calls == (scenario.flaw.call,)
