"""Put a call into the words of a person: a request whose slots and clauses tell every argument."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from random import Random

from toolsim.apis.api import Api
from toolsim.base.text import Language
from toolsim.taxonomy.declarations import Field, Kind
from toolsim.verbs.verb import Args
from toolsim.wording import gaps, joints
from toolsim.wording.clauses import Clauses, Told
from toolsim.wording.fragments import fragments
from toolsim.wording.moods import Mood
from toolsim.wording.pointing import Pointer
from toolsim.wording.templates import CLAUSES, Template, sheet_of
from toolsim.world.world import World

__all__ = ["Mood", "Phrasing", "Request", "Told"]


@dataclass(frozen=True, slots=True)
class Request:
    """A call in words: bare, without greeting and end mark."""

    text: str
    mood: Mood
    """Of the phrase that was chosen."""
    told: tuple[Told, ...]
    """Every leaf that the text tells."""


class Phrasing:
    """Phrases the requests of one API in one world."""

    def __init__(self, world: World, api: Api, rng: Random, by_key: bool = False) -> None:
        self.world = world
        self.api = api
        self.rng = rng
        self.language: Language = world.language
        self.pointer = Pointer(world, api.pack, rng, by_key)
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
            clauses += self._entries(teller, varied)
        self._repeat(teller, len(flats), set(shared) | set(manner))
        text = self._assemble(chosen, filled, clauses, teller)
        for clause in teller.clauses(manner):
            text += self._comma + clause
        return Request(joints.tidy(text, self.language), chosen.mood, tuple(teller.told))

    def facts(self, args: Args, names: Collection[str], entry: int = 0) -> Request:
        """Phrase only the values of some parameters, as a fragment for a later turn: `until 26 June`."""
        teller = Clauses(self.world, self.api, self.rng, self.pointer, self.sheet)
        teller.entry = entry
        parts = fragments(teller, {name: args[name] for name in self.sheet.fields if name in names and name in args})
        return Request(joints.tidy(parts, self.language), Mood.STATEMENT, tuple(teller.told))

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
            out.append(f"one {said}" if self.language == "en" else f"一个{said}")
        teller.entry = 0
        return out

    # --- choosing and filling ---

    def _choose(self, told: Args) -> Template:
        """Choose among the requests that leave no slot unfilled, or fewest; those that suit the facts come oftener."""
        choices = []
        for chosen in self.sheet.templates[self.language]:
            missing = sum(self._gap(slot, told) for slot in chosen.slots if slot != CLAUSES)
            covered = {name for name in told if self.sheet.slots_of[name] & chosen.slots}
            rest = [name for name in told if name not in covered and name not in self.sheet.manner]
            missing += 3 * (not rest and chosen.has_clauses and not chosen.ready)
            weight = 1.0 if bool(rest) == chosen.has_clauses else 0.3
            if self._begins_with_me(chosen, told):
                missing += 2
            choices.append((missing, weight, chosen))
        best = min(missing for missing, _, _ in choices)
        if best >= 4:
            return self.rng.choice(self.sheet.general[self.language])
        fit = [(weight, chosen) for missing, weight, chosen in choices if missing == best]
        return self.rng.choices([chosen for _, chosen in fit], [weight for weight, _ in fit])[0]

    def _gap(self, slot: str, told: Args) -> int:
        """Tell how badly a slot is missed: not at all, little for a row, more for a value."""
        if any(slot in self.sheet.slots_of[name] for name in told):
            return 0
        field = self._field(slot)
        return 1 if field is None or field.kind is Kind.REF else 2

    def _field(self, slot: str) -> Field | None:
        return next((field for name, field in self.sheet.fields.items() if slot in self.sheet.slots_of[name]), None)

    def _begins_with_me(self, chosen: Template, told: Args) -> bool:
        if self.language == "zh" or chosen.parts[0] or len(chosen.parts) < 2:
            return False
        field = self._field(chosen.parts[1])
        if field is None or field.kind is not Kind.REF or field.name not in told:
            return False
        return self.pointer.key(self.api.pack.entity(field.of), told[field.name]) == "me"

    def _assemble(self, chosen: Template, filled: dict[str, str], clauses: list[str], teller: Clauses) -> str:
        text = chosen.parts[0]
        for slot, literal in zip(chosen.parts[1::2], chosen.parts[2::2], strict=True):
            if slot == CLAUSES:
                said = teller.join(clauses)
                ends = not literal or literal[0] in "，。？；,的吧"
                text += said.removesuffix("的") if ends else said
                text = text if said or self.language == "zh" else text.rstrip()
            else:
                said = next((words for name, words in filled.items() if slot in self.sheet.slots_of[name]), "")
                if not said:
                    text, literal = gaps.fill(text, literal, slot, self._field(slot), self.api, self.language)
                else:
                    text = joints.lead_en(text, said) + said if self.language == "en" else text + said
            text += literal
        if clauses and not chosen.has_clauses:
            text += self._comma + teller.join(clauses).removesuffix("的")
        return text
