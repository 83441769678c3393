"""Who used how much: calls, tokens, money and failures by the stage that asked. Replayed calls count as when recorded."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from toolsim.models.chat import ChatModel, ChatReply, ChatRequest, Usage
from toolsim.models.failures import FailureKind, ModelFailure


@dataclass(slots=True)
class Account:
    """What one stage used."""

    usage: Usage = field(default_factory=lambda: Usage(calls=0))
    failures: Counter[FailureKind] = field(default_factory=Counter)
    """Requests that stayed without an answer."""


class Accounts:
    """The accounts of one model."""

    def __init__(self) -> None:
        self.by_stage: dict[str, Account] = {}

    def of(self, stage: str) -> Account:
        """Give a stage's account."""
        return self.by_stage.setdefault(stage, Account())

    def total(self) -> Usage:
        """Add up what all stages used."""
        return sum((account.usage for account in self.by_stage.values()), Usage(calls=0))


class Staged:
    """A model as one stage sees it: every call is entered into the stage's account."""

    def __init__(self, inner: ChatModel, account: Account) -> None:
        self._inner = inner
        self._account = account

    @property
    def name(self) -> str:
        """The name of the model within."""
        return self._inner.name

    async def complete(self, request: ChatRequest) -> ChatReply:
        """Answer a request and enter what it used."""
        try:
            reply = await self._inner.complete(request)
        except ModelFailure as failure:
            self._account.failures[failure.kind] += 1
            raise
        self._account.usage += reply.usage
        return reply
