"""Fidelity: whether a model that played the user kept to the plan, or invented, leaked, withheld, gave in, stopped early."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from toolsim.apis.leaves import ArgumentLeaf
from toolsim.base.text import whole
from toolsim.checks.case import Case
from toolsim.checks.finding import Finding
from toolsim.scenario.blueprint import Scenario, Source, UserTurn
from toolsim.taxonomy.declarations import Kind
from toolsim.wording.readings import means, readings

_FIGURES = re.compile(r"\d+(?:[.,:]\d+)*")
_PARTS = re.compile(r"\d+(?:\.\d+)?")
_OPEN: Final = frozenset({Kind.TEXT, Kind.FLAG})
"""Kinds whose words may be put freely; a text for a tool that is none of ours stands in them as it is."""
_CHOSEN: Final = frozenset({Kind.ENUM, Kind.STATE, Kind.DATE, Kind.REF})
"""Kinds of which a second reading is another choice."""
_COURTESY: Final = frozenset({"thanks", "chat", "yes"})
"""Acts that a user may leave out."""
_LONG_ECHO: Final = 40
_FLIPPED = {
    "en": re.compile(
        r"\bhow (?:can|may) I (?:help|assist)\b|\b(?:happy|glad|here) to (?:help|assist)\b|\bas an AI\b"
        r"|\bI(?:'ll| will) be happy to|\bis there anything else I can\b|\blet me know if (?:you need|there)"
        r"|\b(?:sure|of course|certainly|okay)[,!.]? (?:I(?:'ll| will| can)|let me)\b",
        re.I,
    ),
    "zh": re.compile(
        "(?:有什么|还有什么).{0,6}(?:可以|能)(?:帮|为)您?|很高兴为您|我可以帮您|作为(?:一个|一名)?(?:AI|人工智能|助手)|请问您需要"
        "|好的[，,。！]?我(?:来|马上|这就|会|将)|我(?:来|这就|马上)(?:帮|为|给)[您你]"
    ),
}
_RECITED = re.compile(
    r"\[\[|Keep these words|Rules:|your plan|message of step|step is left"
    r"|保持原样|规则：|计划里|这条消息本身|各步都已|^\s*(?:[-*•]|\d+[.、])\s",
    re.M | re.I,
)
_NAMED = {
    "en": re.compile(r"\b(?:my name is|I am called|this is|I['’]m)\s+([A-Z][a-z]+(?:\s+[A-Z][a-z]+)?)"),
    "zh": re.compile("我(?:叫|的名字是|姓)([\u4e00-\u9fff]{2,3})"),
}


def examine_user(case: Case) -> Iterator[Finding]:
    """Give all that the user did against the plan."""
    scenario = case.scenario
    if scenario is not None:
        yield from _told(case, scenario)
        yield from _figures(case, scenario)
        yield from _choices(case, scenario)
        yield from _part(case, scenario)
        yield from _ended(case, scenario)


def _said(case: Case, scenario: Scenario) -> Iterator[tuple[ArgumentLeaf, Source]]:
    """List the values that the user is to tell."""
    for gold in scenario.calls:
        for leaf in case.leaves(gold.name, gold.arguments):
            source = gold.sources.get(leaf.path)
            if source is not None and source.kind == "said":
                yield leaf, source


def _told(case: Case, scenario: Scenario) -> Iterator[Finding]:
    """Check that every fact was told, in words that read as its value, and none before its turn."""
    unheld = _OPEN - {Kind.TEXT} if case.specs else _OPEN
    told = [(leaf, source) for leaf, source in _said(case, scenario) if leaf.field.kind not in unheld]
    plan = [turn.text for turn in scenario.script if isinstance(turn, UserTurn)]
    for leaf, source in told:
        turns = [n for n, text in enumerate(case.user_turns) if _tells(leaf, source, text, case, scenario)]
        label = leaf.field.label.say(case.language)
        if not turns:
            yield Finding("fidelity.untold", "$.messages", f"{label} ({source.words}) was never told")
        elif _plainly(leaf, source, case.user_turns[turns[0]]) and not any(
            _tells(leaf, source, text, case, scenario) for text in plan[: turns[0] + 1]
        ):
            yield Finding("fidelity.leaked", "$.messages", f"{label} was told before it was asked for")


def _tells(leaf: ArgumentLeaf, source: Source, text: str, case: Case, scenario: Scenario) -> bool:
    """Tell whether a text tells a value, in the planned words or in others that read as it."""
    return _stands(source.words, text) or means(leaf.field, leaf.value, text, scenario.now, case.language)


def _plainly(leaf: ArgumentLeaf, source: Source, text: str) -> bool:
    """Tell whether a value stands in a text beyond chance: in the planned words, or as a long key or number."""
    value = str(leaf.value)
    return (len(source.words) >= 6 and _stands(source.words, text)) or (len(value) >= 4 and _stands(value, text))


def _stands(words: str, text: str) -> bool:
    """Tell whether words stand in a text and do not run on into a longer key or number."""
    return bool(words) and whole(words.casefold()).search(text.casefold()) is not None


def _figures(case: Case, scenario: Scenario) -> Iterator[Finding]:
    """Check that every figure in a user's turn stems from the plan; one that the assistant named is a giving in."""
    texts = [*_planned(scenario), scenario.context, *(str(call.arguments) for call in scenario.calls)]
    allowed = {figure for text in texts for figure in _forms(text)}
    heard: set[str] = set()
    for index, message in enumerate(case.messages):
        text = message.content or ""
        if message.role == "assistant":
            heard |= _forms(text)
        elif message.role == "user":
            for figure in _FIGURES.findall(text):
                forms = _forms(figure)
                if not forms & allowed and not {_bare(part) for part in _PARTS.findall(figure)} <= allowed:
                    code = "fidelity.gave_in" if forms & heard else "fidelity.invented"
                    yield Finding(code, f"$.messages[{index}].content", f"{figure} is not in the plan")


