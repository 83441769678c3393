"""Choose the tools that are offered: gold ones, near ones that words confuse with them, far ones; none that serves as well."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from random import Random

import networkx as nx

from toolsim.apis.api import Api
from toolsim.apis.catalogue import Catalogue
from toolsim.apis.graphs import lookalike_graph
from toolsim.apis.search import tokens
from toolsim.base.text import Language
from toolsim.scenario.setting import Setting
from toolsim.taxonomy.declarations import Pack


class WordIndex:
    """TF-IDF vectors of the APIs of one pack in one language, over name and description."""

    def __init__(self, apis: Sequence[Api], language: Language) -> None:
        self.apis = list(apis)
        counts = [Counter(tokens(f"{api.name} {api.operation.description.say(language)}")) for api in self.apis]
        holders = Counter(token for count in counts for token in count)
        self._rarity = {token: math.log((1 + len(counts)) / (1 + n)) + 1 for token, n in holders.items()}
        self._holders: dict[str, list[tuple[int, float]]] = {}
        for index, count in enumerate(counts):
            vector = {token: n * self._rarity[token] for token, n in count.items()}
            length = math.sqrt(sum(weight * weight for weight in vector.values()))
            for token, weight in vector.items():
                self._holders.setdefault(token, []).append((index, weight / length))

    def rank(self, text: str) -> list[Api]:
        """Order the APIs by their likeness to a text, the likest first."""
        scores = [0.0] * len(self.apis)
        for token, count in Counter(tokens(text)).items():
            for index, weight in self._holders.get(token, ()):
                scores[index] += count * self._rarity[token] * weight
        return [self.apis[i] for i in sorted(range(len(scores)), key=lambda i: (-scores[i], i))]


class Offers:
    """Offers tools from a catalogue; indexes are made when first needed and kept."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self._indexes: dict[tuple[str, Language], WordIndex] = {}
        self._others: dict[str, list[Api]] = {}
        self._lookalikes: dict[str, nx.Graph[str]] = {}

    def index(self, pack: Pack, language: Language) -> WordIndex:
        """Give the index of a pack."""
        key = (pack.name, language)
        if key not in self._indexes:
            self._indexes[key] = WordIndex(self.catalogue.of(pack), language)
        return self._indexes[key]

    def gives_away(self, api: Api, words: str, language: Language) -> bool:
        """Tell whether words alone, without understanding, lead to an API among those of its pack."""
        return self.index(api.pack, language).rank(words)[0] is api

    def lookalikes(self, api: Api) -> list[Api]:
        """List the APIs of its pack that are easily taken for an API, the likest first."""
        pack = api.pack
        if pack.name not in self._lookalikes:
            self._lookalikes[pack.name] = lookalike_graph(self.catalogue.of(pack))
        edges = self._lookalikes[pack.name].adj[api.name]
        return [self.catalogue.api(name) for name in sorted(edges, key=lambda name: (-edges[name]["weight"], name))]

    def choose(
        self, setting: Setting, gold: Iterable[Api], words: str, refused: frozenset[str] = frozenset(), first: Iterable[Api] = ()
    ) -> tuple[str, ...]:
        """Choose and shuffle the tools for a dialogue.

        Args:
            gold: APIs that must be offered.
            words: what the user says; APIs that are like it come before others.
            refused: names that may not be offered, since they would serve as well.
            first: near APIs that are wanted whatever the words say.
        """
        rng, category = setting.rng, setting.category
        chosen = {api.name: api for api in gold}
        least = max(category.least_tools, len(chosen) + 2)
        count = rng.randint(least, max(least, category.most_tools))
        near = max(1, round((count - len(chosen)) * rng.uniform(0.6, 0.95)))
        pools = [*first, *self._near(setting, words)]
        self._add(chosen, pools, len(chosen) + near, refused)
        self._add(chosen, self._far(setting, rng, count), count, refused)
        names = list(chosen)
        rng.shuffle(names)
        return tuple(names)

    def _near(self, setting: Setting, words: str) -> list[Api]:
        """List the APIs of the world's packs by likeness to the words."""
        ranked = [self.index(pack, setting.language).rank(words) for pack in setting.packs]
        return [api for rank in zip(*(r[:24] for r in ranked), strict=False) for api in rank]

    def _far(self, setting: Setting, rng: Random, count: int) -> list[Api]:
        held = {pack.name for pack in setting.packs}
        key = "+".join(sorted(held))
        if key not in self._others:
            self._others[key] = [api for api in self.catalogue if api.pack.name not in held]
        others = self._others[key]
        return rng.sample(others, min(len(others), 3 * count)) if others else []

    def _add(self, chosen: dict[str, Api], candidates: Iterable[Api], count: int, refused: frozenset[str]) -> None:
        for api in candidates:
            if len(chosen) >= count:
                return
            if api.name not in refused:
                chosen.setdefault(api.name, api)
