"""Faults in which calls are made, and when: dropped, doubled, surplus, too early, out of order, split, merged."""

from __future__ import annotations

from random import Random

from toolsim.apis.api import Api
from toolsim.checks.case import Case, MadeCall
from toolsim.checks.mutations.edits import block, called, new_call, pick, rerun, said, with_call, with_messages, written
from toolsim.checks.mutations.mutation import fault
from toolsim.roleplay.dialogue import Dialogue, Message
from toolsim.scenario.blueprint import GoldCall
from toolsim.verbs.verb import Effect


@fault("call_dropped", "a call that is needed is not made", "milestones")
def call_dropped(case: Case, rng: Random) -> Dialogue | None:
    made = pick(rng, case.calls)
    if made is None:
        return None
    messages = [*case.messages]
    calls = messages[made.place].tool_calls or ()
    left = tuple(call for call in calls if call.id != made.id)
    messages[made.place] = messages[made.place].model_copy(update={"tool_calls": left})
    kept = [m for m in messages if m.tool_call_id != made.id and (left or m is not messages[made.place])]
    return rerun(case, with_messages(case.dialogue, kept))


@fault("call_doubled", "a call is made twice in a row", "milestones")
def call_doubled(case: Case, rng: Random) -> Dialogue | None:
    made = pick(rng, case.calls)
    if made is None:
        return None
    again = called([new_call(made.name, made.arguments or {})])
    return _inserted(case, made.place + len(block(case.messages, made.place)), again)


@fault("call_doubled_at_once", "a call is made twice in one message", "milestones")
def call_doubled_at_once(case: Case, rng: Random) -> Dialogue | None:
    made = pick(rng, case.calls)
    if made is None:
        return None
    own = block(case.messages, made.place)
    twin = new_call(made.name, made.arguments or {})
    first = own[0].model_copy(update={"tool_calls": (*(own[0].tool_calls or ()), twin)})
    result = Message(role="tool", content="{}", tool_call_id=twin.id)
    rest = case.messages[made.place + len(own) :]
    return rerun(case, with_messages(case.dialogue, [*case.messages[: made.place], first, *own[1:], result, *rest]))


def _inserted(case: Case, place: int, messages: list[Message]) -> Dialogue:
    return rerun(case, with_messages(case.dialogue, [*case.messages[:place], *messages, *case.messages[place:]]))


def _example(case: Case, rng: Random, apis: list[Api], place: int) -> Dialogue | None:
    """Insert a call of one of some APIs, as its spec shows it."""
    api = pick(rng, apis)
    if api is None:
        return None
    return _inserted(case, place, called([new_call(api.name, api.spec(case.language).examples[0])]))


def _offered(case: Case, effect: Effect | None = None) -> list[Api]:
    """List the offered APIs that gold does not call."""
    gold = {call.name for call in case.scenario.calls} if case.scenario else set()
    apis = [case.catalogue.api(name) for name in case.dialogue.tools if name not in gold]
    return [api for api in apis if effect is None or api.effect is effect]


def _after_calls(case: Case) -> int:
    """Give the place before the last thing that is said, if something was called before it."""
    return len(case.messages) - 1


@fault("read_surplus", "something is looked up that nobody asked for", "milestones")
def read_surplus(case: Case, rng: Random) -> Dialogue | None:
    return _example(case, rng, _offered(case, Effect.READ), _after_calls(case)) if case.calls else None


@fault("write_unasked", "something is changed that nobody asked for", "milestones")
def write_unasked(case: Case, rng: Random) -> Dialogue | None:
    return _example(case, rng, _offered(case, Effect.WRITE), _after_calls(case)) if case.calls else None


@fault("call_in_spite", "a tool is called although none serves the need, or there is no need", "special", "milestones")
def call_in_spite(case: Case, rng: Random) -> Dialogue | None:
    return _example(case, rng, _offered(case), _after_calls(case)) if not case.calls else None


@fault("other_tool_called", "another offered tool is called in place of the right one", "milestones")
def other_tool_called(case: Case, rng: Random) -> Dialogue | None:
    made, api = pick(rng, case.calls), pick(rng, _offered(case))
    if made is None or api is None:
        return None
    text = written(api.spec(case.language).examples[0])
    return rerun(case, with_call(case.dialogue, made, name=api.name, text=text))


