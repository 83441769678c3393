"""Search, graphs, validation in words, mutants, statistics."""

from __future__ import annotations

import pytest

from toolsim.apis.catalogue import Catalogue
from toolsim.apis.graphs import dot, lookalike_graph, supplier_graph
from toolsim.apis.mutants import mutants
from toolsim.apis.search import SearchIndex, tokens
from toolsim.apis.statistics import measure


def test_tokens_are_stems_and_pairs_of_characters() -> None:
    assert tokens("Clinic_findDoctors by rating") == ["clinic", "find", "doctor", "by", "rat"]
    assert tokens("查余额") == ["查余", "余额"]


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("freeze account", "freeze_account"),
        ("冻结账户", "freeze_account"),
        ("compare bicycles", "compareBikes"),
        ("试骑", "scheduleRide"),
    ],
)
def test_search_finds_in_both_languages(catalogue: Catalogue, workshop: Catalogue, words: str, name: str) -> None:
    hits = SearchIndex([*catalogue, *workshop]).search(words)
    assert name in [hit.api.name for hit in hits[:3]]
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_search_for_nothing_known_finds_nothing(workshop: Catalogue) -> None:
    assert SearchIndex(workshop).search("qqqq zzzz") == []


def test_suppliers_are_reads_that_give_a_needed_key(workshop: Catalogue) -> None:
    graph = supplier_graph(workshop)
    assert graph.has_edge("findBikes", "getBike")
    assert graph.edges["findBikes", "getBike"]["tables"] == {"workshop.bike"}
    assert not graph.has_edge("createBike", "getBike")
    assert not list(graph.predecessors("convertPressure"))
    assert '"findBikes" -> "getBike" [label="workshop.bike"];' in dot(graph, "workshop")


def test_lookalikes_share_entity_verb_or_words(workshop: Catalogue) -> None:
    graph = lookalike_graph(workshop)
    assert {"same entity", "same verb"} <= set(graph.edges["addCredit", "useCredit"]["reasons"])
    assert not graph.has_edge("convertPressure", "draftLetter")
    assert all(0 < data["weight"] <= 1 for _, _, data in graph.edges(data=True))


VALID = {"bikeNo": "BK0001", "changes": {"pressure": 3, "gearing": {"front": 40, "rear": 20}}}


@pytest.mark.parametrize(
    ("arguments", "en", "zh"),
    [
        ({**VALID, "bikeNo": "X"}, "bikeNo must match ^BK[0-9]{4}$, which X does not", "bikeNo的格式应为^BK[0-9]{4}$，X不符合"),
        ({"changes": {"pressure": 3}}, "bikeNo is missing in the arguments", "参数缺少bikeNo"),
        ({**VALID, "changes": {}}, "changes needs at least 1 of its fields", "changes至少要填写1项"),
        ({**VALID, "changes": {"pressure": 11}}, "changes.pressure must be at most 9, not 11", "changes.pressure不能大于9，实际为11"),
        ({**VALID, "more": 1}, "the arguments may not have more", "参数不支持more"),
        ({**VALID, "changes": {"pressure": "3"}}, "changes.pressure must be of type number, not 3", "changes.pressure的类型应为number，实际为3"),
    ],
)  # fmt: skip
def test_violations_are_told_in_words(workshop: Catalogue, arguments: dict[str, object], en: str, zh: str) -> None:
    validator = workshop.api("updateBike").arguments
    assert validator.is_valid(VALID)
    (violation,) = validator.violations(arguments)
    assert violation.say("en") == en
    assert violation.say("zh") == zh


def test_formats_are_checked(workshop: Catalogue) -> None:
    validator = workshop.api("createBike").arguments
    facts = {"owner": "P00001", "model": "Heron", "pressure": 4, "gearing": {"front": 40, "rear": 20}}
    assert validator.is_valid({**facts, "bought": "2024-02-29"})
    assert not validator.is_valid({**facts, "bought": "2023-02-29"})


def test_mutants_cover_every_rule_and_are_all_refused(workshop: Catalogue) -> None:
    rules = set()
    for api in workshop:
        for example in api.spec("en").examples:
            for mutant in mutants(api.wire.parameters("en"), example):
                rules.add(mutant.rule)
                assert not api.arguments.is_valid(mutant.arguments), (api.name, mutant)
                assert api.arguments.is_valid(example), "the example itself was changed"
    assert rules >= {
        "type", "required", "additionalProperties", "minProperties", "enum", "pattern", "format", "minimum", "maximum", "minItems", "maxItems",
        "uniqueItems", "minLength", "maxLength",
    }  # fmt: skip


def test_statistics_add_up(workshop: Catalogue) -> None:
    figures = measure(workshop)
    assert figures["apis"] == len(workshop) == 32
    verbs, shares = figures["verbs"], figures["depth_share"]
    assert isinstance(verbs, dict) and sum(verbs.values()) == 32
    assert isinstance(shares, dict) and sum(shares.values()) == pytest.approx(1, abs=0.01)
