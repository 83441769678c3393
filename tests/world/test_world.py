"""Worlds: seeding, isolation, undo, digest, difference, replay, dump."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import PACKS
from toolsim.apis.catalogue import Catalogue, open_catalogue
from toolsim.base.errors import ToolsimError
from toolsim.base.text import HAN
from toolsim.taxonomy.declarations import Pack
from toolsim.world.diff import diff
from toolsim.world.dump import dump
from toolsim.world.replay import Call, replay
from toolsim.world.world import World, WorldPlan

PLAN = WorldPlan(CATALOGUE := open_catalogue([PACKS], "others/workshop"), [CATALOGUE.pack("workshop")])


def ordered(world: World) -> dict[str, list[object]]:
    """Give the rows with their order, which the digest leaves out."""
    return {table: list(rows.items()) for table, rows in world.tables.items()}


STEP = st.tuples(st.sampled_from([api.name for api in CATALOGUE]), st.integers(0, 10**6))


@given(st.integers(0, 50), st.lists(STEP, max_size=12), st.integers(0, 12))
@settings(max_examples=150, deadline=None)
def test_any_calls_then_undo_give_the_first_state(seed: int, steps: list[tuple[str, int]], stop: int) -> None:
    world = PLAN.world(seed, "en")
    states = [(world.mark(), world.digest(), ordered(world))]
    for name, draw in steps:
        api = CATALOGUE.api(name)
        flat = api.prepared.draw(world, Random(draw))
        if flat is not None:
            world.call(name, api.wire.encode([flat]))
        if draw % 5 == 0:
            world.advance(draw % 500)
        states.append((world.mark(), world.digest(), ordered(world)))
    mark, digest, rows = states[min(stop, len(states) - 1)]
    world.undo(mark)
    assert (world.digest(), ordered(world)) == (digest, rows)
    world.undo()
    assert (world.digest(), ordered(world)) == states[0][1:]


def test_worlds_are_isolated() -> None:
    one, two = PLAN.world(1, "en"), PLAN.world(1, "en")
    before = two.digest()
    key = next(iter(one.rows("workshop.bike")))
    one.call("setPressure", {"bikeNo": key, "pressure": 8.8})
    assert one.digest() != before == two.digest()


def test_results_share_nothing_with_the_world(world: World) -> None:
    before = world.digest()
    key = next(iter(world.rows("workshop.bike")))
    result = world.call("getBike", {"bikeNo": key, "include": ["job"]}).result
    assert result is not None
    result["gearing"]["front"] = 1
    result["helpers"].append("x")
    for job in result["job"]:
        job["part"] = "y"
    assert world.digest() == before


def test_arguments_do_not_stay_part_of_the_world(world: World) -> None:
    key = next(iter(world.rows("workshop.bike")))
    arguments = {"bikeNo": key, "gearing": {"front": 50, "rear": 12, "shifter": {"clicks": 3}}}
    world.call("configureGearing", arguments)
    before = world.digest()
    arguments["gearing"]["front"] = 22  # type: ignore[index]
    assert world.digest() == before


def test_seeds_and_languages_make_different_worlds_of_the_same_form() -> None:
    one, two, zh = PLAN.world(1, "en"), PLAN.world(2, "en"), PLAN.world(1, "zh")
    assert len({one.digest(), two.digest(), zh.digest()}) == 3
    assert PLAN.world(1, "en").digest() == one.digest()
    assert all(HAN.search(row["name"]) for row in zh.rows("person").values())
    assert not any(HAN.search(row["name"]) for row in one.rows("person").values())


def test_seeded_rows_obey_their_entities(catalogue: Catalogue, packs: list[Pack]) -> None:
    for pack in packs:
        plan = WorldPlan(catalogue, [pack])
        for seed in range(3):
            world = plan.world(seed, "en" if seed % 2 else "zh")
            for table, entity in plan.entities.items():
                assert world.rows(table), f"{table} is empty in world {seed}"
                for key, row in world.rows(table).items():
                    assert row[entity.key] == key
                    missing = [f.name for f in entity.fields if not f.optional and f.name not in row]
                    assert missing == [], (table, key)


def test_worlds_that_span_packs_share_entities(catalogue: Catalogue, packs: list[Pack]) -> None:
    plan = WorldPlan(catalogue, packs[:3])
    world = plan.world(5, "en")
    assert sum(table == "person" for table in world.tables) == 1
    single = WorldPlan(catalogue, packs[:1]).world(5, "en")
    assert world.rows("person") == single.rows("person")


SCRIPT = """
import sys
from pathlib import Path
from toolsim.apis.catalogue import open_catalogue
from toolsim.world.world import WorldPlan
c = open_catalogue([Path(sys.argv[1])], "others/workshop")
plan = WorldPlan(c, [c.pack("workshop")])
w = plan.world(11, "zh")
out = [w.digest()]
for api in c:
    from random import Random
    flat = api.prepared.draw(w, Random(4))
    if flat is not None:
        o = w.call(api.name, api.wire.encode([flat]))
        out.append(repr(o.record()))
