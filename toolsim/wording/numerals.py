"""Read the amounts that words hold, with the units they come in: `1,200 yuan`, `an hour and a half`, `三千二`, `1.5万`."""

from __future__ import annotations

import re
from functools import lru_cache
from math import prod
from typing import NamedTuple

from toolsim.base.text import Language, Text


class Amount(NamedTuple):
    """A number in a text."""

    value: float
    unit: str
    """As written; empty for none."""
    start: int
    end: int


_UNITS: dict[str, tuple[tuple[str, float], ...]] = {}
"""What each unit may measure, and how much of the base unit it is."""

_FAMILIES = {
    "time": (
        "ms milliseconds millisecond 毫秒=0.001; s sec secs second seconds 秒 秒钟=1; min mins minute minutes m 分钟 分=60;"
        "刻钟=900; h hr hrs hour hours 小时 钟头=3600; day days night nights 天 晚 日=86400; week weeks 周 星期 礼拜=604800;"
        "fortnight fortnights=1209600; month months 月=2592000; year years 年=31536000"
    ),
    "months": "month months 月=1; quarter quarters 季度=3; year years 年 岁=12",
    "money": (
        "yuan rmb cny kuai 元 块钱 块 圆 人民币=1; 角 毛 毛钱=0.1; 分=0.01; thousand_yuan=1000"
    ),
    "mass": (
        "mg 毫克=0.001; g gram grams 克=1; kg kilo kilos kilogram kilograms 千克 公斤=1000; "
        "斤=500; t tonne tonnes ton tons 吨=1000000"
    ),
    "length": (
        "mm millimetres millimeters 毫米=0.001; cm centimetres centimeters 厘米 公分=0.01; m metre metres meter meters 米=1;"
        "km kilometre kilometres kilometer kilometers 公里 千米=1000"
    ),
    "area": (
        "m² m2 sqm 平方米 平米 平=1; square_metres square_meters square_metre=1; "
        "hectare hectares ha 公顷=10000; 亩=666.66666667"
    ),
    "volume": "ml millilitres milliliters 毫升=0.001; l litre litres liter liters 升=1; m³ m3 cubic_metres 立方米 方=1000",
    "power": "w watt watts 瓦=1; kw kilowatt kilowatts 千瓦=1000",
    "percent": "% ％ percent per_cent 个百分点=1; ‰=0.1; 成=10",
}  # fmt: skip
for _family, _table in _FAMILIES.items():
    for _row in _table.split(";"):
        _names, _, _factor = _row.partition("=")
        for _name in _names.split():
            _name = _name.replace("_", " ")
            _UNITS[_name] = (*_UNITS.get(_name, ()), (_family, float(_factor)))


def _any(words: list[str]) -> str:
    return "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in sorted(words, key=len, reverse=True))


_EN_UNIT = rf"m[²³]|(?:{_any([u for u in _UNITS if u.isascii() and u[0].isalpha()])})(?![a-z/²³])|[%％‰]"
_ZH_UNIT = _any([u for u in _UNITS if u != "月"]) + "|月"
_DIGITS = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?|\.\d+"

# --- English ---

