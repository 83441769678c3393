"""`toolsim jury`: put the dialogues of a run to a jury, and find out how well jurors judge."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import click

from toolsim.apis.catalogue import open_catalogue
from toolsim.base.errors import ToolsimError, UnknownName
from toolsim.cli.options import pool_options
from toolsim.cli.panel import juror_option, panel_options, remark
from toolsim.dataset.reading import count
from toolsim.dataset.sample import Sample
from toolsim.dataset.store import read_manifest, read_stream
from toolsim.jury.calibration import FILE, calibration
from toolsim.jury.panel import Panel
from toolsim.models.cassette import Cassette, Mode
from toolsim.models.config import load_settings
from toolsim.models.open_model import OpenModel, open_model
from toolsim.pipeline.bench import RULES, Bench, Terms, law_of, models_of, seated
from toolsim.pipeline.jury import Docket, hear_all, specimens_of, vote
from toolsim.views.jury import calibration_record, calibration_view, votes_record, votes_view
from toolsim.views.terminal import OUT, emit_json, track

F = TypeVar("F", bound=Callable[..., Any])
_FILE = click.Path(path_type=Path)


class FallThrough(click.Group):
    """A group whose first command is meant where none is named."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and not {"-h", "--help"} & set(args[:1]):
            args = ["vote", *args]
        return super().parse_args(ctx, args)


@click.group("jury", cls=FallThrough)
def command() -> None:
    """Put a run to a jury (`toolsim jury RUN` is `toolsim jury vote RUN`), or find out how well jurors judge.

    A juror is `rules` (all rule jurors, no model needed), `rules:NAME`, or a model: a name in toolsim.toml or `openai:NAME@URL`,
    with `#SEED` behind it to seat one model several times.
    """


def juror_options(command: F) -> F:
    """Add the options that say who sits on the panel."""
    for option in (
        click.option("--seed", type=int, default=0, show_default=True, help="Draws orders, specimens and audits."),
        click.option("--replay", is_flag=True, help="Only play what the cassette has; never ask a model."),
        click.option("--cassette", type=_FILE, metavar="FILE", help="Record calls of models, and play those recorded."),
        click.option("--models", type=_FILE, metavar="FILE", help="Models.  [default: toolsim.toml]"),
        juror_option(RULES),
    ):
        command = option(command)
    return command


@contextmanager
def _opened(
    specs: Sequence[str], stronger: str, models: Path | None, cassette: Path | None, replay: bool
) -> Iterator[tuple[Bench, asyncio.Runner]]:
    """Seat jurors, and close in the end what they need.

    Raises:
        ToolsimError: a spec names no juror, or a model cannot be opened.
    """
    if replay and cassette is None:
        raise click.UsageError("--replay needs --cassette")
    tape = Cassette(cassette, Mode.REPLAY if replay else Mode.AUTO) if cassette else None
    settings = load_settings(models)
    named = specs or (RULES,)
    try:
        opened: dict[str, OpenModel] = {name: open_model(name, settings, tape) for name in models_of((*named, stronger))}
        with asyncio.Runner() as runner:
            yield seated(named, stronger, {name: model.stage("jury") for name, model in opened.items()}), runner
            for model in opened.values():
                runner.run(model.aclose())
    finally:
        if tape is not None:
            tape.close()


@command.command("vote")
@click.argument("run", type=_FILE)
@juror_options
@panel_options
@click.option("--category", default="", metavar="C", help="Only this category, or a family such as special.")
@click.option("--limit", type=click.IntRange(1), help="At most so many dialogues.")
@click.option("--json", "as_json", is_flag=True, help="Write one JSON object to stdout.")
def vote_command(
    run: Path, specs: tuple[str, ...], models: Path | None, cassette: Path | None, replay: bool, seed: int, terms: Terms,
    category: str, limit: int | None, as_json: bool,
) -> None:  # fmt: skip
    """Put the dialogues of a RUN to a panel of jurors.

    Jurors are asked until the outcome is settled; ties reject. Votes go to RUN/votes.jsonl, and the same command goes on where it
    was stopped. Rule jurors are specialists: by default one of them is enough to reject. Weights come from RUN/calibration.json
    unless another file is named.
    """
    read_manifest(run)
    total = _total(run, category, limit)
    terms = terms if terms.calibration else replace(terms, calibration=run / FILE)
    with _opened(specs, terms.stronger, models, cassette, replay) as (bench, runner):
        law = law_of(bench.jurors, terms, remark)
        panel = Panel(bench.jurors, law, seed, bench.stronger, terms.audit)
        made = list(track(vote(run, panel, Docket(category, limit), runner), total, "Voting"))
    about = {
        "titles": bench.titles,
        "policy": law.policy.value,
        "quorum": law.quorum,
        "margin": law.margin,
        "digest": panel.digest,
    }
    record = votes_record(made, about)
    if as_json:
        emit_json(record)
    else:
        OUT.print(votes_view(record))


def _total(run: Path, category: str, limit: int | None) -> int:
    """Count the dialogues that are put to the panel.

    Raises:
        UnknownName: the run has no such category.
    """
    if not category:
        return min(count(run), limit or count(run))
    known = [sample.category for sample in read_stream(run, "samples", Sample)]
    fitting = sum(Docket(category).takes(name) for name in known)
    if not fitting:
        raise UnknownName("category in this run", category, known)
    return min(fitting, limit or fitting)


@command.command("calibrate")
@click.argument("run", type=_FILE)
@juror_options
@click.option("--count", "wanted", type=click.IntRange(4), default=400, show_default=True, help="Dialogues, half of them spoilt.")
@click.option("--positions", type=click.IntRange(0), default=40, show_default=True, help="Of these so many in both orders.")
@click.option("--out", type=_FILE, metavar="FILE", help=f"[default: RUN/{FILE}]")
@pool_options
def calibrate_command(
    run: Path, specs: tuple[str, ...], models: Path | None, cassette: Path | None, replay: bool, seed: int, wanted: int,
    positions: int, out: Path | None, folders: tuple[Path, ...], as_json: bool,
) -> None:  # fmt: skip
    """Find out how well jurors judge: good dialogues of a RUN and others with a planted fault, mixed blind.

    Sensitivity, specificity, what order and length do, agreement, and the weights for `--policy weighted`.
    """
    read_manifest(run)
    catalogue = open_catalogue(folders)
    with _opened(specs, "", models, cassette, replay) as (bench, runner):
        given = list(track(specimens_of(run, catalogue, wanted, seed), min(wanted, count(run)), "Planting"))
        if len({bool(one.fault) for one in given}) < 2:
            raise ToolsimError(f"{run} gives no specimens of both kinds", hint="a larger --count, or a larger run")
        heard = list(track(hear_all(bench.jurors, given, positions, seed, runner), len(given), "Hearing"))
    found = calibration(heard, seed)
    path = out or run / FILE
    try:
        path.write_bytes(found.model_dump_json(indent=2).encode() + b"\n")
    except OSError as error:
        raise ToolsimError(f"{path} cannot be written ({error.strerror})") from None
    if as_json:
        emit_json(calibration_record(found, bench.titles))
    else:
        OUT.print(calibration_view(found, bench.titles))
