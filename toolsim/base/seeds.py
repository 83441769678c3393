"""All chance comes from here: named streams that are derived from one run seed, equal on every machine."""

from __future__ import annotations

import random
from hashlib import blake2b


def derive(seed: int, *path: str | int) -> int:
    """Derive the 64-bit seed of a named stream from a run's seed."""
    text = "\x1f".join([str(seed), *map(str, path)])
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")


def stream(seed: int, *path: str | int) -> random.Random:
    """Open the random stream with that name."""
    return random.Random(derive(seed, *path))


def digest(data: bytes) -> str:
    """Give the content digest (128 bits, hexadecimal) of some bytes."""
    return blake2b(data, digest_size=16).hexdigest()
