"""Word a request around what it does not tell: `freeze one of my accounts`, `book a table`."""

from __future__ import annotations

import re
from collections.abc import Collection

from toolsim.apis.api import Api
from toolsim.base.text import Language
from toolsim.taxonomy.declarations import NUMERIC, Entity, Field, Kind
from toolsim.wording import joints
from toolsim.wording.moods import Mood, mood
from toolsim.wording.templates import CLAUSES, SLOT, Sheet, Template

_LEAD = re.compile(
    r",? ?\b(?:because of|for|on|at|until|till|by|from|(?<!handed )(?<!came )(?<!brought )in|to|with|of|over|since|under|as|into|"
    r"within|during|about)"
    r"(?: the| a| an)? $"
)
_LEAD_ZH = re.compile(r"[，]?(?:从|到|在|按|用|以|因为|原因是|理由是)$")
_SEGMENTS = {"en": re.compile(r"(, |: |; |\? )"), "zh": re.compile(r"([，：；？])")}
_ASKED = re.compile(r"^(?:how|what|where|which|who|when|whether)\b(?: (?:the|it|is))*\s*")


def without(template: Template, sheet: Sheet, told: Collection[str], language: Language) -> Template:
    """Leave out the parts between commas that would tell nothing."""
    known = {slot for name in told for slot in sheet.slots_of[name]} | {CLAUSES}
    if template.slots <= known:
        return template
    text = "".join(part if index % 2 == 0 else f"{{{part}}}" for index, part in enumerate(template.parts))
    pieces = _SEGMENTS[language].split(text)
    kept: list[str] = []
    first = 0
    for index in range(0, len(pieces), 2):
        slots = set(SLOT.findall(pieces[index]))
        idle = slots and not slots & known and not any(_is_row(slot, sheet) for slot in slots)
        if not idle:
            first = first if kept else index
            kept += [pieces[index - 1] if kept else "", pieces[index]]
    if not kept or not _stands("".join(SLOT.split("".join(kept))[::2]), first, language):
        return template
    left = "".join(kept)
    parts = tuple(SLOT.split(left.rstrip("?？")))
    how = Mood.QUESTION if left.endswith(("?", "？")) else template.mood
    return Template(parts, frozenset(parts[1::2]), how, template.ready)


_OPENERS = re.compile(
    r"(?:and )?(?:I|I'd|I'm|we|we'd|it's|please|how|what|which|is|are|can|could|should|do|does|will|would|when|where)\b"
)


def _stands(text: str, first: int, language: Language) -> bool:
    """Tell whether what is left of a request is one still."""
    text = text.strip(" ，,：")
    if language == "zh":
        return len(text) > 3 and (not first or mood(text, "zh") is not Mood.STATEMENT)
    if not first:
        return len(text.split()) > 2
    return len(text.split()) > 2 and (bool(_OPENERS.match(text)) or mood(text, "en") is Mood.IMPERATIVE)


def _is_row(slot: str, sheet: Sheet) -> bool:
    field = field_of(slot, sheet)
    return field is None or field.kind is Kind.REF


def field_of(slot: str, sheet: Sheet) -> Field | None:
    """Find the parameter that a slot tells."""
    return next((field for name, field in sheet.fields.items() if slot in sheet.slots_of[name]), None)


def weight(template: Template, sheet: Sheet, told: Collection[str]) -> int:
    """Tell how badly the empty slots of a request are missed: little for a row, much for a value that nothing can stand for."""
    known = {slot for name in told for slot in sheet.slots_of[name]} | {CLAUSES}
    missed = 0
    for index, slot in enumerate(template.parts[1::2]):
        if slot not in known:
            before = template.parts[2 * index]
            led = _LEAD.search(before) or _LEAD_ZH.search(before)
            missed += 1 if _is_row(slot, sheet) else 2 if led else 4
    return missed


