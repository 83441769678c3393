"""Rivals are found by running them: APIs that would do as well, given only what was told. Planted ones are found, others are not."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.conftest import PACKS
from tests.scenario.corpus import Corpus
from toolsim.apis.catalogue import Catalogue, open_catalogue
from toolsim.base.text import LANGUAGES, Language
from toolsim.scenario.needs import Need, draw_need
from toolsim.scenario.rivals import equals, rivals
from toolsim.world.world import World, WorldPlan

PLANTED = """
  lookAtBike: {get: bike, is: [Look at a bicycle., 看看自行车。], ask: [["look at {bike}", "open {bike}"], ["看{bike}", "瞧瞧{bike}"]]}
  pumpBike: {update: bike, fields: [pressure], is: [Note the pressure., 记下胎压。], ask: [["pump {bike} to {pressure}", "note {pressure}"], ["{bike}打气到{pressure}", "记{pressure}"]]}
  topUp: {adjust: bike.credit, add: sum, given: {sum: {number: [sum, 款额], unit: [yuan, 元], min: 1, max: 2000}}, is: [Top credit up., 增加余额。], ask: [["top {bike} up by {sum}", "top up"], ["给{bike}加{sum}", "加钱"]]}
  putIn: {adjust: bike.credit, add: points, given: {points: {number: [points, 点数], min: 1, max: 2000}}, is: [Add points., 加点。], ask: [["give {bike} {points}", "add points"], ["给{bike}{points}", "加点"]]}
  searchBikes: {find: bike, by: [model, owner], is: [Search bicycles., 搜索自行车。], ask: [["search bikes {clauses}", "look for bikes"], ["搜{clauses}自行车", "搜车"]]}
  countBikes: {measure: bike, stat: [count], of: credit, by: [model], is: [Count bicycles., 统计自行车。], ask: [["count bikes {clauses}", "how many bikes"], ["数{clauses}自行车", "有几辆"]]}
  workOutSpeed: {compute: {km: {number: [distance, 距离], min: 0, max: 500}, hours: {number: [time, 用时], min: 0, max: 50}}, gives: {pace: {number: [pace, 配速], digits: 1, rule: "km / hours"}, slow: {flag: [slow, 是否偏慢], rule: "speed < 15"}}, is: [Work a speed out., 算出速度。], ask: [["speed please", "how quick"], ["速度多少", "多快"]]}
