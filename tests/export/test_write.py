"""Splits of trajectories do not leak, files are there as a whole or not at all, and what does not go together is refused."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from random import Random

import orjson
import pytest

from tests.dataset.test_trajectories import dialogue, scenario
from tests.export.moody import Call, copied, lines
from tests.pipeline.sitting import sit
from toolsim.apis.catalogue import Catalogue
from toolsim.dataset.duplicates import sign
from toolsim.dataset.reading import user_turns
from toolsim.dataset.splits import Assignment, Record, Split, leaks
from toolsim.dataset.trajectories import Played, Trajectory, trajectories
from toolsim.export.write import split_played
from toolsim.roleplay.dialogue import Message

FORMATS = ("openai", "preference", "labelled")
WORDS = (
    "bike",
    "car",
    "lamp",
    "door",
    "bill",
    "ticket",
    "house",
    "garden",
    "parcel",
    "lesson",
    "recipe",
    "ward",
    "court",
    "rain",
)


def made_up(count: int, rng: Random) -> list[Played]:
    """Make scenarios with shared worlds, tasks and words, some all right, some all wrong, some in several wordings."""
    out, wordings = [], list[str]()
    for number in range(count):
        wordings.append(wording := " ".join(rng.choices(WORDS, k=12)))
        told = scenario(f"en-{number // 24:06d}-{number % 24:02d}").model_copy(
            update={"world_seed": number // 24, "skeleton": f"task {int(rng.paretovariate(0.6)) % 400}"}
        )
        made = []
        for sample in range(3):
            # most say the same, some nearly the same, and a few what another scenario's say
            text = rng.choice((wording, wording, wording, f"{wording} {rng.choice(WORDS)}", rng.choice(wordings[-90:])))
            messages = (Message(role="user", content=text), Message(role="assistant", content="Done."))
            played = dialogue(f"{told.id}-{sample}" if sample else told.id).model_copy(update={"messages": messages})
            made.append(Trajectory(played, rng.choice((True, False, None))))
        out.append(Played(told, tuple(made)))
    return out


def test_nothing_leaks_between_splits_of_trajectories() -> None:
    run = made_up(1500, Random(7))
    # the same task in the same words elsewhere, so that near-duplicates are there as well
    for played in run[::9]:
        twin = scenario(f"zh-{len(run):06d}-00").model_copy(update={"world_seed": -len(run), "skeleton": f"only {len(run)}"})
        said = (one.dialogue.model_copy(update={"id": f"{twin.id}-{n}"}) for n, one in enumerate(played.trajectories))
        run.append(Played(twin, tuple(Trajectory(dialogue, False) for dialogue in said)))
    places = split_played(run)
    told = [(played, one) for played in run for one in played.trajectories if one.right is not None]
    records = [
        Record(
            f"{played.scenario.id}/{n}",
            played.scenario.skeleton,
            played.scenario.world_seed,
            sign("\n".join(user_turns(one.dialogue))),
        )
        for n, (played, one) in enumerate(told)
    ]
    splits = {
        record.id: places[played.scenario.id]
        for record, (played, _) in zip(records, told, strict=True)
        if played.scenario.id in places
    }
    assert set(places.values()) == set(Split) and len(splits) > len(records) / 2
    assert leaks(Assignment(splits, {}), records) == []


def test_scenarios_of_which_nothing_is_told_have_no_split() -> None:
    silent = Played(scenario("en-000000-00"), (Trajectory(dialogue("en-000000-00"), None),))
    assert split_played([silent]) == {}


def test_a_scenario_has_one_split_in_every_format(run: Path, tmp_path: Path, call: Call) -> None:
    places = defaultdict[str, set[str | None]](set)
    for form in FORMATS:
        call("export", run, "--format", form, "--out", tmp_path / form)
        for line in lines(tmp_path / form):
            metadata = line["metadata"]
            places[metadata.get("id", metadata.get("rejected"))[:12]].add(metadata["split"])
    assert len(places) > 20 and all(len(found) == 1 for found in places.values())


@pytest.mark.parametrize("form", FORMATS)
def test_parts_hold_what_the_whole_says_of_them(run: Path, tmp_path: Path, call: Call, form: str) -> None:
    call("export", run, "--format", form, "--out", tmp_path / "all")
    for part in ("train", "validation", "test"):
        call("export", run, "--format", form, "--split", part, "--out", tmp_path / part)
        assert lines(tmp_path / part) == [line for line in lines(tmp_path / "all") if line["metadata"]["split"] == part]


def test_the_summary_tells_what_became_of_scenarios(
    run: Path, hopeless: Path, call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    monkeypatch.setattr("toolsim.cli.export.ERR.print", lambda text, **more: seen.append(text))
    out = call("export", hopeless, "--format", "preference", "--gold", "--out", tmp_path / "pairs.jsonl")
    call("export", run, "--format", "labelled", "--out", tmp_path / "all.jsonl")
    assert out.strip() == str(tmp_path / "pairs.jsonl")
    read = list(trajectories(hopeless))
    lost = sum(not played.right for played in read)
    assert "pairs (train " in seen[0] and "common prompt" in seen[0]
    assert f"of {len(read)} scenarios: {lost} without a right trajectory ({lost} played by the planner), " in seen[0]
    assert "trajectories (train " in seen[1] and "common prompt" not in seen[1]


@pytest.mark.parametrize("form", ["preference", "labelled"])
def test_an_export_that_fails_midway_leaves_what_was_there(run: Path, tmp_path: Path, call: Call, form: str) -> None:
    folder, path = copied(run, tmp_path / "run"), tmp_path / "out" / "lines.jsonl"
    path.parent.mkdir()
    path.write_text("before\n", encoding="utf-8")
    tools = orjson.loads((folder / "tools.json").read_bytes())
    (folder / "tools.json").write_bytes(orjson.dumps({**tools, "zh": {}}))
    call("export", folder, "--format", form, "--out", path, fails="tools.json lacks")
    assert path.read_text(encoding="utf-8") == "before\n" and len(list(path.parent.iterdir())) == 1


# --- what is refused ---


@pytest.mark.parametrize(
    ("args", "error"),
    [
        (("--format", "preferences"), "there is no format 'preferences'; did you mean 'preference'?"),
        (("--format", "labelled", "--pairs", "2"), "--pairs goes with --format preference only"),
        (("--gold",), "--gold goes with --format preference only"),
        (("--format", "preference", "--best"), "--best chooses among right dialogues"),
        (("--format", "preference", "--pairs", "0"), "0 is not in the range x>=1"),
    ],
)
def test_options_that_do_not_go_together_are_one_clear_error(run: Path, call: Call, args: tuple[str, ...], error: str) -> None:
    call("export", run, *args, fails=error)


@pytest.mark.parametrize("args", [("--format", "preference"), ("--format", "labelled"), ("--best",)])
def test_a_run_of_the_planner_has_no_trajectories(
    catalogue: Catalogue, tmp_path: Path, call: Call, args: tuple[str, ...]
) -> None:
    sit(catalogue, tmp_path / "run", 2)
    call("export", tmp_path / "run", *args, fails="the planner was the assistant in")
    assert not (tmp_path / "run" / "export").exists()


def test_the_planner_cannot_answer_what_a_model_says_as_the_user(spoken: Path, call: Call) -> None:
    call("export", spoken, "--format", "preference", "--gold", fails="a model was the user in")


def test_the_planner_plays_only_what_the_packs_of_today_made(run: Path, tmp_path: Path, call: Call) -> None:
    folder = copied(run, tmp_path / "run", content="another")
    call("export", folder, "--format", "preference", "--gold", fails="was made from other packs or scenario data")


def test_a_casting_of_another_version_is_one_clear_error(run: Path, tmp_path: Path, call: Call) -> None:
    folder = copied(run, tmp_path / "run", casting={"assistant": 1})
    call("export", folder, fails="manifest.json: config.casting.assistant is not as this version knows it")
