"""Strict YAML refuses what packs must not say, and says where."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from toolsim.base import yaml
from toolsim.base.errors import PackError
from toolsim.base.yaml import MAX_BYTES, Node


def plain(node: Node) -> Any:
    """Give a node as ordinary Python values."""
    match node.value:
        case dict():
            return {key: plain(child) for key, child in node.value.items()}
        case list():
            return [plain(child) for child in node.value]
    return node.value


def parse(text: str) -> Any:
    return plain(yaml.parse(text.encode(), "pack.yaml"))


def test_only_true_and_false_are_booleans() -> None:
    assert parse("{on: yes, a: true, b: 'true', c: off}") == {"on": "yes", "a": True, "b": "true", "c": "off"}


def test_numbers_are_numbers_and_dates_stay_text() -> None:
    text = "[1, -25000, 1.5, 2e3, 010, 2026-03-01, '7', 0x1F, 1_000]"
    assert parse(text) == [1, -25000, 1.5, 2000.0, "010", "2026-03-01", "7", "0x1F", "1_000"]


def test_nothing_is_null() -> None:
    assert parse("{a: , b: null, c: ~}") == {"a": None, "b": None, "c": None}


def test_nodes_remember_their_lines() -> None:
    node = yaml.parse(b"a: 1\nb:\n  c: [x]\n", "pack.yaml")
    assert isinstance(node.value, dict)
    assert str(node.key_places["b"]) == "pack.yaml:2"
    assert node.value["b"].place.line == 3


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\na: 2", "pack.yaml:2: the key 'a' stands twice; first in line 1"),
        ("a: &x 1", "pack.yaml:1: anchors are not allowed"),
        ("a: *x", "pack.yaml:1: aliases are not allowed"),
        ("a: !!python/object:os.system x", "pack.yaml:1: tags such as"),
        ("a: 1\n---\nb: 2", "pack.yaml:2: holds more than one document"),
        ("a: [1", "pack.yaml:2: is not YAML: did not find expected"),
        ("{[a]: 1}", "pack.yaml:1: a key must be plain text"),
        ("", "pack.yaml: is empty"),
        ("a: \x01", "pack.yaml: is not YAML"),
    ],
)
def test_bad_yaml_is_refused_with_its_line(text: str, message: str) -> None:
    with pytest.raises(PackError) as caught:
        parse(text)
    assert str(caught.value).startswith(message)


def test_a_bomb_of_aliases_is_refused_at_its_first_anchor() -> None:
    bomb = "a: &a [x, x]\n" + "".join(f"b{i}: &b{i} [*a, *a]\n" for i in range(50))
    with pytest.raises(PackError, match="anchors are not allowed"):
        parse(bomb)


@pytest.mark.parametrize("depth", [40, 900, 100_000])
def test_deep_nesting_is_refused(depth: int) -> None:
    with pytest.raises(PackError, match=r"nests deeper|is not YAML"):
        parse("[" * depth + "]" * depth)


def test_a_huge_file_is_refused_before_it_is_parsed() -> None:
    with pytest.raises(PackError, match=r"is 10,000,000 bytes long; at most 2,000,000"):
        yaml.parse(b"x" * 10_000_000, "pack.yaml")
    assert MAX_BYTES == 2_000_000


def test_a_file_that_is_not_utf8_is_refused_with_its_line() -> None:
    with pytest.raises(PackError, match=r"pack.yaml:2: is not UTF-8; save the file as UTF-8"):
        yaml.parse("a: 1\nb: é".encode("latin-1"), "pack.yaml")


def test_a_missing_file_is_an_error_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(PackError, match=r"nowhere\.yaml: cannot be read"):
        yaml.read(tmp_path / "nowhere.yaml")
