"""The models of a run, opened for their roles, with the run's cassette and accounts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from toolsim.apis.catalogue import Catalogue
from toolsim.base.errors import ToolsimError
from toolsim.models.cassette import Cassette, Mode
from toolsim.models.chat import ChatModel
from toolsim.models.config import Settings
from toolsim.models.open_model import OpenModel, open_model
from toolsim.pipeline.casting import PLANNER, WORLD, Casting, Casts

CASSETTE = "cassette.jsonl"
USAGE = "usage.json"


@dataclass(frozen=True, slots=True)
class Hiring:
    """How a run asks its models; none of it changes what is asked."""

    settings: Settings = field(default_factory=Settings)
    in_flight: int = 64
    """Dialogues at once."""
    attempts: int = 0
    """Dialogues after which the run ends, however few were accepted; 0 for no end."""
    replay: bool = False
    """Whether every answer must come from the cassette."""


@dataclass(slots=True)
class Staff:
    """The opened models of a run."""

    opened: dict[str, OpenModel]
    cassette: Cassette

    def casts(self, casting: Casting, catalogue: Catalogue) -> Casts:
        """Give the casts; each role has an account of its own."""
        roles = {"user": casting.user, "assistant": casting.assistant, "tool": casting.tool, "polish": casting.polish}
        models: dict[str, ChatModel] = {
            role: self.opened[name].stage(role) for role, name in roles.items() if name not in ("", PLANNER, WORLD)
        }
        return Casts(casting, catalogue, models)

    async def close(self) -> None:
        """Close connections."""
        for model in self.opened.values():
            await model.aclose()

    def usage(self, accepted: int) -> dict[str, Any]:
        """Count what was used, by model and role, and for each accepted sample."""
        stages = {
            f"{name} as {stage}": {**account.usage.model_dump(), "failures": dict(account.failures)}
            for name, model in self.opened.items()
            for stage, account in model.accounts.by_stage.items()
        }
        total = [model.accounts.total() for model in self.opened.values()]
        each = max(1, accepted)
        return {
            "by_stage": stages,
            "calls_made": self.cassette.made,
            "calls_replayed": self.cassette.played,
            "per_accepted": {
                "calls": sum(usage.calls for usage in total) / each,
                "tokens": sum(usage.prompt_tokens + usage.completion_tokens for usage in total) / each,
                "money": sum(usage.money for usage in total) / each,
            },
        }


@contextmanager
def hired(casting: Casting, hiring: Hiring, run: Path) -> Iterator[Staff]:
    """Open the models that a casting names, for the time of a run.

    Raises:
        ToolsimError: a model is unknown, its key is missing, or replay is asked for and nothing was recorded.
    """
    path = run / CASSETTE
    if hiring.replay and not path.exists():
        raise ToolsimError(f"{path} is not there, so that nothing can be replayed", hint="leave --replay out to ask the models")
    cassette = Cassette(path, Mode.REPLAY if hiring.replay else Mode.AUTO)
    try:
        yield Staff({name: open_model(name, hiring.settings, cassette) for name in casting.models}, cassette)
    finally:
        cassette.close()
