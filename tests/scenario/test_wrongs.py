"""Wrong values break the rule that they name, and are said as people say such things."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from random import Random

import pytest

from tests.scenario.corpus import Corpus
from toolsim.apis.api import Api
from toolsim.apis.leaves import ArgumentLeaf, leaves
from toolsim.apis.paths import put
from toolsim.base.text import LANGUAGES, Language
from toolsim.scenario.needs import Need, draw_need
from toolsim.scenario.planners.flaws import ErrorParam
from toolsim.scenario.setting import PlanFailed
from toolsim.scenario.wrongs import Wrong, wrongs
from toolsim.taxonomy.declarations import NUMERIC, Kind
from toolsim.wording.requests import Phrasing
from toolsim.world.world import World

both = pytest.mark.parametrize("language", LANGUAGES)


@pytest.fixture(scope="module")
def broken(corpus: Corpus) -> dict[Language, list[tuple[World, Need, ArgumentLeaf, str, Wrong]]]:
    """Every wrong value for every told one, of one call of each API of some packs."""
    return {language: list(_broken(corpus, language)) for language in LANGUAGES}


def _broken(corpus: Corpus, language: Language) -> Iterator[tuple[World, Need, ArgumentLeaf, str, Wrong]]:
    for index in range(0, len(corpus.packs), 3):
        world = corpus.world(index, 1, language)
        for number, api in enumerate(corpus.catalogue.of(world.plan.packs[0])):
            if api.wire.entry is not None:
                continue
            rng = Random(number)
            try:
                need = draw_need(api, world, rng, tries=8)
            except PlanFailed:
                continue
            told = {(t.name, t.entry, t.steps): t.words for t in Phrasing(world, api, rng, by_key=True).request(need.flats).told}
            for leaf in leaves(api, need.arguments):
                words = told.get((leaf.name, leaf.entry, leaf.steps))
                if words is not None:
                    for wrong in wrongs(api, leaf, words, world, rng):
                        yield world, need, leaf, words, wrong


def rules(api: Api, need: Need, leaf: ArgumentLeaf, wrong: Wrong) -> list[tuple[str, str]]:
    return [(v.path, v.rule) for v in api.arguments.violations(put(need.arguments, leaf.path, wrong.value))]


@both
def test_a_refused_value_breaks_the_rule_that_it_names(
    broken: dict[Language, list[tuple[World, Need, ArgumentLeaf, str, Wrong]]], language: Language
) -> None:
    seen: dict[str, int] = defaultdict(int)
    for _, need, leaf, _, wrong in broken[language]:
        found = rules(need.api, need, leaf, wrong)
        if found:
            assert (leaf.path, wrong.rule) in found, (need.api.name, leaf.path, wrong, found)
            seen[wrong.rule] += 1
    assert set(seen) >= {"minimum", "maximum", "enum", "format", "pattern"}


@both
def test_nearly_every_wrong_value_is_refused(
    broken: dict[Language, list[tuple[World, Need, ArgumentLeaf, str, Wrong]]], language: Language
) -> None:
    refused = [bool(rules(need.api, need, leaf, wrong)) for _, need, leaf, _, wrong in broken[language]]
    assert len(refused) > 200 and sum(refused) / len(refused) > 0.9


@both
def test_a_wrong_value_is_never_said_like_the_right_one(
    broken: dict[Language, list[tuple[World, Need, ArgumentLeaf, str, Wrong]]], language: Language
) -> None:
    for _, need, leaf, words, wrong in broken[language]:
        assert wrong.words and wrong.words != words and wrong.value != leaf.value, (need.api.name, leaf.path, wrong)


@both
def test_wrong_numbers_lie_outside_the_range_and_are_said_in_figures(
    broken: dict[Language, list[tuple[World, Need, ArgumentLeaf, str, Wrong]]], language: Language
) -> None:
    numbers = [(leaf, wrong) for _, _, leaf, _, wrong in broken[language] if leaf.field.kind in NUMERIC]
    assert len(numbers) > 50
    for leaf, wrong in numbers:
        low, high = leaf.field.min, leaf.field.max
        assert (wrong.rule == "maximum" and high is not None and wrong.value > high) or (low is not None and wrong.value < low)


@both
def test_a_wrong_option_is_no_option_under_any_name(
    broken: dict[Language, list[tuple[World, Need, ArgumentLeaf, str, Wrong]]], language: Language
) -> None:
    chosen = [(leaf, wrong) for _, _, leaf, _, wrong in broken[language] if leaf.field.kind in (Kind.ENUM, Kind.STATE)]
    assert len(chosen) > 20
    for leaf, wrong in chosen:
        own = {name.casefold() for option in leaf.field.options for name in (option.code, option.label.en, option.label.zh)}
        assert wrong.words.casefold() not in own, (leaf.field.name, wrong)


@both
def test_a_garbled_number_keeps_the_rest_of_the_words(
    broken: dict[Language, list[tuple[World, Need, ArgumentLeaf, str, Wrong]]], language: Language
) -> None:
    keys = [(leaf, words, wrong) for _, _, leaf, words, wrong in broken[language] if leaf.field.kind is Kind.REF]
    assert len(keys) > 20
    for leaf, words, wrong in keys:
        assert wrong.words == words.replace(str(leaf.value), str(wrong.value)) and abs(len(wrong.value) - len(leaf.value)) == 1


@both
def test_impossible_days_and_hours_are_said_as_written(
    broken: dict[Language, list[tuple[World, Need, ArgumentLeaf, str, Wrong]]], language: Language
) -> None:
    moments = [wrong for _, _, leaf, _, wrong in broken[language] if leaf.field.kind in (Kind.DATE, Kind.TIME)]
    assert len(moments) > 10
    for wrong in moments:
        figures = [int(part) for part in wrong.value.replace("-", ":").split(":")]
        said = wrong.words
        assert all(str(figure) in said for figure in (figures[-1:] if "-" in wrong.value else figures[:1]))


def test_a_value_that_nothing_can_be_wrong_with_gives_none(corpus: Corpus) -> None:
    flags = [(api, field) for api in corpus.catalogue for field in api.prepared.params if field.kind is Kind.FLAG][:20]
    world = corpus.world(0, 1, "en")
    for api, field in flags:
        leaf = ArgumentLeaf(f"$.{field.name}", field.name, 0, (), field, True)
        assert list(wrongs(api, leaf, "yes", world, Random(1))) == []


def test_a_need_without_breakable_values_cannot_be_planned(corpus: Corpus) -> None:
    """Where every wrong value is one that the spec would take, planning says so."""
    world = corpus.world(0, 1, "en")
    api = next(api for api in corpus.catalogue.of(world.plan.packs[0]) if api.prepared.params)
    leaf = ArgumentLeaf("$.x", "x", 0, (), api.prepared.params[0], "v")
    assert not ErrorParam()._refused(Need(api, [{}], {}), "$", Wrong(draw_need(api, world, Random(1)).arguments, "", "")), leaf
