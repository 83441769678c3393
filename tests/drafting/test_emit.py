"""What is written is read as the same again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolsim.base import yaml
from toolsim.base.errors import Place
from toolsim.base.yaml import Node
from toolsim.drafting import emit
from toolsim.taxonomy.loader import built_in, pack_files

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
SCALARS = st.one_of(
    TEXTS,
    st.integers(-(10**9), 10**9),
    st.booleans(),
    st.none(),
    st.sampled_from(["yes", "1.5", "a: b", "x #y", "a,b", "---", "2026-03-01", "- a", "'", "#"]),
)
TREES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4), max_leaves=25
)


def node(value: Any) -> Node:
    if isinstance(value, dict):
        return Node(Place("", 0), {key: node(inner) for key, inner in value.items()})
    if isinstance(value, list):
        return Node(Place("", 0), [node(inner) for inner in value])
    return Node(Place("", 0), value)


def plain(read: Node) -> Any:
    if isinstance(read.value, dict):
        return {key: plain(inner) for key, inner in read.value.items()}
    if isinstance(read.value, list):
        return [plain(inner) for inner in read.value]
    return read.value


@given(st.dictionaries(TEXTS, TREES, min_size=1, max_size=4))
def test_any_tree_survives(tree: dict[str, Any]) -> None:
    assert plain(yaml.parse(emit.block(node(tree).value).encode(), "x")) == tree  # type: ignore[arg-type]


@pytest.mark.parametrize("path", pack_files(built_in())[::8], ids=lambda p: p.stem)
def test_packs_survive(path: Path) -> None:
    root = yaml.read(path)
    assert isinstance(root.value, dict)
    assert plain(yaml.parse(emit.block(root.value).encode(), "x")) == plain(root)


def test_no_text_can_end_its_line() -> None:
    written = emit.block({"a": node("x\n```\noperations:\u2028\x85\ufeff")})
    assert written == 'a: "x\\n```\\noperations:\\u2028\\u0085\\ufeff"\n'
