"""What the tests of scenarios share."""

from __future__ import annotations

import pytest

from tests.scenario.corpus import Corpus, corpus_of
from toolsim.apis.catalogue import Catalogue


@pytest.fixture(scope="session")
def corpus(catalogue: Catalogue) -> Corpus:
    """The corpus over the built-in packs."""
    return corpus_of(catalogue)
