"""Packs share people, wallets and calendars, so that one task can cross them."""

from __future__ import annotations

import pytest

from toolsim.apis.catalogue import Catalogue
from toolsim.base import seeds
from toolsim.world.trial import valid_arguments
from toolsim.world.world import World, WorldPlan

SHARING = ("entertainment/travel", "others/urban_life")


@pytest.fixture
def worlds(catalogue: Catalogue) -> list[World]:
    """Worlds of two packs that both pay from wallets."""
    plan = WorldPlan(catalogue, [catalogue.pack(name) for name in SHARING])
    return [plan.world(seed, "en") for seed in range(12)]


def test_what_one_pack_takes_from_a_wallet_the_other_misses(catalogue: Catalogue, worlds: list[World]) -> None:
    paying = [
        api
        for name in SHARING
        for api in catalogue.of(catalogue.pack(name))
        if any(a.path == "wallet.balance" for a in api.operation.sets)
    ]
    assert {api.pack.name for api in paying} == set(SHARING)
    finding = {name: next(a for a in catalogue.of(catalogue.pack(name)) if a.operation.target == "wallet") for name in SHARING}
    seen = 0
    for world in worlds:
        for api in paying:
            arguments = valid_arguments(api, world, seeds.stream(world.seed, api.name))
            if arguments is None:
                continue
            before = {key: row["balance"] for key, row in world.rows("wallet").items()}
            assert world.call(api.name, arguments).ok
            (other,) = (name for name in SHARING if name != api.pack.name)
            found = world.call(finding[other].name, {}).result
            assert found is not None
            after = {item.get("walletId") or item["wallet_id"]: item["balance"] for item in found["items"]}
            (changed,) = (key for key in before if before[key] != after[key])
            assert after[changed] < before[changed]
            seen += 1
            world.undo()
    assert seen > 6


def test_all_packs_fit_into_one_world(catalogue: Catalogue) -> None:
    packs = list(catalogue.taxonomy.packs.values())
    world = WorldPlan(catalogue, packs).world(3, "zh")
    assert sum(table == "person" for table in world.tables) == 1
    assert len(world.tables) > 150
    for pack in packs:
        name = next(
            api.name for api in catalogue.of(pack) if api.operation.verb == "find" and not api.prepared.params[0].required
        )
        assert world.call(name, {}).ok
