"""Requests tell every argument, by what rows are known as, and leave no residue of templates."""

from __future__ import annotations

import re
from random import Random
from typing import Any

import pytest

from toolsim.apis.catalogue import Catalogue
from toolsim.base.text import HAN, LANGUAGES, Language
from toolsim.taxonomy.declarations import Pack
from toolsim.wording.pointing import Pointer
from toolsim.wording.requests import Phrasing
from toolsim.wording.samples import sample_requests
from toolsim.world.world import World, WorldPlan

RESIDUE = re.compile(
    r"[{}]|\bNone\b|\bTrue\b|\bFalse\b|\bundefined\b|\b[a-z]+_[a-z_]+\b|  |,,|的的|，，|、、|、，|\bthe the\b|\ba a\b"
)


def said(world: World, workshop: Catalogue, name: str, *flats: dict[str, Any], seed: int = 0) -> str:
    return Phrasing(world, workshop.api(name), Random(seed)).request(list(flats)).text


@pytest.fixture
def bike(world: World) -> dict[str, Any]:
    """A bicycle with a known face, owned by the person whose session it is."""
    me = next(iter(world.rows("person")))
    row = next(iter(world.rows("workshop.bike").values()))
    known = {**row, "model": "Heron", "owner": me}
    world.replace("workshop.bike", row["bike_no"], known)
    return known


def test_rows_are_pointed_at_by_what_they_are_known_as(world: World, workshop: Catalogue, bike: dict[str, Any]) -> None:
    pack = workshop.pack("workshop")
    pointer = Pointer(world, pack, Random(0))
    assert pointer.key(pack.entity("bike"), bike["bike_no"]) == "my bicycle Heron"
    me = world.rows("person")[bike["owner"]]
    other = Pointer(world, pack, Random(0))
    other.me = "somebody else"
    assert other.key(pack.entity("bike"), bike["bike_no"]) == f"{me['name']}'s bicycle Heron"
    assert other.key(pack.entity("person"), bike["owner"]) == me["name"]
    assert pointer.key(pack.entity("bike"), "BK0000") == "BK0000"


def test_slots_hold_values_in_words(world: World, workshop: Catalogue, bike: dict[str, Any]) -> None:
    text = said(world, workshop, "setPressure", {"bike_no": bike["bike_no"], "pressure": 4.5})
    assert text in ("Set my bicycle Heron to 4.5 bar", "I pumped my bicycle Heron to 4.5 bar")


def test_ranges_and_filters_become_clauses(world: World, workshop: Catalogue) -> None:
    text = said(world, workshop, "findBikes", {"status": "ready", "pressure_min": 2.0, "pressure_max": 3.5})
    assert "currently ready" in text and "tyre pressure between 2 bar and 3.5 bar" in text


def test_how_to_answer_is_said_last(world: World, workshop: Catalogue) -> None:
    text = said(world, workshop, "findBikes", {"status": "ready", "sort_by": "bought", "limit": 3})
    assert text.endswith("currently ready, sorted by day of purchase, at most 3 of them")


def test_defaults_are_left_unsaid(world: World, workshop: Catalogue) -> None:
    text = said(world, workshop, "findBikes", {"status": "broken", "limit": 10, "descending": False})
    assert text.endswith("currently broken")


def test_entries_of_a_batch_are_all_told(world: World, workshop: Catalogue, bike: dict[str, Any]) -> None:
    slot = next(iter(world.rows("workshop.slot")))
    shared = {"bike": bike["bike_no"], "slot": slot}
    text = said(world, workshop, "createJobs", {**shared, "part": "chain"}, {**shared, "part": "bell"})
    assert "chain" in text and "bell" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_requests_leave_no_residue_in_any_pack(catalogue: Catalogue, packs: list[Pack], language: Language) -> None:
    wrong = []
    for pack in packs:
        plan = WorldPlan(catalogue, [pack])
        for api in catalogue.of(pack)[:: 1 if language == "zh" else 2]:
            for text, _ in sample_requests(plan, api, 1, language, 1):
                foreign = HAN.search(text) if language == "en" else not HAN.search(text)
                if RESIDUE.search(text) or foreign:
                    wrong.append(f"{api.name}: {text}")
    assert wrong == []


def test_the_same_seed_says_the_same(catalogue: Catalogue, packs: list[Pack]) -> None:
    plan = WorldPlan(catalogue, [packs[0]])
    api = catalogue.of(packs[0])[5]
    assert list(sample_requests(plan, api, 4, "zh", 3)) == list(sample_requests(plan, api, 4, "zh", 3))
