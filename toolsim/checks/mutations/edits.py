"""Edits of a dialogue; calls are run anew in the seeded world where that is wanted, so that nothing but the fault is wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from random import Random
from typing import Any, Final, TypeVar

import orjson

from toolsim.apis.leaves import ArgumentLeaf, leaves
from toolsim.apis.paths import put
from toolsim.checks.case import Case, MadeCall
from toolsim.roleplay.dialogue import Dialogue, FunctionCall, Message, ToolCall, WorldEvent
from toolsim.roleplay.world_tool import WorldTool
from toolsim.scenario.blueprint import Move

T = TypeVar("T")
_ACTORS: Final = {"system": "scenario", "user": "user:planner", "assistant": "assistant:planner", "tool": "tool:world"}


def pick(rng: Random, among: Sequence[T]) -> T | None:
    """Draw one, if there is any."""
    return rng.choice(among) if among else None


# --- messages ---


def with_messages(dialogue: Dialogue, messages: Sequence[Message]) -> Dialogue:
    """Replace all messages."""
    actors = tuple(_ACTORS[message.role] for message in messages)
    return dialogue.model_copy(update={"messages": tuple(messages), "actors": actors})


def with_message(dialogue: Dialogue, index: int, message: Message) -> Dialogue:
    """Replace one message."""
    messages = [*dialogue.messages]
    messages[index] = message
    return with_messages(dialogue, messages)


def with_text(dialogue: Dialogue, index: int, text: str) -> Dialogue:
    """Replace what one message says; None would be the same text, which is refused."""
    message = dialogue.messages[index]
    return with_message(dialogue, index, message.model_copy(update={"content": text}))


def block(messages: Sequence[Message], place: int) -> tuple[Message, ...]:
    """Give a message with calls and the results that follow it."""
    end = place + 1
    while end < len(messages) and messages[end].role == "tool":
        end += 1
    return tuple(messages[place:end])


def texts(case: Case, role: str) -> list[tuple[int, str]]:
    """List what user or assistant say, with the index of the message."""
    return [(index, m.content) for index, m in enumerate(case.messages) if m.role == role and m.content]


def said(case: Case, *kinds: str) -> list[tuple[int, Move, str]]:
    """List where the assistant makes a move of some kinds in words."""
    return [(index, move, text) for index, move, text in case.spoken if move is not None and move.kind in kinds]


def last_answer(case: Case) -> int | None:
    """Give the index of the last answer that tells of calls."""
    answers = [index for index, move, _ in said(case, "answer") if move.calls]
    return answers[-1] if answers else None


# --- calls ---


def new_call(name: str, arguments: dict[str, Any], identity: str = "call_99") -> ToolCall:
    """Make a call."""
    return ToolCall(id=identity, function=FunctionCall(name=name, arguments=written(arguments)))


def written(arguments: object) -> str:
    """Write arguments as the embedded assistant does."""
    return orjson.dumps(arguments).decode()


def with_call(dialogue: Dialogue, made: MadeCall, name: str | None = None, text: str | None = None) -> Dialogue:
    """Replace name or arguments of one call."""
    message = dialogue.messages[made.place]
    calls = [*(message.tool_calls or ())]
    old = calls[made.position].function
    function = FunctionCall(name=old.name if name is None else name, arguments=old.arguments if text is None else text)
    calls[made.position] = calls[made.position].model_copy(update={"function": function})
    return with_message(dialogue, made.place, message.model_copy(update={"tool_calls": tuple(calls)}))


def called(messages: Sequence[ToolCall]) -> list[Message]:
    """Make the messages of some calls, results to come."""
    call = Message(role="assistant", tool_calls=tuple(messages))
    return [call, *(Message(role="tool", content="{}", tool_call_id=one.id) for one in messages)]


def rerun(case: Case, dialogue: Dialogue) -> Dialogue:
    """Run all calls of a dialogue in the seeded world, and write down what happens: results, events, end state."""
    scenario, world = case.scenario, case.world
    assert scenario is not None and world is not None
    mark = world.mark()
    results, events = asyncio.run(_play(WorldTool(scenario, world), dialogue))
    digest = world.digest()
    world.undo(mark)
    messages = [
        m.model_copy(update={"content": results[m.tool_call_id or ""]}) if m.role == "tool" else m for m in dialogue.messages
    ]
    return with_messages(dialogue, messages).model_copy(update={"events": tuple(events), "digest": digest})


async def _play(tool: WorldTool, dialogue: Dialogue) -> tuple[dict[str, str], list[WorldEvent]]:
    results, events = {}, []
    for message in dialogue.messages:
        for call in message.tool_calls or ():
            result = await tool.call(call)
            results[call.id] = result.content
            events.append(WorldEvent(call=call.id, fault=result.fault, wrote=result.wrote))
    return results, events


# --- arguments ---

Spot = tuple[MadeCall, ArgumentLeaf]


def spots(case: Case, fits: Callable[[ArgumentLeaf], bool]) -> list[Spot]:
    """List the argument values of all calls that fit."""
    out = []
    for made in case.calls:
        api = case.catalogue.find(made.name)
        if api is not None and made.arguments is not None and api.arguments.is_valid(made.arguments):
            out += [(made, leaf) for leaf in leaves(api, made.arguments) if fits(leaf)]
    return out


def is_valid(case: Case, name: str, arguments: dict[str, Any]) -> bool:
    """Tell whether a tool's schema takes some arguments."""
    return case.catalogue.api(name).arguments.is_valid(arguments)


def is_equal(case: Case, made: MadeCall, arguments: dict[str, Any]) -> bool:
    """Tell whether gold lists other arguments as equally right, so that they are no fault."""
    return any(one is made and arguments in gold.equals for one, gold in case.matched)


def with_value(case: Case, spot: Spot, value: Any) -> Dialogue:
    """Give a call another value, whatever its schema says, and run everything anew."""
    made, leaf = spot
    return rerun(case, with_call(case.dialogue, made, text=written(put(made.arguments, leaf.path, value))))


def with_legal_value(case: Case, spot: Spot, values: Sequence[Any]) -> Dialogue | None:
    """Give a call the first of some other values that its schema takes."""
    made, leaf = spot
    for value in values:
        new = put(made.arguments, leaf.path, value)
        if value != leaf.value and is_valid(case, made.name, new) and not is_equal(case, made, new):
            return with_value(case, spot, value)
    return None