def _planned(scenario: Scenario) -> list[str]:
    """Give all that the user is to say."""
    return [turn.text for turn in scenario.script if isinstance(turn, UserTurn)] + [scenario.goal]


def _forms(text: str) -> set[str]:
    """Give the figures of a text in the ways in which one may write them: parts alone, hours by the twelve-hour clock."""
    out = set()
    for figure in _FIGURES.findall(text):
        whole = figure.replace(",", "")
        parts = [_bare(part) for part in _PARTS.findall(whole)] + [_bare(part) for part in re.split(r"[.,:]", figure)]
        out |= {_bare(whole), *parts}
        out |= {str(int(part) - 12) for part in parts if part.isdigit() and 12 < int(part) < 24 and ":" in figure}
    return out


def _bare(figure: str) -> str:
    """Write a number without leading zeros and without those behind the point."""
    figure = figure.lstrip("0") or "0"
    return (figure.rstrip("0").rstrip(".") if "." in figure and ":" not in figure else figure) or "0"


def _choices(case: Case, scenario: Scenario) -> Iterator[Finding]:
    """Check that of options, days and keys the user names none but the planned."""
    planned = "\n".join(_planned(scenario))
    seen = set()
    for leaf, _ in _said(case, scenario):
        field = leaf.field
        if field.kind not in _CHOSEN or field.name in seen:
            continue
        seen.add(field.name)
        allowed = readings(field, planned, scenario.now, case.language)
        for index, message in enumerate(case.messages):
            if message.role != "user":
                continue
            for value in readings(field, message.content or "", scenario.now, case.language):
                if value not in allowed:
                    earlier = " ".join(m.content or "" for m in case.messages[:index] if m.role == "assistant")
                    heard = value in readings(field, earlier, scenario.now, case.language)
                    code = "fidelity.gave_in" if heard else "fidelity.invented"
                    yield Finding(code, f"$.messages[{index}].content", f"{value!r} is not in the plan")


def _part(case: Case, scenario: Scenario) -> Iterator[Finding]:
    """Check that the user stayed the user: no offers of help, nothing of the prompt, no echo, no name of its own making."""
    before, known = "", " ".join((*_planned(scenario), scenario.context))
    planned = "\n".join(_planned(scenario))
    for index, message in enumerate(case.messages):
        text, path = message.content or "", f"$.messages[{index}].content"
        if message.role == "assistant":
            before = text or before
        elif message.role == "user":
            if _FLIPPED[case.language].search(text) and not _FLIPPED[case.language].search(planned):
                yield Finding("fidelity.flipped", path, "the user speaks as the assistant")
            if _RECITED.search(text) and not _RECITED.search(planned):
                yield Finding("fidelity.recited", path, "the user recites the plan")
            if len(text) >= _LONG_ECHO and text.strip() in before:
                yield Finding("fidelity.echoed", path, "the user repeats what the assistant said")
            for match in _NAMED[case.language].finditer(text):
                if match[1].casefold() not in known.casefold():
                    yield Finding("fidelity.invented", path, f"the name {match[1]} is not in the plan")


def _ended(case: Case, scenario: Scenario) -> Iterator[Finding]:
    """Check that the user did not stop before the plan was through."""
    planned = [turn.act for turn in scenario.script if isinstance(turn, UserTurn)]
    needed = sum(act not in _COURTESY for act in planned) or 1
    if len(case.user_turns) < needed:
        yield Finding("fidelity.stopped", "$.messages", f"the user stopped after {len(case.user_turns)} of {needed} turns")
