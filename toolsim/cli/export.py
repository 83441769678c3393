"""`toolsim export`: write a run in a form that others read."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

import click
from pydantic import ValidationError

import toolsim.export.labelled
import toolsim.export.openai
import toolsim.export.preference  # noqa: F401  (each registers its format)
from toolsim.apis.catalogue import open_catalogue
from toolsim.base.errors import Place, ToolsimError, UnknownName
from toolsim.dataset.reading import count, raw_entries
from toolsim.dataset.splits import Split
from toolsim.dataset.store import MANIFEST, read_manifest
from toolsim.dataset.trajectories import count_scenarios, trajectories
from toolsim.export.gold import GoldPlayer
from toolsim.export.origin import Origin
from toolsim.export.registry import EXPORTERS, PAIRS, TRAJECTORY_EXPORTERS
from toolsim.export.told import Gold, Tally, Telling, told
from toolsim.export.write import Places, best, items, split, split_played, write
from toolsim.pipeline.casting import PLANNER, WORLD, Casting
from toolsim.pipeline.config import config_digest, content_digest
from toolsim.views.terminal import ERR, emit_json, track

_PARTS = tuple(one.value for one in Split)
_FOLDER = click.Path(path_type=Path)
_PAIRED = "preference"


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is asked for."""

    run: Path
    casting: Casting
    form: str
    part: Split | None
    best: bool
    pairs: int | None
    gold: bool
    folders: tuple[Path, ...]

    @property
    def trajectories(self) -> bool:
        """Whether the format tells of trajectories rather than of admitted dialogues."""
        return self.form in TRAJECTORY_EXPORTERS


@click.command("export")
@click.argument("run", type=_FOLDER)
@click.option("--format", "form", default="openai", show_default=True, metavar="NAME", help="openai, preference or labelled.")
@click.option(
    "--out", type=click.Path(path_type=Path, allow_dash=True), help="File; - for stdout.  [default: RUN/export/FORMAT.jsonl]"
)
@click.option("--split", "part", type=click.Choice([*_PARTS, "all"]), default="all", show_default=True, help="Only this split.")
@click.option("--best", is_flag=True, help="openai: of each scenario only the right trajectory with the fewest calls.")
@click.option("--pairs", type=click.IntRange(1), default=None, help=f"preference: most pairs of a scenario.  [default: {PAIRS}]")
@click.option("--gold", is_flag=True, help="preference: the planner plays what no trajectory has right.")
@click.option("--domains", "folders", multiple=True, type=_FOLDER, metavar="DIR", help="With --gold: more packs.")
@click.option("--json", "as_json", is_flag=True, help="Write what was done as one JSON object to stdout.")
def command(
    run: Path, form: str, out: Path | None, part: str, best: bool, pairs: int | None, gold: bool, folders: tuple[Path, ...],
    as_json: bool,
) -> None:  # fmt: skip
    """Write a RUN as JSON lines that a trainer reads.

    Each line is self-contained, with tools, and metadata with split, label and provenance. `openai` has the admitted dialogues;
    of a run in which a model was the assistant, `preference` has pairs of a right and a wrong trajectory of a scenario, and
    `labelled` each trajectory as right or wrong. Splits (train 90 %, validation and test 5 % each) share no task, no world and
    no near-duplicate; what would leak has the split null: only `all` has it.
    """
    casting = _casting(run)
    only = None if part == "all" else Split(part)
    wanted = _Wanted(run, casting, form, only, best, pairs, gold, folders)
    _refuse(wanted)
    to_stdout = out == Path("-")
    if to_stdout and as_json:
        raise click.UsageError("--json reports on stdout, so the lines cannot go there too; give --out FILE")
    target = out or run / "export" / f"{form}.jsonl"
    tally = Tally()
    counts = _write(wanted, sys.stdout.buffer if to_stdout else target, tally)
    record = {"file": str(target), "lines": counts.total(), "splits": dict(sorted(counts.items()))}
    if as_json:
        emit_json(record | (asdict(tally) if wanted.trajectories else {}))
        return
    ERR.print(_summary(wanted, counts, tally), soft_wrap=True)
    if not to_stdout:
        click.echo(str(target))


def _casting(run: Path) -> Casting:
    """Read who played in a run.

    Raises:
        ToolsimError: the manifest says it otherwise than this version does.
    """
    try:
        return Casting.model_validate(read_manifest(run)["config"].get("casting", {}))
    except ValidationError as error:
        place = ".".join(map(str, error.errors()[0]["loc"]))
        told = f"config.casting.{place} is not as this version knows it ({error.errors()[0]['msg']})"
        raise ToolsimError(told, Place(str(run / MANIFEST), 0)) from None


