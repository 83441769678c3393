"""What the mock says: by the directions in the request, or in the role that the request asks for."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from random import Random
from typing import Any

import orjson

from toolsim.base.text import HAN, Language
from toolsim.models import json_text
from toolsim.models.adapted import SCHEMA_CLOSE, SCHEMA_OPEN
from toolsim.models.mock import stage
from toolsim.models.mock.faults import Fault
from toolsim.models.mock.values import value_for
from toolsim.models.tool_parser import OPEN, Written
from toolsim.models.tool_text import RESULT_OPEN, TOOLS_CLOSE, TOOLS_OPEN, Dialect, write_calls

_DIRECTION = re.compile(r"^mock:(say|echo|call|then|json|think|fault)\b[ \t]*(.*)$", re.M)
_SIMULATES = re.compile("You simulate the API|你模拟一项服务的接口")
_WORD = re.compile(r"[a-z]{3,}|[\u4e00-\u9fff]")
_SPEECH: dict[Language, tuple[str, ...]] = {
    "en": ("Sure, that works for me.", "Could you check that again?", "Thanks, that's all I needed.", "Let me think about it."),
    "zh": ("好的，就这样吧。", "您再帮我查一下好吗？", "谢谢，没有别的事了。", "我再想想。"),
}
_DONE: dict[Language, str] = {"en": "Done. This is what came back: ", "zh": "办好了，结果如下："}
_NONSENSE: dict[Language, str] = {"en": "and so it goes on ", "zh": "就这样一直说下去，"}
_OTHER: dict[Language, Language] = {"en": "zh", "zh": "en"}


@dataclass(frozen=True, slots=True)
class Play:
    """What the mock says."""

    content: str = ""
    calls: tuple[Written, ...] = ()
    reasoning: str = ""
    finish: str = "stop"


@dataclass(frozen=True, slots=True)
class _Scene:
    """A request as the mock understands it."""

    messages: list[dict[str, Any]]
    tools: list[dict[str, Any]]
    schema: dict[str, Any] | None
    dialect: Dialect | None
    said: str
    directions: list[tuple[str, str]]
    language: Language

    @property
    def results(self) -> str:
        """Results of calls, when they are what came last."""
        last = self.messages[-1] if self.messages else {}
        content = str(last.get("content") or "")
        if content.startswith(RESULT_OPEN):
            written = (line for line in content.splitlines() if line.startswith("{"))
            return " ".join(json_text.dumps(orjson.loads(line)["content"]) for line in written)
        return content if last.get("role") == "tool" else ""


def play(body: dict[str, Any], rng: Random, fault: Fault | None = None) -> Play:
    """Answer a request."""
    scene = _scene(body)
    if fault is Fault.EMPTY:
        return Play()
    if fault is Fault.ENDLESS:
        text = _NONSENSE[scene.language]
        return Play(text * (int(body.get("max_tokens") or 256) * 4 // len(text)), finish="length")
    if fault is Fault.WRONG_LANGUAGE:
        return Play(rng.choice(_SPEECH[_OTHER[scene.language]]))
    said = _directed(scene) or _staged(scene, rng) or _free(scene, rng)
    if fault is Fault.WRONG_TOOL:
        said = replace(said, calls=tuple(Written(f"{call.name}_v2", call.arguments) for call in said.calls))
    if fault is Fault.MALFORMED:
        cut = tuple(Written(call.name, call.arguments[:-1]) for call in said.calls)
        said = replace(said, calls=cut, content=said.content if cut else said.content[: len(said.content) // 2])
    return _as_text(said, scene.dialect) if scene.dialect else said


def directed_fault(body: dict[str, Any]) -> Fault | None:
    """Give the fault that a request asks for."""
    return next((Fault(text.strip()) for verb, text in _scene(body).directions if verb == "fault"), None)


def _scene(body: dict[str, Any]) -> _Scene:
    messages = body.get("messages") or []
    spoken = [m for m in messages if m.get("role") == "user" and not str(m.get("content")).startswith(RESULT_OPEN)]
    system = "\n".join(str(m.get("content") or "") for m in messages if m.get("role") == "system")
    said = str(spoken[-1].get("content") or "") if spoken else system
    tools = [tool["function"] for tool in body.get("tools") or ()]
    dialect: Dialect | None = None
    if not tools and (listed := _between(system, TOOLS_OPEN + "\n", TOOLS_CLOSE)):
        tools = [orjson.loads(line)["function"] for line in listed.splitlines() if line.strip()]
        dialect = "hermes" if OPEN in system else "python" if "Python" in system else "json"
    directions = _DIRECTION.findall(said) or _DIRECTION.findall(system)
    language: Language = "zh" if HAN.search(said) else "en"
    return _Scene(messages, tools, _schema(body, system), dialect, _DIRECTION.sub("", said).strip(), directions, language)


def _schema(body: dict[str, Any], system: str) -> dict[str, Any] | None:
    form = body.get("response_format") or {}
    if form.get("type") == "json_schema":
        schema: dict[str, Any] = form["json_schema"]["schema"]
        return schema
    listed = _between(system, SCHEMA_OPEN + "\n", SCHEMA_CLOSE)
    return orjson.loads(listed) if listed else None


def _directed(scene: _Scene) -> Play | None:
    given: dict[str, str] = dict(scene.directions)
    thought = given.get("think", "").strip()
    if scene.results:
        return Play(given["then"], reasoning=thought) if "then" in given else None
    if lines := [text for verb, text in scene.directions if verb == "call"]:
        calls = [orjson.loads(line) for line in lines]
        written = tuple(_written(call["name"], call["arguments"]) for call in calls)
        return Play(given.get("say", ""), written, thought, "tool_calls")
    for verb in ("say", "json"):
        if verb in given:
            return Play(given[verb], reasoning=thought)
    return Play(scene.said, reasoning=thought) if "echo" in given or thought else None


def _staged(scene: _Scene, rng: Random) -> Play | None:
    """Play a part where no world backs the tools, or as a user with a plan; None where nothing of that kind is asked."""
    if _SIMULATES.match(scene.said):
        return Play(json_text.dumps(stage.answered(scene.said, rng)))
    if scene.schema is not None:
        drafts = {"message", "calls"} <= scene.schema.get("properties", {}).keys()
        task = stage.drafted(scene.said, rng) if drafts else None
        return Play(json_text.dumps(task)) if task else None
    if scene.tools:
        calls = stage.read_back(scene.tools, scene.said, scene.language)
        if not calls:
            return None
        if again := stage.failed(scene.messages):
            return Play(calls=tuple(_written(*call) for call in again), finish="tool_calls")
        if results := stage.results_of(scene.messages):
            return Play(stage.told(results, scene.language))
        return Play(calls=tuple(_written(*call) for call in calls), finish="tool_calls")
    first = scene.messages[0] if scene.messages else {}
    planned = stage.planned(str(first.get("content")), sum(m.get("role") == "assistant" for m in scene.messages))
    return Play(planned) if planned is not None and first.get("role") == "system" else None


def _free(scene: _Scene, rng: Random) -> Play:
    if scene.schema is not None:
        return Play(json_text.dumps(value_for(scene.schema, scene.said, rng)))
    if scene.results:
        return Play(_DONE[scene.language] + scene.results.replace("\n", " ")[:200])
    words = set(_WORD.findall(scene.said.lower()))
    shared = [len(words & set(_WORD.findall(f"{t['name']} {t.get('description', '')}".lower()))) for t in scene.tools]
    most = max(shared, default=0)
    if most:
        tool = scene.tools[shared.index(most)]
        arguments = value_for(tool.get("parameters") or {"type": "object"}, scene.said, rng)
        return Play(calls=(_written(tool["name"], arguments),), finish="tool_calls")
    return Play(rng.choice(_SPEECH[scene.language]))


def _as_text(said: Play, dialect: Dialect) -> Play:
    if not said.calls:
        return said
    text = write_calls(said.calls, dialect)
    return replace(said, content=f"{said.content}\n{text}".strip(), calls=(), finish="stop")


def _written(name: str, arguments: Any) -> Written:
    return Written(name, json_text.dumps(arguments))


def _between(text: str, start: str, end: str) -> str:
    # what the prompt explains in words comes before what it lists
    return text.rpartition(start)[2].partition(end)[0] if start in text else ""
