"""A workplace for libraries, fragments that pass, and a model that answers by a script."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tests.conftest import DATA
from toolsim.apis.catalogue import Catalogue
from toolsim.drafting import workplace
from toolsim.drafting.bench import Bench
from toolsim.drafting.documents import Chunk, Reading
from toolsim.drafting.workplace import Workplace, open_workplace
from toolsim.models.chat import ChatReply, ChatRequest
from toolsim.models.failures import ModelFailure
from toolsim.models.scripted import ScriptedModel

SEED = 6
"""Gives a pack of libraries in snake_case."""

FRAGMENTS = {path.stem: path.read_text(encoding="utf-8") for path in sorted((DATA / "drafts").glob("*.yaml"))}
"""Three families that make a pack that passes everything."""

TREE = {
    "topics": [
        {"name": "Reading rooms", "families": [{"name": "seats", "functions": ["book a seat", "give a seat back"]}]},
        {
            "name": "Borrowing",
            "families": [{"name": "holds", "functions": ["place a hold"]}, {"name": "fees", "functions": ["pay"]}],
        },
    ]
}

READING = Reading((Chunk("manual.md", "Readers book seats, place holds and pay late fees."),), ())

Answer = ChatReply | ModelFailure | str
Answers = Callable[[str], Sequence[Answer]]


def fenced(yaml: str) -> str:
    """Give a fragment as models do."""
    return f"Here is the fragment.\n```yaml\n{yaml}```\nIt should pass."


def family_of(request: ChatRequest) -> str:
    """Tell which family a request is about."""
    text = request.messages[1]["content"]
    line = next(line for line in text.splitlines() if line.startswith("Family to write now: "))
    name: str = json.loads(line.partition(": ")[2])
    return name


def good(family: str) -> Sequence[Answer]:
    """Answer a family with the fragment that passes."""
    return [fenced(FRAGMENTS[family])] if family in FRAGMENTS else ["no more ideas"]


def scripted(answers: Answers = good, tree: Answer | None = None) -> ScriptedModel:
    """Make a model that gives a family's answers one after the other, and the last again and again."""

    def answer(request: ChatRequest) -> Answer:
        if request.answer_schema is not None:
            return tree or json.dumps(TREE)
        of_family = answers(family_of(request))
        return of_family[min(request.attempt, len(of_family) - 1)]

    return ScriptedModel(answer)


@pytest.fixture
def ready_pool(catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    """Open the built-in pool once for all tests."""
    monkeypatch.setattr(workplace, "open_catalogue", lambda folders: catalogue)


@pytest.fixture(scope="session")
def opened() -> Workplace:
    """The pool around a draft of libraries."""
    return open_workplace("culture/libraries", "", (), Path("nowhere"), SEED)


@pytest.fixture
def place(opened: Workplace, tmp_path: Path) -> Workplace:
    """A workplace whose files go into a folder of the test's own."""
    return replace(opened, out=tmp_path / "drafts")


@pytest.fixture(scope="session")
def bench(opened: Workplace) -> Bench:
    """The bench on which drafts of libraries are tried."""
    return Bench(opened.name, opened.pool, opened.shared, opened.domains, 1)
