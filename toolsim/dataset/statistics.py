"""What a run holds, in figures: taken from its streams in one pass, so that memory grows with what users say and no faster."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from toolsim.apis.catalogue import Catalogue
from toolsim.apis.leaves import leaves
from toolsim.base import seeds
from toolsim.base.text import LANGUAGES, Language
from toolsim.dataset.diversity import Diversity, measure, sample_distinct
from toolsim.dataset.reading import Entry, tools_of_run, user_turns
from toolsim.dataset.sample import Rejection
from toolsim.dataset.store import read_manifest, read_stream
from toolsim.scenario.blueprint import GoldCall
from toolsim.scenario.offers import WordIndex

TURNS: Final = 800
"""Distinct user turns whose diversity is measured; figures of unequal samples do not compare."""
SELECTOR_MOST: Final = 0.5
"""Share of items in which a selector by words may find the gold API."""


@dataclass(frozen=True, slots=True)
class Demand:
    """What a figure of diversity is held to."""

    name: str
    least: float | None = None
    most: float | None = None

    def met(self, value: float) -> bool:
        """Tell whether a figure is as it should be."""
        return (self.least is None or value >= self.least) and (self.most is None or value <= self.most)


DEMANDS: Final[Mapping[Language, tuple[Demand, ...]]] = {
    "en": (
        Demand("distinct-2", least=0.54),
        Demand("distinct-3", least=0.78),
        Demand("distinct-4", least=0.89),
        Demand("compression", most=2.7),
        Demand("opening", most=0.12),
        Demand("masked-equal", most=0.02),
    ),
    "zh": (
        Demand("distinct-2", least=0.42),
        Demand("distinct-3", least=0.70),
        Demand("distinct-4", least=0.85),
        Demand("compression", most=2.4),
        Demand("opening", most=0.14),
        Demand("masked-equal", most=0.01),
    ),
}
"""Floors and ceilings for `TURNS` distinct user turns."""


@dataclass(frozen=True, slots=True)
class Spread:
    """How a count is spread over dialogues."""

    mean: float
    counts: dict[int, int]
    """Count -> dialogues."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """Which APIs of the run's packs gold calls use."""

    pool: int
    covered: int
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """One figure of diversity beside its demand."""

    demand: Demand
    value: float
    met: bool


@dataclass(frozen=True, slots=True)
class Variety:
    """How varied the user turns of one language are."""

    turns: int
    """User turns in all."""
    distinct_turns: int
    measured: Diversity
    figures: tuple[Judged, ...]


