"""Word a request around what it does not tell: `freeze one of my accounts`, `book a table`."""

from __future__ import annotations

import re

from toolsim.apis.api import Api
from toolsim.base.text import Language
from toolsim.taxonomy.declarations import NUMERIC, Entity, Field, Kind
from toolsim.wording import joints

_LEAD = re.compile(
    r",? ?\b(?:because of|for|on|at|until|till|by|from|in|to|with|of|over|since|under|as|into|within|during|about)(?: the| a| an)? $"
)
_LEAD_ZH = re.compile(r"[，]?(?:从|到|在|按|用|以|因为|原因是|理由是)$")


def fill(text: str, after: str, slot: str, field: Field | None, api: Api, language: Language) -> tuple[str, str]:
    """Give the text so far and the text that follows, with something general in an empty slot or without it."""
    entity = _entity(slot, field, api)
    if language == "zh":
        if entity is not None:
            return text + joints.counted_zh(entity.label.zh), after
        return _LEAD_ZH.sub("", text), after
    if entity is not None:
        noun = entity.label.en
        if field is not None and field.kind is Kind.LIST:
            return text + f"some {joints.plural(noun)}", after
        mine = any(entity.has(name) for name in ("owner", "holder"))
        said = f"one of my {joints.plural(noun)}" if mine else joints.article(noun)
        return re.sub(r"\b(?:the|a|an|my) $", "", text) + said, after
    if _LEAD.search(text):
        return _LEAD.sub("", text), after
    if field is not None and field.unit is not None and field.unit.en == "yuan":
        return text + "some money", after
    label = field.label.en if field is not None else slot
    return text + (label if field is not None and field.kind in NUMERIC else joints.article(label)), after


def _entity(slot: str, field: Field | None, api: Api) -> Entity | None:
    if slot == "what":
        return api.pack.entities.get(api.operation.target or api.operation.creates or "")
    if field is not None and field.kind is Kind.LIST and field.item is not None:
        field = field.item
    if field is not None and field.kind is Kind.REF:
        return api.pack.entity(field.of)
    return api.pack.entities.get(slot) if field is None else None
