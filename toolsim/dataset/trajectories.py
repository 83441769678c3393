"""Trajectories of a run in which a model played the assistant, streamed scenario by scenario, each with what speaks against it.

A trajectory is right or wrong only where that says something about the assistant; what the user, a tool or the run itself is to
blame for gives no verdict.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import Final

from toolsim.dataset.reading import Line, lines, read_line
from toolsim.dataset.sample import FindingRecord, Rejection, Sample
from toolsim.dataset.store import RunError
from toolsim.jury.grounds import FAMILY, NO_QUORUM, REVIEW
from toolsim.roleplay.dialogue import Dialogue
from toolsim.scenario.blueprint import Scenario

_FURTHER: Final = re.compile(r"(.*-\d{6,}-\d{2,})-(\d+)")
_PLACE: Final = re.compile(r"\$\.messages\[(\d+)\]")
_OTHERS: Final = frozenset({"fidelity", "spec", "replay"})
"""Families that find what the user, the offer or the record has amiss."""
_OF_BOTH: Final = frozenset({"language.address"})
"""Codes that do not tell who of user and assistant it is."""
_UNDECIDED: Final = frozenset({REVIEW, NO_QUORUM})
"""Why a jury rejects what it does not hold to be bad."""


@dataclass(frozen=True, slots=True)
class Cause:
    """One thing that is wrong with a trajectory."""

    code: str
    path: str = ""
    """JSON path in the dialogue; empty where a jury found it."""

    @property
    def message(self) -> int | None:
        """Index of the message; None where it is the dialogue as a whole."""
        match = _PLACE.match(self.path)
        return int(match[1]) if match else None


@dataclass(frozen=True, slots=True)
class Trajectory:
    """One performance of a scenario."""

    dialogue: Dialogue
    right: bool | None
    """None where nothing can be said of the assistant."""
    causes: tuple[Cause, ...] = ()
    """Of a wrong one."""
    sample: Sample | None = None
    """Of one that was admitted."""

    @property
    def number(self) -> int:
        """Which of its scenario it is, from 0."""
        match = _FURTHER.fullmatch(self.dialogue.id)
        return int(match[2]) if match else 0

    @property
    def effort(self) -> tuple[int, int, int]:
        """Calls, characters that the assistant wrote, and the number: the less the better."""
        said = [message for message in self.dialogue.messages if message.role == "assistant"]
        calls = [call.function for message in said for call in message.tool_calls or ()]
        written = sum(len(message.content or "") for message in said) + sum(len(c.name) + len(c.arguments) for c in calls)
        return len(calls), written, self.number


@dataclass(frozen=True)
class Played:
    """A scenario with all that was played of it."""

    scenario: Scenario
    """Under the id that its trajectories have in common."""
    trajectories: tuple[Trajectory, ...]
    """In the order of their numbers."""

    @cached_property
    def right(self) -> tuple[Trajectory, ...]:
        """The right ones, that with the least effort first."""
        return tuple(sorted((one for one in self.trajectories if one.right), key=lambda one: one.effort))

    @cached_property
    def wrong(self) -> tuple[Trajectory, ...]:
        """The wrong ones, in order."""
        return tuple(one for one in self.trajectories if one.right is False)

    @property
    def sample(self) -> Sample | None:
        """The first that was admitted."""
        return next((one.sample for one in self.trajectories if one.sample is not None), None)


def scenario_of(identity: str) -> str:
    """Give the id of the scenario that a dialogue's id names."""
    match = _FURTHER.fullmatch(identity)
    return match[1] if match else identity


def count_scenarios(folder: Path) -> int:
    """Count the scenarios of which something was played, without reading the lines."""
    return sum(1 for _ in _grouped(folder))


def trajectories(folder: Path) -> Iterator[Played]:
    """Give what was played of each scenario, in order; what a failing model left unfinished is not there.

    Raises:
        RunError: a stream is missing, cannot be read, or does not agree with the others; names the file.
    """
    streams = _Streams(folder)
    for identity, group in _grouped(folder):
        dialogues = [read_line(line, Dialogue) for line in group]
        scenario = read_line(streams.scenarios.find(dialogues[0].id), Scenario)
        yield Played(
            scenario.model_copy(update={"id": identity}), tuple(streams.judge(dialogue, identity) for dialogue in dialogues)
        )
    streams.end()


