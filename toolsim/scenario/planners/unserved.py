"""Dialogues in which nothing is to be called: the need is served by no offered tool (irrelevant), or there is none (no_call)."""

from __future__ import annotations

from toolsim.apis.api import Api
from toolsim.scenario.blueprint import Flaw, Scenario
from toolsim.scenario.categories import Category
from toolsim.scenario.drafting import Draft
from toolsim.scenario.needs import draw_need
from toolsim.scenario.offers import Offers
from toolsim.scenario.personas import chats
from toolsim.scenario.phraser import Phraser
from toolsim.scenario.planners.planner import PLANNERS, opening
from toolsim.scenario.rivals import rivals
from toolsim.scenario.setting import Setting


class Irrelevant:
    """Plans a real need whose API is not offered, nor any other that would serve."""

    def suits(self, api: Api, category: Category) -> bool:
        return True

    def plan(self, setting: Setting, offers: Offers) -> Scenario:
        need = draw_need(setting.target, setting.world, setting.rng)
        draft = Draft(setting)
        every = [api for pack in setting.packs for api in setting.catalogue.of(pack)]
        serving = {need.api.name, *rivals(setting.world, need, every)}
        request = Phraser(setting).request(need)
        opening(draft, need, request)
        draft.move("refuse")
        draft.flaw = Flaw(kind="unserved", options=tuple(sorted(serving)))
        alike = {api.name for api in every if _alike(api, need.api)}
        tools = offers.choose(setting, [], request.text, frozenset(serving | alike))
        return draft.finish(tools, request.text)


def _alike(api: Api, other: Api) -> bool:
    """Tell whether two APIs do the same sort of thing to the same sort of row, so that one might pass for the other."""
    one, two = api.operation, other.operation
    return api.effect is other.effect and (one.target or one.creates) == (two.target or two.creates) != ""


class NoCall:
    """Plans small talk and general questions while tools are offered."""

    def suits(self, api: Api, category: Category) -> bool:
        return True

    def plan(self, setting: Setting, offers: Offers) -> Scenario:
        draft = Draft(setting)
        talk = setting.rng.sample(chats(setting.language), setting.rng.choice((1, 2, 2, 3)))
        for chat in talk:
            draft.user("chat", chat.user)
            draft.move("chat", text=chat.assistant)
        return draft.finish(offers.choose(setting, [setting.target], talk[0].user), talk[0].user)


PLANNERS.register("irrelevant")(Irrelevant())
PLANNERS.register("no_call")(NoCall())
