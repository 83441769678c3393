"""Fidelity: whether a model that played the user kept to the plan, or invented, leaked, withheld, gave in, stopped early."""

from __future__ import annotations

import re
from collections.abc import Iterator

from toolsim.apis.leaves import leaves
from toolsim.checks.case import Case
from toolsim.checks.finding import Finding
from toolsim.scenario.blueprint import Scenario, UserTurn
from toolsim.taxonomy.declarations import Kind
from toolsim.wording.readings import means

_FIGURES = re.compile(r"\d+(?:[.,:]\d+)*")
_OPEN = frozenset({Kind.TEXT, Kind.FLAG})
"""Kinds whose words may be put freely, so that only their presence as such can be checked."""


def examine_user(case: Case) -> Iterator[Finding]:
    """Give all that the user did against the plan."""
    if case.scenario is not None:
        yield from _told(case, case.scenario)
        yield from _figures(case, case.scenario)
        yield from _ended(case, case.scenario)


def _told(case: Case, scenario: Scenario) -> Iterator[Finding]:
    """Check that every fact was told, in words that read as its value, and none before its turn."""
    for gold in scenario.calls:
        for leaf in leaves(case.catalogue.api(gold.name), gold.arguments):
            source = gold.sources[leaf.path]
            if source.kind != "said" or leaf.field.kind in _OPEN:
                continue
            planned = case.turn_of.get(source.turn, 0)
            turns = [
                n for n, text in enumerate(case.user_turns) if means(leaf.field, leaf.value, text, scenario.now, case.language)
            ]
            label = leaf.field.label.say(case.language)
            if not turns:
                yield Finding("fidelity.untold", "$.messages", f"{label} ({source.words}) was never told")
            elif planned > 0 and turns[0] == 0 and _unmistakable(str(leaf.value)):
                yield Finding("fidelity.leaked", "$.messages", f"{label} was told before it was asked for")


def _unmistakable(value: str) -> bool:
    """Tell whether a value is long enough that it does not stand in a text by chance."""
    return len(value) >= 4


def _figures(case: Case, scenario: Scenario) -> Iterator[Finding]:
    """Check that every figure in a user's turn stems from the plan; one that only the assistant named is a giving in."""
    allowed = {figure for turn in scenario.script if isinstance(turn, UserTurn) for figure in _FIGURES.findall(turn.text)}
    allowed |= {figure for call in scenario.calls for figure in _FIGURES.findall(str(call.arguments))}
    allowed |= set(_FIGURES.findall(scenario.goal)) | set(_FIGURES.findall(scenario.context))
    parts = {part for figure in allowed for part in re.split(r"[.,:]", figure)}
    heard = ""
    for index, message in enumerate(case.messages):
        text = message.content or ""
        if message.role == "assistant":
            heard += text
        elif message.role == "user":
            for figure in _FIGURES.findall(text):
                if figure not in allowed and not set(re.split(r"[.,:]", figure)) <= parts:
                    code = "fidelity.gave_in" if figure in heard else "fidelity.invented"
                    yield Finding(code, f"$.messages[{index}].content", f"{figure} is not in the plan")


def _ended(case: Case, scenario: Scenario) -> Iterator[Finding]:
    """Check that the user did not stop before the plan was through."""
    planned = sum(isinstance(step, UserTurn) for step in scenario.script)
    if len(case.user_turns) < planned and len(case.calls) < len(scenario.calls):
        yield Finding("fidelity.stopped", "$.messages", f"the user stopped after {len(case.user_turns)} of {planned} turns")
