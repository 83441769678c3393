"""The parts that the mock plays where no world backs the tools: it drafts tasks, says what is planned, calls, and answers calls.

Its requests name each value beside its label, so that the mock, as the assistant, can read them back from what was said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any, Final

import orjson
import rstr

from toolsim.base.text import HAN, Language
from toolsim.models import json_text

Schema = dict[str, Any]

_TOOL_LINE = re.compile(r'^\{"name":.*$', re.M)
_COUNT = re.compile(r"(\d) (?:call|次)")
_NOW = re.compile(r"(\d{4}-\d{2}-\d{2}) \d{2}:\d{2}")
_STEP = re.compile(r'^\d+\. .*?("(?:[^"\\]|\\.)*")$', re.M)
_END = re.compile(r"\[\[[A-Z]+\]\]")
_EXAMPLE = re.compile(r"(?:such as|如) ?([A-Za-z0-9\u4e00-\u9fff-]+)")
_MOMENT: Final = "YYYY-MM-DDTHH:MM"
_STOP: Final[dict[Language, str]] = {"en": ", ", "zh": "，"}
_COLON: Final[dict[Language, str]] = {"en": ": ", "zh": "："}
_GAP: Final[dict[Language, str]] = {"en": " ", "zh": ""}
_ASK: Final[dict[Language, tuple[str, str, str]]] = {"en": ("Please ", "; then ", "."), "zh": ("请", "；再", "。")}
_YES: Final[dict[Language, tuple[str, str]]] = {"en": ("no", "yes"), "zh": ("否", "是")}
_WHO: Final[dict[Language, tuple[str, ...]]] = {
    "en": (
        "My sister",
        "The caretaker",
        "Our new neighbour",
        "A colleague",
        "My landlady",
        "The man downstairs",
        "My uncle Frank",
    ),
    "zh": ("我妹妹", "物业师傅", "新来的邻居", "同事小周", "房东阿姨", "楼下的大爷", "我表哥"),
}
_WHY: Final[dict[Language, tuple[str, ...]]] = {
    "en": (
        "keeps asking whether this is settled yet", "rang about it before breakfast", "would not let it rest over lunch",
        "left a long message about that again", "thinks nobody looks after such things here",
        "made me promise to see to it at once", "was quite cross that it had been forgotten",
    ),
    "zh": (
        "一直在问这件事办了没有", "一大早就打电话来催", "吃饭的时候又提起来了", "昨晚留了好长一段语音", "觉得这种事总是没人管",
        "让我答应马上处理", "因为之前忘了这事有点生气",
    ),
}  # fmt: skip
_WORDS: Final[dict[Language, tuple[str, ...]]] = {
    "en": ("Blue Heron", "Maple Court", "Silver Birch", "North Gate", "Old Harbour", "Green Lantern", "River Bend"),
    "zh": ("青松", "明月", "白鹭", "海棠", "远山", "晨光", "枫叶"),
}
_DONE: Final[dict[Language, tuple[str, str]]] = {
    "en": ("That has gone through", " and this came back: "),
    "zh": ("已经处理好了", "，结果是："),
}
_REFUSED: Final[dict[Language, str]] = {"en": "That could not be done: {why}", "zh": "没有办成：{why}"}
_PASSING: Final = frozenset({"timeout", "rate_limited"})
"""Codes of what is worth another try."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A single value that a schema wants, with the label under which it is said."""

    path: tuple[str | int, ...]
    label: str
    schema: Schema


def drafted(said: str, rng: Random) -> dict[str, Any] | None:
    """Draft the task that a prompt asks for; None where it asks for none."""
    tools = [orjson.loads(line) for line in _TOOL_LINE.findall(said)]
    count = _COUNT.search(said)
    now = _NOW.search(said)
    target = next((tool for tool in tools if f' "{tool["name"]}"' in _TOOL_LINE.sub("", said)), None)
    if target is None or count is None or now is None:
        return None
    others = [tool for tool in tools if tool is not target]
    chosen = [target, *rng.sample(others, min(int(count[1]), len(tools)) - 1)]
    language: Language = "zh" if HAN.search(_TOOL_LINE.sub("", said)) else "en"
    clauses, calls = [], []
    for tool in chosen:
        parts, arguments, told = [], dict[str, Any](), {}
        for leaf in leaves(tool["parameters"], language):
            value, words = _value(leaf.schema, language, now[1], rng)
            _put(arguments, leaf.path, value)
            parts.append(f"{leaf.label}{_GAP[language]}{words}")
            told[_written(leaf.path)] = parts[-1] if isinstance(value, bool) else words
        clauses.append(f"{lead(tool)}{_COLON[language]}{_STOP[language].join(parts)}" if parts else lead(tool))
        calls.append({"tool": tool["name"], "arguments": arguments, "said": told})
    opening, joint, end = _ASK[language]
    gap = _GAP[language]
    why = f"{rng.choice(_WHO[language])}{gap}{rng.choice(_WHY[language])}{end}{gap}"
    return {"message": f"{why}{opening}{joint.join(clauses)}{end}", "calls": calls}


