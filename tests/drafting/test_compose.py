"""Drafts are added to a pack without touching what stands there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import PACKS
from tests.drafting.conftest import FRAGMENTS
from toolsim.base.errors import PackError
from toolsim.drafting.compose import MARK, Base, compose, is_draft, union
from toolsim.drafting.fragment import parse
from toolsim.taxonomy.loader import built_in, pack_files

PARTS = [parse(text) for text in FRAGMENTS.values()]
PACK_FILES = [*pack_files(built_in())[::3], *pack_files(PACKS)]


def based(path: Path) -> Base:
    return Base(f"{path.parent.name}/{path.stem}", "snake", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", PACK_FILES, ids=lambda p: p.stem)
def test_a_pack_keeps_every_line(path: Path) -> None:
    base = based(path)
    text = compose(base, PARTS)
    lines = iter(text.splitlines())
    kept = [line for line in base.text.splitlines() if not line.startswith("uses:")]
    assert all(line in lines for line in kept), "every line, in its order"
    added = parse(text, "composed")
    for part in PARTS:
        for section, entries in part.sections.items():
            assert entries.keys() <= added.section(section).keys()
        assert set(part.uses) <= set(added.uses)


def test_a_section_on_one_line_is_opened() -> None:
    base = Base("a/b", "snake", "pack: a/b\nlabels: {x: [x, 乙]}\noperations: {find_x: {find: x, is: [a, 甲]}}\n")
    text = compose(base, PARTS[:1])
    assert "  find_x: {find: x, is: [a, 甲]}\n" in text and "  x: [x, 乙]\n" in text
    assert len(parse(text).section("operations")) == 1 + len(PARTS[0].section("operations"))


def test_a_new_pack_has_a_head_that_tells_it_is_a_draft() -> None:
    text = compose(Base("culture/libraries", "snake"), PARTS, ["look at it"])
    assert text.startswith(f"{MARK}\n# look at it\npack: culture/libraries\nnaming: snake\nuses: [person, message]\n")
    assert is_draft(text) and not is_draft(text.partition("\n")[2])


def test_equal_parts_are_written_once() -> None:
    again = parse(
        FRAGMENTS["seats"]
        .replace("operations:", "operations:\n  find_y: {find: y, is: [a, 甲]}\nignored:")
        .partition("ignored:")[0]
    )
    assert compose(Base("a/b", "snake"), [PARTS[2], again]).count("seat_spot:") == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [("rows: 6", "entity 'reader_pass' already"), ("operations", "operation 'find_reader_passes' already")],
)
def test_contradictions_are_refused(change: str, said: str) -> None:
    other = FRAGMENTS["fees"].replace("rows: 6", "rows: 7") if change != "operations" else FRAGMENTS["fees"]
    with pytest.raises(PackError, match=said):
        union([parse(FRAGMENTS["fees"]), parse(other)])
