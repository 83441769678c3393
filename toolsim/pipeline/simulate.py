"""Runs over tools that no world backs: models think up tasks and play all roles; what is right and new is admitted."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from toolsim.apis.imported import ImportedTool
from toolsim.base import seeds
from toolsim.base.folders import shipped
from toolsim.pipeline.config import RunConfig
from toolsim.pipeline.generate import Progress, Source, Watch, make
from toolsim.pipeline.means import Means
from toolsim.pipeline.task_worker import TaskSchedule, TaskWorker
from toolsim.scenario.toolbox import Toolbox


def simulate(config: RunConfig, tools: Sequence[ImportedTool], out: Path, means: Means, watch: Watch) -> Progress:
    """Make a run over imported tools, or go on with it, until it holds as many samples as are wanted.

    Raises:
        RunError: the folder cannot be written or holds another run.
        ToolsimError: nothing new comes any more, or a model cannot be asked.
    """
    specs: dict[str, Any] = {language: {tool.name: tool.openai() for tool in tools} for language in config.languages}
    source = Source(TaskSchedule(config).batch, specs, lambda: TaskWorker(config, Toolbox(tools)))
    return make(config, source, out, means, watch)


def tools_digest(tools: Sequence[ImportedTool]) -> str:
    """Give the digest of all that tasks over some tools are made of."""
    personas = (shipped("scenarios") / "personas.yaml").read_bytes()
    return seeds.digest(b"".join([*(tool.line() for tool in tools), personas]))
