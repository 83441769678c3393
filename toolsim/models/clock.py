"""Time for pacing only: waits and pauses go through a clock, so that tests never sleep. It never reaches content."""

from __future__ import annotations

import asyncio
import time
from typing import Protocol


class Clock(Protocol):
    """Tells the time since some start, and waits."""

    def now(self) -> float:
        """Tell the seconds since some fixed moment; they never run backwards."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class SystemClock:
    """The clock of this machine."""

    def now(self) -> float:
        """Tell the seconds of the monotonic clock."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait, letting others work."""
        await asyncio.sleep(seconds)
