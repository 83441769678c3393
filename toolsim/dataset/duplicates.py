"""Near-duplicate dialogues: compact signatures made by the workers, and an index that the writer asks before it keeps a dialogue.

MinHash finds candidates (Broder 1997; bands as in Leskovec et al., Mining of Massive Datasets, ch. 3; one byte a permutation
after Li and König 2010), and the exact Jaccard similarity of their shingles decides. Equal on every machine.
"""

from __future__ import annotations

import math
import re
import unicodedata
import zlib
from collections.abc import Sequence
from typing import Any, Final, NewType

import numpy as np
from numpy.typing import NDArray

from toolsim.base import seeds

Signature = NewType("Signature", bytes)
"""What MinHash keeps of a text: a byte for each permutation, 112 in all, to be stored and sent between processes."""

THRESHOLD: Final = 0.8
"""Jaccard similarity from which two texts are near-duplicates: about one sentence in six differs, or one word in twelve."""

BANDS, ROWS = 14, 8
PERMUTATIONS: Final = BANDS * ROWS
LATIN_WIDTH, HAN_WIDTH = 5, 3
"""Shingle widths in characters. Measured: at these two, equal edits of a dialogue give equal similarity in both languages."""

_NUMERAL_EN = (
    "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen|"
    "(?:twen|thir|for|fif|six|seven|eigh|nine)ty|hundred|thousand|million"
)
_DATE_EN = (
    "(?:mon|tues|wednes|thurs|fri|satur|sun)day|january|february|march|april|june|july|august|september|october|november|december"
)
_NUMERAL_ZH = "零〇一二两三四五六七八九十百千万亿"
_MASKED = re.compile(
    r"(?<![a-z0-9_])[a-z_]*+[0-9][a-z0-9_]*+(?:[-/:.,][0-9][a-z0-9_]*+)*+"
    rf"|\b(?=[adefhjm-ostw])(?:{_DATE_EN}|{_NUMERAL_EN})\b"
    rf"|(?:周|星期|礼拜)[一二三四五六日天]|[{_NUMERAL_ZH}半]{{2,}}+|[{_NUMERAL_ZH}](?=[年月日号点分块元角])"
)
_FULL_WIDTH = re.compile(r"[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]")
_SPACE = re.compile(r"[\W_]+")
_MASKS = re.compile(r"0(?: ?0)+")
_HAN_FROM, _HAN_TO, _HAN_SHARE = 0x3400, 0x9FFF, 0.2

_KEYS = np.random.Generator(np.random.PCG64(seeds.derive(0, "minhash")))
_CHARACTER: Final = _KEYS.integers(0, 2**64, LATIN_WIDTH, dtype=np.uint64) | np.uint64(1)
_FACTOR: Final = _KEYS.integers(0, 2**32, PERMUTATIONS, dtype=np.uint32) | np.uint32(1)
_OFFSET: Final = _KEYS.integers(0, 2**32, PERMUTATIONS, dtype=np.uint32)
_BAND = np.dtype("<u8")


def normalise(text: str) -> str:
    """Lower the text, mask numbers, dates and ids by `0`, and leave one space for any run of punctuation and spaces."""
    if _FULL_WIDTH.search(text):
        text = unicodedata.normalize("NFKC", text)
    masked = _SPACE.sub(" ", _MASKED.sub("0", text.lower()))
    return _MASKS.sub("0", masked).strip()


def shingles(normalised: str) -> set[str]:
    """Cut a normalised text into its overlapping pieces of five characters, or three where a fifth of the text is Han."""
    return _cut(normalised, _width(_points(normalised)))


def similarity(first: str, second: str) -> float:
    """Give the exact Jaccard similarity of two texts after normalisation, 0 to 1."""
    return _jaccard(shingles(normalise(first)), shingles(normalise(second)))


def sign(text: str) -> Signature:
    """Compute the signature of a text, the costly half of the work, which needs no index."""
    points = _points(normalise(text))
    width = _width(points)
    count = max(1, points.size - width + 1)
    mixed = np.full(count, width, np.uint64)
    for place in range(width):
        mixed += points[place : place + count] * _CHARACTER[place]
    hashes = _finish((mixed >> np.uint64(32)).astype(np.uint32))[:, None]
    permuted = hashes * _FACTOR
    permuted += _OFFSET
    return Signature(permuted.min(axis=0).astype(np.uint8).tobytes())


def estimate(first: Signature, second: Signature) -> float:
    """Estimate the Jaccard similarity of two texts from their signatures alone, with a standard error of at most 0.05."""
    equal = float(np.mean(np.frombuffer(first, np.uint8) == np.frombuffer(second, np.uint8)))
    return max(0.0, (equal - 1 / 256) / (1 - 1 / 256))


def pairs(signatures: Sequence[Signature], least: float) -> list[tuple[int, int]]:
    """List the pairs of places, the smaller first and in order, whose texts have an estimated similarity of `least` or more.

    Pairs without a band in common are not seen: at 0.8 one in thirteen, at 0.9 one in three thousand.
    """
    if not signatures:
        return []
    rows = np.frombuffer(b"".join(signatures), np.uint8).reshape(-1, PERMUTATIONS)
    bands = rows.view(_BAND)
    found = [_pairs_of_band(rows, bands[:, band], least) for band in range(BANDS)]
    both = np.unique(np.concatenate(found, axis=1), axis=1)
    return list(zip(both[0].tolist(), both[1].tolist(), strict=True))


