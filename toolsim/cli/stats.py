"""`toolsim stats`: what a run holds, in figures."""

from __future__ import annotations

from pathlib import Path

import click

from toolsim.apis.catalogue import open_catalogue
from toolsim.cli.options import pool_options
from toolsim.dataset.funnel import Funnel, funnel
from toolsim.dataset.reading import count, entries
from toolsim.dataset.statistics import gather
from toolsim.dataset.store import USAGE, read_manifest
from toolsim.views.funnel import funnel_view
from toolsim.views.statistics import statistics_view
from toolsim.views.terminal import OUT, emit_json, track


@click.command("stats")
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--funnel", "only_funnel", is_flag=True, help="Show how many get through each stage, and why others do not.")
@pool_options
def command(run: Path, only_funnel: bool, folders: tuple[Path, ...], as_json: bool) -> None:
    """Count what a RUN holds and measure how varied it is.

    Categories, domains, API coverage, turns, calls and tools, kinds and depth of gold arguments, skeletons, personas, acceptance;
    the diversity of user turns, and how often a selector by words finds the gold API, beside what they are held to.
    """
    read_manifest(run)
    if only_funnel:
        _tell(funnel(run), as_json)
        return
    catalogue = open_catalogue(folders)
    figures = gather(run, track(entries(run), count(run), "Reading"), catalogue)
    if as_json:
        emit_json(figures)
    else:
        OUT.print(statistics_view(figures))
        if (run / USAGE).exists():
            OUT.print(funnel_view(funnel(run)))


def _tell(figures: Funnel, as_json: bool) -> None:
    if as_json:
        emit_json(figures)
    else:
        OUT.print(funnel_view(figures))
