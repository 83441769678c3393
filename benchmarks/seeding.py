"""Show where the seeding of one pack's world spends its time: entity by entity and field by field.

Usage: python benchmarks/seeding.py PACK. A field that fails often throws the whole row away; give it a `seed` rule that fits.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from typing import Any

from toolsim.apis.catalogue import open_catalogue
from toolsim.world import seeding
from toolsim.world.world import WorldPlan

WORLDS = 40
SHOWN = 15


def main(name: str) -> None:
    """Seed some worlds, then print a table of the costliest fields."""
    catalogue = open_catalogue(only=name)
    plan = WorldPlan(catalogue, catalogue.taxonomy.packs.values())
    best = min(_time(plan, first) for first in range(0, 6 * WORLDS, WORLDS))
    rows = sum(len(rows) for rows in plan.world(0, "en").tables.values())
    print(f"{name}: {best * 1e3:.2f} ms of processor time a world, {rows} rows")
    spent: Counter[str] = Counter()
    fills: Counter[str] = Counter()
    fails: Counter[str] = Counter()
    fill = seeding._Step.fill

    def measured(step: Any, *args: Any) -> bool:
        label = f"{step.entity}.{step.field.name}"
        start = time.process_time_ns()
        done = fill(step, *args)
        spent[label] += time.process_time_ns() - start
        fills[label] += 1
        fails[label] += not done
        return done

    seeding._Step.fill = measured  # type: ignore[method-assign, assignment]
    for seed in range(WORLDS):
        plan.world(seed, "en")
    print(f"{'field':45} {'µs a world':>10} {'fills':>8} {'fails':>8}")
    for label, nanoseconds in spent.most_common(SHOWN):
        figures = nanoseconds / WORLDS / 1e3, fills[label] / WORLDS, fails[label] / WORLDS
        print(f"{label:45} {figures[0]:10.0f} {figures[1]:8.1f} {figures[2]:8.1f}")


def _time(plan: WorldPlan, first: int) -> float:
    start = time.process_time()
    for seed in range(first, first + WORLDS):
        plan.world(seed, "en")
    return (time.process_time() - start) / WORLDS


if __name__ == "__main__":
    main(sys.argv[1])
