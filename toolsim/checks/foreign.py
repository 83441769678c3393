"""Dialogues that others made, in OpenAI form. They are read strictly: what cannot be read is told, with its place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson
from pydantic import ValidationError

from toolsim.apis.catalogue import no_apis
from toolsim.apis.foreign_schema import MOST_LEVELS, kind_of
from toolsim.base.errors import Place, ToolsimError, near
from toolsim.base.text import written_in
from toolsim.checks.case import Case
from toolsim.roleplay.dialogue import Dialogue

SKIPPED: Final = ("replay", "milestones", "special", "uniqueness")
"""Families that need the scenario and its world, which a stranger's dialogue has not."""

_ROLES: Final = {"system": "system", "developer": "system", "user": "user", "assistant": "assistant", "tool": "tool"}
_TOP_KEYS: Final = ("messages", "tools")
_MESSAGE_KEYS: Final = ("role", "content", "tool_calls", "tool_call_id")
_BRACKETS: Final = re.compile(r"[\[\]{}]")
_OLD: Final = "this is the old style; give `tool_calls` in assistant messages, results with the role `tool`, and `tools` beside"


class ForeignError(ToolsimError):
    """A file of dialogues is not in the form that is read."""


@dataclass(frozen=True, slots=True)
class Foreign:
    """A stranger's dialogue with the specs of its tools."""

    dialogue: Dialogue
    specs: dict[str, dict[str, Any]]

    def case(self) -> Case:
        """Make the case, over a pool without any API: nothing is taken for one of ours."""
        return Case(self.dialogue, no_apis(), specs=self.specs)


def read_foreign(path: Path) -> Iterator[Foreign]:
    """Read dialogues from JSON Lines, or from a file that holds one JSON array or object.

    Raises:
        ForeignError: a dialogue is not in OpenAI form; names file and line (or which one of the array) and what was expected.
    """
    empty = True
    for name, place, record in _records(path):
        yield _Reader(name, place).read(record)
        empty = False
    if empty:
        raise ForeignError("holds no dialogue", Place(str(path), 0), 'expected {"messages": [...], "tools": [...]} a line')


def _records(path: Path) -> Iterator[tuple[str, Place, Any]]:
    """Give each dialogue's name, place and content."""
    try:
        with path.open("rb") as file:
            start = file.read(4096).lstrip()
            file.seek(0)
            if path.suffix == ".json" or start.startswith(b"["):
                yield from _whole(file.read(), str(path))
            else:
                yield from _lines(file, str(path))
    except OSError as error:
        raise ForeignError(f"cannot be read ({error.strerror})", Place(str(path), 0)) from None


def _whole(data: bytes, name: str) -> Iterator[tuple[str, Place, Any]]:
    try:
        content = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        if data.lstrip().startswith(b"{") and b"\n{" in data:
            yield from _lines(data.splitlines(), name)
            return
        raise ForeignError(f"is not JSON ({error})", Place(name, error.lineno)) from None
    for number, record in enumerate(content if isinstance(content, list) else [content], 1):
        yield f"dialogue {number}", Place(name, 0), record


def _lines(lines: Iterable[bytes], name: str) -> Iterator[tuple[str, Place, Any]]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        place = Place(name, number)
        try:
            yield f"line {number}", place, orjson.loads(line)
        except orjson.JSONDecodeError as error:
            raise ForeignError(f"is not JSON ({error})", place, "expected one dialogue a line, or one JSON array") from None


