"""The file of a cassette: JSON lines that are only ever appended, each with its checksum.

A line is in the hands of the operating system before its answer is handed out, so that SIGKILL loses no answered call; the
disk is waited for once in a while. A torn tail is cut off, a damaged line is passed over.
"""

from __future__ import annotations

import fcntl
import os
from hashlib import blake2b
from pathlib import Path
from typing import Any

import orjson

from toolsim.base.errors import Place, ToolsimError

_SUM = b'{"sum":"'
_KEY = b'","key":"'
_REST = b'",'
_SUM_AT, _KEY_AT = len(_SUM), len(_SUM) + 16 + len(_KEY)
_SYNC_EVERY = 64


class Tape:
    """Lines by their key; of several with one key the last counts."""

    def __init__(self, path: Path, write: bool) -> None:
        """Open a file, which is made when it is to be written.

        Raises:
            ToolsimError: it is not there, cannot be opened, or is being written by another process.
        """
        self.damaged = 0
        """Lines that were passed over."""
        self._places: dict[bytes, tuple[int, int]] = {}
        self._unsynced = 0
        self._file = _open(path, write)
        self._end = 0
        try:
            self._scan(write)
        except BaseException:
            os.close(self._file)
            raise

    def __contains__(self, key: str) -> bool:
        return bytes.fromhex(key) in self._places

    def __len__(self) -> int:
        return len(self._places)

    def read(self, key: str) -> dict[str, Any] | None:
        """Give what was recorded under a key."""
        place = self._places.get(bytes.fromhex(key))
        if place is None:
            return None
        start, length = place
        record: dict[str, Any] = orjson.loads(os.pread(self._file, length, start))
        return record

    def append(self, key: str, record: dict[str, Any]) -> None:
        """Record something under a key."""
        tail = key.encode() + _REST + orjson.dumps(record)[1:]
        line = _SUM + _checksum(tail) + _KEY + tail + b"\n"
        written = 0
        while written < len(line):
            written += os.write(self._file, line[written:])
        self._places[bytes.fromhex(key)] = (self._end, len(line))
        self._end += len(line)
        self._unsynced += 1
        if self._unsynced >= _SYNC_EVERY:
            self._sync()

    def close(self) -> None:
        """Wait for the disk and close the file."""
        if self._unsynced:
            self._sync()
        os.close(self._file)

    def _sync(self) -> None:
        os.fdatasync(self._file)
        self._unsynced = 0

    def _scan(self, write: bool) -> None:
        with os.fdopen(os.dup(self._file), "rb") as file:
            file.seek(0)
            for line in file:
                if not line.endswith(b"\n"):
                    break
                if _sound(line):
                    self._places[bytes.fromhex(line[_KEY_AT : _KEY_AT + 32].decode())] = (self._end, len(line))
                else:
                    self.damaged += 1
                self._end += len(line)
        if write:
            os.ftruncate(self._file, self._end)


def _open(path: Path, write: bool) -> int:
    try:
        if not write:
            return os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise ToolsimError(f"the cassette cannot be opened: {error.strerror}", Place(str(path), 0)) from None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(file)
        raise ToolsimError("the cassette is being written by another process", Place(str(path), 0)) from None
    return file


def _sound(line: bytes) -> bool:
    # the frame around the two is checked as well, so that every line that counts is JSON
    frame = line[:_SUM_AT] + line[_SUM_AT + 16 : _KEY_AT]
    return frame == _SUM + _KEY and line[_SUM_AT : _SUM_AT + 16] == _checksum(line[_KEY_AT:-1])


def _checksum(data: bytes) -> bytes:
    return blake2b(data, digest_size=8).hexdigest().encode()
