"""What a simulated tool has shown and stored is held against what it shows later."""

from __future__ import annotations

from typing import Any

import pytest

from toolsim.roleplay.ledger import Ledger, entities, same

TASK = {"task_id": "T-101", "title": "Paint the fence", "hours": 3}


def after(*calls: tuple[str, dict[str, Any], Any, bool]) -> Ledger:
    """Give the ledger after some calls: tool, arguments, result, and whether it writes."""
    ledger = Ledger()
    for call in calls:
        assert not ledger.objections(*call)
        ledger.note(*call)
    return ledger


SHOWN = ("get_task", {"task_id": "T-101"}, TASK, False)
STORED = ("create_task", {"title": "Paint the fence", "hours": 3}, TASK, True)


# --- contradictions ---


@pytest.mark.parametrize(
    "result", [TASK | {"hours": 4}, {"tasks": [TASK | {"title": "Mow the lawn"}]}, {"task": TASK | {"hours": None}}]
)
def test_another_value_than_was_shown_is_a_contradiction(result: Any) -> None:
    assert after(SHOWN).objections("list_tasks", {"page": 1}, result, False)


@pytest.mark.parametrize(
    "result", [TASK, TASK | {"hours": 3.0}, TASK | {"title": " paint the FENCE "}, TASK | {"owner": "Ana"}, {"tasks": []}]
)
def test_the_same_in_another_spelling_or_with_more_is_none(result: Any) -> None:
    assert not after(SHOWN).objections("list_tasks", {"page": 1}, result, False)


def test_a_contradiction_says_what_was_shown_and_what_is_now() -> None:
    assert after(SHOWN).objections("get_task", {"task_id": "T-101"}, TASK | {"hours": 4}, False) == [
        "hours of T-101 was shown as 3 and is now 4"
    ]


def test_a_write_may_change_what_it_names() -> None:
    ledger = after(SHOWN, ("update_task", {"task_id": "T-101", "hours": 5}, TASK | {"hours": 5}, True))
    assert ledger.entities["T-101"]["hours"] == 5 and not ledger.objections(
        "get_task", {"task_id": "T-101"}, TASK | {"hours": 5}, False
    )


def test_a_write_may_change_nothing_else() -> None:
    ledger = after(SHOWN, ("get_task", {"task_id": "T-102"}, TASK | {"task_id": "T-102"}, False))
    assert ledger.objections("update_task", {"task_id": "T-102", "hours": 5}, {"tasks": [TASK | {"hours": 9}]}, True)


def test_several_rows_about_one_thing_are_no_contradiction() -> None:
    rows = {"entries": [{"account_id": "AC-11", "amount": 1}, {"account_id": "AC-11", "amount": 2}]}
    assert not after(("list_entries", {"month": 5}, rows, False)).objections(
        "list_entries", {"month": 6}, {"entries": [{"account_id": "AC-11", "amount": 7}]}, False
    )


def test_what_depends_on_other_arguments_is_no_contradiction() -> None:
    ledger = after(("get_balance", {"account_id": "AC-11", "day": "2026-05-01"}, {"balance": 10}, False))
    assert not ledger.objections("get_balance", {"account_id": "AC-11", "day": "2026-05-02"}, {"balance": 12}, False)


# --- writes that are to be read back ---


def test_a_write_that_shows_another_value_than_it_was_given_is_found() -> None:
    assert Ledger().objections("create_task", {"title": "Paint the fence", "hours": 3}, TASK | {"hours": 4}, True)


def test_what_was_written_must_be_read_back_as_it_was() -> None:
    assert after(STORED).objections("get_task", {"task_id": "T-101"}, TASK | {"hours": 8}, False) == [
        "hours of T-101 was written as 3 and is now 8"
    ]


@pytest.mark.parametrize("nothing", [{}, {"task": None}, {"tasks": []}, {"error": "no such task"}, {"found": False}])
def test_what_was_written_must_be_found_by_its_id(nothing: Any) -> None:
    assert after(STORED).objections("get_task", {"task_id": "T-101"}, nothing, False) == ["T-101 was stored and is not found"]


def test_what_was_written_must_stand_in_the_list_of_all() -> None:
    other = {"tasks": [TASK | {"task_id": "T-200"}]}
    ledger = after(STORED)
    assert ledger.objections("list_tasks", {}, other, False) and not ledger.objections(
        "list_tasks", {"owner": "Ana"}, other, False
    )


def test_what_was_removed_is_neither_missed_nor_shown_again() -> None:
    ledger = after(STORED, ("delete_task", {"task_id": "T-101"}, {"deleted": True}, True))
    assert not ledger.objections("get_task", {"task_id": "T-101"}, {"error": "no such task"}, False)
    assert ledger.objections("list_tasks", {"page": 1}, {"tasks": [TASK]}, False) == ["T-101 was removed and is shown again"]


# --- ids ---


@pytest.mark.parametrize(
    ("shown", "tool", "key"),
    [
        ({"id": "A1", "user_id": "U9"}, "get", "A1"),
        ({"user_id": "U9", "booking_id": "B77"}, "get_booking", "B77"),
        ({"flightNumber": "YX480", "seats": 3}, "getFlight", "YX480"),
        ({"code": "SYD1", "city": "Sydney"}, "airport", "SYD1"),
    ],
)
def test_an_object_is_known_by_its_own_id(shown: dict[str, Any], tool: str, key: str) -> None:
    assert [one.key for one in entities(shown, tool)] == [key]


@pytest.mark.parametrize(
    "shown",
    [{"phone_number": "555-0100"}, {"zip_code": "94110"}, {"code": "ok"}, {"id": True}, {"house_number": "12"}, {"name": "A1"}],
)
def test_not_everything_that_looks_like_an_id_is_one(shown: dict[str, Any]) -> None:
    assert not list(entities(shown, "get"))


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        (5, 5.0, True),
        ("5", 5, True),
        ("2026-05-01T10:00", "2026-05-01T10:00:00", True),
        ("Ana", "ana ", True),
        ("Ana", "Anna", False),
        (None, "", False),
        ("2026-05-01", "2026-05-02", False),
    ],
)
def test_values_are_compared_by_what_they_say(one: Any, other: Any, equal: bool) -> None:
    assert same(one, other) is equal


def test_a_prompt_shows_the_latest_entities_only() -> None:
    ledger = Ledger()
    for number in range(100):
        ledger.note("get_task", {}, {"task_id": f"T-{number:03}", "hours": 1}, False)
    assert len(ledger.shown()) == 60 and "T-099" in ledger.shown()
