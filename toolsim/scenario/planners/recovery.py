"""Tasks in which the tools fail for reasons of their own, and each failure has its recovery (agent.recovery).

A task is planned as if all went well; then its calls are made anew, and a fault plan befalls one of them.
"""

from __future__ import annotations

from typing import Any, Final

from toolsim.apis.api import Api
from toolsim.apis.leaves import leaves
from toolsim.apis.paths import put, value_at
from toolsim.scenario.blueprint import Flaw, Scenario, UserTurn
from toolsim.scenario.categories import Category
from toolsim.scenario.course import Course, try_goal
from toolsim.scenario.drafting import locate
from toolsim.scenario.effects import look_for_effect
from toolsim.scenario.lookups import items
from toolsim.scenario.mishaps import PAUSES, TIMES, WAITS, back_at
from toolsim.scenario.needs import draw_need
from toolsim.scenario.offers import Offers
from toolsim.scenario.planners.doubts import row_parameters
from toolsim.scenario.planners.planner import PLANNERS, reasons
from toolsim.scenario.retake import Retake, Step
from toolsim.scenario.setting import PlanFailed, Setting
from toolsim.verbs.verb import Effect
from toolsim.world.injection import PlannedFault, another_key

_TWO_GOALS: Final = 0.4
_MOST: Final = 6
_LISTS: Final = ("find", "rank")
_RETOLD: Final = frozenset({"create", "schedule", "reserve", "update", "configure", "move"})
"""Changes that can be told from what a look-up shows afterwards."""


class Recovering:
    """Plans a task of one or two goals, lets a fault befall one of its calls, and recovers as fits the fault."""

    def suits(self, api: Api, category: Category) -> bool:
        if api.wire.entry is not None:
            return False
        match category.options["fault"]:
            case "lost_write":
                return api.operation.verb in _RETOLD
            case "stale_id":
                return bool(row_parameters(api))
            case "partial_page":
                return api.operation.verb in _LISTS or bool(row_parameters(api))
        return True

    def plan(self, setting: Setting, offers: Offers) -> Scenario:
        course = Course.begin(setting)
        turn = course.draft.user("request", "")
        text = self._task(course, setting, turn)
        course.draft.script[turn] = UserTurn(role="user", act="request", text=text)
        retake = Retake(course)
        RECOVERIES[setting.category.options["fault"]](retake)
        return course.finish(offers)

    def _task(self, course: Course, setting: Setting, turn: int) -> str:
        """Pursue one goal or two; give what the user says."""
        rng, voice = setting.rng, setting.voice
        need = draw_need(setting.target, setting.world, rng)
        request = course.phraser.request(need)
        course.pursue(need, request, turn)
        text = voice.ask(request, reasons(need, setting), last=False)
        if rng.random() < _TWO_GOALS and setting.category.options["fault"] != "outage":
            apis = [api for api in setting.catalogue.of(setting.target.pack) if api.wire.entry is None]
            for api in rng.sample(apis, min(3, len(apis))):
                more = try_goal(course, api, _MOST - course.count, turn)
                if more is not None:
                    return voice.add("goals", more, first=voice.closed(text))
        return text


def _fails_and_is_repeated(retake: Retake, place: int, fault: PlannedFault) -> None:
    """Make all steps; the one that fails is repeated until it does not."""
    retake.begin(fault)
    for step in retake.steps[:place]:
        retake.make(step)
    for _ in range(fault.times):
        if not retake.make(retake.steps[place]).outcome.code:
            raise PlanFailed("the fault befalls nothing")
    retake.finish(place)


def timeout(retake: Retake) -> None:
    """Let a look-up get no answer: it is made again."""
    places = [place for place, step in enumerate(retake.steps) if step.api.effect is Effect.READ]
    if not places:
        raise PlanFailed("nothing is looked up")
    place, rng = retake.rng.choice(places), retake.rng
    fault = retake.fault(place, "timeout", "retry", seconds=rng.choice(WAITS), times=rng.choice(TIMES))
    _fails_and_is_repeated(retake, place, fault)


def rate_limit(retake: Retake) -> None:
    """Let any call meet a limit: it is made again."""
    place, rng = retake.rng.randrange(len(retake.steps)), retake.rng
    fault = retake.fault(place, "rate_limit", "retry", seconds=rng.choice(PAUSES), times=rng.choice(TIMES))
    _fails_and_is_repeated(retake, place, fault)


def partial_page(retake: Retake) -> None:
    """Let a search come through in part, without the row that is needed or with too few to tell of: it is made again."""
    found = []
    for place, step in enumerate(retake.steps):
        rows = _rows(step)
        needed = next((at for at, row in enumerate(rows) if _used_later(retake, place, row)), len(rows) - 1)
        if needed > 0 and (needed < len(rows) - 1 or retake.wants(step)):
            found.append((place, needed))
    if not found:
        raise PlanFailed("no list that could be cut")
    place, needed = retake.rng.choice(found)
    fault = retake.fault(place, "partial_page", "retry", shown=retake.rng.randint(1, needed))
    _fails_and_is_repeated(retake, place, fault)


