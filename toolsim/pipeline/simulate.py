"""Runs over tools that no world backs: models think up tasks and play all roles; what is right and new is admitted."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from toolsim.apis.imported import ImportedTool
from toolsim.base import seeds
from toolsim.base.folders import shipped
from toolsim.dataset.duplicates import Index
from toolsim.dataset.store import RunWriter
from toolsim.pipeline.config import RunConfig, manifest, streams_of
from toolsim.pipeline.generate import Progress, Watch, recall, take
from toolsim.pipeline.means import Means
from toolsim.pipeline.models_pool import batches_with_models
from toolsim.pipeline.staff import USAGE, hired
from toolsim.pipeline.task_worker import TaskSchedule, TaskWorker
from toolsim.pipeline.texts import load_texts
from toolsim.scenario.toolbox import Toolbox


def simulate(config: RunConfig, tools: Sequence[ImportedTool], out: Path, means: Means, watch: Watch) -> Progress:
    """Make a run over imported tools, or go on with it, until it holds as many samples as are wanted.

    Raises:
        RunError: the folder cannot be written or holds another run.
        ToolsimError: nothing new comes any more, or a model cannot be asked.
    """
    index, progress = Index(), Progress(config.count)
    specs: dict[str, Any] = {language: {tool.name: tool.openai() for tool in tools} for language in config.languages}
    with RunWriter(out, manifest(config), specs, streams_of(config)) as writer:
        for run in means.earlier:
            load_texts(run, index, f"{run.name}:")
        recall(out, writer, index, progress)
        watch(progress)
        hiring = means.hiring
        if progress.enough() or 0 < hiring.attempts <= progress.tried():
            return progress
        with hired(config.casting, hiring, out, writer.batches) as staff:
            worker, order = TaskWorker(config, Toolbox(tools)), TaskSchedule(config).batch
            try:
                made = batches_with_models(config, order, worker, staff, writer.batches, hiring.in_flight)
                take(made, writer, index, progress, watch, hiring.attempts)
            finally:
                writer.finish(USAGE, staff.usage(progress.accepted))
    return progress


def tools_digest(tools: Sequence[ImportedTool]) -> str:
    """Give the digest of all that tasks over some tools are made of."""
    personas = (shipped("scenarios") / "personas.yaml").read_bytes()
    return seeds.digest(b"".join([*(tool.line() for tool in tools), personas]))
