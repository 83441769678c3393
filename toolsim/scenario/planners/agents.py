"""Tasks of several dependent calls: told at once (multi_step), as the user decides (multi_turn), over two packs (long_horizon).

People name rows in their own words, so keys must be looked up; obstacles are faults of real states, with a repair that works.
"""

from __future__ import annotations

from toolsim.apis.api import Api
from toolsim.apis.leaves import parameter_paths
from toolsim.scenario.blueprint import Scenario, UserTurn
from toolsim.scenario.categories import Category
from toolsim.scenario.course import Course, try_goal
from toolsim.scenario.drafting import said
from toolsim.scenario.needs import Need, draw_need, withholdable
from toolsim.scenario.obstacles import search_obstacle
from toolsim.scenario.offers import Offers
from toolsim.scenario.planners.doubts import row_parameters
from toolsim.scenario.planners.planner import PLANNERS, reasons
from toolsim.scenario.setting import PlanFailed, Setting
from toolsim.verbs.verb import Effect
from toolsim.wording.answers import second_person
from toolsim.wording.requests import Request

_COSTLY = frozenset({"transfer", "adjust", "reserve", "delete", "create", "schedule", "move", "draft"})
"""Verbs before which a careful assistant asks."""
_OBSTACLES = 0.45
_TRIES = 12


class MultiStep:
    """Plans 3 to 8 calls for one request."""

    least, most = 3, 8

    def suits(self, api: Api, category: Category) -> bool:
        return api.wire.entry is None

    def plan(self, setting: Setting, offers: Offers) -> Scenario:
        course, voice = Course.begin(setting), setting.voice
        turn = course.draft.user("request", "")
        text = self._first(course, setting, turn)
        apis = [api for api in setting.catalogue.of(setting.target.pack) if api.wire.entry is None]
        for _ in range(_TRIES):
            if course.count >= self.least:
                break
            request = try_goal(course, setting.rng.choice(apis), self.most - course.count, turn)
            if request is not None:
                text = voice.add("goals", request, first=voice.closed(text))
        if not self.least <= course.count <= self.most:
            raise PlanFailed("too few or too many steps")
        course.draft.script[turn] = UserTurn(role="user", act="request", text=text)
        course.answer(0)
        return course.finish(offers)

    def _first(self, course: Course, setting: Setting, turn: int) -> str:
        """Pursue the first goal, over an obstacle where the world has one; give what the user says."""
        rng, voice = setting.rng, setting.voice
        obstacle = search_obstacle(setting) if rng.random() < _OBSTACLES else None
        if obstacle is not None:
            request, repair = course.phraser.request(obstacle.need), course.phraser.order(obstacle.repair)
            course.overcome(obstacle, request, repair, turn)
            text = voice.ask(request, reasons(obstacle.need, setting), last=False)
            return voice.follow(text, voice.say("if_refused", ask=repair.text))
        need = draw_need(setting.target, setting.world, rng)
        request = course.phraser.request(need)
        course.pursue(need, request, turn)
        return voice.ask(request, reasons(need, setting), last=False)


class MultiTurn:
    """Plans a look around, a choice, what was left out, a confirmation, and the call: 2 to 8 calls."""

    most = 8

    def suits(self, api: Api, category: Category) -> bool:
        return api.wire.entry is None and bool(row_parameters(api))

    def plan(self, setting: Setting, offers: Offers) -> Scenario:
        world, rng, voice = setting.world, setting.rng, setting.voice
        course = Course.begin(setting)
        draft = course.draft
        need = draw_need(setting.target, world, rng)
        self._look_around(course, setting, need)
        missing = [n for n in withholdable(need, setting.me, world) if n not in {f.name for f in row_parameters(need.api)}]
        missing = rng.sample(missing, min(len(missing), rng.choice((0, 1, 1, 2))))
        missing = [name for name in need.flats[0] if name in missing]
        request = course.phraser.request(need, missing)
        turn = draft.user("request", voice.ask(request, reasons(need, setting), opening=False))
        told = said(request, turn)
        course.look_up_rows(need, request, turn)
        if missing:
            draft.move("ask", about=[parameter_paths(need.api)[name] for name in missing])
            facts = course.phraser.facts(need.api, need.flats[0], missing)
            told |= said(facts, draft.user("supply", voice.say("supply", facts=facts.text)))
        if need.api.effect is Effect.WRITE and need.api.operation.verb in _COSTLY:
            order = course.phraser.order(need)
            draft.move("confirm", text=second_person(order.text, setting.language))
            draft.user("yes", voice.say("yes"))
        course.goals.append(request.text)
        since = course.count
        course.fulfil(need, told)
        course.answer(since)
        if not 2 <= course.count <= self.most:
            raise PlanFailed("too few or too many steps")
        return course.finish(offers)

    def _look_around(self, course: Course, setting: Setting, need: Need) -> None:
        """Let the user see the rows of which one will be chosen."""
        field = setting.rng.choice(row_parameters(need.api))
        searches = [
            api for api in setting.catalogue.of(need.api.pack)
            if api.operation.verb == "find" and api.operation.target == field.of and api.wire.entry is None
        ]  # fmt: skip
        key = need.flats[0][field.name]
        setting.rng.shuffle(searches)
        for api in searches:
            for _ in range(_TRIES):
                look = draw_need(api, setting.world, setting.rng)
                mark = setting.world.mark()
                shown = setting.world.run(api, look.arguments).record()
                setting.world.undo(mark)
                if key in str(shown):
                    self._look(course, look, setting)
                    return
        raise PlanFailed("no search shows what is chosen")

    def _look(self, course: Course, look: Need, setting: Setting) -> None:
        request = course.phraser.request(look)
        turn = course.draft.user("request", setting.voice.ask(request, reasons(look, setting)))
        course.pursue(look, request, turn)
        course.answer(0)


class LongHorizon:
    """Plans 10 to 25 calls over the subdomains of the world, with several user turns."""

    least, most = 10, 25

    def suits(self, api: Api, category: Category) -> bool:
        return api.wire.entry is None

    def plan(self, setting: Setting, offers: Offers) -> Scenario:
        course, rng = Course.begin(setting), setting.rng
        wanted, tries = rng.randint(self.least, self.least + 6), 0
        apis = [[api for api in setting.catalogue.of(pack) if api.wire.entry is None] for pack in setting.packs]
        turns = 0
        while course.count < wanted and tries < 6 * _TRIES:
            tries += 1
            api = setting.target if turns == 0 else rng.choice(apis[turns % len(apis)])
            turns += self._turn(course, setting, api)
        if not self.least <= course.count <= self.most or len({c.api.pack.name for c in course.draft.called}) < len(apis):
            raise PlanFailed("too few or too many steps")
        return course.finish(offers)

    def _turn(self, course: Course, setting: Setting, api: Api) -> bool:
        """Let the user bring one more goal; tell whether it could be pursued."""
        draft, since, begun = course.draft, course.count, len(course.draft.script)
        turn = draft.user("request", "")
        request: Request | None = try_goal(course, api, self.most - course.count, turn)
        if request is None:
            del draft.script[begun:]
            return False
        why = api.operation.why.say(setting.language)
        first = begun == 0
        text = setting.voice.ask(request, why) if first else setting.voice.add("switch", request)
        draft.script[turn] = UserTurn(role="user", act="request" if first else "switch", text=text)
        course.answer(since)
        return True


PLANNERS.register("multi_step")(MultiStep())
PLANNERS.register("multi_turn")(MultiTurn())
PLANNERS.register("long_horizon")(LongHorizon())
