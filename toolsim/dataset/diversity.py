"""How varied a collection of texts is, in figures that need no model; each field names its source."""

from __future__ import annotations

import math
import random
import re
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from toolsim.base.errors import ToolsimError
from toolsim.base.text import Language

SAMPLE: Final = 200
"""Most texts that self-BLEU compares."""
OPENING: Final = 3
"""Tokens that make an opening."""
_ORDER: Final = 4
_EPSILON: Final = 0.1

_TOKENS: Final = {
    "en": re.compile(r"[^\W_]+(?:['’][^\W_]+)*"),
    "zh": re.compile(r"[\u3400-\u9fff]|[^\W_\u3400-\u9fff]+(?:['’][^\W_\u3400-\u9fff]+)*"),
}
_QUOTED = r"\"[^\"\n]*\"|“[^“”\n]*”|‘[^‘’\n]*’|「[^「」\n]*」|『[^『』\n]*』|《[^《》\n]*》"
_NUMBER = r"\d+(?:[-/:.,]\d+)*"
_VALUES: Final = {
    "en": re.compile(rf"{_QUOTED}|\b\w*{_NUMBER}\w*|\b[A-Z][\w'’-]*(?: [A-Z][\w'’-]*)*"),
    "zh": re.compile(rf"{_QUOTED}|{_NUMBER}|[A-Za-z][A-Za-z0-9'’_-]*(?: [A-Za-z][A-Za-z0-9'’_-]*)*"),
}


@dataclass(frozen=True, slots=True)
class Diversity:
    """Measures of a collection of texts in one language."""

    texts: int
    """How many texts were measured."""
    tokens: int
    """How many tokens they have: English words, lower-cased; Chinese characters and Latin words."""
    distinct: tuple[float, float, float, float]
    """Distinct n-grams among all n-grams for n = 1 to 4, 0 to 1, more is more varied (Li et al. 2016, distinct-n). Falls with
    size: compare equal numbers of tokens only."""
    self_bleu: float
    """Mean BLEU-4 of a text against all others of a sample, 0 to 1, less is more varied (Zhu et al. 2018, Texygen). Counts of
    zero are smoothed by 0.1 (Chen and Cherry 2014, method 1)."""
    compression: float
    """Raw bytes to compressed bytes (zlib, level 9) of the texts joined by new lines, less is more varied (Shaib et al. 2024,
    compression ratio). Chinese and English do not compare."""
    opening: float
    """Share of texts that open with the commonest three tokens, 0 to 1, less is more varied (toolsim's own)."""
    masked_repeats: float
    """Share of texts equal to another one once numbers, quoted strings and names are masked (capitalised words in English, Latin
    words in Chinese), 0 to 1, less is more varied (toolsim's own: what a template with slots leaves behind)."""


def measure(texts: Sequence[str], language: Language, rng: random.Random) -> Diversity:
    """Measure texts of one language; `rng` draws the sample for self-BLEU.

    Raises:
        ToolsimError: there are no texts.
    """
    if not texts:
        raise ToolsimError("the diversity of no texts cannot be measured")
    tokenised = [tokens(text, language) for text in texts]
    sample = tokenised if len(texts) <= SAMPLE else rng.sample(tokenised, SAMPLE)
    return Diversity(
        texts=len(texts),
        tokens=sum(map(len, tokenised)),
        distinct=(_distinct(tokenised, 1), _distinct(tokenised, 2), _distinct(tokenised, 3), _distinct(tokenised, 4)),
        self_bleu=self_bleu(sample),
        compression=_compression(texts),
        opening=Counter(tuple(words[:OPENING]) for words in tokenised).most_common(1)[0][1] / len(texts),
        masked_repeats=_repeats([mask(text, language) for text in texts]),
    )


def tokens(text: str, language: Language) -> list[str]:
    """Cut a text into English words, or Chinese characters and Latin words, in lower case."""
    return _TOKENS[language].findall(text.lower())


def mask(text: str, language: Language) -> str:
    """Put `#` for numbers, quoted strings and names."""
    return _VALUES[language].sub("#", text)


def sample_distinct(texts: Sequence[str], count: int, rng: random.Random) -> list[str]:
    """Draw up to `count` texts of which no two are equal, in the order in which they first occur."""
    distinct = list(dict.fromkeys(texts))
    if len(distinct) <= count:
        return distinct
    return [distinct[at] for at in sorted(rng.sample(range(len(distinct)), count))]


def self_bleu(tokenised: Sequence[Sequence[str]]) -> float:
    """Give the mean BLEU-4 of each text against all the others; 0 for fewer than two texts."""
    if len(tokenised) < 2:
        return 0.0
    counts = [[Counter(_ngrams(words, n)) for words in tokenised] for n in range(1, _ORDER + 1)]
    ceilings = [_Ceiling(of_order) for of_order in counts]
    lengths = Counter(map(len, tokenised))
    scores = []
    for at, words in enumerate(tokenised):
        logarithm = 0.0
        for of_order, ceiling in zip(counts, ceilings, strict=True):
            matched = sum(min(times, ceiling.among_others(gram, at)) for gram, times in of_order[at].items())
            total = max(1, of_order[at].total())
            logarithm += math.log((matched or _EPSILON) / total) / _ORDER
        scores.append(math.exp(logarithm) * _brevity(len(words), lengths))
    return sum(scores) / len(scores)


class _Ceiling:
    """For each n-gram: the highest count in one text, which text that is, and the highest count in the others."""

    def __init__(self, counts: Sequence[Counter[tuple[str, ...]]]) -> None:
        self._best: dict[tuple[str, ...], tuple[int, int, int]] = {}
        for at, counted in enumerate(counts):
            for gram, times in counted.items():
                most, owner, second = self._best.get(gram, (0, -1, 0))
                self._best[gram] = (times, at, most) if times > most else (most, owner, max(second, times))

    def among_others(self, gram: tuple[str, ...], at: int) -> int:
        """Give the highest count in a text other than that one."""
        most, owner, second = self._best[gram]
        return second if owner == at else most


def _brevity(length: int, lengths: Counter[int]) -> float:
    """Give BLEU's brevity penalty against the other texts' nearest length, the shorter one at a tie."""
    others = [other for other, times in lengths.items() if times > (other == length)]
    nearest = min(others, key=lambda other: (abs(other - length), other))
    if length >= nearest:
        return 1.0
    return math.exp(1 - nearest / length) if length else 0.0


def _distinct(tokenised: Sequence[Sequence[str]], n: int) -> float:
    """Give the share of distinct n-grams; 1 where there are none."""
    grams = [gram for words in tokenised for gram in _ngrams(words, n)]
    return len(set(grams)) / len(grams) if grams else 1.0


def _ngrams(words: Sequence[str], n: int) -> Iterator[tuple[str, ...]]:
    return zip(*(words[start:] for start in range(n)), strict=False)


def _compression(texts: Sequence[str]) -> float:
    raw = "\n".join(texts).encode("utf-8", "replace")
    return len(raw) / len(zlib.compress(raw, 9))


def _repeats(masked: Sequence[str]) -> float:
    counts = Counter(masked)
    return sum(times for times in counts.values() if times > 1) / len(masked)
