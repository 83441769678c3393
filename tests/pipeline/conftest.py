"""What the tests of the pipeline share: one run that nothing befell."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pipeline.sitting import sit
from toolsim.apis.catalogue import Catalogue
from toolsim.dataset.store import LOCK

COUNT = 40


def content(folder: Path) -> dict[str, bytes]:
    """Give what a run holds, file by file."""
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.name != LOCK}


@pytest.fixture(scope="session")
def calm(catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run made by one process in one sitting."""
    folder = tmp_path_factory.mktemp("calm") / "run"
    sit(catalogue, folder, COUNT)
    return folder


@pytest.fixture(scope="session")
def wanted(calm: Path) -> dict[str, bytes]:
    """What that run holds."""
    return content(calm)
