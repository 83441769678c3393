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
    r"^(?P<who>.*?)\b(?P<verb>pays|meets|reaches|exceeds|condenses|fits|adds|add|agree|tends|comes|needs|travels|renews|dims|sits|prints|"
    r"covers|shares|holds|works|lasts|runs|stays|has|happened|offers|takes)\b(?P<rest>.*)$"
)
_ORDER = re.compile(r"^(?:wear|order|run|rinse|ask|inspect|call|check|keep|use|take|see) ")
_PARTICIPLE = re.compile(
    r"^(?P<what>.+?) (?P<how>met|needed|required|included|allowed|passed|paid|reached|broken|enclosed|given|confirmed|left|on|off|in use|"
    r"at hand|wanted|called|booked|covered|closed|opened|planned|lost|signed|owed|fasting)$"
)
_NAKED = re.compile(r"^(?:whether (?:it is |the )?|if )")
_PLACED = re.compile(r"^(?:in|on|at|within|beyond|behind|under|over|near|for|by|without) ")
_BASE = {"pays": "pay", "has": "have", "reaches": "reach", "condenses": "condense"}
_PASSIVE = re.compile(r"\w+ed\b")


def flag_said(field: Field, value: bool, language: Language) -> str:
    """Say a flag as a clause: `breakfast is included`, `it is not balanced`, 含早餐, 不含早餐."""
    if language == "zh":
        return _zh(field.label.zh.removesuffix("的"), value)
    return _en(_NAKED.sub("", field.label.en), value)


@lru_cache(maxsize=2048)
def _en(label: str, value: bool) -> str:
    negation = "" if value else " not"
    if match := _ORDER.match(label):
        return f"you should {label}" if value else f"there is no need to {label}"
    if _MODAL.match(label):
        modal, _, rest = label.partition(" ")
        return f"{'it' if rest.startswith('be ') else 'you'} {modal}{negation} {rest}"
    if label.startswith("enough "):
        what = label.removesuffix(" left")
        return f"there {'are' if is_plural(what) else 'is'}{negation} {label}"
    if match := _FINITE.match(label):
        return f"{match['who']} {match['be']}{negation}{match['rest']}"
    if match := _PARTICIPLE.match(label):
        return _participle(match["what"], match["how"], value)
    if match := _DOES.match(label):
        return _does(match["who"].strip(), match["verb"], match["rest"], value)
    if label.startswith("with "):
        return f"it comes{'' if value else ' not'} {label}" if value else f"it comes without {label[5:]}"
    return f"it is{negation} {label}"


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
    if not mark:
        before, mark, after = label.partition("可否")
        after = f"可{after}" if mark else after
    if not mark:
        return label if value else _zh_not_bare(label)
    if after.startswith(("有", "会", "含", "可", "能", "需", "须", "应", "在", "受", "带", "按", "是", "要", "因", "随")):
        return f"{before}{after}" if value else f"{before}{_zh_not(after)}"
    if after.startswith(("已", "开启", "启用", "放在", "开着", "安排", "派", "设", "开通", "开")):
        return f"{before}{after}" if value else f"{before}{_zh_not(after)}"
    return f"{before}{after}" if value else f"{before}{_zh_not(after)}"


def _zh_not(after: str) -> str:
    if after.startswith("有"):
        return f"没{after}"
    if after.startswith(("已够", "已达")):
        return f"未{after[1:]}"
    if after.startswith("已"):
        return f"尚未{after[1:]}"
    if after.startswith(("须", "必须")):
        return f"不必{after.lstrip('必须')}"
    if after.startswith("需"):
        return f"不{'' if after.startswith('需要') else '需要'}{after[0 if after.startswith('需要') else 1 :]}"
    if after.startswith(("开启", "启用", "放在", "开着", "安排", "派", "设", "开通", "开了", "达到", "超过", "超限", "达标", "断链", "加密")):
        return f"没有{after}"
    if after.startswith(("中途", "夜间", "人为")):
        return f"并非{after}"
    return f"不{after}"


def _zh_not_bare(label: str) -> str:
    if label.startswith(("含", "可", "能", "需", "应", "允许", "支持", "愿意", "合计")):
        return _zh_not(label)
    if label.startswith("有"):
        return f"没{label}"
    if label.startswith(("已", "湿度已", "附有")):
        return label.replace("附有", "没有附").replace("已", "还没")
    return f"并非{label}"
