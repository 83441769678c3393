"""Find the keys of rows that people name in their own words, by searches of the pool; one search may need another first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from toolsim.apis.api import Api
from toolsim.apis.leaves import LeafKey
from toolsim.scenario.drafting import Draft, Said, locate
from toolsim.scenario.needs import Need
from toolsim.scenario.setting import PlanFailed
from toolsim.taxonomy.declarations import Entity, Field, Kind, Pack
from toolsim.taxonomy.rules import Row
from toolsim.verbs.verb import Args
from toolsim.wording.readings import means
from toolsim.wording.requests import Request

_DEEPEST = 2


@dataclass(frozen=True, slots=True)
class Named:
    """A row that the user named."""

    entity: Entity
    key: str
    words: str
    turn: int


def named_rows(need: Need, request: Request, turn: int) -> Iterator[Named]:
    """List the rows that a request names otherwise than by key."""
    fields = {field.name: field for field in need.api.prepared.params}
    for told in request.told:
        field: Field | None = fields[told.name]
        for step in told.steps:
            assert field is not None
            field = field.item if isinstance(step, int) else next(f for f in field.fields if f.name == step)
        assert field is not None
        if field.kind is Kind.REF and str(told.value) not in told.words:
            entity = need.api.pack.entity(field.of)
            if entity.name != "person":
                yield Named(entity, told.value, told.words, turn)


def look_up(draft: Draft, pack: Pack, named: Named, depth: int = 0) -> None:
    """Add the searches that show the key of a named row, unless it has been shown.

    Raises:
        PlanFailed: no search tells the row apart by what the user said.
    """
    if any(locate(called.outcome.record(), named.key) for called in draft.called):
        return
    row = draft.world.rows(named.entity.table).get(named.key)
    searches = [api for api in draft.setting.catalogue.of(pack) if _searches(api, named.entity)]
    if row is None or not searches or not _told_apart(draft, named.entity, row):
        raise PlanFailed(f"no search shows {named.entity.name}")
    draft.setting.rng.shuffle(searches)
    for api in searches:
        state = _state(draft)
        args = _filters(draft, api, pack, named, row, depth)
        if args is not None and _shows(draft, api, named, row, args):
            said: dict[LeafKey, Said] = {(name, 0, ()): Said(named.turn, named.words) for name in args}
            draft.call(api, api.wire.encode([args]), said)
            return
        _back_to(draft, state)
    raise PlanFailed(f"no search shows {named.entity.name}")


def _searches(api: Api, entity: Entity) -> bool:
    return api.operation.verb == "find" and api.wire.entry is None and api.pack.entity(api.operation.target).table == entity.table


def _told_apart(draft: Draft, entity: Entity, row: Row) -> bool:
    """Tell whether no other row is known by the same."""
    known = [row.get(name) for name in entity.known_as]
    rows = draft.world.rows(entity.table).values()
    return sum(all(other.get(n) == v for n, v in zip(entity.known_as, known, strict=True)) for other in rows) == 1


def _filters(draft: Draft, api: Api, pack: Pack, named: Named, row: Row, depth: int) -> Args | None:
    """Choose the filters whose values the user's words give; None when a required one is not among them."""
    entity, world = named.entity, draft.world
    args: Args = {}
    for field in api.prepared.params:
        value = row.get(field.name) if field.name in entity.known_as else None
        if value is None or isinstance(value, list | dict):
            continue
        if field.kind is not Kind.REF:
            if means(field, value, named.words, world.now, world.language):
                args[field.name] = value
        elif value == draft.setting.me or draft.setting.said_as(value):
            if _speaks_of(draft, value, named.words):
                args[field.name] = value
        elif depth < _DEEPEST and _resolve(draft, pack, field, value, named, depth):
            args[field.name] = value
    if any(field.required and field.name not in args for field in api.prepared.params):
        return None
    return args


def _speaks_of(draft: Draft, person: str, words: str) -> bool:
    """Tell whether words point to a person: by name, or to the speaker by `my`."""
    if draft.setting.said_as(person) in words:
        return True
    return person == draft.setting.me and (
        "我" in words if draft.world.language == "zh" else any(w in words.casefold().split() for w in ("my", "me", "mine"))
    )


def _resolve(draft: Draft, pack: Pack, field: Field, key: str, named: Named, depth: int) -> bool:
    """Look a row up that another one refers to; tell whether its key is seen then."""
    state = _state(draft)
    try:
        look_up(draft, pack, Named(pack.entity(field.of), key, named.words, named.turn), depth + 1)
    except PlanFailed:
        _back_to(draft, state)
        return False
    return True


def _state(draft: Draft) -> tuple[int, int, int]:
    return len(draft.script), len(draft.calls), len(draft.called)


def _back_to(draft: Draft, state: tuple[int, int, int]) -> None:
    """Drop the searches that were added since, which were of no use; searches change nothing in the world."""
    script, calls, called = state
    del draft.script[script:], draft.calls[calls:], draft.called[called:]


def _shows(draft: Draft, api: Api, named: Named, row: Row, args: Args) -> bool:
    """Run a search without a trace: does it show the row, and tell it apart from the others that it shows?"""
    mark = draft.world.mark()
    arguments = api.wire.encode([args])
    if not api.arguments.is_valid(arguments):
        return False
    outcome = draft.world.run(api, arguments)
    draft.world.undo(mark)
    if not outcome.ok:
        return False
    record = outcome.record()
    if not locate(record, named.key):
        return False
    return _lone(record) or _apart_by_what_is_shown(api, named.entity, record, named.key)


def items(record: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the rows that a search shows: its first list."""
    return next((value for value in record.values() if isinstance(value, list)), [])


def _lone(record: dict[str, Any]) -> bool:
    return len(items(record)) == 1


def _apart_by_what_is_shown(api: Api, entity: Entity, record: dict[str, Any], key: str) -> bool:
    """Tell whether the fields by which a row is known stand in the result and differ from those of the others."""
    names = [api.wire.rename(name) for name in entity.known_as]
    key_name = api.wire.rename(entity.key)
    faces = {item.get(key_name): tuple(str(item.get(name)) for name in names) for item in items(record)}
    return key in faces and list(faces.values()).count(faces[key]) == 1 and "None" not in faces[key]
