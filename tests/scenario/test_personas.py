"""Personas, profiles and small talk: complete in both languages, fitting in age, and never the same thing twice."""

from __future__ import annotations

import re
from collections import Counter
from random import Random

import pytest

from toolsim.base.text import HAN, LANGUAGES, Language
from toolsim.scenario.personas import Persona, chats, fitting, personas, profile_facts
from toolsim.wording.voice import _GREETS

CODE = re.compile(r"[a-z]+_[a-z]+|[{}<>]")


def test_personas_have_names_of_their_own_and_manners_that_exist() -> None:
    every = personas()
    assert len(every) >= 60 and len({p.name for p in every}) == len(every)
    assert {p.manner for p in every} == set(_GREETS)
    assert {p.you for p in every} == {"你", "您"}


def test_personas_are_labelled_in_both_languages() -> None:
    for persona in personas():
        assert HAN.search(persona.label.zh) and persona.label.en.isascii() and not CODE.search(persona.label.en)


def test_some_people_type_carelessly_and_most_do_not() -> None:
    careless = sum(p.slips for p in personas())
    assert 0 < careless < len(personas()) / 2


@pytest.mark.parametrize("age", [19, 33, 47, 62, 78])
def test_a_persona_is_near_in_age(age: int) -> None:
    chosen = [fitting(personas(), age, Random(seed)) for seed in range(40)]
    assert all(abs(p.age - age) <= 6 for p in chosen) and len({p.name for p in chosen}) >= 3


def test_the_nearest_persona_is_taken_where_none_is_near() -> None:
    old = [Persona(f"p{n}", personas()[0].label, 60 + n, "plain", "你", False) for n in range(40)]
    assert all(fitting(old, 20, Random(seed)).age < 80 for seed in range(40))


def test_the_same_chance_chooses_the_same_persona() -> None:
    assert fitting(personas(), 40, Random(7)) is fitting(personas(), 40, Random(7))


@pytest.mark.parametrize("language", LANGUAGES)
def test_profiles_have_enough_facts_none_of_them_twice(language: Language) -> None:
    labels = [(fact.section.say(language), fact.label.say(language)) for fact in profile_facts()]
    assert len(labels) >= 30 and len(set(labels)) == len(labels)


def test_a_fact_has_the_same_options_in_both_languages() -> None:
    for fact in profile_facts():
        assert (len(fact.options) >= 2) != (fact.low < fact.high), fact.label.en
        for language in LANGUAGES:
            said = [option.say(language) for option in fact.options]
            assert len(set(said)) == len(said), fact.label.en


def test_a_fact_is_drawn_from_its_options_or_its_range() -> None:
    for fact in profile_facts():
        drawn = {fact.draw(Random(seed), "zh") for seed in range(30)}
        assert len(drawn) > 1
        assert all(fact.low <= one <= fact.high if isinstance(one, int) else one in {o.zh for o in fact.options} for one in drawn)


@pytest.mark.parametrize("language", LANGUAGES)
def test_small_talk_is_varied_and_answered_in_its_language(language: Language) -> None:
    every = chats(language)
    assert len(every) >= 30 and max(Counter(chat.user for chat in every).values()) == 1
    assert len({chat.kind for chat in every}) >= 3
    for chat in every:
        assert chat.user and chat.assistant and not CODE.search(chat.user + chat.assistant)
        assert bool(HAN.search(chat.assistant)) == (language == "zh"), chat.assistant


def test_small_talk_in_chinese_never_mixes_the_forms_of_address() -> None:
    for chat in chats("zh"):
        assert not ("您" in chat.assistant and "你" in chat.assistant), chat.assistant
