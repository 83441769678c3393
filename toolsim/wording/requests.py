"""Put a call into the words of a person: a request whose slots and clauses tell every argument."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from random import Random

from toolsim.apis.api import Api
from toolsim.base.text import Language
from toolsim.taxonomy.declarations import Kind
from toolsim.verbs.verb import Args
from toolsim.wording import gaps, joints
from toolsim.wording.clauses import Clauses, Told
from toolsim.wording.fragments import fragments
from toolsim.wording.moods import Mood
from toolsim.wording.pointing import Pointer
from toolsim.wording.templates import CLAUSES, Template, sheet_of
from toolsim.wording.ways import Ways
from toolsim.world.world import World

__all__ = ["Mood", "Phrasing", "Request", "Told"]


_TOO_BARE = 3
_GAPING = 4
_WHICH = re.compile(r"\b(?:which|better|easier|easiest|best)\b[^?]*[,:] $", re.IGNORECASE)
"""How badly slots may be missed before the API's own description makes the better request."""
_ORDINALS = ("第一个", "第二个", "第三个", "第四个", "第五个", "第六个")


@dataclass(frozen=True, slots=True)
class Request:
    """A call in words: bare, without greeting and end mark."""

    text: str
    mood: Mood
    """Of the phrase that was chosen."""
    told: tuple[Told, ...]
    """Every leaf that the text tells."""
    gaping: bool = False
    """Whether something is missing in the middle of the text, so that nobody would put it like that."""


