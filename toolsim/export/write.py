"""Write a run in a format: splits are worked out over the whole run, and the file is there as a whole or not at all."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Final, Protocol, TypeVar

from toolsim.dataset.duplicates import sign
from toolsim.dataset.reading import RawEntry, read_line, specs_of, tools_of_run, user_turns
from toolsim.dataset.splits import Record, Shares, Split, assign
from toolsim.dataset.store import RunError
from toolsim.dataset.trajectories import Played, scenario_of
from toolsim.export.registry import Item
from toolsim.roleplay.dialogue import Dialogue

SHARES: Final = Shares(train=0.9, validation=0.05, test=0.05)
SEED: Final = 0
"""Splits are the same whatever part is exported, and in whichever format."""


class Placed(Protocol):
    """What is written: something that belongs to a split, or to none."""

    @property
    def split(self) -> Split | None:
        """Its split."""


P = TypeVar("P", bound=Placed)

Places = Mapping[str, Split]
"""Scenario -> split; what belongs to none is not there."""


def split(entries: Iterable[RawEntry]) -> Places:
    """Assign the dialogues of a run to splits that share no task, no world and no near-duplicate."""
    return assign([_record(entry) for entry in entries], SHARES, SEED).splits


def split_played(run: Iterable[Played]) -> Places:
    """Assign the scenarios of a run in which a model was the assistant, with all of their trajectories, right or wrong."""
    records, ids = [], dict[str, list[str]]()
    for played in run:
        texts = {_text(one.dialogue): one.dialogue.id for one in reversed(played.trajectories) if one.right is not None}
        scenario = played.scenario
        records += [Record(one, scenario.skeleton, scenario.world_seed, sign(text)) for text, one in texts.items()]
        ids[scenario.id] = list(texts.values())
    splits = assign(records, SHARES, SEED).splits
    # where one text of a scenario belongs to no split, none of it does
    return {scenario: splits[own[0]] for scenario, own in ids.items() if own and all(one in splits for one in own)}


def _record(entry: RawEntry) -> Record:
    text = _text(read_line(entry.dialogue, Dialogue))
    return Record(entry.sample.id, entry.sample.skeleton, entry.sample.world_seed, sign(text))


def _text(dialogue: Dialogue) -> str:
    return "\n".join(user_turns(dialogue))


def items(folder: Path, entries: Iterable[RawEntry], places: Places, wanted: Split | None) -> Iterator[Item]:
    """Give the dialogues of one split, or all of them, with their tools.

    Raises:
        RunError: a tool is offered whose spec the run does not have.
    """
    specs = tools_of_run(folder)
    for entry in entries:
        place = places.get(scenario_of(entry.sample.id))
        if wanted is None or place is wanted:
            dialogue = read_line(entry.dialogue, Dialogue)
            yield Item(dialogue, entry.sample, place, tuple(specs_of(folder, specs, dialogue).values()))


def best(folder: Path, run: Iterable[Played], places: Places, wanted: Split | None) -> Iterator[Item]:
    """Give the right trajectory with the least effort of each scenario of one split, or of all, with its tools.

    Raises:
        RunError: a tool is offered whose spec the run does not have.
    """
    specs = tools_of_run(folder)
    for played in run:
        place = places.get(played.scenario.id)
        if played.sample is not None and (wanted is None or place is wanted):
            dialogue = played.right[0].dialogue
            roles = Counter(message.role for message in dialogue.messages)
            own = {"id": dialogue.id, "turns": roles["user"], "calls": len(dialogue.events)}
            yield Item(dialogue, played.sample.model_copy(update=own), place, tuple(specs_of(folder, specs, dialogue).values()))


def write(things: Iterable[P], exporter: Callable[[P], bytes], target: Path | BinaryIO) -> Counter[str]:
    """Write things to a stream, or to a file under a passing name that is then renamed; count the lines by split.

    Raises:
        RunError: the file cannot be written; what stood there before is left as it was.
    """
    if not isinstance(target, Path):
        return _put(things, exporter, target)
    passing = target.with_name(f"{target.name}.{os.getpid()}.new")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with passing.open("wb") as file:
            counts = _put(things, exporter, file)
            file.flush()
            os.fsync(file.fileno())
        passing.replace(target)
    except OSError as error:
        raise RunError(f"{target} cannot be written ({error.strerror})") from None
    finally:
        with suppress(OSError):
            passing.unlink()
    return counts


def _put(things: Iterable[P], exporter: Callable[[P], bytes], file: BinaryIO) -> Counter[str]:
    counts = Counter[str]()
    for thing in things:
        data = exporter(thing)
        file.write(data)
        counts[thing.split or "none"] += data.count(b"\n")
    return +counts
