"""Offered tools: the gold ones always, as many as the category says, near ones before far ones, none that is refused, shuffled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from random import Random

import pytest

from tests.scenario.corpus import CASES, Corpus
from toolsim.apis.catalogue import Catalogue
from toolsim.base.text import Language
from toolsim.scenario.categories import categories
from toolsim.scenario.needs import draw_need
from toolsim.scenario.offers import Offers, WordIndex
from toolsim.scenario.planners import unserved
from toolsim.scenario.rivals import rivals
from toolsim.scenario.setting import Setting, make_setting

each = pytest.mark.parametrize(("category", "language"), CASES)
MakeSetting = Callable[..., Setting]


def settings(corpus: Corpus, category: str, count: int) -> list[Setting]:
    """Make settings that differ in nothing but their chance."""
    world = corpus.world(0, 1, "en")
    target = corpus.catalogue.of(world.plan.packs[0])[0]
    return [make_setting("x", 1, corpus.catalogue, world, categories()[category], target, Random(seed)) for seed in range(count)]


@each
def test_what_the_script_calls_is_offered_and_nothing_twice(corpus: Corpus, category: str, language: Language) -> None:
    for scenario, _ in corpus.of(category, language):
        assert {call.name for call in scenario.calls} <= set(scenario.tools)
        assert len(set(scenario.tools)) == len(scenario.tools)


@each
def test_as_many_tools_are_offered_as_the_category_says(corpus: Corpus, category: str, language: Language) -> None:
    kind = categories()[category]
    for scenario, _ in corpus.of(category, language):
        gold = len({call.name for call in scenario.calls})
        assert max(kind.least_tools, gold) <= len(scenario.tools) <= max(kind.most_tools, gold + 2)


@each
def test_there_are_always_tools_that_are_not_the_right_ones(corpus: Corpus, category: str, language: Language) -> None:
    for scenario, _ in corpus.of(category, language):
        assert len(set(scenario.tools) - {call.name for call in scenario.calls}) >= 2


def test_what_is_refused_is_never_offered(corpus: Corpus) -> None:
    refused = frozenset(api.name for api in corpus.catalogue.of(corpus.packs[0])[1::2])
    for setting in settings(corpus, "normal.similar_api", 20):
        assert not refused & set(Offers(corpus.catalogue).choose(setting, [setting.target], "look it up", refused))


def test_a_refused_api_is_not_offered_even_if_it_is_wanted_first(corpus: Corpus) -> None:
    wanted = corpus.catalogue.of(corpus.packs[0])[1]
    for setting in settings(corpus, "normal.similar_api", 10):
        assert wanted.name not in corpus.planner.offers.choose(setting, [setting.target], "", frozenset({wanted.name}), [wanted])


def test_wanted_look_alikes_are_offered_whatever_the_words_say(corpus: Corpus) -> None:
    wanted = corpus.catalogue.of(corpus.packs[0])[5:7]
    for setting in settings(corpus, "normal.similar_api", 20):
        chosen = corpus.planner.offers.choose(setting, [setting.target], "weather tomorrow", first=wanted)
        assert {wanted[0].name} <= set(chosen)
        assert {api.name for api in wanted} <= set(chosen) or len(chosen) == 4


def test_more_gold_apis_than_the_category_offers_are_all_offered(corpus: Corpus) -> None:
    gold = corpus.catalogue.of(corpus.packs[0])[:14]
    (setting,) = settings(corpus, "normal.single_turn.single_function", 1)
    chosen = corpus.planner.offers.choose(setting, gold, "do it")
    assert {api.name for api in gold} <= set(chosen) and len(chosen) == 16


def test_without_a_gold_api_tools_are_offered_all_the_same(corpus: Corpus) -> None:
    for setting in settings(corpus, "special.irrelevant", 10):
        assert 3 <= len(corpus.planner.offers.choose(setting, [], "do it")) <= 10


def test_the_gold_api_stands_at_any_place(corpus: Corpus) -> None:
    places: Counter[float] = Counter()
    for setting in settings(corpus, "normal.single_turn.single_function", 300):
        chosen = corpus.planner.offers.choose(setting, [setting.target], "do it")
        places[round(chosen.index(setting.target.name) / (len(chosen) - 1) * 3)] += 1
    assert set(places) == {0, 1, 2, 3} and min(places.values()) > 25


def test_near_tools_outnumber_far_ones_and_both_are_there(corpus: Corpus) -> None:
    near = far = 0
    for setting in settings(corpus, "normal.single_turn.single_function", 60):
        for name in corpus.planner.offers.choose(setting, [setting.target], "do it"):
            held = corpus.catalogue.api(name).pack is setting.world.plan.packs[0]
            near, far = near + held, far + (not held)
    assert near > far > 60


def test_tools_like_the_words_come_before_others(corpus: Corpus) -> None:
    likest = corpus.planner.offers.index(corpus.packs[0], "en").rank(
        corpus.catalogue.of(corpus.packs[0])[7].operation.description.en
    )[0]
    for setting in settings(corpus, "normal.single_turn.single_function", 20):
        assert likest.name in corpus.planner.offers.choose(setting, [setting.target], likest.operation.description.en)


def test_a_pack_alone_offers_its_own_tools(setting: MakeSetting, workshop: Catalogue) -> None:
    here = setting("setPressure", "normal.single_turn.single_function")
    chosen = Offers(workshop).choose(here, [here.target], "pump my Heron to 4 bar")
    assert set(chosen) <= {api.name for api in workshop} and len(chosen) >= 4


def test_the_same_chance_offers_the_same(corpus: Corpus) -> None:
    one, two = (settings(corpus, "agent.multi_step", 1)[0] for _ in range(2))
    other = Offers(corpus.catalogue)
    other.choose(settings(corpus, "agent.multi_step", 2)[1], [one.target], "something else before")
    assert corpus.planner.offers.choose(one, [one.target], "do it") == other.choose(two, [two.target], "do it")


# --- the index of words ---


@pytest.mark.parametrize(
    ("text", "language", "first"), [("Set the tyre pressure", "en", "setPressure"), ("注销自行车", "zh", "deleteBike")]
)
def test_the_index_ranks_by_likeness_of_words(workshop: Catalogue, text: str, language: Language, first: str) -> None:
    ranked = WordIndex(list(workshop), language).rank(text)
    assert ranked[0].name == first and len(ranked) == len(workshop)


def test_words_that_no_api_has_keep_the_order(workshop: Catalogue) -> None:
    apis = list(workshop)
    assert WordIndex(apis, "en").rank("zzzz qqqq") == apis


def test_words_give_an_api_away_when_it_ranks_first(workshop: Catalogue) -> None:
    offers = Offers(workshop)
    assert offers.gives_away(workshop.api("setPressure"), "Set the tyre pressure", "en")
    assert not offers.gives_away(workshop.api("getBike"), "Set the tyre pressure", "en")


def test_look_alikes_are_of_the_same_pack_and_never_the_api_itself(workshop: Catalogue) -> None:
    alike = Offers(workshop).lookalikes(workshop.api("addCredit"))
    assert "useCredit" in {api.name for api in alike} and workshop.api("addCredit") not in alike


def test_nothing_offered_serves_an_irrelevant_need_wherever_it_comes_from(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = []

    def remember(*args: object, **kwargs: object) -> object:
        drawn.append(draw_need(*args, **kwargs))  # type: ignore[arg-type]
        return drawn[-1]

    monkeypatch.setattr(unserved, "draw_need", remember)
    for index in range(len(corpus.packs)):
        for again in range(4):
            planned = corpus.plan("special.irrelevant", "en", index, again)
            if planned.scenario is not None:
                offered = [corpus.catalogue.api(name) for name in planned.scenario.tools]
                assert drawn[-1].api not in offered
                assert not rivals(planned.world, drawn[-1], offered)
    assert len(drawn) >= 32