class Phrasing:
    """Phrases the requests of one API in one world."""

    def __init__(self, world: World, api: Api, rng: Random, by_key: bool = False, said: Ways | None = None) -> None:
        self.world = world
        self.api = api
        self.rng = rng
        self.language: Language = world.language
        self.pointer = Pointer(world, api.pack, rng, by_key, said)
        self.sheet = sheet_of(api)

    def request(self, flats: list[Args], leave_out: Collection[str] = ()) -> Request:
        """Phrase a request for flat arguments; the entries of a batch are told one after the other.

        Args:
            flats: flat arguments, a dict for each entry.
            leave_out: names that are not to be told now.
        """
        teller = Clauses(self.world, self.api, self.rng, self.pointer, self.sheet)
        each = [self._told(args, leave_out) for args in flats]
        shared, varied = self._split(each)
        chosen = self._choose(shared)
        manner = {name: shared.pop(name) for name in self.sheet.manner if name in shared and name not in chosen.slots}
        slotted = {name: value for name, value in shared.items() if self.sheet.slots_of[name] & chosen.slots}
        rest = {name: value for name, value in shared.items() if name not in slotted}
        filled = {name: teller.say(self.sheet.fields[name], value, name) for name, value in slotted.items()}
        clauses = self._shuffled(teller, rest)
        if any(varied):
            teller.tail += self._entries(teller, varied)
        self._repeat(teller, len(flats), set(shared) | set(manner))
        text = self._assemble(chosen, filled, clauses, teller)
        for clause in teller.clauses(manner):
            text += self._comma + clause
        text = teller.with_tail(text)
        text = joints.tidy(text, self.language)
        text = _mended_zh(text) if self.language == "zh" else text
        how = Mood.QUESTION if text.endswith(("?", "？")) else chosen.mood
        text = text.rstrip("?？")
        told = tuple(map(self._own, teller.told)) if "my " in text else tuple(teller.told)
        gaping = self.language == "en" and gaps.weight(chosen, self.sheet, slotted) >= _GAPING
        return Request(text, how, told, gaping)

    def _own(self, told: Told) -> Told:
        """Keep the person of the session as told by `my` where the text says no `me`."""
        return replace(told, words="my") if told.words == "me" and told.value == self.pointer.me else told

    def facts(self, args: Args, names: Collection[str], entry: int = 0) -> Request:
        """Phrase only the values of some parameters, as a fragment for a later turn: `until 26 June`."""
        teller = Clauses(self.world, self.api, self.rng, self.pointer, self.sheet)
        teller.entry = entry
        parts = fragments(teller, {name: args[name] for name in self.sheet.fields if name in names and name in args}, args)
        return Request(joints.tidy(parts, self.language), Mood.STATEMENT, tuple(teller.told))

    def named(self, args: Args, name: str) -> Request:
        """Phrase one value by itself, with no word that led to it: `the twin room`."""
        teller = Clauses(self.world, self.api, self.rng, self.pointer, self.sheet)
        said = teller.say(self.sheet.fields[name], args[name], name)
        return Request(said, Mood.STATEMENT, tuple(teller.told))

    def bare(self) -> Request:
        """Phrase the need without any value: `freeze an account`."""
        return self.request([{}])

    # --- what is told where ---

    @property
    def _comma(self) -> str:
        return "，" if self.language == "zh" else ", "

    def _told(self, args: Args, leave_out: Collection[str]) -> Args:
        fields = self.sheet.fields
        return {name: value for name, value in args.items() if name not in leave_out and fields[name].auto != value}

    def _split(self, each: list[Args]) -> tuple[Args, list[Args]]:
        """Part what all entries share from what varies."""
        first = each[0]
        if len(each) == 1:
            return dict(first), [{}]
        shared = {name: value for name, value in first.items() if all(name in o and o[name] == value for o in each[1:])}
        return shared, [{name: value for name, value in args.items() if name not in shared} for args in each]

    def _repeat(self, teller: Clauses, entries: int, names: set[str]) -> None:
        """Keep what entries share as told for each of them."""
        if entries == 1:
            return
        again = [told for told in teller.told if told.name in names and told.name in self.sheet.entries and told.entry == 0]
        teller.told += [Told(t.name, entry, t.steps, t.value, t.words) for entry in range(1, entries) for t in again]

    def _shuffled(self, teller: Clauses, rest: Args) -> list[str]:
        clauses = teller.clauses(rest)
        if len(clauses) > 1 and self.rng.random() < 0.5 and not any(": " in clause for clause in clauses):
            self.rng.shuffle(clauses)
        return clauses

    def _entries(self, teller: Clauses, varied: list[Args]) -> list[str]:
        out = []
        for index, args in enumerate(varied):
            teller.entry = index
            said = teller.join(teller.clauses(args))
            out.append(f"one {said}" if self.language == "en" else f"{_ORDINALS[index]}{said.removesuffix('的')}")
        teller.entry = 0
        mark = ", " if self.language == "en" else "，"
        return [mark.join(out)]

    # --- choosing and filling ---

    def _choose(self, told: Args) -> Template:
        """Choose among the requests that leave least unfilled; those that suit the facts come oftener."""
        choices = []
        for whole in self.sheet.templates[self.language]:
            chosen = gaps.without(whole, self.sheet, told, self.language)
            missing = gaps.weight(chosen, self.sheet, told) + 2 * (chosen is not whole)
            rest = any(not self.sheet.slots_of[name] & chosen.slots for name in told if name not in self.sheet.manner)
            missing += 3 * (not rest and chosen.has_clauses and not chosen.ready)
            missing += 2 * self._begins_with_me(chosen, told)
            choices.append((missing, 1.0 if rest == chosen.has_clauses else 0.3, chosen))
        best = min(missing for missing, _, _ in choices)
        if best >= _TOO_BARE and not told:
            return gaps.described(self.api, self.language)
        fit = [(weight, chosen) for missing, weight, chosen in choices if missing == best]
        return self.rng.choices([chosen for _, chosen in fit], [weight for weight, _ in fit])[0]

    def _begins_with_me(self, chosen: Template, told: Args) -> bool:
        if self.language == "zh" or chosen.parts[0] or len(chosen.parts) < 2:
            return False
        field = gaps.field_of(chosen.parts[1], self.sheet)
        if field is None or field.kind is not Kind.REF or field.name not in told:
            return False
        return self.pointer.key(self.api.pack.entity(field.of), told[field.name]) == "me"

    def _chooses(self, chosen: Template, text: str, slot: str) -> bool:
        """Tell whether an English question asks which of the listed rows it is."""
        field = gaps.field_of(slot, self.sheet)
        listed = self.language == "en" and field is not None and field.kind is Kind.LIST
        return listed and chosen.mood is Mood.QUESTION and bool(_WHICH.search(text))

    def _assemble(self, chosen: Template, filled: dict[str, str], clauses: list[str], teller: Clauses) -> str:
        text = before = chosen.parts[0]
        trailing = ""
        for place, (slot, literal) in enumerate(zip(chosen.parts[1::2], chosen.parts[2::2], strict=True)):
            last = 2 * place + 3 == len(chosen.parts)
            if slot == CLAUSES and not _HOLDS_ZH.search(text) and self._trails(chosen, clauses, literal, last):
                literal = literal.removeprefix("的") if literal[:1] == "的" else literal
                trailing = self._trailing(chosen, clauses)
            elif slot == CLAUSES:
                said = teller.join(clauses)
                ends = not literal or literal[0] in "，。？；,的吧"
                text += said.removesuffix("的") if ends else said
                if not said:
                    text, literal = joints.close(text, literal, self.language)
            else:
                said = next((words for name, words in filled.items() if slot in self.sheet.slots_of[name]), "")
                if not said:
                    field = gaps.field_of(slot, self.sheet)
                    led, literal = gaps.fill(before, literal, slot, field, self.api, self.language)
                    text = text[: len(text) - len(before)] + led
                else:
                    if self._chooses(chosen, text, slot):
                        said = " or ".join(said.rsplit(" and ", 1))
                    text, literal = joints.fit(text, said, literal, self.language)
            text += literal
            before = literal
        if clauses and not chosen.has_clauses:
            text += self._comma + (self._listed(clauses) if self.language == "zh" else teller.join(clauses))
        return _behind(text, trailing) if trailing else text

    # --- Chinese: what would pile up before a noun follows after it ---

    def _trails(self, chosen: Template, clauses: list[str], literal: str, last: bool) -> bool:
        """Tell whether clauses are better told behind the request than before the noun they belong to."""
        if self.language != "zh" or not clauses or not chosen.ready:
            return False
        noun = literal.removeprefix("的")
        if noun[:1] in tuple("，。？；吧吗呢人") or (last and not noun):
            return False
        length = sum(map(len, clauses))
        if self.api.operation.verb not in _SEARCHES:
            return len(clauses) > 1 or length > _LONG_CLAUSE
        return len(clauses) > 2 or (len(clauses) == 2 and length > _LONG_PAIR)

    def _trailing(self, chosen: Template, clauses: list[str]) -> str:
        if self.api.operation.verb not in _SEARCHES:
            return self._listed(clauses)
        lead = _ONLY.get(self.api.operation.verb, _WANTED)
        said = "、".join([clause.removesuffix("的") for clause in clauses[:-1]] + clauses[-1:])
        return self.rng.choice(lead) + said + ("" if said.endswith("的") else "的")

    def _listed(self, clauses: list[str]) -> str:
        """Tell clauses one after the other, as people add them: 周二开始，上门上课."""
        return "，".join(clause.removesuffix("的") for clause in clauses)


