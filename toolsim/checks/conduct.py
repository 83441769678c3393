"""Conduct: what an assistant does about flaws: it asks before it calls and refuses what nothing serves."""

from __future__ import annotations

import re
from collections.abc import Iterator

from toolsim.checks.case import Case
from toolsim.checks.finding import Finding
from toolsim.scenario.blueprint import Scenario

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


def conduct(case: Case, scenario: Scenario) -> Iterator[Finding]:
    """Give what the assistant did amiss, whatever came of it."""
    for call in case.calls:
        if call.name in scenario.forbidden:
            yield Finding("trajectory.forbidden", call.path, f"nobody asked for {call.name}")
    flaw = scenario.flaw
    if not scenario.calls or (flaw is not None and flaw.kind == "unserved"):
        yield from _idle(case, scenario)
    elif flaw is not None and flaw.kind in ("missing", "wrong", "ambiguous"):
        yield from _patience(case, scenario)


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
