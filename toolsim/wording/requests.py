"""Put a call into the words of a person: a request whose slots and clauses tell every argument."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from toolsim.apis.api import Api
from toolsim.base.text import Language, Phrases
from toolsim.taxonomy.declarations import NUMERIC, TEMPORAL, Field, Kind
from toolsim.verbs.verb import Args
from toolsim.wording import values
from toolsim.wording.pointing import Pointer
from toolsim.world.world import World

SLOT = re.compile(r"\{(\w+)\}")
_RANGE = re.compile(r"(.+)_(min|max|from|to)$")
_BRINGS_ITS_OWN = re.compile(r"(?:from|by|between|today|tomorrow|yesterday|this \w+day|next \w+day|at most)\b")
"""How days and ranges begin before which no `on`, `in` or `at` stands."""
_PREPOSITION = re.compile(r"\b(?:on|in|at) (?=\{\})")
_ASKED = re.compile(r"\b(on|in|at) (?=today|tomorrow|yesterday|this \w+day|next \w+day)")
_MANNER = (
    "group_by", "sort_by", "descending", "order", "limit", "digits", "include", "aspects", "start", "hours", "days",
    "channel", "note",
)  # fmt: skip
"""Parameters of the verbs that tell how to answer rather than what is meant; they are said last, each on its own."""
_MEASURES = "张个条人次件天年岁月份点级层站米辆台间本只项名位组套箱桌道首集段页门节周"


@dataclass(frozen=True, slots=True)
class Request:
    """A call in words."""

    text: str
    told: tuple[str, ...]
    """Names of the parameters that the text tells."""


class Phrasing:
    """Phrases the requests of one world."""

    def __init__(self, world: World, api: Api, rng: Random) -> None:
        self.world = world
        self.api = api
        self.rng = rng
        self.language: Language = world.language
        self.pointer = Pointer(world, api.pack, rng)
        self.fields = {field.name: field for field in api.prepared.params}

    def request(self, flats: list[Args]) -> Request:
        """Phrase a request for flat arguments; the entries of a batch are told one after the other."""
        args = flats[0]
        told = {name: args[name] for name in args if self.fields[name].auto != args[name]}
        template, slots = self._template({name for name in told if name not in _MANNER or not self._is_manner(name)}, args)
        rest = {name: value for name, value in told.items() if not self._slot_of(name) & slots}
        manner = {name: rest.pop(name) for name in _MANNER if name in rest and self._is_manner(name)}
        clauses = self._clauses(rest)
        for other in flats[1:]:
            varied = {name: value for name, value in other.items() if value != args.get(name)}
            clauses.append(self._join(self._clauses(varied)) or self._join(self._clauses(other)))
        text = SLOT.sub(lambda match: self._slot(match[1], args, clauses), template)
        comma = "，" if self.language == "zh" else ", "
        if clauses and "clauses" not in slots:
            text += comma + self._join(clauses).removesuffix("的")
        asks = text.endswith("?") and bool(manner)
        text = text.removesuffix("?") if asks else text
        for clause in self._clauses(manner):
            text += comma + clause
        return Request(self._tidy(text + "?" * asks), tuple(told))

    def _is_manner(self, name: str) -> bool:
        return not self.fields[name].place.file

    # --- templates and slots ---

    def _template(self, told: set[str], args: Args) -> tuple[str, set[str]]:
        """Choose the request that leaves least to be added, and whose slots can all be filled."""
        choices = []
        for phrase in self.api.operation.ask.say(self.language):
            slots = set(SLOT.findall(phrase))
            missing = {s for s in slots - {"clauses"} if not any(s in self._slot_of(name) for name in told)}
            rest = {name for name in told if not self._slot_of(name) & slots}
            penalty = 10 * len(missing) + (3 if rest else 1) * (bool(rest) != ("clauses" in slots))
            penalty += 5 * (self.language == "en" and self._begins_with_me(phrase, args))
            choices.append((penalty, phrase, slots))
        best = min(penalty for penalty, _, _ in choices)
        _, phrase, slots = self.rng.choice([choice for choice in choices if choice[0] == best])
        return phrase, slots

    def _begins_with_me(self, phrase: str, args: Args) -> bool:
        """Tell whether a request would begin with `Me`."""
        match = SLOT.match(phrase)
        return match is not None and self._slot(match[1], args, []) == "me"

    def _slot_of(self, name: str) -> set[str]:
        """Name the slots that tell a parameter: its own name, and for keys the entity's."""
        field, op = self.fields[name], self.api.operation
        out = {name}
        if field.kind is Kind.REF:
            entity = self.api.pack.entity(field.of)
            if name == entity.key:
                out.add(entity.name)
            for side in ("from", "to"):
                if op.verb == "transfer" and name == f"{side}_{entity.key}":
                    out.add(f"{side}_{entity.name}")
            if op.verb in ("reserve", "create", "schedule", "draft") and field.of in (op.target, op.creates):
                out.add(entity.name)
        if op.verb == "compare" and field.kind is Kind.LIST:
            out.add(op.target)
        return out

    def _slot(self, slot: str, args: Args, clauses: list[str]) -> str:
        if slot == "clauses":
            return self._join(clauses)
        for name, value in args.items():
            if slot in self._slot_of(name):
                return self._say(self.fields[name], value)
        for name, field in self.fields.items():
            if slot in self._slot_of(name):
                return field.label.say(self.language)
        entity = self.api.pack.entities.get(slot)
        return entity.label.say(self.language) if entity else slot

    # --- values and clauses ---

    def _say(self, field: Field, value: Any) -> str:
        match field.kind:
            case Kind.REF:
                return self.pointer.key(self.api.pack.entity(field.of), value)
            case Kind.LIST:
                assert field.item is not None
                mark = "；" if self.language == "zh" else "; "
                parts = [self._say(field.item, item) for item in value]
                return mark.join(parts) if field.item.kind is Kind.VALUE else values.join(parts, self.language)
            case Kind.VALUE:
                comma = "，" if self.language == "zh" else ", "
                return comma.join(self._item(f, value[f.name], field.fields) for f in field.fields if f.name in value)
        return values.plain(field, value, self.world.now, self.language, self.rng)

    def _item(self, field: Field, value: Any, siblings: tuple[Field, ...]) -> str:
        """Say one field of an entry in a list: by its value alone where that tells what it is."""
        alike = [f for f in siblings if f.kind is field.kind and f.unit == field.unit]
        speaks = field.kind in TEMPORAL or field.unit is not None or field is siblings[0]
        if speaks and len(alike) == 1 and field.kind is not Kind.FLAG:
            return self._say(field, value)
        label = field.label.say(self.language)
        return f"{label}{self._say(field, value)}" if self.language == "zh" else f"{label} {self._say(field, value)}"

    def _clauses(self, rest: Args) -> list[str]:
        """Give a clause for each fact; the two ends of a range make one."""
        out, done = [], set[str]()
        for name, value in rest.items():
            field, match = self.fields[name], _RANGE.match(name)
            if name in done:
                continue
            if match and field.kind in NUMERIC | TEMPORAL and not self._stands_alone(name):
                pair = [f"{match[1]}_{end}" for end in (("min", "max") if match[2] in ("min", "max") else ("from", "to"))]
                done |= set(pair)
                low, high = (rest.get(end) for end in pair)
                out.append(self._clause(replace(field, label=self._base_label(field)), self._range(field, low, high)))
            elif field.kind is Kind.VALUE:
                out += [self._fact(inner, value[inner.name]) for inner in field.fields if inner.name in value]
            else:
                out.append(self._fact(field, value))
        return [clause for clause in out if clause]

    def _stands_alone(self, name: str) -> bool:
        return name in {field.name for field in (*self.api.operation.given, *self.api.operation.inputs)} or name in (
            self.api.operation.with_fields
        )

    def _base_label(self, field: Field) -> Any:
        en, zh = field.label.en.rpartition(": ")[0], field.label.zh.rpartition("：")[0]
        return type(field.label)(en or field.label.en, zh or field.label.zh)

    def _range(self, field: Field, low: Any, high: Any) -> str:
        said = {side: self._say(field, value) for side, value in (("low", low), ("high", high)) if value is not None}
        temporal = field.kind in TEMPORAL
        if low == high:
            return said["low"]
        if self.language == "zh":
            if len(said) == 2:
                return f"{said['low']}到{said['high']}"
            if temporal:
                return f"{said['low']}以后" if "low" in said else f"{said['high']}以前"
            return f"{said['low']}以上" if "low" in said else f"{said['high']}以内"
        if len(said) == 2:
            return f"between {said['low']} and {said['high']}"
        if temporal:
            return f"from {said['low']} on" if "low" in said else f"by {said['high']}"
        return f"{said['low']} or more" if "low" in said else f"at most {said['high']}"

    def _fact(self, field: Field, value: Any) -> str:
        if field.kind is Kind.FLAG:
            return self._flag(field, bool(value))
        if field.kind is Kind.VALUE:
            return self._join([self._fact(inner, value[inner.name]) for inner in field.fields if inner.name in value])
        return self._clause(field, self._say(field, value))

    def _clause(self, field: Field, said: str) -> str:
        phrases = [phrase for phrase in field.say.say(self.language) if "{}" in phrase]
        if phrases:
            return _insert(self.rng.choice(phrases), said)
        if field.kind is Kind.STATE:
            return f"{said}的" if self.language == "zh" else f"currently {said}"
        label = field.label.say(self.language)
        return f"{label}{said}的" if self.language == "zh" else f"with {label} {said}"

    def _flag(self, field: Field, value: bool) -> str:
        phrases: Phrases = field.say
        options = [phrase for phrase in phrases.say(self.language) if "{}" not in phrase]
        label = field.label.say(self.language)
        if self.language == "zh":
            phrase = self.rng.choice(options) if options else f"{label.removeprefix('是否')}的"
            return (
                phrase if value else f"不{phrase}" if phrase.startswith(("带", "含", "要", "是", "能", "可")) else f"不是{phrase}"
            )
        if not options:
            return f"{label}: {'yes' if value else 'no'}"
        phrase = self.rng.choice(options)
        if value:
            return phrase
        return f"without {phrase[5:]}" if phrase.startswith("with ") else f"not {phrase}"

    def _join(self, clauses: list[str]) -> str:
        if not clauses:
            return ""
        if self.language == "zh":
            return "、".join([clause.removesuffix("的") for clause in clauses[:-1]] + clauses[-1:])
        if all(clause.startswith("with ") for clause in clauses):
            clauses = clauses[:1] + [clause[5:] for clause in clauses[1:]]
        return values.join(clauses, "en")

    def _tidy(self, text: str) -> str:
        if self.language == "zh":
            text = re.sub(r"\s+", lambda m: m[0] if m.start() and text[m.start() - 1].isascii() else "", text)
            return re.sub(r"的的+", "的", text).strip("，、 ")
        text = _ASKED.sub("", re.sub(r"\s+", " ", text)).replace(" ,", ",").replace(" ?", "?").strip(" ,")
        return text[:1].upper() + text[1:]


def _insert(phrase: str, said: str) -> str:
    """Put what is said into a phrase; in Chinese a measure word goes before 以上 and 以内: 21张以上."""
    bound = said[-2:]
    after = phrase[phrase.index("{}") + 2 :][:1]
    if bound in ("以上", "以内") and after and after in _MEASURES:
        return phrase.replace("{}" + after, said[:-2] + after + bound)
    if _BRINGS_ITS_OWN.match(said):
        phrase = _PREPOSITION.sub("", phrase)
    if said.startswith("from ") and re.search(r"\b(?:until|by) \{\}", phrase):
        said = said.removeprefix("from ").removesuffix(" on") + " or later"
    return phrase.replace("{}", said).replace("up to at most", "up to").replace("under at most", "under")
