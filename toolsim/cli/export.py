"""`toolsim export`: write a run in a form that others read."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import click

import toolsim.export.openai  # noqa: F401  (registers the built-in format)
from toolsim.base.errors import UnknownName
from toolsim.dataset.reading import count, raw_entries
from toolsim.dataset.splits import Split
from toolsim.dataset.store import read_manifest
from toolsim.export.registry import EXPORTERS, Exporter
from toolsim.export.write import items, split, write
from toolsim.views.terminal import ERR, emit_json, track

_OUT = "File; - for stdout.  [default: RUN/export/FORMAT.jsonl]"
_PARTS = tuple(one.value for one in Split)


@click.command("export")
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--format", "form", default="openai", show_default=True, metavar="NAME", help="Form of the lines.")
@click.option(
    "--out", type=click.Path(path_type=Path, allow_dash=True), help="File; - for stdout.  [default: RUN/export/FORMAT.jsonl]"
)
@click.option("--split", "part", type=click.Choice([*_PARTS, "all"]), default="all", show_default=True, help="Only this split.")
@click.option("--json", "as_json", is_flag=True, help="Write what was done as one JSON object to stdout.")
def command(run: Path, form: str, out: Path | None, part: str, as_json: bool) -> None:
    """Write the admitted dialogues of a RUN as JSON lines that a trainer reads.

    Each line is self-contained: messages, tools, and metadata with split, label and provenance. Splits (train 90 %, validation
    and test 5 % each) share no task, no world and no near-duplicate; what would leak has the split null: only `all` has it.
    """
    read_manifest(run)
    exporter = _exporter(form)
    to_stdout = out == Path("-")
    if to_stdout and as_json:
        raise click.UsageError("--json reports on stdout, so the lines cannot go there too; give --out FILE")
    target = out or run / "export" / f"{form}.jsonl"
    total = count(run)
    assignment = split(track(raw_entries(run), total, "Splitting"))
    wanted = None if part == "all" else Split(part)
    found = items(run, track(raw_entries(run), total, "Exporting"), assignment, wanted)
    counts = write(found, exporter, sys.stdout.buffer if to_stdout else target)
    _tell(target, counts, as_json, to_stdout)


def _exporter(name: str) -> Exporter:
    if name not in EXPORTERS.names():
        raise UnknownName("format", name, EXPORTERS.names())
    return EXPORTERS.get(name)


def _tell(target: Path, counts: Counter[str], as_json: bool, to_stdout: bool) -> None:
    if as_json:
        emit_json({"file": str(target), "lines": counts.total(), "splits": dict(sorted(counts.items()))})
        return
    listed = ", ".join(f"{name} {number:,}" for name, number in sorted(counts.items()))
    ERR.print(f"{counts.total():,} dialogues ({listed})" if counts else "no dialogues")
    if not to_stdout:
        click.echo(str(target))
