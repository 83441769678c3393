"""The commands, as a person and a program use them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import PACKS

TOOLSIM = [sys.executable, "-c", "from toolsim.cli.main import main; main()"]


@pytest.fixture
def cli() -> Any:
    """Run the command line in a process of its own, with the test pack added."""

    def call(*args: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*TOOLSIM, *args], capture_output=True, text=True, timeout=120, check=False)

    return call


MORE = ("--domains", str(PACKS))


def test_list_counts_the_tree(cli: Any) -> None:
    done = cli("domains", "list", "--json")
    domains = json.loads(done.stdout)
    assert done.returncode == 0 and done.stderr == ""
    assert len(domains) == 8
    assert sum(len(domain["subdomains"]) for domain in domains) == 68
    assert sum(sub["apis"] for domain in domains for sub in domain["subdomains"]) >= 1056
    shown = cli("domains", "list", "--lang", "zh").stdout
    assert "8 domains, 68 subdomains, 16 packs" in shown and "零售银行" in shown


def test_a_strangers_packs_are_added(cli: Any) -> None:
    domains = json.loads(cli("domains", "list", "--json", *MORE).stdout)
    others = next(domain for domain in domains if domain["domain"] == "others")
    assert {"name": "workshop", "label": "Bicycle workshop", "scope": "A pack that uses every verb.", "apis": 32} in others[
        "subdomains"
    ]


def test_show_gives_one_spec_in_each_form(cli: Any) -> None:
    table = cli("domains", "show", "freeze_account", "--lang", "zh").stdout
    assert "freeze_account" in table and "冻结" in table
    tool = json.loads(cli("domains", "show", "freeze_account", "--format", "openai").stdout)
    assert tool["type"] == "function" and tool["function"]["name"] == "freeze_account"
    spec = json.loads(cli("domains", "show", "freeze_account", "--json").stdout)
    assert spec["effect"] == "WRITE" and spec["result"]["type"] == "object"


def test_show_gives_a_pack_or_everything(cli: Any) -> None:
    assert len(json.loads(cli("domains", "show", "others/workshop", "--format", "openai", *MORE).stdout)) == 32
    every = json.loads(cli("domains", "show", "--all", "--format", "json", "--lang", "zh").stdout)
    assert len(every) >= 1056
    assert {spec["language"] for spec in every} == {"zh"}


@pytest.mark.parametrize(
    ("args", "error"),
    [
        (("domains", "show", "freeze_acount"), "there is no API 'freeze_acount'; did you mean 'freeze_account'?"),
        (
            ("domains", "show", "finance/retail_bankin"),
            "there is no pack 'finance/retail_bankin'; did you mean 'finance/retail_banking'?",
        ),
        (("domains", "lint", "retail_bankin"), "there is no pack 'retail_bankin'"),
        (("domains", "list", "--domains", "/nowhere"), "there is no folder /nowhere"),
        (("domains", "show"), "give the NAME of an API or a pack, or --all"),
        (("domains", "shw"), "No such command 'shw'"),
        (("domain",), "No such command 'domain'"),
        (("domains", "try", "--worlds", "0"), "0 is not in the range"),
        (("domains", "show", "--all", "--lang", "fr"), "'fr' is not one of"),
    ],
)
def test_wrong_input_is_one_clear_error(cli: Any, args: tuple[str, ...], error: str) -> None:
    done = cli(*args)
    assert done.returncode == 2
    assert error in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr and done.stdout == ""


def broken_folder(tmp_path: Path, name: str, content: bytes) -> Path:
    folder = tmp_path / "packs"
    shutil.copytree(PACKS, folder)
    (folder / "others" / f"{name}.yaml").write_bytes(content)
    return folder


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"\xff\xfe", "workshop.yaml:1: is not UTF-8"),
        (b"x" * 10_000_000, "is 10,000,000 bytes long"),
        (b"a: &a [x]\nb: [*a, *a]\n", "workshop.yaml:1: anchors are not allowed"),
        (b"[" * 5000, "nests deeper than"),
        (b"pack: others/workshop\n", "the pack lacks 'operations'"),
        (b"- a\n- b\n", "the pack must be a mapping, not a list"),
    ],
)
def test_a_broken_pack_is_one_clear_error(cli: Any, tmp_path: Path, content: bytes, error: str) -> None:
    folder = broken_folder(tmp_path, "workshop", content)
    done = cli("domains", "list", "--domains", str(folder))
    assert done.returncode == 2
    assert error in done.stderr and done.stderr.count("\n") == 1 and "Traceback" not in done.stderr


def test_search_finds_in_both_languages(cli: Any) -> None:
    assert json.loads(cli("domains", "search", "冻结", "账户", "--json").stdout)[0]["name"] == "freeze_account"
    assert "freeze_account" in cli("domains", "search", "freeze", "account").stdout
    nothing = cli("domains", "search", "qqqqq")
    assert nothing.returncode == 0 and nothing.stdout == "" and "nothing found" in nothing.stderr


def test_lint_says_what_is_wrong_and_exits_with_one(cli: Any) -> None:
    done = cli("domains", "lint", "workshop", *MORE)
    assert done.returncode == 1
    assert re.search(r"workshop\.yaml: depth: \d+ of 32 operations", done.stdout)
    assert "32 operations in 1 packs" in done.stderr
    found = json.loads(cli("domains", "lint", "workshop", "--json", *MORE).stdout)
    assert {"rule", "file", "line", "message"} == set(found[0])


def test_lint_of_a_clean_pack_is_quiet(cli: Any) -> None:
    done = cli("domains", "lint", "retail_banking")
    assert done.returncode == 0 and done.stdout == ""


def test_try_executes_every_operation(cli: Any) -> None:
    done = cli("domains", "try", "workshop", "--worlds", "8", "--json", *MORE)
    report = json.loads(done.stdout)
    assert done.returncode == 0 and report["complaints"] == []
    (row,) = report["packs"]
    assert row["worlds"] == 32 * 8 * 2 and row["done"] > row["worlds"] * 0.9 and row["refused"] > 200


def test_try_reports_an_operation_that_never_succeeds(cli: Any, tmp_path: Path) -> None:
    source = (PACKS / "others" / "workshop.yaml").read_text(encoding="utf-8")
    never = source.replace("when: bought <= today", "when: 'days_between(bought, today) < -99999'")
    folder = broken_folder(tmp_path, "workshop", never.encode())
    done = cli("domains", "try", "workshop", "--worlds", "2", "--domains", str(folder))
    assert done.returncode == 1
    assert re.search(r"workshop\.yaml:\d+: createBike \(en\): never succeeds in 2 worlds; refused by not_bought", done.stdout)


def test_graph_shows_suppliers(cli: Any) -> None:
    dot = cli("domains", "graph", "workshop", "--dot", *MORE).stdout
    assert dot.startswith('digraph "others/workshop" {') and '"findBikes" -> "getBike"' in dot
    assert "getBike" in cli("domains", "graph", "workshop", *MORE).stdout
    graph = json.loads(cli("domains", "graph", "workshop", "--lookalikes", "--json", *MORE).stdout)
    assert {"from", "to", "weight", "reasons"} == set(graph["edges"][0])


def test_stats_stand_beside_acebench(cli: Any) -> None:
    figures = json.loads(cli("domains", "stats", "--json").stdout)
    assert figures["apis"] >= 1056 and figures["packs"] == 16
    shown = cli("domains", "stats").stdout
    assert "ACEBench" in shown and "parameter depth 3" in shown


def test_world_shows_and_writes_rows(cli: Any, tmp_path: Path) -> None:
    world = json.loads(cli("domains", "world", "workshop", "--lang", "zh", "--json", *MORE).stdout)
    assert len(world["tables"]["workshop.bike"]) == 8
    path = tmp_path / "w.sqlite"
    assert cli("domains", "world", "workshop", "--out", str(path), *MORE).returncode == 0
    assert path.stat().st_size > 4096
    again = cli("domains", "world", "workshop", "--out", str(path), *MORE)
    assert again.returncode == 2 and "is there already" in again.stderr


@pytest.mark.parametrize("args", [(), ("domains",), ("domains", "show"), ("generate",)])
def test_help_is_there_for_every_command(cli: Any, args: tuple[str, ...]) -> None:
    done = cli(*args, "--help")
    assert done.returncode == 0 and "Usage:" in done.stdout


def test_help_loads_no_commands() -> None:
    script = (
        "import sys; sys.argv = ['toolsim', '--help']\nfrom toolsim.cli.main import main\ntry: main()\nexcept SystemExit: pass\n"
    )
    script += "print([m for m in ('rich', 'networkx', 'yaml', 'pydantic') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


INTERRUPTED = """
import os, signal, sys
from toolsim.cli.main import main
signal.signal(signal.SIGALRM, lambda number, frame: os.kill(os.getpid(), signal.SIGINT))
signal.setitimer(signal.ITIMER_REAL, 1.5)
sys.argv = ["toolsim", "domains", "try", "--worlds", "1000"]
main()
"""


def test_ctrl_c_exits_with_130_and_no_traceback() -> None:
    done = subprocess.run([sys.executable, "-c", INTERRUPTED], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 130
    assert done.stderr.strip() == "interrupted" and done.stdout == ""
