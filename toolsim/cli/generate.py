"""`toolsim generate`: make a run of verified dialogues."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import cast

import click

from toolsim.apis.catalogue import Catalogue, open_catalogue
from toolsim.base.errors import ToolsimError, UnknownName, near
from toolsim.base.text import LANGUAGES, Language
from toolsim.cli.asking import Asking, asking_options
from toolsim.cli.panel import juror_option, panel_options, remark
from toolsim.dataset.store import run_digest
from toolsim.pipeline.bench import Terms
from toolsim.pipeline.casting import Casting
from toolsim.pipeline.config import BATCH, RunConfig, content_digest
from toolsim.pipeline.empanel import Jury, empanel
from toolsim.pipeline.generate import Progress, generate
from toolsim.pipeline.means import Means
from toolsim.pipeline.staff import Hiring
from toolsim.roleplay.prompts import prompts_digest
from toolsim.scenario.categories import load_mix
from toolsim.views.run import RunProgress, run_summary
from toolsim.views.terminal import OUT, emit_json

_FOLDER = click.Path(path_type=Path)


@click.command("generate")
@click.option("--count", type=click.IntRange(1), default=500, show_default=True, help="Dialogues wanted.")
@click.option("--accept", type=click.IntRange(1), default=None, help="Wanted of each category x language x domain, not in all.")
@click.option("--languages", default="en,zh", show_default=True, help="Languages, separated by commas.")
@click.option("--mix", default="training", show_default=True, metavar="NAME|FILE", help="Shares of the categories.")
@click.option("--categories", default="", help="Only these categories of the mix, or families such as normal.atom; by commas.")
@click.option("--domains", default="", help="Only these domains, or single subdomains; by commas.")
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes; content stays the same.")
@click.option("--out", type=_FOLDER, default=None, help="Run folder.  [default: outputs/MIX-SEED]")
@click.option("--against", type=_FOLDER, multiple=True, metavar="RUN", help="Earlier run not to repeat; may be given often.")
@click.option("--pool", "folders", type=_FOLDER, multiple=True, metavar="DIR", help="More packs.")
@click.option("--user", default="planner", show_default=True, metavar="MODEL", help="Who plays the user.")
@click.option("--assistant", default="planner", show_default=True, metavar="MODEL", help="Who plays the assistant.")
@click.option("--tool", default="world", show_default=True, metavar="MODEL", help="Who plays the tools.")
@click.option("--polish", default="", metavar="MODEL", help="A model that rewrites what the planner's user says.")
@click.option("--trajectories", type=click.IntRange(1, 64), default=1, show_default=True, help="Of each scenario, by a model.")
@juror_option("none")
@panel_options
@asking_options
@click.option("--batch", type=click.IntRange(1, 256), default=BATCH, show_default=True, help="Dialogues that share one world.")
@click.option("--json", "as_json", is_flag=True, help="Write one JSON object to stdout.")
def command(
    count: int, accept: int | None, languages: str, mix: str, categories: str, domains: str, seed: int, workers: int,
    out: Path | None, against: tuple[Path, ...], folders: tuple[Path, ...], user: str, assistant: str, tool: str, polish: str,
    trajectories: int, specs: tuple[str, ...], terms: Terms, asking: Asking, batch: int, as_json: bool,
) -> None:  # fmt: skip
    """Make a run of verified dialogues; the same command goes on with a run that was stopped.

    Where jurors are named (as in `toolsim jury`), only what they accept is taken.
    """
    catalogue = open_catalogue(folders)
    jury = jury_of(specs, terms, asking, seed)
    shares = load_mix(mix).only(_listed(categories))
    casting = Casting(user=user, assistant=assistant, tool=tool, polish=polish, trajectories=trajectories, jury=jury)
    config = RunConfig(
        count=count if accept is None else 0,
        accept=accept or 0,
        languages=languages_of(languages),
        shares=shares.shares,
        packs=_packs(catalogue, _listed(domains)),
        seed=seed,
        content=content_digest(folders),
        batch=batch,
        casting=casting,
        prompts=prompts_digest() if casting.played else None,
        against=tuple(f"{run.name}:{run_digest(run)}" for run in against),
    )
    folder = out or Path("outputs") / f"{shares.name}-{seed}"
    hiring = asking.hiring if config.casting.models else Hiring()
    cells = len(config.languages) * len(config.shares) * len({pack.partition("/")[0] for pack in config.packs})
    with RunProgress(cells * accept if accept else count) as progress:
        done = generate(config, catalogue, folder, Means(folders, workers, against, hiring), progress.show)
    tell(done, folder, as_json)


def tell(done: Progress, folder: Path, as_json: bool) -> None:
    """Tell what came of a run."""
    record = {"run": str(folder), "accepted": done.accepted, "rejected": dict(sorted(done.rejected.items()))}
    if done.quota:
        record["unmet"] = {" ".join(cell): missing for cell, missing in done.quota.unmet().items()}
    if as_json:
        emit_json(record)
    else:
        OUT.print(run_summary(record))


def jury_of(specs: Sequence[str], terms: Terms, asking: Asking, seed: int) -> Jury | None:
    """Make the jury of the run, if jurors are named."""
    if specs:
        return empanel(specs, terms, asking.settings, seed, remark)
    if terms != Terms():
        raise click.UsageError("how jurors vote can be said where there are any: name them by --juror")
    return None


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def languages_of(text: str) -> tuple[Language, ...]:
    """Read languages, separated by commas.

    Raises:
        ToolsimError: there is no such language, or none is named.
    """
    wanted = _listed(text)
    for name in wanted:
        if name not in LANGUAGES:
            raise ToolsimError(f"there is no language {name!r}", hint=near(name, LANGUAGES))
    if not wanted:
        raise ToolsimError("--languages names none", hint=f"known: {', '.join(LANGUAGES)}")
    return cast(tuple[Language, ...], tuple(dict.fromkeys(wanted)))


def _packs(catalogue: Catalogue, wanted: Sequence[str]) -> tuple[str, ...]:
    """Name packs by themselves or by their domain.

    Raises:
        UnknownName: there is no pack of that name, nor a domain that has any.
    """
    every = list(catalogue.taxonomy.packs)
    out: dict[str, None] = {}
    for name in wanted:
        found = [pack for pack in every if name in (pack, *pack.split("/"))]
        if not found:
            raise UnknownName("domain or subdomain", name, {part for pack in every for part in (pack, *pack.split("/"))})
        out |= dict.fromkeys(found)
    return tuple(out or every)
