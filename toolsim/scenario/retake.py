"""A task made anew: its calls are made once more, some of them under a fault plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from toolsim.apis.api import Api
from toolsim.apis.leaves import LeafKey, leaves
from toolsim.scenario.blueprint import GoldCall
from toolsim.scenario.course import Course
from toolsim.scenario.drafting import Called, Said
from toolsim.scenario.setting import PlanFailed
from toolsim.world.injection import PlannedFault, Recovery
from toolsim.world.world import Outcome


@dataclass(frozen=True, slots=True)
class Step:
    """A call of the task as it goes when nothing fails."""

    call: GoldCall
    api: Api
    outcome: Outcome

    def told(self) -> dict[LeafKey, Said]:
        """Give where the user tells its values."""
        sources = self.call.sources
        found = ((leaf.key, sources[leaf.path]) for leaf in leaves(self.api, self.call.arguments) if leaf.path in sources)
        return {key: Said(source.turn, source.words) for key, source in found if source.turn >= 0}


class Retake:
    """Makes the calls of a task anew, some of them under a fault plan."""

    def __init__(self, course: Course) -> None:
        self.course = course
        self.draft = course.draft
        self.rng = self.draft.setting.rng
        made = zip(self.draft.calls, self.draft.called, strict=True)
        self.steps = [Step(gold, called.api, called.outcome) for gold, called in made]
        self._wanted = frozenset(course.milestones)
        """Ids of the milestones of the task as it was."""
        course.milestones.clear()

    def begin(self, *faults: PlannedFault) -> None:
        """Begin under a fault plan."""
        self.draft.retake(faults)

    def make(self, step: Step, arguments: dict[str, Any] | None = None) -> Called:
        """Make the call of a step, or the same with other arguments; a milestone of the task stays one unless it fails."""
        called = self.draft.call(step.api, arguments or step.call.arguments, step.told())
        if step.call.id in self._wanted and not called.outcome.code:
            self.course.milestones.append(called.id)
        return called

    def finish(self, place: int, first: Sequence[str] = (), about: Sequence[str] = ()) -> None:
        """Make the steps from one on, and let the assistant tell what was done: some calls first, then the other milestones."""
        for step in self.steps[place:]:
            if self.make(step).outcome.code:
                raise PlanFailed("another step fails")
        self.draft.move("answer", [*first, *(call for call in self.course.milestones if call not in first)], about)

    def nth(self, place: int) -> int:
        """Count the calls of a step's API up to it."""
        return sum(step.api is self.steps[place].api for step in self.steps[: place + 1])

    def wants(self, step: Step) -> bool:
        """Tell whether a step is a milestone of the task."""
        return step.call.id in self._wanted

    def fault(self, place: int, kind: str, recovery: Recovery, **more: Any) -> PlannedFault:
        """Declare a fault that befalls a step."""
        known = {"kind": kind, "recovery": recovery, "api": self.steps[place].api.name, "nth": self.nth(place), **more}
        return PlannedFault.model_validate(known)
