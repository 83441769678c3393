"""Labels of fields in sentences: bare of asides and units, and put into the clause that fits them."""

from __future__ import annotations

import re
from functools import lru_cache

from toolsim.base.text import Language
from toolsim.taxonomy.declarations import NUMERIC, TEMPORAL, Field, Kind
from toolsim.wording import values
from toolsim.wording.answer_words import counted, head, is_plural, on, settle

_PERCENT = re.compile(r" in (?:percent|%)$|（[%％]）$")
_ASIDE = re.compile(r"(?:;| \(|（|, (?=if |once |none |negative |\d)| from \d+ to \d+$).*$")
_IN_UNIT = re.compile(r" in (\w+)$")
_ASKING = re.compile(
    r"(?:what|when|who|whom|how|where|which|whose|why|at which|rain \w+ (?:and|but)|hours to|"
    r"(?:days|hours|minutes|months|years) (?:the|that|it|until|within|before)) "
)
"""How labels begin that no `the ... is` fits."""
_BARE = re.compile(
    r"(?:to|kept|at|left|still|above|below|each|with|saved|paid|spent|set aside|on|open past|owed|used|earned(?! value)|logged|"
    r"delivered|collected) "
)
"""How labels begin that lack their noun: `paid so far`."""
_LEADS_ON = re.compile(
    r"(?:not )?(?:\w+ed|held|set|closed|due|sent|put|back|lost|kept|left|shut|out|resting|running|made|written|valid)(?: \w+)? "
    r"(?:until|by|on|at|from|since|for|to)$"
)
"""Labels that their value carries on: `paused until`."""
_READY = re.compile(r"(?:ready|valid|free|available|back) (?!date|day|time)")
_ORDERS = re.compile(r"(?:inspect|reorder|multiply) ")
_WITHIN = re.compile(r"within (hours|days|minutes|months)$")
_WHICH = re.compile(r"^(?:at|in|on|by|for|to) which ")
_COUNTING_ZH = re.compile(r"(天|日|人|次|件|张|小时|分钟|页|笔|条|家|户|座|间|台|辆|头|只|匹|株|月|层|份|桶|站)数$")
_MEASURES = re.compile(
    r"(?:yuan|euros?|dollars|yen|percent|points|degrees|miles|(?:milli|centi|kilo)?(?:metres|grams|litres|watts)|hectares|mu|"
    r"(?:deci)?bels|seconds|minutes|hours|days|weeks|months|years|nights|cents|tonnes|units|steps|.*\W.*|\w{1,4})$"
)
"""Units that must be named, where others only repeat what a label counts."""
_SHORT = {"grams": "g", "kilograms": "kg", "kilometres": "km", "metres": "m", "millilitres": "mL"}


def label_of(field: Field, zh: bool) -> str:
    """Give a field's label without asides and without the unit that its value brings."""
    return _label(field.label.zh if zh else field.label.en, field.unit.en if field.unit else "", zh)


@lru_cache(maxsize=16384)
def _label(label: str, unit: str, zh: bool) -> str:
    label = _ASIDE.sub("", _PERCENT.sub("", label.removesuffix("的")))
    if zh:
        return label.removeprefix("当前")
    if unit and (match := _IN_UNIT.search(label)) and match[1] in unit:
        label = label[: match.start()]
    label = _WHICH.sub("", label).removesuffix(" now")
    if _BARE.match(f"{label} ") and not _LEADS_ON.match(label):
        label = f"{'share' if unit in ('%', 'percent') else 'amount' if unit else 'number'} {label}"
    return label


def asks(label: str) -> bool:
    """Tell whether a label is a question: `who may see it`."""
    return bool(_ASKING.match(f"{label} "))


