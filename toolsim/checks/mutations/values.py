"""Faults in values: what a call is given is of the right form and not what was meant."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from toolsim.apis.leaves import ArgumentLeaf
from toolsim.apis.paths import put
from toolsim.checks.case import Case
from toolsim.checks.mutations.edits import (
    Spot,
    is_equal,
    is_valid,
    pick,
    rerun,
    spots,
    with_call,
    with_legal_value,
    with_value,
    written,
)
from toolsim.checks.mutations.mutation import fault
from toolsim.roleplay.dialogue import Dialogue
from toolsim.taxonomy.declarations import NUMERIC, Kind

_OTHER_TEXT = {"en": "a second notebook for the archive", "zh": "档案室的第二本册子"}


def _draw(case: Case, rng: Random, *kinds: Kind) -> Spot | None:
    return pick(rng, spots(case, lambda leaf: leaf.field.kind in kinds))


@fault("number_wrong", "a number in a call is another one", "milestones", "grounding")
def number_wrong(case: Case, rng: Random) -> Dialogue | None:
    spot = _draw(case, rng, *NUMERIC)
    if spot is None:
        return None
    value = spot[1].value
    return with_legal_value(case, spot, [value * 2 + 3, value + 7, value + 3, value - 3, round(value / 2, 1), value // 2])


@fault("number_off_by_one", "a number in a call is one too high or too low", "milestones", "grounding")
def number_off_by_one(case: Case, rng: Random) -> Dialogue | None:
    spot = _draw(case, rng, *NUMERIC)
    if spot is None:
        return None
    steps = [1, -1] if rng.random() < 0.5 else [-1, 1]
    return with_legal_value(case, spot, [round(spot[1].value + step, 6) for step in steps])


@fault("date_wrong", "a date in a call is the day after or before the one that was said", "milestones", "grounding")
def date_wrong(case: Case, rng: Random) -> Dialogue | None:
    spot = _draw(case, rng, Kind.DATE)
    if spot is None:
        return None
    day = date.fromisoformat(spot[1].value)
    return with_legal_value(case, spot, [(day + timedelta(days=step)).isoformat() for step in (1, -1)])


@fault("time_wrong", "a time of day in a call is half an hour off", "milestones", "grounding")
def time_wrong(case: Case, rng: Random) -> Dialogue | None:
    spot = _draw(case, rng, Kind.TIME, Kind.DATETIME)
    if spot is None:
        return None
    clock = spot[1].field.kind is Kind.TIME
    moment = datetime.fromisoformat(f"2026-03-01T{spot[1].value}" if clock else spot[1].value)
    values = [(moment + timedelta(minutes=step)).strftime("%H:%M" if clock else "%Y-%m-%dT%H:%M") for step in (30, -30, 60)]
    return with_legal_value(case, spot, values)


@fault("option_wrong", "a call chooses another option than the user", "milestones", "grounding")
def option_wrong(case: Case, rng: Random) -> Dialogue | None:
    spot = _draw(case, rng, Kind.ENUM, Kind.STATE)
    return with_legal_value(case, spot, rng.sample(spot[1].field.codes, len(spot[1].field.codes))) if spot else None


@fault("set_wrong", "a set of options in a call has one too many or one too few", "milestones", "grounding")
def set_wrong(case: Case, rng: Random) -> Dialogue | None:
    spot = _draw(case, rng, Kind.MANY)
    if spot is None:
        return None
    codes, value = spot[1].field.codes, spot[1].value
    fewer = [[code for code in value if code != drop] for drop in value]
    more = [[code for code in codes if code in value or code == extra] for extra in codes if extra not in value]
    ways = [*fewer, *more]
    return with_legal_value(case, spot, rng.sample(ways, len(ways)))


@fault("flag_flipped", "a yes in a call becomes a no, or a no a yes", "milestones")
def flag_flipped(case: Case, rng: Random) -> Dialogue | None:
    spot = _draw(case, rng, Kind.FLAG)
    return with_legal_value(case, spot, [not spot[1].value]) if spot else None


@fault("text_wrong", "a free text in a call is another one", "milestones", "grounding")
def text_wrong(case: Case, rng: Random) -> Dialogue | None:
    spot = _draw(case, rng, Kind.TEXT)
    return with_legal_value(case, spot, [_OTHER_TEXT[case.language], str(spot[1].value) + "2"]) if spot else None


@fault("text_cut", "a free text in a call has lost its end", "milestones")
def text_cut(case: Case, rng: Random) -> Dialogue | None:
    spot = _draw(case, rng, Kind.TEXT)
    return with_legal_value(case, spot, [str(spot[1].value)[:-2]]) if spot else None


@fault("id_hallucinated", "an id in a call is made up", "milestones", "grounding")
def id_hallucinated(case: Case, rng: Random) -> Dialogue | None:
    spot = _draw(case, rng, Kind.REF)
    if spot is None:
        return None
    seen = "\n".join(m.content or "" for m in case.messages)
    made_up = ["".join(str(rng.randrange(10)) if c.isdigit() else c for c in str(spot[1].value)) for _ in range(8)]
    return with_legal_value(case, spot, [value for value in made_up if value not in seen])


@fault("id_of_another_row", "an id in a call belongs to another row of the same table", "milestones", "grounding")
def id_of_another_row(case: Case, rng: Random) -> Dialogue | None:
    spot = _draw(case, rng, Kind.REF)
    if spot is None or case.world is None:
        return None
    pack = case.catalogue.api(spot[0].name).pack
    keys = [*case.world.rows(pack.entity(spot[1].field.of).table)]
    # A row that the user points at in the same words would be as right; planners see to it that gold's is the only one.
    return with_legal_value(case, spot, rng.sample(keys, len(keys)))


def _alike(one: ArgumentLeaf, other: ArgumentLeaf) -> bool:
    return one.field.kind is other.field.kind and one.value != other.value


@fault("values_swapped", "two values of one call stand in each other's place", "milestones")
def values_swapped(case: Case, rng: Random) -> Dialogue | None:
    return _swapped(case, rng, lambda one, other: one.id == other.id)


@fault("parallel_values_swapped", "two calls of one message have exchanged a value", "milestones")
def parallel_values_swapped(case: Case, rng: Random) -> Dialogue | None:
    return _swapped(case, rng, lambda one, other: one.place == other.place and one.position < other.position)


def _swapped(case: Case, rng: Random, pairs: Any) -> Dialogue | None:
    every = spots(case, lambda leaf: leaf.field.kind is not Kind.FLAG)
    ways = [(a, b) for n, a in enumerate(every) for b in every[n + 1 :] if pairs(a[0], b[0]) and _alike(a[1], b[1])]
    for (made, one), (second, other) in rng.sample(ways, len(ways)):
        if made.id == second.id:
            both = put(put(made.arguments, one.path, other.value), other.path, one.value)
            if is_valid(case, made.name, both) and not is_equal(case, made, both):
                return rerun(case, with_call(case.dialogue, made, text=written(both)))
            continue
        first, then = put(made.arguments, one.path, other.value), put(second.arguments, other.path, one.value)
        # Calls of one message may come in any order: where all that differs is swapped, nothing is.
        same = made.name == second.name and (first, then) == (second.arguments, made.arguments)
        same = same or is_equal(case, made, first) or is_equal(case, second, then)
        if not same and is_valid(case, made.name, first) and is_valid(case, second.name, then):
            swapped = with_call(with_call(case.dialogue, made, text=written(first)), second, text=written(then))
            return rerun(case, swapped)
    return None


@fault("value_taken_back", "a call is given the value that the user has since taken back", "milestones", "grounding")
def value_taken_back(case: Case, rng: Random) -> Dialogue | None:
    if ".user_adjust" not in case.dialogue.category:
        return None
    every = spots(case, lambda leaf: True)
    ways = [
        ((made, leaf), old.value)
        for made, leaf in every
        for before, old in every
        if before.place < made.place and before.name == made.name and old.path == leaf.path and old.value != leaf.value
    ]
    way = pick(rng, ways)
    return with_value(case, *way) if way else None
