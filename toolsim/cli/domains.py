"""`toolsim domains`: look at, check and try the API pool."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import click
from rich.console import Group

from toolsim.apis import graphs
from toolsim.apis.api import Api
from toolsim.apis.catalogue import Catalogue, open_catalogue
from toolsim.apis.lint import Complaint, lint, near_duplicates
from toolsim.apis.search import SearchIndex
from toolsim.apis.statistics import measure
from toolsim.base.text import LANGUAGES, Language
from toolsim.cli.draft import command as draft_command
from toolsim.cli.options import language_option, pool_options
from toolsim.taxonomy.declarations import Pack
from toolsim.taxonomy.notation_schema import notation_schema
from toolsim.views import pool
from toolsim.views.terminal import ERR, OUT, emit_json, track
from toolsim.wording.samples import sample_requests
from toolsim.world.dump import dump
from toolsim.world.trial import Trial, lint_execution, try_pack
from toolsim.world.world import WorldPlan

Folders = tuple[Path, ...]


@click.group("domains")
def command() -> None:
    """Look at, check and try the API pool."""


command.add_command(draft_command)


@command.command("list")
@pool_options
@language_option
def list_command(folders: Folders, as_json: bool, lang: Language) -> None:
    """List domains, subdomains and how many APIs each has."""
    taxonomy = open_catalogue(folders).taxonomy
    if not as_json:
        OUT.print(pool.pool_tree(taxonomy, lang))
        return
    emit_json(
        [
            {
                "domain": domain.name,
                "label": domain.label.say(lang),
                "subdomains": [
                    {
                        "name": name,
                        "label": subdomain.label.say(lang),
                        "scope": subdomain.scope.say(lang),
                        "apis": len(pack.operations) if (pack := taxonomy.packs.get(f"{domain.name}/{name}")) else 0,
                    }
                    for name, subdomain in domain.subdomains.items()
                ],
            }
            for domain in taxonomy.domains.values()
        ]
    )


@command.command("show")
@click.argument("name", required=False)
@click.option("--all", "every", is_flag=True, help="Show every spec of the pool.")
@click.option("--format", "form", type=click.Choice(["openai", "json", "table"]), default="table", show_default=True)
@pool_options
@language_option
def show_command(name: str | None, every: bool, form: str, folders: Folders, as_json: bool, lang: Language) -> None:
    """Show the spec of an API, or of all APIs of a pack.

    NAME is an API, or a pack such as finance/retail_banking. The format `openai` gives function tools as the chat API takes them.
    """
    if (name is None) != every:
        raise click.UsageError("give the NAME of an API or a pack, or --all")
    catalogue = open_catalogue(folders)
    apis = list(catalogue) if name is None else _named(catalogue, name)
    single = name is not None and name in catalogue
    specs = [api.spec(lang) for api in track(apis, len(apis), "Deriving specs")]
    if form == "openai":
        tools = [spec.openai() for spec in specs]
        emit_json(tools[0] if single else tools)
    elif form == "json" or as_json:
        records = [spec.model_dump() for spec in specs]
        emit_json(records[0] if single else records)
    else:
        OUT.print(Group(*map(pool.spec_view, specs)) if single or every else pool.spec_rows(specs))


def _named(catalogue: Catalogue, name: str) -> list[Api]:
    """Give the API of that name, or those of the pack of that name."""
    if name in catalogue:
        return [catalogue.api(name)]
    packs = catalogue.taxonomy.packs
    if "/" in name or name in {pack.partition("/")[2] for pack in packs}:
        return catalogue.of(catalogue.pack(name))
    return [catalogue.api(name)]


@command.command("search")
@click.argument("words", nargs=-1, required=True)
@click.option("--limit", type=click.IntRange(1, 200), default=15, show_default=True)
@pool_options
@language_option
def search_command(words: tuple[str, ...], limit: int, folders: Folders, as_json: bool, lang: Language) -> None:
    """Search names and descriptions, in English or Chinese."""
    hits = SearchIndex(open_catalogue(folders)).search(" ".join(words), limit)
    if as_json:
        emit_json([{"name": h.api.name, "pack": h.api.pack.name, "score": h.score} for h in hits])
    elif hits:
        OUT.print(pool.hit_rows(hits, lang))
    else:
        ERR.print("nothing found")


def _packs(catalogue: Catalogue, name: str | None) -> list[Pack]:
    return [catalogue.pack(name)] if name else list(catalogue.taxonomy.packs.values())


@command.command("say")
@click.argument("name", metavar="NAME")
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--count", type=click.IntRange(1, 100), default=1, show_default=True, help="Requests for each API.")
@pool_options
@language_option
def say_command(name: str, seed: int, count: int, folders: Folders, as_json: bool, lang: Language) -> None:
    """Put sampled calls of an API, or of all APIs of a pack, into a person's words.

    So a pack's `ask` and `say` can be read as they will sound, with the call that each request stands for.
    """
    catalogue = open_catalogue(folders)
    apis = _named(catalogue, name)
    plan = WorldPlan(catalogue, [apis[0].pack])
    said = [
        {"api": api.name, "request": request, "arguments": arguments}
        for api in apis
        for request, arguments in sample_requests(plan, api, seed, lang, count)
    ]
    if as_json:
        emit_json(said)
    else:
        OUT.print(pool.request_rows(said))


@command.command("lint")
@click.argument("name", metavar="[PACK]", required=False)
@click.option("--worlds", type=click.IntRange(0, 1000), default=4, show_default=True, help="Worlds to execute in; 0 for none.")
@pool_options
def lint_command(name: str | None, worlds: int, folders: Folders, as_json: bool) -> None:
    """Check packs against every rule of the notation page, in one PACK or all.

    Exits with 1 when there are complaints. With PACK, only that file is read; doubles over the pool show without it.
    """
    catalogue = open_catalogue(folders, name)
    packs = _packs(catalogue, name)
    complaints: list[Complaint] = []
    for pack in track(packs, len(packs), "Linting"):
        complaints += lint(pack, catalogue.of(pack))
        if worlds:
            complaints += lint_execution(WorldPlan(catalogue, [pack]), catalogue.of(pack), worlds)
    alike = near_duplicates(list(catalogue))
    files = {pack.place.file for pack in packs}
    complaints += [c for c in alike if c.place.file in files]
    if as_json:
        emit_json([{"rule": c.rule, "file": c.place.file, "line": c.place.line, "message": c.message} for c in complaints])
    else:
        for complaint in complaints:
            click.echo(str(complaint))
        operations = sum(len(pack.operations) for pack in packs)
        ERR.print(f"{operations} operations in {len(packs)} packs, {len(complaints)} complaints")
    if complaints:
        raise click.exceptions.Exit(1)


@command.command("try")
@click.argument("name", metavar="[PACK]", required=False)
@click.option("--seed", type=int, default=0, show_default=True, help="Seed of the first world.")
@click.option(
    "--worlds", type=click.IntRange(1, 1000), default=6, show_default=True, help="Worlds for each operation and language."
)
@click.option("--lang", type=click.Choice(["en", "zh", "both"]), default="both", show_default=True)
@pool_options
def try_command(name: str | None, seed: int, worlds: int, lang: str, folders: Folders, as_json: bool) -> None:
    """Execute every operation with sampled right and wrong arguments, of one PACK or all.

    Reports operations that never succeed or never fault, results and samples off schema, wrong arguments that were taken, reads
    that change the world, and faults or undos that do not leave it as it was. Exits with 1 when there is anything to report.
    """
    catalogue = open_catalogue(folders, name)
    languages: tuple[Language, ...] = LANGUAGES if lang == "both" else ("en" if lang == "en" else "zh",)
    packs = _packs(catalogue, name)
    total = sum(len(pack.operations) for pack in packs) * len(languages)
    trials = list(track(_trials(catalogue, packs, worlds, seed, languages), total, "Trying"))
    complaints = [(trial, text) for trial in trials for text in trial.complaints]
    rows = [_trial_row(pack, [t for t in trials if t.api.pack is pack]) for pack in packs]
    if as_json:
        found = [{"api": t.api.name, "language": t.language, "complaint": text} for t, text in complaints]
        emit_json({"packs": rows, "complaints": found})
    else:
        OUT.print(pool.trial_rows(rows))
        for trial, text in complaints:
            click.echo(f"{trial.api.operation.place}: {trial.api.name} ({trial.language}): {text}")
    if complaints:
        raise click.exceptions.Exit(1)


def _trials(
    catalogue: Catalogue, packs: Iterable[Pack], worlds: int, seed: int, languages: tuple[Language, ...]
) -> Iterator[Trial]:
    for pack in packs:
        yield from try_pack(WorldPlan(catalogue, [pack]), catalogue.of(pack), worlds, seed, languages)


def _trial_row(pack: Pack, trials: list[Trial]) -> dict[str, Any]:
    return {
        "pack": pack.name,
        "operations": len(pack.operations),
        "worlds": sum(t.worlds for t in trials),
        "calls": sum(t.calls for t in trials),
        "done": sum(t.successes for t in trials),
        "refused": sum(t.refusals.total() for t in trials),
        "complaints": sum(len(t.complaints) for t in trials),
    }


@command.command("graph")
@click.argument("name", metavar="PACK")
@click.option("--dot", is_flag=True, help="Write the graph as DOT, for Graphviz.")
@click.option("--lookalikes", is_flag=True, help="The graph of APIs that are easily taken for each other instead.")
@pool_options
def graph_command(name: str, dot: bool, lookalikes: bool, folders: Folders, as_json: bool) -> None:
    """Show which APIs of a PACK supply the keys that others need."""
    catalogue = open_catalogue(folders, name)
    pack = catalogue.pack(name)
    apis = catalogue.of(pack)
    graph = graphs.lookalike_graph(apis) if lookalikes else graphs.supplier_graph(apis)
    if as_json:
        edges = [{"from": a, "to": b, **data} for a, b, data in graph.edges(data=True)]
        emit_json({"pack": pack.name, "nodes": [{"name": n, **data} for n, data in graph.nodes(data=True)], "edges": edges})
    elif dot:
        click.echo(graphs.dot(graph, pack.name))
    else:
        OUT.print(pool.lookalike_tree(graph, pack.name) if lookalikes else pool.supplier_tree(graph, pack.name))


@command.command("stats")
@click.argument("name", metavar="[PACK]", required=False)
@pool_options
def stats_command(name: str | None, folders: Folders, as_json: bool) -> None:
    """Count verbs, depths, parameters and types, beside ACEBench's figures."""
    catalogue = open_catalogue(folders)
    apis = [api for pack in _packs(catalogue, name) for api in catalogue.of(pack)]
    figures = measure(track(apis, len(apis), "Measuring"))
    if as_json:
        emit_json(figures)
    else:
        OUT.print(pool.statistics_view(figures))


@command.command("world")
@click.argument("name", metavar="PACK")
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--out", type=click.Path(path_type=Path), help="Write the world to this SQLite file.")
@pool_options
@language_option
def world_command(name: str, seed: int, out: Path | None, folders: Folders, as_json: bool, lang: Language) -> None:
    """Look at the seeded rows of a PACK's world, or write them to an SQLite file."""
    catalogue = open_catalogue(folders, name)
    pack = catalogue.pack(name)
    world = WorldPlan(catalogue, [pack]).world(seed, lang)
    if out is not None:
        dump(world, out)
        ERR.print(f"wrote {out}")
    if as_json:
        emit_json({"seed": seed, "language": lang, "now": world.now, "digest": world.digest(), "tables": world.tables})
    elif out is None:
        OUT.print(pool.world_view(world, lang))


@command.command("schema")
@click.option("--json", "as_json", is_flag=True, help="Accepted for evenness: the schema is JSON in any case.")
def schema_command(as_json: bool) -> None:
    """Give the JSON Schema of the pack notation, for editors."""
    emit_json(notation_schema())
