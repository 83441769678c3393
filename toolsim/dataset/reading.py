"""A run read back: each admitted dialogue with its sample and its scenario, streamed, so that a run of any size fits in memory.

The streams of a run have one order; a rejected dialogue lies in some of them only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import orjson

from toolsim.base.records import Record
from toolsim.dataset.sample import FindingRecord, Rejection, Sample
from toolsim.dataset.store import TOOLS, RunError, read_stream, read_tools
from toolsim.roleplay.dialogue import Dialogue
from toolsim.scenario.blueprint import Scenario

R = TypeVar("R", bound=Record)

_ID = re.compile(rb'\{(?:"version":\d+,)?"id":"([^"\\]+)"')


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a stream, unread."""

    place: str
    """`FILE:LINE`."""
    data: bytes

    def identity(self) -> str:
        """Give the id that the line stands under; empty if it has none."""
        match = _ID.match(self.data)
        return match[1].decode() if match else _identity(self.data)


@dataclass(frozen=True, slots=True)
class RawEntry:
    """An admitted dialogue whose lines have been found and not yet read."""

    sample: Sample
    dialogue: Line
    scenario: Line

    def read(self) -> Entry:
        """Read the lines.

        Raises:
            RunError: a line is not what it should be; names file and line.
        """
        return Entry(self.sample, read_line(self.dialogue, Dialogue), read_line(self.scenario, Scenario))


@dataclass(frozen=True, slots=True)
class Entry:
    """An admitted dialogue with all that a run knows about it."""

    sample: Sample
    dialogue: Dialogue
    scenario: Scenario


@dataclass(frozen=True, slots=True)
class Found:
    """A dialogue that was asked for by its id, admitted or not."""

    dialogue: Dialogue
    scenario: Scenario
    sample: Sample | None
    rejection: Rejection | None
    findings: tuple[FindingRecord, ...]


def raw_entries(folder: Path) -> Iterator[RawEntry]:
    """Give the admitted dialogues of a run, in order.

    Raises:
        RunError: a stream is missing, cannot be read or lacks a dialogue; names the file.
    """
    dialogues, scenarios = lines(folder, "dialogues"), lines(folder, "scenarios")
    for sample in read_stream(folder, "samples", Sample):
        dialogue = _advance(dialogues, sample.id, folder, "dialogues")
        yield RawEntry(sample, dialogue, _advance(scenarios, sample.id, folder, "scenarios"))


def entries(folder: Path) -> Iterator[Entry]:
    """Give the admitted dialogues of a run, in order, read in full."""
    return (raw.read() for raw in raw_entries(folder))


def find(folder: Path, identity: str) -> Found | None:
    """Look a dialogue up, be it admitted or rejected; None where no dialogue was played under that id."""
    dialogue = next((line for line in lines(folder, "dialogues") if line.identity() == identity), None)
    if dialogue is None:
        return None
    scenario = next((line for line in lines(folder, "scenarios") if line.identity() == identity), None)
    if scenario is None:
        raise RunError(f"{folder / 'scenarios.jsonl'} lacks {identity!r}")
    return Found(
        read_line(dialogue, Dialogue),
        read_line(scenario, Scenario),
        next((sample for sample in read_stream(folder, "samples", Sample) if sample.id == identity), None),
        next((one for one in read_stream(folder, "rejections", Rejection) if one.id == identity), None),
        tuple(finding for finding in read_stream(folder, "findings", FindingRecord) if finding.id == identity),
    )


def lines(folder: Path, name: str) -> Iterator[Line]:
    """Give the lines of a stream.

    Raises:
        RunError: the file cannot be read.
    """
    path = folder / f"{name}.jsonl"
    try:
        with path.open("rb") as file:
            for number, data in enumerate(file, 1):
                yield Line(f"{path}:{number}", data)
    except OSError as error:
        raise RunError(f"{path} cannot be read ({error.strerror})") from None


def count(folder: Path, name: str = "samples") -> int:
    """Count the lines of a stream without reading them."""
    return sum(1 for _ in lines(folder, name))


def read_line(line: Line, record: type[R]) -> R:
    """Read one line.

    Raises:
        RunError: it is not what it should be; names file and line.
    """
    try:
        return record.model_validate_json(line.data)
    except ValueError as error:
        raise _wrong(line, record, error) from None


def tools_of_run(folder: Path) -> dict[str, dict[str, Any]]:
    """Read the specs of a run's tools: language -> name -> spec in OpenAI form.

    Raises:
        RunError: they are missing or no JSON.
    """
    path = folder / TOOLS
    try:
        return read_tools(folder)
    except OSError as error:
        raise RunError(f"{path} cannot be read ({error.strerror})") from None
    except orjson.JSONDecodeError as error:
        raise RunError(f"{path} is not valid JSON ({error})") from None


def specs_of(folder: Path, specs: Mapping[str, Mapping[str, dict[str, Any]]], dialogue: Dialogue) -> dict[str, dict[str, Any]]:
    """Give the specs of the tools that a dialogue of a run offers, by name, in order.

    Args:
        specs: as `tools_of_run` gives them.

    Raises:
        RunError: the run does not have one.
    """
    known = specs.get(dialogue.language, {})
    missing = [name for name in dialogue.tools if name not in known]
    if missing:
        raise RunError(f"{folder / TOOLS} lacks {missing[0]!r}, which {dialogue.id} offers")
    return {name: known[name] for name in dialogue.tools}


def user_turns(dialogue: Dialogue) -> list[str]:
    """Give what the user says, turn by turn."""
    return [message.content or "" for message in dialogue.messages if message.role == "user"]


def _advance(stream: Iterator[Line], identity: str, folder: Path, name: str) -> Line:
    for line in stream:
        if line.identity() == identity:
            return line
    raise RunError(f"{folder / name}.jsonl lacks {identity!r}, or has it out of order", hint="the run folder is damaged")


def _identity(data: bytes) -> str:
    try:
        return str(orjson.loads(data)["id"])
    except (ValueError, KeyError, TypeError):
        return ""


def _wrong(line: Line, record: type[Record], error: Exception) -> RunError:
    first = str(error).splitlines()[0] if str(error) else type(error).__name__
    return RunError(f"{line.place}: no {record.__name__.lower()} ({first})")
