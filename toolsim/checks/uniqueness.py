"""Uniqueness: no other offered tool, given what was said, does what gold does."""

from __future__ import annotations

from collections.abc import Iterator

from toolsim.checks.case import Case
from toolsim.checks.finding import CHECKS, Finding
from toolsim.scenario.needs import Need
from toolsim.scenario.rivals import equals, rivals
from toolsim.world.injection import InjectedWorld


@CHECKS.register("uniqueness")
def uniqueness(case: Case) -> Iterator[Finding]:
    """Try every other offered tool with what the user told, in the state in which gold is called."""
    scenario, world = case.scenario, case.world
    if scenario is None or world is None:
        return
    gold_names = {gold.name for gold in scenario.calls}
    offered = dict.fromkeys(case.dialogue.tools)
    others = [case.catalogue.api(name) for name in offered if name not in gold_names and name in case.catalogue]
    mark, line = world.mark(), InjectedWorld(world, scenario.faults)
    for gold in scenario.calls:
        api = case.catalogue.find(gold.name)
        if api is None or not api.arguments.is_valid(gold.arguments):
            continue
        if gold.id in scenario.milestones and not gold.fault:
            need = Need(api, api.wire.decode(gold.arguments), gold.arguments)
            for name in sorted(rivals(world, need, others)):
                yield Finding("uniqueness.rival", "$.tools", f"{name} does what {gold.name} does")
            if equals(world, api, gold.arguments) != gold.equals:
                yield Finding("uniqueness.unlisted", "$.calls", f"{gold.name} has right answers that are not listed")
        line.run(api, gold.arguments)
    world.undo(mark)
