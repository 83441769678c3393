"""Say a fact by its label where the pack gives no phrase for it."""

from __future__ import annotations

import re

from toolsim.base.text import Language
from toolsim.taxonomy.declarations import NUMERIC, TEMPORAL, Field, Kind
from toolsim.wording import joints
from toolsim.wording.answer_words import is_plural, singular

_UNITS_EN = re.compile(
    r" in (percent|per cent|months|years|days|hours|minutes|seconds|weeks|metres|kilometres|grams|kilograms|yuan)$"
)
_UNITS_ZH = re.compile(r"（([^（）]{1,4})）$")
_ADVERBIAL = re.compile(r"(?:by|at|in|on|from|to|with|no|not|as|only|once|every) ")
"""How options begin that cannot stand as the object of `with`."""
_BEFORE = ("万分之", "千分之")
_PART_ZH = "（可只填一部分）"


def shown(field: Field, said: str, language: Language) -> tuple[str, str]:
    """Give a label without the unit in it, and the value with that unit."""
    label = re.split(r"[,，]", field.label.say(language).removesuffix(_PART_ZH), maxsplit=1)[0]
    label = label.removeprefix("是否").removesuffix("列表")
    if language == "en":
        unit = _UNITS_EN.search(label)
        if unit and field.kind in NUMERIC and field.unit is None:
            mark = "%" if unit[1].startswith("per") else f" {unit[1][:-1] if said == '1' else unit[1]}"
            return label[: unit.start()], said + mark
        return label, said
    unit = _UNITS_ZH.search(label)
    if unit and field.kind in NUMERIC and field.unit is None:
        measure = unit[1].removeprefix("单位：").replace("百分制", "分")
        return label[: unit.start()], measure + said if measure in _BEFORE else said + measure
    return label, said


def fallback(field: Field, said: str, language: Language) -> str:
    """Give a clause for a fact from its label."""
    label, said = shown(field, said, language)
    if field.kind is Kind.REF and field.label.en.startswith("number of the "):
        return f"{said}的" if language == "zh" else f"for {said}"
    if language == "zh":
        return _zh(field, label, said)
    if field.kind is Kind.STATE:
        return f"currently {said}"
    if field.kind in NUMERIC:
        if label.startswith("number of "):
            return f"with {said} {label[10:]}"
        if is_plural(label) and (words := _counted(label, said)):
            return f"with {words}"
        bounded = said.startswith(("between ", "at most "))
        return f"with {joints.article(label)} {'' if bounded else 'of '}{said}"
    if field.kind in TEMPORAL:
        lead = "at" if field.kind is Kind.TIME else "on"
        return joints.insert_en(f"with the {label} {lead} {{}}", said)
    if field.kind is Kind.TEXT and field.prose:
        return f"with the {label} {said}"
    if field.kind in (Kind.MANY, Kind.LIST) and " and " not in said:
        label = singular(label)
    if _ADVERBIAL.match(said):
        said = f'"{said}"'
    return f"with {said} as the {label}"


def _counted(label: str, said: str) -> str:
    """Count what a label names: `11 hours of grace`; empty where the value has a unit of another name."""
    number, _, unit = said.partition(" ")
    if unit and not label.startswith(unit):
        return f"{said} {label}" if re.fullmatch(r"(?:at most|between) [\d.,]+(?: and [\d.,]+)?", said) else ""
    return f"{number} {singular(label) if number in ('1', 'one') else label}"


def _zh(field: Field, label: str, said: str) -> str:
    if field.kind is Kind.STATE:
        return f"{said}的"
    if field.kind in NUMERIC | TEMPORAL:
        return f"{label}{said}的"
    return f"{label}是{said}的"
