"""The commands that use a run: show, stats, check and export, as a person and a program use them."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from toolsim.base.text import HAN

TOOLSIM = [sys.executable, "-c", "from toolsim.cli.main import main; main()"]
Done = subprocess.CompletedProcess[str]
Cli = Callable[..., Done]


def call(*args: object) -> Done:
    return subprocess.run([*TOOLSIM, *map(str, args)], capture_output=True, text=True, timeout=240, check=False)


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small run, not to be changed."""
    run = tmp_path_factory.mktemp("runs") / "small"
    done = call("generate", "--count", "72", "--out", run)
    assert done.returncode == 0, done.stderr
    return run


@pytest.fixture
def run(made: Path, tmp_path: Path) -> Path:
    """A copy of the run, to be damaged."""
    return shutil.copytree(made, tmp_path / "run")


def records(run: Path, stream: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (run / f"{stream}.jsonl").read_text(encoding="utf-8").splitlines()]


def rewrite(run: Path, stream: str, content: list[dict[str, Any]]) -> None:
    lines = [json.dumps(record, ensure_ascii=False) + "\n" for record in content]
    (run / f"{stream}.jsonl").write_text("".join(lines), encoding="utf-8")


def spoil(run: Path, **changes: str) -> str:
    """Put another text in the last message of the first admitted dialogue; give its id."""
    first = records(run, "samples")[0]["id"]
    dialogues = records(run, "dialogues")
    dialogue = next(d for d in dialogues if d["id"] == first)
    dialogue["messages"][-1] |= changes
    rewrite(run, "dialogues", dialogues)
    return str(first)


def reject(run: Path) -> str:
    """Turn the first sample into a rejected dialogue; give its id."""
    first, *others = records(run, "samples")
    rewrite(run, "samples", others)
    rejection = {key: first[key] for key in ("id", "category", "language")} | {"stage": "check", "reasons": ["residue.code"]}
    rewrite(run, "rejections", [rejection])
    rewrite(run, "findings", [{"id": first["id"], "code": "residue.code", "path": "$.messages[1].content", "message": "nothing"}])
    return str(first["id"])


# --- show ---


def test_show_prints_drawn_dialogues_and_another_seed_draws_others(made: Path) -> None:
    one = call("show", made, "--count", "2")
    assert one.returncode == 0 and one.stdout.count(" admitted ") == 2
    assert "system" in one.stdout and "assistant" in one.stdout and "persona" in one.stdout
    assert call("show", made, "--count", "2").stdout == one.stdout != call("show", made, "--count", "2", "--seed", "1").stdout


def test_show_filters_by_family_and_language(made: Path) -> None:
    shown = json.loads(call("show", made, "--category", "normal", "--language", "zh", "--count", "5", "--json").stdout)
    assert shown and {found["dialogue"]["language"] for found in shown} == {"zh"}
    assert all(found["dialogue"]["category"].startswith("normal.") and found["sample"] for found in shown)


def test_show_keeps_chinese_within_its_width(made: Path) -> None:
    shown = call("show", made, "--language", "zh", "--count", "3").stdout
    assert HAN.search(shown)
    assert all(len(line) + len(HAN.findall(line)) <= 120 for line in shown.splitlines())


def test_show_of_one_dialogue_has_its_blueprint_on_demand(made: Path) -> None:
    wanted = next(sample["id"] for sample in records(made, "samples") if sample["calls"])
    plain, full = call("show", made, wanted), call("show", made, wanted, "--scenario", "--full")
    assert wanted in plain.stdout and "milestones" not in plain.stdout
    assert "milestones" in full.stdout and "said in step" in full.stdout
    record = json.loads(call("show", made, wanted, "--scenario", "--json").stdout)
    assert record["admitted"] and record["scenario"]["id"] == record["dialogue"]["id"] == wanted
    assert {step["role"] for step in record["scenario"]["script"]} == {"user", "assistant"}


def test_show_gives_a_rejected_dialogue_with_its_findings(run: Path) -> None:
    identity = reject(run)
    shown = call("show", run, identity).stdout
    assert "rejected at check: residue.code" in shown and "$.messages[1].content" in shown
    record = json.loads(call("show", run, identity, "--json").stdout)
    assert not record["admitted"] and record["rejection"]["stage"] == "check" and len(record["findings"]) == 1


