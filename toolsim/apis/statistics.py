"""Figures over the pool, beside those of ACEBench's public files where they are known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from statistics import median

from toolsim.apis.api import Api
from toolsim.apis.lint import READS, THINKING, depth
from toolsim.apis.schema import Schema

ACEBENCH_DEPTH = {"1": 0.19, "2": 0.22, "3": 0.32, "4": 0.18, "5+": 0.09}
ACEBENCH_THINKING = 0.32
"""22 % of its APIs analyse or calculate, 10 % predict, generate or recommend."""
ACEBENCH_MEDIAN_PARAMETERS = 3


def measure(apis: Iterable[Api]) -> dict[str, object]:
    """Count verbs, effects, depths, parameters and types; shares are of all APIs."""
    apis = list(apis)
    total = max(1, len(apis))
    schemas = [api.wire.parameters("en") for api in apis]
    verbs = Counter(api.operation.verb for api in apis)
    depths = Counter("5+" if d >= 5 else str(max(1, d)) for d in map(depth, schemas))
    parameters = [len(schema["properties"]) for schema in schemas]
    types = Counter(kind for schema in schemas for kind in _types(schema))
    keywords = Counter(word for schema in schemas for word in set(_keywords(schema)))
    return {
        "apis": len(apis),
        "packs": len({api.pack.name for api in apis}),
        "entities": len({e.table for api in apis for e in api.pack.entities.values()}),
        "effects": dict(Counter(api.effect.value for api in apis)),
        "verbs": dict(verbs.most_common()),
        "reads_share": round(sum(verbs[v] for v in READS) / total, 3),
        "thinking_share": round(sum(verbs[v] for v in THINKING) / total, 3),
        "depth_share": {level: round(depths[level] / total, 3) for level in ACEBENCH_DEPTH},
        "median_parameters": median(parameters) if parameters else 0,
        "parameter_counts": dict(sorted(Counter(parameters).items())),
        "types": dict(types.most_common()),
        "schemas_with_keyword": dict(keywords.most_common()),
        "faults": sum(len(api.prepared.faults) for api in apis),
        "acebench": {
            "depth_share": ACEBENCH_DEPTH,
            "thinking_share": ACEBENCH_THINKING,
            "median_parameters": ACEBENCH_MEDIAN_PARAMETERS,
        },
    }


def _walk(schema: Schema) -> Iterator[Schema]:
    for inner in schema.get("properties", {}).values():
        yield inner
        yield from _walk(inner)
    if "items" in schema:
        yield schema["items"]
        yield from _walk(schema["items"])


def _types(schema: Schema) -> Iterator[str]:
    for inner in _walk(schema):
        yield inner["type"]


def _keywords(schema: Schema) -> Iterator[str]:
    for inner in _walk(schema):
        yield from (word for word in inner if word not in ("type", "description", "properties", "items", "required"))
