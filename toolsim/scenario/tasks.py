"""Tasks over tools that no world backs: what somebody asks for, and the right calls, with the words that tell each value.

A model drafts them; what rules can tell of a draft is held here, so that nothing is to be called that was not said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import pydantic

from toolsim.apis.foreign_leaves import foreign_leaves, spoken, undeclared
from toolsim.apis.foreign_schema import validator_of
from toolsim.apis.imported import ImportedTool
from toolsim.apis.leaves import ArgumentLeaf
from toolsim.base.records import Record
from toolsim.base.text import HAN, Language, Text, whole
from toolsim.scenario.blueprint import GoldCall, Source
from toolsim.scenario.toolbox import Handful
from toolsim.taxonomy.declarations import Field, Kind
from toolsim.wording.readings import means, readings

MOST_CALLS: Final = 3
YOU: Final = "您"
"""How user and assistant address each other in Chinese."""
_SHORTEST, _LONGEST = 6, 600
_LONGEST_WORDS: Final = 40
_MARKUP = re.compile(r"[*`#{}<>\\|\n]|^\s*[-•]\s")
_IDENTIFIER = re.compile(r"(?<![A-Za-z0-9_@./-])(?:[A-Za-z]+_[A-Za-z_]+|[a-z]{3,}[A-Z][a-z]+[A-Za-z]*)(?![A-Za-z0-9_@./-])")
_LATIN_RUN = re.compile(r"[A-Za-z][A-Za-z'’]*(?:[ ,]+[A-Za-z][A-Za-z'’]*){3,}")
_FAMILIAR = re.compile("你(?!们)")
_FIGURE = re.compile(r"\d+(?:[.,:/-]\d+)*")

PROBLEMS: Final = {
    "task.form": Text(
        "message must be one to three sentences on one line, without markup", "message应为一行，一到三句话，不带标记"
    ),
    "task.language": Text("message must be in English", "message必须用中文，称呼对方用“您”"),
    "task.names": Text("message holds {what}, which is a name of the program", "message里出现了程序里的名称{what}"),
    "task.calls": Text("calls must hold a call of {what}, and no call twice", "calls里必须调用{what}，同一次调用不能出现两遍"),
    "task.arguments": Text("{what}", "{what}"),
    "task.untold": Text(
        "nothing in message tells {what}; say it there, and put the words that tell it into said",
        "message里没有说到{what}；请在message里说出来，并把相应的原话写进said",
    ),
    "task.misread": Text("the words for {what} do not say that value", "{what}对应的原话说的不是这个值"),
    "task.invented": Text("message tells {what}, which no call takes", "message里的{what}没有用在任何调用里"),
}
"""Code -> what is told to the model that drafted."""


class TaskCall(Record):
    """A right call of a task."""

    tool: str
    arguments: dict[str, Any]
    said: dict[str, str] = pydantic.Field(default_factory=dict)
    """JSON path -> the words of the message that tell the value, where it does not stand there letter by letter."""


class Task(Record):
    """What somebody asks for, and what is to be called."""

    message: str
    calls: tuple[TaskCall, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a drafted task."""

    code: str
    what: str = ""

    def say(self, language: Language) -> str:
        """Tell the model that drafted."""
        return PROBLEMS[self.code].say(language).format(what=self.what)


def task_schema(handful: Handful) -> dict[str, Any]:
    """Give the JSON Schema of a drafted task."""
    call = {
        "type": "object",
        "properties": {
            "tool": {"enum": [tool.name for tool in handful.tools]},
            "arguments": {"type": "object"},
            "said": {"type": "object", "additionalProperties": {"type": "string"}},
        },
        "required": ["tool", "arguments"],
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "properties": {
            "message": {"type": "string"},
            "calls": {"type": "array", "items": call, "minItems": 1, "maxItems": MOST_CALLS},
        },
        "required": ["message", "calls"],
        "additionalProperties": False,
    }


def problems(task: Task, handful: Handful, now: str, language: Language) -> Iterator[Problem]:
    """Give what rules hold against a drafted task."""
    yield from _message(task.message, handful, language)
    if handful.target.name not in [call.tool for call in task.calls] or _doubled(task.calls):
        yield Problem("task.calls", handful.target.name)
    told: list[str] = []
    for call in task.calls:
        tool = handful.tool(call.tool)
        if tool is None:
            continue
        broken = list(_arguments(call, tool, language))
        yield from broken
        if not broken:
            for leaf in foreign_leaves(tool.parameters, call.arguments):
                words = _words(leaf, call, task.message, language)
                told += [words or ""]
                yield from _told(leaf, words, call.tool, now, language)
    rest = task.message
    for words in sorted(filter(None, told), key=len, reverse=True):
        rest = whole(words).sub(" ", rest)
    for figure in _FIGURE.findall(rest):
        yield Problem("task.invented", figure)


def gold_calls(task: Task, handful: Handful, turn: int, language: Language) -> tuple[GoldCall, ...]:
    """Give the gold calls of a task that has no problems, each value with the words that tell it in a turn of the script."""
    out = []
    for number, call in enumerate(task.calls, 1):
        tool = handful.tool(call.tool)
        assert tool is not None
        sources = {}
        for leaf in foreign_leaves(tool.parameters, call.arguments):
            words = _words(leaf, call, task.message, language)
            sources[leaf.path] = Source(kind="said", words=words, turn=turn) if words else Source(kind="default")
        out.append(GoldCall(id=f"c{number}", name=call.tool, arguments=call.arguments, sources=sources))
    return tuple(out)


