"""What each verb does, told by calls on the test pack."""

from __future__ import annotations

from typing import Any

import pytest

from toolsim.world.world import World

GEARING = {"front": 44, "rear": 16}


def done(world: World, name: str, **arguments: Any) -> dict[str, Any]:
    """Call an API that must do its work."""
    outcome = world.call(name, arguments)
    assert outcome.fault is None, outcome.fault
    assert outcome.result is not None
    return outcome.result


def refused(world: World, name: str, **arguments: Any) -> str:
    """Call an API that must refuse; give the code. The world is left as it was."""
    before = world.digest()
    outcome = world.call(name, arguments)
    assert outcome.fault is not None, outcome.result
    assert world.digest() == before
    return outcome.fault.code


def bikes(world: World) -> list[dict[str, Any]]:
    return list(world.rows("workshop.bike").values())


def bike_with(world: World, status: str) -> str:
    """Give a bicycle in a state, put there if need be."""
    row = bikes(world)[0]
    world.replace("workshop.bike", row["bike_no"], {**row, "status": status})
    return str(row["bike_no"])


def test_get_shows_a_row_and_on_demand_those_that_point_to_it(world: World) -> None:
    row = bikes(world)[0]
    assert done(world, "getBike", bikeNo=row["bike_no"])["model"] == row["model"]
    jobs = [r["job_no"] for r in world.rows("workshop.job").values() if r["bike"] == row["bike_no"]]
    found = done(world, "getBike", bikeNo=row["bike_no"], include=["job"])["job"]
    assert [job["jobNo"] for job in found] == jobs
    assert refused(world, "getBike", bikeNo="BK0000") == "not_found"


def test_find_meets_all_filters_through_refs_and_ranges(world: World) -> None:
    row = bikes(world)[0]
    city = world.rows("person")[row["owner"]]["city"]
    filters = {"city": city[:3], "pressure": {"min": row["pressure"]}}
    found = done(world, "findBikes", filters=filters, sortBy="pressure", descending=True)
    expected = [
        r for r in bikes(world)
        if city[:3].casefold() in world.rows("person")[r["owner"]]["city"].casefold() and r["pressure"] >= row["pressure"]
    ]  # fmt: skip
    assert found["total"] == len(expected)
    pressures = [item["pressure"] for item in found["items"]]
    assert pressures == sorted(pressures, reverse=True)
    assert {item["bikeNo"] for item in found["items"]} == {r["bike_no"] for r in expected}
    assert refused(world, "findBikes", filters={"pressure": {"min": 5, "max": 4}}) == "bad_range"


def test_find_limits_what_it_returns_but_counts_all(world: World) -> None:
    found = done(world, "findBikes", limit=2)
    assert len(found["items"]) == 2
    assert found["total"] == len(bikes(world))


def test_find_shows_what_it_is_told_to(world: World) -> None:
    item = done(world, "findJobs")["items"][0]
    assert list(item) == ["jobNo", "part", "bikeModel", "price"]


def test_rank_orders_and_numbers(world: World) -> None:
    items = done(world, "rankBikes", on="credit", order="lowest", limit=3)["items"]
    assert [item["rank"] for item in items] == [1, 2, 3]
    assert [item["credit"] for item in items] == sorted(row["credit"] for row in bikes(world))[:3]


def test_compare_tells_what_differs_and_who_is_highest(world: World) -> None:
    one, two = bikes(world)[:2]
    result = done(world, "compareBikes", bikeNos=[one["bike_no"], two["bike_no"]])
    assert ("pressure" in result["differing"]) == (one["pressure"] != two["pressure"])
    best = max((one, two), key=lambda row: row["credit"])
    assert result["highest"]["credit"] == best["bike_no"]
    assert refused(world, "compareBikes", bikeNos=[one["bike_no"]] * 2) == "same_row"


def test_measure_agrees_with_the_rows(world: World) -> None:
    result = done(world, "measureCredit", statistic="sum", groupBy="status")
    assert result["value"] == pytest.approx(sum(row["credit"] for row in bikes(world)))
    assert sum(group["value"] for group in result["groups"]) == pytest.approx(result["value"])
    assert sum(group["count"] for group in result["groups"]) == result["count"] == len(bikes(world))


