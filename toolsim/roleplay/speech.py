"""What the embedded assistant says: questions, refusals, reports and answers, worded from the script and the results it got."""

from __future__ import annotations

from random import Random
from typing import Any

from toolsim.apis.api import Api
from toolsim.apis.catalogue import Catalogue
from toolsim.apis.leaves import ArgumentLeaf, leaves, parameter_paths
from toolsim.base.errors import ToolsimError
from toolsim.base.text import Language
from toolsim.scenario.blueprint import Flaw, Move, Scenario
from toolsim.taxonomy.declarations import Field, Kind
from toolsim.wording import values
from toolsim.wording.answer_labels import asks
from toolsim.wording.answer_words import led
from toolsim.wording.answers import Done, Teller, second_person
from toolsim.wording.voice import AssistantVoice

_DATES = frozenset({Kind.DATE, Kind.TIME, Kind.DATETIME})


class Speech:
    """The words of one dialogue's assistant."""

    def __init__(self, scenario: Scenario, catalogue: Catalogue, rng: Random) -> None:
        self._scenario = scenario
        self._catalogue = catalogue
        self._language: Language = scenario.language
        self._voice = AssistantVoice(scenario.language, scenario.you, rng)
        self._rng = rng

    def say(self, index: int, move: Move, results: dict[str, Any]) -> str:
        """Put a move into words.

        Args:
            index: of the move in the script.
            results: of the calls made so far, by gold call.
        """
        match move.kind:
            case "ask":
                return self._ask(index, move)
            case "reject":
                return self._reject(move)
            case "which":
                return self._which(index, results)
            case "confirm":
                return self._voice.say("confirm", {"ask": self._voice.address(move.text)})
            case "answer":
                return self._voice.address(self._answer(index, move, results))
            case "refuse":
                return self._voice.say("refuse")
            case "chat":
                return self._voice.address(move.text)
        raise ToolsimError(f"{move.kind!r} is not said")

    def _ask(self, index: int, move: Move) -> str:
        api = self._next_api(index)
        paths = {path: name for name, path in parameter_paths(api).items()}
        fields = {field.name: field for field in api.prepared.params}
        labels = [self._label(fields[paths[path]]) for path in move.about]
        if len(labels) == 1:
            act = "ask_open" if self._language == "en" and asks(labels[0]) else "ask_one"
            return self._voice.say(act, {"label": labels[0]})
        if self._language == "en":
            labels = [label if asks(label) else f"the {label}" for label in labels]
        return self._voice.say("ask_several", {"labels": values.join(labels, self._language)})

    def _next_api(self, index: int) -> Api:
        """Give the API of the first call after a move that is asked for by name."""
        for later in self._scenario.script[index:]:
            if isinstance(later, Move) and later.kind == "call":
                return self._catalogue.api(self._scenario.call(later.calls[-1]).name)
        raise ToolsimError(f"{self._scenario.id} asks for a value of no call")

    def _label(self, field: Field) -> str:
        return field.label.say(self._language)

    def _reject(self, move: Move) -> str:
        flaw = self._scenario.flaw
        assert flaw is not None
        gold = self._scenario.call(flaw.call)
        leaf = next(leaf for leaf in leaves(self._catalogue.api(gold.name), gold.arguments) if leaf.path == move.about[0])
        act, slots = self._objection(flaw, leaf)
        return self._voice.say(act, {"label": self._label(leaf.field), "words": flaw.words, **slots})

    def _objection(self, flaw: Flaw, leaf: ArgumentLeaf) -> tuple[str, dict[str, str]]:
        """Choose what to say about a wrong value."""
        field, language = leaf.field, self._language
        match flaw.rule:
            case "minimum":
                return "too_low", {"limit": values.quantity(field, field.min or 0, language)}
            case "maximum":
                return "too_high", {"limit": values.quantity(field, field.max or 0, language)}
            case "enum":
                labels = [option.label.say(language) for option in field.options]
                return "not_an_option", {"options": _either(labels, language)}
            case "format" if field.kind in _DATES:
                return "bad_date", {}
        return "bad_form", {"example": _example(field)}

    def _which(self, index: int, results: dict[str, Any]) -> str:
        gold, record = list(results.items())[-1]
        api = self._catalogue.api(self._scenario.call(gold).name)
        items = next(value for value in record.values() if isinstance(value, list))
        options = self._teller(index).options(api, items)
        slots = {"count": str(len(items)), "options": _either(options, self._language)}
        return self._voice.address(self._voice.say("which", slots))

    def _answer(self, index: int, move: Move, results: dict[str, Any]) -> str:
        done = []
        for gold_id in move.calls:
            gold = self._scenario.call(gold_id)
            done.append(Done(self._catalogue.api(gold.name), gold.arguments, results[gold_id]))
        if len(done) == 1 and self._scenario.call(move.calls[0]).fault:
            return self._fault(done[0], move)
        return self._teller(index).tell(done)

    def _teller(self, index: int) -> Teller:
        """Make a teller who knows how the user has named rows by then."""
        names = {
            str(leaf.value): second_person(source.words, self._language)
            for gold in self._scenario.calls
            for leaf in leaves(self._catalogue.api(gold.name), gold.arguments)
            if leaf.is_row and (source := gold.sources[leaf.path]).words and -1 < source.turn < index
            if str(leaf.value) not in source.words
        }
        return Teller(self._language, self._scenario.now, self._rng, names)


def _either(parts: list[str], language: Language) -> str:
    if language == "zh":
        return "、".join(parts[:-1]) + "或" + parts[-1] if len(parts) > 1 else "".join(parts)
    if any(", " in part for part in parts):
        return "; ".join(parts[:-1]) + "; or " + parts[-1]
    return ", ".join(parts[:-1]) + " or " + parts[-1] if len(parts) > 1 else "".join(parts)


def _example(field: Field) -> str:
    """Show how a value should look."""
    if field.key_format:
        digits = iter("1234567890" * 3)
        return "".join(next(digits) if sign == "#" else sign for sign in field.key_format)
    return {"email": "name@example.com", "phone": "202-555-0123"}.get(field.format, field.pattern)