_BELOW_TWENTY = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
seventeen eighteen nineteen"""
_SMALL = {word: index for index, word in enumerate(_BELOW_TWENTY.split())}
_SMALL |= {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
_SMALL |= {"once": 1, "twice": 2, "single": 1, "couple": 2, "pair": 2, "none": 0, "nothing": 0}
_SMALL |= {"first": 1, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10}
_LARGE = {"hundred": 100, "thousand": 1000, "k": 1000, "million": 1_000_000, "billion": 1_000_000_000, "dozen": 12}
_PARTS = {"half": 0.5, "a half": 0.5, "quarter": 0.25, "a quarter": 0.25, "three quarters": 0.75, "½": 0.5, "¼": 0.25, "¾": 0.75}
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\b"
)
_EN_WORD = rf"(?:{_any([*_SMALL, 'hundred', 'thousand', 'million', 'billion', 'dozen'])})"
_FRACTION = r"a half|half|a quarter|three[\s-]quarters|quarter"
_EN_SKIP = "|".join(
    (
        r"\d{4}-\d\d?-\d\d?(?:T[\d:]+)?",
        r"\d{1,2}:\d{2}",
        r"\d{1,2}\s*[ap]\.?m\b",
        rf"\d{{1,2}}(?:st|nd|rd|th)?(?:\s+of)?\s+{_MONTH}(?:,?\s+\d{{4}})?",
        rf"{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?\b(?!:)",
        r"(?!rmb|cny|minus|negative)(?<![a-z\d])[a-z][a-z_]*-?\d[\w-]*(?:\.\d+)?",
        r"no (?:one|longer|more|later|earlier|less|fewer|sooner)",
        r"(?:this|that|which|any|each|every|the|other) one\b",
    )
)
_EN = re.compile(
    rf"(?:{_EN_SKIP})"
    rf"|(?P<sign>(?<![\w%)])[-−]|\b(?:minus|negative)\s+)?(?:[¥$€£]\s*)?"
    rf"(?:(?P<digits>{_DIGITS})(?:st|nd|rd|th)?(?![\d])"
    rf"(?:\s*(?P<large>k\b|hundred|thousand|million|billion|dozen))?"
    rf"|(?<![a-z])(?P<part>(?:{_FRACTION})(?:\s+(?:of\s+)?an?|\s+of\s+the)?(?:\s+(?:hundred|thousand|million|dozen)\b)?)(?![a-z])"
    rf"|(?<![a-z])(?P<words>(?:an?\s+)?{_EN_WORD}(?:[\s-]+(?:and\s+)?{_EN_WORD})*)(?![a-z])"
    rf"|(?P<sole>[½¼¾])|(?<![a-z])(?P<one>an?)(?=\s+(?:{_EN_UNIT}))"
    rf")"
    rf"(?:(?:\s+and\s+|\s*)(?P<more>a half|a quarter|three[\s-]quarters|[½¼¾])(?![a-z]))?"
    rf"(?:(?:\s*-\s*|\s+(?:of\s+)?|)(?P<unit>{_EN_UNIT}))?"
    rf"(?:\s+and\s+(?P<rest>a half|a quarter|three[\s-]quarters)(?![a-z]))?"
    r"(?P<below>\s*(?:°\s?C|degrees(?:\s+celsius)?)?\s+below\s+(?:zero|freezing))?",
    re.IGNORECASE,
)  # fmt: skip


def _spelled(words: str) -> float:
    """Work out `two hundred and fifty`, `a dozen`, `twenty-five thousand`."""
    total = current = 0.0
    for word in re.split(r"[\s-]+", words):
        if word in _SMALL:
            current += _SMALL[word]
        elif word == "hundred":
            current = (current or 1) * 100
        elif word in _LARGE:
            total += (current or 1) * _LARGE[word]
            current = 0
    return total + current


def _english(match: re.Match[str]) -> float | None:
    if match.lastgroup is None:
        return None
    group = match.groupdict()
    if group["digits"]:
        value = float(group["digits"].replace(",", "")) * _LARGE.get((group["large"] or "").lower(), 1)
    elif group["words"]:
        value = _spelled(group["words"].lower())
    elif group["part"]:
        words = group["part"].lower().replace("-", " ")
        value = next(_PARTS[part] for part in ("three quarters", "half", "quarter") if part in words)
        value *= next((_LARGE[large] for large in _LARGE if words.endswith(" " + large)), 1)
    else:
        value = 1.0 if group["one"] else _PARTS[group["sole"]]
    for part in (group["more"], group["rest"]):
        value += _PARTS[re.sub(r"[\s-]+", " ", part.lower())] if part else 0
    return -value if group["sign"] or group["below"] else value


# --- Chinese ---

_HAN = {char: index for index, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "俩": 2}
_TENS = {"十": 10, "百": 100, "千": 1000}
_MYRIADS = {"万": 10_000, "亿": 100_000_000}
_HAN_NUMBER = "零〇一二两三四五六七八九十百千万亿"
_SCALE = r"(?:[十万亿]|[百千](?![分克米卡瓦帕勒伏字兆赫]))"
_ZH_SKIP = "|".join(
    (
        r"\d{4}-\d\d?-\d\d?(?:T[\d:]+)?",
        r"\d{1,2}[:：]\d{2}",
        r"(?!RMB|rmb)[A-Za-z_]+-?\d[A-Za-z0-9_-]*(?:\.\d+)?",
        r"一(?:[下些起样直定般共旦切致律路边旁并]|会儿|点儿|点(?![零〇一二三四五六七八九半钟]))",
        r"零(?=\d+分)|[一二三五](?=氧化)|[统唯同单万]一|千万(?=[别不要])|(?:周|星期|礼拜)[一二三四五六]|([\u3400-\u9fff])一\1",
        rf"[\d{_HAN_NUMBER}]{{1,3}}月[\d{_HAN_NUMBER}]{{1,3}}[日号]?",
    )
)
_ZH = re.compile(
    rf"(?:{_ZH_SKIP})"
    rf"|(?P<sign>零下|负|(?<![A-Za-z0-9%％])(?<![\d十百千万][元块天月年个时分度克斤米人次张件])[-−])?(?:[¥￥]\s*)?(?P<percent>百分之)?"
    rf"(?:(?P<digits>(?:{_DIGITS})(?:\s?{_SCALE}+)?(?:零?\d+(?:\.\d+)?{_SCALE}+)*(?:(?<=[百千万亿])[\d一二三四五六七八九](?!\d))?)"
    rf"|(?P<words>[零〇一二两三四五六七八九十俩](?:[零〇一二两三四五六七八九](?!氧化)|{_SCALE})*(?:点[零〇一二三四五六七八九]+[百千万亿]*)?)|(?P<part>(?:一)?半))"
    rf"(?P<half>个半(?!月)|半(?=[年天])|个(?=半月))?[多来]?"
    rf"(?:\s?(?:个(?!百分点))?(?P<unit>{_ZH_UNIT}|kg|km|cm|mm|g(?![a-z])|m(?![a-z]))"
    rf"(?P<rest>半(?!价|径)|(?<=块)[\d一二三四五六七八九](?=[毛角]|[^\u3400-\u9fff\d]|$)[毛角]?)?)?",
)  # fmt: skip
_ZH_TOKEN = re.compile(r"\d[\d,]*(?:\.\d+)?|\.\d+|.")


def han(words: str) -> float:
    """Work out `三千二百`, `三千二`, `1万5`, `二〇二六`, `三点五`."""
    whole, point, decimals = words.partition("点")
    total = section = 0.0
    number: float | None = None
    last, zero = 1, False
    for token in _ZH_TOKEN.findall(whole):
        if token in _TENS:
            section += (1 if number is None or (number == 0 and section) else number) * _TENS[token]
            number, last, zero = None, _TENS[token], False
        elif token in _MYRIADS:
            section += number or 0
            total = (total + section) * _MYRIADS[token] if token == "亿" else total + section * _MYRIADS[token]
            section, number, last, zero = 0.0, None, _MYRIADS[token], False
        elif token.strip():
            digit = float(token.replace(",", "")) if token not in _HAN else _HAN[token]
            zero = zero or digit == 0
            number = digit if number is None else number * 10 + digit
    if number is not None:
        section += number * (last // 10 if last > 10 and not zero and number < 10 else 1)
    value = total + section
    if not point:
        return value
    scales = [scale for char in decimals if (scale := _TENS.get(char) or _MYRIADS.get(char))]
    return (value + float("0." + "".join(str(_HAN[char]) for char in decimals if char in _HAN))) * prod(scales)


def _chinese(match: re.Match[str]) -> float | None:
    group = match.groupdict()
    written = group["digits"] or group["words"]
    if written is None and group["part"] is None:
        return None
    if written is None:
        value = 0.5
    elif written.isdecimal() and written.isascii():
        value = float(written)
    else:
        value = han(written.replace(",", "").replace("俩", "两"))
    value += 0.5 if group["half"] in ("个半", "半") else 0
    if rest := group["rest"]:
        value += 0.5 if rest == "半" else han(rest[0]) / 10
    return -value if group["sign"] else value


# --- both ---

_RANGE = re.compile(r"\s*(?:-|–|—|~|～|to|and|or|到|至|或|、)\s*", re.IGNORECASE)
_FOLLOWS = re.compile(r"\s*(?:and|,|又|零)?\s*", re.IGNORECASE)


def amounts(words: str, language: Language) -> list[Amount]:
    """List the numbers of a text; the ends of a range share the unit that stands behind the last."""
    out: list[Amount] = []
    regex, read = (_ZH, _chinese) if language == "zh" else (_EN, _english)
    for match in regex.finditer(words):
        value = read(match)
        if value is not None:
            unit = match["unit"] or ("%" if language == "zh" and match["percent"] else "")
            out.append(Amount(round(value, 8), re.sub(r"\s+", " ", unit.lower()), match.start(), match.end()))
    for index in range(len(out) - 2, -1, -1):
        here, after = out[index], out[index + 1]
        if not here.unit and after.unit and _RANGE.fullmatch(words, here.end, after.start):
            out[index] = here._replace(unit=after.unit)
    return out


@lru_cache(maxsize=4096)
def _measures(unit: Text) -> dict[str, float]:
    """Give what the unit of a field measures."""
    known = dict(_UNITS.get(unit.en.lower()) or _UNITS.get(unit.zh) or ())
    return {"months": known["months"]} if "months" in known else known


def numbers(words: str, unit: Text | None, language: Language) -> list[float]:
    """List the numbers that a field of that unit can take from a text; other units of its kind are converted."""
    found = amounts(words, language)
    measures = _measures(unit) if unit else {}
    out: list[float] = []
    for index, amount in enumerate(found):
        out += _converted(amount, measures)
        if index and measures and _FOLLOWS.fullmatch(words, found[index - 1].end, amount.start):
            pair = (_converted(found[index - 1], measures), _converted(amount, measures))
            if amount.unit and found[index - 1].unit != amount.unit and all(pair):
                out.append(round(pair[0][0] + pair[1][0], 8))
    return out + [scaled for amount in found for scaled in _myriads(words, amount, found, measures)]


def _converted(amount: Amount, measures: dict[str, float]) -> list[float]:
    known = _UNITS.get(amount.unit)
    if not measures or known is None:
        shares = amount.unit in ("%", "percent", "per cent") and not measures
        return [amount.value, round(amount.value / 100, 8)] if shares else [amount.value]
    return [round(amount.value * factor / measures[family], 8) for family, factor in known if family in measures]


def _myriads(words: str, amount: Amount, found: list[Amount], measures: dict[str, float]) -> list[float]:
    """Read the first end of `4到6万` as forty thousand."""
    after = next((other for other in found if other.start > amount.start), None)
    if after is None or amount.value >= 10_000 or not _RANGE.fullmatch(words, amount.end, after.start):
        return []
    scale = next((size for char, size in (("万", 10_000), ("千", 1000)) if char in words[after.start : after.end]), 1)
    value = amount._replace(value=amount.value * scale)
    return _converted(value, measures) if scale > 1 and value.value <= after.value else []