def _refuse(wanted: _Wanted) -> None:
    """Refuse what does not go together."""
    known = {*EXPORTERS, *TRAJECTORY_EXPORTERS}
    if wanted.form not in known:
        raise UnknownName("format", wanted.form, known)
    if wanted.best and wanted.trajectories:
        raise click.UsageError(f"--best chooses among right dialogues, and {wanted.form} tells of wrong ones too")
    if wanted.form != _PAIRED and (wanted.gold or wanted.pairs):
        raise click.UsageError(f"{'--gold' if wanted.gold else '--pairs'} goes with --format {_PAIRED} only")
    if (wanted.best or wanted.trajectories) and wanted.casting.assistant == PLANNER:
        raise ToolsimError(
            f"the planner was the assistant in {wanted.run}, so that there are no trajectories to compare",
            hint="`toolsim generate --assistant MODEL --trajectories N` makes some",
        )
    if wanted.gold and wanted.casting.user != PLANNER:
        raise ToolsimError(f"a model was the user in {wanted.run}: the planner cannot play that again", hint="leave --gold out")


def _write(wanted: _Wanted, target: Path | BinaryIO, tally: Tally) -> Counter[str]:
    """Write the lines; count them by split, and what became of scenarios."""
    run, places = wanted.run, _places(wanted)
    if not wanted.trajectories and not wanted.best:
        found = items(run, track(raw_entries(run), count(run), "Exporting"), places, wanted.part)
        return write(found, EXPORTERS.get(wanted.form), target)
    played = track(trajectories(run), count_scenarios(run), "Exporting")
    if wanted.best:
        return write(best(run, played, places, wanted.part), EXPORTERS.get(wanted.form), target)
    gold = _gold(wanted) if wanted.gold else None
    telling = Telling(_origin(wanted), places, wanted.part, wanted.pairs or PAIRS, gold)
    return write(told(run, played, telling), tally.watch(TRAJECTORY_EXPORTERS.get(wanted.form)), target)


def _places(wanted: _Wanted) -> Places:
    """Work out the splits, over all trajectories where a model was the assistant, whatever is written of them."""
    run = wanted.run
    if wanted.casting.assistant == PLANNER:
        return split(track(raw_entries(run), count(run), "Splitting"))
    return split_played(track(trajectories(run), count_scenarios(run), "Splitting"))


def _origin(wanted: _Wanted) -> Origin:
    manifest = read_manifest(wanted.run)
    config, casting = manifest["config"], wanted.casting
    judges = ["rules", *(["replay"] if casting.tool == WORLD else []), *(["a jury"] if casting.jury else [])]
    behind = {role: model for role, model in casting.played.items() if role not in ("user", "assistant", "tool")}
    return Origin(
        toolsim=manifest.get("toolsim", ""),
        content=config.get("content", ""),
        run=config_digest(config),
        judged=", ".join(judges),
        prompts=config.get("prompts", ""),
        behind=behind,
    )


def _gold(wanted: _Wanted) -> Gold:
    if read_manifest(wanted.run)["config"].get("content") != content_digest(wanted.folders):
        raise ToolsimError(
            f"{wanted.run} was made from other packs or scenario data than there are now: the planner cannot play that again",
            hint="name further packs by --domains DIR",
        )
    return GoldPlayer(open_catalogue(wanted.folders)).play


def _summary(wanted: _Wanted, counts: Counter[str], tally: Tally) -> str:
    what = "pairs" if wanted.form == _PAIRED else "trajectories" if wanted.trajectories else "dialogues"
    listed = ", ".join(f"{name} {number:,}" for name, number in sorted(counts.items()))
    lines = f"{counts.total():,} {what} ({listed})" if counts else f"no {what}"
    if not wanted.trajectories:
        return lines
    by_planner = f" ({tally.gold:,} played by the planner)" if wanted.gold else ""
    parts = [
        f"{tally.without_right:,} without a right trajectory{by_planner}",
        f"{tally.without_wrong:,} without a wrong one",
        *([f"{tally.without_common_prompt:,} without a common prompt"] if wanted.form == _PAIRED else []),
    ]
    silent = f"; {tally.without_verdict:,} trajectories say nothing about the assistant" if tally.without_verdict else ""
    return f"{lines} of {tally.scenarios:,} scenarios: {', '.join(parts)}{silent}"
