"""Look-ups that tell whether a change took effect: found by running them before and after it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from toolsim.apis.api import Api
from toolsim.apis.leaves import LeafKey
from toolsim.scenario.drafting import Said
from toolsim.scenario.retake import Retake, Step
from toolsim.scenario.setting import PlanFailed
from toolsim.taxonomy.declarations import Kind
from toolsim.verbs.verb import Args
from toolsim.world.world import Outcome

_BEFORE: Final = "previous"
"""What a change tells of the state before it."""


@dataclass(frozen=True, slots=True)
class Look:
    """A look-up that shows whether a change took effect."""

    api: Api
    arguments: dict[str, Any]
    told: dict[LeafKey, Said]
    path: str
    """JSON path, in its result, of the row that shows the change."""


def look_for_effect(retake: Retake, step: Step) -> Look:
    """Find a look-up that tells whether a change took effect.

    Raises:
        PlanFailed: nothing shows it.
    """
    setting = retake.draft.setting
    looks = [api for api in setting.catalogue.of(step.api.pack) if _looks_at(api, step.api)]
    retake.rng.shuffle(looks)
    looks.sort(key=lambda api: api.operation.verb != "get")
    for api in looks:
        for flat, told in _askings(api, step):
            arguments = api.wire.encode([flat])
            path = _shows(retake, step, api, arguments) if api.arguments.is_valid(arguments) else ""
            if path:
                return Look(api, arguments, told, path)
    raise PlanFailed("nothing shows whether it was done")


def _looks_at(api: Api, write: Api) -> bool:
    """Tell whether an API shows rows of what a write changes."""
    return api.operation.verb in ("get", "find") and api.wire.entry is None and api.operation.target == write.operation.target


def _askings(api: Api, step: Step) -> Iterator[tuple[Args, dict[LeafKey, Said]]]:
    """Give arguments made of those of a step: all that fit, and the required ones alone."""
    flat, told = step.api.wire.decode(step.call.arguments)[0], step.told()
    fields = {field.name: field for field in step.api.prepared.params}
    shared = [
        field for field in api.prepared.params
        if field.name in flat and field.kind is fields[field.name].kind and field.kind in (Kind.REF, Kind.ENUM, Kind.DATE)
    ]  # fmt: skip
    required = [field for field in shared if field.required]
    if any(field.required and field not in required for field in api.prepared.params):
        return
    for chosen in (shared, required) if len(shared) > len(required) else (shared,):
        names = {field.name for field in chosen}
        yield {name: flat[name] for name in names}, {key: said for key, said in told.items() if key[0] in names}


def _shows(retake: Retake, step: Step, api: Api, arguments: dict[str, Any]) -> str:
    """Find where a look-up shows, after a change and not before, all that the change itself would have told; empty if nowhere."""
    world = retake.draft.world
    mark = world.mark()
    before = world.run(api, arguments)
    told = world.run(step.api, step.call.arguments).record()
    after = world.run(api, arguments)
    world.undo(mark)
    wanted = {name: value for name, value in told.items() if name != _BEFORE}
    if not before.ok or not after.ok or _covering(before, wanted) or not (_whole(before) and _whole(after)):
        return ""
    found = _covering(after, wanted)
    return found[0] if len(found) == 1 else ""


def _whole(outcome: Outcome) -> bool:
    """Tell whether a list shows all rows there are, so that what is missing is not there; a row by itself does."""
    record = outcome.record()
    shown = max((len(value) for value in record.values() if isinstance(value, list)), default=0)
    return "items" not in map(str.casefold, record) or all(v <= shown for v in record.values() if isinstance(v, int))


def _covering(outcome: Outcome, wanted: dict[str, Any]) -> list[str]:
    """List the paths of the rows of a look-up, the result itself or the items of its list, that hold all that is wanted."""
    record = outcome.record()
    lists = [(name, value) for name, value in record.items() if isinstance(value, list)]
    rows = [("$", record), *((f"$.{name}[{at}]", row) for name, value in lists for at, row in enumerate(value))]
    return [path for path, row in rows if isinstance(row, dict) and wanted.items() <= row.items()]
