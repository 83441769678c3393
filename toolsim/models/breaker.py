"""Leaves an endpoint alone that failed several times in a row, and tries it again with a single request."""

from __future__ import annotations

from toolsim.models.clock import Clock
from toolsim.models.failures import FailureKind, ModelFailure

_COUNTED = frozenset({FailureKind.CONNECTION, FailureKind.SERVER})
_NEUTRAL = frozenset({FailureKind.TIMEOUT, FailureKind.BUDGET, FailureKind.DEAD, FailureKind.UNRECORDED})


class Breaker:
    """Counts rounds of failure; requests that fail together count once, so that one hiccup under load trips nothing."""

    def __init__(self, most: int, rest: float, clock: Clock) -> None:
        self._most = most
        self._rest = rest
        self._clock = clock
        self._failures = 0
        self._failed_at = float("-inf")
        self._open_until = float("-inf")
        self._probing = False

    def enter(self) -> None:
        """Let a request through.

        Raises:
            ModelFailure: DEAD, with the seconds to wait.
        """
        if self._failures < self._most:
            return
        left = self._open_until - self._clock.now()
        if left > 0 or self._probing:
            message = f"the endpoint failed {self._failures} times in a row and is left alone"
            raise ModelFailure(FailureKind.DEAD, message, max(left, 0.0))
        self._probing = True

    def succeeded(self) -> None:
        """Learn of an answer."""
        self._failures = 0
        self._probing = False

    def failed(self, kind: FailureKind, started: float) -> None:
        """Learn of a failure; one by which the endpoint shows that it lives counts as success."""
        if kind in _COUNTED:
            self._count(started)
        elif kind not in _NEUTRAL:
            self.succeeded()
        else:
            self._reopen()

    def left(self) -> None:
        """Learn that a request was given up before it had an outcome."""
        self._reopen()

    def _count(self, started: float) -> None:
        now = self._clock.now()
        if started > self._failed_at:
            self._failures += 1
            self._failed_at = now
        if self._failures >= self._most:
            self._open_until = now + self._rest
        self._probing = False

    def _reopen(self) -> None:
        if self._probing:
            self._probing = False
            self._open_until = self._clock.now() + self._rest
