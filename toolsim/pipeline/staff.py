"""The models of a run, opened for their roles, with the run's cassette and its accounts, batch by batch."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import orjson

from toolsim.apis.catalogue import Catalogue
from toolsim.base.errors import ToolsimError
from toolsim.models.accounts import Account, Staged
from toolsim.models.cassette import Cassette, Mode
from toolsim.models.chat import ChatModel, Usage
from toolsim.models.config import Settings
from toolsim.models.failures import FailureKind
from toolsim.models.open_model import OpenModel, Surroundings, open_model
from toolsim.pipeline.casting import Casting, Casts
from toolsim.pipeline.patience import LONGEST, Patient

CASSETTE: Final = "cassette.jsonl"
_ACCOUNTS: Final = "usage.jsonl"
"""One line a batch, so that the sums are right however often a run was stopped."""


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
    cassette: Path | None = None
    """Where answers are recorded; in the run folder unless it is given."""
    patience: float = LONGEST
    """Seconds for which an endpoint that is down is waited for."""
    around: Surroundings = field(default_factory=Surroundings)


Accounts = dict[str, Account]
"""By `MODEL as ROLE`."""


@dataclass(slots=True)
class Staff:
    """The opened models of a run."""

    opened: dict[str, OpenModel]
    asked: dict[str, Patient]
    """The same, as roles ask them."""
    cassette: Cassette
    ledger: Path
    """Where the accounts of batches stand."""
    spent: dict[str, Account] = field(default_factory=dict)
    """Of the batches so far."""

    def casts(self, casting: Casting, catalogue: Catalogue) -> tuple[Casts, Accounts]:
        """Give the casts of one batch and the accounts of its roles."""
        accounts: Accounts = {}

        def staged(name: str, role: str) -> ChatModel:
            return Staged(self.asked[name], accounts.setdefault(f"{name} as {role}", Account()))

        models = {role: staged(name, role) for role, name in casting.played.items()}
        jury = casting.jury
        panel = jury.panel({name: staged(name, "juror") for name in jury.models}) if jury else None
        return Casts(casting, catalogue, models, panel), accounts

    def enter(self, batch: int, accounts: Accounts) -> None:
        """Enter what a batch used; before the batch itself is written, which makes it count."""
        line = {"batch": batch, "accounts": {name: _written(account) for name, account in sorted(accounts.items())}}
        with self.ledger.open("ab") as file:
            file.write(orjson.dumps(line) + b"\n")
        self._add(line["accounts"])

    def recall(self, batches: int) -> None:
        """Read what so many batches used; what was entered beyond them is left out."""
        lines = [line for line in _lines(self.ledger) if line["batch"] < batches]
        self.ledger.write_bytes(b"".join(orjson.dumps(line) + b"\n" for line in lines))
        for line in lines:
            self._add(line["accounts"])

    def _add(self, accounts: Any) -> None:
        for name, record in accounts.items():
            account = self.spent.setdefault(name, Account())
            account.usage += Usage.model_validate({key: value for key, value in record.items() if key != "failures"})
            account.failures.update({FailureKind(kind): count for kind, count in record["failures"].items()})

    async def close(self) -> None:
        """Close connections."""
        for model in self.opened.values():
            await model.aclose()

    def usage(self, accepted: int) -> dict[str, Any]:
        """Count what was used, by model and role, and for each accepted sample."""
        total = sum((account.usage for account in self.spent.values()), Usage(calls=0))
        each = max(1, accepted)
        return {
            "by_stage": {name: _written(account) for name, account in sorted(self.spent.items())},
            "calls_made": self.cassette.made,
            "calls_replayed": self.cassette.played,
            "accepted": accepted,
            "per_accepted": {
                "calls": total.calls / each,
                "tokens": (total.prompt_tokens + total.completion_tokens) / each,
                "money": total.money / each,
            },
        }


@contextmanager
def hired(casting: Casting, hiring: Hiring, run: Path, batches: int = 0) -> Iterator[Staff]:
    """Open the models that a casting names, for the time of a run.

    Args:
        batches: written so far.

    Raises:
        ToolsimError: a model is unknown, its key is missing, or replay is asked for and nothing was recorded.
    """
    path = hiring.cassette or run / CASSETTE
    if hiring.replay and not path.exists():
        raise ToolsimError(f"{path} is not there, so that nothing can be replayed", hint="leave --replay out to ask the models")
    cassette = Cassette(path, Mode.REPLAY if hiring.replay else Mode.AUTO)
    try:
        opened = {name: open_model(name, hiring.settings, cassette, hiring.around) for name in casting.models}
        asked = {name: Patient(model, hiring.around.clock, hiring.patience) for name, model in opened.items()}
        staff = Staff(opened, asked, cassette, run / _ACCOUNTS)
        staff.recall(batches)
        yield staff
    finally:
        cassette.close()


def _written(account: Account) -> dict[str, Any]:
    return {**account.usage.model_dump(), "failures": {str(kind): count for kind, count in sorted(account.failures.items())}}


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    """Read the lines of a file that may not be there, up to one that was cut short."""
    if path.exists():
        with path.open("rb") as file, suppress(orjson.JSONDecodeError):
            for line in file:
                yield orjson.loads(line)
