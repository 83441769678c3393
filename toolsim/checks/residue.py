"""Residue: nothing of templates, code or data structure is left in what people read, and nothing is cut short."""

from __future__ import annotations

import re
from collections.abc import Iterator

from toolsim.checks.case import Case
from toolsim.checks.finding import CHECKS, Finding

_JOINED = "[A-Za-z0-9_@./-]"
"""What stands in file names and addresses, next to which nothing is taken for a field name."""
_RULES = (
    ("residue.template", re.compile(r"\{\w*\}|[{}]|\$[A-Za-z]\w*|<\w+>|%s"), "a template shows"),
    (
        "residue.code",
        re.compile(
            r"(?<![A-Za-z0-9_])(?:None(?! ?[a-z])|null|NaN|undefined|nan"
            r"|(?<![.?!\n] )(?<![\n“\"])(?<!^)(?:None|True|False)(?![?.]))(?![A-Za-z0-9_])"
        ),
        "a value of the program shows",
    ),
    (
        "residue.field",
        re.compile(rf"(?<!{_JOINED})[a-z]+_[a-z_]+(?!{_JOINED})|(?<!{_JOINED})[a-z]{{3,}}[A-Z][a-z]+[A-Za-z]*"),
        "a field name shows",
    ),
    (
        "residue.doubled",
        re.compile(
            r"\b(?!had\b|that\b)([A-Za-z]{2,}) \1\b|\b(The|An?|To|Of|In|On|And|Is|It|You|We|For) (?i:\2)\b"
            r"|(?<![标目])的的|(?<!不)了了|，，|。。|、、|，。|、，|  |,,|(?<!\.)\.\.(?!\.)|“”|\"\"|““"
        ),
        "something is doubled",
    ),
    (
        "residue.broken",
        re.compile(
            r"(?<!['’])\ba (?=[aeio][a-z]{3})(?!one|eu|use|uni)"
            r"|(?<!['’])\ban (?=[bcdfgjklmnpqrstvwxz][a-z]{3})(?!hour|honest|heir)",
            re.I,
        ),
        "an article is wrong",
    ),
    ("residue.space", re.compile(r" [,.?!;:](?!\w|\.)|[（(] | [）)]"), "a space is wrong"),
)
_DOUBLED = re.compile(r"(?<![\d.,])(?:1 (?:days|hours|minutes|weeks|months|years|people|items))\b")
_LIST_LINE = re.compile(r"^\s*(?:[-•*]|\d+[.)、])")
_ENDS = tuple('.?!。？！…”"）):：~～')


@CHECKS.register("residue")
def residue(case: Case) -> Iterator[Finding]:
    """Search what user and assistant say."""
    seen = "\n".join(_data(case))
    for index, message in enumerate(case.messages):
        text = message.content or ""
        if message.role not in ("user", "assistant") or not text:
            continue
        path = f"$.messages[{index}].content"
        for code, pattern, what in _RULES:
            match = next((found for found in pattern.finditer(text) if not _is_data(found[0], code, seen)), None)
            if match:
                yield Finding(code, path, f"{what}: {text[max(0, match.start() - 15) : match.end() + 15]!r}")
        if _DOUBLED.search(text):
            yield Finding("residue.number", path, "one of many is told in the plural")
        if message.role == "assistant":
            last = text.rstrip().splitlines()[-1]
            if not last.endswith(_ENDS) and not _LIST_LINE.match(last):
                yield Finding("residue.cut", path, f"the text breaks off: {last[-20:]!r}")


def _data(case: Case) -> Iterator[str]:
    """Give the texts that the world holds, as far as they were shown."""
    for message in case.messages:
        if message.role == "system":
            yield message.content or ""
    waiting = [*case.results.values()]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict | list):
            waiting += value.values() if isinstance(value, dict) else value


def _is_data(found: str, code: str, seen: str) -> bool:
    """Tell whether what looks like residue is a text that the world holds, such as a file name."""
    return code in ("residue.template", "residue.space") and found in seen
