"""The sample: an admitted dialogue with where it comes from; and the rejection: one that was not admitted, with the reasons."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from toolsim.base.records import Record, constant
from toolsim.base.text import Language
from toolsim.models.chat import Usage


class Label(Record):
    """Says that the content is synthetic, in the sense of the EU AI Act's article 50 and China's labelling measures of 2025."""

    synthetic: Literal[True] = constant(True)
    generator: str
    """Name and version of what made it."""
    method: str
    """How, in one sentence."""


class Provenance(Record):
    """Where a sample comes from; enough to make it again."""

    toolsim: str
    """Version."""
    content: str
    """Digest of packs and scenario data."""
    run: str
    """Digest of the run's configuration."""
    seed: int
    """Of the scenario."""
    world_seed: int
    actors: dict[str, str]
    """Role -> planner, world, or the name of a model."""
    prompts: str = ""
    """Digest of the prompts, where models played."""


class Sample(Record):
    """An admitted dialogue; the dialogue itself stands under the same id in `dialogues.jsonl`."""

    version: Literal[1] = constant(1)
    id: str
    category: str
    language: Language
    packs: tuple[str, ...]
    skeleton: str
    """Shape of the task."""
    world_seed: int
    verdict: Literal["admitted"] = constant("admitted")
    turns: int
    """User turns."""
    calls: int
    recovery: tuple[str, ...] = ()
    """What befell the tools and the recovery that is expected, as `timeout:verify`."""
    usage: dict[str, Usage] = Field(default_factory=dict)
    """What models used to make it: role -> calls, tokens, money; the jury is a role."""
    provenance: Provenance
    label: Label


class Rejection(Record):
    """A planned or played dialogue that was not admitted."""

    version: Literal[1] = constant(1)
    id: str
    category: str
    language: Language
    stage: Literal["plan", "polish", "play", "check", "jury", "surplus", "duplicate"]
    reasons: tuple[str, ...]
    """Codes of findings or of criteria, reasons of the planner, or the id of the dialogue that it repeats."""


class FindingRecord(Record):
    """One finding of the checks, as it lies in `findings.jsonl`."""

    id: str
    """Of the dialogue."""
    code: str
    path: str
    message: str
