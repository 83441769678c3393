"""One need told over several turns and changed (user_adjust), and needs between which the user switches (user_switch)."""

from __future__ import annotations

from toolsim.apis.api import Api
from toolsim.apis.leaves import LeafKey, parameter_paths
from toolsim.scenario.blueprint import Scenario
from toolsim.scenario.categories import Category
from toolsim.scenario.drafting import Draft, Said, said
from toolsim.scenario.needs import Need, draw_need, varied, withholdable
from toolsim.scenario.offers import Offers
from toolsim.scenario.phraser import Phraser
from toolsim.scenario.planners.planner import PLANNERS, opening
from toolsim.scenario.rivals import rivals
from toolsim.scenario.setting import PlanFailed, Setting
from toolsim.taxonomy.declarations import Kind
from toolsim.verbs.verb import Effect

_REPEATABLE = frozenset({"update", "configure"})
"""Writes that may be made again with another value."""
_CHANGEABLE = frozenset({Kind.NUMBER, Kind.WHOLE, Kind.DURATION, Kind.DATE, Kind.TIME, Kind.DATETIME, Kind.ENUM, Kind.TEXT})
_RETURNS = 0.5


def changeable(need: Need) -> list[str]:
    """List the parameters that a user may change afterwards."""
    fields = {field.name: field for field in need.api.prepared.params}
    return [name for name in need.flats[0] if fields[name].kind in _CHANGEABLE]


class Adjust:
    """Plans a need of which a part is missing at first, and a part changes later."""

    def suits(self, api: Api, category: Category) -> bool:
        return api.wire.entry is None and any(field.kind in _CHANGEABLE for field in api.prepared.params)

    def plan(self, setting: Setting, offers: Offers) -> Scenario:
        world, rng = setting.world, setting.rng
        need = draw_need(setting.target, world, rng, lambda flats: len(flats[0]) >= 2)
        names = changeable(need)
        if not names:
            raise PlanFailed("nothing could be changed")
        again = need.api.effect is Effect.READ or need.api.operation.verb in _REPEATABLE
        missing = [name for name in withholdable(need, setting.me, world) if len(need.flats[0]) > 1]
        rng.shuffle(missing)
        missing = missing[: rng.choice((1, 1, 2))]
        if len(missing) == len(need.flats[0]):
            missing = missing[:1]
        free = [name for name in names if again or name not in missing]
        if not free or not (again or missing):
            raise PlanFailed("nothing could be changed")
        changed = varied(need, free, world, rng)
        return self._draft(setting, offers, need, changed, missing, again)

    def _draft(self, setting: Setting, offers: Offers, need: Need, changed: Need, missing: list[str], again: bool) -> Scenario:
        draft, phraser, voice = Draft(setting), Phraser(setting), setting.voice
        refused = rivals(setting.world, need, setting.catalogue.of(need.api.pack))
        request = phraser.request(need, missing)
        turn = opening(draft, need, request)
        told = said(request, turn)
        differing = [name for name in need.flats[0] if need.flats[0][name] != changed.flats[0][name]]
        change = phraser.facts(need.api, changed.flats[0], differing)
        if missing:
            draft.move("ask", about=[parameter_paths(need.api)[name] for name in missing])
            facts = phraser.facts(need.api, need.flats[0], missing)
            text = voice.say("supply", facts=facts.text)
            if not again:
                text = voice.follow(text, voice.say("adjust", facts=change.text))
            turn = draft.user("supply", text)
            told |= said(facts, turn)
        if again:
            draft.move("answer", [draft.call(need.api, need.arguments, told).id])
            turn = draft.user("adjust", voice.say("adjust", facts=change.text))
        told |= said(change, turn)
        draft.move("answer", [draft.call(changed.api, changed.arguments, told).id])
        return draft.finish(offers.choose(setting, [need.api], request.text, refused), request.text)


class Switch:
    """Plans two needs of different APIs, and sometimes the return to the first."""

    def suits(self, api: Api, category: Category) -> bool:
        return api.wire.entry is None

    def plan(self, setting: Setting, offers: Offers) -> Scenario:
        world, rng = setting.world, setting.rng
        draft, phraser = Draft(setting), Phraser(setting)
        every = [api for pack in setting.packs for api in setting.catalogue.of(pack)]
        first = draw_need(setting.target, world, rng)
        refused = rivals(world, first, every)
        request = phraser.request(first)
        told = said(request, opening(draft, first, request))
        draft.move("answer", [draft.call(first.api, first.arguments, told).id])
        second = self._second(setting, first)
        refused |= rivals(world, second, every)
        other = phraser.request(second)
        turn = draft.user("switch", setting.voice.add("switch", other))
        draft.move("answer", [draft.call(second.api, second.arguments, said(other, turn)).id])
        if first.api.effect is Effect.READ and changeable(first) and rng.random() < _RETURNS:
            self._return(draft, phraser, first, told)
        goal = f"{request.text}; {other.text}"
        tools = offers.choose(setting, [first.api, second.api], goal, refused - {first.api.name, second.api.name})
        return draft.finish(tools, goal)

    def _second(self, setting: Setting, first: Need) -> Need:
        others = [api for api in setting.catalogue.of(first.api.pack) if api is not first.api and api.wire.entry is None]
        for api in setting.rng.sample(others, min(6, len(others))):
            try:
                return draw_need(api, setting.world, setting.rng, tries=10)
            except PlanFailed:
                continue
        raise PlanFailed("no second need")

    def _return(self, draft: Draft, phraser: Phraser, first: Need, told: dict[LeafKey, Said]) -> None:
        setting = draft.setting
        try:
            changed = varied(first, changeable(first), setting.world, setting.rng, tries=10)
        except PlanFailed:
            return
        names = [name for name in first.flats[0] if first.flats[0][name] != changed.flats[0][name]]
        facts = phraser.facts(first.api, changed.flats[0], names)
        turn = draft.user("back", setting.voice.say("back", facts=facts.text))
        draft.move("answer", [draft.call(changed.api, changed.arguments, told | said(facts, turn)).id])


PLANNERS.register("adjust")(Adjust())
PLANNERS.register("switch")(Switch())
