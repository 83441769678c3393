"""Lint packs: what is legal but not good enough. Each rule is a generator of complaints."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import median

from rapidfuzz import fuzz, process

from toolsim.apis.api import Api
from toolsim.apis.naming import STYLES
from toolsim.apis.schema import Schema
from toolsim.base.errors import Place
from toolsim.base.registry import Registry
from toolsim.base.text import HAN, LANGUAGES, Language, Text
from toolsim.taxonomy.declarations import Field, Kind, Pack

READS = frozenset({"get", "find", "rank", "compare", "measure", "check"})
THINKING = frozenset({"assess", "compute", "convert", "analyze", "series", "report", "draft"})
ALIKE = 90.0
"""Descriptions are near-duplicates at this Indel similarity (0 to 100) of the lower-cased text, within a language."""

SLOT = re.compile(r"\{(\w*)\}")
_WORD = re.compile(r"[A-Za-z]{3,}")


@dataclass(frozen=True, slots=True)
class Complaint:
    """Something that lint does not accept."""

    rule: str
    place: Place
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.rule}: {self.message}"


Rule = Callable[[Pack, list[Api]], Iterator[Complaint]]
RULES: Registry[Rule] = Registry("lint")


def lint(pack: Pack, apis: list[Api]) -> list[Complaint]:
    """Apply all rules to a pack."""
    return [complaint for name in RULES for complaint in RULES.get(name)(pack, apis)]


@RULES.register("names")
def _names(pack: Pack, apis: list[Api]) -> Iterator[Complaint]:
    style = STYLES[pack.naming]
    for api in apis:
        if not style.match(api.name):
            yield Complaint("names", api.operation.place, f"{api.name!r} is not in the naming style {pack.naming}")
        if len(re.sub(r"[^a-zA-Z]", "", api.name)) < 6:
            yield Complaint("names", api.operation.place, f"{api.name!r} is too short to tell what it does")


@RULES.register("script")
def _script(pack: Pack, apis: list[Api]) -> Iterator[Complaint]:
    for place, what, text in _texts(pack):
        if HAN.search(text.en):
            yield Complaint("script", place, f"the English {what} holds Chinese: {text.en!r}")
        if not HAN.search(text.zh) and _WORD.search(text.zh) and " " in text.zh:
            yield Complaint("script", place, f"the Chinese {what} holds no Chinese: {text.zh!r}")


def _texts(pack: Pack) -> Iterator[tuple[Place, str, Text]]:
    for entity in pack.entities.values():
        yield entity.place, "label", entity.label
        yield from ((entity.place, "message", condition.message) for condition in entity.must)
        for field in entity.fields:
            yield from _field_texts(field)
    for operation in pack.operations.values():
        yield operation.place, "description", operation.description
        yield from ((operation.place, "fault", guard.message) for guard in operation.guards)
        for field in (*operation.inputs, *operation.given, *operation.gives):
            yield from _field_texts(field)


def _field_texts(field: Field) -> Iterator[tuple[Place, str, Text]]:
    yield field.place, "label", field.label
    yield from ((field.place, "label", option.label) for option in field.options)
    for inner in (*field.fields, *((field.item,) if field.item else ())):
        yield from _field_texts(inner)


@RULES.register("wording")
def _wording(pack: Pack, apis: list[Api]) -> Iterator[Complaint]:
    for api in apis:
        op = api.operation
        known = {field.name for field in api.prepared.params} | {"clauses", op.target, op.creates, op.about}
        known |= {f"from_{op.target}", f"to_{op.target}"} if op.verb == "transfer" else set()
        for language in LANGUAGES:
            if len(set(op.ask.say(language))) < 2:
                yield Complaint("wording", op.place, f"{op.name!r} has fewer than two requests ('ask') in {language}")
            for phrase in (*op.ask.say(language), *op.why.say(language)):
                yield from _phrase(api, phrase, language, known)
        if bool(op.why.en) != bool(op.why.zh):
            yield Complaint("wording", op.place, f"{op.name!r} has reasons ('why') in one language only")


def _phrase(api: Api, phrase: str, language: Language, known: set[str]) -> Iterator[Complaint]:
    place, name = api.operation.place, api.name
    for slot in SLOT.findall(phrase):
        if slot not in known:
            yield Complaint(
                "wording", place, f"{name!r} has the unknown slot {{{slot}}}; known: {', '.join(sorted(known - {''}))}"
            )
    bare = SLOT.sub("", phrase)
    if "{" in bare or "}" in bare:
        yield Complaint("wording", place, f"{name!r} has a broken slot: {phrase!r}")
    if language == "zh" and bare.strip() and not HAN.search(bare):
        yield Complaint("wording", place, f"{name!r} has a Chinese request without Chinese: {phrase!r}")
    if language == "en" and HAN.search(bare):
        yield Complaint("wording", place, f"{name!r} has an English request with Chinese: {phrase!r}")
    if re.search(r"\bplease perform\b|\boperation\b.*\bexecute\b|执行操作", bare):
        yield Complaint("wording", place, f"{name!r} reads like a form: {phrase!r}")


@RULES.register("verbs")
def _verbs(pack: Pack, apis: list[Api]) -> Iterator[Complaint]:
    counts = Counter(api.operation.verb for api in apis)
    total = len(apis)
    verb, most = counts.most_common(1)[0]
    if most > 0.25 * total:
        yield Complaint("verbs", pack.place, f"{verb!r} makes {most} of {total} operations; at most 25 % are allowed")
    if len(counts) < 9:
        yield Complaint("verbs", pack.place, f"has {len(counts)} verbs; at least 9 are wanted")
    reads, thinking = sum(counts[v] for v in READS), sum(counts[v] for v in THINKING)
    if not 0.25 <= reads / total <= 0.40:
        yield Complaint("verbs", pack.place, f"{reads} of {total} operations are reads; 25 to 40 % are wanted")
    if thinking < 0.20 * total:
        yield Complaint("verbs", pack.place, f"{thinking} of {total} operations think; at least 20 % are wanted")
    if counts["call"] > 0.03 * total:
        yield Complaint("verbs", pack.place, f"{counts['call']} of {total} operations are hooks; at most 3 % are allowed")


def depth(schema: Schema) -> int:
    """Count the levels of property names; an array counts as its items."""
    match schema["type"]:
        case "object":
            return 1 + max((depth(inner) for inner in schema["properties"].values()), default=0)
        case "array":
            return depth(schema["items"])
    return 0


@RULES.register("depth")
def _depth(pack: Pack, apis: list[Api]) -> Iterator[Complaint]:
    schemas = [api.wire.parameters("en") for api in apis]
    depths = [depth(schema) for schema in schemas]
    for least, share in ((2, 0.40), (3, 0.15)):
        count = sum(d >= least for d in depths)
        if count < share * len(apis):
            yield Complaint(
                "depth", pack.place, f"{count} of {len(apis)} operations have depth {least} or more; {share:.0%} are wanted"
            )
    middle = median(len(schema["properties"]) for schema in schemas)
    if middle != 3:
        yield Complaint("depth", pack.place, f"the median operation has {middle:g} top-level parameters; 3 are wanted")


@RULES.register("given")
def _given(pack: Pack, apis: list[Api]) -> Iterator[Complaint]:
    for api in apis:
        op = api.operation
        rules = [g.rule.source for g in op.guards] + [a.rule.source for a in op.sets]
        rules += [f.rule.source for f in op.gives if f.rule] + [rule.source for rule, _ in op.table]
        text = " ".join([*rules, *(t.en for _, t in op.text)])
        used = set(re.findall(r"[a-z_][a-z0-9_]*", text)) | {op.amount, op.units}
        for field in op.given:
            points = op.verb == "reserve" and field.kind is Kind.REF and field.of == op.target
            if field.name not in used and not points and op.verb != "call":
                yield Complaint("given", op.place, f"{op.name!r} takes {field.name!r} but does nothing with it")


@RULES.register("reachable")
def _reachable(pack: Pack, apis: list[Api]) -> Iterator[Complaint]:
    known = {"person", "session"}
    while True:
        before = len(known)
        for api in apis:
            needs = {f.of for f in api.prepared.params if f.kind is Kind.REF and f.required}
            if needs <= known:
                known |= _gives(api.prepared.result)
        if len(known) == before:
            break
    for name, entity in pack.entities.items():
        if not entity.shared and name not in known:
            yield Complaint("reachable", entity.place, f"no read leads from what a person knows to {name!r}")


def _gives(fields: tuple[Field, ...]) -> set[str]:
    out = {field.of for field in fields if field.kind is Kind.REF}
    for field in fields:
        out |= _gives((*field.fields, *((field.item,) if field.item else ())))
    return out


@RULES.register("entities")
def _entities(pack: Pack, apis: list[Api]) -> Iterator[Complaint]:
    used = {op.target for op in pack.operations.values()} | {op.creates for op in pack.operations.values()}
    used |= {op.about for op in pack.operations.values()}
    used |= {f.of for api in apis for f in api.prepared.params}
    for name, entity in pack.entities.items():
        if not entity.shared and name not in used:
            yield Complaint("entities", entity.place, f"no operation is about {name!r}")


def near_duplicates(apis: list[Api], limit: float = ALIKE) -> Iterator[Complaint]:
    """Find pairs of APIs whose descriptions are alike in one of the languages."""
    for language in LANGUAGES:
        texts = [api.operation.description.say(language).casefold() for api in apis]
        for index, text in enumerate(texts):
            found = process.extract(text, texts[:index], scorer=fuzz.ratio, score_cutoff=limit, limit=3)
            for _, score, other in found:
                yield Complaint(
                    "alike",
                    apis[index].operation.place,
                    f"{apis[index].name!r} and {apis[other].name!r} are described alike in {language} ({score / 100:.2f})",
                )
