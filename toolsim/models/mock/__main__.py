"""Runs the mock endpoint until it is interrupted; the address stands on the first line that it prints."""

from __future__ import annotations

import argparse
import asyncio
import contextlib

from toolsim.models import mock
from toolsim.models.mock.faults import Fault, MockSettings
from toolsim.models.mock.server import serve


def main() -> None:
    """Read the options and serve."""
    form = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser("python -m toolsim.models.mock", description=mock.__doc__, formatter_class=form)
    parser.add_argument("--port", type=int, default=8100, help="0 takes a free one")
    parser.add_argument("--latency", type=float, default=0.05, help="seconds for every answer")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--retry-after", type=float, default=1.0, help="seconds that a 429 asks to wait")
    parser.add_argument("--capacity", type=int, help="requests at once; more are answered by 429")
    for fault in Fault:
        parser.add_argument(f"--{fault.replace('_', '-')}", type=float, default=0.0, metavar="SHARE")
    options = parser.parse_args()
    rates = {fault: share for fault in Fault if (share := getattr(options, fault)) > 0}
    settings = MockSettings(
        latency=options.latency,
        seed=options.seed,
        rates=rates,
        retry_after=options.retry_after,
        capacity=options.capacity,
    )
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(settings, options.port))


async def _serve(settings: MockSettings, port: int) -> None:
    async with serve(settings, port) as endpoint:
        print(endpoint.base_url, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    main()
