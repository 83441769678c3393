"""Join pieces of a sentence: values into phrases, possessives, articles, measure words."""

from __future__ import annotations

import re
from itertools import pairwise

from toolsim.base.text import Language

_OWN_LEAD = re.compile(
    r"(?:from|by|between|today|tomorrow|yesterday|the day (?:after|before)|"
    r"this \w+day|next \w+day|last \w+day|at most|exactly)\b"
)
"""How days and ranges begin before which no `on`, `in` or `at` stands."""
_PREPOSITION = re.compile(r"(?<!check )(?<!checking )\b(?:on|in|at) $")
_DETERMINER = re.compile(r"\b(?:the|a|an|my|our|your) $", re.IGNORECASE)
_DETERMINED = re.compile(r"(?:the|a|an|my|our|me|this|that|one of)\b|[A-Z]\w+'s? |\w+ \w+'s? ")
_ARTICLE = re.compile(r"\ban? $")
_VOWEL = re.compile(r"(?:[aeio](?!ne\b|u[^t])|u(?!ni|se))")
_BOUND_ZH = re.compile(r"(以上|以内)$")
_UNITS_ZH = ("分钟", "小时", "公里", "千克", "个月", "元", "天", "年", "%", "个", "次", "件", "张", "人", "岁", "级", "度", "月")
MEASURES = "张个条人次件天年岁月份点级层站米辆台间本只项名位组套箱桌道首集段页门节周篇群头亩块株公"


def insert_en(phrase: str, said: str) -> str:
    """Put what is said into an English phrase with one `{}`."""
    before, _, after = phrase.partition("{}")
    after = agree_en(said, after)
    if before.endswith('"') and said.startswith('"'):
        before, after = before[:-1], after.removeprefix('"')
    if said.startswith("from ") and re.search(r"\b(?:until|by) $", before):
        said = said.removeprefix("from ").removesuffix(" on") + " or later"
    if said.startswith("at most ") and before.endswith("at "):
        before = before[:-3] + "for "
    before = lead_en(before, said)
    if said.startswith("by ") and before.endswith("until "):
        said = said[3:] + " at the latest"
    if before.endswith("since "):
        said = f"{said[3:]} or earlier" if said.startswith("by ") else said.removeprefix("from ").removesuffix(" on")
    if said.startswith("by ") and before.endswith("by "):
        said = said[3:]
    if said.startswith(("by ", "from ", "between ")):
        before = re.sub(r"\bfrom $", "", before)
    if said.startswith("at most ") and re.search(r"\b(?:up to|under) $", before):
        said = said.removeprefix("at most ")
    return f"{before}{said}{after}"


_PLURAL = re.compile(r"^( (?:[a-z-]+ )??[a-z-]*[a-rt-z])s\b")


def agree_en(said: str, after: str) -> str:
    """Fit what follows a number to it: `1 month`, and no unit twice."""
    unit = said.rpartition(" ")[2]
    first = after[1:].partition(" ")[0]
    if first and " " in said and after[0] == " " and first.rstrip("s") == unit.rstrip("s"):
        return after[1 + len(first) :]
    if said.endswith("%"):
        after = re.sub(r"^ (?:percent|per cent)\b|^%", "", after)
    if said in ("1", "one"):
        after = re.sub(r"^ (?:children|people)\b", lambda match: {" children": " child"}.get(match[0], " person"), after)
        return _PLURAL.sub(r"\1", after)
    return after


def agree_zh(said: str, after: str) -> str:
    """Leave out a unit that the value has already."""
    for size in (2, 1):
        if len(said) > size and after[:size] and said.endswith(after[:size]) and after[:size] in _UNITS_ZH:
            return after[size:]
    return after


def lead_en(before: str, said: str) -> str:
    """Take from the text before a value what the value says itself: `on` before `tomorrow`, `the` before `my account`."""
    if _OWN_LEAD.match(said):
        before = _PREPOSITION.sub("", before)
    if _DETERMINED.match(said):
        before = _DETERMINER.sub("", before)
    if match := _ARTICLE.search(before):
        return before[: match.start()] + ("an " if _VOWEL.match(said) else "a ") if said[:1].islower() else before
    return before


def insert_zh(phrase: str, said: str) -> str:
    """Put what is said into a Chinese phrase; a measure word goes before 以上 and 以内: 21张以上."""
    before, _, after = phrase.partition("{}")
    after = agree_zh(said, after)
    if before.endswith("“") and said.startswith("“"):
        before, after = before[:-1], after.removeprefix("”")
    if said.endswith("以前") and after.startswith(("前", "之前")):
        said = said[:-2]
    if said.endswith("以后") and re.match(r"前|之前", after):
        said, after = said[:-2], f"还{after.lstrip('之前')}"
    if said.endswith(("以后", "以前")):
        after = re.sub(r"^(?:起|开始(?=.))", "", after)
    if re.search(r"\d日?号?.*到.*\d", said) and before.endswith(("到", "至")):
        before = before[:-1] + "在"
    bound = _BOUND_ZH.search(said)
    long = re.match(r"分钟|小时|公里|千克|个月|元|平方米|星|座|%|年", after)
    if bound and long:
        return f"{before}{said[:-2]}{long[0]}{bound[1]}{after[long.end() :]}"
    if bound and after[:1] and after[0] in MEASURES:
        return f"{before}{said[:-2]}{after[0]}{bound[1]}{after[1:]}"
    return f"{before}{said}{after}"