# --- stats ---


def test_stats_count_what_the_run_holds(made: Path) -> None:
    done = call("stats", made, "--json")
    figures = json.loads(done.stdout)
    samples = records(made, "samples")
    assert done.returncode == 0 and done.stderr == ""
    assert figures["admitted"] == len(samples) == sum(sum(by.values()) for by in figures["categories"].values())
    assert figures["turns"]["mean"] == pytest.approx(sum(s["turns"] for s in samples) / len(samples))
    assert figures["calls"]["mean"] == pytest.approx(sum(s["calls"] for s in samples) / len(samples))
    assert figures["skeletons"] == len({s["skeleton"] for s in samples})
    coverage = figures["coverage"]
    assert coverage["covered"] + len(coverage["missing"]) == coverage["pool"] and coverage["covered"] > 20
    assert figures["variety"]["zh"]["figures"][0]["demand"] == {"name": "distinct-2", "least": 0.42, "most": None}


def test_stats_stand_beside_what_they_are_held_to(made: Path) -> None:
    shown = call("stats", made).stdout
    assert "≥ 0.54" in shown and "≤ 14%" in shown and "self-BLEU" in shown
    assert "fewer than 800 turns" in shown and "TF-IDF selector" in shown and "≤ 50%" in shown


# --- check ---


@pytest.mark.parametrize("workers", ["1", "2"])
def test_check_of_a_sound_run_is_clean(made: Path, workers: str) -> None:
    done = call("check", made, "--workers", workers, "--json")
    report = json.loads(done.stdout)
    assert done.returncode == 0 and done.stderr == ""
    assert report == {"dialogues": 72, "faulty": 0, "findings": 0, "codes": [], "notes": []}


@pytest.mark.parametrize("workers", ["1", "2"])
def test_check_finds_what_was_spoilt(run: Path, workers: str) -> None:
    identity = spoil(run, content="The answer is {total}: 98765432.")
    done = call("check", run, "--workers", workers)
    assert done.returncode == 1
    assert "residue.template" in done.stdout and identity in done.stdout and "1 dialogue of 72 with findings" in done.stdout
    report = json.loads(call("check", run, "--json", "--limit", "0").stdout)
    assert {"residue.template", "answers.number"} <= {code["code"] for code in report["codes"]}
    assert all(code["examples"] == [] for code in report["codes"])


def test_check_leaves_out_what_is_to_be_ignored(run: Path) -> None:
    spoil(run, content="")
    assert call("check", run, "--ignore", "form.end").returncode == 1
    assert call("check", run, "--ignore", "form").returncode == 0


