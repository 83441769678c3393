"""One need, told in one turn, served by one call: single_function, similar_api, preference, and the six atoms."""

from __future__ import annotations

from typing import Any

from toolsim.apis.api import Api
from toolsim.apis.leaves import leaves
from toolsim.apis.lint import depth as schema_depth
from toolsim.scenario.blueprint import Scenario
from toolsim.scenario.categories import Category
from toolsim.scenario.drafting import Draft, said
from toolsim.scenario.needs import draw_need
from toolsim.scenario.offers import Offers
from toolsim.scenario.phraser import Phraser
from toolsim.scenario.planners.planner import PLANNERS, opening
from toolsim.scenario.rivals import rivals
from toolsim.scenario.setting import PlanFailed, Setting
from toolsim.taxonomy.declarations import NUMERIC, Kind
from toolsim.verbs.verb import Args

_LOOKALIKES = 2
_KINDS = {
    "bool": frozenset({Kind.FLAG}),
    "enum": frozenset({Kind.ENUM, Kind.STATE}),
    "number": NUMERIC,
    "list": frozenset({Kind.LIST, Kind.MANY}),
}
_HOW = frozenset({"descending", "limit", "digits"})
"""Parameters that only say how an answer is laid out."""
_DEPTHS = {"object_short": (2, 2), "object_deep": (3, 99)}


class Single:
    """Plans one call; the option `kind` asks for one kind of parameter, `lookalikes` for look-alike tools."""

    def suits(self, api: Api, category: Category) -> bool:
        kind = category.options.get("kind", "")
        if kind in _DEPTHS:
            return schema_depth(api.wire.parameters("en")) >= _DEPTHS[kind][0]
        return not kind or any(field.kind in _KINDS[kind] and field.name not in _HOW for field in api.prepared.params)

    def plan(self, setting: Setting, offers: Offers) -> Scenario:
        options = setting.category.options
        kind = options.get("kind", "")
        need = draw_need(setting.target, setting.world, setting.rng, lambda flats: _turns_on(setting.target, flats, kind))
        lookalikes = offers.lookalikes(setting.target) if options.get("lookalikes") else []
        draft = Draft(setting)
        refused = rivals(setting.world, need, (api for pack in setting.packs for api in setting.catalogue.of(pack)))
        lookalikes = [api for api in lookalikes if api.name not in refused]
        if options.get("lookalikes") and len(lookalikes) < _LOOKALIKES:
            raise PlanFailed("too few look-alike APIs")
        request = Phraser(setting).discreet(need, offers)
        turn = opening(draft, need, request)
        called = draft.call(need.api, need.arguments, said(request, turn))
        draft.move("answer", [called.id])
        tools = offers.choose(setting, [need.api], request.text, refused, lookalikes)
        return draft.finish(tools, request.text)


def _turns_on(api: Api, flats: list[Args], kind: str) -> bool:
    """Tell whether a call gives a value of the kind, or an object of the depth, that is asked for."""
    if not kind:
        return True
    arguments = api.wire.encode(flats)
    if kind in _DEPTHS:
        low, high = _DEPTHS[kind]
        return low <= depth(arguments) <= high
    if kind == "list":
        return any(isinstance(value, list) for value in _inside(arguments))
    return any(
        leaf.field.kind in _KINDS[kind] and leaf.name not in _HOW and leaf.value != leaf.field.auto
        for leaf in leaves(api, arguments)
    )


def depth(arguments: Any) -> int:
    """Count the levels of named values: 1 for flat arguments."""
    if isinstance(arguments, dict):
        return 1 + max((depth(value) for value in arguments.values()), default=0)
    if isinstance(arguments, list):
        return max((depth(value) for value in arguments), default=0)
    return 0


def _inside(value: Any) -> list[Any]:
    """List all values inside a value."""
    children = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    return [*children, *(inner for child in children for inner in _inside(child))]


PLANNERS.register("single")(Single())
