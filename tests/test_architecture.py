"""Imports go one way, and heavy libraries stay where they belong."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import toolsim

ROOT = Path(toolsim.__file__).parent
STAGES = [
    {"base"}, {"models"}, {"taxonomy"}, {"verbs"}, {"apis"}, {"world"}, {"drafting"}, {"wording"}, {"scenario"}, {"roleplay"},
    {"checks"}, {"jury"}, {"dataset"}, {"export"}, {"pipeline", "views"}, {"cli"},
]  # fmt: skip
"""From left to right; a package may import those to its left only."""

RANK = {name: rank for rank, stage in enumerate(STAGES) for name in stage}
MODULES = sorted(ROOT.rglob("*.py"))


def imported(path: Path) -> set[str]:
    """List the packages of toolsim that a module imports anywhere, in functions and for types included."""
    out = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            names = [node.module or ""]
        out |= {name.split(".")[1] for name in names if name.startswith("toolsim.")}
    return out


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_go_to_the_left(path: Path) -> None:
    package = path.relative_to(ROOT).parts[0]
    if package.endswith(".py"):
        return
    for other in imported(path):
        assert other == package or RANK[other] < RANK[package], f"{package} imports {other}"


def test_every_package_has_its_place() -> None:
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert packages == set(RANK)


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_modules_say_what_they_are_for(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert not tree.body or ast.get_docstring(tree), f"{path} opens without a docstring"


def test_worlds_need_neither_rich_nor_networkx_nor_click() -> None:
    script = "import sys, toolsim.world.world; print([m for m in ('rich', 'networkx', 'click') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_only_the_runtime_of_rules_turns_text_into_code() -> None:
    for path in MODULES:
        if path.name == "runtime.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in ("eval", "exec", "compile"), f"{path}:{node.lineno}"