def test_create_fills_defaults_sets_and_the_first_state(world: World) -> None:
    owner = next(iter(world.rows("person")))
    result = done(world, "createBike", owner=owner, model="Heron", bought="2020-01-01", pressure=4, gearing=GEARING)
    assert (result["status"], result["credit"], result["helpers"], result["pressure"]) == ("ready", 20.0, [owner], 4.0)
    assert world.rows("workshop.bike")[result["bikeNo"]]["model"] == "Heron"


def test_create_is_refused_by_guard_and_by_must(world: World) -> None:
    owner = next(iter(world.rows("person")))
    facts = {"owner": owner, "model": "Heron", "pressure": 4}
    assert refused(world, "createBike", **facts, bought="2999-01-01", gearing=GEARING) == "not_bought"
    assert refused(world, "createBike", **facts, bought="2020-01-01", gearing={"front": 22, "rear": 40}) == "sane_gearing"


def test_a_batch_is_all_or_nothing(world: World) -> None:
    bike, slot = bikes(world)[0]["bike_no"], next(iter(world.rows("workshop.slot")))
    before = len(world.rows("workshop.job"))
    result = done(world, "createJobs", jobs=[{"part": "chain", "urgent": True}, {"part": "bell"}], bike=bike, slot=slot)
    assert [job["price"] for job in result["results"]] == [80.0, 50.0]
    assert len(world.rows("workshop.job")) == before + 2
    assert refused(world, "createJobs", jobs=[{"part": "bell"}], bike="BK0000", slot=slot) == "not_found"


def test_update_changes_only_what_is_named(world: World) -> None:
    row = bikes(world)[0]
    result = done(world, "updateBike", bikeNo=row["bike_no"], changes={"pressure": 7.25})
    assert result["pressure"] == 7.2
    assert result["model"] == row["model"]
    assert refused(world, "updateBike", bikeNo=row["bike_no"], changes={}) == "invalid_arguments"


def test_delete_is_refused_while_others_need_the_row(world: World) -> None:
    needed = next(iter(world.rows("workshop.job").values()))["bike"]
    assert refused(world, "deleteBike", bikeNo=needed) == "in_use"
    for table in ("workshop.job", "workshop.test_ride", "workshop.letter"):
        for key in [k for k, row in world.rows(table).items() if row["bike"] == needed]:
            world.remove(table, key)
    assert done(world, "deleteBike", bikeNo=needed) == {"bikeNo": needed, "deleted": True}
    assert needed not in world.rows("workshop.bike")


def test_link_and_unlink(world: World) -> None:
    row = bikes(world)[0]
    world.replace("workshop.bike", row["bike_no"], {**row, "helpers": []})
    people = list(world.rows("person"))
    assert done(world, "addHelper", bikeNo=row["bike_no"], helper=people[0])["count"] == 1
    assert refused(world, "addHelper", bikeNo=row["bike_no"], helper=people[0]) == "already_linked"
    for person in people[1:4]:
        done(world, "addHelper", bikeNo=row["bike_no"], helper=person)
    assert refused(world, "addHelper", bikeNo=row["bike_no"], helper=people[4]) == "list_full"
    assert done(world, "dropHelper", bikeNo=row["bike_no"], helper=people[0])["helpers"] == people[1:4]
    assert refused(world, "dropHelper", bikeNo=row["bike_no"], helper=people[0]) == "not_linked"


def test_move_follows_the_lifecycle_and_sets(world: World) -> None:
    bike = bike_with(world, "ready")
    result = done(world, "reportBroken", bikeNo=bike, note="flat tyre")
    assert (result["status"], result["previous"], result["faultNote"]) == ("broken", "ready", "flat tyre")
    assert refused(world, "reportBroken", bikeNo=bike, note="again") == "wrong_state"


