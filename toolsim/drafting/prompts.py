"""The prompts of drafting: templates under `scenarios/prompts/draft`, filled in one pass, so that no content is ever a template.

What comes from documents or from models enters as JSON on one line; it can neither end its frame nor begin a line.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from toolsim.base.folders import shipped
from toolsim.models.chat import ChatRequest
from toolsim.models.json_text import dumps, inert

_UNSEEN = re.compile("[\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff\U000e0000-\U000e0fff]")
"""Characters that end a line for some readers, turn the direction of writing, or are not seen at all."""
_LONE = re.compile("[\ud800-\udfff]")


@lru_cache(maxsize=1)
def _templates() -> ImmutableSandboxedEnvironment:
    templates = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(shipped("scenarios") / "prompts" / "draft"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters["data"] = encoded
    return templates


def encoded(value: Any) -> str:
    """Write data as one line of JSON, with escapes for what cannot be seen and for what could be read as a tag."""
    return _UNSEEN.sub(_escape, inert(dumps(_paired(value))))


def _escape(found: re.Match[str]) -> str:
    units = found[0].encode("utf-16-be")
    return "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))


def _paired(value: Any) -> Any:
    """Replace lone surrogates, which no endpoint takes."""
    match value:
        case str():
            return _LONE.sub("\ufffd", value)
        case list() | tuple():
            return [_paired(item) for item in value]
        case dict():
            return {_paired(key): _paired(item) for key, item in value.items()}
    return value


def render(template: str, **content: object) -> str:
    """Render the prompt `<template>.jinja`."""
    return _templates().get_template(f"{template}.jinja").render(content).strip()


def request(system: str, *turns: str, seed: int, max_tokens: int, attempt: int = 0) -> ChatRequest:
    """Make a request of a system prompt and turns that begin with the user's."""
    roles = ("user", "assistant")
    messages = [{"role": roles[index % 2], "content": turn} for index, turn in enumerate(turns)]
    return ChatRequest(
        messages=({"role": "system", "content": system}, *messages),
        temperature=0.7,
        seed=seed & 0x7FFFFFFF,
        max_tokens=max_tokens,
        attempt=attempt,
    )
