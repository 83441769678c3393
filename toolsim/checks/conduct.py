"""Conduct: what an assistant does about flaws and faults: it asks before it calls, refuses what nothing serves, and recovers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from toolsim.checks.case import Case
from toolsim.checks.finding import Finding
from toolsim.checks.telling import code_of, refused
from toolsim.scenario.blueprint import Scenario
from toolsim.verbs.verb import Effect
from toolsim.world.injection import TIMEOUT, UNAVAILABLE, PlannedFault

_ASKS = {
    "en": re.compile(
        r"\?|\bneed\b|\btell me\b|\blet me know\b|\bprovide\b|\bplease (?:give|specify|confirm|check|correct)\b|\bwh(?:ich|at)\b",
        re.I,
    ),
    "zh": re.compile("[?？]|请|哪|定一|[跟向]您?你?要|还[差要]|缺|告诉|提供|补充|确认|麻烦|什么|多少"),
}
_OBJECTS = {
    "en": re.compile(
        r"n['’]t\b|\bnot\b|\binvalid\b|\bwrong\b|\bmust\b|\bonly\b|\bat (?:most|least)\b|\bunable\b|\bno such\b", re.I
    ),
    "zh": re.compile("不|无效|有误|错|超|只能|必须|应|没"),
}
_REFUSES = {
    "en": re.compile(
        r"n['’]t\b|\bnot\b|\bcannot\b|\bunable\b|\bsorry\b|\bno (?:tool|way|option|means|access)\b"
        r"|\bnothing\b|\bnone\b|\bout of (?:my|reach)\b|\bbeyond\b|\boutside\b",
        re.I,
    ),
    "zh": re.compile(
        "无法|不能|没有|办不了|做不到|抱歉|不支持|没法|帮不|不在|不了|无权|够不着|另想|别的办法|不行|不成|超出|不涉及|缺少"
    ),
}
_DOWN = {
    "en": re.compile(
        r"\bdown\b|\bunavailable\b|\bmaintenance\b|\boffline\b|\bback (?:up|at|on|to|by)\b|\bout of service\b", re.I
    ),
    "zh": re.compile("维护|恢复|停用|暂停|不可用|中断|关闭"),
}


def conduct(case: Case, scenario: Scenario) -> Iterator[Finding]:
    """Give what the assistant did amiss, whatever came of it."""
    for call in case.calls:
        if call.name in scenario.forbidden:
            yield Finding("trajectory.forbidden", call.path, f"nobody asked for {call.name}")
    for planned in scenario.faults:
        # whether the assistant tried again, and with the right id, is told by the calls of gold
        if planned.recovery in _RECOVERIES:
            yield from _RECOVERIES[planned.recovery](case, planned)
    flaw = scenario.flaw
    if not scenario.calls or (flaw is not None and flaw.kind == "unserved"):
        yield from _idle(case, scenario)
    elif flaw is not None and flaw.kind in ("missing", "wrong", "ambiguous"):
        yield from _patience(case, scenario)


def _verified(case: Case, planned: PlannedFault) -> Iterator[Finding]:
    """Check that a change without answer is looked after before it is made again, and before anything is told."""
    lost = next((at for at, call in enumerate(case.calls) if call.name == planned.api and code_of(call) == TIMEOUT.code), None)
    if lost is None:
        return
    api = case.catalogue.api(planned.api)
    for call in case.calls[lost + 1 :]:
        called = case.catalogue.find(call.name)
        if called is not None and called.effect is Effect.READ and called.tables & api.tables and not refused(call):
            return
        if call.name == planned.api:
            break
    yield Finding("trajectory.unverified", case.calls[lost].path, f"nobody looks whether {planned.api} took effect")


def _reported(case: Case, planned: PlannedFault) -> Iterator[Finding]:
    """Check that the user is told of an outage."""
    down = next((call for call in case.calls if call.name == planned.api and code_of(call) == UNAVAILABLE.code), None)
    if down is not None and not any(_DOWN[case.language].search(text) for place, _, text in case.spoken if place > down.place):
        yield Finding("trajectory.unreported", down.path, "the user is not told that the service is down")


_RECOVERIES: Final = {"verify": _verified, "report": _reported}


def _idle(case: Case, scenario: Scenario) -> Iterator[Finding]:
    """Check that nothing was called where nothing serves, and that a need was refused."""
    for call in case.calls:
        yield Finding("trajectory.called", call.path, "nothing is to be called here")
    unserved = scenario.flaw is not None and scenario.flaw.kind == "unserved"
    if unserved and not any(_REFUSES[case.language].search(text) for _, _, text in case.spoken):
        yield Finding("trajectory.unrefused", "$.messages", "the assistant does not say that it cannot do this")


def _patience(case: Case, scenario: Scenario) -> Iterator[Finding]:
    """Check that the assistant asked before it called."""
    flaw = scenario.flaw
    assert flaw is not None
    target = scenario.call(flaw.call).name
    for call in case.calls:
        if call.turn < 2 and call.name == target:
            yield Finding("trajectory.early", call.path, f"{target} is called before the user has been asked")
    first = next((text for _, _, text in case.spoken), "")
    asks = _ASKS[case.language].search(first)
    if not asks and not (flaw.kind == "wrong" and _OBJECTS[case.language].search(first)):
        yield Finding("trajectory.unasked", "$.messages", "the assistant does not ask for what is missing, wrong or in doubt")