def test_a_fault_speaks_the_worlds_language(world: World) -> None:
    bike = bike_with(world, "scrapped")
    fault = world.call("reportBroken", {"bikeNo": bike, "note": "x"}).fault
    assert fault is not None and fault.message == "This cannot be done while the status is “scrapped”."


def test_adjust_holds_to_the_bounds(world: World) -> None:
    row = bikes(world)[0]
    result = done(world, "addCredit", bikeNo=row["bike_no"], amount=10)
    assert result["credit"] == pytest.approx(row["credit"] + 10)
    assert result["previous"] == row["credit"]
    assert refused(world, "addCredit", bikeNo=row["bike_no"], amount=1000) == "too_high"
    assert refused(world, "useCredit", bikeNo=row["bike_no"], amount=row["credit"] + 11) == "too_low"


def test_transfer_moves_and_keeps_the_sum(world: World) -> None:
    one, two = bikes(world)[:2]
    total = one["credit"] + two["credit"]
    result = done(world, "moveCredit", fromBikeNo=one["bike_no"], toBikeNo=two["bike_no"], amount=5)
    assert result["fromCredit"] + result["toCredit"] == pytest.approx(total)
    assert refused(world, "moveCredit", fromBikeNo=one["bike_no"], toBikeNo=one["bike_no"], amount=5) == "same_row"
    assert refused(world, "moveCredit", fromBikeNo=one["bike_no"], toBikeNo=two["bike_no"], amount=2000) == "too_low"


def test_reserve_takes_a_place_until_none_is_left(world: World) -> None:
    bike = bikes(world)[0]["bike_no"]
    key, row = next(iter(world.rows("workshop.slot").items()))
    world.replace("workshop.slot", key, {**row, "free": 1})
    assert done(world, "bookRepair", bike=bike, slot=key, part="bell")["remaining"] == 0
    assert refused(world, "bookRepair", bike=bike, slot=key, part="bell") == "sold_out"


def test_check_tells_which_conditions_fail(world: World) -> None:
    bike = bike_with(world, "broken")
    row = world.rows("workshop.bike")[bike]
    world.replace("workshop.bike", bike, {**row, "pressure": 2.0})
    assert done(world, "checkRide", bikeNo=bike, km=100) == {"ok": False, "reasons": ["not_ready", "soft"]}
    assert done(world, "checkRide", bikeNo=bike, km=10)["reasons"] == ["not_ready"]


def test_assess_takes_the_first_line_that_holds(world: World) -> None:
    short, long = {"km": 5, "hours": 1}, {"km": 150, "hours": 8}
    assert done(world, "assessWear", km=10, rides=[short])["wear"] == "low"
    assert done(world, "assessWear", km=10, rides=[short, long])["wear"] == "medium"
    assert done(world, "assessWear", km=9000, rides=[short])["wear"] == "high"


def test_compute_works_out_in_order_and_refuses_what_it_cannot(world: World) -> None:
    assert done(world, "computeSpeed", km=30, hours=4) == {"speed": 7.5, "slow": True}
    assert refused(world, "computeSpeed", km=30, hours=0) == "not_computable"


def test_analyze_summarises_what_is_handed_in(world: World) -> None:
    rides = [{"km": 10, "hours": 1}, {"km": 30, "hours": 2}]
    assert done(world, "analyzeRides", rides=rides) == {"meanKm": 20.0, "longest": 30.0}


def test_convert_goes_through_the_base_unit(world: World) -> None:
    assert done(world, "convertPressure", value=2.5, fromUnit="bar", toUnit="kpa") == {"value": 250.0, "unit": "kpa"}
    assert done(world, "convertPressure", value=36.26, fromUnit="psi", toUnit="bar", digits=1)["value"] == 2.5


def test_series_is_the_same_whenever_asked_and_knows_its_side_of_now(world: World) -> None:
    bike = bikes(world)[0]["bike_no"]
    long = done(world, "forecastPressure", bikeNo=bike, days=7)
    short = done(world, "forecastPressure", bikeNo=bike, days=3)
    assert long["points"][:3] == short["points"]
    assert all(p["low"] <= p["value"] <= p["high"] for p in long["points"])
    assert long["points"][0]["at"] == world.now[:10]
    assert done(world, "readPressure", bikeNo=bike, hours=5)["points"][-1]["at"] == world.now
    assert refused(world, "forecastPressure", bikeNo=bike, start="2001-01-01", days=2) == "in_past"
    assert refused(world, "readPressure", bikeNo=bike, start="2999-01-01T00:00", hours=2) == "not_yet"