""".replace('rule: "speed < 15"', 'rule: "pace < 15"')

MY_HERON, ZOES_LARK = "BK7442", "BK3663"


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    """The test pack with rivals in it."""
    folder = tmp_path_factory.mktemp("packs")
    (folder / "others").mkdir()
    for name in ("taxonomy.yaml", "others/workshop.yaml"):
        (folder / name).write_bytes((PACKS / name).read_bytes())
    with (folder / "others" / "workshop.yaml").open("a", encoding="utf-8") as file:
        file.write(PLANTED.lstrip("\n"))
    return open_catalogue([Path(folder)], "others/workshop")


@pytest.fixture
def here(planted: Catalogue) -> World:
    return WorldPlan(planted, [planted.pack("workshop")]).world(7, "en")


def rivals_of(here: World, name: str, flat: dict[str, Any]) -> frozenset[str]:
    api = here.plan.catalogue.api(name)
    need = Need(api, [flat], api.wire.encode([flat]))
    assert here.run(api, need.arguments).ok, "the need itself must be met"
    here.undo()
    return rivals(here, need, here.plan.catalogue)


PRESSURE = {"bike_no": MY_HERON, "pressure": 4.5}


@pytest.mark.parametrize("rival", ["pumpBike", "updateBike"])
def test_a_write_that_leads_to_the_same_state_is_a_rival(here: World, rival: str) -> None:
    assert rival in rivals_of(here, "setPressure", PRESSURE)


@pytest.mark.parametrize(
    "other", ["addCredit", "useCredit", "configureGearing", "getBike", "deleteBike", "watchPressure", "setPressure"]
)
def test_a_call_that_does_something_else_is_no_rival(here: World, other: str) -> None:
    assert other not in rivals_of(here, "setPressure", PRESSURE)


def test_a_narrower_write_is_no_rival_of_a_wider_one(here: World) -> None:
    assert "setPressure" not in rivals_of(here, "updateBike", {**PRESSURE, "model": "Swift"})
    assert "setPressure" in rivals_of(here, "updateBike", PRESSURE)


def test_a_parameter_of_another_name_takes_what_has_the_same_unit(here: World) -> None:
    assert rivals_of(here, "addCredit", {"bike_no": MY_HERON, "amount": 50}) == {"topUp"}


def test_a_number_without_a_unit_is_not_taken_under_another_name(here: World) -> None:
    assert "putIn" not in rivals_of(here, "addCredit", {"bike_no": MY_HERON, "amount": 50})


def test_the_opposite_is_no_rival(here: World) -> None:
    assert "useCredit" not in rivals_of(here, "addCredit", {"bike_no": MY_HERON, "amount": 50})


def test_a_read_that_shows_all_that_another_shows_is_a_rival(here: World) -> None:
    assert "getBike" in rivals_of(here, "lookAtBike", {"bike_no": MY_HERON})


def test_a_read_that_shows_less_is_no_rival(here: World) -> None:
    jobs = [row for row in here.rows("workshop.job").values() if row["bike"] == MY_HERON]
    assert jobs, "the list of jobs is what the other does not show"
    assert "lookAtBike" not in rivals_of(here, "getBike", {"bike_no": MY_HERON, "include": ["job"]})


def test_a_search_by_the_same_filter_is_a_rival_and_one_that_only_counts_is_not(here: World) -> None:
    found = rivals_of(here, "findBikes", {"model": "Wren"})
    assert "searchBikes" in found and "countBikes" not in found


def test_a_search_without_the_filter_is_no_rival_of_one_with_it_unless_it_shows_as_much(here: World) -> None:
    """It shows more, which serves as well: the assistant could pick what was asked for."""
    assert "searchBikes" in rivals_of(here, "findBikes", {"status": "broken"})


def test_a_calculation_that_gives_the_same_is_a_rival(here: World) -> None:
    assert "workOutSpeed" in rivals_of(here, "computeSpeed", {"km": 30, "hours": 2})


def test_an_api_is_not_its_own_rival(here: World) -> None:
    assert "setPressure" not in rivals_of(here, "setPressure", PRESSURE)


def test_the_search_for_rivals_changes_nothing(here: World) -> None:
    before = (here.digest(), here.mark())
    rivals_of(here, "setPressure", PRESSURE)
    rivals_of(here, "addCredit", {"bike_no": MY_HERON, "amount": 50})
    assert (here.digest(), here.mark()) == before


def test_apis_of_packs_that_the_world_does_not_hold_are_not_run(corpus: Corpus) -> None:
    world = corpus.world(0, 1, "en")
    held = {pack.name for pack in world.plan.packs}
    api = corpus.catalogue.of(world.plan.packs[0])[0]
    need = draw_need(api, world, Random(1))
    named = rivals(world, need, corpus.catalogue)
    assert all(corpus.catalogue.api(name).pack.name in held or not corpus.catalogue.api(name).tables for name in named)


@pytest.mark.parametrize("language", LANGUAGES)
def test_rivals_of_real_packs_give_what_is_told(corpus: Corpus, language: Language) -> None:
    """Some real APIs have rivals; each shown by its effect and not by its name."""
    world, found = corpus.world(9, 1, language), set()
    for api in corpus.catalogue.of(world.plan.packs[0]):
        rng = Random(5)
        try:
            need = draw_need(api, world, rng, tries=6)
        except Exception:
            continue
        found |= {(api.effect, corpus.catalogue.api(name).effect) for name in rivals(world, need, corpus.catalogue.of(api.pack))}
    assert found and all(one is other for one, other in found)


# --- equal arguments of the same API ---


def test_what_gives_another_result_is_not_equal(here: World) -> None:
    api = here.plan.catalogue.api("moveCredit")
    names = [field.name for field in api.prepared.params]
    arguments = api.wire.encode([dict(zip(names, (MY_HERON, ZOES_LARK, 20), strict=True))])
    assert here.run(api, arguments).ok
    here.undo()
    assert equals(here, api, arguments) == ()


def test_lists_whose_order_says_nothing_may_be_turned_round(here: World) -> None:
    api = here.plan.catalogue.api("analyzeRides")
    rides = [{"km": 10, "hours": 1}, {"km": 25, "hours": 2}, {"km": 40, "hours": 3}]
    arguments = api.wire.encode([{"rides": rides}])
    assert here.run(api, arguments).ok
    found = equals(here, api, arguments)
    assert any(next(iter(other.values())) != next(iter(arguments.values())) for other in found)
    assert all(here.run(api, other).record() == here.run(api, arguments).record() for other in found)
