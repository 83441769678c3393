"""Hooks see and change only what their operation declares, and the built-in ones are right."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolsim.base.errors import RuleError, ToolsimError
from toolsim.verbs.hooks import HOOKS, HookTables
from toolsim.world.world import World


@pytest.fixture
def tables(world: World) -> HookTables:
    """Tables of which bicycles may be read and slots be written."""
    return HookTables(world, {"bike": "workshop.bike"}, {"slot": "workshop.slot"})


def test_a_hook_reads_and_writes_what_is_declared(tables: HookTables, world: World) -> None:
    assert tables.rows("bike") == world.rows("workshop.bike")
    key, row = next(iter(tables.rows("slot").items()))
    tables.replace("slot", key, {**row, "free": 0})
    assert world.rows("workshop.slot")[key]["free"] == 0


def test_a_hook_may_do_nothing_else(tables: HookTables) -> None:
    with pytest.raises(ToolsimError, match="the hook reads 'person', which its operation does not declare"):
        tables.rows("person")
    with pytest.raises(ToolsimError, match="the hook writes 'bike', which its operation does not declare"):
        tables.replace("bike", "BK0001", {})


@given(st.integers(100, 500_000_00), st.floats(0, 24), st.integers(1, 360))
def test_a_repayment_plan_repays_exactly(cents: int, rate: float, months: int) -> None:
    result = HOOKS.get("repayment_plan")(None, {"principal": cents / 100, "rate": rate, "months": months})  # type: ignore[arg-type]
    plan = result["plan"]
    assert len(plan) == months
    assert plan[-1]["left"] == 0
    assert sum(line["principal"] for line in plan) == pytest.approx(cents / 100, abs=0.01)
    assert sum(line["interest"] for line in plan) == pytest.approx(result["interest_total"], abs=0.01)


def test_a_plan_without_months_cannot_be_worked_out() -> None:
    with pytest.raises(RuleError, match="no months"):
        HOOKS.get("repayment_plan")(None, {"principal": 10.0, "rate": 1.0, "months": 0})  # type: ignore[arg-type]


SPENT = st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(1, 100_000)), min_size=1, max_size=12)


@given(SPENT)
def test_settling_leaves_everybody_with_the_same_share(spent: list[tuple[str, int]]) -> None:
    expenses = [{"payer": name, "amount": cents / 100} for name, cents in spent]
    result = HOOKS.get("settle_shared_costs")(None, {"expenses": expenses})  # type: ignore[arg-type]
    borne: dict[str, float] = {}
    for name, cents in spent:
        borne[name] = borne.get(name, 0) + cents / 100
    people = len(borne)
    for payment in result["payments"]:
        borne[payment["payer"]] += payment["amount"]
        borne[payment["receiver"]] -= payment["amount"]
    assert len(result["payments"]) < max(2, people)
    assert all(amount == pytest.approx(result["share"], abs=0.011) for amount in borne.values())
