"""Read values back from words: the proof that an argument stands in what was said. Knows nothing of how values.py says them."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from toolsim.base.text import Language, Phrases, Text
from toolsim.taxonomy.declarations import NUMERIC, Field, Kind, Option
from toolsim.wording.clocks import moments, times
from toolsim.wording.days import days
from toolsim.wording.numerals import numbers

_TINY = 1e-6


def readings(field: Field, words: str, now: str, language: Language) -> list[Any]:
    """List the values that words may mean for a field, as its schema wants them; the likeliest first."""
    match field.kind:
        case kind if kind in NUMERIC:
            found = _numbers(field, words, language)
            return _unique([_normal(field, value) for value in found if _fits(field, value)])
        case Kind.DATE:
            return _unique([day.value for day in days(words, now, language)])
        case Kind.TIME:
            return _unique(times(words, now, language))
        case Kind.DATETIME:
            return _unique(moments(words, now, language))
        case Kind.ENUM | Kind.STATE:
            return _unique([code for code, _, _ in _codes(field, words, language)])
        case Kind.MANY:
            return _sets(field, words, language)
        case Kind.FLAG:
            return _flags(field, words, language)
        case Kind.REF:
            return _unique(_keys(field.key_format).findall(words))
        case Kind.LIST:
            items = readings(field.item, words, now, language) if field.item else []
            return [items] if items else []
        case Kind.VALUE:
            inner = {f.name: found[0] for f in field.fields if (found := readings(f, words, now, language))}
            return [inner] if inner else []
    return _unique([words.strip(), *(quoted for match in _QUOTED.findall(words) for quoted in match if quoted)])


def means(field: Field, value: Any, words: str, now: str, language: Language) -> bool:
    """Tell whether words may mean a value."""
    match field.kind:
        case kind if kind in NUMERIC:
            digits = field.digits if kind is Kind.NUMBER else 0
            wanted = round(value, digits)
            found = _numbers(field, words, language)
            return any(_fits(field, one) and abs(round(one, digits) - wanted) < _TINY for one in found)
        case Kind.TEXT:
            return _stands_in(str(value), words)
        case Kind.REF:
            return bool(value) and _alone(str(value).casefold(), words.casefold())
        case Kind.LIST:
            assert field.item is not None
            return all(means(field.item, one, words, now, language) for one in value)
        case Kind.VALUE:
            inner = {f.name: f for f in field.fields}
            return all(name in inner and means(inner[name], one, words, now, language) for name, one in value.items())
        case Kind.MANY:
            return any(set(value) == set(one) for one in _sets(field, words, language))
        case Kind.DATETIME:
            return value[:16] in moments(words, now, language)
    return value in readings(field, words, now, language)


def _alone(key: str, words: str) -> bool:
    """Tell whether a key stands in words as a whole, not as part of a longer one."""
    start = words.find(key)
    while start >= 0:
        end = start + len(key)
        before, after = words[start - 1 : start], words[end : end + 1]
        if not (before.isascii() and before.isalnum()) and not (after.isascii() and after.isalnum()):
            return True
        start = words.find(key, start + 1)
    return False


def _unique(found: list[Any]) -> list[Any]:
    return list(dict.fromkeys(found))


# --- numbers ---

_IMPLIED = re.compile(r"\b(seconds|minutes|hours|days|weeks|months|years)\b")


def _numbers(field: Field, words: str, language: Language) -> list[float]:
    """List the numbers of a text; where the label counts in thousands, 495 千 is 495, too."""
    found = numbers(words, field.unit or _implied(field.label.en), language)
    return found + [value / 1000 for value in found] if "in thousands" in field.label.en else found


@lru_cache(maxsize=4096)
def _implied(label: str) -> Text | None:
    """Give the unit that a label names itself: `length of the loan in months`."""
    match = _IMPLIED.search(label)
    return Text(match[1], match[1]) if match else None


def _fits(field: Field, value: float) -> bool:
    return field.kind is Kind.NUMBER or abs(value - round(value)) < _TINY


def _normal(field: Field, value: float) -> float | int:
    return round(value, field.digits) if field.kind is Kind.NUMBER else round(value)


# --- texts and keys ---

_QUOTED = re.compile(r"“([^”]+)”|\"([^\"]+)\"|《([^》]+)》|「([^」]+)」|‘([^’]+)’|(?<!\w)'([^']+)'(?!\w)")
_FOLDED = str.maketrans(
    {"，": ",", "。": ".", "：": ":", "；": ";", "？": "?", "！": "!", "（": "(", "）": ")", "’": "'", "‘": "'"}
    | dict.fromkeys("–—", "-")
    | dict.fromkeys('“”"「」《》', "")
)  # fmt: skip


def _folded(text: str) -> str:
    return " ".join(text.translate(_FOLDED).casefold().split())


def _stands_in(value: str, words: str) -> bool:
    """Tell whether a text holds another one, whatever the case, the quotes and the final stop."""
    wanted, text = _folded(value).rstrip(".!? "), _folded(words)
    place = text.find(wanted)
    while wanted and place >= 0:
        end = place + len(wanted)
        if not (_runs_on(text, place) or _runs_on(text, end)):
            return True
        place = text.find(wanted, place + 1)
    return not value


def _runs_on(text: str, place: int) -> bool:
    """Tell whether a word in Latin letters or a number goes on across a place."""
    return 0 < place < len(text) and all(char.isascii() and char.isalnum() for char in text[place - 1 : place + 1])


@lru_cache(maxsize=1024)
def _keys(key_format: str) -> re.Pattern[str]:
    """Compile how keys look; `#` is a digit."""
    body = re.escape(key_format).replace(r"\#", r"\d") if key_format else r"[A-Z]+-?\d+"
    return re.compile(rf"(?<![A-Za-z0-9]){body}(?![A-Za-z0-9])")


# --- labels ---

_SPACES = re.compile(r"[\s-]+")


@lru_cache(maxsize=8192)
def _labels(options: tuple[Option, ...], language: Language) -> tuple[re.Pattern[str], dict[str, str]]:
    """Compile the labels, the longest first, so that none is read out of a longer one."""
    codes = {_SPACES.sub(" ", option.label.say(language).lower()): option.code for option in options}
    parts = []
    for label in sorted({option.label.say(language) for option in options}, key=len, reverse=True):
        body = _SPACES.sub(r"[\\s-]+", re.escape(label).replace(r"\ ", " ").replace(r"\-", "-"))
        body = f"(?-i:{body})" if len(label) == 1 and label.isascii() else body
        before = r"(?<![A-Za-z0-9])" if label[0] in "0123456789" else r"(?<![A-Za-z])" if label[0].isascii() else ""
        after = r"(?![A-Za-z0-9])" if label[-1].isascii() and label[-1].isalnum() else ""
        plural = "(?:e?s)?" if after and language == "en" and len(label) > 3 else ""
        parts.append(f"{before}({body}){plural}{after}")
    return re.compile("|".join(parts) or "(?!)", re.IGNORECASE), codes


def _codes(field: Field, words: str, language: Language) -> list[tuple[str, int, int]]:
    """List the codes whose labels stand in the words, and where."""
    regex, codes = _labels(field.options, language)
    found = []
    for match in regex.finditer(words):
        label = next(group for group in match.groups() if group is not None)
        found.append((codes[_SPACES.sub(" ", label.lower())], *match.span()))
    return found


_JOINS = re.compile(
    r"[\s,，、]*(?:and|or|plus|as well as|also|和|与|跟|及|以及|或|或者|还有|加上?)?[\s,，、]*(?:(?:the|a|an|by|via|in|on)\s+)?",
    re.IGNORECASE,
)


def _sets(field: Field, words: str, language: Language) -> list[list[str]]:
    """List the sets of codes that the words name: those told in one breath, and all together."""
    found = _codes(field, words, language)
    runs: list[list[str]] = []
    for index, (code, start, _) in enumerate(found):
        if index and _JOINS.fullmatch(words, found[index - 1][2], start):
            runs[-1].append(code)
        else:
            runs.append([code])
    out: list[list[str]] = []
    for run in ([code for code, _, _ in found], *runs):
        ordered = [code for code in field.codes if code in run]
        if ordered and ordered not in out:
            out.append(ordered)
    return out


# --- flags ---

_YES = {
    "en": re.compile(
        r"^\W*(?:yes|yeah|yep|yup|sure|of course|certainly|please do|ok(?:ay)?|right|correct|true)\b", re.IGNORECASE
    ),
    "zh": re.compile(r"^\W*(?:是(?!否)|要|对|好|行|可以|需要|有|嗯|当然|没错)"),
}
_NO = {
    "en": re.compile(r"^\W*(?:no|nope|nah|not|don't|never|without|false)\b", re.IGNORECASE),
    "zh": re.compile(r"^\W*(?:否|不|没|无|别|免了)"),
}
_NOT = {
    "en": re.compile(
        r"(?:\b(?:not|no|without|never|neither|nor|cannot|except)|n['’]t)(?:\s+(?:for|any|an?|the|be|been|being|to|with|in|as|it|i|need|want|have|has"
        r"|currently|yet|really|that|who|which|is|are|am|was|were|one|ones|those|actually))*\s+$",
        re.IGNORECASE,
    ),
    "zh": re.compile(r"(?:不|没|未|无|非|别|免|甭)(?:是|要|用|有|能|会|需|需要|必|曾|想|可|可以|得|去|再|给|给我|太)*$"),
}
_TAIL = {
    "en": re.compile(r"\s*(?::|=|\?|-|is|are)?\s*(?:(yes|true)|(no|false|not))\b(?!\s+\w+ed\b)", re.IGNORECASE),
    "zh": re.compile(r"\s*(?:[:：？?，,]|为)?\s*(?:(是|对|有|要|可以)|(否|不是|没有|不要|不|没))(?=$|[，。,、；;！!.和])"),
}
_LEAD = {
    "en": re.compile(
        r"^(?:with|that|who|which|has|have|is|are|was|were|being|in|as|after|even if)\s+(?:an?\s+|the\s+)?", re.IGNORECASE
    ),
    "zh": re.compile(r"^(?:已经|已|可以|需要|需|允许|接受|带|有|含|要|能|可|会|设|曾|刚)"),
}
_ASKING = re.compile(r"^(?:是否|能否|可否|有无|是不是)|^是|的$")
_DENIES = re.compile(r"(?:without |没有|没|未)(?P<rest>.+)")
_INSIDE_ZH = "(并不|并非|不是|没有|还没|尚未|不用|不|没|未|无)?[已经还了着]*"
_INSIDE_EN = r"(?:((?:do|does|did)(?:n't| not)|not|never|no)\s+)?{word}(n't|'t)?"
_INFLECTED = {"has": "ha(?:s|ve)", "will": "(?:will|wo)", "must": "(?:must|need)", "paid": "pa(?:id|y)"}
_SHORTEST = {"en": 4, "zh": 2}


@lru_cache(maxsize=4096)
def _said(label: Text, say: Phrases, language: Language) -> tuple[tuple[tuple[str, bool], ...], ...]:
    """Give what tells a flag, first the phrases in full, then what remains without their lead; and whether it tells yes."""
    whole = [phrase for phrase in (*say.say(language), label.say(language)) if "{}" not in phrase]
    if language == "zh":
        whole = [_ASKING.sub("", phrase) for phrase in whole]
    turned = [("without" + phrase[4:], False) for phrase in whole if phrase.startswith("with ")]
    stems = [(_LEAD[language].sub("", phrase), True) for phrase in whole]
    stems += [(match["rest"], False) for phrase in whole if (match := _DENIES.match(phrase))]
    stems = [stem for stem in stems if len(stem[0]) >= _SHORTEST[language] and stem[0] not in whole]
    return tuple(
        tuple((_folded(phrase), yes) for phrase, yes in phrases) for phrases in ([(one, True) for one in whole] + turned, stems)
    )


@lru_cache(maxsize=4096)
def _loose(phrase: str, language: Language) -> re.Pattern[str]:
    """Compile a phrase that a negation may break up, in a group each: 医生已经看过 reads 医生还没看过."""
    if language == "zh":
        chars = [re.escape(char) + "?" * (char in "要需有也") for char in re.sub("已经|[已了着]", "", phrase)]
        return re.compile("".join(rf"{_INSIDE_ZH}{char}" for char in chars))
    words = [_INFLECTED.get(word) or re.escape(word) + "?" * (len(word) > 3 and word[-1] == "s") for word in phrase.split()]
    return re.compile(r"\b" + r"\s+".join(_INSIDE_EN.format(word=word) for word in words) + r"\b")


def _flags(field: Field, words: str, language: Language) -> list[bool]:
    """List what the words tell of a flag: by a phrase or its negation, or else by yes or no."""
    text = _folded(words)
    whole, stems = _said(field.label, field.say, language)
    found = [told for phrase, yes in whole for told in _told(text, phrase, yes, language)]
    found += [not yes for phrase, yes in whole if any(any(one.groups()) for one in _loose(phrase, language).finditer(text))]
    found = found or [told for phrase, yes in stems for told in _told(text, phrase, yes, language)]
    found = found or [yes for phrase, yes in whole if _loose(phrase, language).search(text)]
    return _unique(found) or [answer for answer, regex in ((True, _YES), (False, _NO)) if regex[language].search(text)]


def _told(text: str, phrase: str, yes: bool, language: Language) -> list[bool]:
    """Say for each place of a phrase whether it is meant or denied."""
    out = []
    place = text.find(phrase)
    while place >= 0:
        end = place + len(phrase)
        if not (_runs_on(text, place) or _runs_on(text, end)):
            tail = _TAIL[language].match(text, end)
            denied = tail[2] is not None if tail else _NOT[language].search(text, max(0, place - 40), place) is not None
            out.append(yes != denied)
        place = text.find(phrase, end)
    return out
