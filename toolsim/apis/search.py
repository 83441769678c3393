"""Search the pool: BM25 (Robertson and Zaragoza 2009) over names and descriptions in both languages."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from toolsim.apis.api import Api
from toolsim.base.text import HAN

_K1, _B = 1.4, 0.6
_NAME_WEIGHT = 2
_TOKEN = re.compile(r"[a-z]+|[0-9]+|[\u3400-\u9fff]+")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_ENDINGS = ("ings", "ing", "ies", "es", "ed", "s", "y")


@dataclass(frozen=True, slots=True)
class Hit:
    """An API that a search found."""

    api: Api
    score: float


def tokens(text: str) -> list[str]:
    """Cut text into word stems, and Chinese into pairs of characters."""
    out = []
    for token in _TOKEN.findall(_HUMP.sub(" ", text).replace("_", " ").lower()):
        if HAN.match(token):
            out += [token[i : i + 2] for i in range(max(1, len(token) - 1))]
        else:
            out.append(_stem(token))
    return out


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


class SearchIndex:
    """An index of some APIs."""

    def __init__(self, apis: Iterable[Api]) -> None:
        self._apis = list(apis)
        self._counts = [Counter(_document(api)) for api in self._apis]
        self._lengths = [sum(counts.values()) for counts in self._counts]
        self._mean = sum(self._lengths) / max(1, len(self._lengths))
        self._holders: dict[str, list[int]] = {}
        for index, counts in enumerate(self._counts):
            for token in counts:
                self._holders.setdefault(token, []).append(index)

    def search(self, words: str, limit: int = 20) -> list[Hit]:
        """Give the best hits, best first; ties in the order of the pool."""
        scores: dict[int, float] = {}
        for token in tokens(words):
            holders = self._holders.get(token, [])
            rarity = math.log(1 + (len(self._apis) - len(holders) + 0.5) / (len(holders) + 0.5))
            for index in holders:
                count = self._counts[index][token]
                norm = _K1 * (1 - _B + _B * self._lengths[index] / self._mean)
                gain = rarity * count * (_K1 + 1) / (count + norm)
                scores[index] = scores.get(index, 0.0) + gain
        best = sorted(scores.items(), key=lambda item: (-item[1], item[0]))[:limit]
        return [Hit(self._apis[index], round(float(score), 3)) for index, score in best]


def _document(api: Api) -> list[str]:
    op = api.operation
    entity = api.pack.entities.get(op.target)
    label = f" {entity.label.en} {entity.label.zh}" if entity else ""
    return tokens(api.name) * _NAME_WEIGHT + tokens(f"{op.description.en} {op.description.zh}{label} {api.pack.name}")
