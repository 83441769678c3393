"""Say yes and no about a row in words: `with breakfast`, `without breakfast`, 含早餐, 不含早餐."""

from __future__ import annotations

import re
from random import Random

from toolsim.base.text import Language
from toolsim.taxonomy.declarations import Field

_VERB_ZH = "带|含|要|是|能|可|会|支持|允许|开|算|属|接受|需|愿|适|自动|匿名|公开|对外|提供|经|持|计|在|住|供"
_AUX = re.compile(r"^(.*?)\b(is|are|has|have|was|were|can|may|will|must)\b(.*)$")
_FINITE = re.compile(r"^(.*?)\b([a-z]{2,}[^s\W]s) (.+)$")
_FINITE_VERBS = frozenset(
    [
        "agrees",
        "allows",
        "asks",
        "belongs",
        "bears",
        "breaks",
        "carries",
        "comes",
        "contains",
        "costs",
        "counts",
        "covers",
        "crosses",
        "demands",
        "drinks",
        "drives",
        "drops",
        "ends",
        "fits",
        "forms",
        "gets",
        "gives",
        "goes",
        "grows",
        "happens",
        "helps",
        "holds",
        "includes",
        "insists",
        "keeps",
        "knows",
        "leads",
        "leaves",
        "lets",
        "likes",
        "lies",
        "lives",
        "looks",
        "makes",
        "means",
        "meets",
        "needs",
        "offers",
        "opens",
        "owns",
        "pays",
        "plays",
        "prints",
        "pushes",
        "reaches",
        "rains",
        "reads",
        "remains",
        "renews",
        "reports",
        "requires",
        "rises",
        "runs",
        "says",
        "sells",
        "serves",
        "shows",
        "sits",
        "sleeps",
        "smokes",
        "speaks",
        "stands",
        "starts",
        "stays",
        "stops",
        "suffers",
        "supports",
        "takes",
        "tells",
        "travels",
        "uses",
        "waits",
        "wants",
        "warns",
        "wears",
        "works",
    ]
)


def say(field: Field, value: bool, language: Language, rng: Random) -> str:
    """Say a flag as a clause."""
    phrases = [phrase for phrase in field.say.say(language) if "{}" not in phrase]
    label = field.label.say(language)
    if language == "zh":
        phrase = rng.choice(phrases) if phrases else label.removeprefix("是否") + "的"
        return phrase if value else _not_zh(phrase)
    phrase = rng.choice(phrases) if phrases else _clause(label)
    return phrase if value else _not_en(phrase)


def _clause(label: str) -> str:
    """Make a clause of a label."""
    words = label.removeprefix("whether ").split()
    if words[0] in _FINITE_VERBS or words[0] in ("has", "is"):
        return "which " + " ".join(words)
    if any(word in _FINITE_VERBS or word in ("is", "are", "has", "have", "was", "were", "can", "may") for word in words[1:]):
        return " ".join(words)
    if words[0].endswith(("ed", "able", "ible", "ing", "al", "en")) or words[0] in (
        "made",
        "kept",
        "open",
        "known",
        "in",
        "on",
        "by",
    ):
        return " ".join(words)
    return "with " + " ".join(words)


def _not_en(phrase: str) -> str:
    if phrase.startswith("with "):
        return "without " + re.sub(r"^(?:a|an) ", "any ", phrase[5:])
    if phrase.startswith("without "):
        return "with " + phrase[8:]
    aux = _AUX.match(phrase)
    if aux:
        word = {"can": "can't", "will": "won't", "may": "may not", "must": "needn't"}.get(aux[2], f"{aux[2]}n't")
        if aux[2] in ("has", "have") and not re.match(r" (?:\w+ed|been|seen|made|left|had|got|come|gone)\b", aux[3]):
            return f"{aux[1]}{'does' if aux[2] == 'has' else 'do'}n't have{aux[3]}"
        return f"{aux[1]}{word}{aux[3]}"
    words = phrase.split()
    for index, word in enumerate(words):
        if word in _FINITE_VERBS:
            stem = word[:-2] if word.endswith(("ches", "shes", "oes")) else word[:-1]
            return " ".join([*words[:index], "doesn't", stem, *words[index + 1 :]])
    return f"not {phrase}"


def _not_zh(phrase: str) -> str:
    if phrase.startswith(("已经", "已")):
        return "还没" + phrase.removeprefix("已经").removeprefix("已")
    if phrase.startswith(("不", "没", "无", "未")):
        opposite = {"不": "", "没有": "有", "没": "", "无": "有", "未": "已"}
        for lead, other in opposite.items():
            if phrase.startswith(lead):
                return other + phrase[len(lead) :]
    if phrase.startswith("有"):
        return "没" + phrase
    if re.match(_VERB_ZH, phrase):
        return "不" + phrase
    if phrase.endswith(("了的", "过的")):
        return "没" + phrase[:-2] + ("过的" if phrase.endswith("过的") else "的")
    return "不是" + phrase
