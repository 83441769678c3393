"""Needs with a flaw that the user can mend: a missing parameter (incomplete), a value that the spec refuses (error_param)."""

from __future__ import annotations

from collections import Counter

from toolsim.apis.api import Api
from toolsim.apis.leaves import leaves, parameter_paths
from toolsim.apis.paths import put
from toolsim.scenario.blueprint import Flaw, Scenario
from toolsim.scenario.categories import Category
from toolsim.scenario.drafting import Draft, said
from toolsim.scenario.needs import Need, draw_need, withholdable
from toolsim.scenario.offers import Offers
from toolsim.scenario.phraser import Phraser
from toolsim.scenario.planners.planner import PLANNERS, opening, reasons
from toolsim.scenario.rivals import rivals
from toolsim.scenario.setting import PlanFailed, Setting
from toolsim.scenario.wrongs import Wrong, wrongs
from toolsim.wording.requests import Request, Told


class Incomplete:
    """Plans a need of which one or two required parameters are left out until the assistant asks."""

    def suits(self, api: Api, category: Category) -> bool:
        return api.wire.entry is None and any(field.required for field in api.prepared.params)

    def plan(self, setting: Setting, offers: Offers) -> Scenario:
        world, rng = setting.world, setting.rng
        need = draw_need(setting.target, world, rng)
        missing = withholdable(need, setting.me, world)
        if not missing:
            raise PlanFailed("nothing that only the user can know")
        missing = rng.sample(missing, min(len(missing), rng.choice((1, 1, 1, 2))))
        missing = [name for name in need.flats[0] if name in missing]
        draft, phraser = Draft(setting), Phraser(setting)
        refused = rivals(world, need, setting.catalogue.of(need.api.pack))
        request = phraser.discreet(need, offers, missing)
        told = said(request, opening(draft, need, request))
        paths = [parameter_paths(need.api)[name] for name in missing]
        draft.move("ask", about=paths)
        facts = phraser.facts(need.api, need.flats[0], missing)
        turn = draft.user("supply", setting.voice.say("supply", facts=facts.text))
        called = draft.call(need.api, need.arguments, told | said(facts, turn))
        draft.move("answer", [called.id])
        draft.flaw = Flaw(kind="missing", call=called.id, paths=tuple(paths))
        return draft.finish(offers.choose(setting, [need.api], request.text, refused), request.text)


class ErrorParam:
    """Plans a need of which one value breaks the spec by construction; the user puts it right when told."""

    def suits(self, api: Api, category: Category) -> bool:
        return api.wire.entry is None and bool(api.prepared.params)

    def plan(self, setting: Setting, offers: Offers) -> Scenario:
        world, rng = setting.world, setting.rng
        need = draw_need(setting.target, world, rng)
        request = Phraser(setting).discreet(need, offers)
        told, path, wrong = self._break(setting, need, request)
        text = request.text.replace(told.words, wrong.words, 1)
        draft, phraser = Draft(setting), Phraser(setting)
        refused = rivals(world, need, setting.catalogue.of(need.api.pack))
        spoken = Request(text, request.mood, request.told)
        turn = draft.user("request", setting.voice.ask(spoken, reasons(need, setting)))
        draft.move("reject", about=[path])
        facts = phraser.facts(need.api, need.flats[0], [told.name])
        corrected = draft.user("correct", setting.voice.say("correct", facts=facts.text))
        kept = {key: value for key, value in said(request, turn).items() if key[0] != told.name}
        called = draft.call(need.api, need.arguments, kept | said(facts, corrected))
        draft.move("answer", [called.id])
        draft.flaw = Flaw(kind="wrong", call=called.id, paths=(path,), rule=wrong.rule, value=wrong.value, words=wrong.words)
        return draft.finish(offers.choose(setting, [need.api], request.text, refused), request.text)

    def _break(self, setting: Setting, need: Need, request: Request) -> tuple[Told, str, Wrong]:
        """Choose a told value and a wrong one in its place; give its JSON path too."""
        by_key = {leaf.key: leaf for leaf in leaves(need.api, need.arguments)}
        words = Counter(told.words for told in request.told)
        alone = [told for told in request.told if request.text.count(told.words) == words[told.words] == 1]
        told = [one for one in alone if one.key in by_key]
        setting.rng.shuffle(told)
        for one in told:
            leaf = by_key[one.key]
            for wrong in wrongs(need.api, leaf, one.words, setting.world, setting.rng):
                if self._refused(need, leaf.path, wrong):
                    return one, leaf.path, wrong
        raise PlanFailed("no value that could be wrong")

    def _refused(self, need: Need, path: str, wrong: Wrong) -> bool:
        """Prove that the spec refuses the wrong value."""
        broken = put(need.arguments, path, wrong.value)
        return not need.api.arguments.is_valid(broken)


PLANNERS.register("incomplete")(Incomplete())
PLANNERS.register("error_param")(ErrorParam())