def names_unit(field: Field) -> bool:
    """Tell whether an English label names what is counted already: `hours on the clock`, `patients waiting`."""
    if field.unit is None or field.kind not in NUMERIC:
        return False
    label, unit = label_of(field, zh=False), field.unit.en
    if not is_plural(label):
        return False
    last = head(label).split()[-1]
    return unit in (last, _SHORT.get(last)) or (field.kind is Kind.WHOLE and not _MEASURES.match(unit))


def clause_en(field: Field, value: object, said: str) -> str:
    """Put an English field into a clause of its own: `the balance is 200 yuan`, `there are 3 places left`."""
    label = label_of(field, zh=False)
    if _ORDERS.match(label):
        return _WITHIN.sub(rf"within {said} \1", label) if _WITHIN.search(label) else f"{label} {said}"
    if asks(label):
        return f"{label}: {said}"
    if _LEADS_ON.match(label):
        return settle(f"it is {label} {said}")
    if field.kind in TEMPORAL and _READY.match(label):
        return f"it is {label} {on(said) if field.kind is not Kind.TIME else f'at {said}'}"
    if label.startswith("times ") and field.unit is not None:
        return f"it has been {label[6:]} {said}"
    if isinstance(value, int | float) and value >= 0 and counts(field, said):
        return f"there {'is' if value == 1 else 'are'} {count_en(field, value, said)}"
    if field.item is not None and field.item.kind is Kind.VALUE:
        return f"the {label}: {said}"
    if field.kind is Kind.VALUE:
        return f"the {label} {'are' if is_plural(label) else 'is'} as follows: {said}"
    return f"{label if label.startswith(('the ', 'a ')) else 'the ' + label} {'are' if is_plural(label) else 'is'} {said}"


def counts(field: Field, said: str) -> bool:
    """Tell whether an English field counts things that its label names."""
    if field.kind not in NUMERIC or said.endswith("%"):
        return False
    label = label_of(field, zh=False).removeprefix("number of ")
    return is_plural(label) and (field.unit is None or (names_unit(field) and head(label) in (field.unit.en, label.split()[0])))


def count_en(field: Field, value: float, said: str) -> str:
    """Count what an English label names: `3 places left`."""
    label = label_of(field, zh=False)
    return counted(value, label.removeprefix("number of "), said)


def number_said(field: Field, value: float, zh: bool) -> str:
    """Say a number with its unit, or with what its label counts."""
    language: Language = "zh" if zh else "en"
    if field.unit is None:
        if not zh and float(value).is_integer() and 1000 <= value <= 2200 and re.search(r"\byear\b", field.label.en):
            return f"{value:.0f}"
        said = values.quantity(field, value, language)
        return said + (_unit_zh(field.label.zh) if zh else "%" if _PERCENT.search(field.label.en) else "")
    return values.quantity(field, value, language)


@lru_cache(maxsize=4096)
def _unit_zh(label: str) -> str:
    """Give the measure word that a Chinese label of a count names: 天 of 剩余天数."""
    if _PERCENT.search(label):
        return "%"
    match = _COUNTING_ZH.search(label)
    return "" if match is None else {"日": "天", "月": "个月"}.get(match[1], match[1])


def clause_zh(field: Field, said: str) -> str:
    """Put a Chinese field into a clause of its own: 余额200元, 须在24小时内检查."""
    label, unit = label_of(field, zh=True), field.unit.zh if field.unit else ""
    if len(unit) > 2 and unit[0] in "个次" and unit[1:] in label:
        said = said.removesuffix(unit[1:])
    if "几" in label and field.kind in NUMERIC:
        again = label[label.index("几") + 1 :][:1]
        return label.replace(f"几{again}" if again and said.endswith(again) else "几", said, 1)
    if field.kind in NUMERIC or field.kind is Kind.STATE:
        return f"{label} {said}" if label[-1].isascii() and said[0].isascii() else f"{label}{said}"
    return (
        f"{label}：{said}" if field.kind is Kind.VALUE or (field.item and field.item.kind is Kind.VALUE) else f"{label}是{said}"
    )
