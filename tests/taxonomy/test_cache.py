"""The cache gives the same packs, follows their content, and cannot be made to run code."""

from __future__ import annotations

import os
import pickle
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import PACKS
from toolsim.taxonomy.cache import load_cached
from toolsim.taxonomy.declarations import Taxonomy
from toolsim.taxonomy.loader import built_in, load


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    monkeypatch.setenv("TOOLSIM_CACHE", str(tmp_path / "cache"))
    shutil.copytree(PACKS, tmp_path / "packs")
    for name in ("_pools.yaml", "_values.yaml", "_common.yaml"):
        shutil.copy(built_in() / name, tmp_path / "packs")
    return [tmp_path / "packs"]


def ignore(taxonomy: Taxonomy) -> None:
    """Check nothing."""


def refuse(taxonomy: Taxonomy) -> None:
    raise AssertionError("the packs were loaded anew")


def test_a_warm_load_gives_the_same_packs_without_checking_again(folders: list[Path]) -> None:
    cold = load_cached(folders, ignore)
    assert load_cached(folders, refuse) == cold == load(folders)


def test_a_changed_pack_is_loaded_anew(folders: list[Path]) -> None:
    load_cached(folders, ignore)
    pack = folders[0] / "others" / "workshop.yaml"
    pack.write_text(pack.read_text(encoding="utf-8").replace("Strike a bicycle", "Take a bicycle"), encoding="utf-8")
    with pytest.raises(AssertionError, match="loaded anew"):
        load_cached(folders, refuse)


class Evil:
    """Pickles as a call of os.mkdir."""

    def __init__(self, target: str) -> None:
        self.target = target

    def __reduce__(self) -> Any:
        return os.mkdir, (self.target,)


def test_a_hostile_cache_runs_nothing(folders: list[Path], tmp_path: Path) -> None:
    expected = load_cached(folders, ignore)
    (path,) = (tmp_path / "cache").glob("*.packs")
    path.write_bytes(pickle.dumps(Evil(str(tmp_path / "pwned"))))
    assert load_cached(folders, ignore) == expected
    assert not (tmp_path / "pwned").exists()


@pytest.mark.parametrize("content", [b"", b"junk", pickle.dumps({"a": 1})])
def test_a_broken_cache_is_passed_over(folders: list[Path], tmp_path: Path, content: bytes) -> None:
    expected = load_cached(folders, ignore)
    (path,) = (tmp_path / "cache").glob("*.packs")
    path.write_bytes(content)
    assert load_cached(folders, ignore) == expected


def test_a_cache_that_cannot_be_written_is_passed_over(folders: list[Path], tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file in the way", encoding="utf-8")
    assert load_cached(folders, ignore).packs
