"""The trial catches what it is there to catch: each broken promise is planted once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.conftest import PACKS
from toolsim.apis.api import Api
from toolsim.apis.catalogue import open_catalogue
from toolsim.base.text import Text
from toolsim.verbs.faults import FaultType, Refusal
from toolsim.verbs.verb import Args, Result, Tables
from toolsim.world.trial import Trial, try_pack
from toolsim.world.world import World, WorldPlan

Run = Callable[[Tables, Args], Result]


@pytest.fixture
def plan() -> Iterator[WorldPlan]:
    """A plan of its own, whose operations may be broken."""
    catalogue = open_catalogue([PACKS], "others/workshop")
    yield WorldPlan(catalogue, [catalogue.pack("workshop")])


def trial_of(plan: WorldPlan, name: str, **broken: Any) -> Trial:
    """Put broken parts into an operation, and try it."""
    api: Api = plan.catalogue.api(name)
    for part, value in broken.items():
        api.prepared.__dict__[part] = value(getattr(api.prepared, part))
    (trial,) = try_pack(plan, [api], worlds=4, languages=("en",))
    return trial


def test_a_sound_operation_has_no_complaint(plan: WorldPlan) -> None:
    assert trial_of(plan, "getBike").complaints == []
    assert trial_of(plan, "setPressure").complaints == []


def test_a_read_that_writes_is_caught(plan: WorldPlan) -> None:
    def writing(run: Run) -> Run:
        def broken(tables: Tables, args: Args) -> Result:
            result = run(tables, args)
            tables.replace("workshop.bike", args["bike_no"], {**tables.rows("workshop.bike")[args["bike_no"]], "credit": 1.0})
            return result

        return broken

    assert any("a read changed the world" in text for text in trial_of(plan, "getBike", run=writing).complaints)


def test_a_result_off_schema_is_caught(plan: WorldPlan) -> None:
    def off(run: Run) -> Run:
        return lambda tables, args: {**run(tables, args), "model": 7}

    assert any(
        "the result breaks its schema: model must be of type string" in t for t in trial_of(plan, "getBike", run=off).complaints
    )


def test_a_missing_result_field_is_caught(plan: WorldPlan) -> None:
    def short(run: Run) -> Run:
        return lambda tables, args: {k: v for k, v in run(tables, args).items() if k != "pressure"}

    assert any("pressure is missing" in text for text in trial_of(plan, "setPressure", run=short).complaints)


def test_a_call_that_must_be_refused_but_is_done_is_caught(plan: WorldPlan) -> None:
    def lenient(run: Run) -> Run:
        def broken(tables: Tables, args: Args) -> Result:
            try:
                return run(tables, args)
            except Refusal:
                first = next(iter(tables.rows("workshop.bike")))
                return run(tables, {**args, "bike_no": first})

        return broken

    assert any("a call that not_found must answer was done" in text for text in trial_of(plan, "getBike", run=lenient).complaints)


def test_an_undeclared_fault_is_caught(plan: WorldPlan) -> None:
    def surprising(run: Run) -> Run:
        def broken(tables: Tables, args: Args) -> Result:
            raise Refusal(FaultType("moon_phase", Text("No.", "不行。")).make("en"))

        return broken

    complaints = trial_of(plan, "getBike", run=surprising).complaints
    assert any("the fault moon_phase is not declared" in text for text in complaints)
    assert any("never succeeds in 4 worlds; refused by moon_phase" in text for text in complaints)


def test_samples_off_schema_are_caught(plan: WorldPlan) -> None:
    def wild(draw: Any) -> Any:
        return lambda tables, rng: {**draw(tables, rng), "pressure": 99.0}

    complaints = trial_of(plan, "setPressure", draw=wild).complaints
    assert any("sampled arguments break the schema: pressure must be at most 9, not 99" in text for text in complaints)


def test_an_operation_that_may_fault_but_never_does_is_caught(plan: WorldPlan) -> None:
    complaints = trial_of(plan, "getBike", faulty=lambda faulty: ()).complaints
    assert complaints == ["never faults, though it may: not_found"]


def test_wrong_arguments_that_are_taken_are_caught(plan: WorldPlan) -> None:
    api = plan.catalogue.api("setPressure")

    class Lenient:
        def is_valid(self, arguments: Any) -> bool:
            return (
                isinstance(arguments, dict)
                and set(arguments) >= {"bikeNo", "pressure"}
                and isinstance(arguments["pressure"], float)
            )

        def violations(self, arguments: Any) -> list[Any]:
            return api.results.violations({})

    api.__dict__["arguments"] = Lenient()
    (trial,) = try_pack(plan, [api], worlds=12, languages=("en",))
    assert any("arguments that break" in text and "were taken" in text for text in trial.complaints)


def test_an_undo_that_does_not_restore_is_caught(plan: WorldPlan, monkeypatch: pytest.MonkeyPatch) -> None:
    undo = World.undo

    def forgetful(world: World, mark: int = 0) -> None:
        undo(world, mark)
        world.now = world.now[:-1] + ("1" if world.now[-1] == "0" else "0")

    monkeypatch.setattr(World, "undo", forgetful)
    complaints = trial_of(plan, "setPressure").complaints
    assert any("undo did not restore the world" in text for text in complaints)


def test_a_fault_that_leaves_a_trace_is_caught(plan: WorldPlan) -> None:
    def half_done(run: Run) -> Run:
        def broken(tables: Tables, args: Args) -> Result:
            tables.rows("workshop.bike")[next(iter(tables.rows("workshop.bike")))]["credit"] += 1
            return run(tables, args)

        return broken

    assert any("a fault changed the world" in text for text in trial_of(plan, "setPressure", run=half_done).complaints)
