"""Several independent needs in one turn, served by calls in one message: the order of the calls makes no difference."""

from __future__ import annotations

from toolsim.apis.api import Api
from toolsim.scenario.blueprint import Scenario
from toolsim.scenario.categories import Category
from toolsim.scenario.drafting import Draft, said
from toolsim.scenario.needs import Need, draw_need
from toolsim.scenario.offers import Offers
from toolsim.scenario.phraser import Phraser
from toolsim.scenario.planners.planner import PLANNERS, reasons
from toolsim.scenario.rivals import rivals
from toolsim.scenario.setting import PlanFailed, Setting
from toolsim.verbs.verb import Effect
from toolsim.wording.requests import Request
from toolsim.world.world import World

_REPEATED = 0.45
"""Share of dialogues in which one API is called several times."""


class Parallel:
    """Plans 2 to 4 calls."""

    def suits(self, api: Api, category: Category) -> bool:
        return api.wire.entry is None

    def plan(self, setting: Setting, offers: Offers) -> Scenario:
        rng, world = setting.rng, setting.world
        chosen = self._needs(setting, rng.choices((2, 3, 4), (6, 3, 1))[0])
        if not commute(world, chosen):
            raise PlanFailed("the calls depend on each other")
        draft, phraser = Draft(setting), Phraser(setting)
        every = [api for pack in setting.packs for api in setting.catalogue.of(pack)]
        refused = frozenset().union(*(rivals(world, need, every) for need in chosen)) - {need.api.name for need in chosen}
        requests = [phraser.request(need) for need in chosen]
        turn = draft.user("request", self._text(setting, chosen, requests))
        called = [
            draft.execute(need.api, need.arguments, said(request, turn)) for need, request in zip(chosen, requests, strict=True)
        ]
        draft.move("call", [call.id for call in called])
        draft.move("answer", [call.id for call in called])
        goal = "; ".join(request.text for request in requests)
        return draft.finish(offers.choose(setting, [need.api for need in chosen], goal, refused), goal)

    def _needs(self, setting: Setting, count: int) -> list[Need]:
        rng, world, target = setting.rng, setting.world, setting.target
        out = [draw_need(target, world, rng)]
        repeated = rng.random() < _REPEATED
        others = [api for api in setting.catalogue.of(target.pack) if api.wire.entry is None and api is not target]
        for _ in range(count * 6):
            if len(out) == count:
                return out
            api = target if repeated else rng.choice(others)
            try:
                need = draw_need(api, world, rng, tries=8)
            except PlanFailed:
                continue
            if all(need.arguments != other.arguments or need.api is not other.api for other in out):
                out.append(need)
        if len(out) < 2:
            raise PlanFailed("no second need")
        return out

    def _text(self, setting: Setting, needs: list[Need], requests: list[Request]) -> str:
        voice = setting.voice
        text = voice.ask(requests[0], reasons(needs[0], setting), last=False)
        for request in requests[1:]:
            text = voice.add("and_also", request, first=voice.closed(text))
        return text


def commute(world: World, needs: list[Need]) -> bool:
    """Prove by execution that calls give the same in both orders and lead to the same state."""
    if all(need.api.effect is Effect.READ for need in needs):
        return True
    forth, back = _run(world, needs), _run(world, needs[::-1])
    return forth is not None and back is not None and forth[0] == back[0][::-1] and forth[1] == back[1]


def _run(world: World, needs: list[Need]) -> tuple[list[object], str] | None:
    mark = world.mark()
    outcomes = [world.run(need.api, need.arguments) for need in needs]
    digest = world.digest()
    world.undo(mark)
    return ([outcome.record() for outcome in outcomes], digest) if all(outcome.ok for outcome in outcomes) else None


PLANNERS.register("parallel")(Parallel())