class _Reader:
    """Reads one dialogue; every complaint says where it is."""

    def __init__(self, name: str, place: Place) -> None:
        self.name = name
        self.place = place

    def read(self, record: Any) -> Foreign:
        """Read a dialogue."""
        record = self._object(record, "")
        if "functions" in record:
            raise self._error("has 'functions'", _OLD)
        for key in _TOP_KEYS:
            if key not in record:
                self._miss(record, key, "", required=key == "messages")
        messages = [self._message(one, f"messages[{at}]") for at, one in enumerate(self._list(record["messages"], "messages"))]
        specs = [self._tool(one, f"tools[{at}]") for at, one in enumerate(self._list(record.get("tools") or [], "tools"))]
        return Foreign(
            self._dialogue(record, messages, tuple(spec["function"]["name"] for spec in specs)),
            {spec["function"]["name"]: spec for spec in specs},
        )

    def _dialogue(self, record: dict[str, Any], messages: list[dict[str, Any]], tools: tuple[str, ...]) -> Dialogue:
        metadata = record.get("metadata")
        given = record.get("id", metadata.get("id") if isinstance(metadata, dict) else None)
        language = written_in("".join(m["content"] or "" for m in messages if m["role"] in ("user", "assistant")))
        content = {
            "id": str(given) if isinstance(given, str | int) else self.name,
            "category": "foreign",
            "language": language,
            "tools": tools,
            "messages": messages,
            "actors": (),
            "digest": "",
        }
        try:
            return Dialogue.model_validate(content)
        except ValidationError as error:
            first = error.errors()[0]
            where = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in first["loc"]).lstrip(".")
            raise self._error(f"{where} is wrong ({first['msg']})") from None

    def _message(self, given: Any, path: str) -> dict[str, Any]:
        message = self._object(given, path)
        if "function_call" in message or message.get("role") == "function":
            raise self._error(f"{path} has 'function_call' or the role 'function'", _OLD)
        if "role" not in message:
            self._miss(message, "role", path)
        role = message["role"]
        if not isinstance(role, str) or role not in _ROLES:
            raise self._error(f"{path}.role is {role!r}", near(str(role), _ROLES))
        for key in ("tool_calls", "tool_call_id"):
            if key not in message:
                self._miss(message, key, path, required=role == "tool" and key == "tool_call_id")
        calls = message.get("tool_calls")
        return {
            "role": _ROLES[role],
            "content": self._content(message.get("content"), f"{path}.content"),
            "tool_calls": [self._call(call, f"{path}.tool_calls[{at}]") for at, call in enumerate(self._list(calls, path))]
            if calls
            else None,
            "tool_call_id": message.get("tool_call_id"),
        }

    def _content(self, content: Any, path: str) -> str | None:
        if content is None or isinstance(content, str):
            return self._shallow(content, path) if content else content
        if not isinstance(content, list):
            raise self._error(f"{path} is {kind_of(content)}", "expected text, null, or a list of text parts")
        texts = [part.get("text") if isinstance(part, dict) and part.get("type") == "text" else None for part in content]
        if not all(isinstance(text, str) for text in texts):
            raise self._error(f"{path} has a part that is no text", "only dialogues in text are checked")
        return "".join(text for text in texts if text)

    def _call(self, given: Any, path: str) -> dict[str, Any]:
        call = self._object(given, path)
        for key in ("id", "function"):
            if key not in call:
                self._miss(call, key, path)
        function = self._object(call["function"], f"{path}.function")
        for key in ("name", "arguments"):
            if key not in function:
                self._miss(function, key, f"{path}.function")
            if not isinstance(function[key], str):
                kind = "JSON text" if key == "arguments" else "text"
                raise self._error(f"{path}.function.{key} is {kind_of(function[key])}", f"expected {kind}, as models write it")
        arguments = self._shallow(function["arguments"], f"{path}.function.arguments")
        return {"id": call["id"], "function": {"name": function["name"], "arguments": arguments}}

    def _tool(self, given: Any, path: str) -> dict[str, Any]:
        tool = self._object(given, path)
        if "function" not in tool:
            self._miss(tool, "function", path)
        function = self._object(tool["function"], f"{path}.function")
        if "name" not in function:
            self._miss(function, "name", f"{path}.function")
        if not isinstance(function["name"], str):
            raise self._error(f"{path}.function.name is {kind_of(function['name'])}", "expected text")
        description = function.get("description") or ""
        if not isinstance(description, str):
            raise self._error(f"{path}.function.description is {kind_of(description)}", "expected text")
        parameters = self._object(
            function.get("parameters") or {"type": "object", "properties": {}}, f"{path}.function.parameters"
        )
        return {"type": tool.get("type"), "function": {**function, "description": description, "parameters": parameters}}

    def _object(self, given: Any, path: str) -> dict[str, Any]:
        if not isinstance(given, dict):
            expected = "expected an object" + ("" if path else ' {"messages": [...], "tools": [...]}')
            raise self._error(f"{path or 'the dialogue'} is {kind_of(given)}", expected)
        return given

    def _list(self, given: Any, path: str) -> list[Any]:
        if not isinstance(given, list):
            raise self._error(f"{path} is {kind_of(given)}", "expected a list")
        return given

    def _miss(self, given: dict[str, Any], key: str, path: str, required: bool = True) -> None:
        """Complain of a key that is missing, or that is spelt nearly so."""
        strangers = [name for name in given if name not in (*_TOP_KEYS, *_MESSAGE_KEYS)]
        close = next((name for name in strangers if "did you mean" in near(name, [key])), None)
        if close is not None:
            raise self._error(f"{path + ' ' if path else ''}has {close!r}", f"did you mean {key!r}?")
        if required:
            held = ", ".join(map(repr, list(given)[:8])) or "nothing"
            raise self._error(f"{path or 'the dialogue'} lacks {key!r}", f"it has {held}")

    def _shallow(self, text: str, path: str) -> str:
        """Refuse JSON that nests without end; brackets in texts count too, which takes more than anyone writes."""
        level = deepest = 0
        for character in _BRACKETS.findall(text):
            level += 1 if character in "[{" else -1
            deepest = max(deepest, level)
        if deepest > MOST_LEVELS:
            raise self._error(f"{path} nests deeper than {MOST_LEVELS} levels")
        return text

    def _error(self, message: str, hint: str = "") -> ForeignError:
        shown = message if self.place.line else f"{self.name}: {message}"
        return ForeignError(shown, self.place, hint)
