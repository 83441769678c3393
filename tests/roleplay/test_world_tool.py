"""The tool played by the world: it executes offered calls, refuses everything else as a fault, and tells what was written."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson
import pytest

from tests.scenario.corpus import Corpus
from toolsim.roleplay.actors import ToolResult
from toolsim.roleplay.dialogue import FunctionCall, ToolCall
from toolsim.roleplay.world_tool import WorldTool
from toolsim.scenario.blueprint import Scenario
from toolsim.world.world import World, WorldPlan

OFFERED = ("setPressure", "getBike", "deleteBike", "moveCredit")


@pytest.fixture
def scenario(corpus: Corpus) -> Scenario:
    """Any scenario, in which some tools of the test pack are offered, and one of nowhere."""
    return corpus.of("special.no_call", "en")[0][0].model_copy(update={"tools": (*OFFERED, "from_elsewhere")})


def called(scenario: Scenario, world: World, name: str, arguments: Any) -> ToolResult:
    text = arguments if isinstance(arguments, str) else orjson.dumps(arguments).decode()
    return asyncio.run(WorldTool(scenario, world).call(ToolCall(id="k1", function=FunctionCall(name=name, arguments=text))))


def error(result: ToolResult) -> tuple[str, str]:
    inner = orjson.loads(result.content)["error"]
    assert inner["code"] == result.fault and inner["message"]
    return inner["code"], inner["message"]


def bike(world: World) -> str:
    return next(iter(world.rows("workshop.bike")))


def test_an_offered_call_is_executed_and_tells_what_it_wrote(scenario: Scenario, world: World) -> None:
    result = called(scenario, world, "setPressure", {"bikeNo": bike(world), "pressure": 4.5})
    assert (result.fault, result.wrote) == ("", (f"workshop.bike/{bike(world)}",))
    assert orjson.loads(result.content)["pressure"] == 4.5 == world.rows("workshop.bike")[bike(world)]["pressure"]


def test_a_read_writes_nothing(scenario: Scenario, world: World) -> None:
    before = world.digest()
    result = called(scenario, world, "getBike", {"bikeNo": bike(world)})
    assert result.wrote == () and orjson.loads(result.content)["bikeNo"] == bike(world) and world.digest() == before


def test_a_row_written_twice_by_one_call_is_named_once(scenario: Scenario, world: World) -> None:
    one, two = list(world.rows("workshop.bike"))[:2]
    result = called(scenario, world, "moveCredit", {"fromBikeNo": one, "toBikeNo": two, "amount": 1})
    if result.fault:
        pytest.fail(result.content)
    assert sorted(result.wrote) == sorted({f"workshop.bike/{one}", f"workshop.bike/{two}"})


def test_a_tool_that_is_not_offered_is_refused_though_the_world_has_it(scenario: Scenario, world: World) -> None:
    before = world.digest()
    code, message = error(called(scenario, world, "addCredit", {"bikeNo": bike(world), "amount": 5}))
    assert code == "unknown_api" and "addCredit" in message and world.digest() == before


def test_a_tool_that_is_offered_and_belongs_to_no_pack_of_the_world_is_refused(scenario: Scenario, world: World) -> None:
    assert error(called(scenario, world, "from_elsewhere", {}))[0] == "unknown_api"


@pytest.mark.parametrize("text", ["", "{", "{'bikeNo': 1}", '{"bikeNo": "BK1",}', "nonsense", '{"a": NaN}', "\ud800"])
def test_arguments_that_are_no_json_are_a_fault(scenario: Scenario, world: World, text: str) -> None:
    assert error(called(scenario, world, "getBike", text))[0] == "invalid_arguments"


@pytest.mark.parametrize("text", ["null", "[]", "7", '"BK1119"', '[{"bikeNo": "BK1119"}]'])
def test_arguments_that_are_no_object_are_a_fault(scenario: Scenario, world: World, text: str) -> None:
    assert error(called(scenario, world, "getBike", text))[0] == "invalid_arguments"


@pytest.mark.parametrize(
    ("arguments", "where"),
    [({}, "bikeNo"), ({"bikeNo": 7}, "bikeNo"), ({"bikeNo": "BK1119", "more": 1}, "more"), ({"bikeNo": "XX"}, "bikeNo")],
)
def test_arguments_that_break_the_spec_are_a_fault_that_names_them(
    scenario: Scenario, world: World, arguments: dict[str, Any], where: str
) -> None:
    code, message = error(called(scenario, world, "getBike", arguments))
    assert code == "invalid_arguments" and where in message


def test_a_row_that_is_not_there_is_a_fault(scenario: Scenario, world: World) -> None:
    code, message = error(called(scenario, world, "getBike", {"bikeNo": "BK0000"}))
    assert code == "not_found" and "BK0000" in message


def test_a_fault_leaves_the_world_as_it_was(scenario: Scenario, world: World) -> None:
    before = (world.digest(), world.mark())
    result = called(scenario, world, "deleteBike", {"bikeNo": next(row["bike"] for row in world.rows("workshop.job").values())})
    assert result.fault == "in_use" and result.wrote == () and (world.digest(), world.mark()) == before


def test_a_fault_speaks_the_world_s_language(scenario: Scenario, workshop_plan: WorldPlan) -> None:
    _, message = error(called(scenario, workshop_plan.world(7, "zh"), "getBike", {"bikeNo": "BK0000"}))
    assert message == "没有编号为BK0000的自行车。"


@pytest.mark.parametrize("depth", [100, 100_000])
def test_deeply_nested_arguments_do_no_harm(scenario: Scenario, world: World, depth: int) -> None:
    assert called(scenario, world, "getBike", '{"bikeNo":' + "[" * depth + "]" * depth + "}").fault == "invalid_arguments"