def stale_id(retake: Retake) -> None:
    """Let a search show an id that is out of date: the call that takes it fails, and the id is looked up anew."""
    place, search, key = _key_in_use(retake)
    used, found = retake.steps[place], retake.steps[search]
    known = {there for rows in retake.draft.world.tables.values() for there in rows}
    stale = another_key(key, known, retake.rng)
    if not stale:
        raise PlanFailed("no other id of this form")
    retake.begin(retake.fault(search, "stale_id", "look_up", key=key, stale=stale))
    for step in retake.steps[:place]:
        retake.make(step)
    arguments = used.call.arguments
    for leaf in leaves(used.api, arguments):
        if leaf.value == key:
            arguments = put(arguments, leaf.path, stale)
    if not used.api.arguments.is_valid(arguments) or retake.make(used, arguments).outcome.code != "stale_id":
        raise PlanFailed("the old id is not refused")
    if not locate(retake.make(found).outcome.record(), key):
        raise PlanFailed("the new id is not found")
    retake.finish(place)


def lost_write(retake: Retake) -> None:
    """Let a change get no answer: whether it took effect is looked up, and it is made again only if it did not."""
    place = next((at for at, step in enumerate(retake.steps) if step.api.operation.verb in _RETOLD), None)
    if place is None:
        raise PlanFailed("nothing is changed")
    carried_out, step = retake.rng.random() < 0.5, retake.steps[place]
    fault = retake.fault(place, "timeout", "verify", seconds=retake.rng.choice(WAITS), carried_out=carried_out)
    retake.begin(fault)
    for earlier in retake.steps[:place]:
        retake.make(earlier)
    look = look_for_effect(retake, step)
    lost = retake.make(step)
    seen = retake.draft.call(look.api, look.arguments, look.told)
    if carried_out:
        retake.course.milestones.append(lost.id)
        retake.finish(place + 1, [lost.id, seen.id], [look.path])
    else:
        retake.finish(place)
    if any(source.call == seen.id for gold in retake.draft.calls for source in gold.sources.values()):
        raise PlanFailed("the look-up shows what is searched for later")


def outage(retake: Retake) -> None:
    """Let the last call meet a service that is down for long: the user is told."""
    place, setting = len(retake.steps) - 1, retake.draft.setting
    if sum(map(retake.wants, retake.steps)) > 1:
        raise PlanFailed("more is asked for than what fails")
    retake.begin(retake.fault(place, "outage", "report", times=0, until=back_at(setting.world.now, retake.rng)))
    for step in retake.steps[:place]:
        retake.make(step)
    down = retake.make(retake.steps[place])
    retake.course.milestones.append(down.id)
    retake.draft.flaw = Flaw(kind="fault", call=down.id, rule=down.outcome.code)
    retake.draft.move("answer", [down.id])


RECOVERIES: Final = {
    "timeout": timeout,
    "rate_limit": rate_limit,
    "partial_page": partial_page,
    "stale_id": stale_id,
    "lost_write": lost_write,
    "outage": outage,
}
"""What befalls the task, as categories name it."""


def _rows(step: Step) -> list[Any]:
    """Give the rows that a search shows; none of other calls."""
    return items(step.outcome.record()) if step.api.operation.verb in _LISTS else []


def _used_later(retake: Retake, place: int, row: Any) -> bool:
    """Tell whether a later step takes a value from a row that this one shows."""
    shown = retake.steps[place].call.id
    for later in retake.steps[place + 1 :]:
        for path, source in later.call.sources.items():
            if source.call == shown and locate(row, value_at(later.call.arguments, path)):
                return True
    return False


def _key_in_use(retake: Retake) -> tuple[int, int, str]:
    """Find a key that a search shows and a later step is the first to take: place of the step, of the search, and the key."""
    found = []
    places = {step.call.id: place for place, step in enumerate(retake.steps)}
    for place, step in enumerate(retake.steps):
        for leaf in leaves(step.api, step.call.arguments):
            source = step.call.sources[leaf.path]
            if source.kind == "result" and leaf.is_row and _shown_once(retake, places[source.call], place, leaf.value):
                found.append((place, places[source.call], str(leaf.value)))
    if not found:
        raise PlanFailed("no id is looked up")
    return retake.rng.choice(found)


def _shown_once(retake: Retake, search: int, place: int, key: Any) -> bool:
    """Tell whether only one step up to a place shows a key, and none takes it before."""
    steps = retake.steps[:place]
    shows = [at for at, step in enumerate(steps) if locate(step.outcome.record(), key)]
    taken = any(leaf.value == key for step in steps for leaf in leaves(step.api, step.call.arguments))
    return shows == [search] and not taken and steps[search].api.operation.verb == "find"


PLANNERS.register("recovery")(Recovering())
