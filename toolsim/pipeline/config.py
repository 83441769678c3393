"""The configuration of a run, and its manifest: all that its content depends on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson

import toolsim
from toolsim.apis.catalogue import Catalogue
from toolsim.base import seeds
from toolsim.base.folders import shipped
from toolsim.base.records import Record
from toolsim.base.text import Language
from toolsim.dataset.store import STREAMS, VERDICTS
from toolsim.pipeline.casting import Casting
from toolsim.taxonomy.loader import SHARED_FILES, pack_files

BATCH = 24
"""Scenarios that share one world."""


class Imported(Record):
    """Tools that no world backs, where a run is over such."""

    writes: tuple[str, ...]
    """Names of those that change something."""
    mishaps: float = 0.0
    """Share of tasks in which a tool fails."""


class RunConfig(Record):
    """What a run is to make. The number of workers is not part of it: the content does not depend on it."""

    count: int
    """Samples wanted."""
    accept: int = 0
    """Samples wanted of each cell, category x language x domain; 0 where only the whole counts."""
    languages: tuple[Language, ...]
    shares: dict[str, float]
    """Category -> share."""
    packs: tuple[str, ...]
    seed: int
    content: str
    """Digest of packs and scenario data."""
    batch: int = BATCH
    casting: Casting = Casting()
    """Who plays."""
    prompts: str | None = None
    """Digest of the prompts, where models play."""
    imported: Imported | None = None
    """None where the tools are those of the packs."""
    against: tuple[str, ...] = ()
    """Names and digests of earlier runs whose dialogues may not come again."""

    def digest(self) -> str:
        """Give the digest of the configuration, as it can be worked out from a manifest too."""
        return config_digest(self.record())

    def record(self) -> dict[str, Any]:
        """Give the configuration as it stands in a manifest."""
        return self.model_dump(mode="json", exclude_none=True)


def config_digest(config: dict[str, Any]) -> str:
    """Give the digest of a configuration as it stands in a manifest."""
    return seeds.digest(orjson.dumps(config, option=orjson.OPT_SORT_KEYS))


def content_digest(folders: tuple[Path, ...]) -> str:
    """Give the digest of all packs and all scenario data, whatever they lie under."""
    parts: list[bytes] = []
    for root in (shipped("domains"), *folders):
        files = [root / name for name in SHARED_FILES if (root / name).exists()]
        parts += [part for path in (*files, *pack_files(root)) for part in (path.name.encode(), path.read_bytes())]
    for path in sorted(path for path in shipped("scenarios").rglob("*.yaml") if path.parent.name != "rubrics"):
        parts += [path.name.encode(), path.read_bytes()]
    return seeds.digest(b"\x00".join(parts))


def manifest(config: RunConfig) -> dict[str, Any]:
    """Write what a run was made with; equal manifests give equal bytes."""
    return {"version": 1, "toolsim": toolsim.__version__, "config": config.record()}


def streams_of(config: RunConfig) -> tuple[str, ...]:
    """Name the streams that a run has."""
    return (*STREAMS, VERDICTS) if config.casting.jury else STREAMS


def tools_of(catalogue: Catalogue, config: RunConfig) -> dict[str, Any]:
    """Give the specs that dialogues of a run may offer: language -> name -> spec in OpenAI form."""
    return {language: {api.name: api.spec(language).openai() for api in catalogue} for language in config.languages}
