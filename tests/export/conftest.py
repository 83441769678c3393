"""What the tests of the exporters share: runs that a model made as the assistant, none of them to be changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.export.moody import Call, caller, chatty, made, moody, stubborn
from toolsim.apis.catalogue import Catalogue
from toolsim.pipeline.casting import Casting


@pytest.fixture(scope="session")
def run(catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of 24 scenarios, four trajectories each, right and wrong."""
    folder = tmp_path_factory.mktemp("moody") / "run"
    made(catalogue, folder, moody, 24, Casting(assistant="m", trajectories=4))
    return folder


@pytest.fixture(scope="session")
def hopeless(catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of 15 scenarios, two trajectories each, of which hardly any is right."""
    folder = tmp_path_factory.mktemp("hopeless") / "run"
    made(catalogue, folder, stubborn, 15, Casting(assistant="m", trajectories=2))
    return folder


@pytest.fixture(scope="session")
def spoken(catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of ten scenarios in which a model is the user too, and begins each of four trajectories in other words."""
    folder = tmp_path_factory.mktemp("spoken") / "run"
    made(catalogue, folder, chatty, 10, Casting(user="m", assistant="m", trajectories=4))
    return folder


@pytest.fixture
def call(catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """The command line."""
    return caller(catalogue, monkeypatch, capsys)
