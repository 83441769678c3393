"""A task under way: goals are pursued one by one, keys looked up, obstacles overcome, each step executed at once."""

from __future__ import annotations

from dataclasses import dataclass

from toolsim.apis.api import Api
from toolsim.apis.leaves import LeafKey
from toolsim.scenario.blueprint import Scenario
from toolsim.scenario.drafting import Called, Draft, Said, said
from toolsim.scenario.lookups import look_up, named_rows
from toolsim.scenario.needs import Need, draw_need
from toolsim.scenario.obstacles import Obstacle
from toolsim.scenario.offers import Offers
from toolsim.scenario.phraser import Phraser
from toolsim.scenario.rivals import rivals
from toolsim.scenario.setting import PlanFailed, Setting
from toolsim.wording.requests import Request


@dataclass(slots=True)
class Course:
    """A task under way: pursues goals one by one and notes what the checks need."""

    draft: Draft
    phraser: Phraser
    milestones: list[str]
    order: list[tuple[str, str]]
    refused: frozenset[str]
    apis: dict[str, Api]
    goals: list[str]

    @classmethod
    def begin(cls, setting: Setting) -> Course:
        """Begin a task."""
        return cls(Draft(setting), Phraser(setting, by_key=False), [], [], frozenset(), {}, [])

    def look_up_rows(self, need: Need, request: Request, turn: int) -> None:
        """Add the searches that a need's rows take."""
        for named in named_rows(need, request, turn):
            look_up(self.draft, need.api.pack, named)

    def fulfil(self, need: Need, told: dict[LeafKey, Said]) -> Called:
        """Make the call of a need."""
        setting = self.draft.setting
        self.refused |= rivals(setting.world, need, setting.catalogue.of(need.api.pack))
        called = self.draft.call(need.api, need.arguments, told)
        self.milestones.append(called.id)
        return called

    def pursue(self, need: Need, request: Request, turn: int) -> Called:
        """Look up what a need takes and make its call."""
        self.look_up_rows(need, request, turn)
        self.goals.append(request.text)
        return self.fulfil(need, said(request, turn))

    def overcome(self, obstacle: Obstacle, request: Request, repair: Request, turn: int) -> Called:
        """Meet an obstacle, repair it, and make the call again."""
        need = obstacle.need
        self.look_up_rows(need, request, turn)
        self.look_up_rows(obstacle.repair, repair, turn)
        refused = self.draft.call(need.api, need.arguments, said(request, turn))
        if refused.outcome.ok:
            raise PlanFailed("the obstacle is gone")
        mended = self.fulfil(obstacle.repair, said(repair, turn))
        called = self.fulfil(need, said(request, turn))
        if not called.outcome.ok:
            raise PlanFailed("the repair does not help")
        self.order.append((mended.id, called.id))
        self.goals.append(request.text)
        return called

    @property
    def count(self) -> int:
        """How many calls there are so far."""
        return len(self.draft.calls)

    def answer(self, since: int) -> None:
        """Let the assistant tell what the calls from some number on gave."""
        done = [call.id for call in self.draft.calls[since:] if call.id in self.milestones]
        self.draft.move("answer", done)

    def finish(self, offers: Offers) -> Scenario:
        """Make the scenario."""
        gold = {called.api.name: called.api for called in self.draft.called}
        words = "; ".join(self.goals)
        tools = offers.choose(self.draft.setting, gold.values(), words, self.refused - set(gold))
        return self.draft.finish(tools, words, self.milestones, self.order)


def try_goal(course: Course, api: Api, room: int, turn: int) -> Request | None:
    """Pursue a goal with an API; take everything back and give None if it does not fit."""
    draft, world = course.draft, course.draft.world
    state = (len(draft.script), len(draft.calls), len(draft.called), len(course.milestones), len(course.goals), world.mark())
    try:
        need = draw_need(api, world, draft.setting.rng, tries=6)
        if any(call.name == api.name and call.arguments == need.arguments for call in draft.calls):
            raise PlanFailed("it was done before")
        request = course.phraser.request(need)
        course.pursue(need, request, turn)
        if len(draft.calls) - state[1] > room:
            raise PlanFailed("too long")
    except PlanFailed:
        del draft.script[state[0] :], draft.calls[state[1] :], draft.called[state[2] :]
        del course.milestones[state[3] :], course.goals[state[4] :]
        world.undo(state[5])
        return None
    return request
