"""Words of answers: the second person, the grammar of English labels, and sentences put together."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from toolsim.base.text import Language

_YOU = {
    "i": "you", "i'm": "you're", "i've": "you've", "i'll": "you'll", "i'd": "you'd", "me": "you", "my": "your",
    "mine": "yours", "myself": "yourself", "am": "are",
}  # fmt: skip
_FIRST = re.compile(r"\b(?:I'm|I've|I'll|I'd|I am|I|[Mm]e|[Mm]y|[Mm]ine|[Mm]yself)\b(?!['’/])")
_QUOTED = re.compile(r"“[^”]*”|《[^》]*》|\"[^\"]*\"")
_HEAD = re.compile(
    r" (?:of|in|on|for|that|who|which|it|you|they|to|per|from|above|below|over|with|without|at|between|within|until|before|"
    r"beyond|outside|inside|past|since|after|where|the|as|far|when|now|due|by|already|beforehand|"
    r"still|left|not|so far|free|late|today|missing|this|"
    r"available|usable|too many|a (?=day|month|year|week|second)|an (?=hour)|"
    r"(?<=[se] )(?:\w+ed|\w+ing|paid|heard|caught|taken))\b.*"
)
_IRREGULAR = {
    "person": "people", "child": "children", "woman": "women", "man": "men", "tooth": "teeth", "leaf": "leaves",
    "loaf": "loaves", "half": "halves", "shelf": "shelves", "equipment": "equipment", "music": "music", "livestock": "livestock",
    "head": "heads", "baggage": "baggage", "mouse": "mice",
}  # fmt: skip
_SINGULAR = {plural: single for single, plural in _IRREGULAR.items() if single != plural}
_SPAN = re.compile(r"(days|hours|minutes|months|weeks|years|seconds) ")
_NO_PLURAL = re.compile(r"(?:ss|us|is|'s|gas|lens|news)$")
_AN = re.compile(r"(?:[aeio]|u(?!ni|se|s[aeiu]|ti)|hour|honou?r|heir|SMS|MRI|X-ray|R[A-Z]|[FHLMN]\d*[A-Z]{2})")
_AN_NOT = re.compile(r"(?:one|once|eu)", re.IGNORECASE)
_OPENER = re.compile(r"(?:Done[:,] |That's done, |All right, |That worked: |好了，|办好了，|改好了，|设好了，|查到了，|查过了，)")
_ON = re.compile(r"\b(?:on|in|at) (?=(?:today|tomorrow|yesterday|this \w+day|next \w+day)\b)")
_ZH_END = "。！？…：；"


def second_person(words: str, language: Language) -> str:
    """Turn a user's words around: `my savings account` into `your savings account`, 我的 into 您的; quotations stay."""
    parts, end = [], 0
    for quoted in _QUOTED.finditer(words):
        parts += [_turned(words[end : quoted.start()], language), quoted[0]]
        end = quoted.end()
    return "".join([*parts, _turned(words[end:], language)])


def _turned(words: str, language: Language) -> str:
    if language == "zh":
        return words.replace("我们", "您们").replace("我", "您").replace("您们", "您")

    def turn(match: re.Match[str]) -> str:
        said = " ".join(_YOU[word.lower()] for word in match[0].split())
        return said.capitalize() if match.start() == 0 and match[0][0].isupper() and match[0][0] != "I" else said

    return _FIRST.sub(turn, words)


@lru_cache(maxsize=4096)
def head(label: str) -> str:
    """Give the noun that an English label is about, with what stands before it: `minutes` of `minutes on the road`."""
    if span := _SPAN.match(label):
        return span[1]
    return _HEAD.sub("", label, count=1) or label


@lru_cache(maxsize=4096)
def is_plural(label: str) -> bool:
    """Tell whether an English label is in the plural."""
    last = head(label).split()[-1]
    return (last.endswith("s") and not _NO_PLURAL.search(last) and len(last) > 3) or last in _SINGULAR


