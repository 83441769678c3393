"""Faults against the spec: wrong types, missing and surplus arguments, tools that are not there, text that is no JSON object."""

from __future__ import annotations

from random import Random
from typing import Any

import orjson

from toolsim.apis.mutants import some_mutants
from toolsim.apis.paths import put, steps, value_at
from toolsim.checks.case import Case, MadeCall
from toolsim.checks.mutations.edits import (
    is_valid,
    pick,
    rerun,
    spots,
    with_call,
    with_value,
    written,
)
from toolsim.checks.mutations.mutation import fault
from toolsim.roleplay.dialogue import Dialogue
from toolsim.taxonomy.declarations import NUMERIC, Kind


def _rewritten(case: Case, made: MadeCall, text: str) -> Dialogue:
    return rerun(case, with_call(case.dialogue, made, text=text))


@fault("number_as_text", "a number in a call is written as text", "arguments")
def number_as_text(case: Case, rng: Random) -> Dialogue | None:
    spot = pick(rng, spots(case, lambda leaf: leaf.field.kind in NUMERIC))
    return with_value(case, spot, str(spot[1].value)) if spot else None


@fault("text_as_number", "a text in a call is written as a number", "arguments")
def text_as_number(case: Case, rng: Random) -> Dialogue | None:
    spot = pick(rng, spots(case, lambda leaf: isinstance(leaf.value, str)))
    return with_value(case, spot, int("".join(c for c in spot[1].value if c.isdecimal() and c.isascii()) or 7)) if spot else None


@fault("flag_as_word", "a yes or no in a call is written as a word", "arguments")
def flag_as_word(case: Case, rng: Random) -> Dialogue | None:
    spot = pick(rng, spots(case, lambda leaf: leaf.field.kind is Kind.FLAG))
    return with_value(case, spot, "true" if spot[1].value else "false") if spot else None


@fault("null_given", "an argument is given as null", "arguments")
def null_given(case: Case, rng: Random) -> Dialogue | None:
    spot = pick(rng, spots(case, lambda leaf: True))
    return with_value(case, spot, None) if spot else None


@fault("label_for_code", "an option is given by its label in place of its code", "arguments")
def label_for_code(case: Case, rng: Random) -> Dialogue | None:
    spot = pick(rng, spots(case, lambda leaf: leaf.field.kind in (Kind.ENUM, Kind.STATE)))
    if spot is None:
        return None
    field = spot[1].field
    label = next((o.label.say(case.language) for o in field.options if o.code == spot[1].value), "")
    # Where label and code are one word, the label is right.
    return with_value(case, spot, label) if label and label not in field.codes else None


@fault("schema_broken", "a call breaks some rule of its schema: a limit, a format, an option, a length", "arguments")
def schema_broken(case: Case, rng: Random) -> Dialogue | None:
    made = pick(rng, [made for made in case.calls if made.arguments is not None and case.catalogue.find(made.name)])
    if made is None or made.arguments is None:
        return None
    schema = case.catalogue.api(made.name).spec(case.language).parameters
    broken = some_mutants(schema, made.arguments, rng, 1)
    return _rewritten(case, made, written(broken[0].arguments)) if broken else None


def _object(case: Case, made: MadeCall, path: str) -> dict[str, Any]:
    """Give the part of a schema that describes the object at a path."""
    schema: dict[str, Any] = case.catalogue.api(made.name).spec(case.language).parameters
    for step in steps(path):
        schema = schema["items"] if isinstance(step, int) else schema["properties"][step]
    return schema


def _holders(case: Case) -> list[tuple[MadeCall, str, dict[str, Any], dict[str, Any]]]:
    """List the objects in all calls: call, path, value, schema."""
    out = []
    for made in case.calls:
        if made.arguments is not None and case.catalogue.find(made.name) is not None:
            waiting = ["$"]
            while waiting:
                path = waiting.pop()
                value = value_at(made.arguments, path)
                if isinstance(value, dict):
                    out.append((made, path, value, _object(case, made, path)))
                    waiting += [f"{path}.{name}" for name in value]
                elif isinstance(value, list):
                    waiting += [f"{path}[{index}]" for index in range(len(value))]
    return out


@fault("required_dropped", "a required argument is missing", "arguments", "milestones")
def required_dropped(case: Case, rng: Random) -> Dialogue | None:
    ways = [(m, p, v, name) for m, p, v, schema in _holders(case) for name in schema.get("required", ()) if name in v]
    way = pick(rng, ways)
    return _without(case, *way) if way else None


@fault("optional_dropped", "an optional argument that the user asked for is missing", "milestones")
def optional_dropped(case: Case, rng: Random) -> Dialogue | None:
    ways = [(m, p, v, name) for m, p, v, schema in _holders(case) for name in v if name not in schema.get("required", ())]
    for made, path, value, name in rng.sample(ways, len(ways)):
        if is_valid(case, made.name, _less(made, path, value, name)):
            return _without(case, made, path, value, name)
    return None