_DANGLING_ZH = re.compile("(?:，(?:改|换|调|设|更新|调整|变)[成为]|，?(?:改|换|调|设|更新|调整)[成为])$|，(?:[按要]|应该是)$")
_HOLDS_ZH = re.compile("(?:[在到给跟和对把被比于]|是一[次个份条])$")
"""What must be followed by what belongs to it."""
_NO_BOUND_ZH = re.compile("(低于|高于|超过|跌破|涨过|降到)(?=就|时|的话|，|了)")


def _mended_zh(text: str) -> str:
    """Mend a Chinese request where what it leaves out has left a hole."""
    text = _NO_BOUND_ZH.sub(r"\1设定值", text.replace("现在是情况，", "有变化，"))
    return _DANGLING_ZH.sub("", text).removeprefix("的")


_SEARCHES = frozenset({"find", "rank", "measure"})
_WANTED = ("要", "要", "得是", "只要")
_ONLY = {"rank": ("只看", "只排"), "measure": ("只算", "只算")}
_LONG_CLAUSE = 14
_LONG_PAIR = 18
_ASKS_LAST = re.compile(r"，[^，。？]{1,5}[吗吧呢行成好]$|，(?:行不行|可不可以|可以吗|够吗)$")


def _behind(text: str, trailing: str) -> str:
    """Put clauses behind a request, before a short question at its end."""
    last = _ASKS_LAST.search(text)
    if last is None:
        return f"{text}，{trailing}"
    return f"{text[: last.start()]}，{trailing}{text[last.start() :]}"
