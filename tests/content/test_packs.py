"""Every pack of the pool: its size, its lint, and every operation executed in both languages."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from toolsim.apis.catalogue import Catalogue, open_catalogue
from toolsim.apis.lint import lint, near_duplicates
from toolsim.world.trial import try_pack
from toolsim.world.world import WorldPlan

PACKS = sorted(open_catalogue().taxonomy.packs)
REDUCED, FULL = 3, 30


@pytest.fixture(params=PACKS)
def name(request: pytest.FixtureRequest) -> str:
    """The name of one pack."""
    return str(request.param)


def test_there_are_sixteen_packs_two_in_each_domain(catalogue: Catalogue) -> None:
    domains = [pack.partition("/")[0] for pack in catalogue.taxonomy.packs]
    assert {domain: domains.count(domain) for domain in catalogue.taxonomy.domains} == dict.fromkeys(
        catalogue.taxonomy.domains, 2
    )
    assert len(catalogue) >= 1056


def test_a_pack_has_at_least_sixty_six_operations(catalogue: Catalogue, name: str) -> None:
    assert len(catalogue.pack(name).operations) >= 66


def test_a_pack_is_clean_of_lint(catalogue: Catalogue, name: str) -> None:
    pack = catalogue.pack(name)
    assert list(map(str, lint(pack, catalogue.of(pack)))) == []


def test_no_two_descriptions_of_the_pool_are_alike(catalogue: Catalogue) -> None:
    assert list(map(str, near_duplicates(list(catalogue)))) == []


def broken(catalogue: Catalogue, name: str, worlds: int) -> list[str]:
    """Execute every operation of a pack and list the broken promises."""
    pack = catalogue.pack(name)
    trials = try_pack(WorldPlan(catalogue, [pack]), catalogue.of(pack), worlds)
    return [f"{trial.api.name} ({trial.language}): {text}" for trial in trials for text in trial.complaints]


def test_every_operation_keeps_its_promises(catalogue: Catalogue, name: str) -> None:
    complaints = [c for c in broken(catalogue, name, REDUCED) if "never" not in c]
    assert complaints == []


@pytest.mark.sweep
def test_every_operation_keeps_its_promises_in_thirty_worlds(catalogue: Catalogue, name: str) -> None:
    assert broken(catalogue, name, FULL) == []


DIGESTS = """
import sys
from toolsim.apis.catalogue import open_catalogue
from toolsim.base import seeds
from toolsim.world.trial import valid_arguments
from toolsim.world.world import WorldPlan
c = open_catalogue()
pack = c.pack(sys.argv[1])
plan = WorldPlan(c, [pack])
for seed in range(int(sys.argv[2])):
    for language in ("en", "zh"):
        world = plan.world(seed, language)
        print(world.digest())
        for api in c.of(pack):
            arguments = valid_arguments(api, world, seeds.stream(seed, api.name), 10)
            if arguments is not None:
                world.run(api, arguments)
        print(world.digest())
"""


def same_elsewhere(name: str, seeds: int) -> bool:
    """Tell whether two processes with other hash seeds give the same digests, before and after calls."""
    outputs = set()
    for hash_seed in ("1", "977"):
        env = {**os.environ, "PYTHONHASHSEED": hash_seed}
        done = subprocess.run(
            [sys.executable, "-c", DIGESTS, name, str(seeds)], env=env, capture_output=True, text=True, check=True
        )
        assert len(done.stdout.split()) == seeds * 4
        outputs.add(done.stdout)
    return len(outputs) == 1


def test_a_seed_gives_the_same_digests_in_another_process(name: str) -> None:
    assert same_elsewhere(name, 1)


@pytest.mark.sweep
def test_thirty_seeds_give_the_same_digests_in_another_process(name: str) -> None:
    assert same_elsewhere(name, FULL)
