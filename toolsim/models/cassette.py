"""Records calls of models and plays them again. A call is found by its content: the model's name and the request."""

from __future__ import annotations

import asyncio
from enum import StrEnum
from pathlib import Path
from typing import Any

import orjson

from toolsim.base.seeds import digest
from toolsim.models.chat import ChatModel, ChatReply, ChatRequest
from toolsim.models.failures import FailureKind, ModelFailure
from toolsim.models.offered import PerTools
from toolsim.models.tape import Tape

_PASSING = frozenset({FailureKind.BUDGET, FailureKind.DEAD, FailureKind.UNRECORDED})


class Mode(StrEnum):
    """What a cassette does."""

    OFF = "off"
    """Neither plays nor records."""
    RECORD = "record"
    """Asks the model and records its answer, also where there is one."""
    REPLAY = "replay"
    """Plays, and never asks the model."""
    AUTO = "auto"
    """Plays what is recorded; asks for the rest and records it."""


class Cassette:
    """A file of recorded calls, shared by all models of a run."""

    def __init__(self, path: Path, mode: Mode) -> None:
        """Open the file, unless the mode is off.

        Raises:
            ToolsimError: it cannot be opened.
        """
        self.mode = mode
        self.played = 0
        """Calls answered from the file or along with an equal one."""
        self.made = 0
        """Calls that went to a model."""
        self._tape = None if mode is Mode.OFF else Tape(path, write=mode is not Mode.REPLAY)
        self._pending: dict[str, asyncio.Future[ModelFailure | None]] = {}

    def close(self) -> None:
        """Bring everything to disk."""
        if self._tape:
            self._tape.close()
            self._tape = None

    async def complete(self, key: str, model: ChatModel, request: ChatRequest) -> ChatReply:
        """Answer from the file or by the model, as the mode says.

        Raises:
            ModelFailure: UNRECORDED, or what the model raises or raised when it was recorded.
        """
        if self._tape is None:
            return await model.complete(request)
        asked_along = False
        while (pending := self._pending.get(key)) is not None:
            await asyncio.wait([pending])
            asked_along = True
            if failure := pending.result():
                raise ModelFailure(failure.kind, failure.message, failure.retry_after)
        reply = self._play(key) if asked_along or self.mode is not Mode.RECORD else None
        if reply is not None:
            self.played += 1
            return reply
        if self.mode is Mode.REPLAY:
            raise ModelFailure(FailureKind.UNRECORDED, f"the cassette has no call {key} of {model.name}")
        return await self._make(self._tape, key, model, request)

    def _play(self, key: str) -> ChatReply | None:
        record = self._tape.read(key) if self._tape else None
        if record is None:
            return None
        if "reply" in record:
            return ChatReply.model_validate(record["reply"])
        if self.mode is Mode.REPLAY:
            raise ModelFailure(FailureKind(record["failure"]), record["message"])
        return None

    async def _make(self, tape: Tape, key: str, model: ChatModel, request: ChatRequest) -> ChatReply:
        self.made += 1
        done = self._pending[key] = asyncio.get_running_loop().create_future()
        failed: ModelFailure | None = None
        try:
            reply = await model.complete(request)
            tape.append(key, {**_shown(model, request), "reply": reply.model_dump(exclude_defaults=True)})
        except ModelFailure as failure:
            failed = failure
            if failure.kind not in _PASSING and key not in tape:
                tape.append(key, {**_shown(model, request), "failure": failure.kind, "message": failure.message})
            raise
        else:
            return reply
        finally:
            del self._pending[key]
            done.set_result(failed)


class Recorded:
    """A model whose calls go through a cassette."""

    def __init__(self, inner: ChatModel, cassette: Cassette, name: str = "") -> None:
        self.name = name or inner.name
        self._inner = inner
        self._cassette = cassette
        self._tools: PerTools[str] = PerTools(lambda tools: digest(_canonical([tool.model_dump() for tool in tools])))

    async def complete(self, request: ChatRequest) -> ChatReply:
        """Answer from the cassette or by the model."""
        if self._cassette.mode is Mode.OFF:
            return await self._inner.complete(request)
        return await self._cassette.complete(self.key(request), self._inner, request)

    def key(self, request: ChatRequest) -> str:
        """Give the content address of a request to this model.

        Raises:
            ModelFailure: REFUSED, when the request cannot be written as JSON.
        """
        members = request.model_dump(exclude_defaults=True, exclude={"tools"})
        if request.tools:
            members["tools"] = self._tools.of(request.tools)
        try:
            return digest(_canonical([self.name, members]))
        except (orjson.JSONEncodeError, TypeError):
            raise ModelFailure(FailureKind.REFUSED, "the request cannot be written as JSON") from None


def _canonical(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def _shown(model: ChatModel, request: ChatRequest) -> dict[str, Any]:
    """Give what a person may want to see of a request; of tools the names."""
    shown = request.model_dump(exclude_defaults=True, exclude={"tools"})
    if request.tools:
        shown["tools"] = [tool.name for tool in request.tools]
    return {"model": model.name, "request": shown}
