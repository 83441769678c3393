"""The OpenAI form: messages and tools as the chat API and its fine-tuning take them, a self-contained line a dialogue."""

from __future__ import annotations

from typing import Any

import orjson

from toolsim.export.registry import EXPORTERS, Item


@EXPORTERS.register("openai")
def openai(item: Item) -> bytes:
    """Write `{"messages": [...], "tools": [...], "metadata": {...}}`."""
    record = {
        "messages": [message.openai() for message in item.dialogue.messages],
        "tools": item.tools,
        "metadata": metadata(item),
    }
    return orjson.dumps(record) + b"\n"


def metadata(item: Item) -> dict[str, Any]:
    """Tell what a line is and where it comes from; `split` is null for a dialogue that belongs to none."""
    sample = item.sample
    return {
        "id": sample.id,
        "category": sample.category,
        "language": sample.language,
        "split": item.split,
        "packs": sample.packs,
        "skeleton": sample.skeleton,
        "turns": sample.turns,
        "calls": sample.calls,
        "recovery": sample.recovery,
        "label": sample.label.model_dump(mode="json"),
        "provenance": sample.provenance.model_dump(mode="json"),
    }
