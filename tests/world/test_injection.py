"""Fault plans befall the calls that they name, the same way each time, and nothing else."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from tests.conftest import PACKS
from toolsim.apis.catalogue import open_catalogue
from toolsim.apis.paths import scalars
from toolsim.world.injection import FaultKind, InjectedWorld, PlannedFault, another_key
from toolsim.world.world import World, WorldPlan

PLAN = WorldPlan(CATALOGUE := open_catalogue([PACKS], "others/workshop"), [CATALOGUE.pack("workshop")])
BIKES = CATALOGUE.pack("workshop").entity("bike").table
FIND: dict[str, Any] = {"limit": 50}


def world() -> World:
    return PLAN.world(3, "en")


def planned(kind: FaultKind, api: str, **more: Any) -> PlannedFault:
    """Declare a fault; the recovery makes no difference to what happens."""
    return PlannedFault(kind=kind, recovery="retry", api=api, **more)


def write(made: World) -> dict[str, Any]:
    """Give arguments of a call that changes something."""
    return {"bikeNo": next(iter(made.rows(BIKES))), "pressure": 4.5}


def test_without_a_plan_calls_give_what_the_world_gives() -> None:
    one, other = world(), world()
    assert InjectedWorld(one).call("findBikes", FIND) == other.call("findBikes", FIND)
    assert InjectedWorld(one).call("setPressure", write(one)) == other.call("setPressure", write(other))
    assert one.digest() == other.digest()


@pytest.mark.parametrize(("kind", "code"), [("timeout", "timeout"), ("rate_limit", "rate_limited"), ("outage", "unavailable")])
def test_a_call_that_is_not_carried_out_leaves_the_world_as_it_was(kind: FaultKind, code: str) -> None:
    made = world()
    before = made.digest()
    line = InjectedWorld(made, [planned(kind, "setPressure", seconds=5, until="2026-03-01 18:00")])
    assert line.call("setPressure", write(made)).code == code and made.digest() == before
    assert line.call("setPressure", write(made)).ok and made.digest() != before


def test_a_lost_answer_hides_what_was_carried_out() -> None:
    made, other = world(), world()
    line = InjectedWorld(made, [planned("timeout", "setPressure", seconds=5, carried_out=True)])
    outcome = line.call("setPressure", write(made))
    other.call("setPressure", write(other))
    assert outcome.code == "timeout" and outcome.result is None and made.digest() == other.digest()


@pytest.mark.parametrize(("nth", "times", "wanted"), [(1, 1, "x..."), (2, 1, ".x.."), (1, 2, "xx.."), (2, 0, ".xxx")])
def test_a_fault_befalls_the_calls_that_it_names(nth: int, times: int, wanted: str) -> None:
    line = InjectedWorld(world(), [planned("rate_limit", "findBikes", nth=nth, times=times, seconds=2)])
    assert "".join("x" if line.call("findBikes", FIND).code else "." for _ in range(4)) == wanted


def test_calls_that_the_world_would_not_run_are_not_counted() -> None:
    line = InjectedWorld(world(), [planned("rate_limit", "findBikes", seconds=2)])
    assert line.call("findBikes", {"limit": "many"}).code == "invalid_arguments"
    assert line.call("flyBike", {}).code == "unknown_api"
    assert line.call("findBikes", FIND).code == "rate_limited"


def test_a_cut_page_keeps_the_total_and_says_what_is_missing() -> None:
    made = world()
    whole = made.call("findBikes", FIND).record()
    line = InjectedWorld(made, [planned("partial_page", "findBikes", shown=2)])
    cut, again = line.call("findBikes", FIND), line.call("findBikes", FIND)
    assert cut.ok and cut.code == "partial_page"
    assert cut.record()["items"] == whole["items"][:2] and cut.record()["total"] == whole["total"]
    assert str(len(whole["items"])) in cut.record()["warning"]["message"]
    assert again.record() == whole


def test_a_list_that_is_short_enough_is_whole() -> None:
    outcome = InjectedWorld(world(), [planned("partial_page", "findBikes", shown=50)]).call("findBikes", FIND)
    assert outcome.code == "" and "warning" not in outcome.record()


def test_a_stale_id_is_shown_once_and_refused_ever_after() -> None:
    made = world()
    key = next(iter(made.rows(BIKES)))
    stale = another_key(key, made.rows(BIKES), Random(1))
    line = InjectedWorld(made, [planned("stale_id", "findBikes", key=key, stale=stale)])
    first, second = line.call("findBikes", FIND).record(), line.call("findBikes", FIND).record()
    assert stale in scalars(first) and key not in scalars(first)
    assert key in scalars(second) and stale not in scalars(second)
    assert line.call("getBike", {"bikeNo": stale}).code == "stale_id"
    assert line.call("getBike", {"bikeNo": key}).ok


@pytest.mark.parametrize("key", ["BK0001", "N-77", "7"])
def test_another_key_has_the_same_form_and_is_free(key: str) -> None:
    other = another_key(key, {key}, Random(2))
    assert other and other != key and [c.isdigit() for c in other] == [c.isdigit() for c in key]


def test_where_every_key_is_taken_there_is_no_other() -> None:
    assert another_key("A7", {f"A{digit}" for digit in range(10)}, Random(0)) == ""
    assert another_key("none", set(), Random(0)) == ""
