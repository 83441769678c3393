"""What may be spent. Calls never pass their limit; tokens and money pass it by no more than what is in flight above the mean."""

from __future__ import annotations

from dataclasses import dataclass

from toolsim.models.chat import Usage
from toolsim.models.failures import FailureKind, ModelFailure


@dataclass(frozen=True, slots=True)
class BudgetLimits:
    """The most that may be spent; None is no limit."""

    calls: int | None = None
    tokens: int | None = None
    """Prompt and answer together."""
    money: float | None = None
    """In the currency of the prices."""


class Budget:
    """Counts what is spent and stops before the limits; requests in flight end as they will."""

    def __init__(self, limits: BudgetLimits) -> None:
        self.limits = limits
        self.spent = Usage(calls=0)
        self._in_flight = 0
        self._bounded = limits.tokens is not None or limits.money is not None

    def reserve(self) -> None:
        """Set a call aside.

        Raises:
            ModelFailure: BUDGET.
        """
        limits, spent = self.limits, self.spent
        if limits.calls is not None and spent.calls + self._in_flight >= limits.calls:
            raise _over(f"{limits.calls} calls")
        if self._bounded:
            expected = 1 + self._in_flight / max(spent.calls, 1)
            tokens = spent.prompt_tokens + spent.completion_tokens
            if limits.tokens is not None and tokens * expected >= limits.tokens:
                raise _over(f"{limits.tokens} tokens")
            if limits.money is not None and spent.money * expected >= limits.money:
                raise _over(f"{limits.money:g} in money")
        self._in_flight += 1

    def settle(self, usage: Usage) -> None:
        """Enter what a call that was set aside has cost."""
        self._in_flight -= 1
        self.spent += usage


def _over(what: str) -> ModelFailure:
    return ModelFailure(FailureKind.BUDGET, f"the budget of {what} is spent")
