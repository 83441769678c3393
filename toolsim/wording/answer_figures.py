"""Answers to what was worked out: the figure or verdict first, then the few figures that explain it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from toolsim.taxonomy.declarations import TEMPORAL, Field, Kind, Operation
from toolsim.wording import values
from toolsim.wording.answer_changes import Told, listed, target_row
from toolsim.wording.answer_facts import Speaker
from toolsim.wording.answer_labels import asks
from toolsim.wording.answer_words import after_colon, be, is_plural, on, sentence

_WORD = re.compile(r"[a-z0-9]+")
_IDLE = frozenset(("the", "of", "a", "an", "in", "per", "for", "to", "and", "from", "on", "that", "is", "at", "or", "by"))
_LEADING = frozenset(
    (
        "days the object may be shown", "people admitted", "income after commission", "expected effort", "hours worked",
        "great-circle distance", "fee in all", "heat units so far", "fertiliser per hectare", "days that the stock lasts",
        "mean error", "mean daily maximum", "share of temperature hits", "combined ratio in percent", "mean severity",
        "gross yearly premium", "cost of not paying in full", "total spent", "first instalment", "final amount",
        "mean monthly surplus", "volume of one dose", "mean energy a day", "end of the last stop", "on time in full",
        "mean kinetic temperature", "cost of the trip", "kept out of residual waste", "saved by the pass", "equivalent level Leq",
        "GPA on the 4.0 scale", "share of correct answers", "sum to pay in all", "final day",
        "sum payable", "replicas within the policy", "monthly cost", "95th percentile", "availability", "total this month",
        "dew point", "space needed", "peak", "mean temperature",
    )
)  # fmt: skip
"""Labels of figures that answer the question where the words of the requests do not tell which one does."""
_PHRASE = 3
"""Options of so many words speak for themselves."""
_EXPLAINING = 4
_SPOKEN_OF = 0.3
_SOUGHT_ZH = (
    ("几点", "时间$|时刻$"),
    ("绩点", "绩点"),
    ("到岸成本", "到岸成本"),
    ("多少钱|一共|总共|报个价|要付多少|花多少|能赔|能收多少|能赚", "总价|总额|应付|应收|应缴|应计费用|应退|合计$|保费$"),
    ("多久|几天", "天数$|时长$|时间$"),
)
"""What Chinese requests ask for, and the labels of the figures that answer it."""
_RESULTS = ("结论", "判断结果", "结果", "判断", "该联系谁")


def think(s: Speaker, told: Told) -> list[str]:
    """Tell what a formula, an analysis or a decision table came to."""
    row = told.row
    fields = [f for f in told.api.operation.gives if f.name in row]
    lists = [f for f in fields if f.kind is Kind.LIST]
    flags = [f for f in fields if f.kind is Kind.FLAG]
    plain = [f for f in fields if f not in lists and f not in flags]
    if not plain:
        return [*([s.join(s.clause(f, row[f.name]) for f in flags)] if flags else []), *_lists(s, told, lists)]
    first = _headline(told.api.operation, plain, s.zh)
    main = _verdict(s, first, row[first.name]) if first.kind is Kind.ENUM else _figure(s, first, row[first.name])
    out = [_about(s, told, main)]
    rest = [f for f in plain if f is not first]
    facts = [words for f in rest if (words := s.clause(f, row[f.name]))]
    if facts and not told.short:
        said = listed(s, facts[-_EXPLAINING:])
        out.append(s.line("figures_more", facts=said) if s.zh or "; " not in said else said)
    if s.zh or not told.short:
        out += [s.clause(f, row[f.name]) for f in flags[:2]]
    return [*out, *_lists(s, told, lists)]


def _about(s: Speaker, told: Told, main: str) -> str:
    """Say what a figure is about where it is one of several things told."""
    if not told.short or not told.api.operation.target:
        return main
    row = target_row(s, told)
    return f"{row}：{main}" if s.zh else f"For {row}, {_lowered(main)}"


def _lowered(text: str) -> str:
    """Begin a sentence small, as it goes on after a comma."""
    return after_colon(text) if text[:2] != "I " else text


def _headline(op: Operation, fields: Sequence[Field], zh: bool = False) -> Field:
    """Choose what was asked for: a verdict, or the figure whose name is in the requests, or else the last."""
    verdicts = [f for f in fields if f.kind is Kind.ENUM]
    if verdicts:
        return verdicts[0] if op.verb == "assess" else verdicts[-1]
    if zh and (named := _asked_zh(op, fields)) is not None:
        return named
    leading = next((f for f in fields if f.label.en in _LEADING), None)
    if leading is not None:
        return leading
    asked = set(_WORD.findall(" ".join((*op.ask.en, op.name)).lower()))
    best, chosen = 0.0, fields[-1]
    for field in fields:
        words = [word for word in _WORD.findall(field.label.en.lower()) if word not in _IDLE]
        share = sum(word in asked for word in words) / len(words) if words else 0
        if share >= max(best, 0.5):
            best, chosen = share, field
    return chosen


def _asked_zh(op: Operation, fields: Sequence[Field]) -> Field | None:
    """Choose the figure whose label the Chinese requests speak of most; None when they speak of none."""
    asked = "".join(op.ask.zh)
    for question, label in _SOUGHT_ZH:
        if re.search(question, asked) and (sought := next((f for f in fields if re.search(label, f.label.zh)), None)):
            return sought
    shares = [sum(pair in asked for pair in pairs) / len(pairs) if (pairs := _pairs(f.label.zh)) else 0.0 for f in fields]
    best = max(shares)
    return fields[shares.index(best)] if best >= _SPOKEN_OF else None


def _pairs(label: str) -> list[str]:
    return [label[i : i + 2] for i in range(len(label) - 1)]


def _figure(s: Speaker, field: Field, value: Any) -> str:
    clause, label = s.clause(field, value), s.label(field)
    if s.zh or (clause.startswith(f"the {label} ") and field.kind not in TEMPORAL):
        comes = "come" if is_plural(label) else "comes"
        return s.line("figure", label=label, value=s.bare(field, value), be=be(label, label), comes=comes) if clause else ""
    return clause


def _verdict(s: Speaker, field: Field, value: Any) -> str:
    said, label = s.say(field, value), s.label(field)
    alike = not s.zh and bool(set(said.lower().split()) & set(label.lower().split()))
    if (asks(label) and not s.zh) or label in _RESULTS:
        return s.line("verdict_plain", label=label, value=said)
    long = len(said) > 6 if s.zh else len(said.split()) >= _PHRASE or alike
    return s.line("verdict_phrase" if long else "verdict", label=label, value=said, be=be(label, label))


def _lists(s: Speaker, told: Told, fields: Sequence[Field]) -> list[str]:
    out = []
    for field in fields:
        items, item = told.row[field.name], field.item
        assert item is not None
        label = s.label(field)
        said = [s.say(item, entry) for entry in (items if len(items) <= _EXPLAINING else (items[0], items[-1]))]
        if not items:
            out.append(s.line("list_none", label=label))
        elif len(items) <= _EXPLAINING:
            out.append(s.line("list_all", label=label, items=("；" if s.zh else "; ").join(said)))
        else:
            out.append(s.line("list_first", label=label, count=str(len(items)), first=said[0], last=said[-1]))
    return out


def check(s: Speaker, told: Told) -> list[str]:
    """Answer yes or no, with the reasons."""
    reasons = next(f for f in told.api.prepared.result if f.name == "reasons")
    if told.row["ok"]:
        out = [_about(s, told, s.line("check_yes"))]
    else:
        said = [sentence(reasons.option(code).label.say(s.language), s.language) for code in told.row["reasons"]]
        out = [_about(s, told, s.line("check_no", reasons=("" if s.zh else " ").join(said)))]
    gives = [words for f in told.api.operation.gives if f.name in told.row and (words := s.clause(f, told.row[f.name]))]
    return [*out, listed(s, gives)] if gives and not told.short else out


def convert(s: Speaker, told: Told) -> list[str]:
    """Give the quantity in both units."""
    scale = {unit.code: unit.label.say(s.language) for unit in told.api.operation.scale}

    def amount(value: float, code: str) -> str:
        number = values.number(value, s.language)
        if s.zh and (named := re.fullmatch(r"(.+)（(.+)）", scale[code])):
            return f"{named[1]}{number}{named[2]}"
        return number + scale[code] if s.zh else f"{number} {scale[code]}"

    source = amount(told.args["value"], told.args["from_unit"])
    return [s.line("convert", source=source, result=amount(told.row["value"], told.row["unit"]))]


def series(s: Speaker, told: Told) -> list[str]:
    """Tell first, last, highest, lowest and the trend."""
    op, points = told.api.operation, told.row["points"]
    field, days = told.target.field(op.path), op.over == "days"
    at = replace(field, kind=Kind.DATE if days else Kind.DATETIME)

    def when(point: dict[str, Any], bare: bool = False) -> str:
        said = s.say(at, point["at"])
        return said if s.zh or bare else on(said)

    first, last = points[0], points[-1]
    slots = {"row": target_row(s, told), "label": s.label(field), "first": s.say(field, first["value"])}
    if len(points) == 1:
        return [s.line("series_one", start=when(first), **slots)]
    ends = {"start": when(first), "end": when(last), "start_bare": when(first, True), "end_bare": when(last, True)}
    out = [s.line("series_ahead" if op.ahead else "series_past", last=s.say(field, last["value"]), **ends, **slots)]
    if told.short:
        return out
    if len(points) > 2:
        high, low = max(points, key=lambda p: p["value"]), min(points, key=lambda p: p["value"])
        out.append(
            s.line(
                "series_range",
                high=s.say(field, high["value"]),
                low=s.say(field, low["value"]),
                when_high=when(high, True),
                when_low=when(low, True),
                trend=s.line(told.row["trend"]),
            )
        )
    if op.ahead and last.get("low") is not None and last["low"] != last["high"]:
        out.append(s.line("margin", low=s.say(field, last["low"]), high=s.say(field, last["high"])))
    return out
