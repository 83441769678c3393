"""JSON Schema (draft 2020-12) of fields, in one language, within what the OpenAI tools API accepts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from toolsim.base.text import Language, Text
from toolsim.taxonomy.declarations import Field, Kind
from toolsim.verbs.sampling import PHONE_PATTERN

Schema = dict[str, Any]
Rename = Callable[[str], str]

TIME_PATTERN = "^([01][0-9]|2[0-3]):[0-5][0-9]$"
DATETIME_PATTERN = "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]$"
LONGEST_TEXT = 500
LONGEST_PROSE = 2000
LONGEST_LIST = 20

_HINTS = {
    Kind.DATE: Text("YYYY-MM-DD", "格式为YYYY-MM-DD"),
    Kind.TIME: Text("HH:MM, 24-hour clock", "格式为HH:MM，24小时制"),
    Kind.DATETIME: Text("YYYY-MM-DDTHH:MM, local time", "格式为YYYY-MM-DDTHH:MM，当地时间"),
}
_CLOCK = {"today": Text("today if absent", "缺省为今天"), "now": Text("now if absent", "缺省为当前时间")}


class SchemaWriter:
    """Writes schemas in one language and naming style.

    Results are described more loosely than arguments: the length of a list or text is no promise of the API.
    """

    def __init__(self, language: Language, rename: Rename, of_results: bool = False) -> None:
        self.language = language
        self.rename = rename
        self.of_results = of_results

    def object(self, fields: Iterable[Field], description: str = "") -> Schema:
        """Write a closed object with the given fields."""
        fields = tuple(fields)
        schema: Schema = {"type": "object"}
        if description:
            schema["description"] = description
        schema["properties"] = {self.rename(field.name): self.field(field) for field in fields}
        required = [self.rename(f.name) for f in fields if (not f.optional if self.of_results else f.required)]
        if required:
            schema["required"] = required
        schema["additionalProperties"] = False
        return schema

    def field(self, field: Field) -> Schema:
        """Write one field with its description and default."""
        schema = self._kind(field)
        out: Schema = {"type": schema.pop("type"), "description": describe(field, self.language)}
        out |= schema
        if field.auto is not None and not self.of_results and field.auto not in _CLOCK:
            out["default"] = field.auto
        return out

    def _kind(self, field: Field) -> Schema:
        match field.kind:
            case Kind.TEXT:
                return self._text(field)
            case Kind.NUMBER | Kind.WHOLE | Kind.DURATION:
                return _number(field)
            case Kind.FLAG:
                return {"type": "boolean"}
            case Kind.DATE:
                return {"type": "string", "format": "date"}
            case Kind.TIME:
                return {"type": "string", "pattern": TIME_PATTERN}
            case Kind.DATETIME:
                return {"type": "string", "pattern": DATETIME_PATTERN}
            case Kind.ENUM | Kind.STATE:
                return {"type": "string", "enum": list(field.codes)}
            case Kind.REF:
                return {"type": "string", "pattern": key_pattern(field.key_format)}
            case Kind.MANY:
                return self._many(field)
            case Kind.LIST:
                return self._list(field)
            case Kind.VALUE:
                inner = self.object(field.fields)
                return inner if "required" in inner or self.of_results else inner | {"minProperties": 1}

    def _text(self, field: Field) -> Schema:
        if field.pattern:
            anchored = field.pattern if field.pattern.startswith("^") else f"^(?:{field.pattern})$"
            return {"type": "string", "pattern": anchored}
        if field.format == "phone":
            return {"type": "string", "pattern": PHONE_PATTERN}
        if field.format:
            return {"type": "string", "format": field.format}
        if self.of_results:
            return {"type": "string"}
        return {"type": "string", "minLength": 1, "maxLength": LONGEST_PROSE if field.prose else LONGEST_TEXT}

    def _many(self, field: Field) -> Schema:
        schema: Schema = {"type": "array", "items": {"type": "string", "enum": list(field.codes)}, "uniqueItems": True}
        if not self.of_results:
            schema["minItems"] = int(field.min if field.min is not None else 1)
            if field.max is not None:
                schema["maxItems"] = int(field.max)
        return schema

    def _list(self, field: Field) -> Schema:
        assert field.item is not None
        schema: Schema = {"type": "array", "items": self.field(field.item)}
        if not self.of_results:
            schema["minItems"] = int(field.min if field.min is not None else 1)
            schema["maxItems"] = int(field.max if field.max is not None else LONGEST_LIST)
        return schema


def _number(field: Field) -> Schema:
    whole = field.kind is not Kind.NUMBER or field.digits == 0
    schema: Schema = {"type": "integer" if whole else "number"}
    for keyword, limit in (("minimum", field.min), ("maximum", field.max)):
        if limit is not None:
            schema[keyword] = int(limit) if limit == int(limit) else limit
    return schema


def key_pattern(key_format: str) -> str:
    """Give the regular expression of a key format: `AC######` -> `^AC[0-9]{6}$`."""
    digits = key_format.count("#")
    return f"^{key_format[: len(key_format) - digits]}[0-9]{{{digits}}}$"


def describe(field: Field, language: Language) -> str:
    """Describe a field: its label, then unit, codes and form, where they help."""
    notes = []
    if field.unit is not None:
        unit = field.unit.say(language)
        notes.append(f"in {unit}" if language == "en" else f"单位：{unit}")
    if field.options:
        notes.append(_codes(field, language))
    if field.kind in _HINTS:
        notes.append(_HINTS[field.kind].say(language))
    if isinstance(field.auto, str) and field.auto in _CLOCK:
        notes.append(_CLOCK[field.auto].say(language))
    label = field.label.say(language)
    notes = [note for note in notes if note]
    if language == "zh":
        return label + (f"（{'；'.join(notes)}）" if notes else "")
    return label[:1].upper() + label[1:] + (f" ({'; '.join(notes)})" if notes else "")


def _codes(field: Field, language: Language) -> str:
    """Explain codes whose label says more than the code."""
    pairs = [(option.code, option.label.say(language)) for option in field.options]
    if all(label.casefold() == code.replace("_", " ").casefold() for code, label in pairs):
        return ""
    mark = "：" if language == "zh" else ": "
    return ("、" if language == "zh" else ", ").join(f"{code}{mark}{label}" for code, label in pairs)