print(w.digest(), *out)
"""


def test_another_process_with_another_hash_seed_gives_the_same() -> None:
    outputs = set()
    for hash_seed in ("0", "1", "4242"):
        env = {**os.environ, "PYTHONHASHSEED": hash_seed}
        done = subprocess.run([sys.executable, "-c", SCRIPT, str(PACKS)], env=env, capture_output=True, text=True, check=True)
        outputs.add(done.stdout)
    assert len(outputs) == 1


def test_an_unknown_api_is_a_fault(world: World) -> None:
    fault = world.call("flyBike", {}).fault
    assert fault is not None and fault.record() == {"error": {"code": "unknown_api", "message": "There is no API named flyBike."}}


def test_an_api_of_a_pack_that_is_not_in_the_world_is_unknown(catalogue: Catalogue, packs: list[Pack]) -> None:
    world = WorldPlan(catalogue, packs[:1]).world(0, "en")
    other = next(iter(packs[1].operations))
    fault = world.call(other, {}).fault
    assert fault is not None and fault.code == "unknown_api"


def test_wrong_arguments_are_a_fault_that_names_the_place(world: World) -> None:
    fault = world.call("setPressure", {"bikeNo": "BK0001", "pressure": 99}).fault
    assert fault is not None
    assert (fault.code, fault.where, fault.message) == ("invalid_arguments", "$.pressure", "pressure must be at most 9, not 99")


def test_the_difference_is_seen_both_ways(world: World) -> None:
    before = world.snapshot()
    one, two = list(world.rows("workshop.bill"))[:2]
    world.remove("workshop.bill", one)
    world.replace("workshop.bill", two, {**world.rows("workshop.bill")[two], "total": 1.0})
    world.insert("workshop.bill", "BL9999", {"bill_no": "BL9999", "title": "x", "total": 2.0, "jobs": 1})
    changes = {change.key: change for change in diff(before, world.tables)}
    assert {key: change.kind for key, change in changes.items()} == {one: "removed", two: "changed", "BL9999": "added"}
    assert changes[two].after == {"total": 1.0}
    assert changes[one].before == before["workshop.bill"][one]
    back = {change.key: change.kind for change in diff(world.tables, before)}
    assert back == {one: "added", two: "changed", "BL9999": "removed"}
    assert diff(before, before) == []


def test_replay_gives_the_same_outcomes_and_end() -> None:
    world = PLAN.world(21, "zh")
    key = next(iter(world.rows("workshop.bike")))
    calls = [
        Call("setPressure", {"bikeNo": key, "pressure": 3}),
        Call("getBike", {"bikeNo": "BK0000"}),
        Call("getBike", {"bikeNo": key}),
    ]
    outcomes = tuple(world.call(call.name, call.arguments) for call in calls)
    again = replay(PLAN, 21, "zh", calls)
    assert again.outcomes == outcomes
    assert again.digest == world.digest()
    assert [(change.key, change.after) for change in again.changes] == [(key, {"pressure": 3.0})] or again.changes == ()


def test_time_only_moves_when_told_and_can_be_taken_back(world: World) -> None:
    now = world.now
    world.advance(90)
    assert world.now > now
    world.undo()
    assert world.now == now


def test_a_dump_holds_every_row(world: World, tmp_path: Path) -> None:
    path = tmp_path / "world.sqlite"
    dump(world, path)
    with sqlite3.connect(path) as database:
        for table, rows in world.tables.items():
            assert database.execute(f'SELECT count(*) FROM "{table}"').fetchone() == (len(rows),)
    database.close()
    with pytest.raises(ToolsimError, match="is there already"):
        dump(world, path)
    with pytest.raises(ToolsimError, match="cannot be written"):
        dump(world, tmp_path / "nowhere" / "world.sqlite")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["world.sqlite"]
