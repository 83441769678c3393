"""What is generated has not drifted, and agrees with what it describes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import jsonschema_rs
import pytest

from tests.base.test_yaml import plain
from tests.conftest import PACKS
from tests.generated import ROOT, readme, schema_file
from toolsim.base.yaml import read
from toolsim.taxonomy.loader import built_in, pack_files
from toolsim.taxonomy.notation_schema import notation_schema

FILES = [*pack_files(built_in()), *pack_files(PACKS)]


def test_the_notations_schema_has_not_drifted() -> None:
    assert (ROOT / "domains" / "schema.json").read_bytes() == schema_file(), "run `make docs`"


def test_the_readme_has_not_drifted() -> None:
    assert (ROOT / "README.md").read_text(encoding="utf-8") == readme(), "run `make docs`"


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_packs_that_load_fit_the_schema(path: Path) -> None:
    validator = jsonschema_rs.Draft202012Validator(notation_schema())
    pack = plain(read(path))
    errors = [f"{list(e.instance_path)}: {e.message[:200]}" for e in validator.iter_errors(pack)]
    assert errors == []


@pytest.mark.parametrize(
    "mistake",
    [
        {"naming": "kamel"},
        {"pack": "no-slash"},
        {"operation": {}},
        {"operations": {"x": {"get": "bike"}}},
        {"operations": {"x": {"gett": "bike", "is": ["a", "b"]}}},
        {"entities": {"x": {"is": ["a", "b"]}}},
        {"values": {"x": {"is": ["a", "b"], "y": {"txt": ["a", "b"]}}}},
        {"values": {"x": {"is": ["a"], "y": {"text": ["a", "b"]}}}},
    ],
)
def test_mistakes_break_the_schema(mistake: dict[str, object]) -> None:
    validator = jsonschema_rs.Draft202012Validator(notation_schema())
    pack = {"pack": "a/b", "operations": {"x": {"get": "bike", "is": ["a", "b"]}}}
    assert validator.is_valid(pack)
    assert not validator.is_valid({**pack, **mistake})


def test_the_readmes_python_example_runs() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    code = text.partition("```python\n")[2].partition("```")[0]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "'status': 'frozen'" in done.stdout