@dataclass(frozen=True, slots=True)
class Selector:
    """How often a TF-IDF selector over name and description of the offered tools puts the gold API first."""

    items: int
    """Dialogues with a single gold call."""
    hits: int
    share: float


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What was admitted and what was not."""

    admitted: int
    rejected: int
    share: float
    stages: dict[str, int]
    categories: dict[str, int]
    reasons: dict[str, int]
    """Codes of findings and reasons of the planner; a dialogue may have several."""


@dataclass(frozen=True, slots=True)
class Statistics:
    """All figures of a run."""

    admitted: int
    categories: dict[str, dict[str, int]]
    """Category -> language -> dialogues."""
    domains: dict[str, int]
    coverage: Coverage
    turns: Spread
    """User turns a dialogue."""
    calls: Spread
    tools: Spread
    """Tools offered a dialogue."""
    kinds: dict[str, int]
    """Kind of parameter -> values in gold arguments."""
    depths: dict[int, int]
    """Levels of the deepest value -> gold calls."""
    skeletons: int
    agent_skeletons: int
    personas: dict[str, int]
    variety: dict[str, Variety]
    acceptance: Acceptance
    selector: dict[str, Selector]
    """`all` and each language."""


def gather(folder: Path, admitted: Iterable[Entry], catalogue: Catalogue) -> Statistics:
    """Work out the figures of a run.

    Args:
        folder: the run, for its manifest and its rejections.
        admitted: its admitted dialogues.
        catalogue: the APIs that it was made from.
    """
    tally = _Tally(catalogue)
    for entry in admitted:
        tally.add(entry)
    return tally.result(_pool(folder, catalogue), read_stream(folder, "rejections", Rejection))


def _pool(folder: Path, catalogue: Catalogue) -> set[str]:
    """Name the APIs that a run is over: those of its packs, or the tools that it imported."""
    config = read_manifest(folder)["config"]
    if "imported" in config:
        return {name for tools in tools_of_run(folder).values() for name in tools}
    packs = config.get("packs", [])
    return {api.name for api in catalogue if not packs or api.pack.name in packs}


@dataclass(slots=True)
class _Tally:
    """Counts that grow with each dialogue."""

    catalogue: Catalogue
    admitted: int = 0
    categories: dict[str, Counter[str]] = field(default_factory=dict)
    domains: Counter[str] = field(default_factory=Counter)
    gold: set[str] = field(default_factory=set)
    turns: Counter[int] = field(default_factory=Counter)
    calls: Counter[int] = field(default_factory=Counter)
    tools: Counter[int] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    depths: Counter[int] = field(default_factory=Counter)
    skeletons: set[str] = field(default_factory=set)
    personas: Counter[str] = field(default_factory=Counter)
    said: dict[Language, dict[str, int]] = field(default_factory=dict)
    """Language -> user turn -> times, in the order of first use."""
    items: Counter[str] = field(default_factory=Counter)
    hits: Counter[str] = field(default_factory=Counter)

    def add(self, entry: Entry) -> None:
        """Count a dialogue."""
        sample, dialogue, scenario = entry.sample, entry.dialogue, entry.scenario
        self.admitted += 1
        self.categories.setdefault(sample.category, Counter())[sample.language] += 1
        self.domains[scenario.domain] += 1
        turns = user_turns(dialogue)
        self.turns[len(turns)] += 1
        self.calls[sum(len(message.tool_calls or ()) for message in dialogue.messages)] += 1
        self.tools[len(dialogue.tools)] += 1
        self.skeletons.add(sample.skeleton)
        self.personas[scenario.persona] += 1
        times = self.said.setdefault(sample.language, {})
        for turn in turns:
            times[turn] = times.get(turn, 0) + 1
        for call in scenario.calls:
            self._call(call)
        if len(scenario.calls) == 1 and turns:
            self._select(scenario.calls[0].name, dialogue.tools, turns[0], sample.language)

    def _call(self, call: GoldCall) -> None:
        self.gold.add(call.name)
        api = self.catalogue.find(call.name)
        if api is None or not api.arguments.is_valid(call.arguments):
            return
        found = list(leaves(api, call.arguments))
        self.kinds.update(leaf.field.kind.value for leaf in found)
        self.depths[max((leaf.path.count(".") for leaf in found), default=0)] += 1

    def _select(self, gold: str, offered: tuple[str, ...], request: str, language: Language) -> None:
        apis = [api for name in offered if (api := self.catalogue.find(name)) is not None]
        if gold in offered and len(apis) == len(offered):
            hit = WordIndex(apis, language).rank(request)[0].name == gold
            self.items[language] += 1
            self.hits[language] += hit

    def result(self, pool: set[str], rejections: Iterator[Rejection]) -> Statistics:
        """Give the figures."""
        agent = sum(skeleton.startswith("agent.") for skeleton in self.skeletons)
        return Statistics(
            admitted=self.admitted,
            categories={name: dict(sorted(counts.items())) for name, counts in sorted(self.categories.items())},
            domains=dict(sorted(self.domains.items())),
            coverage=Coverage(len(pool), len(pool & self.gold), tuple(sorted(pool - self.gold))),
            turns=_spread(self.turns),
            calls=_spread(self.calls),
            tools=_spread(self.tools),
            kinds=dict(self.kinds.most_common()),
            depths=dict(sorted(self.depths.items())),
            skeletons=len(self.skeletons),
            agent_skeletons=agent,
            personas=dict(sorted(self.personas.items(), key=lambda item: (-item[1], item[0]))),
            variety={language: _variety(self.said[language], language) for language in LANGUAGES if language in self.said},
            acceptance=_acceptance(self.admitted, rejections),
            selector=self._selector(),
        )

    def _selector(self) -> dict[str, Selector]:
        counts: dict[str, tuple[int, int]] = {"all": (self.items.total(), self.hits.total())}
        counts |= {language: (items, self.hits[language]) for language, items in sorted(self.items.items())}
        return {name: Selector(items, hits, hits / items if items else 0.0) for name, (items, hits) in counts.items()}


def _spread(counts: Counter[int]) -> Spread:
    total = counts.total()
    return Spread(sum(count * times for count, times in counts.items()) / total if total else 0.0, dict(sorted(counts.items())))


def _variety(said: dict[str, int], language: Language) -> Variety:
    texts = sample_distinct(list(said), TURNS, seeds.stream(0, "diversity", language))
    measured = measure(texts, language, seeds.stream(0, "self-bleu", language))
    values = _values(measured)
    figures = tuple(Judged(one, values[one.name], one.met(values[one.name])) for one in DEMANDS[language])
    return Variety(sum(said.values()), len(said), measured, figures)


def _values(measured: Diversity) -> dict[str, float]:
    """Give the figures that demands speak of, by name."""
    distinct = {f"distinct-{n}": share for n, share in enumerate(measured.distinct, 1)}
    rest: dict[str, Any] = {
        "compression": measured.compression,
        "opening": measured.opening,
        "masked-equal": measured.masked_repeats,
    }
    return {**distinct, **rest}


def _acceptance(admitted: int, rejections: Iterator[Rejection]) -> Acceptance:
    stages, categories, reasons = Counter[str](), Counter[str](), Counter[str]()
    for rejection in rejections:
        stages[rejection.stage] += 1
        categories[rejection.category] += 1
        reasons.update(["near-duplicate"] if rejection.stage == "duplicate" else rejection.reasons)
    total = admitted + stages.total()
    return Acceptance(
        admitted,
        stages.total(),
        admitted / total if total else 0.0,
        dict(stages.most_common()),
        dict(categories.most_common()),
        dict(reasons.most_common()),
    )
