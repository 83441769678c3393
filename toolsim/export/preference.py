"""The paired form of trainers such as TRL's DPO and ORPO: a right and a wrong trajectory of a scenario, from where they part."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Any

import orjson

from toolsim.dataset.trajectories import Trajectory
from toolsim.export.origin import actors_of, told_causes
from toolsim.export.registry import TRAJECTORY_EXPORTERS, Told
from toolsim.roleplay.dialogue import Dialogue, Message


@dataclass(frozen=True, slots=True)
class Pair:
    """Two trajectories that go together up to a message of the assistant."""

    chosen: Dialogue
    rejected: Trajectory
    begin: int
    """Index of that message: how many messages both begin with."""


@TRAJECTORY_EXPORTERS.register("preference")
def preference(told: Told) -> bytes:
    """Write `{"prompt": [...], "chosen": [...], "rejected": [...], "tools": [...], "metadata": {...}}` for each pair."""
    return b"".join(_line(told, pair) for pair in pairs(told))


def pairs(told: Told) -> Iterator[Pair]:
    """Pair each wrong trajectory with the best right one that it has a common prompt with; other causes come first."""
    right = [one.dialogue for one in told.played.right] or ([told.gold] if told.gold else [])
    found = [pair for one in _distinct(told.played.wrong) if (pair := _pair(right, one))]
    return islice(_spread(found), told.pairs)


def _distinct(trajectories: Sequence[Trajectory]) -> Iterator[Trajectory]:
    """Leave out those that do nothing else than an earlier one."""
    seen: set[bytes] = set()
    for one in trajectories:
        content = b"\n".join(map(_content, one.dialogue.messages))
        if content not in seen:
            seen.add(content)
            yield one


def _pair(right: Sequence[Dialogue], wrong: Trajectory) -> Pair | None:
    parted = ((dialogue, _parting(dialogue.messages, wrong.dialogue.messages)) for dialogue in right)
    return next((Pair(dialogue, wrong, begin) for dialogue, begin in parted if begin is not None), None)


def _parting(one: tuple[Message, ...], other: tuple[Message, ...]) -> int | None:
    """Find the first message in which two dialogues differ; None where it is not the assistant's in both."""
    for index, (mine, theirs) in enumerate(zip(one, other, strict=False)):
        if mine != theirs and _content(mine) != _content(theirs):
            return index if mine.role == theirs.role == "assistant" else None
    return None


def _content(message: Message) -> bytes:
    """Give what a message says and calls, however the JSON of its arguments is spaced and ordered."""
    record = message.openai()
    for call in record.get("tool_calls", ()):
        with suppress(orjson.JSONDecodeError):
            call["function"]["arguments"] = orjson.loads(call["function"]["arguments"])
    return orjson.dumps(record, option=orjson.OPT_SORT_KEYS)


def _spread(found: Sequence[Pair]) -> list[Pair]:
    """Put pairs of causes that have not been there yet before those of causes that have."""
    seen = Counter[frozenset[str]]()
    rounds = []
    for pair in found:
        codes = frozenset(cause.code for cause in pair.rejected.causes)
        rounds.append((seen[codes], pair))
        seen[codes] += 1
    return [pair for _, pair in sorted(rounds, key=lambda one: one[0])]


def _line(told: Told, pair: Pair) -> bytes:
    rejected = pair.rejected.dialogue
    record = {
        "prompt": [message.openai() for message in pair.chosen.messages[: pair.begin]],
        "chosen": [message.openai() for message in pair.chosen.messages[pair.begin :]],
        "rejected": [message.openai() for message in rejected.messages[pair.begin :]],
        "tools": told.tools,
        "metadata": _metadata(told, pair),
    }
    return orjson.dumps(record) + b"\n"


def _metadata(told: Told, pair: Pair) -> dict[str, Any]:
    rejected = pair.rejected.dialogue
    return {
        "chosen": pair.chosen.id,
        "rejected": rejected.id,
        "chosen_by": actors_of(pair.chosen)["assistant"],
        **told.origin.metadata(told.played.scenario, rejected, told.split),
        "causes": told_causes(pair.rejected.causes),
    }
