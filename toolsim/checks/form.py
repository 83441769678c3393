"""Form: roles in order, calls and results paired, ids unique, nothing empty, nothing cut short."""

from __future__ import annotations

from collections.abc import Iterator

from toolsim.checks.case import Case
from toolsim.checks.finding import CHECKS, Finding
from toolsim.roleplay.dialogue import Message


@CHECKS.register("form")
def form(case: Case) -> Iterator[Finding]:
    """Check the form of the messages."""
    messages = case.messages
    if not messages or messages[-1].role != "assistant" or not messages[-1].content:
        yield Finding("form.end", "$.messages", "a dialogue ends with something that the assistant says")
    if case.dialogue.ended != "complete":
        yield Finding("form.budget", "$.ended", f"the budget of {case.dialogue.ended} ran out")
    if not any(message.role == "user" for message in messages):
        yield Finding("form.no_user", "$.messages", "there is no user turn")
    yield from _content(messages)
    yield from _order(messages)
    yield from _pairs(messages)


def _content(messages: tuple[Message, ...]) -> Iterator[Finding]:
    for index, message in enumerate(messages):
        path = f"$.messages[{index}]"
        if message.role in ("system", "user", "tool") and not (message.content or "").strip():
            yield Finding("form.empty", path, f"the {message.role} says nothing")
        if message.role == "assistant" and not message.tool_calls and not (message.content or "").strip():
            yield Finding("form.empty", path, "the assistant neither calls nor says anything")
        if message.tool_calls and message.role != "assistant":
            yield Finding("form.role", path, f"a {message.role} message cannot call tools")
        if message.role == "system" and index:
            yield Finding("form.order", path, "the system message comes first")


def _order(messages: tuple[Message, ...]) -> Iterator[Finding]:
    """Check that a user turn is answered before the next, and that results follow calls."""
    before: Message | None = None
    for index, message in enumerate(messages):
        if before is not None:
            path = f"$.messages[{index}]"
            if message.role == "user" and (before.role in ("user", "tool") or before.tool_calls):
                yield Finding("form.order", path, "the user speaks before the assistant has answered")
            if message.role == "assistant" and before.role == "assistant":
                yield Finding("form.order", path, "the assistant speaks twice in a row")
            if message.role == "tool" and before.role != "tool" and not before.tool_calls:
                yield Finding("form.order", path, "a result follows no call")
            if message.role == "assistant" and before.role == "system":
                yield Finding("form.order", path, "the assistant speaks first")
        before = message


def _pairs(messages: tuple[Message, ...]) -> Iterator[Finding]:
    """Check that each call has one result, right after it, and that no id comes twice."""
    seen: set[str] = set()
    waiting: list[str] = []
    for index, message in enumerate(messages):
        path = f"$.messages[{index}]"
        if message.role == "tool":
            if message.tool_call_id not in waiting:
                yield Finding("form.pairing", path, f"the result of {message.tool_call_id!r} answers no open call")
            else:
                waiting.remove(message.tool_call_id)
            continue
        if waiting:
            yield Finding("form.pairing", path, f"the call {waiting[0]!r} has no result")
            waiting = []
        for position, call in enumerate(message.tool_calls or ()):
            if call.id in seen or not call.id:
                yield Finding("form.id", f"{path}.tool_calls[{position}].id", f"the id {call.id!r} is empty or comes twice")
            seen.add(call.id)
            waiting.append(call.id)
    if waiting:
        yield Finding("form.pairing", "$.messages", f"the call {waiting[0]!r} has no result")
