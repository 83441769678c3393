"""What a draft has got so far, one line of JSON each, only ever appended to: a run that was stopped goes on from here.

Lines of another configuration stay and are passed over; a torn last line is passed over too.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, TypeVar

from pydantic import ValidationError

from toolsim.base.errors import ToolsimError
from toolsim.base.records import Record
from toolsim.drafting.tree import Family


class Entry(Record):
    """One line of the journal."""

    configuration: str
    """Digest of everything that decides what is drafted."""


class Heard(Entry):
    """What a model said of one chunk of the documents."""

    chunk: int
    topics: list[dict[str, Any]]


class Planned(Entry):
    """The families that were chosen from the tree."""

    topics: int
    known: int
    """Families in the tree."""
    families: tuple[Family, ...]


class Accepted(Entry):
    """A family that passed."""

    family: int
    """Its place among the planned ones."""
    repairs: int
    text: str
    """The fragment."""


class Written(Entry):
    """A pack was written."""

    digest: str


Line = Heard | Planned | Accepted | Written
E = TypeVar("E", bound=Entry)


class Journal:
    """The journal of one subdomain, locked while it is open."""

    def __init__(self, path: Path, configuration: str) -> None:
        """Open a journal, or begin one.

        Raises:
            ToolsimError: it cannot be written, or another process writes it.
        """
        self.path = path
        self.configuration = configuration
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file: BinaryIO = path.open("a+b")
        except OSError as error:
            raise ToolsimError(f"{path} cannot be written ({error.strerror})", hint="choose another --out") from None
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._file.close()
            raise ToolsimError(f"{path} is being written by another process") from None
        self._file.seek(0)
        data = self._file.read()
        self._lines = [line for raw in data.splitlines() if (line := _entry(raw)) is not None]
        if data and not data.endswith(b"\n"):
            self._file.write(b"\n")

    def of(self, kind: type[E]) -> list[E]:
        """List the entries of one kind under this configuration."""
        return [line for line in self._lines if isinstance(line, kind) and line.configuration == self.configuration]

    def last_written(self) -> str:
        """Give the digest of the pack that was written last, under whatever configuration."""
        return next((line.digest for line in reversed(self._lines) if isinstance(line, Written)), "")

    def add(self, entry: Line) -> None:
        """Append an entry; it is on disk when this returns."""
        self._file.write(entry.line())
        self._file.flush()
        os.fsync(self._file.fileno())
        self._lines.append(entry)

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._file.close()


def _entry(raw: bytes) -> Line | None:
    for kind in (Heard, Planned, Accepted, Written):
        try:
            line: Line = kind.model_validate_json(raw)
        except ValidationError:
            continue
        return line
    return None
