"""Answers to calls that wrote something to be read, or that will speak up later: draft, report, notify, watch."""

from __future__ import annotations

import re

from toolsim.wording.answer_changes import Told, listed, news, set_names, target_row
from toolsim.wording.answer_facts import Speaker
from toolsim.wording.answer_rows import name_row
from toolsim.wording.answer_words import article, be, is_plural, quoted

_SENTENCE = re.compile(r"\b(?:is|are|has|have|will|was|were)\b|^(?:please|how|when|what|please)\b")
_PERSON = re.compile(r"(?:customer|client|patient|student|member|guest|courier|driver|tenant|lawyer|doctor|tutor|teacher)$")
_ORDER = re.compile(
    r"(?:come|bring|please|pay|call|check|take|do|stay|collect|pick|return|sign|keep|it|held|sent|lost|found|no|not)\b"
)
_DETERMINED = re.compile(r"(?:the|a|an|your|their|its|it|that)\b")


def draft(s: Speaker, told: Told) -> list[str]:
    """Show the text that was written."""
    op, key = told.api.operation, told.row.get(told.target.key, "")
    row = name_row(s, told.target, told.row)
    out = [s.line("draft", row=row)]
    texts = [told.row[name] for name, _ in op.text if name in told.row]
    if texts and not told.short:
        out.append(s.line("draft_text", text=quoted(max(texts, key=len), s.zh)))
    return [*out, s.line("number", key=key)] if key not in row else out


def report(s: Speaker, told: Told) -> list[str]:
    """Give the figures of a report."""
    entity, key = told.target, told.row.get(told.target.key, "")
    row, facts = name_row(s, entity, told.row), news(s, told, entity, set_names(told), 3 if told.short else 5, own=True)
    number = [s.line("number", key=key)] if key and key not in row else []
    if not facts:
        return [s.line("draft", row=row), *number]
    return [s.line("report", row=row, facts=listed(s, [fact.words for fact in facts])), *number]


def notify(s: Speaker, told: Told) -> list[str]:
    """Tell who was told about what."""
    message = told.api.pack.entity("message")
    who = s.names.get(told.row["recipient"], "") or target_row(s, told)
    who = _recipient(s, who, told.target.label.zh)
    channel = s.say(message.field("channel"), told.row["channel"])
    act = "notify_you" if who in ("you", "您") else "notify"
    if not s.zh and act == "notify" and told.row["recipient"] not in s.names and not _PERSON.search(told.target.label.en):
        act = "notify_about"
    out = [s.line(act, who=who, channel=channel, topic=_topic(s, told.row["topic"]))]
    return out if told.short else [*out, s.line("notify_text", text=quoted(told.row["body"], s.zh))]


_NO_PERSON_ZH = re.compile(
    "单$|预约$|包裹$|事件$|案件$|赔案$|农场$|档案$|订单$|服务$|会议$|项目$|停车证$|教学班$|作业$|借展$|展览$|演出$|保单$"
)
"""Labels of rows that are no person, and so get no message themselves."""


def _recipient(s: Speaker, row: str, label: str) -> str:
    """Name who gets a message about a row that is no person."""
    thing = row.endswith(label) or row.startswith(label) or label[-2:] in row
    return f"{row}的联系人" if s.zh and thing and _NO_PERSON_ZH.search(label) else row


def _topic(s: Speaker, topic: str) -> str:
    """Put a topic behind `about`; one that is a sentence of its own is quoted."""
    if s.zh:
        return topic
    if _SENTENCE.search(topic) and not _DETERMINED.match(topic.partition(" that ")[0] if " that " in topic else ""):
        return f'"{topic}"'
    if _ORDER.match(topic):
        return f'"{topic}"'
    return topic if _DETERMINED.match(topic) or is_plural(topic) else f"the {topic}"


def watch(s: Speaker, told: Told) -> list[str]:
    """Tell what is watched, and whether it is met already."""
    field, alert = told.target.field(told.api.operation.path), told.api.pack.entity("alert")
    channel = s.say(alert.field("channel"), told.row["channel"])
    threshold = s.say(field, told.row["threshold"])
    row = target_row(s, told)
    label = s.label(field)
    slots = {"row": row, "label": label, "be": be(label, label), "threshold": threshold, "channel": channel}
    out = [s.line(f"watch_{told.row['condition']}", notice=channel if s.zh else article(channel), **slots)]
    if "met_now" in told.row and not told.short:
        out.append(s.line("watch_met" if told.row["met_now"] else "watch_not_met"))
    return out
