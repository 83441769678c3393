"""Drafts find their place, add to packs that people own, and lose nothing that people wrote."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.drafting.conftest import FRAGMENTS, READING, SEED, scripted
from toolsim.apis.catalogue import Catalogue, open_catalogue
from toolsim.apis.lint import lint
from toolsim.base.errors import ToolsimError
from toolsim.drafting.compose import MARK, Base, compose
from toolsim.drafting.draft import draft
from toolsim.drafting.fragment import parse
from toolsim.drafting.journal import Accepted, Heard, Journal
from toolsim.drafting.results import Sizes
from toolsim.drafting.workplace import Workplace, difference, open_workplace, write
from toolsim.taxonomy.loader import load_tree

pytestmark = pytest.mark.usefixtures("ready_pool")

SIZES = Sizes(operations=5, families=1, repairs=0, worlds=1)
ONLY_FEES = json.dumps({"topics": [{"name": "Borrowing", "families": [{"name": "fees", "functions": ["pay"]}]}]})


def silent(text: str) -> None:
    """Say nothing."""


@pytest.mark.parametrize(
    ("name", "new", "said"),
    [
        ("cultur/libraries", "", "did you mean 'culture'"),
        ("culture/library", "", "did you mean 'libraries'"),
        ("culture/library", "Library", "lacks a language"),
        ("culture/Library", "Library|图书馆", "snake_case"),
        ("culture/clinic", "Clinic|门诊", "already, in 'health'"),
        ("libraries", "", "there is no domain"),
    ],
)
def test_a_place_that_is_not_there_is_told(name: str, new: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(ToolsimError, match=said):
        open_workplace(name, new, (), tmp_path, SEED)


async def test_a_pack_that_somebody_owns_is_added_to(opened: Workplace, tmp_path: Path) -> None:
    owned = compose(Base("culture/libraries", "snake"), [parse(FRAGMENTS["seats"]), parse(FRAGMENTS["holds"])]).partition("\n")[2]
    owned = owned.replace("operations:", "# ours, do not lose\noperations:")
    path = tmp_path / "culture" / "libraries.yaml"
    path.parent.mkdir()
    path.write_text(owned, encoding="utf-8")
    place = open_workplace("culture/libraries", "", (), tmp_path, SEED)
    done = await draft(place, READING, scripted(tree=ONLY_FEES), SEED, SIZES, silent)
    text = path.read_text(encoding="utf-8")
    assert done.passed and "# ours, do not lose" in text and len(parse(text).section("operations")) == 15
    removed = [line for line in done.difference.splitlines() if line.startswith("-") and not line.startswith("---")]
    assert removed == ["-uses: [person]"], "only what is taken in grows"
    assert Path(done.kept).read_text(encoding="utf-8") == owned
    again = open_workplace("culture/libraries", "", (), tmp_path, SEED)
    assert again.base.text == owned, "a draft is nobody's yet"
    model = scripted(tree=ONLY_FEES)
    assert (await draft(again, READING, model, SEED, SIZES, silent)).difference == "" and model.requests == []
    path.write_text(text.partition("\n")[2], encoding="utf-8")
    assert len(open_workplace("culture/libraries", "", (), tmp_path, SEED).base.text) > len(owned), "reviewed, it is"


async def test_a_built_in_pack_is_added_to(tmp_path: Path) -> None:
    place = open_workplace("others/urban_life", "", (), tmp_path, SEED)
    done = await draft(place, READING, scripted(tree=ONLY_FEES), SEED, SIZES, silent)
    assert done.funnel.accepted == 1 and done.funnel.operations == 5, done.funnel
    added = [line for line in done.difference.splitlines() if line.startswith("-") and not line.startswith("--- ")]
    assert not [line for line in added if not line.startswith("-uses")]


async def test_a_new_subdomain_comes_with_its_place_in_the_tree(tmp_path: Path) -> None:
    place = replace(open_workplace("culture/reading_cafes", "Reading cafés|阅读咖啡馆", (), tmp_path, SEED))
    place = replace(place, base=replace(place.base, naming="snake"))
    done = await draft(place, READING, scripted(), SEED, replace(SIZES, operations=15, families=3), silent)
    assert done.passed
    catalogue = open_catalogue([tmp_path], "culture/reading_cafes")
    pack = catalogue.pack("reading_cafes")
    assert catalogue.taxonomy.domains["culture"].subdomains["reading_cafes"].label.zh == "阅读咖啡馆"
    assert len(pack.operations) == 15 and lint(pack, catalogue.of(pack)) == []


@pytest.mark.parametrize(
    "there",
    ["", "domains:\n  art:\n    is: [Art, 艺术]\n    scope: [a, 甲]\n    subdomains: {x: {is: [x, 乙], scope: [a, 甲]}}\n"],
)
def test_a_taxonomy_grows_by_a_domain(opened: Workplace, tmp_path: Path, there: str) -> None:
    if there:
        (tmp_path / "taxonomy.yaml").write_text(there, encoding="utf-8")
    place = replace(opened, out=tmp_path, new=True)
    write(place, "text", "")
    assert "libraries" in load_tree(tmp_path / "taxonomy.yaml")["culture"].subdomains
    assert (tmp_path / "taxonomy.yaml").read_text(encoding="utf-8").startswith(there)
    write(replace(place, subdomain=replace(place.subdomain, name="libraries")), "text", "")
    with pytest.raises(ToolsimError, match="add below its subdomains"):
        write(replace(place, subdomain=replace(place.subdomain, name="others_of_it")), "text", "")


def test_the_difference_is_against_the_file_that_is_there(place: Workplace) -> None:
    assert difference(place, "a\n").splitlines()[0] == "--- /dev/null"
    write(place, "a\nb\n", "")
    assert difference(place, "a\nc\n").splitlines()[2:] == ["@@ -1,2 +1,2 @@", " a", "-b", "+c"]


def test_two_runs_do_not_write_one_journal(tmp_path: Path) -> None:
    path = tmp_path / ".draft" / "x.jsonl"
    with Journal(path, "one"), pytest.raises(ToolsimError, match="another process"):
        Journal(path, "one")


def test_a_journal_keeps_what_others_wrote_and_passes_over_torn_lines(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    with Journal(path, "one") as journal:
        journal.add(Accepted(configuration="one", family=0, repairs=0, text="a"))
    with path.open("ab") as file:
        file.write(b'not json\n{"configuration": "one", "fam')
    with Journal(path, "two") as journal:
        assert journal.of(Accepted) == []
        journal.add(Heard(configuration="two", chunk=0, topics=[]))
    with Journal(path, "one") as journal:
        assert [entry.text for entry in journal.of(Accepted)] == ["a"]
    with Journal(path, "two") as journal:
        assert [entry.chunk for entry in journal.of(Heard)] == [0]


def test_a_draft_stays_out_of_its_own_pool(opened: Workplace, catalogue: Catalogue) -> None:
    assert "culture/libraries" not in opened.pool.taxonomy.packs and len(opened.pool) == len(catalogue)
    assert MARK.startswith("# DRAFT")
