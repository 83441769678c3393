"""Faults in what the assistant asks, objects to and offers where something is missing, wrong, in doubt or not to be had."""

from __future__ import annotations

import re
from random import Random

from toolsim.checks.case import Case
from toolsim.checks.mutations.edits import pick, said, with_text
from toolsim.checks.mutations.mutation import fault
from toolsim.checks.special import asked_fields
from toolsim.roleplay.dialogue import Dialogue
from toolsim.scenario.blueprint import Move
from toolsim.scenario.needs import Need
from toolsim.scenario.rivals import rivals
from toolsim.world.injection import InjectedWorld

_VAGUE = {"en": "some more details", "zh": "一些其他信息"}
_ALSO = {"en": " I also need {}.", "zh": "还有{}也请告诉我。"}
_NO_QUESTION = {"en": "Several of them match.", "zh": "符合的有好几个。"}


def _labels(case: Case, move: Move) -> tuple[list[str], list[str]]:
    """Give the labels of what a move is about, and those of the call's other parameters."""
    fields = asked_fields(case, move)
    about = [fields[path].label.say(case.language) for path in move.about]
    rest = {field.label.say(case.language) for path, field in fields.items() if path not in move.about}
    # A label within another one is named along with it.
    return about, sorted(r for r in rest if len(r) > 2 and not any(r.casefold() in a.casefold() for a in about))


def _renamed(text: str, old: str, new: str) -> str:
    return re.sub(re.escape(old), lambda match: new, text, flags=re.IGNORECASE)


@fault("asked_for_another", "the assistant asks for another parameter than the one that is missing", "special")
def asked_for_another(case: Case, rng: Random) -> Dialogue | None:
    move = pick(rng, said(case, "ask"))
    about, rest = _labels(case, move[1]) if move else ([], [])
    rest = [label for label in rest if not any(old.casefold() in label.casefold() for old in about)]
    if move is None or not rest:
        return None
    return with_text(case.dialogue, move[0], _renamed(move[2], rng.choice(about), rng.choice(rest)))


@fault("asked_for_too_much", "the assistant asks for something that it has been told already", "special")
def asked_for_too_much(case: Case, rng: Random) -> Dialogue | None:
    move = pick(rng, said(case, "ask"))
    rest = _labels(case, move[1])[1] if move else []
    return with_text(case.dialogue, move[0], move[2] + _ALSO[case.language].format(rng.choice(rest))) if move and rest else None


@fault("missing_not_named", "the assistant asks for more, and does not say what", "special")
def missing_not_named(case: Case, rng: Random) -> Dialogue | None:
    move = pick(rng, said(case, "ask"))
    if move is None:
        return None
    return with_text(case.dialogue, move[0], _renamed(move[2], rng.choice(_labels(case, move[1])[0]), _VAGUE[case.language]))


@fault("missing_not_asked_for", "the assistant acknowledges the request and asks nothing", "special")
def missing_not_asked_for(case: Case, rng: Random) -> Dialogue | None:
    move = pick(rng, said(case, "ask", "reject"))
    told = {"en": "Thank you, I am on it.", "zh": "好的，我这就处理。"}
    return with_text(case.dialogue, move[0], told[case.language]) if move else None


@fault("wrong_value_not_named", "the assistant objects to a value without saying which", "special")
def wrong_value_not_named(case: Case, rng: Random) -> Dialogue | None:
    move, flaw = pick(rng, said(case, "reject")), case.scenario.flaw if case.scenario else None
    if move is None or flaw is None:
        return None
    vague = {"en": "that one", "zh": "刚才那个"}
    return with_text(case.dialogue, move[0], _renamed(move[2], flaw.words, vague[case.language]))


@fault("wrong_parameter_blamed", "the assistant blames another parameter than the one that is wrong", "special")
def wrong_parameter_blamed(case: Case, rng: Random) -> Dialogue | None:
    move = pick(rng, said(case, "reject"))
    about, rest = _labels(case, move[1]) if move else ([], [])
    rest = [label for label in rest if not any(old.casefold() in label.casefold() for old in about)]
    # Where the wrong value itself holds the label, the parameter is named by it.
    flaw = case.scenario.flaw if case.scenario else None
    if move is None or not rest or flaw is None or about[0].casefold() in flaw.words.casefold():
        return None
    return with_text(case.dialogue, move[0], _renamed(move[2], about[0], rng.choice(rest)))


@fault("which_not_asked", "several rows fit, and the assistant does not ask which is meant", "special")
def which_not_asked(case: Case, rng: Random) -> Dialogue | None:
    move = pick(rng, said(case, "which"))
    return with_text(case.dialogue, move[0], _NO_QUESTION[case.language]) if move else None


@fault("row_in_doubt_not_shown", "of the rows in doubt the assistant leaves out all but one", "special")
def row_in_doubt_not_shown(case: Case, rng: Random) -> Dialogue | None:
    move = pick(rng, said(case, "which"))
    if move is None:
        return None
    parts = re.split(r": |：", move[2], maxsplit=1)
    first = re.split(r", | or |、|或", parts[-1])[0]
    asks = {"en": f"Did you mean {first}?", "zh": f"您说的是{first}吗？"}
    return with_text(case.dialogue, move[0], asks[case.language]) if len(parts) == 2 else None


@fault("serving_tool_offered", "a tool that serves the need is offered after all", "special", "spec")
def serving_tool_offered(case: Case, rng: Random) -> Dialogue | None:
    flaw = case.scenario.flaw if case.scenario else None
    if flaw is None or flaw.kind != "unserved":
        return None
    tools = [*case.dialogue.tools]
    tools[rng.randrange(len(tools))] = rng.choice(flaw.options)
    return case.dialogue.model_copy(update={"tools": tuple(tools)})


@fault("rival_offered", "another tool that would do the same is offered, too", "uniqueness", "spec")
def rival_offered(case: Case, rng: Random) -> Dialogue | None:
    scenario, world = case.scenario, case.world
    assert scenario is not None and world is not None
    mark, line, found = world.mark(), InjectedWorld(world, scenario.faults), []
    for gold in scenario.calls:
        api = case.catalogue.api(gold.name)
        names = {call.name for call in scenario.calls}
        if gold.id in scenario.milestones and not gold.fault:
            others = [other for other in case.catalogue.of(api.pack) if other.name not in names]
            found += sorted(rivals(world, Need(api, api.wire.decode(gold.arguments), gold.arguments), others))
        line.run(api, gold.arguments)
    world.undo(mark)
    spare = [n for n, name in enumerate(case.dialogue.tools) if name not in {call.name for call in scenario.calls}]
    if not found or not spare:
        return None
    tools = [*case.dialogue.tools]
    tools[rng.choice(spare)] = rng.choice(found)
    return case.dialogue.model_copy(update={"tools": tuple(tools)})
