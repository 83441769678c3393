"""`toolsim check`: check the dialogues of a run again, or dialogues that others made."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from toolsim.apis.catalogue import open_catalogue
from toolsim.base.errors import Place, ToolsimError, UnknownName
from toolsim.checks.examine import examine
from toolsim.checks.finding import CHECKS
from toolsim.checks.foreign import SKIPPED, read_foreign
from toolsim.cli.options import pool_options
from toolsim.dataset.reading import count
from toolsim.dataset.store import read_manifest
from toolsim.pipeline.config import content_digest
from toolsim.pipeline.recheck import Rechecked, recheck
from toolsim.views.findings import Findings, findings_view
from toolsim.views.terminal import ERR, OUT, emit_json, track

_NOTE = (
    f"of dialogues that others made, {', '.join(SKIPPED[:-1])} and {SKIPPED[-1]} are not checked: "
    "they need the scenario and its world"
)


@click.command("check")
@click.argument("paths", type=click.Path(path_type=Path), nargs=-1, required=True)
@click.option("--limit", type=click.IntRange(0), default=3, show_default=True, help="Examples of each kind of finding.")
@click.option("--ignore", multiple=True, metavar="CODE", help="Leave out a code or a family of checks; may be given often.")
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes, for run folders.")
@pool_options
def command(
    paths: tuple[Path, ...], limit: int, ignore: tuple[str, ...], workers: int, folders: tuple[Path, ...], as_json: bool
) -> None:
    """Check dialogues: of run folders, or of files that others made.

    A run folder: every admitted dialogue is checked again, and all its calls are run again in its world. A .jsonl or .json file:
    one dialogue {"messages": [...], "tools": [...]} in OpenAI form a line, or an array; what needs the scenario is left out.
    Exits with 1 when there are findings, with 2 when something cannot be read.
    """
    for name in ignore:
        if name.partition(".")[0] not in CHECKS:
            raise UnknownName("family of checks", name.partition(".")[0], CHECKS)
    findings = Findings(limit)
    for path in paths:
        for one in _run(path, folders, workers) if path.is_dir() else _foreign(path):
            kept = [finding for finding in one.findings if not {finding.code, finding.family} & {*ignore}]
            findings.add(str(path), one.id, kept)
    notes = [_NOTE] if any(not path.is_dir() for path in paths) else []
    if as_json:
        emit_json(findings.record(notes))
    else:
        OUT.print(findings_view(findings, notes))
    if findings.faulty:
        raise click.exceptions.Exit(1)


def _run(folder: Path, folders: tuple[Path, ...], workers: int) -> Iterator[Rechecked]:
    """Check a run folder."""
    config = read_manifest(folder)["config"]
    if "imported" not in config and config.get("content") != content_digest(folders):
        ERR.print(
            f"{folder} was made from other packs or scenario data than there are now: findings may come from that", soft_wrap=True
        )
    return track(recheck(folder, open_catalogue(folders), folders, workers), count(folder), "Checking")


def _foreign(path: Path) -> Iterator[Rechecked]:
    """Check a file of dialogues that others made.

    Raises:
        ToolsimError: the file cannot be read, or a dialogue in it.
    """
    if path.suffix not in (".jsonl", ".json"):
        raise ToolsimError("is neither a run folder nor a .jsonl or .json file", Place(str(path), 0))
    for foreign in read_foreign(path):
        yield Rechecked(foreign.dialogue.id, tuple(examine(foreign.case())))
