"""Look-ups find the key of a row from the user's words alone, by searches that tell the row apart; if there are none, planning fails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from toolsim.apis.catalogue import Catalogue
from toolsim.scenario.drafting import Draft, locate
from toolsim.scenario.lookups import Named, look_up, named_rows
from toolsim.scenario.needs import Need
from toolsim.scenario.setting import PlanFailed, Setting
from toolsim.wording.requests import Mood, Request, Told
from toolsim.world.world import World, WorldPlan

MakeSetting = Callable[..., Setting]
MY_HERON, MY_WREN, ZOES_LARK = "BK7442", "BK8787", "BK3663"
BELL_OF_MY_HERON, SADDLE_OF_MY_CRANE = "JB44941", "JB96392"


def searched(setting: Setting, entity: str, key: str, words: str) -> Draft:
    """Look a row up in a new draft."""
    draft, pack = Draft(setting), setting.target.pack
    look_up(draft, pack, Named(pack.entity(entity), key, words, 0))
    return draft


def calls(draft: Draft) -> list[tuple[str, dict[str, Any]]]:
    return [(call.name, call.arguments) for call in draft.calls]


def change(world: World, table: str, key: str, **fields: Any) -> None:
    world.replace(table, key, {**world.rows(table)[key], **fields})


def test_a_row_is_found_by_what_is_said_of_it(setting: MakeSetting) -> None:
    draft = searched(setting(), "bike", MY_HERON, "my Heron")
    assert calls(draft) == [("findBikes", {"filters": {"model": "Heron"}})]
    assert locate(draft.called[0].outcome.record(), MY_HERON) == "$.items[0].bikeNo"
    assert draft.calls[0].sources["$.filters.model"].words == "my Heron"


def test_what_is_not_said_is_no_filter(setting: MakeSetting) -> None:
    draft = searched(setting(), "bike", ZOES_LARK, "Zoe Morita's bicycle")
    assert calls(draft) == [("findBikes", {})]


def test_rows_that_are_known_by_the_same_are_not_told_apart(setting: MakeSetting, world: World) -> None:
    change(world, "workshop.bike", MY_WREN, model="Heron")
    with pytest.raises(PlanFailed, match="no search shows bike"):
        searched(setting(), "bike", MY_HERON, "my Heron")


def test_a_namesake_in_the_world_alone_makes_a_search_useless(setting: MakeSetting) -> None:
    with pytest.raises(PlanFailed, match="no search shows job"):
        searched(setting(), "job", SADDLE_OF_MY_CRANE, "the saddle of my Crane")


def test_a_search_that_does_not_reach_the_row_is_not_used(setting: MakeSetting, workshop: Catalogue, world: World) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(workshop.api("findBikes").prepared.__dict__, "run", lambda tables, args: {"total": 8, "items": []})
        with pytest.raises(PlanFailed, match="no search shows bike"):
            searched(setting(), "bike", MY_HERON, "my Heron")


def test_a_search_whose_result_hides_what_tells_rows_apart_is_not_used(setting: MakeSetting, workshop: Catalogue) -> None:
    run = workshop.api("findBikes").prepared.run

    def hiding(tables: Any, args: dict[str, Any]) -> dict[str, Any]:
        result = run(tables, args)
        return {**result, "items": [{n: v for n, v in item.items() if n != "owner"} for item in result["items"]]}

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(workshop.api("findBikes").prepared.__dict__, "run", hiding)
        with pytest.raises(PlanFailed, match="no search shows bike"):
            searched(setting(), "bike", MY_HERON, "my Heron")
        assert calls(searched(setting(), "bike", ZOES_LARK, "the Lark")) == [("findBikes", {"filters": {"model": "Lark"}})]


def test_a_row_within_a_row_is_looked_up_first(setting: MakeSetting) -> None:
    draft = searched(setting(), "job", BELL_OF_MY_HERON, "the bell of my Heron")
    assert calls(draft) == [("findBikes", {"filters": {"model": "Heron"}}), ("findJobs", {"bike": MY_HERON, "part": "bell"})]
    source = draft.calls[1].sources["$.bike"]
    assert (source.kind, source.call) == ("result", "c1")


def test_each_search_is_a_move_of_its_own(setting: MakeSetting) -> None:
    draft = searched(setting(), "job", BELL_OF_MY_HERON, "the bell of my Heron")
    assert [(step.role, getattr(step, "calls", ())) for step in draft.script] == [("assistant", ("c1",)), ("assistant", ("c2",))]


def test_a_key_that_was_shown_is_not_looked_up_again(setting: MakeSetting) -> None:
    here = setting()
    draft = searched(here, "bike", MY_HERON, "my Heron")
    look_up(draft, here.target.pack, Named(here.target.pack.entity("bike"), MY_HERON, "that Heron", 0))
    assert len(draft.calls) == 1


def test_a_key_that_no_row_has_cannot_be_looked_up(setting: MakeSetting) -> None:
    with pytest.raises(PlanFailed, match="no search shows bike"):
        searched(setting(), "bike", "BK0000", "my Heron")


def test_a_row_that_no_api_searches_cannot_be_looked_up(setting: MakeSetting) -> None:
    with pytest.raises(PlanFailed, match="no search shows letter"):
        searched(setting(), "letter", "LT6021", "the letter about my Heron")


def test_a_failed_search_leaves_neither_calls_nor_changes(setting: MakeSetting, world: World) -> None:
    here = setting()
    draft, before = Draft(here), world.digest()
    with pytest.raises(PlanFailed):
        look_up(draft, here.target.pack, Named(here.target.pack.entity("job"), SADDLE_OF_MY_CRANE, "the saddle of my Crane", 0))
    assert (draft.calls, draft.called, draft.script, world.digest()) == ([], [], [], before)


def test_an_unresolved_row_within_a_row_leaves_no_half_done_calls(setting: MakeSetting, workshop: Catalogue) -> None:
    """The bike cannot be found, so that the job is not either, since the other bell is on the list as well."""
    run = workshop.api("findBikes").prepared.run

    def hiding(tables: Any, args: dict[str, Any]) -> dict[str, Any]:
        return {**run(tables, args), "items": []}

    here = setting()
    draft = Draft(here)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(workshop.api("findBikes").prepared.__dict__, "run", hiding)
        with pytest.raises(PlanFailed):
            look_up(draft, here.target.pack, Named(here.target.pack.entity("job"), BELL_OF_MY_HERON, "the bell of my Heron", 0))
    assert draft.calls == [] and draft.script == []


def test_a_search_that_requires_what_was_not_said_is_not_used(setting: MakeSetting, workshop: Catalogue) -> None:
    api = workshop.api("findBikes")
    params = tuple(replace(f, optional=False) if f.name == "status" else f for f in api.prepared.params)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(api.prepared.__dict__, "params", params)
        with pytest.raises(PlanFailed, match="no search shows bike"):
            searched(setting(), "bike", MY_HERON, "my Heron")


def test_a_search_that_did_not_do_leaves_no_search_made_for_its_filters(setting: MakeSetting, world: World) -> None:
    """Two alike jobs: the bicycle is found for a search for jobs that then shows both."""
    change(world, "workshop.job", BELL_OF_MY_HERON, part="chain")
    here = setting()
    draft, entity = Draft(here), replace(here.target.pack.entity("job"), known_as=("bike", "part", "urgent"))
    change(
        world,
        "workshop.job",
        "JB93983",
        bike=MY_HERON,
        part="chain",
        urgent=not world.rows("workshop.job")[BELL_OF_MY_HERON]["urgent"],
    )
    with pytest.raises(PlanFailed):
        look_up(draft, here.target.pack, Named(entity, BELL_OF_MY_HERON, "the chain of my Heron", 0))
    assert draft.calls == [] and draft.script == []


def test_look_ups_do_the_same_in_chinese(setting: MakeSetting, workshop_plan: WorldPlan) -> None:
    world = workshop_plan.world(7, "zh")
    row = next(
        r for r in world.rows("workshop.bike").values() if r["owner"] == next(iter(world.rows("session").values()))["person"]
    )
    alike = [r for r in world.rows("workshop.bike").values() if (r["model"], r["owner"]) == (row["model"], row["owner"])]
    assert len(alike) == 1
    draft = searched(setting(where=world), "bike", row["bike_no"], f"我的{row['model']}")
    assert calls(draft) == [("findBikes", {"filters": {"model": row["model"]}})]


# --- which rows are named ---


def named(workshop: Catalogue, api: str, flat: dict[str, Any], *told: Told) -> list[Named]:
    the = workshop.api(api)
    need = Need(the, [flat], the.wire.encode([flat]))
    return list(named_rows(need, Request("", Mood.IMPERATIVE, told), 4))


def test_a_row_in_people_s_words_is_named(workshop: Catalogue) -> None:
    (row,) = named(workshop, "getBike", {"bike_no": MY_HERON}, Told("bike_no", 0, (), MY_HERON, "my Heron"))
    assert (row.entity.name, row.key, row.words, row.turn) == ("bike", MY_HERON, "my Heron", 4)


def test_a_row_read_out_by_its_key_is_not_looked_up(workshop: Catalogue) -> None:
    assert named(workshop, "getBike", {"bike_no": MY_HERON}, Told("bike_no", 0, (), MY_HERON, f"bike {MY_HERON}")) == []


def test_people_are_not_looked_up(workshop: Catalogue) -> None:
    told = Told("helper", 0, (), "P04113", "Elena Silva")
    assert named(workshop, "addHelper", {"bike_no": MY_HERON, "helper": "P04113"}, told) == []


def test_values_that_are_no_rows_are_not_looked_up(workshop: Catalogue) -> None:
    told = Told("pressure", 0, (), 3.5, "3.5 bar")
    assert named(workshop, "setPressure", {"bike_no": MY_HERON, "pressure": 3.5}, told) == []


def test_rows_in_a_list_are_named_one_by_one(workshop: Catalogue) -> None:
    api = workshop.api("compareBikes")
    name = next(field.name for field in api.prepared.params if field.kind.value == "list")
    rows = named(
        workshop,
        "compareBikes",
        {name: [MY_HERON, ZOES_LARK]},
        Told(name, 0, (0,), MY_HERON, "my Heron"),
        Told(name, 0, (1,), ZOES_LARK, "Zoe Morita's Lark"),
    )
    assert [row.key for row in rows] == [MY_HERON, ZOES_LARK]
