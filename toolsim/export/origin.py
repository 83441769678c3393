"""What made a run, for lines that no sample stands behind: label and provenance as a sample has them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from toolsim.dataset.sample import Label, Provenance
from toolsim.dataset.splits import Split
from toolsim.dataset.trajectories import Cause
from toolsim.roleplay.dialogue import Dialogue
from toolsim.scenario.blueprint import Scenario

_METHOD = "Scenario made by toolsim, played by {assistant} as the assistant, judged by {judged}."


@dataclass(frozen=True, slots=True)
class Origin:
    """What made a run."""

    toolsim: str
    """Version."""
    content: str
    """Digest of packs and scenario data."""
    run: str
    """Digest of the run's configuration."""
    judged: str
    """By what trajectories were found right or wrong."""
    prompts: str = ""
    """Digest of the prompts."""
    behind: Mapping[str, str] = field(default_factory=dict)
    """Who had a hand in it and stands in no message: role -> model."""

    def metadata(self, scenario: Scenario, dialogue: Dialogue, split: Split | None) -> dict[str, Any]:
        """Tell what a line about a trajectory is and where it comes from; `split` is null for one that belongs to none."""
        actors = {**actors_of(dialogue), **self.behind}
        made_by = Label(
            generator=f"toolsim {self.toolsim}", method=_METHOD.format(assistant=actors["assistant"], judged=self.judged)
        )
        provenance = Provenance(
            toolsim=self.toolsim,
            content=self.content,
            run=self.run,
            seed=scenario.seed,
            world_seed=scenario.world_seed,
            actors=actors,
            prompts=self.prompts,
        )
        return {
            "category": scenario.category,
            "language": scenario.language,
            "split": split,
            "packs": scenario.packs,
            "skeleton": scenario.skeleton,
            "recovery": scenario.recovery,
            "label": made_by.model_dump(mode="json"),
            "provenance": provenance.model_dump(mode="json"),
        }


def actors_of(dialogue: Dialogue) -> dict[str, str]:
    """Tell who played which role: role -> planner, world, or the name of a model."""
    return dict(actor.split(":", 1) for actor in dialogue.actors if ":" in actor)


def told_causes(causes: Iterable[Cause]) -> list[dict[str, Any]]:
    """Tell what is wrong with a trajectory: codes, each with the index of the message in the dialogue, or null."""
    return [{"code": code, "message": index} for code, index in dict.fromkeys((cause.code, cause.message) for cause in causes)]
