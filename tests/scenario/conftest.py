"""What the tests of scenarios share."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest

from tests.scenario.corpus import Corpus, corpus_of
from toolsim.apis.catalogue import Catalogue
from toolsim.scenario.categories import categories
from toolsim.scenario.setting import Setting, make_setting
from toolsim.world.world import World


@pytest.fixture(scope="session")
def corpus(catalogue: Catalogue) -> Corpus:
    """The corpus over the built-in packs."""
    return corpus_of(catalogue)


@pytest.fixture
def setting(workshop: Catalogue, world: World) -> Callable[..., Setting]:
    """Make a setting in a world of the test pack."""

    def make(api: str = "getBike", category: str = "agent.multi_step", seed: int = 3, where: World | None = None) -> Setting:
        here = where or world
        catalogue = here.plan.catalogue
        return make_setting("x", seed, catalogue, here, categories()[category], catalogue.api(api), Random(seed))

    return make