def _grouped(folder: Path) -> Iterator[tuple[str, Iterator[Line]]]:
    return groupby(lines(folder, "dialogues"), key=lambda line: scenario_of(line.identity()))


class _Cursor:
    """A stream that is read no further than is asked for."""

    def __init__(self, folder: Path, name: str) -> None:
        self._path = folder / f"{name}.jsonl"
        self._lines = lines(folder, name)
        self.next = next(self._lines, None)

    def take(self, identity: str) -> Line | None:
        """Give the next line if it stands under that id."""
        line = self.next
        if line is None or line.identity() != identity:
            return None
        self.next = next(self._lines, None)
        return line

    def find(self, identity: str) -> Line:
        """Give the line of that id; what comes before it is passed over.

        Raises:
            RunError: there is none.
        """
        while self.next is not None:
            if line := self.take(identity):
                return line
            self.next = next(self._lines, None)
        raise RunError(f"{self._path} lacks {identity!r}, or has it out of order", hint="the run was cut short or is damaged")


class _Streams:
    """What a run knows of its dialogues, side by side."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.scenarios, self._samples = _Cursor(folder, "scenarios"), _Cursor(folder, "samples")
        self._rejections, self._findings = _Cursor(folder, "rejections"), _Cursor(folder, "findings")

    def judge(self, dialogue: Dialogue, scenario: str) -> Trajectory:
        """Say whether a dialogue is right, and what is wrong."""
        findings = []
        while line := self._findings.take(dialogue.id):
            findings.append(read_line(line, FindingRecord))
        admitted = self._samples.take(dialogue.id)
        if admitted is not None:
            return Trajectory(dialogue, True, sample=read_line(admitted, Sample))
        rejection = read_line(self._rejections.find(dialogue.id), Rejection)
        return _rejected(dialogue, scenario, rejection, findings)

    def end(self) -> None:
        """Make sure that no line was left over.

        Raises:
            RunError: there is one of a dialogue that the run lacks.
        """
        for name, cursor in (("samples", self._samples), ("findings", self._findings)):
            if cursor.next is not None:
                where = f"{self._folder / 'dialogues'}.jsonl lacks {cursor.next.identity()!r}, which {name}.jsonl has"
                raise RunError(f"{where}, or has it out of order", hint="the run folder is damaged")


def _rejected(dialogue: Dialogue, scenario: str, rejection: Rejection, findings: list[FindingRecord]) -> Trajectory:
    match rejection.stage:
        case "duplicate" if {scenario_of(reason) for reason in rejection.reasons} == {scenario}:
            return Trajectory(dialogue, True)
        case "jury" if all(reason.startswith(FAMILY) and reason not in _UNDECIDED for reason in rejection.reasons):
            return _wrong(dialogue, (Cause(reason) for reason in rejection.reasons))
        case "check" if not any(_of_another(finding, dialogue) for finding in findings):
            return _wrong(dialogue, (Cause(finding.code, finding.path) for finding in findings))
    return Trajectory(dialogue, None)


def _wrong(dialogue: Dialogue, causes: Iterable[Cause]) -> Trajectory:
    """Give a wrong trajectory; where something broke and no cause was found, there is no verdict."""
    known = tuple(causes)
    return Trajectory(dialogue, False if known else None, known)


def _of_another(finding: FindingRecord, dialogue: Dialogue) -> bool:
    """Tell whether somebody other than the assistant is, or may be, to blame for a finding."""
    if finding.code.partition(".")[0] in _OTHERS:
        return True
    if finding.code in _OF_BOTH:
        return any(actor.startswith("user:") and actor != "user:planner" for actor in dialogue.actors)
    if finding.path == "$.ended":
        return dialogue.ended == "turns"
    place = Cause(finding.code, finding.path).message
    return place is not None and place < len(dialogue.messages) and dialogue.messages[place].role != "assistant"
