"""The unpaired form of trainers such as TRL's KTO: a line a trajectory, with the word whether it is right."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from toolsim.dataset.trajectories import Trajectory
from toolsim.export.origin import told_causes
from toolsim.export.registry import TRAJECTORY_EXPORTERS, Told


@TRAJECTORY_EXPORTERS.register("labelled")
def labelled(told: Told) -> bytes:
    """Write `{"prompt": [...], "completion": [...], "label": true, "tools": [...], "metadata": {...}}` for each trajectory."""
    return b"".join(_lines(told))


def _lines(told: Told) -> Iterator[bytes]:
    for one in told.played.trajectories:
        messages = one.dialogue.messages
        begin = next((index for index, message in enumerate(messages) if message.role == "assistant"), None)
        if one.right is not None and begin is not None:
            record = {
                "prompt": [message.openai() for message in messages[:begin]],
                "completion": [message.openai() for message in messages[begin:]],
                "label": one.right,
                "tools": told.tools,
                "metadata": _metadata(told, one),
            }
            yield orjson.dumps(record) + b"\n"


def _metadata(told: Told, one: Trajectory) -> dict[str, Any]:
    origin = told.origin.metadata(told.played.scenario, one.dialogue, told.split)
    return {"id": one.dialogue.id, **origin, "causes": told_causes(one.causes)}
