"""Language: people and assistant speak the dialogue's language, names and data aside; Chinese keeps to one form of address."""

from __future__ import annotations

import re
from collections.abc import Iterator

from toolsim.base.text import HAN
from toolsim.checks.case import Case
from toolsim.checks.finding import CHECKS, Finding

_LATIN_RUN = re.compile(r"[A-Za-z][A-Za-z'’]*(?:[ ,]+[A-Za-z][A-Za-z'’]*){3,}")
_YOU = re.compile("你(?!们)")
_OTHER = {"en": re.compile(r"\b(?:Chinese|Mandarin)\b"), "zh": re.compile("英语|英文|翻译")}


@CHECKS.register("language")
def language(case: Case) -> Iterator[Finding]:
    """Check the script of everything that is said."""
    seen = ""
    polite, familiar = "", ""
    for index, message in enumerate(case.messages):
        text = message.content or ""
        if message.role in ("user", "assistant") and text:
            path = f"$.messages[{index}].content"
            if case.language == "en":
                foreign = any(run not in seen for run in re.findall(r"[\u3400-\u9fff]+", text))
                if foreign and not (_chat(case, index) and re.search("[A-Za-z]", text)):
                    yield Finding("language.script", path, "Chinese in an English dialogue")
            else:
                yield from _chinese(text, path, text if _chat(case, index) else seen, seen)
                bare = _without_data(text, seen)
                polite, familiar = polite or ("您" if "您" in bare else ""), familiar or ("你" if _YOU.search(bare) else "")
        if message.role in ("tool", "system"):
            seen += text
    if polite and familiar:
        yield Finding("language.address", "$.messages", "您 and 你 are mixed")


def _chinese(text: str, path: str, allowed: str, seen: str) -> Iterator[Finding]:
    """Check a text in Chinese; runs of Latin words that are allowed may stand in it."""
    letters = sum(c.isalpha() for c in text)
    if letters > 3 and not HAN.search(text) and text.strip(" .。?？!！") not in seen:
        yield Finding("language.script", path, "no Chinese in a Chinese dialogue")
    for run in _LATIN_RUN.findall(text):
        if run.casefold() not in allowed.casefold() and HAN.search(text):
            yield Finding("language.script", path, f"English in a Chinese dialogue: {run[:40]}")


def _without_data(text: str, seen: str) -> str:
    """Leave out what is quoted."""
    return re.sub(r"“[^”]*”", "", text)


def _chat(case: Case, index: int) -> bool:
    """Tell whether small talk has come to the other language, so that words of it are in place."""
    if case.scenario is None or case.scenario.calls or case.scenario.flaw is not None:
        return False
    users = (message.content or "" for message in case.messages[: index + 1] if message.role == "user")
    return any(_OTHER[case.language].search(text) for text in users)
