"""The wheel carries the packs, so that `pip install` alone works from any folder."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

from tests.generated import ROOT


def test_an_unpacked_wheel_works_on_its_own(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    packs = sorted(path.relative_to(ROOT / "domains").as_posix() for path in (ROOT / "domains").glob("*/*.yaml"))
    data = tmp_path / "site" / "toolsim" / "_data"
    assert sorted(path.relative_to(data / "domains").as_posix() for path in (data / "domains").glob("*/*.yaml")) == packs
    assert (data / "scenarios").is_dir()
    script = "import toolsim; from toolsim.apis.catalogue import open_catalogue; print(toolsim.__file__, len(open_catalogue()))"
    env = {**os.environ, "PYTHONPATH": str(tmp_path / "site"), "TOOLSIM_CACHE": str(tmp_path / "cache")}
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, env=env, check=True, capture_output=True, text=True)
    file, count = done.stdout.split()
    assert file.startswith(str(tmp_path))
    assert int(count) >= 1056