def test_check_says_when_the_packs_have_changed(run: Path) -> None:
    manifest = json.loads((run / "manifest.json").read_text(encoding="utf-8"))
    manifest["config"]["content"] = "another"
    (run / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    done = call("check", run)
    assert done.returncode == 0 and "was made from other packs" in done.stderr


def test_check_judges_dialogues_of_others_and_says_what_it_leaves_out(tmp_path: Path, made: Path) -> None:
    wrong = {
        "messages": [{"role": "user", "content": "Hello there"}, {"role": "assistant", "content": "Hello {name}!"}],
        "tools": [],
    }
    path = tmp_path / "others.jsonl"
    path.write_text(json.dumps(wrong) + "\n", encoding="utf-8")
    done = call("check", path, made, "--json")
    report = json.loads(done.stdout)
    assert done.returncode == 1 and report["dialogues"] == 73
    assert [(code["code"], code["examples"][0]["id"]) for code in report["codes"]] == [("residue.template", "line 1")]
    assert "replay, milestones, special and uniqueness are not checked" in report["notes"][0]


# --- export ---


def test_export_writes_self_contained_lines(made: Path, tmp_path: Path) -> None:
    path = tmp_path / "deep" / "out.jsonl"
    done = call("export", made, "--format", "openai", "--out", path, "--json")
    assert done.returncode == 0 and json.loads(done.stdout)["lines"] == 72
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert [line["metadata"]["id"] for line in lines] == [sample["id"] for sample in records(made, "samples")]
    assert all(line["messages"][0]["role"] == "system" and line["metadata"]["label"]["synthetic"] for line in lines)
    offered = [{tool["function"]["name"] for tool in line["tools"]} for line in lines]
    called = [{c["function"]["name"] for m in line["messages"] for c in m.get("tool_calls", ())} for line in lines]
    assert all(few <= many for few, many in zip(called, offered, strict=True))
    assert [p.name for p in path.parent.iterdir()] == ["out.jsonl"]


def test_export_of_the_splits_is_disjoint(made: Path) -> None:
    ids = []
    for split in ("train", "validation", "test"):
        done = call("export", made, "--split", split, "--out", "-")
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        assert {line["metadata"]["split"] for line in lines} <= {split}
        ids += [line["metadata"]["id"] for line in lines]
    assert len(ids) == len(set(ids)) > 40


def test_export_goes_into_the_run_folder_and_can_be_checked(run: Path) -> None:
    done = call("export", run)
    path = run / "export" / "openai.jsonl"
    assert done.stdout.strip() == str(path) and "72 dialogues" in done.stderr
    report = json.loads(call("check", path, "--json").stdout)
    assert report["dialogues"] == 72 and report["faulty"] <= 7


def test_an_export_that_fails_leaves_what_was_there(run: Path) -> None:
    (run / "export").mkdir()
    path = run / "export" / "openai.jsonl"
    path.write_text("before\n", encoding="utf-8")
    (run / "tools.json").write_text('{"en": {}, "zh": {}}', encoding="utf-8")
    done = call("export", run)
    assert done.returncode == 2 and "tools.json lacks" in done.stderr
    assert path.read_text(encoding="utf-8") == "before\n" and len(list(path.parent.iterdir())) == 1


# --- wrong input ---


@pytest.mark.parametrize(
    ("args", "error"),
    [
        (("show", "/nowhere"), "/nowhere holds no run; a run folder has a manifest.json"),
        (("stats", "/nowhere"), "/nowhere holds no run"),
        (("export", "/nowhere"), "/nowhere holds no run"),
        (("check", "/nowhere"), "/nowhere: is neither a run folder nor a .jsonl or .json file"),
        (("check", "/nowhere.jsonl"), "/nowhere.jsonl: cannot be read (No such file or directory)"),
        (("check",), "Missing argument 'PATHS...'"),
        (("show", "RUN", "zz-000000-00"), "there is no dialogue 'zz-000000-00'; did you mean '"),
        (("show", "RUN", "--category", "normal.atm"), "there is no category in this run 'normal.atm'; did you mean 'normal.atom"),
        (("show", "RUN", "en-000000-00", "--language", "en"), "give an ID, or --category and --language, not both"),
        (("check", "RUN", "--ignore", "speck"), "there is no family of checks 'speck'; did you mean 'spec'?"),
        (("export", "RUN", "--format", "opnai"), "there is no format 'opnai'; did you mean 'openai'?"),
        (("export", "RUN", "--split", "dev"), "'dev' is not one of 'train', 'validation', 'test', 'all'"),
        (("export", "RUN", "--out", "-", "--json"), "the lines cannot go there too"),
    ],
)
def test_wrong_input_is_one_clear_error(made: Path, args: tuple[str, ...], error: str) -> None:
    done = call(*(made if arg == "RUN" else arg for arg in args))
    assert done.returncode == 2 and error in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr and done.stdout == ""


@pytest.mark.parametrize("command", ["stats", "check", "export", "show"])
@pytest.mark.parametrize(
    ("stream", "line", "error"),
    [
        ("samples", b"{\n", "samples.jsonl:1: no sample"),
        ("dialogues", b"[]\n", "dialogues.jsonl lacks"),
        ("scenarios", b"", "scenarios.jsonl lacks"),
    ],
)
def test_a_damaged_run_is_one_clear_error(run: Path, command: str, stream: str, line: bytes, error: str) -> None:
    (run / f"{stream}.jsonl").write_bytes(line)
    done = call(command, run)
    assert done.returncode == 2 and error in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["show", "stats", "check", "export"])
def test_help_is_there_for_every_command(command: str) -> None:
    done = call(command, "--help")
    assert done.returncode == 0 and "Usage:" in done.stdout and "--json" in done.stdout
