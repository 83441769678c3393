"""Faults in what the assistant reports: figures, dates, ids, states and names that no result has, deeds that were not done."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from itertools import combinations
from random import Random
from typing import Any

from toolsim.apis.leaves import leaves
from toolsim.apis.paths import scalars
from toolsim.checks.case import Case
from toolsim.checks.mutations.edits import pick, said, texts, with_text
from toolsim.checks.mutations.mutation import fault
from toolsim.roleplay.dialogue import Dialogue
from toolsim.taxonomy.declarations import Kind, Option
from toolsim.wording.days import days
from toolsim.wording.values import MONTHS

_FIGURE = re.compile(r"(?<![\w.,:/-])\d[\d,]*(?:\.\d+)?(?![\w:/-]|[.,]\d|月|日|号|点|年)")
_SHORT = re.compile(r"(?<![\w.-])\d{1,2}(?![\w.-])")
_ID = re.compile(r"(?<![A-Za-z0-9])[A-Z]{1,5}\d{3,}(?![A-Za-z0-9])")
_QUOTED = re.compile(r"[“\"]([^”\"]{2,120})[”\"]")
_ROUNDED = 0.01
"""What figures may differ by in the telling."""
_CLOCK = 60
"""Up to here a number may be the hours or minutes of some length of time."""
_SUCCESS = {
    "en": ("Done, that has gone through.", "All set, it is taken care of.", "Good news: it went through as you wanted."),
    "zh": ("办好了，一切顺利。", "已经为您办理完成。", "处理好了，都按您的意思来的。"),
}
_CLAIM = {
    "en": ("I've booked it for you.", "Done. I've updated it just now.", "All set, I've sent it off."),
    "zh": ("已经为您预订好了。", "办好了，已为您更新。", "已经帮您发送了。"),
}
_NAMES = {"en": "The Gilded Otter", "zh": "金水獭小筑"}
Edit = Callable[[re.Match[str]], str | None]


def _seen(case: Case, index: int) -> str:
    return "\n".join(m.content or "" for m in case.messages[:index]) + "".join(c.text for c in case.calls if c.place < index)


def _answer(case: Case, rng: Random, pattern: re.Pattern[str], edit: Edit) -> Dialogue | None:
    """Edit one place of an answer that tells of calls."""
    told = [(index, text) for index, move, text in said(case, "answer") if not move.text]
    ways = [(index, text, match) for index, text in told for match in pattern.finditer(text)]
    for index, text, match in rng.sample(ways, len(ways)):
        new = edit(match)
        if new is not None and new != match[0]:
            return with_text(case.dialogue, index, text[: match.start()] + new + text[match.end() :])
    return None


@fault("answer_number_wrong", "an answer tells a number that stands nowhere", "answers")
def answer_number_wrong(case: Case, rng: Random) -> Dialogue | None:
    seen = _seen(case, len(case.messages)).replace(",", "")

    def edit(match: re.Match[str]) -> str | None:
        value = float(match[0].replace(",", ""))
        new = f"{value * 3 + 61.37:.2f}" if "." in match[0] else f"{value * 3 + 61:.0f}"
        return None if re.search(rf"(?<!\d){re.escape(new)}(?!\d)", seen) else f"{float(new):,}".removesuffix(".0")

    return _answer(case, rng, _FIGURE, edit)


@fault("answer_digit_wrong", "one digit of a figure in an answer is wrong", "answers")
def answer_digit_wrong(case: Case, rng: Random) -> Dialogue | None:
    def edit(match: re.Match[str]) -> str | None:
        # A short number is likely to be told somewhere else as well; exchanging two numbers is another fault.
        if sum(c.isdigit() for c in match[0]) < 3:
            return None
        place = rng.choice([n for n, c in enumerate(match[0]) if c.isdigit()])
        digit = str((int(match[0][place]) + rng.randint(1, 8)) % 9 + 1)
        new = match[0][:place] + digit + match[0][place + 1 :]
        bare = new.replace(",", "")
        rounded = abs(float(bare) - float(match[0].replace(",", ""))) < _ROUNDED
        return None if rounded or bare in _seen(case, len(case.messages)).replace(",", "") else new

    return _answer(case, rng, _FIGURE, edit)


@fault("answer_count_wrong", "an answer tells more rows than were found", "answers")
def answer_count_wrong(case: Case, rng: Random) -> Dialogue | None:
    most = max((int(digits) for text in [_seen(case, len(case.messages))] for digits in _SHORT.findall(text)), default=0)
    counts = {str(v) for c in case.calls if isinstance(c.result, dict) for k, v in c.result.items() if k.lower() == "total"}
    ways = re.compile(rf"(?<![\w.,:/-])(?:{'|'.join(sorted(counts)) or 'x'})(?= [a-z]+ ?[a-z]*s\b|[条个张笔份项次件])")
    return _answer(case, rng, ways, lambda match: str(max(most, _CLOCK) + rng.randint(1, 3)))


@fault("answer_date_wrong", "an answer tells a day that was not given", "answers")
def answer_date_wrong(case: Case, rng: Random) -> Dialogue | None:
    scenario = case.scenario
    assert scenario is not None
    ways = [
        (index, text, spot)
        for index, _, text in said(case, "answer")
        for spot in days(text, scenario.now, case.language)
        if re.search(r"月|[A-Za-z]{3}", words := text[spot.start : spot.end]) and any(c.isdigit() for c in words)
    ]
    for index, text, spot in rng.sample(ways, len(ways)):
        words = text[spot.start : spot.end]
        other = date.fromisoformat(spot.value) + timedelta(days=rng.choice((1, 2, 9)))
        new = re.sub(r"(?<!\d)\d{1,2}(?!\d)(?=[日号]|\b)(?!月)", str(other.day), words, count=1)
        read = {told.value[5:] for told in days(new, scenario.now, case.language)}
        if new != words and read and not read & _days_before(case, index):
            return with_text(case.dialogue, index, text[: spot.start] + new + text[spot.end :])
    return None


def _days_before(case: Case, index: int) -> set[str]:
    """List the days, without their year, that anybody has told or shown; telling one of them would be another fault."""
    assert case.scenario is not None
    spoken = [m.content or "" for m in case.messages[:index] if m.role != "tool"]
    every = {spot.value[5:] for text in spoken for spot in days(text, case.scenario.now, case.language)}
    return every | set(re.findall(r"(?<=\d{4}-)\d\d-\d\d", _seen(case, index)))


@fault("answer_month_wrong", "an answer tells a date in another month", "answers")
def answer_month_wrong(case: Case, rng: Random) -> Dialogue | None:
    seen = _seen(case, len(case.messages))
    free = [n for n in range(1, 13) if f"-{n:02d}-" not in seen and MONTHS[n - 1] not in seen and f"{n}月" not in seen]
    if not free:
        return None
    other = rng.choice(free)
    if case.language == "en":
        return _answer(case, rng, re.compile(rf"\b(?:{'|'.join(MONTHS)})\b"), lambda match: MONTHS[other - 1])
    return _answer(case, rng, re.compile(r"(?<!\d)\d{1,2}月(?=\d)"), lambda match: f"{other}月")


@fault("answer_id_wrong", "an answer tells an id with a wrong digit", "answers")
def answer_id_wrong(case: Case, rng: Random) -> Dialogue | None:
    seen = _seen(case, len(case.messages))

    def edit(match: re.Match[str]) -> str | None:
        new = match[0][:-1] + str((int(match[0][-1]) + rng.randint(1, 9)) % 10)
        return new if new not in seen else None

    return _answer(case, rng, _ID, edit)


@fault("answer_state_wrong", "an answer tells another state than the result", "answers")
def answer_state_wrong(case: Case, rng: Random) -> Dialogue | None:
    ways: list[tuple[str, str]] = []
    seen = _seen(case, len(case.messages)).casefold()
    for made in case.calls:
        api = case.catalogue.find(made.name)
        for field in api.prepared.result if api else ():
            if field.kind is Kind.STATE:
                ways += _exchanges(field.options, seen, case)
    for old, new in rng.sample(ways, len(ways)):
        lead = r"(?<=is )|(?<=now )|(?<=currently )" if case.language == "en" else ""
        found = _answer(case, rng, re.compile(f"(?:{lead}){re.escape(old)}"), lambda match, new=new: new)  # type: ignore[misc]
        if found is not None:
            return found
    return None


def _exchanges(options: tuple[Option, ...], seen: str, case: Case) -> list[tuple[str, str]]:
    """List pairs of states, of which the second was neither shown nor spoken of."""
    told = [o.label.say(case.language) for o in options if f'"{o.code}"' in seen]
    # A label that is part of another one, such as `paid` of `part paid`, is told by it.
    new = [o.label.say(case.language) for o in options if f'"{o.code}"' not in seen]
    new = [label for label in new if label.casefold() not in seen and not any(label in one for one in told)]
    return [(old, label) for old in told for label in new if len(label) > 1]


@fault("answer_name_wrong", "an answer puts a made-up name between quotation marks", "answers")
def answer_name_wrong(case: Case, rng: Random) -> Dialogue | None:
    return _answer(case, rng, _QUOTED, lambda match: match[0].replace(match[1], _NAMES[case.language]))


@fault("answer_row_wrong", "an answer names a row of the world that nobody has seen", "answers")
def answer_row_wrong(case: Case, rng: Random) -> Dialogue | None:
    assert case.world is not None
    ways = []
    for index, _, text in said(case, "answer"):
        seen = _seen(case, index).casefold()
        for rows in case.world.tables.values():
            names = [str(row[key]) for row in rows.values() for key in ("name", "title") if isinstance(row.get(key), str)]
            told = [name for name in names if len(name) > 3 and name in text]
            ways += [(index, text, old, new) for old in told for new in names if len(new) > 3 and new.casefold() not in seen]
    way = pick(rng, ways)
    return with_text(case.dialogue, way[0], way[1].replace(way[2], way[3])) if way else None


@fault("success_after_a_fault", "the world refused, and the assistant tells of success", "answers")
def success_after_a_fault(case: Case, rng: Random) -> Dialogue | None:
    gold = case.scenario.calls if case.scenario else ()
    refused = {call.id for call in gold if call.fault}
    ways = [index for index, move, _ in said(case, "answer") if move.calls and set(move.calls) <= refused]
    index = pick(rng, ways)
    return None if index is None else with_text(case.dialogue, index, rng.choice(_SUCCESS[case.language]))


@fault("deed_without_a_call", "the assistant claims to have done something and has called nothing", "answers")
def deed_without_a_call(case: Case, rng: Random) -> Dialogue | None:
    index = pick(rng, [index for index, _, _ in said(case, "refuse", "ask", "reject", "chat")])
    if index is None or any(call.place < index for call in case.calls):
        return None
    return with_text(case.dialogue, index, rng.choice(_CLAIM[case.language]))


@fault("gold_leaked", "the assistant tells an id that it cannot know yet", "answers")
def gold_leaked(case: Case, rng: Random) -> Dialogue | None:
    ways = []
    for made in case.calls:
        api = case.catalogue.find(made.name)
        if api is None or made.arguments is None:
            continue
        keys = [str(leaf.value) for leaf in leaves(api, made.arguments) if leaf.field.kind is Kind.REF]
        for index, text in texts(case, "assistant"):
            ways += [(index, text, key) for key in keys if key not in _seen(case, index) and _ID.fullmatch(key)]
    way = pick(rng, ways)
    if way is None:
        return None
    index, text, key = way
    more = {"en": f" That is {key}, right?", "zh": f"是{key}吧？"}
    return with_text(case.dialogue, index, text + more[case.language])


@fault("result_foretold", "the assistant tells what comes out before it has called anything", "answers")
def result_foretold(case: Case, rng: Random) -> Dialogue | None:
    told = [(index, text) for index, _, text in said(case, "answer") if _FIGURE.search(text) or _ID.search(text)]
    asked = [index for index, _, _ in said(case, "ask", "reject") if not any(call.place < index for call in case.calls)]
    if not told or not asked:
        return None
    figures = re.compile(r"(?<![\w.])\d[\d,.]*\d{2}(?![\w.])")
    seen = _seen(case, asked[0]).replace(",", "")
    index, text = told[-1]
    # An answer without any figure of its own would tell nothing new.
    if all(found.replace(",", "") in seen for found in figures.findall(text)) or index < asked[0]:
        return None
    return with_text(case.dialogue, asked[0], text)


@fault("figures_exchanged", "an answer tells two right figures in each other's place")
def figures_exchanged(case: Case, rng: Random) -> Dialogue | None:
    pairs = [(i, text, *pair) for i, _, text in said(case, "answer") for pair in combinations(_FIGURE.finditer(text), 2)]
    way = pick(rng, [way for way in pairs if way[2][0] != way[3][0]])
    if way is None:
        return None
    index, text, one, other = way
    new = text[: one.start()] + other[0] + text[one.end() : other.start()] + one[0] + text[other.end() :]
    return with_text(case.dialogue, index, new)


@fault("answer_empty", "an answer says that it is done, and nothing of what was looked up", "milestones")
def answer_empty(case: Case, rng: Random) -> Dialogue | None:
    told = {"en": "I have looked it up for you.", "zh": "查过了。"}
    ways = [(index, move.calls) for index, move, _ in said(case, "answer") if move.calls and not move.text]
    asked = " ".join(case.user_turns)
    learnt = {gold.id for made, gold in case.matched if case.reads(made.name) and _has_news(made.result, asked)}
    way = pick(rng, [index for index, calls in ways if set(calls) <= learnt])
    return None if way is None else with_text(case.dialogue, way, told[case.language])


def _has_news(result: Any, said: str) -> bool:
    """Tell whether a result shows nothing but figures and names, and a figure that nobody has said."""
    values = list(scalars(result))
    plain = all(isinstance(value, int | float | str) and not isinstance(value, bool) for value in values)
    named = all(len(value) > 1 and not (value.islower() and value.isascii()) for value in values if isinstance(value, str))
    figures = [value for value in values if isinstance(value, float) and f"{value:g}" not in said]
    return bool(plain and named and figures)


@fault("other_fault_told", "the assistant tells of a refusal, and gives a reason of its own")
def other_fault_told(case: Case, rng: Random) -> Dialogue | None:
    refused = {call.id for call in (case.scenario.calls if case.scenario else ()) if call.fault}
    index = pick(rng, [index for index, move, _ in said(case, "answer") if move.calls and set(move.calls) <= refused])
    told = {"en": "That was refused, because the service is closed for today.", "zh": "没办成，今天系统已经关闭了。"}
    return None if index is None else with_text(case.dialogue, index, told[case.language])
