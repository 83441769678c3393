"""Wire shape and naming are reversible."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import PACKS
from toolsim.apis.api import Api
from toolsim.apis.catalogue import open_catalogue
from toolsim.apis.naming import STYLES, camel, pascal, renamer
from toolsim.world.world import WorldPlan

WORKSHOP = open_catalogue([PACKS], "others/workshop")
POOL = open_catalogue()
APIS = [*POOL, *WORKSHOP]
PLANS = {pack.name: WorldPlan(POOL, [pack]) for pack in POOL.taxonomy.packs.values()}
PLANS["others/workshop"] = WorldPlan(WORKSHOP, [WORKSHOP.pack("workshop")])
WORLDS = {name: plan.world(1, "zh") for name, plan in PLANS.items()}


def drawn(api: Api, seed: int, entries: int) -> list[dict[str, Any]]:
    """Draw flat arguments; entries of a batch share what stands outside it."""
    rng, world = Random(seed), WORLDS[api.pack.name]
    flats = [api.prepared.draw_any(world, rng) or {} for _ in range(entries if api.wire.entry else 1)]
    shared = {leaf.field.name for leaf in api.wire.root.leaves()} if api.wire.entry else set()
    common = {name: value for name, value in flats[0].items() if name in shared}
    return [{**{n: v for n, v in flat.items() if n not in shared}, **common} for flat in flats]


@given(st.sampled_from(APIS), st.integers(0, 10**6), st.integers(1, 5))
@settings(max_examples=500, deadline=None)
def test_what_is_encoded_decodes_to_itself_and_back(api: Api, seed: int, entries: int) -> None:
    flats = drawn(api, seed, entries)
    wire = api.wire.encode(flats)
    assert api.wire.decode(wire) == flats
    assert api.wire.encode(api.wire.decode(wire)) == wire


def test_a_range_in_a_group_becomes_an_object() -> None:
    wire = WORKSHOP.api("findBikes").wire
    flat = {"status": "ready", "pressure_min": 2.0, "limit": 3}
    assert wire.encode([flat]) == {"limit": 3, "filters": {"status": "ready", "pressure": {"min": 2.0}}}


def test_nothing_stands_in_for_an_empty_group() -> None:
    wire = WORKSHOP.api("findBikes").wire
    assert wire.encode([{}]) == {}
    assert not WORKSHOP.api("findBikes").arguments.is_valid({"filters": {}})


def test_several_fields_of_an_update_stand_under_changes() -> None:
    schema = WORKSHOP.api("updateBike").wire.parameters("en")
    assert schema["required"] == ["bikeNo", "changes"]
    assert schema["properties"]["changes"]["minProperties"] == 1


def test_a_batch_shares_what_it_does_not_vary() -> None:
    wire = WORKSHOP.api("createJobs").wire
    flats = [{"bike": "BK0001", "slot": "SL001", "part": part} for part in ("bell", "chain")]
    encoded = wire.encode(flats)
    assert encoded == {"jobs": [{"part": "bell"}, {"part": "chain"}], "bike": "BK0001", "slot": "SL001"}
    assert wire.decode(encoded) == flats


def test_names_inside_values_follow_the_style() -> None:
    assert camel("amount_min") == "amountMin"
    assert pascal("amount_min") == "AmountMin"
    assert renamer("Service_method")("amount_min") == "amountMin"


@pytest.mark.parametrize(
    ("style", "good", "bad"),
    [
        ("snake", "freeze_account", "freezeAccount"),
        ("camel", "freezeAccount", "freeze_account"),
        ("Pascal", "FreezeAccount", "freezeAccount"),
        ("Service_method", "Bank_freezeAccount", "bank_freeze"),
    ],
)
def test_styles_tell_names_apart(style: str, good: str, bad: str) -> None:
    assert STYLES[style].match(good)
    assert not STYLES[style].match(bad)
