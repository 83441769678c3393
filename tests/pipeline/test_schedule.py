"""The schedule follows from the configuration alone, meets the shares closely at any length, and takes packs and languages in turn."""

from __future__ import annotations

from collections import Counter
from itertools import islice

import pytest

from tests.pipeline.sitting import small
from toolsim.apis.catalogue import Catalogue
from toolsim.pipeline.config import RunConfig, content_digest
from toolsim.pipeline.schedule import Batch, Schedule
from toolsim.scenario.categories import categories, load_mix


def first(config: RunConfig, count: int) -> list[Batch]:
    return list(islice(Schedule(config), count))


def placed(batches: list[Batch]) -> Counter[str]:
    return Counter(slot.category.name for batch in batches for slot in batch.slots)


@pytest.mark.parametrize("mix", ["training", "acebench"])
@pytest.mark.parametrize("batches", [20, 60, 200])
def test_shares_are_met_closely_at_any_length(catalogue: Catalogue, mix: str, batches: int) -> None:
    shares = load_mix(mix).shares
    counted = placed(first(small(catalogue, 1, shares=shares, batch=24), batches))
    slots = 24 * batches
    for category, share in shares.items():
        kind = categories()[category]
        tolerance = 0.006 if kind.packs == 1 else 24 / slots + 0.002
        assert abs(counted[category] / slots - share) <= tolerance, category


@pytest.mark.parametrize("seed", range(4))
def test_every_stretch_of_a_run_has_every_category_of_some_weight(catalogue: Catalogue, seed: int) -> None:
    batches = first(small(catalogue, 1, batch=24, seed=seed), 60)
    heavy = {name for name, share in load_mix("training").shares.items() if share >= 0.05}
    for start in range(0, 60, 6):
        assert heavy <= set(placed(batches[start : start + 6]))


def test_a_batch_is_the_same_whoever_makes_it_and_when(catalogue: Catalogue) -> None:
    one, two = Schedule(small(catalogue, 1)), Schedule(small(catalogue, 1))
    assert [one.batch(index) for index in range(30)] == [two.batch(index) for index in reversed(range(30))][::-1]


def test_batches_do_not_depend_on_how_many_samples_are_wanted(catalogue: Catalogue) -> None:
    assert first(small(catalogue, 10), 12) == first(small(catalogue, 9999), 12)


def test_another_seed_gives_other_worlds_and_other_scenarios(catalogue: Catalogue) -> None:
    one, two = first(small(catalogue, 1), 20), first(small(catalogue, 1, seed=1), 20)
    assert not {batch.world_seed for batch in one} & {batch.world_seed for batch in two}
    assert not {slot.seed for batch in one for slot in batch.slots} & {slot.seed for batch in two for slot in batch.slots}


def test_ids_and_seeds_are_never_used_twice(catalogue: Catalogue) -> None:
    batches = first(small(catalogue, 1), 300)
    slots = [slot for batch in batches for slot in batch.slots]
    assert len({slot.id for slot in slots}) == len({slot.seed for slot in slots}) == len(slots)
    assert len({batch.world_seed for batch in batches}) == len(batches)


def test_ids_begin_with_the_language_and_name_their_place(catalogue: Catalogue) -> None:
    for batch in first(small(catalogue, 1), 20):
        assert [slot.id for slot in batch.slots] == [f"{batch.language}-{batch.index:06d}-{place:02d}" for place in range(5)]


def test_languages_take_turns(catalogue: Catalogue) -> None:
    batches = first(small(catalogue, 1), 200)
    counted = Counter(batch.language for batch in batches)
    assert abs(counted["en"] - counted["zh"]) <= 4
    assert {batch.language for batch in first(small(catalogue, 1, languages=("zh",)), 30)} == {"zh"}


def test_every_pack_is_taken_once_before_any_is_taken_again(catalogue: Catalogue) -> None:
    packs = len(catalogue.taxonomy.packs)
    shares = {"special.fault": 1.0}
    batches = first(small(catalogue, 1, shares=shares, languages=("en",)), 3 * packs)
    rounds = [Counter(batch.packs[0] for batch in batches[start : start + packs]) for start in range(0, 3 * packs, packs)]
    assert all(len(counted) == packs and set(counted.values()) == {1} for counted in rounds)
    assert len({tuple(batch.packs[0] for batch in batches[start : start + packs]) for start in range(0, 3 * packs, packs)}) == 3


def test_a_long_task_s_world_holds_two_packs_and_any_other_one(catalogue: Catalogue) -> None:
    for batch in first(small(catalogue, 1), 200):
        kinds = {slot.category.packs for slot in batch.slots}
        assert kinds == {len(batch.packs)} and len(set(batch.packs)) == len(batch.packs)


def test_a_mix_of_long_tasks_alone_can_be_scheduled(catalogue: Catalogue) -> None:
    assert all(len(batch.packs) == 2 for batch in first(small(catalogue, 1, shares={"agent.long_horizon": 1.0}), 20))


def test_with_one_pack_a_long_task_has_to_do_with_it(catalogue: Catalogue) -> None:
    config = small(catalogue, 1, shares={"agent.long_horizon": 1.0}, packs=("finance/retail_banking",))
    assert {batch.packs for batch in first(config, 4)} == {("finance/retail_banking",)}


def test_a_pack_s_apis_are_begun_with_at_ever_other_places(catalogue: Catalogue) -> None:
    config = small(catalogue, 1, shares={"special.fault": 1.0}, packs=("finance/retail_banking",), languages=("en",))
    assert [slot.first for batch in first(config, 4) for slot in batch.slots] == list(range(20))


# --- what a run depends on ---


def test_the_digest_of_a_configuration_changes_with_each_part(catalogue: Catalogue) -> None:
    base = small(catalogue, 10)
    changes = {
        "count": 11,
        "seed": 1,
        "content": "other",
        "batch": 6,
        "languages": ("zh",),
        "against": ("x:1",),
        "shares": {"special.fault": 1.0},
    }
    digests = {base.digest(), *(base.model_copy(update={name: value}).digest() for name, value in changes.items())}
    assert len(digests) == len(changes) + 1


def test_the_content_digest_changes_with_a_pack(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("packs")
    (folder / "others").mkdir()
    before = content_digest(())
    (folder / "others" / "x.yaml").write_text("pack: others/x\n")
    one = content_digest((folder,))
    (folder / "others" / "x.yaml").write_text("pack: others/y\n")
    assert len({before, one, content_digest((folder,))}) == 3
