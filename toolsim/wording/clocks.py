"""Read the clock times and the moments that words may mean: `half past nine`, `2 pm`, `下午两点一刻`, `tomorrow at 9`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from toolsim.base.text import Language, Text
from toolsim.wording.days import Spot, days
from toolsim.wording.numerals import han, numbers

MIDNIGHT = "24:00"
"""The end of a day; its clock shows 00:00."""

# --- English ---

_HOURS = {
    word: index
    for index, word in enumerate(
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"], 1
    )
}
_MINUTES = {
    "five": 5, "ten": 10, "fifteen": 15, "twenty": 20, "twenty-five": 25, "twenty five": 25, "thirty": 30, "thirty-five": 35,
    "thirty five": 35, "forty": 40, "forty-five": 45, "forty five": 45, "fifty": 50, "fifty-five": 55, "oh five": 5, "half": 30,
    "quarter": 15, "a quarter": 15,
}  # fmt: skip
_SPOKEN = "|".join(sorted(_MINUTES, key=len, reverse=True))
_HOUR = rf"(?:\d{{1,2}}|{'|'.join(_HOURS)})"
_AMPM = r"[ap]\.?m\b\.?"
_DAYPART = r"(?:(?:in\s+the|at|this|tomorrow|on\s+\w+)\s+)?(?:morning|afternoon|evening|night)\b|tonight\b"
_TAIL = rf"(?:\s*(?P<half>{_AMPM})|,?\s+(?P<part>{_DAYPART}))"
_END = r"(?=\s*(?:[.,!?;)]|$|-|–)|\s+(?:on|in|at|for|today|tomorrow|this|next|and|or|to|until|till|the|every|please|with|if)\b)"
_EN = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?<!from )\b(?P<spoken>{_SPOKEN}|\d{{1,2}}(?=\s+(?:minutes?|past)))"
        rf"(?:\s+minutes?)?\s+(?P<side>past|to|after|before|till)\s+(?P<hour>{_HOUR})\b"
        rf"(?!\s*(?:minutes|hours|days|%|percent|yuan|people)|:)(?:\s+o'clock)?{_TAIL}?",
        rf"(?<![\d:])(?P<hour>\d{{1,2}}):(?P<minute>\d{{2}})(?::\d{{2}})?(?!\d){_TAIL}?",
        rf"(?<![\d:.])(?P<hour>\d{{1,2}})(?:\.(?P<minute>\d{{2}}))?{_TAIL}",
        r"\b(?P<named>noon|midday|midnight)\b",
        rf"\b(?P<hour>{_HOUR})\s+o'clock{_TAIL}?",
        rf"\b(?P<hour>{'|'.join(_HOURS)})(?:[\s-]+(?P<spoken>{_SPOKEN}))?{_TAIL}",
        rf"(?:^|\b(?:at|by|from|until|till|before|after|around|about|between|and|to|-|–)\s+)(?P<hour>{_HOUR})(?:\s+(?P<spoken>{_SPOKEN}))?{_END}",
    )
)
_EARLIER = re.compile(
    r"(morning|afternoon|evening|tonight|night)\s*(?:,|at|from|around|about|by|until|after|before|\s)*$", re.IGNORECASE
)


def _english(match: re.Match[str]) -> Iterator[str]:
    group = match.groupdict()
    if named := group.get("named"):
        yield from ("12:00",) if named.lower() != "midnight" else ("00:00", MIDNIGHT)
        return
    hour = int(group["hour"]) if group["hour"].isdigit() else _HOURS[group["hour"].lower()]
    minute = int(group.get("minute") or 0)
    if spoken := group.get("spoken"):
        minute = int(spoken) if spoken.isdigit() else _MINUTES[re.sub(r"\s+", " ", spoken.lower())]
    if (group.get("side") or "").lower() in ("to", "before", "till"):
        hour, minute = (hour - 2) % 12 + 1 if hour <= 12 else hour - 1, 60 - minute
    part = (group.get("half") or group.get("part") or "").lower().replace(".", "")
    if not part and (before := _EARLIER.search(match.string[: match.start()])):
        part = before[1].lower()
    yield from _resolved(hour, minute, part, group["hour"].startswith("0"))


def _resolved(hour: int, minute: int, part: str, padded: bool) -> Iterator[str]:
    """Give the times that an hour may mean: both halves of the day where the words leave that open."""
    if hour > 23 or minute > 59:
        return
    if hour > 12 or hour == 0 or (padded and not part):
        hours: tuple[int, ...] = (hour,)
    elif part == "am" or part.endswith("morning"):
        hours = (hour % 12,) if part == "am" or hour < 12 else (12, 0)
    elif part.endswith("night"):
        hours = (hour % 12 + 12,) if 5 < hour < 12 else (hour % 12, hour % 12 + 12) if hour < 12 else (0, 24)
    elif part:
        hours = (hour % 12 + 12,)
    else:
        hours = (hour, (hour + 12) % 24)
    for one in hours:
        yield f"{one:02d}:{minute:02d}" if one < 24 or not minute else f"00:{minute:02d}"


# --- Chinese ---

_ZH_PARTS = {
    "凌晨": (0, 12), "清晨": (0, 12), "清早": (0, 12), "一早": (0, 12), "早上": (0, 12), "早晨": (0, 12), "上午": (0, 12),
    "早": (0, 12), "中午": (10, 15), "午后": (12, 24), "下午": (12, 24), "傍晚": (12, 24), "晚上": (17, 28), "晚间": (17, 28),
    "夜里": (21, 30), "夜间": (21, 30), "深夜": (21, 30), "半夜": (21, 30), "晚": (17, 28),
}  # fmt: skip
"""Between which hours each part of the day lies; past 24 they belong to the next day."""

_ZH_PART = rf"(?P<part>{'|'.join(sorted(_ZH_PARTS, key=len, reverse=True))})的?[，,]?\s*"
_ZH_HOUR = r"(?P<hour>\d{1,2}|二十[一二三四]?|十[一二三四五六七八九]?|[零一二两三四五六七八九])"
_ZH_MINUTE = r"\d{1,2}|[二三四五]?十[一二三四五六七八九]?|[零〇]?[一二三四五六七八九]"
_ZH = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?:{_ZH_PART})?(?<!\d)(?P<hour>\d{{1,2}})[:：](?P<minute>\d{{2}})(?!\d)",
        rf"(?:{_ZH_PART})?差(?P<less>一刻|{_ZH_MINUTE})分?(?:钟)?(?:到)?{_ZH_HOUR}点",
        rf"(?:{_ZH_PART})?(?<![\d.]){_ZH_HOUR}(?:点(?![几些])|时(?=[\d零整半一二三四五]|$))[钟整]?"
        rf"(?:(?P<half>半)|(?P<quarter>[一三])刻|过?(?P<minute>{_ZH_MINUTE})(?![\d.个块万千百人张元度%°℃])分?)?",
        r"(?P<named>正午|中午|午夜|半夜)(?!\d|[零一二两三四五六七八九十])",
    )
)


def _chinese(match: re.Match[str]) -> Iterator[str]:
    group = match.groupdict()
    if named := group.get("named"):
        yield from ("12:00",) if named in ("正午", "中午") else ("00:00", MIDNIGHT)
        return
    hour = int(han(group["hour"]))
    minute = int(han(group["minute"])) if group.get("minute") else 30 if group.get("half") else 0
    minute = {"一": 15, "三": 45}.get(group.get("quarter") or "", minute)
    if less := group.get("less"):
        hour, minute = hour - 1, 60 - (15 if less == "一刻" else int(han(less)))
    if hour > 24 or minute > 59:
        return
    low, high = _ZH_PARTS.get(group["part"] or "", (0, 24))
    plain = hour > 12 or hour == 0 or (group["hour"].startswith("0") and not group["part"])
    hours = [hour] if plain else [h for h in (hour, hour + 12, hour + 24) if low <= h < high + (hour == 12 == high)]
    for one in hours or [hour]:
        yield f"{one % 24:02d}:{minute:02d}" if one != 24 or minute else MIDNIGHT
        if one == 24:
            yield f"00:{minute:02d}"


# --- both ---

_EN_LENGTH = (
    r"[\w.]+(?:\s+[\w.]+){0,3}?\s+(?:minutes?|mins?|hours?)"
    r"(?:\s+and\s+(?:a|three)\s+(?:half|quarters?)|\s+(?:and\s+)?\d+\s+minutes)?\b"
)
_ZH_LENGTH = r"[\d.一二两三四五六七八九十半个]+(?:小时|钟头|分钟|刻钟)半?(?:\d+分钟)?"
_AWAY = {
    "en": re.compile(rf"\bin\s+(?P<ahead>{_EN_LENGTH})(?!\s+ago)|(?<!\w)(?P<back>{_EN_LENGTH})\s+ago\b", re.IGNORECASE),
    "zh": re.compile(rf"(?P<ahead>{_ZH_LENGTH})[之以]?后|(?P<back>{_ZH_LENGTH})[之以]?前"),
}
_NOW = {
    "en": re.compile(r"\b(?:now|immediately|right away|straight away)\b", re.IGNORECASE),
    "zh": re.compile("现在|马上|立刻|立即|此刻"),
}
_MINUTE = Text("minutes", "分钟")
_ANY_CLOCK = {
    "en": re.compile(
        r"\d|noon|midday|midnight|o'clock|past|morning|afternoon|evening|night|\b(?:" + "|".join(_HOURS) + r")\b", re.IGNORECASE
    )
}


def clocks(words: str, language: Language) -> list[Spot]:
    """List the times that a text may mean; where it leaves the half of the day open, both."""
    if language == "en" and not _ANY_CLOCK["en"].search(words):
        return []
    read = _chinese if language == "zh" else _english
    out: list[Spot] = []
    taken: list[tuple[int, int]] = []
    for regex in _ZH if language == "zh" else _EN:
        for match in regex.finditer(words):
            if any(match.start() < end and start < match.end() for start, end in taken):
                continue
            taken.append(match.span())
            out += [Spot(time, *match.span()) for time in read(match)]
    return sorted(out, key=lambda spot: spot.start)


def _from_now(words: str, now: str, language: Language) -> list[str]:
    """List the moments that a text counts from now: `in two hours`, `半小时后`, `now`."""
    out = [now[:16]] if _NOW[language].search(words) else []
    for match in _AWAY[language].finditer(words):
        for minutes in numbers(match["ahead"] or match["back"], _MINUTE, language)[-1:]:
            there = datetime.fromisoformat(now[:16]) + timedelta(minutes=minutes if match["ahead"] else -minutes)
            out.append(there.strftime("%Y-%m-%dT%H:%M"))
    return out


def times(words: str, now: str, language: Language) -> list[str]:
    """List the times of day that a text may mean."""
    at = [spot.value if spot.value != MIDNIGHT else "00:00" for spot in clocks(words, language)]
    return at + [moment[11:] for moment in _from_now(words, now, language)]


def moments(words: str, now: str, language: Language) -> list[str]:
    """List the moments that a text may mean: each time on the day told before or after it; days alone from end to end."""
    at = clocks(words, language)
    on = days(words, now, language)
    out = re.findall(r"\d{4}-\d\d-\d\dT\d\d:\d\d", words) + _from_now(words, now, language)
    for time in at:
        before = [day for day in on if day.start <= time.start]
        after = [day for day in on if day.start > time.start]
        close = [day for day in before if day.start == before[-1].start] + [day for day in after if day.start == after[0].start]
        for day in {day.value for day in close} or {now[:10]}:
            out.append(_moment(day, time.value))
    if not at:
        out += [f"{day.value}T{time}" for day in on for time in ("00:00", "23:59")]
    return out


def _moment(day: str, time: str) -> str:
    if time != MIDNIGHT:
        return f"{day}T{time}"
    return (datetime.fromisoformat(day) + timedelta(days=1)).strftime("%Y-%m-%dT00:00")
