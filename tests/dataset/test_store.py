"""A run folder survives whatever befalls it: torn lines, missing files, second writers, full disks; what counts is in the journal."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import orjson
import pytest

from toolsim.base.records import Record
from toolsim.dataset import store
from toolsim.dataset.store import (
    JOURNAL,
    LOCK,
    MANIFEST,
    STREAMS,
    TOOLS,
    VERDICTS,
    RunError,
    RunWriter,
    read_manifest,
    read_stream,
    run_digest,
)

CONFIG: dict[str, Any] = {"version": 1, "config": {"count": 3, "shares": {"a": 0.5, "b": 0.5}}}
SPECS: dict[str, Any] = {"en": {"getBike": {"type": "function"}}}


class Item(Record):
    """A record of these tests."""

    id: str
    note: str = ""


def lines(index: int) -> dict[str, bytes]:
    """Make the lines of a batch; the third stream stays empty in every other one."""
    return {
        name: b"".join(
            Item(id=f"{name}-{index}-{n}", note="x" * 40 * n).line() for n in range(3 if place != 2 or index % 2 else 0)
        )
        for place, name in enumerate(STREAMS)
    }


def write(folder: Path, upto: int, config: dict[str, Any] = CONFIG) -> None:
    """Write a run as far as some batch, or go on with it."""
    with RunWriter(folder, config, SPECS) as writer:
        for index in range(writer.batches, upto):
            writer.append(index, lines(index))


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.name != LOCK}


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not wait for the disk, which takes most of these tests' time and which no test can see."""
    monkeypatch.setattr(os, "fdatasync", lambda fd: None)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run of six batches."""
    write(tmp_path / "run", 6)
    return tmp_path / "run"


@pytest.fixture
def whole(run: Path) -> dict[str, bytes]:
    """What a run of six batches holds when nothing befell it."""
    return content(run)


# --- writing and reading ---


def test_a_run_has_its_streams_its_journal_and_what_it_was_made_with(whole: dict[str, bytes]) -> None:
    assert set(whole) == {*(f"{name}.jsonl" for name in STREAMS), JOURNAL, MANIFEST, TOOLS}
    assert whole["samples.jsonl"] == b"".join(lines(index)["samples"] for index in range(6))
    assert orjson.loads(whole[MANIFEST]) == CONFIG and orjson.loads(whole[TOOLS]) == SPECS


def test_what_was_written_reads_back(run: Path) -> None:
    assert [item.id for item in read_stream(run, "samples", Item)][:4] == [
        "samples-0-0",
        "samples-0-1",
        "samples-0-2",
        "samples-1-0",
    ]
    assert read_manifest(run) == CONFIG


def test_a_batch_is_on_disk_when_append_returns(tmp_path: Path) -> None:
    with RunWriter(tmp_path / "run", CONFIG, SPECS) as writer:
        writer.append(0, lines(0))
        seen = content(tmp_path / "run")
    assert seen["dialogues.jsonl"] == lines(0)["dialogues"] and seen[JOURNAL].count(b"\n") == 1


def test_streams_are_written_before_the_journal_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[str] = []
    monkeypatch.setattr(os, "fdatasync", lambda fd: synced.append(Path(f"/proc/self/fd/{fd}").readlink().name))
    with RunWriter(tmp_path / "run", CONFIG, SPECS) as writer:
        synced.clear()
        writer.append(0, lines(1))
    assert synced == [*(f"{name}.jsonl" for name in STREAMS), JOURNAL]


def test_in_two_sittings_a_run_comes_out_the_same(tmp_path: Path, whole: dict[str, bytes]) -> None:
    for upto in (1, 1, 4, 6):
        write(tmp_path / "again", upto)
    assert content(tmp_path / "again") == whole


def test_a_finished_file_is_there_as_a_whole(run: Path) -> None:
    with RunWriter(run, CONFIG, SPECS) as writer:
        writer.finish("report.json", {"b": 1, "a": "价"})
    assert orjson.loads((run / "report.json").read_bytes()) == {"a": "价", "b": 1}
    assert not list(run.glob("*.new"))


def test_a_file_that_is_there_as_wanted_is_left_alone(run: Path) -> None:
    before = (run / MANIFEST).stat().st_mtime_ns, (run / MANIFEST).stat().st_ino
    write(run, 6)
    assert ((run / MANIFEST).stat().st_mtime_ns, (run / MANIFEST).stat().st_ino) == before


# --- torn ends ---


@pytest.mark.parametrize("cut", [1, 2, 17, 33, 34, 60])
def test_a_torn_journal_line_takes_its_batch_back(run: Path, whole: dict[str, bytes], cut: int) -> None:
    os.truncate(run / JOURNAL, len(whole[JOURNAL]) - cut)
    with RunWriter(run, CONFIG, SPECS) as writer:
        assert writer.batches == 5
    assert content(run)["samples.jsonl"] == b"".join(lines(index)["samples"] for index in range(5))
    write(run, 6)
    assert content(run) == whole


def test_any_length_of_a_torn_journal_is_resumed(tmp_path: Path) -> None:
    write(tmp_path / "whole", 3)
    wanted = content(tmp_path / "whole")
    for length in range(0, len(wanted[JOURNAL]), 3):
        os.truncate(tmp_path / "whole" / JOURNAL, length)
        write(tmp_path / "whole", 3)
        assert content(tmp_path / "whole") == wanted, length


def test_a_journal_line_that_lies_takes_its_batch_and_all_later_ones_back(run: Path, whole: dict[str, bytes]) -> None:
    journal = whole[JOURNAL].splitlines(keepends=True)
    journal[3] = journal[3].replace(b'"batch":3', b'"batch":8')
    (run / JOURNAL).write_bytes(b"".join(journal))
    with RunWriter(run, CONFIG, SPECS) as writer:
        assert writer.batches == 3
    write(run, 6)
    assert content(run) == whole


def test_journal_lines_out_of_order_do_not_count(run: Path, whole: dict[str, bytes]) -> None:
    journal = whole[JOURNAL].splitlines(keepends=True)
    (run / JOURNAL).write_bytes(b"".join([*journal[:2], *journal[3:]]))
    with RunWriter(run, CONFIG, SPECS) as writer:
        assert writer.batches == 2


@pytest.mark.parametrize("junk", [b"\x00\xff junk\n", b"\n\n", b"{}\n", b"null " + b"0" * 32 + b"\n"])
def test_junk_at_the_end_of_the_journal_is_cut_off(run: Path, whole: dict[str, bytes], junk: bytes) -> None:
    with (run / JOURNAL).open("ab") as file:
        file.write(junk)
    write(run, 6)
    assert content(run) == whole


@pytest.mark.parametrize("name", STREAMS)
def test_what_a_stream_has_beyond_the_last_batch_is_cut_off(run: Path, whole: dict[str, bytes], name: str) -> None:
    with (run / f"{name}.jsonl").open("ab") as file:
        file.write(b'{"id": "half a li')
    write(run, 6)
    assert content(run) == whole


@pytest.mark.parametrize("name", STREAMS)
def test_a_stream_that_lost_its_end_is_written_again_from_there(run: Path, whole: dict[str, bytes], name: str) -> None:
    path = run / f"{name}.jsonl"
    os.truncate(path, path.stat().st_size // 2)
    with RunWriter(run, CONFIG, SPECS) as writer:
        assert 0 < writer.batches < 6
    write(run, 6)
    assert content(run) == whole


@pytest.mark.parametrize("name", [*(f"{name}.jsonl" for name in STREAMS), JOURNAL, TOOLS])
def test_a_missing_file_is_made_again(run: Path, whole: dict[str, bytes], name: str) -> None:
    (run / name).unlink()
    write(run, 6)
    assert content(run) == whole


# --- whose folder it is ---


def test_another_configuration_is_refused_and_the_differing_keys_are_named(run: Path, whole: dict[str, bytes]) -> None:
    other = {"version": 1, "config": {"count": 5, "shares": {"a": 0.5, "c": 0.5}}}
    with pytest.raises(RunError) as raised:
        write(run, 6, other)
    text = str(raised.value)
    assert "holds a run under another configuration" in text and "choose another --out" in text
    for said in ("config.count was 3 and is 5", "config.shares.b was 0.5 and is None", "config.shares.c was None and is 0.5"):
        assert said in text
    assert "config.shares.a" not in text and "version" not in text
    assert content(run) == whole


def test_a_refused_configuration_does_not_keep_the_folder(run: Path) -> None:
    with pytest.raises(RunError) as raised:
        write(run, 6, {"version": 2, "config": {}})
    write(run, 7)
    assert raised.value and len(list(read_stream(run, "samples", Item))) == 21


def test_a_folder_with_something_else_in_it_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(RunError, match=r"is not empty and holds no run \(notes.txt\); choose another --out"):
        RunWriter(tmp_path, CONFIG, SPECS)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_a_stranger_s_lock_is_not_emptied(tmp_path: Path) -> None:
    (tmp_path / LOCK).write_text("mine")
    write(tmp_path, 1)
    assert (tmp_path / LOCK).read_text() == "mine"


def test_an_empty_folder_is_taken_and_a_missing_one_is_made(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    write(tmp_path / "empty", 1)
    write(tmp_path / "a" / "b" / "c", 1)
    assert content(tmp_path / "empty") == content(tmp_path / "a" / "b" / "c")


@pytest.mark.parametrize("left", [(TOOLS,), (LOCK,), (TOOLS, LOCK), (f"{TOOLS}.new",), (TOOLS, f"{MANIFEST}.new")])
def test_a_run_that_was_killed_while_it_began_can_begin_again(
    tmp_path: Path, whole: dict[str, bytes], left: tuple[str, ...]
) -> None:
    folder = tmp_path / "begun"
    folder.mkdir()
    for name in left:
        (folder / name).write_bytes(b'{"half')
    write(folder, 6)
    assert {name: data for name, data in content(folder).items() if not name.endswith(".new")} == whole


def test_no_stream_is_there_before_the_manifest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise a run that is killed then would be taken for a stranger's."""

    def killed(path: Path, content: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(store, "_write_whole", killed)
    with pytest.raises(KeyboardInterrupt):
        RunWriter(tmp_path / "run", CONFIG, SPECS)
    assert {path.name for path in (tmp_path / "run").iterdir()} <= {LOCK}


# --- two writers ---


def test_a_second_writer_is_refused_while_the_first_is_at_work(tmp_path: Path) -> None:
    with RunWriter(tmp_path / "run", CONFIG, SPECS) as first:
        first.append(0, lines(0))
        with pytest.raises(RunError, match="is being written by another process"):
            RunWriter(tmp_path / "run", CONFIG, SPECS)
        first.append(1, lines(1))
    write(tmp_path / "run", 3)
    assert len(list(read_stream(tmp_path / "run", "samples", Item))) == 9


def test_a_second_process_is_refused_too(tmp_path: Path) -> None:
    script = (
        "import sys\nfrom pathlib import Path\nfrom toolsim.dataset.store import RunError, RunWriter\n"
        "try: RunWriter(Path(sys.argv[1]), {}, {})\nexcept RunError as error: print(error)\n"
    )
    with RunWriter(tmp_path / "run", CONFIG, SPECS):
        done = subprocess.run([sys.executable, "-c", script, str(tmp_path / "run")], capture_output=True, text=True, check=True)
    assert "is being written by another process" in done.stdout


# --- disks ---


def full(monkeypatch: pytest.MonkeyPatch, after: int, code: int = errno.ENOSPC) -> None:
    """Let the disk be full after some writes, with half of the next one on it."""
    put, count = store._put, iter(range(10**6))

    def sparing(file: BinaryIO, data: bytes) -> None:
        if next(count) < after:
            put(file, data)
            return
        os.write(file.fileno(), data[: len(data) // 2])
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(store, "_put", sparing)


@pytest.mark.parametrize("after", range(26))
def test_a_full_disk_is_one_clear_error_and_the_run_goes_on_when_there_is_room(
    tmp_path: Path, whole: dict[str, bytes], monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    with monkeypatch.context() as patch:
        full(patch, after)
        with pytest.raises(RunError, match="No space left on device") as raised:
            write(tmp_path / "full", 6)
    assert "the same command goes on" in raised.value.hint
    write(tmp_path / "full", 6)
    assert content(tmp_path / "full") == whole


def test_what_a_full_disk_leaves_are_whole_lines_that_agree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for after in range(2, 24):
        folder = tmp_path / str(after)
        with monkeypatch.context() as patch:
            full(patch, after)
            with pytest.raises(RunError):
                write(folder, 6)
        counts = [len(list(read_stream(folder, name, Item))) for name in ("scenarios", "dialogues", "samples", "rejections")]
        assert len(set(counts)) == 1 and counts[0] % 3 == 0, after


def test_a_disk_that_is_full_when_files_are_closed_hides_no_error(tmp_path: Path) -> None:
    """What a file holds back cannot be written at its end either; the first error is the one that is told."""
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    with pytest.raises(RunError, match="No space left"), RunWriter(tmp_path / "run", CONFIG, SPECS) as writer:
        writer._files["samples"] = writer._open.enter_context(Path("/dev/full").open("ab"))  # noqa: SIM115
        writer.append(0, lines(0))
    write(tmp_path / "run", 2)
    assert len(list(read_stream(tmp_path / "run", "samples", Item))) == 6


@pytest.mark.parametrize("name", [TOOLS, MANIFEST, JOURNAL, "samples.jsonl", LOCK])
def test_a_file_that_cannot_be_opened_is_one_clear_error(tmp_path: Path, name: str) -> None:
    write(tmp_path / "run", 1)
    (tmp_path / "run" / name).unlink(missing_ok=True)
    (tmp_path / "run" / name).mkdir()
    with pytest.raises(RunError):
        write(tmp_path / "run", 2)


def test_a_folder_below_a_file_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RunError, match=r"cannot be written \(Not a directory\)"):
        RunWriter(tmp_path / "file" / "run", CONFIG, SPECS)
    with pytest.raises(RunError, match=r"cannot be written \(File exists\)"):
        RunWriter(tmp_path / "file", CONFIG, SPECS)


@pytest.mark.skipif(os.geteuid() == 0, reason="to root every folder is writable")
def test_an_unwritable_folder_is_one_clear_error(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(RunError, match=r"cannot be written \(Permission denied\)"):
            RunWriter(tmp_path / "run", CONFIG, SPECS)
    finally:
        tmp_path.chmod(0o700)


def test_a_folder_that_refuses_new_files_is_one_clear_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path, *args: Any, **kwargs: Any) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(RunError, match=r"cannot be written \(Permission denied\)"):
        RunWriter(tmp_path / "run", CONFIG, SPECS)


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_an_interruption_leaves_whole_batches(tmp_path: Path, whole: dict[str, bytes], error: type[BaseException]) -> None:
    folder = tmp_path / "interrupted"
    with pytest.raises(error), RunWriter(folder, CONFIG, SPECS) as writer:
        writer.append(0, lines(0))
        writer._files["dialogues"].write(b'{"id": "half a li')
        raise error
    assert [item.id for item in read_stream(folder, "dialogues", Item)] == [f"dialogues-0-{n}" for n in range(3)]
    write(folder, 6)
    assert content(folder) == whole


# --- reading what is no run ---


def test_a_folder_without_a_manifest_is_no_run(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"holds no run; a run folder has a manifest\.json"):
        read_manifest(tmp_path)


@pytest.mark.parametrize(
    ("data", "error"), [(b"{", "is not valid JSON"), (b"[]", "is not that of a run"), (b'{"name": "x"}', "is not that of a run")]
)
def test_a_manifest_of_something_else_is_one_clear_error(tmp_path: Path, data: bytes, error: str) -> None:
    (tmp_path / MANIFEST).write_bytes(data)
    with pytest.raises(RunError, match=error):
        read_manifest(tmp_path)


@pytest.fixture
def samples(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "samples.jsonl"


@pytest.mark.parametrize("line", [b"{", b"[]\n", b'{"id": 7}\n', b'{"id": "a", "more": 1}\n', b"\n", b"\xff\n"])
def test_a_line_that_is_no_record_is_named_by_file_and_number(samples: Path, line: bytes) -> None:
    samples.write_bytes(b'{"id": "one"}\n' + line)
    stream = read_stream(samples.parent, "samples", Item)
    assert next(stream).id == "one"
    with pytest.raises(RunError, match=r"samples\.jsonl:2: no item"):
        next(stream)


def test_a_stream_that_is_not_there_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"samples\.jsonl cannot be read \(No such file or directory\)"):
        next(read_stream(tmp_path, "samples", Item))


def test_the_digest_of_a_run_tells_how_far_it_is(run: Path) -> None:
    before = run_digest(run)
    assert run_digest(run) == before
    write(run, 7)
    assert run_digest(run) != before


def test_what_is_no_run_has_no_digest(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="holds no run"):
        run_digest(tmp_path)


# --- further streams ---


def test_a_further_stream_is_cut_with_the_others(tmp_path: Path) -> None:
    for upto in (2, 4):
        with RunWriter(tmp_path / "run", CONFIG, SPECS, (*STREAMS, VERDICTS)) as writer:
            for index in range(writer.batches, upto):
                writer.append(index, {**lines(index), VERDICTS: b"%d\n" % index})
        with (tmp_path / "run" / f"{VERDICTS}.jsonl").open("ab") as file:
            file.write(b"half a li")
    with RunWriter(tmp_path / "run", CONFIG, SPECS, (*STREAMS, VERDICTS)):
        pass
    assert (tmp_path / "run" / f"{VERDICTS}.jsonl").read_bytes() == b"0\n1\n2\n3\n"
