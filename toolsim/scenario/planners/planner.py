"""What every planner is: it turns a setting into a scenario, by executing what it plans."""

from __future__ import annotations

from typing import Protocol

from toolsim.apis.api import Api
from toolsim.base.registry import Registry
from toolsim.scenario.blueprint import Scenario
from toolsim.scenario.categories import Category
from toolsim.scenario.drafting import Draft
from toolsim.scenario.needs import Need
from toolsim.scenario.offers import Offers
from toolsim.scenario.setting import Setting
from toolsim.wording.requests import Request


class Planner(Protocol):
    """Plans the scenarios of some categories."""

    def suits(self, api: Api, category: Category) -> bool:
        """Tell whether a dialogue of the category can turn on the API, as far as its declaration shows."""
        ...

    def plan(self, setting: Setting, offers: Offers) -> Scenario:
        """Plan a scenario.

        Raises:
            PlanFailed: the world offers none of this kind for the target.
        """
        ...


PLANNERS: Registry[Planner] = Registry("planners")


def opening(draft: Draft, need: Need, request: Request) -> int:
    """Let the user open the dialogue with a request; give the turn."""
    setting = draft.setting
    return draft.user("request", setting.voice.ask(request, reasons(need, setting)))


def reasons(need: Need, setting: Setting) -> tuple[str, ...]:
    """Give the reasons that people have for a need."""
    return need.api.operation.why.say(setting.language)