def fill(text: str, after: str, slot: str, field: Field | None, api: Api, language: Language) -> tuple[str, str]:
    """Give the text so far and the text that follows, with something general in an empty slot or without it."""
    entity = _entity(slot, field, api)
    if language == "zh":
        if entity is None:
            some = field is not None and field.kind in NUMERIC and after[:1] in joints.MEASURES and after
            return (text + "几", after) if some else (_LEAD_ZH.sub("", text), after.removeprefix("%"))
        if entity.name == "person":
            return text + ("别人" if text else "有人"), after
        label = entity.label.zh
        number = "" if re.search(r"[一某那这][个份张次笔位台间场首件条节门道辆块盏把趟家]?$", text) else "那"
        return text + (joints.counted_zh(label, number) if number else label), after
    if entity is not None:
        return _general(text, field, entity), after
    if field is not None and field.kind is Kind.ENUM and len(field.options) == 2:
        return text + " or ".join(option.label.en for option in field.options), after
    if _LEAD.search(text):
        return _LEAD.sub("", text), re.sub(r"^ (?:of [a-z]+|(?:days|hours|nights|weeks|months|years|minutes)\b)", "", after)
    if field is not None and field.unit is not None and field.unit.en == "yuan":
        return text + "some money", after
    label = _ASKED.sub("", field.label.en if field is not None else slot) or "way"
    bare = re.sub(r"\b(?:the|a|an|my) $", "", text)
    if field is not None and field.kind in NUMERIC:
        label = re.split(r" (?:to|that|which|in|for|of the) ", label)[0]
        return bare + (f"some {label}" if re.search(r"[^s]s$", label) else f"a certain {label}"), after
    return (text if bare != text else bare) + (label if bare != text else joints.article(label)), after


def _general(text: str, field: Field | None, entity: Entity) -> str:
    noun = entity.label.en
    if field is not None and field.kind is Kind.LIST:
        return text + f"some {joints.plural(noun)}"
    if entity.name == "person":
        return text + "somebody"
    if re.search(r"\b(?:one|new|another) $", text):
        return text + noun
    owned = any(entity.has(name) and entity.field(name).of == "person" for name in ("owner", "holder"))
    mine = owned and entity.label.en.split()[-1] not in ("customer", "patient")
    said = f"one of my {joints.plural(noun)}" if mine else joints.article(noun)
    return re.sub(r"\b(?:the|a|an|my) $", "", text) + said


def _entity(slot: str, field: Field | None, api: Api) -> Entity | None:
    if field is not None and field.kind is Kind.LIST and field.item is not None:
        field = field.item
    if field is not None and field.kind is Kind.REF:
        return api.pack.entity(field.of)
    return api.pack.entities.get(slot) if field is None else None


_DESCRIBED = {
    "en": (re.compile(r"[:;(]|\.(?:\s|$)| for example"), re.compile(r",| such as"), 80),
    "zh": (re.compile(r"[。；：（]"), re.compile(r"[，]"), 24),
}
"""Where an opening ends, where it may be cut, and how long it may be."""
_BEGUN_LIST = re.compile(r" (?:with|by|from|between|as|given|using|through|against) (?:[\w-]+ ){0,3}[\w-]+$")


def described(api: Api, language: Language) -> Template:
    """Make a request of what the API does, as its description opens."""
    text = api.operation.description.say(language)
    ends, commas, longest = _DESCRIBED[language]
    head = ends.split(text)[0].strip()
    if len(head) > longest:
        whole, head = head, commas.split(head)[0].strip()
        head = whole if head.endswith(("后", "时")) else head
        head = _BEGUN_LIST.sub("", head) if whole[len(head) : len(head) + 1] == "," else head
    if language == "zh":
        head = re.sub("^(?:查看|阅读|读取|显示)", "看一下", re.sub("一(?=[个次份张位条笔件间场台项])", "那", head, count=1))
    head = head if head[:2].isupper() or language == "zh" else head[:1].lower() + head[1:]
    return Template((f"{head} " if language == "en" else head, CLAUSES, ""), frozenset({CLAUSES}), mood(head, language))
