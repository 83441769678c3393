"""What all tests share: the test pack's catalogue and plan, and no network."""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

os.environ["TOOLSIM_CACHE"] = str(Path(tempfile.gettempdir()) / "toolsim-test-cache")

from toolsim.apis.catalogue import Catalogue, open_catalogue
from toolsim.taxonomy.declarations import Pack
from toolsim.world.world import World, WorldPlan

DATA = Path(__file__).parent / "data"
PACKS = DATA / "domains"


@pytest.fixture(scope="session")
def workshop() -> Catalogue:
    """The catalogue of the test pack alone."""
    return open_catalogue([PACKS], "others/workshop")


@pytest.fixture(scope="session")
def workshop_plan(workshop: Catalogue) -> WorldPlan:
    """The plan of the test pack's worlds."""
    return WorldPlan(workshop, [workshop.pack("workshop")])


@pytest.fixture
def world(workshop_plan: WorldPlan) -> World:
    """A new English world of the test pack."""
    return workshop_plan.world(7, "en")


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    """The catalogue of all built-in packs."""
    return open_catalogue()


@pytest.fixture(scope="session")
def packs(catalogue: Catalogue) -> list[Pack]:
    """All built-in packs."""
    return list(catalogue.taxonomy.packs.values())


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Refuse connections to anything but this machine."""
    connect = socket.socket.connect

    def local_only(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise AssertionError(f"a test connects to {address}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", local_only)
    yield
