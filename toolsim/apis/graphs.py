"""Two graphs over APIs: who supplies whom with keys, and who is easily taken for whom."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import networkx as nx
from rapidfuzz import fuzz, process

from toolsim.apis.api import Api
from toolsim.apis.lint import READS, THINKING
from toolsim.taxonomy.declarations import Field, Kind

ALIKE_FROM = 62.0
"""Descriptions this similar (Indel, 0 to 100) make two APIs look alike, whatever they are about."""


def gives(api: Api) -> set[str]:
    """Give the tables whose keys stand in an API's result."""
    return _tables(api, api.prepared.result)


def takes(api: Api, required_only: bool = True) -> set[str]:
    """Give the tables whose keys an API needs."""
    fields = [f for f in api.prepared.params if f.required or not required_only]
    return _tables(api, fields, required_only)


def _tables(api: Api, fields: Iterable[Field], required_only: bool = False) -> set[str]:
    out = set()
    for field in fields:
        if required_only and not field.required:
            continue
        if field.kind is Kind.REF:
            out.add(api.pack.entity(field.of).table)
        inner = (*field.fields, *((field.item,) if field.item else ()))
        out |= _tables(api, inner, required_only)
    return out


def supplier_graph(apis: Iterable[Api]) -> nx.DiGraph[str]:
    """Link APIs by the keys that one gives and another needs.

    Nodes are API names, with `pack`, `verb`, `effect`, `gives` and `takes` (sets of tables). An edge runs from supplier to
    taker, with `tables`: the tables whose keys it carries. Only reads supply, since a plan looks keys up.
    """
    apis = list(apis)
    graph: nx.DiGraph[str] = nx.DiGraph()
    for api in apis:
        graph.add_node(
            api.name, pack=api.pack.name, verb=api.operation.verb, effect=api.effect.value, gives=gives(api), takes=takes(api)
        )
    suppliers: dict[str, list[str]] = {}
    for api in apis:
        if api.operation.verb in READS:
            for table in graph.nodes[api.name]["gives"]:
                suppliers.setdefault(table, []).append(api.name)
    for api in apis:
        for table in graph.nodes[api.name]["takes"]:
            for supplier in suppliers.get(table, ()):
                if supplier != api.name:
                    _link(graph, supplier, api.name, table)
    return graph


def _link(graph: nx.DiGraph[str], supplier: str, taker: str, table: str) -> None:
    if graph.has_edge(supplier, taker):
        graph.edges[supplier, taker]["tables"].add(table)
    else:
        graph.add_edge(supplier, taker, tables={table})


def family(verb: str) -> str:
    """Name the family of a verb: reads, thinking, writes."""
    return "reads" if verb in READS else "thinking" if verb in THINKING else "writes"


def lookalike_graph(apis: Iterable[Api]) -> nx.Graph[str]:
    """Link APIs that are easily taken for each other.

    An edge has `weight` from 0 to 1 and `reasons`: `same entity` and `same verb` or `same family` within a pack, `neighbour
    entity` (one refers to the other) with the same verb, `alike words` (similar descriptions, over all packs).
    """
    apis = list(apis)
    graph: nx.Graph[str] = nx.Graph()
    graph.add_nodes_from((api.name, {"pack": api.pack.name}) for api in apis)
    for pack in {api.pack.name: api.pack for api in apis}.values():
        own = [api for api in apis if api.pack is pack]
        for index, api in enumerate(own):
            for other in own[:index]:
                _compare(graph, api, other)
    _compare_words(graph, apis)
    return graph


def _compare(graph: nx.Graph[str], a: Api, b: Api) -> None:
    reasons, weight = [], 0.0
    one, two = a.operation, b.operation
    about = (one.target or one.creates, two.target or two.creates)
    if about[0] and about[0] == about[1]:
        reasons.append("same entity")
        weight += 0.5
    elif all(about) and one.verb == two.verb and _neighbours(a, about[0], about[1]):
        reasons.append("neighbour entity")
        weight += 0.3
    if reasons and one.verb == two.verb:
        reasons.append("same verb")
        weight += 0.3
    elif reasons and family(one.verb) == family(two.verb):
        reasons.append("same family")
        weight += 0.15
    if weight >= 0.6:
        graph.add_edge(a.name, b.name, weight=round(weight, 2), reasons=reasons)


def _neighbours(api: Api, one: str, two: str) -> bool:
    first, second = api.pack.entity(one), api.pack.entity(two)
    return any(f.of == two for f in first.fields) or any(f.of == one for f in second.fields)


def _compare_words(graph: nx.Graph[str], apis: Sequence[Api]) -> None:
    texts = [api.operation.description.en.casefold() for api in apis]
    for index, text in enumerate(texts):
        for _, score, other in process.extract(text, texts[:index], scorer=fuzz.ratio, score_cutoff=ALIKE_FROM, limit=5):
            a, b = apis[index].name, apis[other].name
            old: dict[str, Any] = graph.edges[a, b] if graph.has_edge(a, b) else {"weight": 0.0, "reasons": []}
            weight = min(1.0, max(old["weight"], score / 100) + (0.1 if old["reasons"] else 0.0))
            graph.add_edge(a, b, weight=round(weight, 2), reasons=[*old["reasons"], "alike words"])


def dot(graph: nx.Graph[str], name: str) -> str:
    """Write a graph in DOT, for Graphviz."""
    directed = graph.is_directed()
    lines = [f'{"digraph" if directed else "graph"} "{name}" {{', "  rankdir=LR;", "  node [shape=box, fontname=sans];"]
    for node, data in graph.nodes(data=True):
        style = ', style=filled, fillcolor="#ffe0d0"' if data.get("effect") == "WRITE" else ""
        lines.append(f'  "{node}" [label="{node}"{style}];')
    for a, b, data in graph.edges(data=True):
        label = ", ".join(sorted(data.get("tables", ()))) or str(data.get("weight", ""))
        lines.append(f'  "{a}" {"->" if directed else "--"} "{b}" [label="{label}"];')
    return "\n".join([*lines, "}"])
