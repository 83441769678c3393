"""What a worker hands over: finished lines of JSON, so that the writer has little left to do."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import toolsim
from toolsim.base.text import Language
from toolsim.dataset.duplicates import Signature
from toolsim.dataset.sample import FindingRecord, Label, Provenance, Rejection, Sample
from toolsim.pipeline.config import RunConfig
from toolsim.pipeline.schedule import Batch
from toolsim.pipeline.worker import Made

_METHOD = "Planned over a simulated world and executed there; worded by {worded}; checked by {checked}."
_SIMULATED = "Thought up and played by models, with no world behind the tools; checked by {checked}."


@dataclass(frozen=True, slots=True)
class Line:
    """One slot's lines."""

    id: str
    category: str
    scenario: bytes = b""
    dialogue: bytes = b""
    findings: bytes = b""
    sample: bytes = b""
    """Of a dialogue that passed; written unless it turns out to be a near-duplicate."""
    rejection: bytes = b""
    signature: Signature | None = None
    text: str = ""
    language: Language = "en"
    stage: str = ""
    """Where it was rejected, if it was."""
    reasons: tuple[str, ...] = ()
    verdict: bytes = b""
    """What the jury made of it."""


@dataclass(frozen=True, slots=True)
class BatchLines:
    """One batch's lines, in order."""

    index: int
    lines: tuple[Line, ...]
    domain: str
    """Of the world's first pack."""


def lines_of(made: list[Made], batch: Batch, config: RunConfig) -> BatchLines:
    """Write what became of a batch."""
    run = config.digest()
    return BatchLines(batch.index, tuple(_line(one, config, run) for one in made), batch.packs[0].partition("/")[0])


def _line(made: Made, config: RunConfig, run: str) -> Line:
    slot, scenario, dialogue = made.slot, made.scenario, made.dialogue
    language = slot.language
    findings = b"".join(FindingRecord(id=made.id, code=f.code, path=f.path, message=f.message).line() for f in made.findings)
    sample, rejection = b"", b""
    if made.passed and scenario is not None and dialogue is not None:
        sample = _sample(made, config, run).line()
    else:
        rejection = rejected(made.id, slot.category.name, language, made.stage, made.reasons)
    return Line(
        made.id,
        slot.category.name,
        scenario.line() if scenario else b"",
        dialogue.line() if dialogue else b"",
        findings,
        sample,
        rejection,
        made.signature,
        made.text,
        language,
        made.stage,
        made.reasons,
        made.verdict.line() if made.verdict else b"",
    )


def rejected(identity: str, category: str, language: str, stage: str, reasons: tuple[str, ...]) -> bytes:
    """Write a rejection."""
    record = Rejection.model_validate(
        {"id": identity, "category": category, "language": language, "stage": stage, "reasons": reasons}
    )
    return record.line()


def _sample(made: Made, config: RunConfig, run: str) -> Sample:
    scenario, dialogue = made.scenario, made.dialogue
    assert scenario is not None and dialogue is not None
    roles = Counter(message.role for message in dialogue.messages)
    actors = dict(actor.split(":", 1) for actor in dialogue.actors if ":" in actor)
    actors |= {role: name for role, name in config.casting.played.items() if role in ("polish", "tasks")}
    return Sample(
        id=scenario.id,
        category=scenario.category,
        language=scenario.language,
        packs=scenario.packs,
        skeleton=scenario.skeleton,
        world_seed=scenario.world_seed,
        turns=roles["user"],
        calls=len(dialogue.events),
        recovery=scenario.recovery,
        usage=made.usage,
        provenance=Provenance(
            toolsim=toolsim.__version__,
            content=config.content,
            run=run,
            seed=scenario.seed,
            world_seed=scenario.world_seed,
            actors=actors,
            prompts=config.prompts or "",
        ),
        label=Label(generator=f"toolsim {toolsim.__version__}", method=_method(config)),
    )


def _method(config: RunConfig) -> str:
    """Tell in a sentence how dialogues of a run are made."""
    jury = config.casting.jury
    if config.imported:
        return _SIMULATED.format(checked="rules and a jury" if jury else "rules")
    worded = "templates and models" if config.casting.played else "templates"
    return _METHOD.format(worded=worded, checked="rules, replay and a jury" if jury else "rules and replay")
