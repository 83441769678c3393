"""Measure the search for near-duplicates: speed, memory, recall and precision, on dialogues made of the packs' own requests.

Usage: python benchmarks/duplicates.py [ENTRIES]. Takes some two minutes for 100,000 entries.
"""

from __future__ import annotations

import random
import sys
import time
import tracemalloc
from collections import Counter
from collections.abc import Sequence

from toolsim.apis.catalogue import open_catalogue
from toolsim.base import seeds
from toolsim.base.text import LANGUAGES, Language
from toolsim.dataset.duplicates import THRESHOLD, Index, Signature, sign, similarity
from toolsim.wording.samples import sample_requests
from toolsim.world.world import WorldPlan

LENGTH = 600
PLANTED = 3000
STEPS = (0.8, 0.85, 0.9, 0.95)


def requests(language: Language) -> list[str]:
    """Collect a few requests for every fifth API of every pack."""
    catalogue = open_catalogue()
    out: list[str] = []
    for pack in catalogue.taxonomy.packs.values():
        plan = WorldPlan(catalogue, [pack])
        for api in catalogue.of(pack)[::5]:
            out += [text for text, _ in sample_requests(plan, api, 1, language, 3)]
    return out


def dialogue(lines: Sequence[str], rng: random.Random) -> str:
    """String requests together to the measured length."""
    text = ""
    while len(text) < LENGTH:
        text += rng.choice(lines) + "\n"
    return text[:LENGTH]


def changed(text: str, lines: Sequence[str], rng: random.Random) -> str:
    """Overwrite one to eight stretches by pieces of other requests."""
    for _ in range(rng.randint(1, 8)):
        piece = rng.choice(lines)[: rng.randint(2, 16)]
        at = rng.randrange(len(text) - len(piece))
        text = text[:at] + piece + text[at + len(piece) :]
    return text


def speed(texts: Sequence[str]) -> tuple[list[Signature], Index]:
    """Time signatures, then queries and additions, in processor time of one core."""
    start = time.process_time()
    signatures = [sign(text) for text in texts]
    signed = time.process_time()
    index = Index()
    twins = 0
    for number, (signature, text) in enumerate(zip(signatures, texts, strict=True)):
        twins += index.nearest(signature, text) is not None
        index.add(f"dialogue-{number:08d}", signature, text)
    done = time.process_time()
    each = [1e6 * spent / len(texts) for spent in (signed - start, done - signed)]
    print(f"  sign {each[0]:.0f} µs, query and add {each[1]:.0f} µs: {1e6 / sum(each):,.0f} texts/s; {twins} near twins")
    return signatures, index


def memory(texts: Sequence[str], signatures: Sequence[Signature]) -> None:
    """Weigh an index."""
    tracemalloc.start()
    index = Index()
    for number, (signature, text) in enumerate(zip(signatures, texts, strict=True)):
        index.add(f"dialogue-{number:08d}", signature, text)
    now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    print(f"  {len(index):,} entries: {now / 1e6:.0f} MB, {now / len(index):.0f} bytes each; peak {peak / 1e6:.0f} MB")


def recall(index: Index, texts: Sequence[str], lines: Sequence[str], rng: random.Random) -> None:
    """Plant near-duplicates, and count which are found and whether all that is found is one."""
    planted: Counter[float] = Counter()
    found: Counter[float] = Counter()
    wrong = 0
    for _ in range(PLANTED):
        at = rng.randrange(len(texts))
        text = changed(texts[at], lines, rng)
        exact = similarity(texts[at], text)
        hit = index.nearest(sign(text), text)
        wrong += hit is not None and similarity(texts[int(hit.removeprefix("dialogue-"))], text) < THRESHOLD
        step = max((step for step in STEPS if step <= exact), default=0.0)
        planted[step] += 1
        found[step] += hit is not None
    for step in STEPS:
        print(f"  similarity from {step}: {found[step]} of {planted[step]} found ({found[step] / max(1, planted[step]):.4f})")
    print(f"  below {THRESHOLD}: {found[0.0]} of {planted[0.0]} found (near another entry); wrong: {wrong}")


def main(entries: int) -> None:
    """Print the figures of both languages."""
    for language in LANGUAGES:
        rng = seeds.stream(1, "duplicates", language)
        lines = requests(language)
        texts = [dialogue(lines, rng) for _ in range(entries)]
        print(f"{language}: {entries:,} texts of {LENGTH} characters from {len(lines):,} requests")
        signatures, index = speed(texts)
        recall(index, texts, lines, rng)
        del index
        memory(texts, signatures)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
