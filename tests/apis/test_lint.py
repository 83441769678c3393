"""Lint finds what it should: each rule is shown a pack that breaks it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.conftest import PACKS
from toolsim.apis.catalogue import Catalogue
from toolsim.apis.lint import depth, lint, near_duplicates
from toolsim.taxonomy.loader import built_in, load

SOURCE = (PACKS / "others" / "workshop.yaml").read_text(encoding="utf-8")


def complaints(tmp_path: Path, *changes: tuple[str, str]) -> set[str]:
    """Change the test pack and list the complaints of lint."""
    shutil.copy(PACKS / "taxonomy.yaml", tmp_path)
    for name in ("_pools.yaml", "_values.yaml", "_common.yaml"):
        shutil.copy(built_in() / name, tmp_path)
    (tmp_path / "others").mkdir(exist_ok=True)
    text = SOURCE
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    (tmp_path / "others" / "workshop.yaml").write_text(text, encoding="utf-8")
    catalogue = Catalogue(load([tmp_path]))
    (pack,) = catalogue.taxonomy.packs.values()
    found = [*lint(pack, list(catalogue)), *near_duplicates(list(catalogue))]
    return {f"{c.rule}: {c.message}" for c in found}


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("getBike: {get", "get_bike: {get", "names: 'get_bike' is not in the naming style camel"),
        ("getBike: {get", "getB: {get", "names: 'getB' is too short to tell what it does"),
        ("Show one bicycle with its state.", "Show one 自行车.", "script: the English description holds Chinese: 'Show one 自行车.'"),
        ("查看一辆自行车的情况。", "Show it please.", "script: the Chinese description holds no Chinese: 'Show it please.'"),
        ('["show me {bike}", "how is {bike}"]', '["show me {bike}"]', "wording: 'getBike' has fewer than two requests ('ask') in en"),
        ('"how is {bike}"', '"how is {bik}"', "wording: 'getBike' has the unknown slot {bik}; known: bike, bike_no, clauses, include"),
        ('"how is {bike}"', '"how is {bike"', "wording: 'getBike' has a broken slot: 'how is {bike'"),
        ('"how is {bike}"', '"please perform {bike}"', "wording: 'getBike' reads like a form: 'please perform {bike}'"),
        ("set: {fault_note: note}", "set: {fault_note: \"'x'\"}", "given: 'reportBroken' takes 'note' but does nothing with it"),
        ("Stop somebody from using a bicycle.", "Stops somebody from using a bicycle.", ""),
        ("Take credit out.", "Pay credit in!", "alike: 'useCredit' and 'addCredit' are described alike in en (0.93)"),
    ],
)  # fmt: skip
def test_each_rule_finds_its_mistake(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    clean = complaints(tmp_path)
    found = complaints(tmp_path, (old, new)) - clean
    assert found == ({complaint} if complaint else set())


def test_an_entity_that_no_read_leads_to_is_found(tmp_path: Path) -> None:
    letters = (
        "draftLetter: {draft: letter",
        "reportLetters: {measure: letter, stat: count, is: [Count letters., 统计信件数量。]}\n  draftLetter: {draft: letter",
    )
    assert not any(c.startswith("reachable") for c in complaints(tmp_path, letters))
    lost = SOURCE[SOURCE.index("  draftLetter:") : SOURCE.index("  configureGearing:")]
    found = complaints(tmp_path, letters, (lost.rstrip("\n"), ""))
    assert "reachable: no read leads from what a person knows to 'letter'" in found


def test_the_shares_of_verbs_and_depths_are_held(tmp_path: Path) -> None:
    found = complaints(tmp_path)
    assert "depth: 9 of 32 operations have depth 2 or more; 40% are wanted" in found
    reads = SOURCE[SOURCE.index("  getBike:") : SOURCE.index("  createBike:")]
    fewer = complaints(tmp_path, (reads, ""))
    assert "verbs: 1 of 26 operations are reads; 25 to 40 % are wanted" in fewer


def test_depth_counts_levels_of_names() -> None:
    leaf = {"type": "string"}
    flat = {"type": "object", "properties": {"a": leaf}}
    listed = {"type": "object", "properties": {"a": {"type": "array", "items": flat}}}
    assert depth({"type": "object", "properties": {}}) == 1
    assert depth(flat) == 1
    assert depth({"type": "object", "properties": {"a": {"type": "array", "items": leaf}}}) == 1
    assert depth(listed) == 2
    assert depth({"type": "object", "properties": {"b": listed}}) == 3
