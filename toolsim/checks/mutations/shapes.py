"""Faults in form: roles, ids, pairs of call and result, the end; and in the list of tools."""

from __future__ import annotations

from random import Random

from toolsim.checks.case import Case
from toolsim.checks.mutations.edits import block, pick, texts, with_message, with_messages, with_text
from toolsim.checks.mutations.mutation import fault
from toolsim.roleplay.dialogue import Dialogue, Message


def _places(case: Case, role: str) -> list[int]:
    return [index for index, message in enumerate(case.messages) if message.role == role]


def _without(case: Case, gone: int) -> Dialogue:
    return with_messages(case.dialogue, [m for index, m in enumerate(case.messages) if index != gone])


@fault("message_empty", "somebody says nothing", "form")
def message_empty(case: Case, rng: Random) -> Dialogue | None:
    way = pick(rng, [*texts(case, "user"), *texts(case, "assistant")])
    return with_text(case.dialogue, way[0], rng.choice(("", "  "))) if way else None


@fault("user_speaks_twice", "the user speaks again before the assistant has answered", "form")
def user_speaks_twice(case: Case, rng: Random) -> Dialogue | None:
    place = rng.choice(_places(case, "user"))
    return with_messages(case.dialogue, [*case.messages[: place + 1], *case.messages[place:]])


@fault("assistant_speaks_twice", "the assistant speaks twice in a row", "form")
def assistant_speaks_twice(case: Case, rng: Random) -> Dialogue | None:
    place = rng.choice([index for index, _ in texts(case, "assistant")])
    return with_messages(case.dialogue, [*case.messages[: place + 1], *case.messages[place:]])


@fault("assistant_speaks_first", "the assistant speaks before the user", "form")
def assistant_speaks_first(case: Case, rng: Random) -> Dialogue | None:
    return _without(case, _places(case, "user")[0])


@fault("user_missing", "no user ever speaks", "form")
def user_missing(case: Case, rng: Random) -> Dialogue | None:
    return with_messages(case.dialogue, [m for m in case.messages if m.role != "user"])


@fault("system_late", "the system message comes after the user has spoken", "form")
def system_late(case: Case, rng: Random) -> Dialogue | None:
    first, second, *rest = case.messages
    return with_messages(case.dialogue, [second, first, *rest])


@fault("call_id_twice", "two calls have one id", "form")
def call_id_twice(case: Case, rng: Random) -> Dialogue | None:
    if len(case.calls) < 2:
        return None
    one, other = case.calls[0], rng.choice(case.calls[1:])
    message = case.messages[other.place]
    calls = tuple(c.model_copy(update={"id": one.id}) if c.id == other.id else c for c in message.tool_calls or ())
    dialogue = with_message(case.dialogue, other.place, message.model_copy(update={"tool_calls": calls}))
    own = [i for i in range(other.place, len(dialogue.messages)) if dialogue.messages[i].tool_call_id == other.id]
    return with_message(dialogue, own[0], dialogue.messages[own[0]].model_copy(update={"tool_call_id": one.id}))


@fault("result_orphaned", "a result belongs to no call", "form")
def result_orphaned(case: Case, rng: Random) -> Dialogue | None:
    place = pick(rng, _places(case, "tool"))
    if place is None:
        return None
    return with_message(case.dialogue, place, case.messages[place].model_copy(update={"tool_call_id": "call_97"}))


@fault("result_missing", "a call has no result", "form")
def result_missing(case: Case, rng: Random) -> Dialogue | None:
    place = pick(rng, _places(case, "tool"))
    return None if place is None else _without(case, place)


@fault("result_empty", "a tool answers nothing at all", "form")
def result_empty(case: Case, rng: Random) -> Dialogue | None:
    place = pick(rng, _places(case, "tool"))
    return None if place is None else with_text(case.dialogue, place, "")


@fault("result_before_its_call", "a result comes before its call", "form")
def result_before_its_call(case: Case, rng: Random) -> Dialogue | None:
    place = pick(rng, sorted({call.place for call in case.calls}))
    if place is None:
        return None
    own = block(case.messages, place)
    rest = case.messages[place + len(own) :]
    return with_messages(case.dialogue, [*case.messages[:place], *own[1:], own[0], *rest])


@fault("user_calls", "a message of the user holds the calls", "form")
def user_calls(case: Case, rng: Random) -> Dialogue | None:
    place = pick(rng, sorted({call.place for call in case.calls}))
    if place is None:
        return None
    message = Message(role="user", content="-", tool_calls=case.messages[place].tool_calls)
    return with_message(case.dialogue, place, message)


@fault("ends_with_a_result", "the dialogue ends with a result that nobody tells of", "form")
def ends_with_a_result(case: Case, rng: Random) -> Dialogue | None:
    place = _places(case, "tool")
    return with_messages(case.dialogue, case.messages[: place[-1] + 1]) if place else None


@fault("ends_with_the_user", "the dialogue ends with an unanswered turn of the user", "form")
def ends_with_the_user(case: Case, rng: Random) -> Dialogue | None:
    return with_messages(case.dialogue, case.messages[: _places(case, "user")[-1] + 1])


@fault("ends_too_soon", "the assistant's last turn is missing, the dialogue ends with an earlier answer", "milestones")
def ends_too_soon(case: Case, rng: Random) -> Dialogue | None:
    last = _places(case, "user")[-1]
    calls_later = any(call.place > last for call in case.calls)
    # Without a call in the last turn nothing that gold has is lost.
    return with_messages(case.dialogue, case.messages[:last]) if last > 2 and calls_later else None


@fault("budget_spent", "the dialogue ended because its budget ran out", "form")
def budget_spent(case: Case, rng: Random) -> Dialogue | None:
    return case.dialogue.model_copy(update={"ended": rng.choice(("turns", "calls"))})


@fault("tool_twice", "a tool is offered twice", "spec")
def tool_twice(case: Case, rng: Random) -> Dialogue | None:
    tools = case.dialogue.tools
    return case.dialogue.model_copy(update={"tools": (*tools, rng.choice(tools))})


@fault("tool_unknown", "a tool is offered that there is not", "spec")
def tool_unknown(case: Case, rng: Random) -> Dialogue | None:
    return case.dialogue.model_copy(update={"tools": (*case.dialogue.tools, "no_such_tool_here")})


@fault("tool_removed", "a tool is not offered any more", "spec")
def tool_removed(case: Case, rng: Random) -> Dialogue | None:
    gone = rng.choice(case.dialogue.tools)
    return case.dialogue.model_copy(update={"tools": tuple(name for name in case.dialogue.tools if name != gone)})


@fault("tools_reordered", "the tools stand in another order", "spec")
def tools_reordered(case: Case, rng: Random) -> Dialogue | None:
    return case.dialogue.model_copy(update={"tools": case.dialogue.tools[1:] + case.dialogue.tools[:1]})


@fault("tools_too_many", "more tools are offered than the tools API takes", "spec")
def tools_too_many(case: Case, rng: Random) -> Dialogue | None:
    more = [api.name for api in case.catalogue if api.name not in case.dialogue.tools][:130]
    return case.dialogue.model_copy(update={"tools": (*case.dialogue.tools, *more)})
