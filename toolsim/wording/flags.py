"""Say yes and no about a row in words: `with breakfast`, `without breakfast`, 含早餐, 不含早餐."""

from __future__ import annotations

import re
from random import Random

from toolsim.base.text import Language
from toolsim.taxonomy.declarations import Field

_VERB_ZH = "随机|循环|带|含|要|是|能|可|会|支持|允许|开|算|属|接受|需|愿|适|自动|匿名|公开|对外|提供|经|持|计|在|住|供"
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
        phrase = rng.choice(phrases) if phrases else _whether_zh(label)
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
        return "without " + phrase[5:]
    if phrase.startswith("without "):
        return "with " + phrase[8:]
    if re.match(r"that I paid", phrase):
        return phrase.replace("paid", "didn't pay")
    aux = None if re.match(r"\w+ing\b", phrase) else _AUX.match(phrase)
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


_QUALITY_ZH = re.compile(
    r"^(?P<who>.{2,6}?)(?P<how>满意|齐全|完整|露骨|配合|一致|同意|知情|愿意|稳定|合格|能动|可用|可靠|付清|到位|到齐|到场|在场|"
    r"带.*|需要.*|要.*|能.*|会.*|可.*|含.*|是.*|在.*|支持.*|使用.*|吃.*|坐.*|用.*)的$"
)
_DONE_ZH = re.compile(r"^(?P<who>.{0,6}?)(?:已经|已)(?P<how>.+)的$")


def _whether_zh(label: str) -> str:
    """Say a label as a fact: 材料是否齐全 gives 材料齐全的."""
    return label.removesuffix("吗").replace("是否", "").replace("能否", "能") + "的"


def _not_zh(phrase: str) -> str:
    done = _DONE_ZH.match(phrase)
    if done:
        return f"{done['who']}还没{re.sub('(?<=签)了', '', done['how']).removesuffix('了')}的"
    if "也" in phrase:
        return phrase.replace("也", "不", 1)
    if phrase.endswith("开着的"):
        return phrase.removesuffix("开着的") + "没开的"
    for lead, other in _OPPOSITES_ZH:
        if phrase.startswith(lead):
            return other + phrase[len(lead) :]
    if re.match(_VERB_ZH, phrase):
        return "不" + phrase
    if phrase.endswith(("了的", "过的")):
        return "没" + phrase[:-2] + ("过的" if phrase.endswith("过的") else "的")
    quality = _QUALITY_ZH.match(phrase)
    if quality:
        no = "没" if quality["how"].startswith(("付清", "到位", "到齐", "到场", "同意", "有")) else "不"
        return f"{quality['who']}{no}{quality['how']}的"
    had = re.match(r"^(.{1,6}?)有(.+)$", phrase)
    if had:
        return f"{had[1]}没有{had[2]}"
    return "不是" + phrase


_OPPOSITES_ZH = (
    ("诱虫板紧挨", "诱虫板没紧挨"), ("没有", "有"), ("没人时自动", "没人时不自动"), ("未", "已"), ("有", "没有"), 
    ("只", "不只"), ("免", "不免"), ("要", "不用"), ("需", "不用"),
    ("开了", "没开"), ("设为", "没设为"), ("设", "没设"), ("在吃", "没在吃"), ("在吸", "没在吸"), 
    ("收完", "没收完"), ("被", "没被"),
    ("怀孕", "没怀孕"), ("按", "不按"), ("转回", "不转回"), ("从", "不从"), ("放在", "没放在"), 
    ("提前", "没提前"), ("答对", "没答对"),
    ("加密", "没加密"), ("双方", "并非双方"), ("24小时能", "24小时不能"), ("无障碍", "不是无障碍"),
)  # fmt: skip
