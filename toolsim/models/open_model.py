"""Opens a model by name: backend, limits and retries, cassette, tool format and accounts, one around the other."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

import toolsim.models.openai  # noqa: F401  (registers its backend)
from toolsim.models.accounts import Accounts, Staged
from toolsim.models.adapted import Adapted, Offer
from toolsim.models.breaker import Breaker
from toolsim.models.budget import Budget
from toolsim.models.cassette import Cassette, Mode, Recorded
from toolsim.models.chat import ChatModel, ChatReply, ChatRequest, Usage
from toolsim.models.clock import Clock, SystemClock
from toolsim.models.config import BACKENDS, ModelConfig, Settings
from toolsim.models.limits import Limiter, Limits
from toolsim.models.retry import Guarded, Guards, RetryPolicy
from toolsim.models.scripted import ScriptedModel

_FAILURES_IN_A_ROW = 6
_REST = 30.0
_ANY_STAGE = "any"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What models are opened with beside their configuration; tests bring their own."""

    clock: Clock = field(default_factory=SystemClock)
    policy: RetryPolicy = field(default_factory=RetryPolicy)
    rng: Random = field(default_factory=lambda: Random(0))
    """For the jitter of pauses alone."""


class OpenModel:
    """A model that is ready to be asked."""

    def __init__(self, config: ModelConfig, backend: ChatModel, cassette: Cassette | None, around: Surroundings) -> None:
        self.config = config
        self.budget = Budget(config.budget)
        self.limiter = Limiter(Limits(config.concurrency, config.requests_per_minute, config.tokens_per_minute), around.clock)
        self.accounts = Accounts()
        self._backend = backend
        guards = Guards(
            limiter=self.limiter,
            breaker=Breaker(_FAILURES_IN_A_ROW, _REST, around.clock),
            budget=self.budget,
            policy=around.policy,
            clock=around.clock,
            rng=around.rng,
            timeout=config.timeout,
            prices=(config.prices.prompt, config.prices.completion),
        )
        asked: ChatModel = Guarded(backend, guards)
        if cassette is not None:
            asked = Recorded(asked, cassette, config.identity)
        # calls are recorded as they go over the wire, so that a better reading of them profits from old recordings
        self._model = Adapted(asked, Offer(config.tools, config.schema, config.temperature, config.max_tokens))
        self._stages: dict[str, Staged] = {}

    @property
    def name(self) -> str:
        """How the model is named in records."""
        return self._model.name

    @property
    def spent(self) -> Usage:
        """What went to the endpoint, failed tries included; what was replayed is not in it."""
        return self.budget.spent

    async def complete(self, request: ChatRequest) -> ChatReply:
        """Answer a request of no particular stage."""
        return await self.stage(_ANY_STAGE).complete(request)

    def stage(self, name: str) -> Staged:
        """Give the model as a stage sees it, with an account of its own."""
        if name not in self._stages:
            self._stages[name] = Staged(self._model, self.accounts.of(name))
        return self._stages[name]

    async def aclose(self) -> None:
        """Close the connections of the backend."""
        close = getattr(self._backend, "aclose", None)
        if close is not None:
            await close()

    async def __aenter__(self) -> OpenModel:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


def open_model(
    spec: str, settings: Settings | None = None, cassette: Cassette | None = None, around: Surroundings | None = None
) -> OpenModel:
    """Open a model by its name in the settings, or by a spec such as `openai:NAME@BASE_URL`.

    Raises:
        ToolsimError: there is no such model or backend, its key is missing, or its extra is not installed.
    """
    config = (settings or Settings()).find(spec)
    open_backend = BACKENDS.get(config.backend)
    replays = cassette is not None and cassette.mode is Mode.REPLAY
    # who only replays needs neither key nor endpoint
    backend = ScriptedModel((), config.identity) if replays else open_backend(config)
    return OpenModel(config, backend, cassette, around or Surroundings())