@lru_cache(maxsize=4096)
def plural(label: str) -> str:
    """Give the plural of an English label: `pieces of evidence`."""
    first = head(label)
    if is_plural(label):
        return label
    before, _, last = first.rpartition(" ")
    if last in _IRREGULAR:
        many = _IRREGULAR[last]
    elif re.search(r"(?:s|x|z|ch|sh)$", last):
        many = last + "es"
    elif re.search(r"[^aeiou]y$", last):
        many = last[:-1] + "ies"
    else:
        many = last + "s"
    return f"{before} {many}".strip() + label[len(first) :]


@lru_cache(maxsize=4096)
def singular(label: str) -> str:
    """Give the singular of an English label in the plural."""
    first = head(label)
    if not is_plural(label):
        return label
    before, _, last = first.rpartition(" ")
    if last in _SINGULAR:
        one = _SINGULAR[last]
    elif last.endswith("ies"):
        one = last[:-3] + "y"
    elif re.search(r"(?:ss|x|ch|sh)es$", last):
        one = last[:-2]
    else:
        one = last[:-1]
    return f"{before} {one}".strip() + label[len(first) :]


def counted(count: float, label: str, said: str) -> str:
    """Count what an English label names: `3 bank accounts`, `1 bank account`, `no bank accounts`."""
    if count == 1:
        return re.sub(r" (who|that) (\w+)$", r" \1 \2s", f"1 {singular(label)}")
    return f"{said if count else 'no'} {plural(label)}"


@lru_cache(maxsize=4096)
def article(noun: str) -> str:
    """Put `a` or `an` before a noun."""
    return ("an " if _AN.match(noun) and not _AN_NOT.match(noun) else "a ") + noun


def be(subject: str, label: str = "") -> str:
    """Conjugate `be` for a subject, whose label tells whether it is one or several."""
    return "are" if subject.lower() == "you" or (label and is_plural(label)) else "is"


def has(label: str) -> str:
    """Conjugate `have` for a label."""
    return "have" if is_plural(label) else "has"


def without_opener(text: str) -> str:
    """Take `Done: ` and its like away, which opens an answer but no later sentence of it."""
    opener = _OPENER.match(text)
    return text[opener.end() :] if opener else text


def on(when: str) -> str:
    """Put `on` before a day that needs it."""
    return when if _ON.match(f"on {when}") else f"on {when}"


def settle(text: str) -> str:
    """Take the prepositions away that stand before `today` or `next Friday`."""
    return _ON.sub("", text)


def sentence(text: str, language: Language) -> str:
    """Make a sentence of a clause: a capital and a full stop where there is none."""
    text = text.strip()
    if language == "zh":
        closed = text[-1] in _ZH_END or (text[-1] in "”』）" and text[-2] in "。！？")
        return text if closed else text + "。"
    text = text[:1].upper() + text[1:]
    return text if text[-1] in ".!?…:" or text.endswith(('."', '?"', '!"', '…"')) else text + "."


_OPENING = re.compile(r"(?:The|There|This|That|That's|It|A|An|Yes|No|You|Your|Only|Not|Less|More|Too|At|In|On|One)\b")


def after_colon(text: str) -> str:
    """Begin a sentence small, as it stands after a colon; names and numbers keep their form."""
    return text[0].lower() + text[1:] if _OPENING.match(text) else text


_LED = re.compile(
    r"(?<=[a-z][:,] )(?!(?:January|February|March|April|May|June|July|August|September|October|November|December|"
    r"Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)\b)[A-Z][a-z]*(?= (?:[a-z]|at \d))"
)


def led(text: str) -> str:
    """Begin what follows an English colon or comma small."""
    return _LED.sub(lambda match: match[0].lower(), text)


def quoted(text: str, zh: bool) -> str:
    """Quote a text in full."""
    return f"“{text}”" if zh else f'"{text}"'


def paragraph(sentences: Iterable[str], language: Language) -> str:
    """Join sentences; a list with lines of its own stands apart."""
    out = ""
    for text in sentences:
        if not text:
            continue
        if out:
            text = without_opener(text)
            listed = out.rpartition("\n")[2].startswith("- ") or "\n" in text
            out += "\n" if listed else "" if language == "zh" else " "
        out += text if "\n" in text else sentence(text, language)
    return out
