"""Write a run in a format: splits are worked out over the whole run, and the file is there as a whole or not at all."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Final

from toolsim.dataset.duplicates import sign
from toolsim.dataset.reading import RawEntry, read_line, tools_of_run, user_turns
from toolsim.dataset.splits import Assignment, Record, Shares, Split, assign
from toolsim.dataset.store import TOOLS, RunError
from toolsim.export.registry import Exporter, Item
from toolsim.roleplay.dialogue import Dialogue

SHARES: Final = Shares(train=0.9, validation=0.05, test=0.05)
SEED: Final = 0
"""Splits are the same whatever part is exported, and in whichever format."""


def split(entries: Iterable[RawEntry]) -> Assignment:
    """Assign the dialogues of a run to splits that share no task, no world and no near-duplicate."""
    return assign([_record(entry) for entry in entries], SHARES, SEED)


def _record(entry: RawEntry) -> Record:
    text = "\n".join(user_turns(read_line(entry.dialogue, Dialogue)))
    return Record(entry.sample.id, entry.sample.skeleton, entry.sample.world_seed, sign(text))


def items(folder: Path, entries: Iterable[RawEntry], assignment: Assignment, wanted: Split | None) -> Iterator[Item]:
    """Give the dialogues of one split, or all of them, with their tools.

    Raises:
        RunError: a tool is offered whose spec the run does not have.
    """
    specs = tools_of_run(folder)
    for entry in entries:
        place = assignment.splits.get(entry.sample.id)
        if wanted is None or place is wanted:
            dialogue = read_line(entry.dialogue, Dialogue)
            known = specs.get(dialogue.language, {})
            missing = [name for name in dialogue.tools if name not in known]
            if missing:
                raise RunError(f"{folder / TOOLS} lacks {missing[0]!r}, which {dialogue.id} offers")
            yield Item(dialogue, entry.sample, place, tuple(known[name] for name in dialogue.tools))


def write(items: Iterable[Item], exporter: Exporter, target: Path | BinaryIO) -> Counter[str]:
    """Write items to a stream, or to a file under a passing name that is then renamed; count them by split.

    Raises:
        RunError: the file cannot be written; what stood there before is left as it was.
    """
    if not isinstance(target, Path):
        return _put(items, exporter, target)
    passing = target.with_name(f"{target.name}.{os.getpid()}.new")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with passing.open("wb") as file:
            counts = _put(items, exporter, file)
            file.flush()
            os.fsync(file.fileno())
        passing.replace(target)
    except OSError as error:
        raise RunError(f"{target} cannot be written ({error.strerror})") from None
    finally:
        with suppress(OSError):
            passing.unlink()
    return counts


def _put(items: Iterable[Item], exporter: Exporter, file: BinaryIO) -> Counter[str]:
    counts = Counter[str]()
    for item in items:
        file.write(exporter(item))
        counts[item.split or "none"] += 1
    return counts
