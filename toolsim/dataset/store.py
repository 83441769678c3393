"""A run folder: append-only JSON Lines with a journal, so that a run may be killed at any moment and resumed.

A batch counts once its journal line is on disk; what was written after the last whole line is cut off when the run is resumed.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, TypeVar

import orjson

from toolsim.base import seeds
from toolsim.base.errors import ToolsimError
from toolsim.base.records import Record

R = TypeVar("R", bound=Record)

STREAMS = ("scenarios", "dialogues", "findings", "samples", "rejections")
"""Every run has these."""
VERDICTS = "verdicts"
"""What the jury of a run made of its dialogues, where it has one."""
MANIFEST, TOOLS, JOURNAL, LOCK = "manifest.json", "tools.json", "journal.jsonl", "lock"
USAGE = "usage.json"
"""What models used, where models played."""
_PASSING = ".new"
"""What the name of a file ends in until it is there as a whole."""


class RunError(ToolsimError):
    """A run folder cannot be written, read or resumed."""


class RunWriter:
    """Writes the batches of one run; holds a lock, so that no other process writes there."""

    def __init__(self, folder: Path, manifest: dict[str, Any], tools: dict[str, Any], streams: Sequence[str] = STREAMS) -> None:
        """Open a new run, or go on with one of the same manifest.

        Raises:
            RunError: the folder cannot be written, is in use, or holds a run under another configuration.
        """
        self.folder = folder
        self.batches = 0
        """Whole batches on disk."""
        self._files: dict[str, BinaryIO] = {}
        self._sizes: dict[str, int] = {}
        """Of the streams, at the last whole batch."""
        self._open = ExitStack()
        try:
            with _explained(folder):
                self._begin(manifest, tools, streams)
        except BaseException:
            self._open.close()
            raise

    def _begin(self, manifest: dict[str, Any], tools: dict[str, Any], streams: Sequence[str]) -> None:
        """Take the folder; what tells that it is a run lies there before any stream does."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._refuse_strangers()
        self._take_lock()
        self._compare(manifest)
        sizes = self._last_sizes()
        _write_whole(self.folder / TOOLS, tools)
        _write_whole(self.folder / MANIFEST, manifest)
        self._sizes = {name: sizes.get(name, 0) for name in streams}
        self._files = {name: self._open_at(f"{name}.jsonl", size) for name, size in self._sizes.items()}
        self._journal = self._open_at(JOURNAL, sizes.get("journal", 0))

    def _take_lock(self) -> None:
        lock = self._open.enter_context((self.folder / LOCK).open("ab"))
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RunError(f"{self.folder} is being written by another process") from None

    def _refuse_strangers(self) -> None:
        """Write into no folder that holds something else, not even a lock."""
        own = {LOCK, TOOLS, *(name + _PASSING for name in (TOOLS, MANIFEST))}
        strangers = sorted(p.name for p in self.folder.iterdir() if p.name not in own)
        if strangers and MANIFEST not in strangers:
            raise RunError(f"{self.folder} is not empty and holds no run ({strangers[0]})", hint="choose another --out")

    def _compare(self, manifest: dict[str, Any]) -> None:
        if not (self.folder / MANIFEST).exists():
            return
        old = read_manifest(self.folder)
        differing = sorted(_differing(old, manifest))
        if differing:
            listed = "; ".join(differing)
            raise RunError(
                f"{self.folder} holds a run under another configuration: {listed}",
                hint="choose another --out, or the old options",
            )

    def _last_sizes(self) -> dict[str, int]:
        """Find the last whole batch in the journal; give the sizes that the files had then."""
        sizes: dict[str, int] = {}
        path = self.folder / JOURNAL
        if not path.exists():
            return sizes
        end = 0
        for line in path.read_bytes().splitlines(keepends=True):
            entry = _journal_entry(line, self.batches)
            if entry is None or any(_size(self.folder / f"{n}.jsonl") < size for n, size in entry["sizes"].items()):
                break
            end += len(line)
            self.batches += 1
            sizes = entry["sizes"]
        return {**sizes, "journal": end}

    def append(self, index: int, lines: Mapping[str, bytes]) -> None:
        """Write one batch: the streams first, then its journal line; all of it is on disk when this returns.

        Raises:
            RunError: the disk is full or the folder has become unwritable; the run can be resumed.
        """
        with _explained(self.folder):
            for name, data in lines.items():
                if data:
                    _put(self._files[name], data)
            sizes = {name: file.tell() for name, file in self._files.items()}
            entry = orjson.dumps({"batch": index, "sizes": sizes})
            _put(self._journal, entry + b" " + seeds.digest(entry).encode() + b"\n")
        self._sizes = sizes
        self.batches += 1

    def finish(self, name: str, content: Any) -> None:
        """Write a whole file beside the streams."""
        with _explained(self.folder):
            _write_whole(self.folder / name, content)

    def __enter__(self) -> RunWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        with self._open:
            if error is not None:
                self._drop_half_a_batch()

    def _drop_half_a_batch(self) -> None:
        """Leave files of whole lines that agree with one another, as far as the disk lets us."""
        for name, file in self._files.items():
            with suppress(OSError):
                file.close()
            path = self.folder / f"{name}.jsonl"
            with suppress(OSError):
                if _size(path) > self._sizes[name]:
                    os.truncate(path, self._sizes[name])

    def _open_at(self, name: str, size: int) -> BinaryIO:
        """Open a file for appending, cut to the size that counts."""
        file = (self.folder / name).open("ab")
        self._open.callback(_close, file)
        file.truncate(size)
        file.seek(0, os.SEEK_END)
        return file


