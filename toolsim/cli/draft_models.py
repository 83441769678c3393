"""The part of `toolsim domains draft` that speaks to models."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from toolsim.drafting.documents import Reading
from toolsim.drafting.draft import draft
from toolsim.drafting.preview import preview
from toolsim.drafting.results import Draft, Sizes
from toolsim.drafting.workplace import Workplace
from toolsim.models.accounts import Account, Staged
from toolsim.models.cassette import Cassette, Mode
from toolsim.models.chat import Usage
from toolsim.models.config import load_settings
from toolsim.models.open_model import open_model

__all__ = ["preview", "run"]


def run(
    place: Workplace, reading: Reading, spec: str, tape: Path | None, seed: int, sizes: Sizes, say: Callable[[str], None]
) -> tuple[Draft, Usage]:
    """Draft with the model of that name or spec, and count what it used; what is on the tape is played and not asked again."""
    cassette, account = None if tape is None else Cassette(tape, Mode.AUTO), Account()

    async def drafted() -> Draft:
        async with open_model(spec, load_settings(), cassette) as model:
            return await draft(place, reading, Staged(model, account), seed, sizes, say)

    try:
        return asyncio.run(drafted()), account.usage
    finally:
        if cassette is not None:
            cassette.close()