def insert(phrase: str, said: str, language: Language) -> str:
    """Put what is said into a phrase with one `{}`."""
    return insert_en(phrase, said) if language == "en" else insert_zh(phrase, said)


_NEAR = re.compile(
    r"(?:of|for|in|at|on|from|to|by|against|over|under|about|as|between|within|until|today|tomorrow|yesterday|"
    r"(?:this|next|last) \w+day|the \d+(?:st|nd|rd|th))\b"
)
"""How clauses begin that stand next to the noun, one after the other."""
_RELATIVE = re.compile(r"(?:that|who|which) ")
_FOLLOWS = re.compile(r"(?:at|on|in|for|of|from|to|by|as|over|per|due|made|not|until|under|every|without) ")


def chain(clauses: list[str]) -> str:
    """Chain English clauses as people do: what stands next to the noun, what is done or owned, what it comes with, what it is."""
    near, withs, bare, relative, rest = list[str](), list[str](), list[str](), list[str](), list[str]()
    for clause in clauses:
        if clause.startswith("with "):
            withs.append(clause[5:])
        elif clause.startswith("without "):
            bare.append(clause)
        else:
            (near if _NEAR.match(clause) else relative if _RELATIVE.match(clause) else rest).append(clause)
    if withs:
        bare.insert(0, f"with {listed_en(withs)}")
    text = " ".join(near)
    without = ", " if len(withs) > 1 else " and "
    for group in (listed_en(rest), without.join(bare), listed_en(relative)):
        several = (len(rest) > 1 or len(near) > 2 or text.endswith(" on")) and not (relative and group == listed_en(relative))
        text += f"{',' if several else ''} {group}" if text and group else group
    return text


def run_on(pieces: list[str]) -> str:
    """Tell one entry of a list: its pieces one after the other, `with` said once."""
    text = pieces[0] if pieces else ""
    for before, piece in pairwise(pieces):
        if piece.startswith("with "):
            text += f", {piece[5:]}" if "with " in text else f" {piece}"
        else:
            text += (" " if _FOLLOWS.match(piece) and not before.startswith("with ") else ", ") + piece
    return text


def listed_en(parts: list[str]) -> str:
    """Join parts, of which some hold an `and` of their own."""
    if len(parts) < 2:
        return "".join(parts)
    comma = "," if len(parts) > 2 and any(" and " in part for part in parts) else ""
    return f"{', '.join(parts[:-1])}{comma} and {parts[-1]}"


_SPREAD_ZH = re.compile(r"^(-?[\d.]+)(\D+)$")


def without_unit(low: str, high: str, language: Language) -> str:
    """Leave the unit of a range's lower end to its upper end: `between 2 and 3.5 bar`, 2到3.5米."""
    if language == "zh":
        ends = _SPREAD_ZH.match(low), _SPREAD_ZH.match(high)
        same = ends[0] and ends[1] and ends[0][2] == ends[1][2] and ends[0][2] not in ("万", "点", "°C", "℃", "%", "万元", "万块")
        return ends[0][1] if same and ends[0] else low
    number, _, unit = low.partition(" ")
    return number if unit and number[:1].isdigit() and high.partition(" ")[2] == unit and ":" not in low else low


def fit(before: str, said: str, after: str, language: Language) -> tuple[str, str]:
    """Put what is said between two texts; give what stands up to it, and what follows."""
    if language == "zh":
        if before.endswith("“") and said.startswith("“"):
            before, after = before[:-1], after.removeprefix("”")
        comma = "，" if before[-1:].isdigit() and said[:1].isdigit() else ""
        return before + comma + said, agree_zh(said, after)
    if before.endswith('"') and said.startswith('"'):
        before, after = before[:-1], after.removeprefix('"')
    if said == "me" and after.startswith("'s"):
        return before + "my", after[2:]
    if said.startswith("me ") or said == "me":
        before = _DETERMINER.sub("", before)
    return lead_en(before, said) + said, agree_en(said, after)


def close(before: str, after: str, language: Language) -> tuple[str, str]:
    """Close the gap that a slot without clauses leaves."""
    if language == "en":
        return before.rstrip(), after
    if before.endswith(("是", "有", "按", "：", "，", "")) and after.startswith("的"):
        after = after[1:]
    return before, after


def possessive(person: str) -> str:
    """Give `my`, `Ana's`."""
    if person == "me":
        return "my"
    return f"{person}'" if person.endswith("s") else f"{person}'s"