def _close(file: BinaryIO) -> None:
    """Close a file; what it still holds back belongs to no whole batch."""
    with suppress(OSError):
        file.close()


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _put(file: BinaryIO, data: bytes) -> None:
    file.write(data)
    file.flush()
    os.fdatasync(file.fileno())


def _write_whole(path: Path, content: Any) -> None:
    """Write a file so that it is there as a whole or not at all; leave it if it is there already as wanted."""
    data = orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n"
    if path.exists() and path.read_bytes() == data:
        return
    passing = path.with_name(path.name + _PASSING)
    with passing.open("wb") as file:
        _put(file, data)
    passing.replace(path)


def _journal_entry(line: bytes, expected: int) -> dict[str, Any] | None:
    """Read a journal line; None if it is torn or not the next."""
    entry, _, digest = line.rstrip(b"\n").rpartition(b" ")
    if not line.endswith(b"\n") or seeds.digest(entry).encode() != digest:
        return None
    record: dict[str, Any] = orjson.loads(entry)
    return record if record["batch"] == expected else None


def _differing(old: Any, new: Any, name: str = "") -> Iterator[str]:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted({*old, *new}):
            yield from _differing(old.get(key), new.get(key), f"{name}.{key}" if name else key)
    elif old != new:
        yield f"{name} was {old!r} and is {new!r}"


class _explained:  # noqa: N801
    """Turn an error of the file system into one that says what to do."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if isinstance(error, OSError):
            raise RunError(
                f"{self.folder} cannot be written ({error.strerror})",
                hint="nothing that was admitted is lost; the same command goes on from there",
            ) from None


# --- reading ---


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read what a run was made with.

    Raises:
        RunError: the folder holds no run.
    """
    try:
        manifest: dict[str, Any] = orjson.loads((folder / MANIFEST).read_bytes())
    except OSError:
        raise RunError(f"{folder} holds no run", hint=f"a run folder has a {MANIFEST}; `toolsim generate` makes one") from None
    except orjson.JSONDecodeError as error:
        raise RunError(f"{folder / MANIFEST} is not valid JSON ({error})") from None
    if not isinstance(manifest, dict) or not isinstance(manifest.get("config"), dict):
        raise RunError(f"{folder / MANIFEST} is not that of a run")
    return manifest


def run_digest(folder: Path) -> str:
    """Give the digest of what a run holds: its manifest, and its journal with the sizes of all streams.

    Raises:
        RunError: the folder holds no run.
    """
    read_manifest(folder)
    journal = folder / JOURNAL
    return seeds.digest((folder / MANIFEST).read_bytes() + (journal.read_bytes() if journal.exists() else b""))


def read_tools(folder: Path) -> dict[str, dict[str, Any]]:
    """Read the specs of a run's tools: language -> name -> spec in OpenAI form."""
    tools: dict[str, dict[str, Any]] = orjson.loads((folder / TOOLS).read_bytes())
    return tools


def read_stream(folder: Path, name: str, record: type[R]) -> Iterator[R]:
    """Read a stream of a run, record by record.

    Raises:
        RunError: a line is not what it should be; names file and line.
    """
    path = folder / f"{name}.jsonl"
    try:
        file = path.open("rb")
    except OSError as error:
        raise RunError(f"{path} cannot be read ({error.strerror})") from None
    with file:
        for number, line in enumerate(file, 1):
            try:
                yield record.model_validate_json(line)
            except ValueError as error:
                first = str(error).splitlines()[0]
                raise RunError(f"{path}:{number}: no {record.__name__.lower()} ({first})") from None
