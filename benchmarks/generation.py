"""Measure the making of dialogues: rate, where the time goes, memory, and how cost grows with count and pool size.

Usage: python benchmarks/generation.py [--count N] [--most N] [--print-only]. Run it on an otherwise idle machine; with the
default counts it takes some ten minutes. Writes its tables into docs/performance.md.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from toolsim.apis.catalogue import open_catalogue
from toolsim.base.text import LANGUAGES
from toolsim.checks.case import Case
from toolsim.checks.finding import CHECKS
from toolsim.dataset.duplicates import Index, sign
from toolsim.pipeline.config import RunConfig
from toolsim.pipeline.schedule import Schedule
from toolsim.pipeline.texts import user_text
from toolsim.pipeline.worker import Worker
from toolsim.roleplay.play import play
from toolsim.scenario.categories import load_mix
from toolsim.world.world import WorldPlan

PAGE = Path(__file__).resolve().parent.parent / "docs" / "performance.md"
BEGIN, END = "<!-- generation: begin -->", "<!-- generation: end -->"
BATCHES = 96


class Clock:
    """Adds up CPU time by stage."""

    def __init__(self) -> None:
        self.spent: Counter[str] = Counter()

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        """Time a stage."""
        start = time.process_time_ns()
        yield
        self.spent[stage] += time.process_time_ns() - start


def config(packs: tuple[str, ...], count: int = 1) -> RunConfig:
    """Make the configuration of a run with the training mix."""
    return RunConfig(count=count, languages=LANGUAGES, shares=load_mix("training").shares, packs=packs, seed=0, content="")


def stages() -> list[str]:
    """Time the stages of the pipeline one by one, in one process."""
    worker = Worker(open_catalogue())
    schedule = Schedule(config(tuple(worker.catalogue.taxonomy.packs)))
    for index in range(BATCHES):
        worker.make(schedule.batch(index))
    clock, made, index_of = Clock(), 0, Index()
    for number in range(BATCHES, 2 * BATCHES):
        made += asyncio.run(_batch(worker, schedule, number, clock, index_of))
    total = sum(clock.spent.values())
    rows = [f"| {name} | {spent / made / 1e6:.2f} | {spent / total:.0%} |" for name, spent in clock.spent.most_common()]
    whole = f"| **all** | **{total / made / 1e6:.2f}** | |"
    return ["| stage | ms CPU a dialogue | share |", "|---|---|---|", *rows, whole]


async def _batch(worker: Worker, schedule: Schedule, number: int, clock: Clock, index: Index) -> int:
    batch, made = schedule.batch(number), 0
    with clock("seeding two worlds a batch"):
        plan = _plan(worker, batch.packs)
        world, fresh = plan.world(batch.world_seed, batch.language), plan.world(batch.world_seed, batch.language)
    for slot in batch.slots:
        with clock("planning"):
            scenario = worker.planner.plan(slot.id, slot.seed, slot.category, world, slot.first).scenario
        if scenario is None:
            continue
        with clock("role-play"):
            dialogue = await play(scenario, worker.catalogue, world)
        case = Case.of(scenario, dialogue, worker.catalogue, fresh)
        for family in CHECKS:
            with clock(f"check: {family}"):
                list(CHECKS.get(family)(case))
        with clock("near-duplicates"):
            text = user_text(dialogue)
            signature = sign(text)
            index.nearest(signature, text)
            index.add(slot.id, signature, text)
        with clock("writing lines"):
            scenario.line(), dialogue.line()
        made += 1
    return made


_PLANS: dict[tuple[str, ...], WorldPlan] = {}


def _plan(worker: Worker, packs: tuple[str, ...]) -> WorldPlan:
    if packs not in _PLANS:
        _PLANS[packs] = WorldPlan(worker.catalogue, [worker.catalogue.pack(name) for name in packs])
    return _PLANS[packs]


def run(count: int, workers: int, *options: str) -> tuple[float, float]:
    """Make a run in a process of its own; give dialogues a second and the peak memory of its largest process in MB."""
    with tempfile.TemporaryDirectory() as folder:
        command = [
            sys.executable,
            "-m",
            "toolsim.cli",
            "generate",
            "--count",
            str(count),
            "--workers",
            str(workers),
            "--out",
            folder,
        ]
        start = time.perf_counter()
        child = subprocess.Popen([*command, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        peak = 0.0
        while child.poll() is None:
            peak = max(peak, _largest(child.pid))
            time.sleep(0.2)
        if child.returncode:
            raise SystemExit(f"the run of {count} failed")
        return count / (time.perf_counter() - start), peak


def _largest(root: int) -> float:
    """Give the resident memory of the largest process below one, in MB."""
    done = subprocess.run(["ps", "-e", "-o", "pid=,ppid=,rss="], capture_output=True, text=True, check=True).stdout
    rows = [tuple(map(int, line.split())) for line in done.splitlines()]
    family, grown = {root}, True
    while grown:
        more = {pid for pid, parent, _ in rows if parent in family} - family
        family |= more
        grown = bool(more)
    return max((rss / 1024 for pid, _, rss in rows if pid in family), default=0.0)


def checking(count: int) -> str:
    """Give how many dialogues of a run one core checks a second, replay included."""
    with tempfile.TemporaryDirectory() as folder:
        base = [sys.executable, "-m", "toolsim.cli"]
        subprocess.run(
            [*base, "generate", "--count", str(count), "--workers", "2", "--out", folder], capture_output=True, check=True
        )
        start = os.times()
        subprocess.run([*base, "check", folder, "--json"], capture_output=True, check=True)
        end = os.times()
    spent = end.children_user + end.children_system - start.children_user - start.children_system
    rate = f"{count / spent:,.0f} dialogues a second of CPU, start, replay and reading included"
    return f"`toolsim check` of a run of {count:,}: {rate} (target 2,000)."


def main() -> None:
    """Measure, print, and write the page unless told not to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=5000)
    parser.add_argument("--most", type=int, default=100_000)
    parser.add_argument("--print-only", action="store_true")
    options = parser.parse_args()
    lines = [
        f"Measured with Python {platform.python_version()}, {os.cpu_count()} cores, training mix, both languages.",
        "",
        *stages(),
        "",
    ]
    lines += ["| count | workers | packs | dialogues a second | peak memory of a process, MB |", "|---|---|---|---|---|"]
    packs = list(open_catalogue().taxonomy.packs)
    cases = [
        (1000, 1, 16),
        (1000, 2, 16),
        (options.count, 2, 16),
        (options.count, 2, 4),
        (options.count, 2, 1),
        (options.most, 2, 16),
    ]
    for count, workers, held in cases:
        rate, peak = run(
            count, workers, "--domains", ",".join(packs[:held]), *(() if held > 1 else ("--categories", "normal,special"))
        )
        lines.append(f"| {count:,} | {workers} | {held} | {rate:.0f} | {peak:.0f} |")
        print(lines[-1], flush=True)
    lines += ["", checking(options.count)]
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(lines))
    print(text)
    if not options.print_only:
        page = PAGE.read_text(encoding="utf-8")
        head, tail = page.partition(BEGIN)[0], page.partition(END)[2]
        PAGE.write_text(f"{head}{BEGIN}\n{text}\n{END}{tail}", encoding="utf-8")


if __name__ == "__main__":
    main()
