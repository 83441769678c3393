"""The funnel of a run: how many dialogues get through each stage, what and who stops the others, and what a sample costs."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import orjson

from toolsim.checks.causes import meaning
from toolsim.dataset.sample import Rejection, Sample
from toolsim.dataset.store import USAGE, VERDICTS, read_manifest, read_stream
from toolsim.jury import grounds
from toolsim.jury.turnout import Turnout, turnout
from toolsim.jury.votes import Deliberation

STAGES: Final = {
    "plan": "planned",
    "polish": "polished",
    "play": "played",
    "check": "passed checks",
    "jury": "accepted by the jury",
    "duplicate": "not a duplicate",
    "surplus": "admitted",
}
"""Where a dialogue may be stopped -> what it is once it is through; what nothing stops is admitted."""
_TOLD: Final = frozenset({"a call cannot be read", "nothing was said", "the reply was cut off"})
"""Words behind a code that say more than it."""


@dataclass(frozen=True, slots=True)
class Cause:
    """Why dialogues were stopped."""

    stage: str
    code: str
    meaning: str
    dialogues: int


@dataclass(frozen=True, slots=True)
class Funnel:
    """How many dialogues got how far."""

    tried: int
    through: dict[str, int]
    """Stage -> dialogues that got through."""
    categories: dict[str, dict[str, int]]
    """Category -> the same, with `tried`."""
    causes: tuple[Cause, ...]
    """The commonest first."""
    jurors: tuple[Turnout, ...] = ()
    """How each voted, where the run has a jury."""
    usage: dict[str, Any] = field(default_factory=dict)
    """What models used, where models played."""

    @property
    def admitted(self) -> int:
        """Dialogues that got through all stages."""
        return self.through["surplus"]


def funnel(folder: Path) -> Funnel:
    """Work out the funnel of a run.

    Raises:
        RunError: the folder holds no run, or a line of it cannot be read.
    """
    read_manifest(folder)
    admitted = Counter(sample.category for sample in read_stream(folder, "samples", Sample))
    stopped: Counter[tuple[str, str]] = Counter()
    causes: Counter[tuple[str, str]] = Counter()
    seen_in: dict[str, str] = {}
    for one in read_stream(folder, "rejections", Rejection):
        stopped[one.category, one.stage] += 1
        codes = {_code(reason) for reason in one.reasons} if one.stage != "duplicate" else set()
        causes.update((one.stage, code) for code in codes)
        seen_in |= dict.fromkeys(codes - seen_in.keys(), one.category)
    names = sorted({*admitted, *(category for category, _ in stopped)})
    categories = {name: _through(admitted[name], {stage: stopped[name, stage] for stage in STAGES}) for name in names}
    total = _through(admitted.total(), {stage: sum(stopped[name, stage] for name in names) for stage in STAGES})
    listed = sorted(causes.items(), key=lambda item: (-item[1], item[0]))
    usage, verdicts = folder / USAGE, folder / f"{VERDICTS}.jsonl"
    return Funnel(
        total.pop("tried"),
        total,
        categories,
        tuple(Cause(stage, code, _meaning(code, seen_in[code]), count) for (stage, code), count in listed),
        tuple(turnout(read_stream(folder, VERDICTS, Deliberation))) if verdicts.exists() else (),
        orjson.loads(usage.read_bytes()) if usage.exists() else {},
    )


def _through(admitted: int, stopped: dict[str, int]) -> dict[str, int]:
    """Count those that got through each stage."""
    left = admitted + sum(stopped.values())
    out = {"tried": left}
    for stage, count in stopped.items():
        left -= count
        out[stage] = left
    return out


def _meaning(code: str, category: str) -> str:
    """Tell what a code means; criteria of a jury in the words of a category's rubric."""
    return grounds.meaning(code, category) if code.startswith(grounds.FAMILY) else meaning(code.partition(":")[0])


def _code(reason: str) -> str:
    code, _, words = reason.partition(": ")
    return reason if words in _TOLD else code
