"""Validate arguments and results: a fast gate (jsonschema-rs), and words for what is wrong in both languages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jsonschema_rs

from toolsim.apis.schema import Schema
from toolsim.base.text import Language, Text


@dataclass(frozen=True, slots=True)
class Violation:
    """One way in which a value breaks its schema."""

    path: str
    """JSON path, `$.filters.amount.min`."""
    rule: str
    """Keyword of the schema that is broken."""
    limit: Any
    """What the schema says at that keyword."""
    value: Any

    def say(self, language: Language) -> str:
        """Tell the violation in words."""
        texts = _WORDS.get(self.rule, _OTHER)
        name = self.path.removeprefix("$.") if self.path != "$" else {"en": "the arguments", "zh": "参数"}[language]
        return texts.say(language).format(name=name, limit=_shown(self.limit), value=_shown(self.value))


_OTHER = Text("{name} is not valid: {value}", "{name}的取值{value}无效")
_WORDS = {
    "required": Text("{limit} is missing in {name}", "{name}缺少{limit}"),
    "type": Text("{name} must be of type {limit}, not {value}", "{name}的类型应为{limit}，实际为{value}"),
    "enum": Text("{name} must be one of {limit}, not {value}", "{name}只能取{limit}，不能是{value}"),
    "minimum": Text("{name} must be at least {limit}, not {value}", "{name}不能小于{limit}，实际为{value}"),
    "maximum": Text("{name} must be at most {limit}, not {value}", "{name}不能大于{limit}，实际为{value}"),
    "pattern": Text("{name} must match {limit}, which {value} does not", "{name}的格式应为{limit}，{value}不符合"),
    "format": Text("{name} must be a valid {limit}, which {value} is not", "{name}应为有效的{limit}，{value}不符合"),
    "additionalProperties": Text("{name} may not have {limit}", "{name}不支持{limit}"),
    "minItems": Text("{name} needs at least {limit} items", "{name}至少需要{limit}项"),
    "maxItems": Text("{name} takes at most {limit} items", "{name}最多{limit}项"),
    "uniqueItems": Text("{name} may not hold an item twice", "{name}不能有重复项"),
    "minProperties": Text("{name} needs at least {limit} of its fields", "{name}至少要填写{limit}项"),
    "minLength": Text("{name} must not be empty", "{name}不能为空"),
    "maxLength": Text("{name} takes at most {limit} characters", "{name}最多{limit}个字符"),
}


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(_shown, value))
    text = str(value)
    return text if len(text) <= 80 else text[:77] + "..."


class Validator:
    """Validates against one schema, formats on."""

    def __init__(self, schema: Schema) -> None:
        self._gate = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
        self.is_valid = self._gate.is_valid

    def violations(self, value: Any) -> list[Violation]:
        """List all violations, in the order of the schema."""
        return [_violation(error) for error in self._gate.iter_errors(value)]


def _violation(error: jsonschema_rs.ValidationError) -> Violation:
    steps = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in error.instance_path)
    return Violation(f"${steps}", error.kind.name, error.kind.value, error.instance)
