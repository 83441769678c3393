"""A drafted task holds if everything that is to be called was said; what rules can tell of the rest is told to the model."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import DATA
from toolsim.apis.imported import read_tools_file
from toolsim.base import seeds
from toolsim.base.text import Language
from toolsim.checks.causes import meaning
from toolsim.scenario.blueprint import Move, UserTurn
from toolsim.scenario.simulated import occasion, scenario_of
from toolsim.scenario.tasks import PROBLEMS, Task, TaskCall, problems
from toolsim.scenario.toolbox import FEWEST, MOST, Handful, Toolbox

IMPORTED = DATA / "imported"
NOW = "2026-05-04T09:00"
PARCELS = Toolbox(read_tools_file(IMPORTED / "parcels.json"))
HOME = Toolbox(read_tools_file(IMPORTED / "home_zh.jsonl"))
PICKUP: dict[str, Any] = {"address": {"street": "12 Mill Lane", "postcode": "DE4 3QP", "city": "Matlock"}, "day": "2026-05-06", "parcels": 2}  # fmt: skip
ASKED = "Please send somebody to 12 Mill Lane, DE4 3QP Matlock on Wednesday, there are two parcels."
SAID = {"$.day": "on Wednesday", "parcels": "two parcels"}


def handful(box: Toolbox, target: str) -> Handful:
    """Offer all tools of a box."""
    return Handful(box.tools, box.named([target])[0], 1)


def task_of(message: str, tool: str, arguments: dict[str, Any], said: dict[str, str] | None = None) -> Task:
    """Draft a task of one call."""
    return Task(message=message, calls=(TaskCall(tool=tool, arguments=arguments, said=said or {}),))


def found(message: str, tool: str, arguments: dict[str, Any], said: dict[str, str] | None = None) -> set[str]:
    """Give the codes of what is wrong with a task of one call."""
    box, language = (HOME, "zh") if tool in {one.name for one in HOME.tools} else (PARCELS, "en")
    task = task_of(message, tool, arguments, said)
    return {one.code for one in problems(task, handful(box, tool), NOW, "zh" if language == "zh" else "en")}


# --- what holds ---


@pytest.mark.parametrize(
    ("message", "tool", "arguments", "said"),
    [
        (ASKED, "book_pickup", PICKUP, SAID),
        ("Keep px-204817 at the depot for a week, we are away.", "hold_parcel", {"parcel_number": "PX-204817", "days": 7}, {"$.days": "a week"}),
        ("Parcel PX-204817 arrived in pieces. I want 1,200 euros back.", "file_claim", {"parcel_number": "PX-204817", "reason": "damaged", "amount": 1200}, {"$.reason": "arrived in pieces"}),
        ("What would 2.5 kg from DE4 3QP to SW1A 1AA cost with economy?", "quote_shipment", {"from_postcode": "DE4 3QP", "to_postcode": "SW1A 1AA", "weight_kg": 2.5, "service": "economy"}, None),
        ("Which shops are near DE4 3QP?", "list_parcel_shops", {"postcode": "DE4 3QP", "radius_km": 5}, None),
        ("Tell them PX-17 is coming, by text message: Back soon!", "notify_recipient", {"parcel_number": "PX-17", "channel": "text_message", "message": "Back soon!"}, None),
        ("客厅太热了，空调调到26度，制冷。", "set_air_conditioner", {"room": "客厅", "temperature": 26, "mode": "cool"}, None),
        ("From now on bring parcels on Monday or Friday, and next door is fine.", "set_delivery_preferences", {"days": ["friday", "monday"], "leave_with_neighbour": True}, {"leave_with_neighbour": "next door is fine"}),
        ("客厅太热了，空调调到26度，制冷就行。", "set_air_conditioner", {"room": "客厅", "temperature": 26, "mode": "cool"}, {"$.mode": "制冷"}),
        ("明天晚上七点半给热水器预约加热四十分钟吧。", "schedule_water_heater", {"start": "2026-05-05T19:30", "minutes": 40}, {"$.start": "明天晚上七点半", "$.minutes": "四十分钟"}),
    ],
)  # fmt: skip
def test_what_a_person_would_say_holds(message: str, tool: str, arguments: dict[str, Any], said: dict[str, str] | None) -> None:
    assert found(message, tool, arguments, said) == set()


def test_gold_calls_know_the_words_that_tell_each_value() -> None:
    scenario = scenario_of(
        task_of(ASKED, "book_pickup", PICKUP, SAID), handful(PARCELS, "book_pickup"), occasion("en-0", 1, "en"), "imported/x"
    )
    sources = {path: source.words for path, source in scenario.calls[0].sources.items()}
    assert sources == {
        "$.address.street": "12 Mill Lane", "$.address.postcode": "DE4 3QP", "$.address.city": "Matlock",
        "$.day": "on Wednesday", "$.parcels": "two parcels",
    }  # fmt: skip


def test_a_default_that_nobody_said_is_a_default() -> None:
    task = task_of("Which shops are near DE4 3QP?", "list_parcel_shops", {"postcode": "DE4 3QP", "radius_km": 5})
    scenario = scenario_of(task, handful(PARCELS, "list_parcel_shops"), occasion("en-0", 1, "en"), "imported/x")
    assert [source.kind for source in scenario.calls[0].sources.values()] == ["said", "default"]


def test_the_scenario_is_a_request_the_calls_and_an_answer() -> None:
    task = task_of("Which shops are near DE4 3QP?", "list_parcel_shops", {"postcode": "DE4 3QP"})
    scenario = scenario_of(task, handful(PARCELS, "list_parcel_shops"), occasion("en-0", 1, "en"), "imported/x")
    turn, call, answer = scenario.script
    assert isinstance(turn, UserTurn) and isinstance(call, Move) and isinstance(answer, Move)
    assert (turn.text, call.calls, answer.kind, scenario.milestones) == (task.message, ("c1",), "answer", ("c1",))
    assert "book_pickup" in scenario.forbidden and not {"track_parcel", "list_parcel_shops"} & set(scenario.forbidden)
    assert scenario.now.replace("T", " ") in scenario.context


# --- what does not ---


@pytest.mark.parametrize(
    ("code", "message", "tool", "arguments", "said"),
    [
        ("task.form", "Hi", "track_parcel", {"parcel_number": "PX-1"}, {}),
        ("task.form", "Where is PX-1?\n- now", "track_parcel", {"parcel_number": "PX-1"}, {}),
        ("task.form", "Where is **PX-1** now?", "track_parcel", {"parcel_number": "PX-1"}, {}),
        ("task.language", "PX-1现在到哪里了？", "track_parcel", {"parcel_number": "PX-1"}, {}),
        ("task.language", "Who was here on 2026-05-01?", "list_visitors", {"day": "2026-05-01"}, {}),
        ("task.language", "你帮我看看2026-05-01的访客。", "list_visitors", {"day": "2026-05-01"}, {}),
        ("task.names", "Please track_parcel PX-1 for me.", "track_parcel", {"parcel_number": "PX-1"}, {}),
        ("task.names", "The parcel_number is PX-1, where is it?", "track_parcel", {"parcel_number": "PX-1"}, {}),
        ("task.names", "Send PX-1 as text_message to her.", "track_parcel", {"parcel_number": "PX-1"}, {}),
        ("task.arguments", "Keep PX-1 for 15 days.", "hold_parcel", {"parcel_number": "PX-1", "days": 15}, {}),
        ("task.arguments", "Keep PX-1 for some days.", "hold_parcel", {"parcel_number": "PX-1"}, {}),
        ("task.arguments", "Where is PX-1?", "track_parcel", {"parcel_number": "PX-1", "colour": "red"}, {}),
        ("task.arguments", "Where is it?", "track_parcel", {"parcel_number": ""}, {}),
        ("task.untold", "Keep PX-1 for some days.", "hold_parcel", {"parcel_number": "PX-1", "days": 7}, {}),
        ("task.untold", "Keep PX-17 for 7 days.", "hold_parcel", {"parcel_number": "PX-1", "days": 7}, {}),
        ("task.untold", "Keep PX-1 for a week.", "hold_parcel", {"parcel_number": "PX-1", "days": 7}, {"$.days": "seven days"}),
        ("task.misread", "Keep PX-1 for a week.", "hold_parcel", {"parcel_number": "PX-1", "days": 5}, {"$.days": "a week"}),
        ("task.misread", ASKED, "book_pickup", {**PICKUP, "day": "2026-05-07"}, SAID),
        ("task.misread", "PX-1 was lost on the way, 80 euros please, it was not damaged.", "file_claim", {"parcel_number": "PX-1", "reason": "lost", "amount": 80}, {"$.reason": "damaged"}),
        ("task.misread", "Well, please do keep the parcel PX-1 at your depot for me for a whole long week, thanks.", "hold_parcel", {"parcel_number": "PX-1", "days": 7}, {"$.days": "keep the parcel PX-1 at your depot for me for a whole long week"}),
        ("task.invented", "Keep PX-1 for 7 days, I am back at 18:30.", "hold_parcel", {"parcel_number": "PX-1", "days": 7}, {}),
        ("task.misread", "客厅空调调到26度，制热。", "set_air_conditioner", {"room": "客厅", "temperature": 26, "mode": "cool"}, {"$.mode": "制热"}),
    ],
)  # fmt: skip
def test_what_does_not_hold_is_told(code: str, message: str, tool: str, arguments: dict[str, Any], said: dict[str, str]) -> None:
    assert code in found(message, tool, arguments, said)


def test_a_task_makes_no_call_twice_and_turns_on_its_tool() -> None:
    call = TaskCall(tool="track_parcel", arguments={"parcel_number": "PX-1"})
    twice = Task(message="Where is PX-1 now?", calls=(call, call))
    assert [one.code for one in problems(twice, handful(PARCELS, "track_parcel"), NOW, "en")] == ["task.calls"]
    elsewhere = Task(message="Where is PX-1 now?", calls=(call,))
    assert [one.code for one in problems(elsewhere, handful(PARCELS, "hold_parcel"), NOW, "en")] == ["task.calls"]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_problem_is_told_in_both_languages_and_has_a_meaning(language: Language) -> None:
    assert all(text.say(language) for text in PROBLEMS.values()) and all(map(meaning, PROBLEMS))


# --- what is offered ---


def test_every_tool_has_its_turn() -> None:
    drawn = [PARCELS.target(3, rank).name for rank in range(2 * len(PARCELS.tools))]
    assert set(drawn[: len(PARCELS.tools)]) == set(drawn[len(PARCELS.tools) :]) == {tool.name for tool in PARCELS.tools}


def test_what_is_offered_holds_the_target_and_near_tools() -> None:
    target = PARCELS.named(["hold_parcel"])[0]
    offers = [PARCELS.handful(target, seeds.stream(seed)) for seed in range(40)]
    assert all(target in one.tools and FEWEST <= len(one.tools) <= MOST and len(set(map(id, one.tools))) == len(one.tools) for one in offers)  # fmt: skip
    names = [tool.name for one in offers for tool in one.tools]
    assert names.count("redirect_parcel") > names.count("find_invoices")
    assert {one.calls for one in offers} == {1, 2, 3}


def test_a_box_of_one_tool_offers_that() -> None:
    box = Toolbox(PARCELS.tools[:1])
    assert [tool.name for tool in box.handful(box.target(0, 5), seeds.stream(0)).tools] == [PARCELS.tools[0].name]
