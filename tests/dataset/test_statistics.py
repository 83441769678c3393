"""The figures of a run, from entries whose figures are known."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from toolsim.apis.catalogue import Catalogue
from toolsim.dataset.reading import Entry
from toolsim.dataset.sample import Label, Provenance, Sample
from toolsim.dataset.statistics import DEMANDS, Demand, Statistics, gather
from toolsim.roleplay.dialogue import Dialogue
from toolsim.scenario.blueprint import Scenario

GOLD = "getBike"


def entry(number: int, said: list[str], calls: int = 1, category: str = "normal.single_turn.single_function") -> Entry:
    identity, tools = f"en-{number:06d}-00", [GOLD, "findBikes", "createBike"]
    messages: list[dict[str, Any]] = []
    for text in said:
        messages += [{"role": "user", "content": text}, {"role": "assistant", "content": "ok."}]
    made = [{"id": f"c{n}", "type": "function", "function": {"name": GOLD, "arguments": "{}"}} for n in range(calls)]
    messages += [{"role": "assistant", "tool_calls": made}] if made else []
    common = {"id": identity, "category": category, "language": "en"}
    gold = [{"id": f"c{n}", "name": GOLD, "arguments": {"unknown": 1}, "sources": {}} for n in range(calls)]
    scenario = {
        **common, "packs": ["others/workshop"], "seed": 1, "world_seed": 2, "now": "2026-03-02T09:00", "persona": f"p{number % 2}",
        "manner": "terse", "you": "你", "me": "P1", "context": "x", "tools": tools, "goal": "g", "script": [], "calls": gold,
        "skeleton": f"{category}>{number % 3}",
    }  # fmt: skip
    return Entry(
        Sample.model_validate(
            {
                **common, "packs": ["others/workshop"], "skeleton": scenario["skeleton"], "world_seed": 2, "turns": len(said),
                "calls": calls, "label": Label(generator="g", method="m"),
                "provenance": Provenance(toolsim="0", content="c", run="r", seed=1, world_seed=2, actors={}),
            }
        ),
        Dialogue.model_validate({**common, "tools": tools, "messages": messages, "actors": [], "digest": ""}),
        Scenario.model_validate(scenario),
    )  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A run folder with two rejections."""
    (tmp_path / "manifest.json").write_text(json.dumps({"config": {"packs": ["others/workshop"]}}), encoding="utf-8")
    base = {"category": "special.no_call", "language": "en"}
    rejections = [
        {**base, "id": "a", "stage": "check", "reasons": ["form.end", "residue.cut"]},
        {**base, "id": "b", "stage": "duplicate", "reasons": ["en-000000-00"]},
    ]
    (tmp_path / "rejections.jsonl").write_text("".join(json.dumps(one) + "\n" for one in rejections), encoding="utf-8")
    return tmp_path


def figures(folder: Path, workshop: Catalogue, entries: list[Entry]) -> Statistics:
    return gather(folder, entries, workshop)


def test_dialogues_turns_calls_and_skeletons_are_counted(folder: Path, workshop: Catalogue) -> None:
    entries = [entry(0, ["get bike"]), entry(1, ["a", "b"], 2), entry(2, ["c"], 0, "agent.multi_step"), entry(3, ["d"])]
    made = figures(folder, workshop, entries)
    assert made.admitted == 4 and made.categories["agent.multi_step"] == {"en": 1} and made.domains == {"others": 4}
    assert made.turns.mean == 1.25 and made.turns.counts == {1: 3, 2: 1} and made.calls.counts == {0: 1, 1: 2, 2: 1}
    assert (made.skeletons, made.agent_skeletons) == (3, 1) and made.personas == {"p0": 2, "p1": 2}
    assert made.tools.counts == {3: 4}


def test_coverage_names_what_is_missing(folder: Path, workshop: Catalogue) -> None:
    coverage = figures(folder, workshop, [entry(0, ["a"])]).coverage
    assert coverage.covered == 1 and coverage.pool == len(workshop) == len(coverage.missing) + 1 and GOLD not in coverage.missing


def test_the_selector_is_asked_of_single_call_dialogues_only(folder: Path, workshop: Catalogue) -> None:
    entries = [entry(0, ["get the bike"]), entry(1, ["find bikes by filters"]), entry(2, ["get the bike"], 2)]
    selector = figures(folder, workshop, entries).selector["all"]
    assert (selector.items, selector.hits) == (2, 1)


def test_rejections_are_counted_by_stage_category_and_reason(folder: Path, workshop: Catalogue) -> None:
    acceptance = figures(folder, workshop, [entry(0, ["a"])]).acceptance
    assert acceptance.rejected == 2 and acceptance.share == pytest.approx(1 / 3)
    assert acceptance.stages == {"check": 1, "duplicate": 1} and acceptance.categories == {"special.no_call": 2}
    assert acceptance.reasons == {"form.end": 1, "residue.cut": 1, "near-duplicate": 1}


def test_equal_turns_count_once_and_are_held_to_demands(folder: Path, workshop: Catalogue) -> None:
    variety = figures(folder, workshop, [entry(n, ["please get my bike back now"]) for n in range(5)]).variety["en"]
    assert (variety.turns, variety.distinct_turns, variety.measured.texts) == (5, 1, 1)
    met = {judged.demand.name: judged.met for judged in variety.figures}
    assert met["distinct-2"] and not met["opening"] and list(met) == [demand.name for demand in DEMANDS["en"]]


def test_an_empty_run_has_figures(folder: Path, workshop: Catalogue) -> None:
    made = figures(folder, workshop, [])
    assert made.admitted == 0 and made.turns.mean == 0 and made.variety == {} and made.selector["all"].items == 0


@pytest.mark.parametrize(("demand", "value", "met"), [(Demand("x", least=1), 1, True), (Demand("x", least=1), 0.9, False),
                                                      (Demand("x", most=1), 1, True), (Demand("x", most=1), 1.1, False)])  # fmt: skip
def test_demands_are_floors_or_ceilings(demand: Demand, value: float, met: bool) -> None:
    assert demand.met(value) is met
