"""Bring the texts of a run's samples into an index of near-duplicates."""

from __future__ import annotations

from pathlib import Path

from toolsim.dataset.duplicates import Index, sign
from toolsim.dataset.reading import user_turns
from toolsim.dataset.sample import Sample
from toolsim.dataset.store import read_stream
from toolsim.roleplay.dialogue import Dialogue


def load_texts(run: Path, index: Index, prefix: str = "") -> None:
    """Enter what the users of all admitted dialogues of a run say."""
    admitted = {sample.id for sample in read_stream(run, "samples", Sample)}
    for dialogue in read_stream(run, "dialogues", Dialogue):
        if dialogue.id in admitted:
            text = user_text(dialogue)
            index.add(prefix + dialogue.id, sign(text), text)


def user_text(dialogue: Dialogue) -> str:
    """Give what the user says, turn by turn."""
    return "\n".join(user_turns(dialogue))