def lead(tool: dict[str, Any]) -> str:
    """Say what a tool does, as the first words of its description."""
    words = re.split(r"[.。；;\n]", tool.get("description") or tool["name"])[0].strip()
    return words[:1].lower() + words[1:]


def leaves(schema: Schema, language: Language, path: tuple[str | int, ...] = ()) -> Iterator[Leaf]:
    """List what is required, down to single values; of a list of objects one item."""
    for name in schema.get("required", ()):
        inner = schema["properties"][name]
        here = (*path, name)
        if inner.get("type") == "object":
            yield from leaves(inner, language, here)
        elif inner.get("type") == "array" and inner["items"].get("type") == "object":
            yield from leaves(inner["items"], language, (*here, 0))
        else:
            yield Leaf(here, _label(name, inner, language), inner)


def _label(name: str, schema: Schema, language: Language) -> str:
    described = re.split(r"[，。：,（(/]", schema.get("description", ""))[0]
    return described if language == "zh" and HAN.search(described) else name.replace("_", " ")


def _value(schema: Schema, language: Language, now: str, rng: Random) -> tuple[Any, str]:
    """Give a value, and the words that tell it."""
    match schema.get("type"):
        case "boolean":
            flag = rng.random() < 0.5
            return flag, _YES[language][flag]
        case "integer" | "number":
            low = int(schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1))
            number = rng.randint(low, min(int(schema.get("maximum", low + 90)), low + 90))
            return number, str(number)
        case "array":
            options = schema["items"].get("enum")
            items = [rng.choice(options)] if options else [_value(schema["items"], language, now, rng)[0]]
            return items, _option(items[0], schema["items"]) if options else str(items[0])
    if options := schema.get("enum"):
        chosen = rng.choice(options)
        return chosen, _option(chosen, schema)
    text = _text(schema, language, now, rng)
    return text, text


def _text(schema: Schema, language: Language, now: str, rng: Random) -> str:
    described = schema.get("description", "")
    if schema.get("pattern"):
        return str(rstr.Rstr(rng).xeger(schema["pattern"]))
    if schema.get("format") == "date" or _MOMENT in described:
        day = datetime.fromisoformat(now) + timedelta(days=rng.randint(2, 25), hours=rng.randint(8, 17))
        return day.strftime("%Y-%m-%d" if schema.get("format") == "date" else "%Y-%m-%dT%H:%M")
    example = _EXAMPLE.search(described)
    if example and any(sign.isdigit() for sign in example[1]):
        return re.sub(r"\d", lambda match: str(rng.randint(1, 9)), example[1])
    return _name(language, rng)


def _option(code: str, schema: Schema) -> str:
    """Say an option: by what the description calls it, or as its words."""
    gloss = re.search(rf"{re.escape(code)}-([\u4e00-\u9fff]+)", schema.get("description", ""))
    return gloss[1] if gloss else code.replace("_", " ")


def read_back(tools: list[dict[str, Any]], said: str, language: Language) -> list[tuple[str, dict[str, Any]]]:
    """Find the calls that a request of this mock asks for, in order."""
    places = sorted((said.find(words), tool["name"], tool) for tool in tools if (words := lead(tool)) in said)
    out = []
    for (place, name, tool), (end, *_) in pairwise([*places, (len(said), "", {})]):
        told = said[place + len(lead(tool)) : end].strip(" :：.。；;").removesuffix("; then").removesuffix("；再").strip("; ；")
        parts = told.split(_STOP[language])
        arguments: dict[str, Any] = {}
        for leaf in leaves(tool.get("parameters") or {}, language):
            label = f"{leaf.label}{_GAP[language]}"
            words = next((part.removeprefix(label) for part in parts if part.startswith(label)), "")
            _put(arguments, leaf.path, _read(leaf.schema, words, language))
        out.append((name, arguments))
    return out


def _read(schema: Schema, words: str, language: Language) -> Any:
    match schema.get("type"):
        case "boolean":
            return words == _YES[language][1]
        case "integer" | "number":
            return int(words) if words.isdecimal() else 0
        case "array":
            options = schema["items"].get("enum", ())
            return [next((option for option in options if _option(option, schema["items"]) == words), words)]
    return next((option for option in schema.get("enum", ()) if _option(option, schema) == words), words)


def told(results: list[Any], language: Language) -> str:
    """Report results in plain words: the numbers and names that came back, or why nothing did."""
    errors = [result["error"] for result in results if isinstance(result, dict) and result.get("error")]
    if errors:
        why = errors[0].get("message", "") if isinstance(errors[0], dict) else errors[0]
        return _REFUSED[language].format(why=why)
    found = list(dict.fromkeys(filter(None, (_sayable(value) for result in results for value in _scalars(result)))))
    done, among = _DONE[language]
    end = "." if language == "en" else "。"
    return f"{done}{among}{('、' if language == 'zh' else ', ').join(found)}{end}" if found else f"{done}{end}"


