"""Obstacles: the world refuses the need as it stands, the repair is taken, and after it the need is met; nothing is left behind."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest

from tests.scenario.corpus import Corpus
from toolsim.apis.catalogue import Catalogue
from toolsim.base.text import LANGUAGES, Language
from toolsim.scenario.categories import categories
from toolsim.scenario.needs import Need
from toolsim.scenario.obstacles import FORM, Obstacle, find_obstacle, find_repair, refusals, search_obstacle
from toolsim.scenario.setting import Setting, make_setting
from toolsim.verbs.verb import Effect
from toolsim.world.world import World

MakeSetting = Callable[..., Setting]
both = pytest.mark.parametrize("language", LANGUAGES)


@pytest.fixture(scope="module")
def found(corpus: Corpus) -> dict[Language, list[tuple[World, Obstacle]]]:
    """The obstacles that the writes of real packs meet in one world each."""
    out: dict[Language, list[tuple[World, Obstacle]]] = {language: [] for language in LANGUAGES}
    for language in LANGUAGES:
        for index in range(len(corpus.packs)):
            world = corpus.world(index, 1, language)
            before = (world.digest(), world.mark())
            for api in corpus.catalogue.of(world.plan.packs[0])[:40]:
                if api.effect is Effect.WRITE and api.wire.entry is None:
                    setting = make_setting("x", 1, corpus.catalogue, world, categories()["agent.multi_step"], api, Random(3))
                    obstacle = find_obstacle(setting, api)
                    if obstacle is not None:
                        out[language].append((world, obstacle))
            assert (world.digest(), world.mark()) == before
    return out


@both
def test_real_worlds_have_obstacles(found: dict[Language, list[tuple[World, Obstacle]]], language: Language) -> None:
    assert len(found[language]) >= 8


@both
def test_the_need_is_refused_as_it_stands_and_met_after_the_repair(
    found: dict[Language, list[tuple[World, Obstacle]]], language: Language
) -> None:
    for world, obstacle in found[language]:
        need, repair = obstacle.need, obstacle.repair
        mark = world.mark()
        refused = world.call(need.api.name, need.arguments)
        assert refused.fault is not None and refused.fault.code == obstacle.code
        assert world.mark() == mark
        assert world.call(repair.api.name, repair.arguments).ok
        assert world.call(need.api.name, need.arguments).ok
        world.undo(mark)


@both
def test_a_repair_is_another_write_on_a_row_of_the_need(
    found: dict[Language, list[tuple[World, Obstacle]]], language: Language
) -> None:
    for _, obstacle in found[language]:
        need, repair = obstacle.need, obstacle.repair
        assert repair.api is not need.api and repair.api.effect is Effect.WRITE
        key = repair.flats[0][repair.api.prepared.subject.target.key]
        assert key in need.flats[0].values()


@both
def test_a_repair_says_no_more_than_it_must(found: dict[Language, list[tuple[World, Obstacle]]], language: Language) -> None:
    for _, obstacle in found[language]:
        required = {field.name for field in obstacle.repair.api.prepared.params if field.required}
        assert set(obstacle.repair.flats[0]) <= required


def test_a_planted_obstacle_is_found_with_its_repair(setting: MakeSetting, world: World) -> None:
    """Only a broken bicycle can be... reported broken it is first: a ready one must be."""
    here = setting("reportBroken")
    for key, row in list(world.rows("workshop.bike").items()):
        world.replace("workshop.bike", key, {**row, "credit": 1.0})
    api = here.catalogue.api("useCredit")
    flat = {"bike_no": next(iter(world.rows("workshop.bike"))), "amount": 500}
    need = Need(api, [flat], api.wire.encode([flat]))
    refused = world.run(api, need.arguments)
    assert refused.fault is not None
    repairs = [find_repair(setting("useCredit", seed=seed), need) for seed in range(12)]
    helpful = {repair.api.name for repair in repairs if repair is not None}
    assert helpful == {"addCredit"}


def test_what_nothing_mends_is_no_obstacle(setting: MakeSetting, world: World) -> None:
    api = setting().catalogue.api("getBike")
    flat = {"bike_no": "BK0000"}
    assert find_repair(setting(), Need(api, [flat], api.wire.encode([flat]))) is None


def test_refusals_fit_the_spec_and_are_the_world_s(setting: MakeSetting, workshop: Catalogue, world: World) -> None:
    codes = set()
    before = world.digest()
    for api in workshop:
        if api.wire.entry is not None:
            continue
        for need, code in refusals(api, setting(api.name)):
            outcome = world.call(api.name, need.arguments)
            assert outcome.fault is not None and outcome.fault.code == code and code not in FORM
            codes.add(code)
    assert {"not_found", "wrong_state"} <= codes and world.digest() == before


def test_a_missing_row_is_no_obstacle(setting: MakeSetting, workshop: Catalogue) -> None:
    for api in workshop:
        obstacle = find_obstacle(setting(api.name), api) if api.effect is Effect.WRITE and api.wire.entry is None else None
        assert obstacle is None or obstacle.code != "not_found"


def test_the_search_goes_on_to_other_writes_of_the_pack(setting: MakeSetting) -> None:
    assert find_obstacle(setting("getBike"), setting().catalogue.api("getBike")) is None
    assert any(search_obstacle(setting("getBike", seed=seed)) is not None for seed in range(10))