class Index:
    """The dialogues kept so far, asked and grown one by one.

    Band keys lie in sorted runs that are merged as they grow, so that an entry costs some 300 bytes and its packed text.
    """

    def __init__(self, threshold: float = THRESHOLD) -> None:
        self.threshold = threshold
        self._floor = _floor(threshold)
        self._ids: list[str] = []
        self._texts: list[bytes] = []
        self._rows = np.empty((_RECENT, PERMUTATIONS), np.uint8)
        self._runs: list[_Run] = []
        self._settled = 0

    def __len__(self) -> int:
        return len(self._ids)

    def nearest(self, signature: Signature, text: str) -> str | None:
        """Give the id of an entry that is exactly as similar as the threshold asks, or more; the likeliest one is tried first."""
        row = np.frombuffer(signature, np.uint8)
        candidates = self._candidates(row.view(_BAND))
        if not candidates.size:
            return None
        equal = (self._rows[candidates] == row).sum(axis=1)
        likely = np.flatnonzero(equal >= self._floor)
        if not likely.size:
            return None
        pieces = shingles(normalise(text))
        for place in candidates[likely[np.argsort(-equal[likely], kind="stable")]]:
            if _jaccard(pieces, shingles(normalise(_unpack(self._texts[place])))) >= self.threshold:
                return self._ids[int(place)]
        return None

    def add(self, id: str, signature: Signature, text: str) -> None:
        """Enter a dialogue."""
        place = len(self._ids)
        if place == len(self._rows):
            self._rows = np.concatenate([self._rows, np.empty((place // 2, PERMUTATIONS), np.uint8)])
        self._rows[place] = np.frombuffer(signature, np.uint8)
        self._ids.append(id)
        self._texts.append(_pack(text))
        if place + 1 - self._settled == _RECENT:
            self._settle()

    def _candidates(self, bands: NDArray[np.uint64]) -> NDArray[np.intp]:
        """List the places that share a band, in order."""
        recent = self._rows[self._settled : len(self._ids)].view(_BAND)
        found = [np.flatnonzero((recent == bands).any(axis=1)) + self._settled]
        for run in self._runs:
            found += run.places(bands)
        return np.unique(np.concatenate(found)) if len(found) > 1 else found[0]

    def _settle(self) -> None:
        """Sort the recent entries into a run, and merge runs so that each is at least twice as long as the next."""
        end = len(self._ids)
        owners = np.repeat(np.arange(self._settled, end, dtype=np.uint32), BANDS)
        run = _Run(self._rows[self._settled : end].view(_BAND).ravel(), owners)
        while self._runs and len(self._runs[-1].keys) < 2 * len(run.keys):
            older = self._runs.pop()
            run = _Run(np.concatenate([older.keys, run.keys]), np.concatenate([older.owners, run.owners]))
        self._runs.append(run)
        self._settled = end


_RECENT: Final = 512
"""Entries that are looked through one by one before they are sorted in."""


class _Run:
    """Band keys in order, each with the place of its entry."""

    __slots__ = ("keys", "owners")

    def __init__(self, keys: NDArray[np.uint64], owners: NDArray[np.uint32]) -> None:
        order = np.argsort(keys, kind="stable")
        self.keys, self.owners = keys[order], owners[order]

    def places(self, bands: NDArray[np.uint64]) -> list[NDArray[Any]]:
        """List the places that have one of the keys, a part for each key found."""
        first, last = self.keys.searchsorted(bands), self.keys.searchsorted(bands, "right")
        return [self.owners[first[hit] : last[hit]] for hit in np.flatnonzero(last > first)]


def _points(normalised: str) -> NDArray[np.uint32]:
    """Give the text as code points, padded with spaces to one shingle at least."""
    return np.frombuffer(normalised.ljust(LATIN_WIDTH).encode("utf-32-le", "surrogatepass"), "<u4")


def _width(points: NDArray[np.uint32]) -> int:
    han = np.count_nonzero((points >= _HAN_FROM) & (points <= _HAN_TO))
    return HAN_WIDTH if han >= _HAN_SHARE * points.size else LATIN_WIDTH


def _cut(normalised: str, width: int) -> set[str]:
    padded = normalised.ljust(LATIN_WIDTH)
    return {padded[start : start + width] for start in range(len(padded) - width + 1)}


def _jaccard(first: set[str], second: set[str]) -> float:
    common = len(first & second)
    return common / (len(first) + len(second) - common)


def _finish(hashes: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Mix the bits of 32-bit hashes in place (the finaliser of MurmurHash3)."""
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
        hashes ^= hashes >> np.uint32(shift)
        hashes *= np.uint32(factor)
    hashes ^= hashes >> np.uint32(16)
    return hashes


def _floor(threshold: float) -> float:
    """Give the equal bytes that a pair at the threshold shows in all but one case in thirty thousand (four standard errors)."""
    error = math.sqrt(threshold * (1 - threshold) / PERMUTATIONS)
    return PERMUTATIONS * (threshold - 4 * error)


def _pairs_of_band(rows: NDArray[np.uint8], keys: NDArray[np.uint64], least: float) -> NDArray[np.intp]:
    """Give pairs of one band as two rows of places; among equal keys, step by step wider apart."""
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    found = [np.empty((2, 0), np.intp)]
    start, apart = np.arange(len(keys)), 1
    while start.size:
        start = start[start + apart < len(keys)]
        start = start[ordered[start] == ordered[start + apart]]
        first, second = order[start], order[start + apart]
        equal = (rows[first] == rows[second]).mean(axis=1)
        close = (equal - 1 / 256) / (1 - 1 / 256) >= least
        found.append(np.stack([first[close], second[close]]))
        apart += 1
    return np.concatenate(found, axis=1)


def _pack(text: str) -> bytes:
    """Pack a text as it is: normalising it again when it is compared, which is rare, spares the writer half of its work."""
    return zlib.compress(text.encode("gb18030", "replace"), 1)


def _unpack(packed: bytes) -> str:
    return zlib.decompress(packed).decode("gb18030")