def _sayable(value: Any) -> str:
    """Say a value as a person reads it; nothing of what is a code or yes and no."""
    if isinstance(value, bool) or value is None or (isinstance(value, str) and re.fullmatch(r"[a-z][a-z0-9_]*", value)):
        return ""
    return str(value).replace("T", " ") if isinstance(value, str) and re.match(r"\d{4}-\d{2}-\d{2}T", value) else str(value)


def answered(said: str, rng: Random) -> Any:
    """Answer a call as the simulated tool: what was given or shown before stays as it was, the rest is made up."""
    schema, ledger, arguments = [orjson.loads(line) for line in said.splitlines() if line.startswith("{")][-3:]
    known: dict[str, Any] = {}
    for value in map(str, _scalars(arguments)):
        known |= ledger.get(value, {})
    known |= {name: value for name, value in arguments.items() if not isinstance(value, dict | list)}
    language: Language = "zh" if HAN.search(said.partition("\n")[0]) else "en"
    if "properties" not in schema:
        return {"reference": f"RF{rng.randint(1000, 9999)}", **known}
    return _made(schema, known, language, rng)


def _made(schema: Schema, known: dict[str, Any], language: Language, rng: Random) -> Any:
    match schema.get("type"):
        case "object":
            properties = schema.get("properties", {})
            return {name: known[name] if name in known else _named(name, properties[name], language, rng) for name in properties}
        case "array":
            return [_made(schema["items"], {}, language, rng) for _ in range(rng.randint(1, 2))]
        case "boolean":
            return rng.random() < 0.5
        case "integer" | "number":
            return rng.randint(max(2, int(schema.get("minimum", 2))), min(int(schema.get("maximum", 40)), 40))
    options = schema.get("enum")
    return rng.choice(options) if options else _name(language, rng)


def _name(language: Language, rng: Random) -> str:
    number = rng.randint(2, 98)
    return f"{rng.choice(_WORDS['zh'])}{number}号" if language == "zh" else f"{rng.choice(_WORDS['en'])} {number}"


def _named(name: str, schema: Schema, language: Language, rng: Random) -> Any:
    """Make a value up; what is a number of something looks like one."""
    return f"{name[:2].upper()}{rng.randint(1000, 9999)}" if name.endswith("_id") else _made(schema, {}, language, rng)


def planned(system: str, spoken: int) -> str | None:
    """Say the next step of the plan in a user's prompt, or its end mark after the last; None where there is no plan."""
    end = _END.search(system)
    if end is None:
        return None
    steps: list[str] = [orjson.loads(text) for text in _STEP.findall(system)]
    return steps[spoken] if spoken < len(steps) else end[0]


def _scalars(value: Any) -> Iterator[Any]:
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _scalars(inner)
    else:
        yield value


def _put(into: dict[str, Any], path: tuple[str | int, ...], value: Any) -> None:
    """Put a value at a path, making the objects and the one-item lists on the way."""
    here: Any = into
    for step, following in pairwise(path):
        empty: Any = [{}] if following == 0 else {}
        here = here[step] if isinstance(step, int) else here.setdefault(step, empty)
    here[path[-1]] = value


def _written(path: tuple[str | int, ...]) -> str:
    return "$" + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)


def results_of(messages: list[dict[str, Any]]) -> list[Any]:
    """Read the results that came since the user spoke last, in order; what was to be had again is left out."""
    since = max((place for place, message in enumerate(messages) if message.get("role") == "user"), default=-1)
    found = [_json(str(message.get("content") or "")) for message in messages[since + 1 :] if message.get("role") == "tool"]
    return [result for result in found if not _passing(result)]


def failed(messages: list[dict[str, Any]]) -> list[tuple[str, Any]]:
    """List the calls that were made last and failed in a way that passes, to be made again."""
    place = max((place for place, message in enumerate(messages) if message.get("tool_calls")), default=len(messages))
    results = {message.get("tool_call_id"): _json(str(message.get("content") or "")) for message in messages[place + 1 :]}
    calls = messages[place]["tool_calls"] if place < len(messages) else []
    lost = [call["function"] for call in calls if _passing(results.get(call["id"]))]
    return [(call["name"], _json(call["arguments"])) for call in lost]


def _passing(result: Any) -> bool:
    if not isinstance(result, dict):
        return False
    error, warning = result.get("error"), result.get("warning")
    code = error.get("code") if isinstance(error, dict) else None
    return code in _PASSING or (isinstance(warning, dict) and "code" in warning)


def _json(text: str) -> Any:
    try:
        return json_text.loads(text)
    except ValueError:
        return text
