"""`toolsim domains draft`: let a model draft a pack from documents, and hold it to every check before a person reviews it."""

from __future__ import annotations

from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from toolsim.base.errors import ToolsimError
from toolsim.cli.options import pool_options
from toolsim.drafting.documents import Reading, read_documents
from toolsim.drafting.results import Draft, Preview, Sizes
from toolsim.drafting.workplace import open_workplace
from toolsim.models.chat import Usage
from toolsim.views.terminal import ERR, emit_json

_PATH = click.Path(path_type=Path)
_COUNT = click.IntRange(1, 1000)
_FEW = click.IntRange(0, 20)
_SIZES = Sizes()
_FROM = "A file or folder of API pages or manuals; may be given often."
_OPERATIONS = "Wanted in all; fewer than about 20 seldom pass lint as a pack."


def _say(text: str) -> None:
    ERR.print(text, markup=False, soft_wrap=True)


@click.command("draft")
@click.argument("name", metavar="DOMAIN/SUBDOMAIN")
@click.option("--from", "documents", type=_PATH, multiple=True, required=True, metavar="DOCS", help=_FROM)
@click.option("--model", "spec", default="", metavar="SPEC", help="A model of toolsim.toml, or openai:NAME@BASE_URL.")
@click.option("--operations", type=_COUNT, default=_SIZES.operations, show_default=True, help=_OPERATIONS)
@click.option("--families", type=_COUNT, default=_SIZES.families, show_default=True, help="API families chosen from the tree.")
@click.option("--subtree", type=_COUNT, default=_SIZES.subtree, show_default=True, help="Functions shown to a family.")
@click.option("--examples", type=_FEW, default=_SIZES.examples, show_default=True, help="Operations shown to a family.")
@click.option("--repairs", type=_FEW, default=_SIZES.repairs, show_default=True, help="Times that a family may be mended.")
@click.option("--worlds", type=_COUNT, default=_SIZES.worlds, show_default=True, help="Worlds of each language to execute in.")
@click.option("--max-tokens", type=click.IntRange(256), default=_SIZES.max_tokens, show_default=True, help="Of one answer.")
@click.option("--chunk", type=click.IntRange(500, 50_000), default=6000, show_default=True, help="Characters of a chunk.")
@click.option("--chunks", type=_COUNT, default=24, show_default=True, help="Chunks of documents that are read at most.")
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--out", type=_PATH, default=Path("drafts"), show_default=True, help="Folder of the draft; --domains takes it.")
@click.option("--new-subdomain", default="", metavar="'ENGLISH|中文'", help="Name of a subdomain that the taxonomy lacks.")
@click.option(
    "--cassette", "tape", type=_PATH, default=None, metavar="FILE", help="Play answers recorded there; record the others."
)
@click.option("--dry-run", is_flag=True, help="Ask no model; show what would be asked, and how large it is.")
@pool_options
def command(
    name: str, documents: tuple[Path, ...], spec: str, operations: int, families: int, subtree: int, examples: int, repairs: int,
    worlds: int, max_tokens: int, chunk: int, chunks: int, seed: int, out: Path, new_subdomain: str, tape: Path | None,
    dry_run: bool, folders: tuple[Path, ...], as_json: bool,
) -> None:  # fmt: skip
    """Let a model draft a pack from documents; the same command goes on with a draft that was stopped.

    Every family of operations is loaded, linted, held against the pool and executed; what is wrong goes back to the model.
    Writes OUT/DOMAIN/SUBDOMAIN.yaml for a person to review. Exits with 1 when nothing passed, or the pack as a whole does
    not pass lint.
    """
    sizes = Sizes(operations, families, subtree, examples, repairs, worlds, max_tokens)
    place = open_workplace(name, new_subdomain, folders, out, seed)
    reading = read_documents(documents, chunk, chunks)
    for left_out in reading.left_out:
        _say(f"left out: {left_out}")
    # what models need takes seconds to import; the other commands beside this one do not wait for it
    models = import_module("toolsim.cli.draft_models")
    if dry_run:
        _show_preview(models.preview(place, reading, seed, sizes), as_json)
        return
    if not spec:
        raise ToolsimError("--model is missing", hint="a model of toolsim.toml, or openai:NAME@BASE_URL; --dry-run needs none")
    done, usage = models.run(place, reading, spec, tape, seed, sizes, _say)
    _tell(done, usage, reading, as_json)
    if not done.passed:
        raise click.exceptions.Exit(1)


def _show_preview(shown: Preview, as_json: bool) -> None:
    if as_json:
        emit_json(asdict(shown))
        return
    click.echo(f"{shown.chunks} chunks of documents, {shown.characters:,} characters")
    click.echo(f"{shown.chunks} requests for the tree, {shown.tree:,} characters in all, the largest {shown.tree_largest:,}")
    click.echo(f"{shown.families} requests for families, the first {shown.family:,} characters; at most {shown.most} in all")
    click.echo(f"a token is about 3 characters: {(shown.tree + shown.families * shown.family) // 3:,} tokens without repairs")


def _tell(done: Draft, usage: Usage, reading: Reading, as_json: bool) -> None:
    if as_json:
        emit_json(_record(done, reading) | {"usage": usage.model_dump()})
        return
    funnel = done.funnel
    click.echo(done.difference, nl=False)
    _say(f"tree: {funnel.topics} topics, {funnel.known} families")
    _say(
        f"families: {funnel.planned} planned, {funnel.drafted} drafted, {funnel.accepted} accepted "
        f"({funnel.resumed} by an earlier run, {funnel.repaired} after repairs), {len(funnel.refused)} refused"
    )
    for refused in funnel.refused:
        _say(f"  {refused.family}: {refused.stage}: {refused.why}")
    for share in done.shares:
        _say(f"the pack as a whole: {share}")
    if done.kept:
        _say(f"what somebody had written there is kept as {done.kept}")
    tokens = usage.prompt_tokens + usage.completion_tokens
    each = f", {tokens / funnel.operations:,.0f} tokens an operation" if funnel.operations else ""
    _say(f"model: {usage.calls:,} calls, {tokens:,} tokens, {usage.money:,.4f} in money{each}")
    _say(f"{funnel.operations} operations in {done.path}; review them" if done.path else "nothing passed")


def _record(done: Draft, reading: Reading) -> dict[str, Any]:
    return {**asdict(done), "passed": done.passed, "left_out": list(reading.left_out)}
