"""`toolsim jury`: put the dialogues of a run to a jury, and find out how well jurors judge."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from toolsim.apis.catalogue import open_catalogue
from toolsim.base.errors import ToolsimError, UnknownName
from toolsim.cli.options import pool_options
from toolsim.dataset.reading import count
from toolsim.dataset.sample import Sample
from toolsim.dataset.store import read_manifest, read_stream
from toolsim.jury.calibration import FILE, calibration, load_calibration
from toolsim.jury.juror import Juror, ModelJuror
from toolsim.jury.panel import Panel
from toolsim.jury.policy import Law, Policy, usual_quorum
from toolsim.jury.rubric import rubrics_digest
from toolsim.jury.rules import RULE_JURORS, RuleJuror
from toolsim.models.cassette import Cassette, Mode
from toolsim.models.config import load_settings
from toolsim.models.open_model import OpenModel, open_model
from toolsim.pipeline.jury import Docket, hear_all, specimens_of, vote
from toolsim.views.jury import calibration_record, calibration_view, votes_record, votes_view
from toolsim.views.terminal import ERR, OUT, emit_json, track

F = TypeVar("F", bound=Callable[..., Any])
_RULES: Final = "rules"
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


@dataclass(frozen=True, slots=True)
class Bench:
    """Jurors, ready to be asked."""

    jurors: list[Juror]
    stronger: Juror | None
    runner: asyncio.Runner

    @property
    def titles(self) -> list[str]:
        """What sits there: rule jurors and models are told apart."""
        rules = sum(isinstance(juror, RuleJuror) for juror in self.jurors)
        models = len(self.jurors) - rules
        counted = ((rules, "rule juror"), (models, "model"))
        return [f"{number} {what}{'s' if number > 1 else ''}" for number, what in counted if number]


def juror_options(command: F) -> F:
    """Add the options that say who sits on the panel."""
    for option in (
        click.option("--seed", type=int, default=0, show_default=True, help="Draws orders, specimens and audits."),
        click.option("--replay", is_flag=True, help="Only play what the cassette has; never ask a model."),
        click.option("--cassette", type=_FILE, metavar="FILE", help="Record calls of models, and play those recorded."),
        click.option("--models", type=_FILE, metavar="FILE", help="Models.  [default: toolsim.toml]"),
        click.option("--juror", "specs", multiple=True, metavar="SPEC", help="A juror; may be given often.  [default: rules]"),
    ):
        command = option(command)
    return command


@contextmanager
def bench(
    specs: Sequence[str], stronger: str | None, models: Path | None, cassette: Path | None, replay: bool
) -> Iterator[Bench]:
    """Seat the jurors; close what they need in the end.

    Raises:
        ToolsimError: a spec names no juror, or a model cannot be opened.
    """
    if replay and cassette is None:
        raise click.UsageError("--replay needs --cassette")
    tape = Cassette(cassette, Mode.REPLAY if replay else Mode.AUTO) if cassette else None
    settings = load_settings(models)
    opened: dict[str, OpenModel] = {}

    def seat(spec: str) -> list[Juror]:
        if spec == _RULES:
            return list(RULE_JURORS.values())
        if spec.startswith(f"{_RULES}:"):
            field = spec.partition(":")[2]
            if field not in RULE_JURORS:
                raise UnknownName("rule juror", field, RULE_JURORS)
            return [RULE_JURORS[field]]
        name, _, seed = spec.partition("#")
        if seed and not seed.isdecimal():
            raise ToolsimError(f"the juror {spec!r} has no whole number behind #", hint=f"such as {name}#1")
        if name not in opened:
            opened[name] = open_model(name, settings, tape)
        return [ModelJuror(opened[name].stage("jury"), int(seed or 0))]

    try:
        with asyncio.Runner() as runner:
            jurors = [juror for spec in specs or (_RULES,) for juror in seat(spec)]
            yield Bench(jurors, seat(stronger)[0] if stronger else None, runner)
            for model in opened.values():
                runner.run(model.aclose())
    finally:
        if tape is not None:
            tape.close()


@command.command("vote")
@click.argument("run", type=_FILE)
@juror_options
@click.option(
    "--policy",
    type=click.Choice([policy.value for policy in Policy]),
    help="[default: unanimous for rule jurors alone, else majority]",
)
@click.option("--quorum", type=click.IntRange(1), help="Votes that must be cast.  [default: more than half]")
@click.option("--margin", type=click.FloatRange(0, 0.999), default=0.0, help="Results closer than this are split.  [default: 0]")
@click.option("--stronger", metavar="SPEC", help="Juror that decides where the others are split; else those go to review.")
@click.option("--calibration", "calibrated", type=_FILE, metavar="FILE", help=f"For weighted votes.  [default: RUN/{FILE}]")
@click.option("--audit", type=click.FloatRange(0, 1), default=0.1, show_default=True, help="Share put to all jurors.")
@click.option("--category", default="", metavar="C", help="Only this category, or a family such as special.")
@click.option("--limit", type=click.IntRange(1), help="At most so many dialogues.")
@click.option("--json", "as_json", is_flag=True, help="Write one JSON object to stdout.")
def vote_command(
    run: Path, specs: tuple[str, ...], models: Path | None, cassette: Path | None, replay: bool, seed: int, policy: str | None,
    quorum: int | None, margin: float, stronger: str | None, calibrated: Path | None, audit: float, category: str,
    limit: int | None, as_json: bool,
) -> None:  # fmt: skip
    """Put the dialogues of a RUN to a panel of jurors.

    Jurors are asked until the outcome is settled; ties reject. Votes go to RUN/votes.jsonl, and the same command goes on where it
    was stopped. Rule jurors are specialists: by default one of them is enough to reject.
    """
    read_manifest(run)
    total = _total(run, category, limit)
    with bench(specs, stronger, models, cassette, replay) as seated:
        law = _law(seated.jurors, policy, quorum, margin, calibrated or run / FILE)
        panel = Panel(seated.jurors, law, seed, seated.stronger, audit)
        made = list(track(vote(run, panel, Docket(category, limit), seated.runner), total, "Voting"))
    about = {
        "titles": seated.titles,
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


def _law(jurors: Sequence[Juror], policy: str | None, quorum: int | None, margin: float, path: Path) -> Law:
    """Make the law; weights come from a calibration."""
    rules = all(isinstance(juror, RuleJuror) for juror in jurors)
    kind = Policy(policy) if policy else Policy.UNANIMOUS if rules else Policy.MAJORITY
    if kind is not Policy.WEIGHTED:
        return Law(kind, quorum or usual_quorum(len(jurors)), margin)
    found = load_calibration(path)
    if found.rubrics != rubrics_digest():
        ERR.print(f"{path} was made under other rubrics or prompts than there are now", soft_wrap=True)
    weights = found.weights(juror.name for juror in jurors)
    return Law(kind, quorum or usual_quorum(sum(weight > 0 for weight in weights.values())), margin, weights)


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
    with bench(specs, None, models, cassette, replay) as seated:
        given = list(track(specimens_of(run, catalogue, wanted, seed), min(wanted, count(run)), "Planting"))
        if len({bool(one.fault) for one in given}) < 2:
            raise ToolsimError(f"{run} gives no specimens of both kinds", hint="a larger --count, or a larger run")
        heard = list(track(hear_all(seated.jurors, given, positions, seed, seated.runner), len(given), "Hearing"))
    found = calibration(heard, seed)
    path = out or run / FILE
    try:
        path.write_bytes(found.model_dump_json(indent=2).encode() + b"\n")
    except OSError as error:
        raise ToolsimError(f"{path} cannot be written ({error.strerror})") from None
    if as_json:
        emit_json(calibration_record(found, seated.titles))
    else:
        OUT.print(calibration_view(found, seated.titles))