@fault("call_too_early", "a call is made before the user has said what it needs", "milestones", "grounding")
def call_too_early(case: Case, rng: Random) -> Dialogue | None:
    asked = [index for index, _, _ in said(case, "ask", "reject", "which")]
    moves = [(index, index + 2) for index in asked if len(case.messages) > index + 2 and case.messages[index + 2].tool_calls]
    move = pick(rng, moves)
    if move is None:
        return None
    ask, place = move
    own, messages = block(case.messages, place), case.messages
    order = [*messages[:ask], *own, *messages[ask:place], *messages[place + len(own) :]]
    return rerun(case, with_messages(case.dialogue, order))


@fault("guessed", "the assistant does not ask, and guesses right", "milestones")
def guessed(case: Case, rng: Random) -> Dialogue | None:
    asked = pick(rng, [index for index, _, _ in said(case, "ask", "reject", "which")])
    if asked is None or asked + 2 >= len(case.messages) or not case.messages[asked + 2].tool_calls:
        return None
    return rerun(case, with_messages(case.dialogue, [*case.messages[:asked], *case.messages[asked + 2 :]]))


def _dependent(case: Case) -> list[tuple[MadeCall, MadeCall]]:
    """List pairs of calls in following messages of which the second uses what the first gave."""
    made = {gold.id: call for call, gold in case.matched}
    pairs = [(made[source], made[gold.id]) for _, gold in case.matched for source in _sources(gold) if source in made]
    return [(a, b) for a, b in pairs if a.turn == b.turn and b.place == a.place + len(block(case.messages, a.place))]


def _sources(gold: GoldCall) -> list[str]:
    return sorted({source.call for source in gold.sources.values() if source.kind == "result"})


@fault("dependent_reordered", "a call is made before the one whose result it uses", "grounding")
def dependent_reordered(case: Case, rng: Random) -> Dialogue | None:
    pair = pick(rng, _dependent(case))
    if pair is None:
        return None
    first, second = (block(case.messages, call.place) for call in pair)
    place = pair[0].place
    rest = case.messages[place + len(first) + len(second) :]
    return rerun(case, with_messages(case.dialogue, [*case.messages[:place], *second, *first, *rest]))


@fault("dependent_merged", "a call stands in one message with the one whose result it uses", "grounding")
def dependent_merged(case: Case, rng: Random) -> Dialogue | None:
    pair = pick(rng, _dependent(case))
    if pair is None:
        return None
    first, second = (block(case.messages, call.place) for call in pair)
    calls = (*(first[0].tool_calls or ()), *(second[0].tool_calls or ()))
    both = [first[0].model_copy(update={"tool_calls": calls}), *first[1:], *second[1:]]
    place = pair[0].place
    rest = case.messages[place + len(first) + len(second) :]
    return rerun(case, with_messages(case.dialogue, [*case.messages[:place], *both, *rest]))


@fault("order_broken", "of two steps with a fixed order the second comes first", "milestones")
def order_broken(case: Case, rng: Random) -> Dialogue | None:
    made = {gold.id: call for call, gold in case.matched}
    pairs = [(made[a], made[b]) for a, b in (case.scenario.order if case.scenario else ()) if a in made and b in made]
    pair = pick(rng, [(a, b) for a, b in pairs if a.place < b.place])
    if pair is None:
        return None
    one, two = pair
    messages = [*case.messages]
    first, second = block(messages, one.place), block(messages, two.place)
    between = messages[one.place + len(first) : two.place]
    rest = messages[two.place + len(second) :]
    return rerun(case, with_messages(case.dialogue, [*messages[: one.place], *second, *between, *first, *rest]))


@fault("parallel_split", "independent calls are made one after the other", "milestones")
def parallel_split(case: Case, rng: Random) -> Dialogue | None:
    place = pick(rng, sorted({call.place for call in case.calls if call.position}))
    if place is None:
        return None
    own = block(case.messages, place)
    calls, results = own[0].tool_calls or (), {m.tool_call_id: m for m in own[1:]}
    parts = [m for call in calls for m in (own[0].model_copy(update={"tool_calls": (call,)}), results[call.id])]
    rest = case.messages[place + len(own) :]
    return rerun(case, with_messages(case.dialogue, [*case.messages[:place], *parts, *rest]))


@fault("called_again_after_a_fault", "a refused call is made again unchanged", "milestones")
def called_again_after_a_fault(case: Case, rng: Random) -> Dialogue | None:
    refused = {event.call for event in case.dialogue.events if event.fault}
    made = pick(rng, [call for call in case.calls if call.id in refused])
    if made is None:
        return None
    again = called([new_call(made.name, made.arguments or {})])
    return _inserted(case, made.place + len(block(case.messages, made.place)), again)
