"""What the requests for an API are made from, worked out once for each API: templates, slots, and where values stand in them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import cast

from toolsim.apis.api import Api
from toolsim.base.text import LANGUAGES, Language
from toolsim.taxonomy.declarations import TEMPORAL, Field, Kind
from toolsim.wording.moods import POLITE, Mood, mood

SLOT = re.compile(r"\{(\w+)\}")
CLAUSES = "clauses"
_MANNER = (
    "group_by", "sort_by", "descending", "order", "limit", "digits", "include", "aspects", "start", "hours", "days",
    "channel", "note",
)  # fmt: skip
"""Parameters of the verbs that tell how to answer rather than what is meant; they are said last, each on its own."""
_LEADS = {
    "en": re.compile(
        r"\b(until|till|by|on|from|at|for|(?<!handed )(?<!came )(?<!brought )in|within|over|since|after|before) \{(\w+)\}"
    ),
    "zh": re.compile(r"(到|从|在|于)?\{(\w+)\}(前|之前|以前|为止|开始|起|到期|截止|以后|之后)?"),
}
_LED = TEMPORAL | {Kind.DURATION}


@dataclass(frozen=True, slots=True)
class Template:
    """One way of asking."""

    parts: tuple[str, ...]
    """Literal text and names of slots in turn; begins and ends with text."""
    slots: frozenset[str]
    mood: Mood
    ready: bool = True
    """Whether it reads well without any clauses."""

    @property
    def has_clauses(self) -> bool:
        """Whether facts without a slot have a place in it."""
        return CLAUSES in self.slots


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the wording of one API rests on."""

    fields: dict[str, Field]
    slots_of: dict[str, frozenset[str]]
    """The slots that tell a parameter: its own name, and for keys the entity's."""
    manner: tuple[str, ...]
    """Parameters that are said last."""
    alone: frozenset[str]
    """Parameters that a pack declares by themselves, so that `_from` and `_to` in their names mean no range."""
    entries: frozenset[str]
    """Parameters that vary from entry to entry."""
    templates: dict[Language, tuple[Template, ...]]
    leads: dict[Language, dict[str, str]] = field(default_factory=dict)
    """How a moment or a length is led in by the pack's requests: `until {}`."""


def sheet_of(api: Api) -> Sheet:
    """Give the sheet of an API; it is kept beside the API's own derived parts."""
    kept = vars(api)
    if "_wording" not in kept:
        kept["_wording"] = _sheet(api)
    return cast(Sheet, kept["_wording"])


def _sheet(api: Api) -> Sheet:
    op = api.operation
    fields = {f.name: f for f in api.prepared.params}
    batch = op.batch
    return Sheet(
        fields,
        {name: _slots_of(api, f) for name, f in fields.items()},
        tuple(name for name in _MANNER if name in fields and not fields[name].place.file),
        frozenset(f.name for f in (*op.given, *op.inputs)) | frozenset(op.with_fields),
        frozenset() if batch is None else frozenset(batch.members or fields),
        {language: tuple(template(p, language) for p in op.ask.say(language)) for language in LANGUAGES},
        {language: _leads(api, fields, language) for language in LANGUAGES},
    )


def _slots_of(api: Api, field: Field) -> frozenset[str]:
    op, name = api.operation, field.name
    out = {name}
    if field.kind is Kind.REF:
        entity = api.pack.entity(field.of)
        if name == entity.key:
            out.add(entity.name)
        out |= {f"{side}_{entity.name}" for side in ("from", "to") if op.verb == "transfer" and name == f"{side}_{entity.key}"}
        if op.verb in ("reserve", "create", "schedule", "draft") and field.of in (op.target, op.creates):
            out.add(entity.name)
    if op.verb == "compare" and field.kind is Kind.LIST:
        out.add(op.target)
    return frozenset(out)


_OPENING = re.compile(r"^(?:please|kindly) |,? please$")
_END = re.compile(r"[?？.。]+$")
_UNREADY = {
    "en": re.compile(
        r"(?:\b(?:make it|be|is|it's|are|now|as|one|that|those|this|place|want|to|"
        r"for|with|of|at|into|by|go|on|like|I'm|we're|so that)|[,:])$"
    ),
    "zh": re.compile(r"(?:[成为是要设：:，按用走像变改以有])$"),
}


def template(phrase: str, language: Language) -> Template:
    """Read a phrase: without what greets, asks politely or ends it."""
    how = mood(phrase, language)
    bare = POLITE.sub("", phrase) if language == "zh" else _OPENING.sub("", phrase)
    bare = _END.sub("", _OPENING.sub("", bare) if language == "en" else bare)
    bare = re.sub(r"(?<=[.?] )[a-z]", lambda match: match[0].upper(), bare) if language == "en" else bare
    parts = tuple(SLOT.split(bare))
    slots = frozenset(parts[1::2])
    ready = True
    if CLAUSES in slots:
        before = parts[parts.index(CLAUSES) - 1].rstrip()
        ready = not _UNREADY[language].search(before)
    return Template(parts, slots, how, ready)


def _leads(api: Api, fields: dict[str, Field], language: Language) -> dict[str, str]:
    out: dict[str, str] = {}
    for phrase in api.operation.ask.say(language):
        for match in _LEADS[language].finditer(phrase):
            name = match[2]
            if name not in fields or fields[name].kind not in _LED or name in out:
                continue
            if language == "en":
                out[name] = f"{match[1]} {{}}"
            elif match[1] or match[3]:
                out[name] = f"{match[1] or ''}{{}}{match[3] or ''}"
    return out