def _less(made: MadeCall, path: str, value: dict[str, Any], name: str) -> dict[str, Any]:
    less: dict[str, Any] = put(made.arguments, path, {key: inner for key, inner in value.items() if key != name})
    return less


def _without(case: Case, made: MadeCall, path: str, value: dict[str, Any], name: str) -> Dialogue:
    return _rewritten(case, made, written(_less(made, path, value, name)))


@fault("argument_surplus", "a call has an argument that its schema does not know", "arguments")
def argument_surplus(case: Case, rng: Random) -> Dialogue | None:
    way = pick(rng, _holders(case))
    if way is None:
        return None
    made, path, value, _ = way
    return _rewritten(case, made, written(put(made.arguments, path, {**value, "priority_note": "high"})))


@fault("argument_unasked", "a call narrows the task by an optional argument that nobody spoke of", "milestones", "grounding")
def argument_unasked(case: Case, rng: Random) -> Dialogue | None:
    for made, path, value, schema in rng.sample(ways := _holders(case), len(ways)):
        for name, inner in schema["properties"].items():
            new = _drawn(inner, rng)
            more = put(made.arguments, path, {**value, name: new})
            if name not in value and new is not None and is_valid(case, made.name, more):
                return _rewritten(case, made, written(more))
    return None


def _drawn(schema: dict[str, Any], rng: Random) -> Any:
    """Draw a value that is not the default."""
    choices: list[Any] = []
    if "enum" in schema:
        choices = list(schema["enum"])
    elif schema["type"] in ("integer", "number"):
        low = schema.get("minimum", 1)
        choices = [low, low + 1, low + 2]
    elif schema.get("format") == "date":
        choices = ["2031-07-19"]
    return pick(rng, [one for one in choices if one != schema.get("default")])


@fault("arguments_no_json", "the arguments of a call break off, so that they are no JSON", "arguments")
def arguments_no_json(case: Case, rng: Random) -> Dialogue | None:
    made = pick(rng, case.calls)
    return _rewritten(case, made, made.text[:-1]) if made else None


@fault("arguments_in_a_list", "the arguments of a call stand in a list", "arguments")
def arguments_in_a_list(case: Case, rng: Random) -> Dialogue | None:
    made = pick(rng, case.calls)
    return _rewritten(case, made, f"[{made.text}]") if made else None


@fault("arguments_in_a_string", "the arguments of a call are a JSON text within a JSON text", "arguments")
def arguments_in_a_string(case: Case, rng: Random) -> Dialogue | None:
    made = pick(rng, case.calls)
    return _rewritten(case, made, orjson.dumps(made.text).decode()) if made else None


@fault("parallel_arguments_swapped", "two calls of different tools have each other's arguments", "milestones")
def parallel_arguments_swapped(case: Case, rng: Random) -> Dialogue | None:
    ways = [(a, b) for a in case.calls for b in case.calls if a.place == b.place and a.position < b.position and a.name != b.name]
    way = pick(rng, [(a, b) for a, b in ways if a.arguments != b.arguments])
    if way is None:
        return None
    first, second = way
    return rerun(case, with_call(with_call(case.dialogue, first, text=second.text), second, text=first.text))


@fault("tool_misspelt", "a call names a tool that there is not", "arguments", "milestones")
def tool_misspelt(case: Case, rng: Random) -> Dialogue | None:
    made = pick(rng, case.calls)
    return rerun(case, with_call(case.dialogue, made, name=made.name + "s2")) if made else None


@fault("tool_not_offered", "a call names a real tool that is not offered here", "arguments")
def tool_not_offered(case: Case, rng: Random) -> Dialogue | None:
    made = pick(rng, case.calls)
    names = sorted(api.name for api in case.catalogue if api.name not in case.dialogue.tools)
    return rerun(case, with_call(case.dialogue, made, name=rng.choice(names))) if made else None


@fault("name_in_other_case", "a call writes the name of its tool in capitals", "arguments")
def name_in_other_case(case: Case, rng: Random) -> Dialogue | None:
    made = pick(rng, case.calls)
    return rerun(case, with_call(case.dialogue, made, name=made.name.upper())) if made else None


@fault("limit_overstepped", "a number in a call is beyond what the spec takes", "arguments", "milestones")
def limit_overstepped(case: Case, rng: Random) -> Dialogue | None:
    found = spots(case, lambda leaf: leaf.field.kind in NUMERIC and leaf.field.max is not None)
    spot = pick(rng, found)
    return with_value(case, spot, int(spot[1].field.max or 0) + 1000) if spot else None
