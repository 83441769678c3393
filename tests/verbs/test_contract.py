"""Every verb keeps the contract: schemas, execution, faults, samplers, supplier information and wording."""

from __future__ import annotations

import pytest

from toolsim.apis.api import Api
from toolsim.apis.catalogue import Catalogue
from toolsim.apis.graphs import gives, takes
from toolsim.base import seeds
from toolsim.base.text import HAN
from toolsim.taxonomy.notation_schema import VERB_SCHEMAS
from toolsim.taxonomy.verb_keys import VERB_KEYS
from toolsim.verbs.verb import VERBS, Effect
from toolsim.world.trial import try_pack, valid_arguments
from toolsim.world.world import WorldPlan

READS = {"get", "find", "rank", "compare", "measure", "check", "assess", "compute", "analyze", "convert", "series", "call"}


@pytest.fixture(params=sorted(VERB_KEYS))
def apis(request: pytest.FixtureRequest, workshop: Catalogue) -> list[Api]:
    """The operations of the test pack that use one verb."""
    found = [api for api in workshop if api.operation.verb == request.param]
    assert found, f"the test pack does not use {request.param}"
    return found


def test_grammar_semantics_and_editor_schema_know_the_same_verbs() -> None:
    assert set(VERBS.names()) == set(VERB_KEYS) == set(VERB_SCHEMAS)


def test_a_verb_has_wording_in_both_languages(apis: list[Api]) -> None:
    verb = apis[0].prepared.verb
    assert len(verb.wording.en) >= 2 and len(verb.wording.zh) >= 2
    assert not any(HAN.search(text) for text in verb.wording.en)
    assert all(HAN.search(text) for text in verb.wording.zh)


def test_a_verb_says_whether_it_writes(apis: list[Api]) -> None:
    expected = Effect.READ if apis[0].operation.verb in READS else Effect.WRITE
    assert all(api.effect is expected for api in apis)


def test_sampled_execution_keeps_every_promise(apis: list[Api], workshop_plan: WorldPlan) -> None:
    for trial in try_pack(workshop_plan, apis, worlds=12):
        assert trial.complaints == []
        assert trial.successes > 0


def test_the_same_seed_gives_the_same_arguments_and_result(apis: list[Api], workshop_plan: WorldPlan) -> None:
    for api in apis:
        outcomes = []
        for _ in range(2):
            world = workshop_plan.world(3, "zh")
            arguments = valid_arguments(api, world, seeds.stream(1, api.name))
            assert arguments is not None
            outcomes.append((arguments, world.call(api.name, arguments), world.digest()))
        assert outcomes[0] == outcomes[1]


def test_faults_that_have_a_sampler_are_declared(apis: list[Api]) -> None:
    for api in apis:
        codes = {fault.code for fault in api.prepared.faults}
        assert {sampler.code for sampler in api.prepared.faulty} <= codes


def test_every_declared_fault_speaks_both_languages(apis: list[Api]) -> None:
    for api in apis:
        for fault in api.prepared.faults:
            assert fault.message.en and HAN.search(fault.message.zh)


def test_suppliers_follow_from_refs(workshop: Catalogue) -> None:
    assert takes(workshop.api("getBike")) == {"workshop.bike"}
    assert takes(workshop.api("findBikes")) == set()
    assert gives(workshop.api("findJobs")) == {"workshop.job"}
    assert gives(workshop.api("getBike")) == {"workshop.bike", "workshop.job", "workshop.slot", "person"}
    assert takes(workshop.api("createJobs")) == {"workshop.bike", "workshop.slot"}
