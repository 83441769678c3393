"""Prompts for models, from `scenarios/prompts/`: rendered in one pass, so that content can never act as a template."""

from __future__ import annotations

from functools import lru_cache

import jinja2

from toolsim.base.folders import shipped
from toolsim.base.text import Language


@lru_cache
def _environment() -> jinja2.Environment:
    loader = jinja2.FileSystemLoader(shipped("scenarios") / "prompts")
    return jinja2.Environment(loader=loader, undefined=jinja2.StrictUndefined, autoescape=False, keep_trailing_newline=False)


def prompt(template: str, language: Language, /, **content: object) -> str:
    """Render the prompt `<template>.<language>.jinja`; what stands in the content stays content."""
    return _environment().get_template(f"{template}.{language}.jinja").render(content)
