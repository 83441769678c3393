"""Truth values in words: what a flag's label says when it holds, and when it does not."""

from __future__ import annotations

import re
from functools import lru_cache

from toolsim.base.text import Language
from toolsim.taxonomy.declarations import Field
from toolsim.wording.answer_words import is_plural

_FINITE = re.compile(r"^(?P<who>.+?) (?P<be>is|are|was|were|has|have|will|may|can|must|should)\b(?P<rest>.*)$")
_MODAL = re.compile(r"^(?:may|can|must|should|will) ")
_DOES = re.compile(
    r"^(?P<who>.*?)\b(?P<verb>pays|meets|reaches|exceeds|condenses|fits|adds|add|agree|tends|comes|needs|travels|renews|"
    r"covers|holds|works|lasts|runs|stays|has|happened|offers|takes)\b(?P<rest>.*)$"
)
_FIRST = re.compile(
    r"^(?P<who>)(?P<verb>pays|meets|reaches|exceeds|fits|tends|comes|needs|travels|renews|dims|sits|prints|covers|holds|works|lasts|runs|"
    r"stays|has|offers|takes|happened)\b(?P<rest>.*)$"
)
_ORDER = re.compile(r"^(?:wear|order|run|rinse|ask|inspect|call|check|keep|use|take|see) ")
_PARTICIPLE = re.compile(
    r"^(?P<what>.+?) (?P<how>met|needed|required|included|allowed|passed|paid|reached|broken|enclosed|given|confirmed|left|"
    r"on|off|in use|at hand|wanted|called|booked|covered|closed|opened|planned|lost|signed|owed|fasting)$"
)
_NAKED = re.compile(r"^(?:whether (?:it is |the )?|if )")
_PLACED = re.compile(r"^(?:in|on|at|within|beyond|behind|under|over|near|for|by|without) ")
_NOUN = re.compile(
    r"(?:tion|ance|ment|ity|access|expenses|goods|lyrics|exam|payee|value|alarm|vision|notice|copy)(?: (?:when|at|for) .*)?$"
)
_UNCOUNTED = re.compile(
    r"(?:water|data|frostbite|someone|somebody|nobody|it|this|that|breakfast|police|rain|fasting|snow|food|traffic|people)$"
)
_BASE = {"pays": "pay", "has": "have", "reaches": "reach", "condenses": "condense"}
_PASSIVE = re.compile(r"\w+ed\b")


def flag_said(field: Field, value: bool, language: Language) -> str:
    """Say a flag as a clause: `breakfast is included`, `it is not balanced`, 含早餐, 不含早餐."""
    if language == "zh" and not value and _ORDER.match(field.label.en):
        return _needless_zh(field.label.zh)
    if language == "zh":
        return _zh(field.label.zh.removesuffix("的"), value)
    label = _NAKED.sub("", field.label.en)
    if said := _clause(label, value):
        return said
    phrases = [phrase for phrase in field.say.en if "{}" not in phrase and phrase.startswith("with ")]
    if phrases:
        return f"it comes {phrases[0]}" if value else f"it comes without {re.sub(r'^with (?:a |an )?', '', phrases[0])}"
    if _NOUN.search(label) and not _PLACED.match(label) and not re.match(r"\w+ed\b", label):
        if "含" in field.label.zh:
            return f"{label} {'are' if is_plural(label) else 'is'}{'' if value else ' not'} included"
        return f"it {'counts' if value else 'does not count'} as {label}"
    if match := re.match(r"(\w+) (above|below|under|over) ", label):
        return f"the {match[1]} is{'' if value else ' not'} {label[len(match[1]) + 1 :]}"
    return f"it is{'' if value else ' not'} {label}"


@lru_cache(maxsize=2048)
def _clause(label: str, value: bool) -> str:
    """Make a clause of a label that has a verb in it; empty where it has none."""
    negation = "" if value else " not"
    if label.startswith("also "):
        return f"it also applies{label[4:]}" if value else f"it does not apply{label[4:]}"
    if match := _ORDER.match(label):
        return f"you should {label}" if value else f"there is no need to {label}"
    if _MODAL.match(label):
        modal, _, rest = label.partition(" ")
        return f"{'it' if rest.startswith('be ') else 'you'} {_be(modal, value)} {rest}"
    if label.startswith("enough "):
        what = label.removesuffix(" left")
        return f"there {'are' if is_plural(what) else 'is'}{negation} {label}"
    if match := _FIRST.match(label):
        return _does("", match["verb"], match["rest"], value)
    if not _PLACED.match(label) and " when " not in label and (match := _FINITE.match(label)):
        return f"{_the(match['who'])} {_be(match['be'], value)}{match['rest']}"
    if (match := _PARTICIPLE.match(label)) and not label.endswith(("pays off", "than allowed")):
        return _participle(match["what"], match["how"], value)
    if " when " not in label and (match := _DOES.match(label)):
        return _does(_the(match["who"].strip()), match["verb"], match["rest"], value)
    if label.startswith("with "):
        return f"it comes {label}" if value else f"it comes without {label[5:]}"
    return ""


