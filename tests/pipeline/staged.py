"""Runs in which models play, against a mock on loopback that plays the oracle: `python -m tests.pipeline.staged FOLDER URL ...`."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

from tests.pipeline.sitting import small
from tests.roleplay.oracle import Oracle, scenarios_of
from toolsim.apis.catalogue import Catalogue, open_catalogue
from toolsim.base import seeds
from toolsim.models import json_text
from toolsim.models.config import ModelConfig, Settings
from toolsim.models.failures import FailureKind
from toolsim.models.mock import server
from toolsim.models.mock.faults import Fault, MockSettings
from toolsim.models.mock.plays import Play
from toolsim.models.mock.server import Mock, serve
from toolsim.models.open_model import Surroundings
from toolsim.models.retry import RetryPolicy
from toolsim.pipeline.casting import Casting
from toolsim.pipeline.config import RunConfig
from toolsim.pipeline.generate import Progress, generate
from toolsim.pipeline.means import Means
from toolsim.pipeline.staff import Hiring

TRIES = dict.fromkeys(
    (FailureKind.RATE_LIMITED, FailureKind.SERVER, FailureKind.TIMEOUT, FailureKind.CONNECTION, FailureKind.MALFORMED), 9
)
"""So many that no dialogue is lost to a fault on the way; what an answer says is another matter."""
PAIR = Casting(user="m", assistant="m")


def config_of(catalogue: Catalogue, count: int, casting: Casting = PAIR, seed: int = 0) -> RunConfig:
    """Configure a run in which models play."""
    return small(catalogue, count, seed=seed, casting=casting)


def hiring_of(url: str, attempts: int, concurrency: int = 3, key_env: str = "", **more: Any) -> Hiring:
    """Name the mock as the model `m`, with pauses that cost no time."""
    model = ModelConfig("m", url, key_env=key_env, timeout=2.0, concurrency=concurrency)
    around = Surroundings(policy=RetryPolicy(tries=TRIES, first_pause=0.001, longest_pause=0.01))
    return Hiring(Settings({"m": model}), in_flight=20, attempts=attempts, around=around, **more)


@dataclass(slots=True)
class Endpoint:
    """The mock at work."""

    mock: Mock
    answered: Counter[str] = field(default_factory=Counter)
    """Requests that were answered, by content."""
    enough: threading.Event = field(default_factory=threading.Event)
    """Set once so many were answered as the test waits for."""

    @property
    def url(self) -> str:
        """Where it listens."""
        return self.mock.base_url


@contextmanager
def endpoint(oracle: Oracle, settings: MockSettings | None = None, until: int = 0) -> Iterator[Endpoint]:
    """Serve the oracle from a thread of its own."""
    ready, over = threading.Event(), threading.Event()
    made: list[Endpoint] = []

    def play(body: dict[str, Any], rng: Random, fault: Fault | None = None) -> Play:
        made[0].answered[seeds.digest(json_text.dumps(body).encode())] += 1
        if made[0].answered.total() == until:
            made[0].enough.set()
        return oracle.play(body, rng, fault)

    async def run() -> None:
        async with serve(settings, keep=True) as mock:
            made.append(Endpoint(mock))
            ready.set()
            await asyncio.to_thread(over.wait)

    with patch.object(server, "play", play):
        thread = threading.Thread(target=lambda: asyncio.run(run()), daemon=True)
        thread.start()
        ready.wait(10)
        try:
            yield made[0]
        finally:
            over.set()
            thread.join(10)


def staged(catalogue: Catalogue, folder: Path, config: RunConfig, hiring: Hiring) -> Progress:
    """Make a run, or go on with it."""
    return generate(config, catalogue, folder, Means(hiring=hiring), lambda progress: None)


def oracle_of(catalogue: Catalogue, config: RunConfig, attempts: int) -> Oracle:
    """Make an oracle that knows what a run of so many attempts holds, and what is begun beyond."""
    return Oracle(catalogue, scenarios_of(config, catalogue, attempts // config.batch + 6))


if __name__ == "__main__":
    known = open_catalogue()
    staged(known, Path(sys.argv[1]), config_of(known, int(sys.argv[3])), hiring_of(sys.argv[2], int(sys.argv[3])))
