"""`toolsim demo`: execute a sample of the pool in both languages and print a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from toolsim.apis.catalogue import Catalogue, open_catalogue
from toolsim.base import seeds
from toolsim.base.text import LANGUAGES
from toolsim.cli.options import pool_options
from toolsim.views import pool
from toolsim.views.terminal import OUT, emit_json, track
from toolsim.world.trial import Trial, try_pack
from toolsim.world.world import WorldPlan


@click.command("demo")
@click.option("--count", type=click.IntRange(1, 10_000), default=160, show_default=True, help="Operations to execute.")
@click.option("--shown", type=click.IntRange(0, 100), default=8, show_default=True, help="Calls to print.")
@click.option("--seed", type=int, default=0, show_default=True)
@pool_options
def command(count: int, shown: int, seed: int, folders: tuple[Path, ...], as_json: bool) -> None:
    """Execute a sample of the pool in both languages and print what it did."""
    catalogue = open_catalogue(folders)
    count = min(count, len(catalogue))
    trials = list(track(_sample(catalogue, count, seed), count * len(LANGUAGES), "Executing"))
    rows = [_row(name, [t for t in trials if t.api.pack.name == name]) for name in catalogue.taxonomy.packs]
    rows = [row for row in rows if row["operations"]]
    if as_json:
        emit_json(rows)
        return
    picked = seeds.stream(seed, "shown").sample(trials, min(shown, len(trials)))
    OUT.print(pool.demo_rows(picked))
    OUT.print(pool.demo_summary(rows))


def _sample(catalogue: Catalogue, count: int, seed: int) -> Iterator[Trial]:
    """Try a sample of the pool, spread evenly over the packs."""
    rng = seeds.stream(seed, "demo")
    packs = list(catalogue.taxonomy.packs.values())
    for index, pack in enumerate(packs):
        share = count // len(packs) + (index < count % len(packs))
        apis = catalogue.of(pack)
        yield from try_pack(WorldPlan(catalogue, [pack]), rng.sample(apis, min(share, len(apis))), 1, seed)


def _row(pack: str, trials: list[Trial]) -> dict[str, Any]:
    return {
        "pack": pack,
        "operations": len({t.api.name for t in trials}),
        "languages": dict(sorted(Counter(t.language for t in trials).items())),
        "calls": sum(t.calls for t in trials),
        "done": sum(t.successes for t in trials),
        "refused": sum(t.refusals.total() for t in trials),
        "broken_promises": sum(t.problems.total() for t in trials),
    }