def _the(who: str) -> str:
    """Give a noun that stands bare in a label its article."""
    if not who or " " in who or is_plural(who) or _UNCOUNTED.match(who):
        return who
    return f"the {who}"


def _be(verb: str, value: bool) -> str:
    if value:
        return verb
    return {"can": "cannot", "must": "need not"}.get(verb, f"{verb} not")


def _participle(what: str, how: str, value: bool) -> str:
    plural = is_plural(what)
    if not value and how in ("needed", "required", "included", "left", "enclosed", "at hand", "planned"):
        return f"no {what} {'are' if plural else 'is'} {how}"
    determined = what if plural or how in ("needed", "required", "included", "allowed", "left") else f"the {what}"
    return f"{determined} {'are' if plural else 'is'}{'' if value else ' not'} {how}"


def _does(who: str, verb: str, rest: str, value: bool) -> str:
    subject = who or "it"
    if value:
        return f"{subject} {verb}{rest}"
    base = _BASE.get(verb) or ("happen" if verb == "happened" else verb.removesuffix("s"))
    did = "did" if verb == "happened" else "do" if verb in ("add", "agree") or is_plural(subject) else "does"
    return f"{subject} {did} not {base}{rest}"


@lru_cache(maxsize=2048)
def _zh(label: str, value: bool) -> str:
    before, mark, after = label.partition("是否")
    if not mark and "能否" in label:
        before, mark, after = label.partition("能否")
        after = f"能{after}"
    if not mark:
        before, mark, after = label.partition("可否")
        after = f"可{after}" if mark else after
    if not mark:
        return label if value else _zh_not_bare(label)
    if value:
        return f"{before}{'有' if after.startswith('有机') else ''}{after}"
    return f"{before}{_zh_not(after)}"


def _needless_zh(label: str) -> str:
    """Say that there is no need: 外出不必戴口罩."""
    before, _, after = label.rpartition("是否")
    return f"{before}不必{after.lstrip('需要应须').removeprefix('建议')}"


def _zh_not(after: str) -> str:
    if after.startswith("应"):
        return f"不必{after[1:]}"
    if after[0].isdigit() or after.startswith("紧急") or after.endswith(("货", "排")):
        return f"不是{after}"
    if after.startswith("有机"):
        return f"没有{after}"
    if after.startswith("只"):
        return f"并不{after}"
    if after.startswith("有"):
        return f"没{after}"
    if after.startswith(("已够", "已达")):
        return f"未{after[1:]}"
    if after.startswith("已"):
        return f"尚未{after[1:]}"
    if after.startswith(("须", "必须")):
        return f"不必{after.lstrip('必须')}"
    if after.startswith("需"):
        return f"不需要{after.removeprefix('需要').removeprefix('需')}"
    if after.startswith(
        ("开启", "启用", "放在", "开着", "安排", "派", "设", "开通", "开了", "达到", "超过", "超限", "达标", "断链", "加密")
    ):
        return f"没有{after}"
    if after.startswith(("中途", "夜间", "人为")):
        return f"不是{after}"
    return f"不{after}"


_INNER = (
    ("也", "不"),
    ("含", "不含"),
    ("可", "不可"),
    ("自动", "不自动"),
    ("偏", "不偏"),
    ("合计为", "合计不是"),
    ("超过", "没有超过"),
)


def _zh_not_bare(label: str) -> str:
    """Deny a label that asks nothing: 登机口变更不提醒, 肉眼不可见."""
    if label.startswith(("允许", "需要", "需", "支持", "愿意", "随机", "打算")):
        return _zh_not(label) if label.startswith("需") else f"不{label}"
    if label.startswith(("建议", "超过", "达到")):
        return f"没有{label}"
    if label.startswith(("应", "须", "必须")):
        return f"无须{label.lstrip('应必须')}"
    if label.startswith(("在", "能", "会")):
        return f"不{label}"
    if label.startswith("有"):
        return f"没{label}"
    for inner, denied in (("附有", "没有附"), ("已", "还没"), *_INNER):
        if inner in label:
            return label.replace(inner, denied, 1)
    return f"没有{label}"
