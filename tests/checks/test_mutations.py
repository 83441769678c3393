"""The checks are proved by planted faults: whoever plants one is found out, and good dialogues are let through."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import toolsim.checks
from tests.checks.corpus import QUICK, Survey, survey
from tests.checks.page import codes_table, faults_column
from tests.generated import ROOT
from toolsim.apis.validation import _WORDS
from toolsim.base.text import LANGUAGES
from toolsim.checks.codes import CODES, FAMILIES
from toolsim.checks.examine import FAMILIES as MODULES
from toolsim.checks.mutations.mutation import MUTATIONS
from toolsim.scenario.categories import categories

FOLDER = Path(toolsim.checks.__file__).parent


@pytest.fixture(scope="module")
def quick() -> Survey:
    """Every fault planted in a few dialogues of each category and language."""
    return survey(QUICK)


def test_every_planted_fault_is_found_by_each_family_that_must_find_it(quick: Survey) -> None:
    assert quick.missed == []


def test_dialogues_without_a_planted_fault_are_let_through(quick: Survey) -> None:
    assert len(quick.rejected) <= quick.made * 0.04, quick.rejected


def test_every_fault_can_be_planted_somewhere(quick: Survey) -> None:
    assert [name for name in MUTATIONS if not quick.planted[name]] == []


def test_faults_can_be_planted_in_every_category_and_language(quick: Survey) -> None:
    planted = {(category, language) for _, category, language in quick.where}
    assert planted == {(category, language) for category in categories() for language in LANGUAGES}


def test_every_family_must_find_some_fault() -> None:
    named = {family for name in MUTATIONS for family in MUTATIONS.get(name).families}
    assert named == set(FAMILIES)


def test_no_more_than_a_few_faults_are_out_of_reach() -> None:
    assert sum(not MUTATIONS.get(name).families for name in MUTATIONS) <= 3


def test_what_is_out_of_reach_is_not_called_so_when_it_is_found(quick: Survey) -> None:
    for name in MUTATIONS:
        found = [family for family in FAMILIES if quick.found[name, family] == quick.planted[name]]
        assert MUTATIONS.get(name).families or not found, f"{found} find {name} every time"


def test_every_code_in_the_source_is_listed() -> None:
    codes = re.compile(rf'"((?:{"|".join(FAMILIES)})\.[a-z_]+)"')
    files = [path for path in FOLDER.glob("*.py") if path.name != "codes.py"]
    used = {code for path in files for code in codes.findall(path.read_text(encoding="utf-8"))}
    assert used | {f"arguments.{rule}" for rule in _WORDS} == set(CODES)


def test_every_family_is_listed() -> None:
    assert list(FAMILIES) == [module.__name__.rpartition(".")[2] for module in MODULES]


def test_the_page_about_checks_tells_every_code_and_fault() -> None:
    text = (ROOT / "docs" / "checks.md").read_text(encoding="utf-8")
    assert [line for line in (*codes_table(), *faults_column()) if line not in text] == [], "run `make docs`"
    assert len(re.findall(r"^\| `", text, re.MULTILINE)) == len(CODES) + len(faults_column()), "run `make docs`"


def test_every_mutation_describes_itself() -> None:
    for name in MUTATIONS:
        mutation = MUTATIONS.get(name)
        assert mutation.name == name and mutation.what and not mutation.what.endswith(".")


@pytest.mark.sweep
def test_a_large_corpus_leaves_no_fault_unfound() -> None:
    large = survey(16)
    assert large.missed == []
    assert len(large.rejected) <= large.made * 0.03, large.rejected
