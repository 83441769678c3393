"""Rule jurors: no model, one side of a dialogue each, by families of checks and by heuristics, from the exhibit alone.

Being specialists they see few faults each; a panel of them is to be unanimous, since a majority would outvote the one that sees.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from toolsim.checks.answers import answers
from toolsim.checks.arguments import arguments
from toolsim.checks.case import Case
from toolsim.checks.finding import Check, Finding
from toolsim.checks.foreign import Foreign
from toolsim.checks.form import form
from toolsim.checks.grounding import grounding
from toolsim.checks.language import language
from toolsim.checks.residue import residue
from toolsim.jury import heuristics
from toolsim.jury.exhibit import Exhibit
from toolsim.jury.heuristics import Heuristic
from toolsim.jury.juror import Order
from toolsim.jury.rubric import Rubric
from toolsim.jury.votes import Ruling, Vote, verdict_of
from toolsim.roleplay.dialogue import Dialogue, WorldEvent

_PLACE: Final = re.compile(r"\$\.messages\[(\d+)\](?:\.tool_calls\[(\d+)\])?")
_EVIDENCE: Final = 80


@dataclass(frozen=True, slots=True)
class RuleJuror:
    """A juror that follows rules; a dialogue of broken form fails with each of them, since none can read on."""

    field: str
    """What it looks at."""
    families: tuple[Check, ...]
    """Families of checks that it runs."""
    heuristics: tuple[Heuristic, ...]
    criteria: tuple[str, ...]
    """What it rules on; what it finds counts for the first of them, unless `codes` says otherwise."""
    codes: tuple[tuple[str, str], ...] = ()
    """Beginning of a finding's code -> criterion."""

    @property
    def name(self) -> str:
        """`rules:` and what it looks at."""
        return f"rules:{self.field}"

    async def vote(self, exhibit: Exhibit, rubric: Rubric, order: Order = "drawn") -> Vote:
        """Vote by the rules; the order of criteria means nothing to them."""
        own = rubric.only(frozenset(self.criteria))
        found = {key: finding for finding in reversed(list(self._findings(exhibit))) for key in self._keys(finding, own)}
        rulings = tuple(self._ruling(key, found.get(key), exhibit) for key in own.keys)
        return Vote(juror=self.name, verdict=verdict_of(rulings, own), rulings=rulings)

    def _findings(self, exhibit: Exhibit) -> Iterator[Finding]:
        case = case_of(exhibit)
        broken = list(form(case))
        if broken:
            yield from broken
            return
        for family in self.families:
            yield from family(case)
        for heuristic in self.heuristics:
            yield from heuristic(case, exhibit.category)

    def _keys(self, finding: Finding, own: Rubric) -> Iterable[str]:
        """Give the criterion that a finding speaks against; the first that the rubric has if it lacks the right one."""
        key = next((key for beginning, key in self.codes if finding.code.startswith(beginning)), self.criteria[0])
        return (key,) if key in own.keys else own.keys[:1]

    def _ruling(self, key: str, finding: Finding | None, exhibit: Exhibit) -> Ruling:
        evidence = _passage(exhibit, finding.path if finding else "")
        return Ruling(criterion=key, verdict="fail" if finding else "pass", evidence=evidence)


def case_of(exhibit: Exhibit) -> Case:
    """Make the case of an exhibit, as of a stranger's dialogue: checks see what jurors see."""
    specs = {spec["function"]["name"]: {**spec, "function": {"parameters": {}, **spec["function"]}} for spec in exhibit.specs}
    names = tuple(spec["function"]["name"] for spec in exhibit.specs)
    shown = Dialogue(
        id="", category="foreign", language=exhibit.language, tools=names, messages=exhibit.messages, actors=(), digest="",
        events=tuple(_refusals(exhibit)),
    )  # fmt: skip
    return Foreign(shown, specs).case()


def _refusals(exhibit: Exhibit) -> Iterator[WorldEvent]:
    """Give the calls that were refused, as far as their results say so."""
    for line in exhibit.lines:
        result = line.get("result")
        if isinstance(result, dict) and "error" in result:
            yield WorldEvent(call=line["to_call"] or "", fault="refused")


def _passage(exhibit: Exhibit, path: str) -> str:
    """Copy the beginning of what stands at a path, or of what is said last."""
    place = _PLACE.match(path)
    message = exhibit.messages[int(place[1])] if place else None
    if message is not None and place is not None and place[2] and message.tool_calls:
        return message.tool_calls[int(place[2])].function.arguments[:_EVIDENCE]
    said = [one.content for one in exhibit.messages if one.content]
    texts = [message.content] if message is not None and message.content else said
    return texts[-1][:_EVIDENCE] if texts else ""


RULE_JURORS: Final = {
    juror.field: juror
    for juror in (
        RuleJuror("form", (), (heuristics.undone, heuristics.unreadable), ("whole", "solves_need"), (("course", "solves_need"),)),
        RuleJuror(
            "calls",
            (arguments,),
            (heuristics.repeated, heuristics.idle),
            ("right_values", "right_tool", "no_needless_call"),
            (("arguments.not_offered", "right_tool"), ("economy", "no_needless_call")),
        ),
        RuleJuror("values", (grounding,), (heuristics.strange_ids,), ("nothing_invented", "right_values")),
        RuleJuror("answers", (answers,), (), ("truthful", "nothing_invented")),
        RuleJuror("language", (language, residue), (), ("language", "whole"), (("residue", "whole"),)),
        RuleJuror(
            "course",
            (),
            (heuristics.hasty, heuristics.unasked, heuristics.vague, heuristics.split, heuristics.said_again),
            ("asks_only_missing", "stops_in_time", "objects", "together", "natural"),
            (("course.hasty", "stops_in_time"), ("course.again", "natural"), ("objects", "objects"), ("together", "together")),
        ),
    )
}
"""All rule jurors, by what they look at."""
