"""Views of the API pool: pure functions from data to what rich can print."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Column, Table
from rich.text import Text
from rich.tree import Tree

from toolsim.apis.schema import Schema
from toolsim.apis.search import Hit
from toolsim.apis.spec import ApiSpec
from toolsim.base.text import Language
from toolsim.taxonomy.declarations import Taxonomy
from toolsim.verbs.verb import Effect
from toolsim.world.world import World


def _folding(header: str) -> Column:
    """Make a column whose text goes on in the next line, Chinese too, rather than being cut."""
    return Column(header, overflow="fold")


def pool_tree(taxonomy: Taxonomy, language: Language) -> Tree:
    """Show domains, subdomains and how many APIs each has."""
    total = sum(len(pack.operations) for pack in taxonomy.packs.values())
    subdomains = sum(len(domain.subdomains) for domain in taxonomy.domains.values())
    root = Tree(f"[bold]{len(taxonomy.domains)} domains, {subdomains} subdomains, {len(taxonomy.packs)} packs, {total} APIs[/]")
    for domain in taxonomy.domains.values():
        counts = {s: len(p.operations) for s in domain.subdomains if (p := taxonomy.packs.get(f"{domain.name}/{s}"))}
        branch = root.add(f"[bold cyan]{domain.name}[/] {domain.label.say(language)} [dim]{sum(counts.values())} APIs[/]")
        for name, subdomain in domain.subdomains.items():
            mark = f"[green]{counts[name]}[/]" if name in counts else "[dim]no pack yet[/]"
            branch.add(f"{name} {subdomain.label.say(language)}  {mark}")
    return root


def spec_view(spec: ApiSpec) -> RenderableType:
    """Show one spec: description, parameters, result, faults, an example."""
    head = Text.assemble((spec.name, "bold cyan"), f"  {spec.pack}  {spec.verb}  ", (spec.effect, "bold"))
    faults = Table("fault", _folding("message"), title="Faults", title_justify="left", show_edge=False, pad_edge=False)
    for fault in spec.faults:
        faults.add_row(fault.code, fault.message)
    parts: list[RenderableType] = [head, spec.description, _schema_table("Parameters", spec.parameters)]
    parts += [_schema_table("Result", spec.result), faults if spec.faults else Text("No faults", style="dim")]
    return Group(*parts)


def _schema_table(title: str, schema: Schema) -> Table:
    table = Table(
        "name", "type", "required", _folding("description"), title=title, title_justify="left", show_edge=False, pad_edge=False
    )
    _schema_rows(table, schema, "")
    return table


def _schema_rows(table: Table, schema: Schema, indent: str) -> None:
    required = schema.get("required", ())
    for name, inner in schema["properties"].items():
        table.add_row(indent + name, _type(inner), "yes" if name in required else "", Text(inner.get("description", "")))
        below = inner["items"] if inner["type"] == "array" else inner
        if below["type"] == "object":
            _schema_rows(table, below, indent + "  ")


def _type(schema: Schema) -> str:
    if schema["type"] == "array":
        return f"list of {_type(schema['items'])}"
    if "enum" in schema:
        return "one of " + ", ".join(schema["enum"])
    bounds = [str(schema[k]) if k in schema else "" for k in ("minimum", "maximum")]
    return str(schema["type"]) + (f" {bounds[0]}..{bounds[1]}" if any(bounds) else "")


def spec_rows(specs: Sequence[ApiSpec]) -> Table:
    """Show many specs, a line each."""
    table = Table("name", "pack", "verb", "effect", _folding("description"), show_edge=False, pad_edge=False)
    for spec in specs:
        table.add_row(Text(spec.name, style="cyan"), spec.pack, spec.verb, spec.effect, Text(spec.description))
    return table


def hit_rows(hits: Sequence[Hit], language: Language) -> Table:
    """Show what a search found."""
    table = Table("score", "name", "pack", "verb", _folding("description"), show_edge=False, pad_edge=False)
    for hit in hits:
        spec = hit.api.spec(language)
        table.add_row(f"{hit.score:.1f}", Text(spec.name, style="cyan"), spec.pack, spec.verb, Text(spec.description))
    return table


def request_rows(said: Sequence[Mapping[str, Any]]) -> Table:
    """Show requests in words with the calls that they stand for."""
    table = Table(Column("API", style="cyan"), _folding("request"), _folding("arguments"), show_edge=False, pad_edge=False)
    for row in said:
        table.add_row(Text(row["api"]), Text(row["request"]), short_json(row["arguments"]))
    return table


def trial_rows(rows: Sequence[Mapping[str, Any]]) -> Table:
    """Show for each pack what trying its operations found."""
    table = Table("pack", show_edge=False, pad_edge=False)
    for name in ("operations", "worlds", "calls", "done", "refused", "complaints"):
        table.add_column(name, justify="right")
    for row in rows:
        style = "red" if row["complaints"] else ""
        cells = [f"{row[key]:,}" for key in ("operations", "worlds", "calls", "done", "refused", "complaints")]
        table.add_row(row["pack"], *cells, style=style)
    return table


def short_json(value: Any, width: int = 220) -> Text:
    """Write a value as JSON on little room."""
    text = json.dumps(value, ensure_ascii=False)
    return Text(text if len(text) <= width else text[: width - 1] + "…")


def supplier_tree(graph: Any, pack: str) -> Tree:
    """Show for each API of a pack what it needs and who supplies it."""
    root = Tree(f"[bold]{pack}[/]: what each API needs, and which reads supply it")
    for name, data in sorted(graph.nodes(data=True)):
        mark = "[red]W[/]" if data["effect"] == Effect.WRITE.value else "[green]R[/]"
        branch = root.add(f"{mark} [cyan]{name}[/]" + ("" if data["takes"] else " [dim]needs no key[/]"))
        for table in sorted(data["takes"]):
            suppliers = sorted(s for s, _, tables in graph.in_edges(name, data="tables") if table in tables)
            shown = ", ".join(suppliers[:4]) + (f" and {len(suppliers) - 4} more" if len(suppliers) > 4 else "")
            branch.add(f"{table} [dim]from[/] {shown or '[yellow]nobody[/]'}")
    return root


def lookalike_tree(graph: Any, pack: str) -> Tree:
    """Show for each API which others are easily taken for it, nearest first."""
    root = Tree(f"[bold]{pack}[/]: what each API is easily taken for")
    for name in sorted(graph.nodes):
        near = sorted(graph[name].items(), key=lambda item: (-item[1]["weight"], item[0]))
        branch = root.add(f"[cyan]{name}[/]" + ("" if near else " [dim]stands alone[/]"))
        for other, data in near[:5]:
            branch.add(f"{data['weight']:.2f} {other} [dim]{', '.join(data['reasons'])}[/]")
    return root


def world_view(world: World, language: Language) -> RenderableType:
    """Show the rows of a world, a table for each entity."""
    parts: list[RenderableType] = [Text(f"seed {world.seed}, now {world.now}, digest {world.digest()}", style="dim")]
    for table, entity in world.plan.entities.items():
        names = [entity.key, *(field.name for field in entity.fields)]
        view = Table(*names, title=f"{table} {entity.label.say(language)}", title_justify="left", show_edge=False)
        for row in world.rows(table).values():
            view.add_row(*(short_json(row[name], 40) if name in row else "" for name in names))
        parts.append(view)
    return Group(*parts)


def statistics_view(figures: Mapping[str, Any]) -> RenderableType:
    """Show the figures of the pool beside ACEBench's."""
    known = figures["acebench"]
    table = Table("figure", "toolsim", "ACEBench", title="The pool", title_justify="left", show_edge=False, pad_edge=False)
    effects = ", ".join(f"{name} {count}" for name, count in figures["effects"].items())
    table.add_row("APIs", f"{figures['apis']:,} in {figures['packs']} packs", "")
    table.add_row("entities", f"{figures['entities']:,}", "")
    table.add_row("effects", effects, "")
    table.add_row("reads", f"{figures['reads_share']:.0%}", "")
    table.add_row("analyse, compute, predict, generate", f"{figures['thinking_share']:.0%}", f"{known['thinking_share']:.0%}")
    for level, share in figures["depth_share"].items():
        table.add_row(f"parameter depth {level}", f"{share:.0%}", f"{known['depth_share'][level]:.0%}")
    table.add_row("median of top-level parameters", f"{figures['median_parameters']:g}", f"{known['median_parameters']}")
    table.add_row("faults declared", f"{figures['faults']:,}", "")
    return Group(table, _bars("Verbs", figures["verbs"]), _bars("Types of parameters", figures["types"]))


def _bars(title: str, counts: Mapping[str, int]) -> Table:
    table = Table("", "", "", title=title, title_justify="left", show_header=False, show_edge=False, pad_edge=False)
    most = max(counts.values(), default=1)
    for name, count in counts.items():
        table.add_row(name, f"{count:,}", "█" * max(1, round(40 * count / most)))
    return table
