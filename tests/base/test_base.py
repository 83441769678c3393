"""Errors hint, registries refuse doubles, seeds are stable."""

from __future__ import annotations

import pytest

from toolsim.base import seeds
from toolsim.base.errors import Place, ToolsimError, UnknownName, near
from toolsim.base.registry import Registry


def test_near_gives_the_nearest_name() -> None:
    assert near("ballance", ["balance", "owner"]) == "did you mean 'balance'?"


def test_near_lists_what_is_known_when_nothing_is_near() -> None:
    assert near("zzz", ["b", "a"]) == "known: a, b"
    assert near("zzz", []) == "none are known here"


def test_an_error_shows_place_message_and_hint() -> None:
    assert str(ToolsimError("is wrong", Place("f.yaml", 3), "write it so")) == "f.yaml:3: is wrong; write it so"


def test_a_registry_refuses_doubles_and_hints() -> None:
    registry: Registry[int] = Registry("things")
    registry.register("apple")(1)
    assert registry.get("apple") == 1
    with pytest.raises(ToolsimError, match="registered already"):
        registry.register("apple")(2)
    with pytest.raises(UnknownName, match="did you mean 'apple'"):
        registry.get("aple")


def test_seeds_are_the_same_on_every_machine() -> None:
    assert seeds.derive(1, "a", 2) == 12209239123055716091
    assert seeds.derive(1, "a", 2) != seeds.derive(1, "a2")
    assert seeds.stream(1, "x").random() == seeds.stream(1, "x").random()
