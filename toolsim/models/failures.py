"""Why a model gave no answer. Data for the funnel: a failure ends a dialogue or a vote, never the run."""

from __future__ import annotations

from enum import StrEnum


class FailureKind(StrEnum):
    """Classes of failure; each is retried, waited for or given up in its own way."""

    RATE_LIMITED = "rate_limited"
    """429: wait as long as the endpoint says."""
    SERVER = "server"
    """5xx: try again, with growing pauses."""
    TIMEOUT = "timeout"
    CONNECTION = "connection"
    """Refused or dropped."""
    MALFORMED = "malformed"
    """The reply is no chat completion, or is truncated JSON."""
    REFUSED = "refused"
    """4xx other than 429: the request is wrong, the key is, or the model is unknown; never tried again."""
    UNPARSED = "unparsed"
    """A structured answer that stayed wrong after the allowed number of repairs."""
    BUDGET = "budget"
    """The budget of calls, tokens or money is spent."""
    DEAD = "dead"
    """The endpoint failed so often that it is left alone."""
    UNRECORDED = "unrecorded"
    """Replay was asked for and the cassette has no such call."""


class ModelFailure(Exception):
    """No answer could be had."""

    def __init__(self, kind: FailureKind, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.retry_after = retry_after
        """Seconds that the endpoint asks to wait."""
