"""Measure what docs/performance.md claims, and write the figures there. Run it by `make bench` on an otherwise idle machine."""

from __future__ import annotations

import argparse
import gc
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from toolsim.apis.catalogue import Catalogue, open_catalogue
from toolsim.base import seeds
from toolsim.world.trial import valid_arguments
from toolsim.world.world import WorldPlan

PAGE = Path(__file__).resolve().parent.parent / "docs" / "performance.md"
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"
REPEATS = 25


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure beside its target."""

    what: str
    measured: float
    target: float
    unit: str
    note: str

    @property
    def met(self) -> bool:
        """Whether the target is met."""
        return self.measured <= self.target


def seconds(work: Callable[[], object], repeats: int = REPEATS) -> float:
    """Give the median time of some work."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def calls(catalogue: Catalogue) -> tuple[Figure, Figure]:
    """Time a call without validation, and the validation of its arguments, for every API."""
    called: dict[str, float] = {}
    checked: dict[str, float] = {}
    for pack in catalogue.taxonomy.packs.values():
        world = WorldPlan(catalogue, [pack]).world(1, "en")
        for api in catalogue.of(pack):
            arguments = valid_arguments(api, world, seeds.stream(1, api.name))
            if arguments is None:
                continue
            mark = world.mark()

            times = []
            for _ in range(REPEATS):
                start = time.perf_counter()
                world.run(api, arguments)
                times.append(time.perf_counter() - start)
                world.undo(mark)
            called[api.name] = statistics.median(times) * 1e6
            checked[api.name] = seconds(partial(api.arguments.is_valid, arguments)) * 1e6
    slowest = max(called, key=called.__getitem__)
    call_note = f"95th percentile {_percentile(called, 95):.0f}, slowest {slowest} {called[slowest]:.0f}"
    check_note = f"95th percentile {_percentile(checked, 95):.1f}, slowest {max(checked.values()):.1f}"
    return (
        Figure(
            f"a call without validation, median over {len(called):,} APIs",
            statistics.median(called.values()),
            50,
            "µs",
            call_note,
        ),
        Figure("validating one call's arguments, median", statistics.median(checked.values()), 20, "µs", check_note),
    )


def _percentile(values: dict[str, float], p: int) -> float:
    return sorted(values.values())[min(len(values) - 1, len(values) * p // 100)]


def worlds(catalogue: Catalogue) -> tuple[Figure, Figure]:
    """Time the seeding of a world of one pack, and weigh it."""
    times, sizes = {}, {}
    for pack in catalogue.taxonomy.packs.values():
        plan = WorldPlan(catalogue, [pack])
        times[pack.name] = statistics.median(seconds(partial(plan.world, seed, "en"), 3) for seed in range(30)) * 1e3
        gc.collect()
        tracemalloc.start()
        kept = [plan.world(seed, "zh") for seed in range(40)]
        sizes[pack.name] = tracemalloc.get_traced_memory()[0] / len(kept) / 1e3
        tracemalloc.stop()
    slowest, largest = max(times, key=times.__getitem__), max(sizes, key=sizes.__getitem__)
    note = f"median {statistics.median(times.values()):.2f}; the figure is the slowest pack, {slowest}"
    weight = f"median {statistics.median(sizes.values()):.0f}; the figure is the largest pack, {largest}"
    return (
        Figure("seeding a world of one pack", times[slowest], 2, "ms", note),
        Figure("memory of one idle world", sizes[largest], 200, "kB", weight),
    )


LOAD = """
import time
from toolsim.apis.catalogue import open_catalogue
start = time.perf_counter()
open_catalogue()
print(time.perf_counter() - start)
"""
HELP = "import sys; from toolsim.cli.main import main; sys.argv = ['toolsim', '--help']; main()"


def loading() -> tuple[Figure, Figure]:
    """Time a cold and a warm load of all packs, each in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        env = {**os.environ, "TOOLSIM_CACHE": folder}

        def load() -> float:
            done = subprocess.run([sys.executable, "-c", LOAD], env=env, capture_output=True, text=True, check=True)
            return float(done.stdout)

        cold = load()
        warm = statistics.median(load() for _ in range(7))
    note = f"cold, with every check: {cold:.2f} s"
    start = statistics.median(_help() for _ in range(7)) * 1e3
    return (
        Figure("warm load of all packs", warm, 0.3, "s", note),
        Figure("`toolsim --help`", start, 150, "ms", "a whole process"),
    )


def _help() -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", HELP], capture_output=True, check=True)
    return time.perf_counter() - start


def table(figures: list[Figure]) -> str:
    """Write the figures as a table."""
    version = f"Python {platform.python_version()}, {os.cpu_count()} cores"
    lines = [f"Measured with {version}.", "", "| what | measured | target | | notes |", "|---|---|---|---|---|"]
    for f in figures:
        lines.append(
            f"| {f.what} | {f.measured:.3g} {f.unit} | {f.target:g} {f.unit} | {'met' if f.met else '**missed**'} | {f.note} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Measure, print, and write the page unless told not to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--print-only", action="store_true", help="do not write docs/performance.md")
    options = parser.parse_args()
    catalogue = open_catalogue()
    figures = [*calls(catalogue), *worlds(catalogue), *loading()]
    text = table(figures)
    print(text)
    if not options.print_only:
        page = PAGE.read_text(encoding="utf-8")
        head, tail = page.partition(BEGIN)[0], page.partition(END)[2]
        PAGE.write_text(f"{head}{BEGIN}\n{text}\n{END}{tail}", encoding="utf-8")


if __name__ == "__main__":
    main()
