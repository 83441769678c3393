"""Prompts for models, from `scenarios/prompts/`: rendered in one pass, so that content can never act as a template.

Whatever a template prints stands on one line and holds nothing that a reader of prompts takes for a tag, a role or a fence.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Final

import jinja2
import orjson

from toolsim.base import seeds
from toolsim.base.folders import shipped
from toolsim.base.text import Language, Text
from toolsim.models import json_text

MANNERS: Final = {
    "plain": Text("plain", "平实自然"),
    "formal": Text("formal", "正式客气"),
    "terse": Text("terse", "简短直接"),
    "chatty": Text("chatty", "爱聊、话多"),
    "casual": Text("casual", "随意口语"),
    "warm": Text("warm", "亲切温和"),
    "precise": Text("precise", "严谨准确"),
}
"""How the manners of personas are told to a model."""

_MARKS = re.compile(r"<(?=[|/a-zA-Z_｜])|(?<=\[)[\[/](?=[A-Z])|(?<=\[)(?=(?:INST|END)\b)")
_LINE_ENDS = re.compile("[\x7f-\x9f\u2028\u2029]")
_BREAKS = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+")


class _Inert(str):
    """Text that may stand in a prompt as it is."""

    __slots__ = ()


def inert(text: str) -> str:
    """Put a text on one line, without anything that could be read as a tag, a special token, a fence or a template."""
    text = _MARKS.sub(lambda match: f"{match[0]} ", _BREAKS.sub(" ", text)).replace("```", "'''")
    return text.replace("{{", "{ {").replace("{%", "{ %").strip()


def plain(text: str) -> str:
    """Let a text of ours stand in a prompt as it is."""
    return _Inert(text)


def quoted(text: str) -> str:
    """Write a text as a JSON string that holds no tag."""
    return _Inert(_json(_BREAKS.sub(" ", text).strip()))


def _json(value: Any) -> str:
    written = json_text.inert(orjson.dumps(value).decode())
    written = _LINE_ENDS.sub(lambda match: f"\\u{ord(match[0]):04x}", written)
    return written.replace("[INST", "[\\u0049NST").replace("[/INST", "[\\/INST").replace("[[END", "[\\u005bEND")


def _finalize(value: Any) -> Any:
    return value if isinstance(value, _Inert | int) else inert(str(value))


@lru_cache
def _environment() -> jinja2.Environment:
    loader = jinja2.FileSystemLoader(shipped("scenarios") / "prompts")
    made = jinja2.Environment(loader=loader, undefined=jinja2.StrictUndefined, autoescape=False, finalize=_finalize)
    made.filters["quoted"] = quoted
    made.filters["join_quoted"] = lambda texts: _Inert(", ".join(map(quoted, texts)))
    made.filters["json"] = lambda value: _Inert(_json(value))
    return made


@lru_cache(maxsize=64)
def _template(name: str) -> jinja2.Template:
    return _environment().get_template(name)


def prompt(template: str, language: Language, /, **content: object) -> str:
    """Render the prompt `<template>.<language>.jinja`; what stands in the content stays content."""
    return _template(f"{template}.{language}.jinja").render(content)


def manner(name: str, language: Language) -> str:
    """Tell a manner in words."""
    return MANNERS[name].say(language) if name in MANNERS else name


def prompts_digest() -> str:
    """Give the digest of the prompts by which models play."""
    files = sorted((shipped("scenarios") / "prompts").glob("*.jinja"))
    return seeds.digest(b"\0".join(part for path in files for part in (path.name.encode(), path.read_bytes())))
