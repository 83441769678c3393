"""Hearings: all jurors asked about specimens, some of which are heard again with the criteria in the other order."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from toolsim.jury.juror import Juror, Order
from toolsim.jury.rubric import rubric_for
from toolsim.jury.specimens import Specimen
from toolsim.jury.votes import Vote


@dataclass(frozen=True, slots=True)
class Heard:
    """The votes on one specimen."""

    specimen: Specimen
    votes: tuple[Vote, ...]
    """One for each juror, in the order of the panel."""
    reversed: tuple[Vote, ...] = ()
    """The same with the criteria asked from the end; empty if that was not done."""


async def hear(jurors: Sequence[Juror], specimens: Sequence[Specimen], again: frozenset[int] = frozenset()) -> list[Heard]:
    """Ask all jurors about all specimens at once; those at the places `again` are heard in both orders."""
    async with asyncio.TaskGroup() as group:
        drawn = [group.create_task(_all(jurors, one, "drawn")) for one in specimens]
        turned = {place: group.create_task(_all(jurors, specimens[place], "reversed")) for place in sorted(again)}
    return [
        Heard(one, task.result(), turned[place].result() if place in turned else ())
        for place, (one, task) in enumerate(zip(specimens, drawn, strict=True))
    ]


async def _all(jurors: Sequence[Juror], specimen: Specimen, order: Order) -> tuple[Vote, ...]:
    rubric = rubric_for(specimen.exhibit.category)
    return tuple([await juror.vote(specimen.exhibit, rubric, order) for juror in jurors])