def _message(message: str, handful: Handful, language: Language) -> Iterator[Problem]:
    if not _SHORTEST <= len(message.strip()) <= _LONGEST or _MARKUP.search(message):
        yield Problem("task.form")
    if (language == "zh") != bool(HAN.search(message)) or (
        language == "zh" and (_LATIN_RUN.search(message) or _FAMILIAR.search(message))
    ):
        yield Problem("task.language")
    names = {name for tool in handful.tools for name in (tool.name, *tool.parameters.get("properties", {}))}
    found = [name for name in sorted(names) if not name.isalpha() and _place(name, message)]
    found += [match[0] for match in _IDENTIFIER.finditer(message)]
    for name in dict.fromkeys(found):
        yield Problem("task.names", name)


def _doubled(calls: tuple[TaskCall, ...]) -> bool:
    return any(
        call.tool == other.tool and call.arguments == other.arguments for n, call in enumerate(calls) for other in calls[:n]
    )


def _arguments(call: TaskCall, tool: ImportedTool, language: Language) -> Iterator[Problem]:
    """Hold arguments to their schema, and to what a person can say: nothing empty, nothing under a name that nobody declared."""
    validator = validator_of(tool.parameters)
    assert validator is not None
    for violation in validator.violations(call.arguments):
        yield Problem("task.arguments", f"{call.tool}: {violation.say(language)}")
    for path in (*undeclared(tool.parameters, call.arguments), *_empty(call.arguments, "$")):
        yield Problem("task.arguments", f"{call.tool}: {path} {_UNSAYABLE.say(language)}")


_UNSAYABLE = Text("is empty or not declared; leave it out", "为空或没有在参数里声明，请去掉")


def _empty(value: Any, path: str) -> Iterator[str]:
    if isinstance(value, dict | list) and value:
        inner = value.items() if isinstance(value, dict) else enumerate(value)
        for step, one in inner:
            yield from _empty(one, f"{path}.{step}" if isinstance(value, dict) else f"{path}[{step}]")
    elif path != "$" and (value is None or value in ("", [], {})):
        yield path


def _words(leaf: ArgumentLeaf, call: TaskCall, message: str, language: Language) -> str:
    """Find the words of the message that tell a value: those that the draft gives, else the value itself; empty if none do."""
    said = {f"$.{path.removeprefix('$.').removeprefix('arguments.')}": words for path, words in call.said.items()}
    if leaf.path in said:
        return _place(said[leaf.path], message)
    if isinstance(leaf.value, list):
        items = [next(filter(None, (_place(text, message) for text in _written(one, leaf.field))), "") for one in leaf.value]
        ends = [(message.index(one), message.index(one) + len(one)) for one in items]
        return message[min(start for start, _ in ends) : max(end for _, end in ends)] if all(items) else ""
    return next(filter(None, (_place(text, message) for text in _written(leaf.value, leaf.field))), "")


def _written(value: Any, field: Field) -> list[str]:
    """List the ways in which a value itself may stand in a message; an option also as the words of its code."""
    if isinstance(value, bool):
        return []
    if isinstance(value, int | float):
        return list(dict.fromkeys((f"{value:,}", str(value), f"{value:g}")))
    labels = [option.label.en for option in field.options if option.code == value]
    return [str(value).strip(), *labels, *([spoken(value)] if field.kind in (Kind.ENUM, Kind.MANY) else [])]


def _place(words: str, message: str) -> str:
    """Give words as they stand in a message, not running on into a longer word or number; empty where they do not."""
    found = whole(words.strip()).search(message) if words.strip() else None
    return found[0] if found else ""


def _told(leaf: ArgumentLeaf, words: str, tool: str, now: str, language: Language) -> Iterator[Problem]:
    """Check that a value is told, in words that read as it."""
    if not words:
        if leaf.field.auto is None or leaf.field.auto != leaf.value:
            yield Problem("task.untold", f"{tool} {leaf.path} = {leaf.value}")
    elif len(words) > max(_LONGEST_WORDS, 2 * len(str(leaf.value))) or not _reads(leaf, words, now, language):
        yield Problem("task.misread", f"{tool} {leaf.path} = {leaf.value}")


def _reads(leaf: ArgumentLeaf, words: str, now: str, language: Language) -> bool:
    """Tell whether words read as a value; of options and flags only that they do not read as another one."""
    field, value = leaf.field, leaf.value
    match field.kind:
        case Kind.FLAG:
            return True
        case Kind.ENUM:
            found = readings(field, words, now, language)
            return not found or value in found
        case Kind.MANY if field.options:
            return all(set(one) <= set(value) for one in readings(field, words, now, language))
        case Kind.MANY:
            return all(_place(str(one), words) for one in value)
        case Kind.TEXT:
            return value.strip().casefold() in words.casefold() or means(field, value, words, now, language)
    return means(field, value, words, now, language)
