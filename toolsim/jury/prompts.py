"""The prompts of jurors: templates under `scenarios/prompts/jury`, filled in one pass; what is filled in is never a template.

A dialogue enters as lines of JSON between two marks that cannot stand in it; it can neither end its frame nor begin a line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import orjson
from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from toolsim.base import seeds
from toolsim.base.folders import shipped
from toolsim.jury.exhibit import Exhibit
from toolsim.jury.rubric import Criterion

_UNSEEN = re.compile("[\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
"""Characters that end a line for some readers, turn the direction of writing, or are not seen at all."""


@lru_cache(maxsize=1)
def _templates() -> ImmutableSandboxedEnvironment:
    return ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(shipped("scenarios") / "prompts" / "jury"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def prompt(exhibit: Exhibit, criteria: Iterable[Criterion], seed: int) -> tuple[dict[str, Any], ...]:
    """Write the messages that ask a juror about a dialogue, in the dialogue's language and the given order of criteria."""
    tools, messages = [encoded(tool) for tool in exhibit.tools], [encoded(line) for line in exhibit.lines]
    mark = _mark("\n".join([*tools, *messages]), exhibit, seed)
    system = _templates().get_template(f"system.{exhibit.language}.jinja").render(mark=mark)
    case = _templates().get_template(f"case.{exhibit.language}.jinja")
    text = case.render(mark=mark, tools=tools, messages=messages, criteria=tuple(criteria))
    return ({"role": "system", "content": system}, {"role": "user", "content": text})


def encoded(value: Any) -> str:
    """Write data as one line of JSON, with escapes for what cannot be seen."""
    return _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", orjson.dumps(value).decode())


def _mark(text: str, exhibit: Exhibit, seed: int) -> str:
    """Draw a mark that does not stand in a text."""
    rng = seeds.stream(seed, "mark", exhibit.key)
    mark = f"{rng.getrandbits(64):016x}"
    while mark in text:
        mark = f"{rng.getrandbits(64):016x}"
    return mark
