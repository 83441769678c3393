"""Patience with endpoints: one that is down is waited for, one that refuses everything ends the run before it costs dialogues."""

from __future__ import annotations

from typing import Final

from toolsim.base.errors import ToolsimError
from toolsim.models.chat import ChatModel, ChatReply, ChatRequest
from toolsim.models.clock import Clock, SystemClock
from toolsim.models.failures import FailureKind, ModelFailure

LONGEST: Final = 600.0
"""Seconds for which an endpoint that is down is waited for."""
REFUSALS: Final = 8
"""Requests that may be refused before any was answered."""
SPENT: Final = frozenset({FailureKind.BUDGET, FailureKind.UNRECORDED})
"""Failures after which no later dialogue can be made either: the budget is spent, or the recording is at its end."""
_SHORTEST = 1.0


class EndpointGone(ToolsimError):
    """A model cannot be asked any more; what is written of the run stands, and the same command goes on."""


class Patient:
    """A model that is worth waiting for."""

    def __init__(self, inner: ChatModel, clock: Clock | None = None, longest: float = LONGEST) -> None:
        self._inner = inner
        self._clock = clock or SystemClock()
        self._longest = longest
        self._refused = 0
        self._answered = False

    @property
    def name(self) -> str:
        """The name of the model within."""
        return self._inner.name

    async def complete(self, request: ChatRequest) -> ChatReply:
        """Answer a request, if need be when the endpoint is back.

        Raises:
            ModelFailure: what befalls this request alone.
            EndpointGone: what would befall all others too.
        """
        since = self._clock.now()
        while True:
            try:
                reply = await self._inner.complete(request)
            except ModelFailure as failure:
                if failure.kind is not FailureKind.DEAD:
                    self._judge(failure)
                    raise
                if self._clock.now() - since >= self._longest:
                    raise EndpointGone(
                        f"{self.name}: {failure.message}", hint="the same command goes on when it is back"
                    ) from None
                await self._clock.sleep(max(_SHORTEST, failure.retry_after or 0.0))
            else:
                self._answered = True
                return reply

    def _judge(self, failure: ModelFailure) -> None:
        if self._answered or failure.kind is not FailureKind.REFUSED:
            return
        self._refused += 1
        if self._refused >= REFUSALS:
            hint = "nothing was written of these dialogues; the same command tries again"
            raise EndpointGone(f"{self.name} refuses every request: {failure.message}", hint=hint) from None