_MASS = re.compile(
    r"(?:money|work|time|fertiliser|water|rain|humidity|information|advice|news|luggage|baggage|evidence|equipment|feed|"
    r"homework|energy|power|interest|rent|pay|income|support|access|cover|spending|experience|protein|fat|"
    r"[^aeious]s|ings|ies|[aeiou]s)$"
)


def article(noun: str) -> str:
    """Give a noun with `a` or `an`, or as it is where neither fits."""
    head = re.split(r" (?:of|in|for|to|at|on|with|that|from|by) ", noun)[0]
    if _MASS.search(head) and not head.endswith(("ss", "us", "is", "bus", "gas")):
        return noun
    vowel = noun[:1].lower() in "aeio" or (
        noun.startswith(("un", "up", "hour", "X-", "MRI")) and not noun.startswith(("uni", "one"))
    )
    return f"{'an' if vowel and not noun.startswith(('one', 'eu')) else 'a'} {noun}"


def plural(noun: str) -> str:
    """Give the plural of an entity's noun: `bank accounts`, `pieces of baggage`."""
    head, of, rest = noun.partition(" of ")
    if not of:
        head, of, rest = noun.partition(" in ")
    if head.endswith(("s", "x", "ch", "sh")):
        head += "es"
    elif head.endswith("y") and head[-2] not in "aeiou":
        head = head[:-1] + "ies"
    else:
        head += "s"
    return head + of + rest


_COUNTED = (
    ("张", "卡|票|罚单|证$|许可|名片|申请单|图"), ("笔", "付款|贷款|存款|转账|账单|缴费|保费|费用|捐赠|报销"),
    ("份", "单$|报告|合同|保单|档案|文档|简报|计划|申请|申请书|协议|汇总|公报|处方|方案|结算单|文书|批单|证书"),
    ("位", "人$|客户|医生|老师|律师|员$|顾问|艺人|用户|者$"), ("台", "机$|云主机|冰箱|设备|温控器|农机|传感器|电器"),
    ("间", "房$|房间|会议室|展厅|教室"), ("场", "演出|会议|考试|展览|讲解|庭审|音乐会"), ("首", "曲目|歌"),
    ("件", "行李|藏品|乐器|包裹|证据|商品|托运单"), ("辆", "车$|车辆"), ("块", "地块|硬盘"),
    ("顿", "餐食$"), ("条", "记录|规则|条款|预警|条目|告警|提醒"),
    ("节", "课$"), ("门", "课程"), ("道", "菜|试题|菜品"), ("次", "预约|就诊|咨询|化验|调查|校准|揽收|作业|接种|发布|班次|清运"),
    ("趟", "航班|行程"), ("家", "酒店|餐厅|医院|农场"), ("盏", "灯$"), ("把", "锁$"),
)  # fmt: skip


def counted_zh(noun: str, number: str = "一") -> str:
    """Give one of a noun with its measure word: 一张银行卡, 某位医生."""
    measure = next((measure for measure, nouns in _COUNTED if re.search(nouns, noun)), "个")
    return f"{number}{measure}{noun}"


def needs_quotes(name: str) -> bool:
    """Tell whether a Chinese name would run into its surroundings without quotation marks."""
    return ("《" not in name and (len(name) > 9 or not name.isalnum())) or any(c in name for c in "的和把给在是了去")


_BEFORE_LIST = {
    "en": re.compile(r",? (?:with|of|at|in|for|like|one|is|are|by|and|over)$|,$"),
    "zh": re.compile(r"[，、：]?(?:按|为|是|用|的)?$"),
}


def before_list(text: str, language: Language) -> str:
    """Take away what led to a place that stays empty because a list follows at the end."""
    return _BEFORE_LIST[language].sub("", text.rstrip())


_THERE_ARE = re.compile(r" (that (?:are|is|can|have|has) [^?:;,]+?) (are there|do we have)\b")
"""What is said of the rows between `which tasks` and `are there`, where it stands better after it."""
_DOUBLED = re.compile(r"\b([a-z]+) \1\b(?![-'])")
_ARTICLES = re.compile(r"\b(the|a|an|my|our) (?=(?:the|a|an|my|our) )")


def tidy(text: str, language: Language) -> str:
    """Mend spaces, commas and doubled words where pieces met."""
    if language == "zh":
        text = re.sub(r"\s+", lambda m: m[0] if m.start() and text[m.start() - 1].isascii() else "", text)
        text = re.sub(r"，[，、]+|、+，", "，", re.sub(r"(的|、)\1+", r"\1", text))
        return text.strip("，、 ")
    text = re.sub(r"\s+([,;:?])", r"\1", re.sub(r"\s+", " ", text))
    text = _THERE_ARE.sub(r" \2 \1", _DOUBLED.sub(r"\1", text))
    text = _ARTICLES.sub("", re.sub(r",(?:,| ,)+", ",", text))
    return text.strip(" ,:;")
