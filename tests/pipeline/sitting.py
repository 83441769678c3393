"""One sitting of a small run in a process of its own: `python -m tests.pipeline.sitting FOLDER COUNT WORKERS [JUROR ...]`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from tests.pipeline.judging import jury_of
from toolsim.apis.catalogue import Catalogue, open_catalogue
from toolsim.base.text import LANGUAGES
from toolsim.pipeline.casting import Casting
from toolsim.pipeline.config import RunConfig
from toolsim.pipeline.generate import Progress, generate
from toolsim.pipeline.means import Means
from toolsim.scenario.categories import load_mix

BATCH = 5


def small(catalogue: Catalogue, count: int, seed: int = 0, **more: Any) -> RunConfig:
    """Configure a run of many small batches."""
    made = {
        "count": count, "languages": LANGUAGES, "shares": load_mix("training").shares, "packs": tuple(catalogue.taxonomy.packs),
        "seed": seed, "content": "the same", "batch": BATCH,
    }  # fmt: skip
    return RunConfig.model_validate({**made, **more})


def sit(catalogue: Catalogue, folder: Path, count: int, workers: int = 1, **more: Any) -> Progress:
    """Make a run, or go on with it."""
    return generate(small(catalogue, count, **more), catalogue, folder, Means(workers=workers), lambda progress: None)


if __name__ == "__main__":
    jurors = sys.argv[4:]
    judged = Casting(jury=jury_of(*jurors) if jurors else None)
    sit(open_catalogue(), Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), casting=judged)
