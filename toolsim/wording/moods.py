"""Tell in which mood a request stands, from its first words in English and from its particles in Chinese."""

from __future__ import annotations

import re
from enum import StrEnum

from toolsim.base.text import Language


class Mood(StrEnum):
    """How a request is put."""

    IMPERATIVE = "imperative"
    """Begins with a bare verb: `could you {ask}?` works."""
    QUESTION = "question"
    STATEMENT = "statement"


_VERBS = re.compile(
    r"(?:"
    r"accept|acknowledge|add|adjust|alert|amend|analyse|announce|apply|approve|arrange|ask|attach|bill|bin|block|book|"
    r"break|bring|build|call|cancel|change|chart|check|claim|clear|close|compare|compile|complain|confirm|contest|"
    r"convert|correct|count|cover|create|decide|declare|deduct|delay|delete|deny|dig|dim|dispute|draft|draw|drop|end|"
    r"enrol|enter|estimate|evaluate|extend|file|fill|find|fix|flag|forecast|forget|freeze|get|give|go|grade|grant|"
    r"grow|hand|help|hire|hold|hook|include|install|invite|isolate|issue|join|judge|keep|kill|launch|let|lift|line|"
    r"list|lock|lodge|log|look|make|mark|move|mute|name|note|object|offer|open|order|page|pair|pause|pay|pick|ping|"
    r"plan|post|prepare|price|print|program|provision|publish|pull|put|queue|quote|raise|ramp|rank|rate|reach|read|"
    r"record|redirect|redo|refund|register|reject|release|relight|relist|remind|remove|repair|replace|replan|report|"
    r"reprogramme|request|reserve|reset|resize|resolve|retag|retire|retune|revise|revive|revoke|rework|roll|run|save|"
    r"say|scale|schedule|score|scrap|scratch|search|sell|send|set|settle|share|shift|show|shut|sign|silence|size|sort|"
    r"spend|spin|split|spread|squeeze|start|stop|strike|submit|subscribe|sum|summarise|swap|switch|take|tally|tell|"
    r"terminate|throw|tick|top|trace|track|triage|tune|turn|tweak|type|underwrite|unlock|update|use|walk|warn|watch|"
    r"water|weigh|withdraw|work|write"
    r")"
)
_ASKING = re.compile(
    r"(?:"
    r"am|any|anything|are|aren't|can|can't|could|couldn't|did|didn't|does|doesn't|has|hasn't|haven't|how|how's|is|"
    r"isn't|may|shall|should|was|what|what's|when|when's|where|where's|which|who|who's|whose|why|will|won't|would"
    r")"
)
_ASKING_LATER = re.compile(
    r"(?:^|[,:;?] )(?:and )?(?:how|what|what's|should|can|could|may|is|are|does|do|will|would|am|did|has|why|who's) "
)
_ASKING_LAST = re.compile(r"[,:;] (?:and )?(?:which|when|where|who|whose|have)\b[^,:;]*$")
_NOT_VERBS = re.compile(
    r"(?:top|time|head|heat|machine|water|price|value|sample|report|budget|claim|repair) "
    r"(?:of|costs?|foods?|sheet|counts|stress|list|need|curve|numbers?)\b|sample for|budget \{|let's"
)
_DO = re.compile(r"(?:do|have) (?!the |a |an |my |our |\{(?!hold))")
_VERB_AFTER_OBJECT = re.compile(r"have \{\w+\} (?:\{|\w+ed|laid|put|run|sent)")


def mood(phrase: str, language: Language) -> Mood:
    """Tell the mood of a phrase, whose slots stand in braces."""
    return _english(phrase) if language == "en" else _chinese(phrase)


def _english(phrase: str) -> Mood:
    bare = phrase.removeprefix("please ")
    first = bare.partition(" ")[0].rstrip(",:")
    if bare.endswith("?") and not _VERBS.fullmatch(first):
        return Mood.QUESTION
    if "? " in bare or bare.startswith("what I "):
        return Mood.STATEMENT
    if first in ("do", "have"):
        commands = not _DO.match(bare) and (first == "do" or "{" not in bare.split()[1] or _VERB_AFTER_OBJECT.match(bare))
        return Mood.IMPERATIVE if commands else Mood.QUESTION
    if _ASKING.fullmatch(first):
        return Mood.QUESTION
    if _VERBS.fullmatch(first) and not _NOT_VERBS.match(bare):
        return Mood.IMPERATIVE if not bare.endswith("?") else Mood.QUESTION
    asks = _ASKING_LATER.search(bare) or _ASKING_LAST.search(bare)
    return Mood.QUESTION if asks else Mood.STATEMENT


POLITE = re.compile(r"^(?:能不能)?(?:麻烦(?:您|你)?(?:帮我|帮忙|给我)?|请(?:您|你)?(?:帮我|帮忙)?|帮我|帮忙|劳驾)(?=[^们]{2})")
"""How Chinese requests open politely."""
_ZH_ASKS = re.compile(
    r"吗$|呢$|么$|没有$|没$|多少|什么|哪|怎么|怎样|多久|多大|多远|多高|谁|如何|何时|(.)[不没]\1|有没有|是否|"
    r"(?<![这那好找记加下存办录来列收订买])几(?!句)|多(?:长|快|重|热|冷|严重)"
)
_ZH_VERBS = re.compile(
    r"[把给让往将查看找算列盯翻记录调改换比排拉搜写约订办停关删建登设加存核测评估审签发寄取退付交送拿领选挑跑编捋撤清锁冻解续"
    r"扣划转借还租卖种浇喷割报拟][^的家里面位法算记]|(?:[按从用在对照跟向替以][^前后来]|帮)|"
    r"(?:统计|分析|预测|对比|起草|打开|列出|登记|检索|新建|更正|删掉|取消|安排|汇总|数一|录入|核对|判断|比较|重新|调出|发布|"
    r"确认|提交|上报|准备|递交|同意|答应|介绍|出一|出个|来点|筹备|重写|公布|复盘|收一|退保|拒了|回绝|开一|开个|开通|关掉|"
    r"追一|整理|补一|做一|做个|定一|定个|推一|推算|估|模拟|设置|修改|更新|添加|创建|启动|暂停|恢复|结束|通知|提醒|叫停|"
    r"归档|存档|派|拆|合并|标|挂|打|点|撤销|解除|终止|解锁|上架|下架|下单|入库|出库|批准|驳回|接受|受理|签收|扫|检查|"
    r"规划|制定|计算|换算|折算|回收|回滚|扩容|缩容|轮换|吊销|静音|升级|降级|认领|处理|投诉|反馈|申请|申报|预订|预约|预定|"
    r"释放|报失|领|搭|搞|弄|教|背|念|放|播|算下|结清|结算|结掉|缴|交|补|开|关|配|调|移|搬|换|接|收)"
)


def _chinese(phrase: str) -> Mood:
    if phrase.endswith(("？", "?")):
        return Mood.QUESTION
    bare = POLITE.sub("", phrase)
    if bare != phrase or (_ZH_VERBS.match(bare) and not re.search(r"[吗呢]$", bare)):
        return Mood.IMPERATIVE
    last = re.split(r"[，；：]", bare)
    return Mood.QUESTION if any(_ZH_ASKS.search(part) for part in last) else Mood.STATEMENT
