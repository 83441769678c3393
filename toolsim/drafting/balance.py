"""Steer a pack to the shares that lint demands: which verbs the next family should use, and what the pack has so far."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from random import Random

from toolsim.apis.api import Api
from toolsim.apis.lint import READS, THINKING, depth
from toolsim.taxonomy.verb_keys import VERB_KEYS

_READS, _THINKING = 0.33, 0.27
"""Shares aimed at, well inside what lint takes."""
_CLASSES = {
    "reads": tuple(sorted(READS)),
    "thinking": tuple(sorted(THINKING)),
    "writes": tuple(sorted(set(VERB_KEYS) - READS - THINKING - {"call"})),
}
_RARELY_FIT = frozenset({"transfer", "series", "convert", "configure", "watch", "notify", "draft"})
"""Verbs that few things call for; they are suggested once the others are used."""


def suggested_verbs(apis: Sequence[Api], count: int, rng: Random) -> list[str]:
    """Suggest a verb for each of the next operations: the class that falls shortest, and in it the verb used least.

    The first is a search: people come to things through one, and what cannot be found cannot be used.
    """
    used = Counter(api.operation.verb for api in apis)
    used["find"] += 1
    out = ["find"]
    while len(out) < count:
        total = sum(used.values()) + 1
        shares = {"reads": _READS, "thinking": _THINKING, "writes": 1 - _READS - _THINKING}
        short = {name: share - sum(used[verb] for verb in _CLASSES[name]) / total for name, share in shares.items()}
        verbs = list(_CLASSES[max(short, key=short.__getitem__)])
        rng.shuffle(verbs)
        verb = min(verbs, key=lambda v: used[v] + (v in _RARELY_FIT))
        used[verb] += 1
        out.append(verb)
    return out


def counted(apis: Sequence[Api]) -> dict[str, object]:
    """Count what a pack has so far, as the prompt tells it."""
    verbs = Counter(api.operation.verb for api in apis)
    depths = [depth(api.wire.parameters("en")) for api in apis]
    return {
        "operations": len(apis),
        "verbs": dict(sorted(verbs.items())),
        "depth_2_or_more": sum(d >= 2 for d in depths),
        "depth_3_or_more": sum(d >= 3 for d in depths),
    }
