"""Runs in which a model is the assistant that does right sometimes and wrong sometimes; and how a command is called on them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

import orjson
import pytest

from tests.pipeline.staged import config_of, hiring_of, oracle_of, staged
from tests.roleplay.oracle import Change
from toolsim.apis.catalogue import Catalogue
from toolsim.cli.main import main
from toolsim.models.chat import ChatReply, ChatRequest
from toolsim.models.config import BACKENDS
from toolsim.pipeline.casting import Casting
from toolsim.pipeline.config import RunConfig, content_digest
from toolsim.roleplay.asking import STEP

Call = Callable[..., str]
"""Calls the command line with these arguments and gives what it writes to stdout."""


def moody(request: ChatRequest, reply: ChatReply) -> ChatReply:
    """Spoil what the oracle says, by scenario and number of the trajectory; a quarter of all is left as it is."""
    if not request.tools:
        return reply
    looked = any(message["role"] == "tool" for message in request.messages)
    mood = ((request.seed or 0) + request.attempt // STEP) % 4
    if mood == 1 and reply.calls and not looked:
        return reply.model_copy(update={"calls": reply.calls + reply.calls[:1]})
    if mood == 2 and looked:
        return ChatReply(content="No.")
    if mood == 3 and reply.calls:
        return reply.model_copy(update={"calls": tuple(call.model_copy(update={"arguments": "{}"}) for call in reply.calls)})
    return reply


def stubborn(request: ChatRequest, reply: ChatReply) -> ChatReply:
    """Do the first call rightly, spelled in another way, and then nothing."""
    if not request.tools:
        return reply
    if any(message["role"] == "tool" for message in request.messages) or not reply.calls:
        return ChatReply(content="No." if request.attempt < STEP else "Never.")
    spaced = (
        call.model_copy(update={"arguments": orjson.dumps(orjson.loads(call.arguments), option=orjson.OPT_INDENT_2).decode()})
        for call in reply.calls
    )
    return reply.model_copy(update={"calls": tuple(spaced)})


def chatty(request: ChatRequest, reply: ChatReply) -> ChatReply:
    """Be moody as the assistant; as the user begin each trajectory in other words."""
    if request.tools:
        return moody(request, reply)
    first = not any(message["role"] == "assistant" for message in request.messages)
    return reply.model_copy(update={"content": reply.content + "!" * (request.attempt // STEP)}) if first else reply


def made(catalogue: Catalogue, folder: Path, change: Change, scenarios: int, casting: Casting) -> RunConfig:
    """Make a run whose models are oracles that are changed so."""
    attempts = scenarios * casting.trajectories
    config = config_of(catalogue, attempts, casting).model_copy(update={"content": content_digest(())})
    model = oracle_of(catalogue, config, scenarios).model(change)
    with patch.object(BACKENDS, "get", lambda name: lambda config: model):
        staged(catalogue, folder, config, hiring_of("http://127.0.0.1:9/v1", attempts))
    return config


def caller(catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """Give what calls the command line in this process, with a catalogue that is open already."""
    monkeypatch.setattr("toolsim.cli.export.open_catalogue", lambda folders: catalogue)

    def call(*args: object, fails: str = "") -> str:
        monkeypatch.setattr("sys.argv", ["toolsim", *map(str, args)])
        with pytest.raises(SystemExit) as left:
            main()
        told = capsys.readouterr()
        assert left.value.code == (2 if fails else 0), told.err
        assert fails in " ".join(told.err.split()) and "Traceback" not in told.err
        return told.out if not fails else told.err

    return call


def lines(path: Path) -> list[dict[str, Any]]:
    """Read a file of JSON lines."""
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]


def copied(run: Path, folder: Path, **config: Any) -> Path:
    """Copy a run, to be changed, with other words in its configuration."""
    shutil.copytree(run, folder)
    manifest = orjson.loads((folder / "manifest.json").read_bytes())
    manifest["config"] |= config
    (folder / "manifest.json").write_bytes(orjson.dumps(manifest))
    return folder
