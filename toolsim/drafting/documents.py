"""Read documents as plain text and cut them into chunks.

What they say is material, never an instruction; sizes are bounded, and what is left out is told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import unescape
from itertools import chain, zip_longest
from pathlib import Path
from string import ascii_uppercase

from toolsim.base import seeds
from toolsim.base.errors import ToolsimError

KINDS = frozenset({".md", ".txt", ".html", ".htm", ".json", ".yaml", ".yml"})
MOST_FILES = 200
MOST_BYTES = 2_000_000
"""Of one file; the rest is left out."""

_SILENT = frozenset({"script", "style", "template", "noscript", "svg", "head"})
_TAG = re.compile(r"<(?P<name>!--|[!?]|/?[a-z][a-z0-9]*)")
_LOWER = {ord(c): c.lower() for c in ascii_uppercase}
"""For ASCII alone: other letters may change their number in lower case."""
_BLOCKS = frozenset(
    ["p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "section", "table", "td", "th", "dt", "dd"]
)


@dataclass(frozen=True, slots=True)
class Chunk:
    """A stretch of one document."""

    source: str
    """File name, without the folders above what was given."""
    text: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read of the documents."""

    chunks: tuple[Chunk, ...]
    left_out: tuple[str, ...]
    """What was not read, and why."""

    def digest(self) -> str:
        """Give the digest of all chunks."""
        return seeds.digest("\x00".join(f"{c.source}\x00{c.text}" for c in self.chunks).encode())


def read_documents(paths: Sequence[Path], chunk_size: int, most: int) -> Reading:
    """Read files and folders; give at most so many chunks, taken from every document in turn.

    Raises:
        ToolsimError: a path is not there, or nothing can be read.
    """
    left_out: list[str] = []
    cut = [[Chunk(name, part) for part in cuts(text, chunk_size)] for name, text in _texts(paths, left_out)]
    turns = list(chain.from_iterable(zip_longest(*cut)))
    kept = [chunk for chunk in turns if chunk is not None]
    dropped_ones = {id(chunk) for chunk in kept[most:]}
    for parts in cut:
        dropped = sum(id(part) in dropped_ones for part in parts)
        if dropped:
            left_out.append(f"{parts[0].source}: {dropped} of {len(parts)} chunks, as at most {most} are read")
    if not kept:
        known = ", ".join(sorted(KINDS))
        raise ToolsimError("the documents hold no text", hint=f"read are {known}" + "".join(f"; {why}" for why in left_out[:3]))
    return Reading(tuple(kept[:most]), tuple(left_out))


def cuts(text: str, size: int) -> Iterator[str]:
    """Cut a text into stretches of at most so many characters, at a blank line or a line's end where there is one."""
    start = 0
    while start < len(text):
        end = min(start + size, len(text))
        if end < len(text):
            for border in ("\n\n", "\n", " "):
                found = text.rfind(border, start + size // 2, end)
                if found > 0:
                    end = found
                    break
        part = text[start:end].strip()
        if part:
            yield part
        start = end


def _texts(paths: Sequence[Path], left_out: list[str]) -> Iterator[tuple[str, str]]:
    files = [found for path in paths for found in _files(path, left_out)]
    if len(files) > MOST_FILES:
        left_out.append(f"{len(files) - MOST_FILES} files, as at most {MOST_FILES} are read")
    for name, path in files[:MOST_FILES]:
        try:
            with path.open("rb") as file:
                data = file.read(MOST_BYTES + 1)
        except OSError as error:
            left_out.append(f"{name}: cannot be read ({error.strerror})")
            continue
        if len(data) > MOST_BYTES:
            left_out.append(f"{name}: what follows the first {MOST_BYTES:,} bytes")
        text = data[:MOST_BYTES].decode("utf-8", errors="replace").replace("\r\n", "\n").replace("\x00", "")
        text = html_text(text) if path.suffix.lower() in (".html", ".htm") else text
        if text.strip():
            yield name, text
        else:
            left_out.append(f"{name}: holds no text")


def _files(path: Path, left_out: list[str]) -> Iterator[tuple[str, Path]]:
    if not path.exists():
        raise ToolsimError(f"there is no document {path}", hint="--from takes files and folders")
    found = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file() and not p.is_symlink())
    for file in found:
        name = file.name if path.is_file() else file.relative_to(path).as_posix()
        name = name.encode("utf-8", errors="replace").decode()
        if any(part.startswith(".") for part in name.split("/")):
            continue
        if file.suffix.lower() in KINDS:
            yield name, file
        else:
            left_out.append(f"{name}: is none of {', '.join(sorted(KINDS))}")


def html_text(page: str) -> str:
    """Give the visible text of an HTML page, blocks on lines of their own.

    One pass from mark to mark; the library's parser takes time that grows with the square of a hostile page.
    """
    lowered = page.translate(_LOWER)
    parts: list[str] = []
    at = 0
    while (start := page.find("<", at)) >= 0:
        parts.append(page[at:start])
        tag = _TAG.match(lowered, start)
        if tag is None:
            parts.append("<")
            at = start + 1
            continue
        end = _behind(lowered, tag["name"], start)
        parts.append("\n" if tag["name"].removeprefix("/") in _BLOCKS else "")
        if end < 0:
            at = len(page)
            break
        at = end
    parts.append(page[at:])
    lines = (" ".join(line.split()) for line in unescape("".join(parts)).split("\n"))
    return "\n".join(line for line in lines if line)


def _behind(page: str, name: str, start: int) -> int:
    """Find where a tag ends, with all that it hides; -1 if it never does."""
    if name == "!--":
        end, mark = page.find("-->", start), "-->"
    elif name in _SILENT:
        closing = page.find(f"</{name}", start)
        end, mark = (page.find(">", closing) if closing >= 0 else -1), ">"
    else:
        end, mark = page.find(">", start), ">"
    return end + len(mark) if end >= 0 else -1
