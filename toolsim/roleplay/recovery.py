"""How an assistant tells what it did about a fault: a sentence before the answer, and what a look-up showed of a lost change."""

from __future__ import annotations

from random import Random
from typing import Any, Final

from toolsim.apis.catalogue import Catalogue
from toolsim.apis.paths import value_at
from toolsim.scenario.blueprint import Move, Scenario
from toolsim.wording.answers import Done
from toolsim.world.injection import PlannedFault

_TOLD: Final = 0.5
"""Share of answers that tell of a fault which made no difference in the end."""


def lead_act(fault: PlannedFault, rng: Random) -> str:
    """Choose the act that opens the answer after a recovery; empty where nothing need be told."""
    if fault.recovery == "verify":
        return "after_lost_write" if fault.carried_out else "after_unwritten"
    return f"after_{fault.kind}" if fault.recovery != "report" and rng.random() < _TOLD else ""


def regained(scenario: Scenario, catalogue: Catalogue, move: Move, results: dict[str, Any]) -> list[Done]:
    """Give what a lost change came to, as the look-up behind it shows, and the other calls to be told."""
    lost, look, *others = move.calls
    told = [Done(catalogue.api(gold.name), gold.arguments, results[gold.id]) for gold in map(scenario.call, others)]
    write = scenario.call(lost)
    return [Done(catalogue.api(write.name), write.arguments, value_at(results[look], move.about[0])), *told]