def test_report_keeps_what_it_found(world: World) -> None:
    jobs = list(world.rows("workshop.job").values())
    result = done(world, "reportJobs", title="All jobs")
    assert result["total"] == pytest.approx(sum(job["price"] for job in jobs))
    assert result["jobs"] == len(jobs)
    assert refused(world, "reportJobs", title="None", priceMin=899, priceMax=900) == "nothing_found"


def test_draft_fills_its_text_in_one_pass(world: World) -> None:
    row = bikes(world)[0]
    person = world.rows("person")[row["owner"]]
    world.replace("person", row["owner"], {**person, "name": "{bike.model} {visit.km}"})
    result = done(world, "draftLetter", bike=row["bike_no"], visit={"km": 12.5, "hours": 1})
    assert result["body"] == f"Dear {{bike.model}} {{visit.km}}, your {row['model']} rode 12.5 km."


def test_configure_replaces_the_settings(world: World) -> None:
    bike = bikes(world)[0]["bike_no"]
    settings = {"front": 50, "rear": 12, "shifter": {"clicks": 9}}
    assert done(world, "configureGearing", bikeNo=bike, gearing=settings)["gearing"] == settings
    assert refused(world, "configureGearing", bikeNo=bike, gearing={"front": 22, "rear": 40}) == "sane_gearing"


def test_schedule_refuses_the_past_and_overlaps(world: World) -> None:
    one, two = (row["bike_no"] for row in bikes(world)[:2])
    done(world, "scheduleRide", bike=one, starts="2999-05-01T10:00", minutes=30)
    assert refused(world, "scheduleRide", bike=one, starts="2999-05-01T10:29", minutes=30) == "conflict"
    done(world, "scheduleRide", bike=two, starts="2999-05-01T10:29", minutes=30)
    done(world, "scheduleRide", bike=one, starts="2999-05-01T10:30", minutes=30)
    assert refused(world, "scheduleRide", bike=one, starts="2001-05-01T10:00", minutes=30) == "in_past"
    assert refused(world, "scheduleRide", bike=one, starts="2999-02-31T10:00", minutes=30) == "invalid_arguments"


def test_notify_sends_on_channels_that_are_on(world: World) -> None:
    row = bikes(world)[0]
    person = world.rows("person")[row["owner"]]
    world.replace("person", row["owner"], {**person, "channels": ["sms"]})
    message = done(world, "notifyOwner", bikeNo=row["bike_no"], topic="done", channel="sms")
    assert (message["recipient"], message["body"], message["sentAt"]) == (
        row["owner"],
        f"Your {row['model']} is ready.",
        world.now,
    )
    assert refused(world, "notifyOwner", bikeNo=row["bike_no"], topic="done", channel="app") == "channel_off"


def test_watch_tells_whether_the_condition_is_met_now(world: World) -> None:
    row = bikes(world)[0]
    alert = done(world, "watchPressure", bikeNo=row["bike_no"], condition="below", threshold=9, channel="app")
    assert alert["metNow"] == (row["pressure"] < 9)
    assert alert["subject"] == row["bike_no"]


def test_call_runs_the_hook(world: World) -> None:
    expenses = [{"payer": "Ann", "amount": 90}, {"payer": "Bo", "amount": 30}, {"payer": "Cy", "amount": 0.01}]
    result = done(world, "settleParts", expenses=expenses)
    assert result["share"] == 40.0
    balances = {"Ann": 90.0, "Bo": 30.0, "Cy": 0.01}
    for payment in result["payments"]:
        balances[payment["payer"]] += payment["amount"]
        balances[payment["receiver"]] -= payment["amount"]
    assert all(abs(paid - 40.0033) < 0.02 for paid in balances.values())
