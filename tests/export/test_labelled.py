"""The unpaired form: each trajectory once, as right or wrong, and the best of several in the OpenAI form."""

from __future__ import annotations

from pathlib import Path

import orjson

from tests.export.moody import Call, copied, lines
from toolsim.dataset.sample import Sample
from toolsim.dataset.store import read_stream
from toolsim.dataset.trajectories import trajectories


def test_each_trajectory_with_a_verdict_is_one_line(run: Path, tmp_path: Path, call: Call) -> None:
    call("export", run, "--format", "labelled", "--out", tmp_path / "all.jsonl")
    wanted = {one.dialogue.id: one for played in trajectories(run) for one in played.trajectories if one.right is not None}
    written = lines(tmp_path / "all.jsonl")
    assert [line["metadata"]["id"] for line in written] == list(wanted)
    assert {line["label"] for line in written} == {True, False}
    for line in written:
        one = wanted[line["metadata"]["id"]]
        assert line["label"] is one.right and bool(line["metadata"]["causes"]) is not one.right
        assert line["completion"][0]["role"] == "assistant" and all(m["role"] != "assistant" for m in line["prompt"])
        messages = [message.openai() for message in one.dialogue.messages]
        assert orjson.dumps(line["prompt"] + line["completion"]) == orjson.dumps(messages)


def test_lines_tell_of_their_origin_what_samples_tell(run: Path, tmp_path: Path, call: Call) -> None:
    call("export", run, "--format", "labelled", "--out", tmp_path / "all.jsonl")
    told = {line["metadata"]["id"]: line["metadata"] for line in lines(tmp_path / "all.jsonl")}
    samples = list(read_stream(run, "samples", Sample))
    for sample in samples:
        assert told[sample.id]["provenance"] == sample.provenance.model_dump(mode="json")
        assert told[sample.id]["label"]["generator"] == sample.label.generator
        assert told[sample.id]["skeleton"] == sample.skeleton and tuple(told[sample.id]["packs"]) == sample.packs
    assert len(told) > 2 * len(samples)


def test_trajectories_that_say_nothing_are_left_out_and_counted(run: Path, tmp_path: Path, call: Call) -> None:
    folder = copied(run, tmp_path / "run")
    findings = (folder / "findings.jsonl").read_bytes()
    (folder / "findings.jsonl").write_bytes(findings.replace(b'"trajectory.undone"', b'"fidelity.untold"'))
    before = orjson.loads(call("export", run, "--format", "labelled", "--out", tmp_path / "all.jsonl", "--json"))
    report = orjson.loads(call("export", folder, "--format", "labelled", "--out", tmp_path / "few.jsonl", "--json"))
    assert report["without_verdict"] == before["lines"] - report["lines"] > 5
    assert "fidelity" not in (tmp_path / "few.jsonl").read_text(encoding="utf-8")


def test_the_best_right_trajectory_of_each_scenario_is_written(run: Path, tmp_path: Path, call: Call) -> None:
    call("export", run, "--best", "--out", tmp_path / "best.jsonl")
    written = lines(tmp_path / "best.jsonl")
    read = [played for played in trajectories(run) if played.right]
    assert [line["metadata"]["id"] for line in written] == [played.right[0].dialogue.id for played in read]
    for line, played in zip(written, read, strict=True):
        efforts = [sum(len(m.tool_calls or ()) for m in one.dialogue.messages) for one in played.right]
        assert line["metadata"]["calls"] == sum(len(m.get("tool_calls", ())) for m in line["messages"]) == min(efforts)
        assert orjson.dumps(line["messages"]) == orjson.dumps([m.openai() for m in played.right[0].dialogue.messages])
        assert played.sample is not None and line["metadata"]["provenance"] == played.sample.provenance.model_dump(mode="json")
    assert any(played.sample is not played.right[0].sample for played in read)


def test_without_the_option_all_admitted_dialogues_are_written(run: Path, tmp_path: Path, call: Call) -> None:
    call("export", run, "--out", tmp_path / "all.jsonl")
    samples = [sample.id for sample in read_stream(run, "samples", Sample)]
    assert [line["metadata"]["id"] for line in lines(tmp_path / "all.jsonl")] == samples
