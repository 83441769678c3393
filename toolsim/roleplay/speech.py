"""What the embedded assistant says: questions, refusals, reports and answers, worded from the script and the results it got."""

from __future__ import annotations

import re
from random import Random
from typing import Any

from toolsim.apis.api import Api
from toolsim.apis.catalogue import Catalogue
from toolsim.apis.leaves import ArgumentLeaf, leaves, parameter_paths
from toolsim.base.errors import ToolsimError
from toolsim.base.text import Language
from toolsim.roleplay.recovery import lead_act, regained
from toolsim.scenario.blueprint import Flaw, Move, Scenario
from toolsim.taxonomy.declarations import NUMERIC, Field, Kind
from toolsim.verbs.sampling import matching
from toolsim.verbs.verb import Effect
from toolsim.wording import joints, values
from toolsim.wording.answer_changes import measure_of
from toolsim.wording.answer_labels import asks
from toolsim.wording.answer_words import led
from toolsim.wording.answers import Done, Teller, second_person
from toolsim.wording.voice import AFTERTHOUGHT, AssistantVoice
from toolsim.world.injection import UNAVAILABLE

_NAMED = re.compile(r"(?:with|contacts:|,) ([A-Z][^,.()]*?) \(?(P\d+)\b")
_DATES = frozenset({Kind.DATE, Kind.DATETIME})
_MOST_OPTIONS = 7
"""Options that a question may list."""


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
                told = self._language == "en" and AFTERTHOUGHT.search(move.text)
                return self._voice.say("confirm_told" if told else "confirm", {"ask": self._voice.address(_plainly(move.text))})
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
        missing = [fields[paths[path]] for path in move.about]
        labels = [self._label(field) for field in missing]
        if len(labels) == 1:
            act, slots = self._question(api, missing[0])
            return self._voice.say(act, {"label": labels[0], **slots})
        if self._language == "en":
            labels = [label if asks(label) else f"the {label}" for label in labels]
        return self._voice.say("ask_several", {"labels": values.join(labels, self._language)})

    def _question(self, api: Api, field: Field) -> tuple[str, dict[str, str]]:
        """Choose how to ask for one value: Chinese asks which, which day or how much."""
        if self._language == "en":
            return ("ask_open" if asks(self._label(field)) else "ask_one"), {}
        if field.kind is Kind.REF:
            noun, label = api.pack.entity(field.of).label.zh, self._label(field)
            if noun == "用户" or (joints.counted_zh(noun).startswith("一位") and not label.endswith("编号")):
                return "ask_person", {}
            number = label if label.endswith("号") else f"{label}的编号"
            return "ask_row", {"which": joints.counted_zh(noun, "哪"), "number": number}
        if field.kind in (Kind.ENUM, Kind.STATE) and len(field.options) <= _MOST_OPTIONS:
            return "ask_option", {"options": _either([option.label.zh for option in field.options], "zh")}
        if field.kind in _DATES:
            return ("ask_day" if field.kind is Kind.DATE else "ask_time"), {}
        return ("ask_number" if field.kind in NUMERIC else "ask_one"), {}

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
        label = self._label(leaf.field)
        if act == "bad_form" and self._language == "zh" and leaf.field.kind is Kind.REF:
            act, slots = "bad_key", {**slots, "number": label if label.endswith("号") else f"{label}的编号"}
        label = f"“{label}”这一项" if "：" in label else label
        return self._voice.say(act, {"label": label, "words": flaw.words, **slots})

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
            case "format" | "pattern" if field.kind in _DATES:
                return "bad_date", {}
        return "bad_form", {"example": _example(field)}

    def _which(self, index: int, results: dict[str, Any]) -> str:
        gold, record = list(results.items())[-1]
        api = self._catalogue.api(self._scenario.call(gold).name)
        items = next(value for value in record.values() if isinstance(value, list))
        options = self._teller(index).options(api, items)
        slots = {"count": str(len(items)), "options": _either(options, self._language)}
        said = self._voice.say("which", slots)
        if self._language == "zh":
            measure = measure_of(api.pack.entity(api.operation.target).label.zh)
            said = said.replace(f"{len(items)}个", f"{len(items)}{measure}", 1)
            said = said.replace("哪个", f"哪{measure}").replace("哪一个", f"哪一{measure}")
        return self._voice.address(said)

    def _answer(self, index: int, move: Move, results: dict[str, Any]) -> str:
        if move.about:
            return self._recovered(self._teller(index).tell(regained(self._scenario, self._catalogue, move, results)))
        done = []
        for gold_id in move.calls:
            gold = self._scenario.call(gold_id)
            done.append(Done(self._catalogue.api(gold.name), gold.arguments, results[gold_id]))
        if len(done) == 1 and self._scenario.call(move.calls[0]).fault:
            return self._fault(index, done[0], move)
        return self._recovered(self._teller(index).tell(done))

    def _recovered(self, answer: str) -> str:
        """Open an answer by what was done about a fault."""
        act = lead_act(self._scenario.faults[0], self._rng) if self._scenario.faults else ""
        if not act:
            return answer
        lead = self._voice.say(act)
        return f"{lead} {answer}" if self._language == "en" else f"{lead}{answer}"

    def _fault(self, index: int, done: Done, move: Move) -> str:
        """Tell of a refusal, and the way forward where there is one."""
        flaw, slots = self._scenario.flaw, {"message": self._teller(index).message(done)}
        if move.text:
            return led(self._voice.say("fault_way", {**slots, "way": self._voice.say("way", {"ask": move.text})}))
        if flaw is not None and flaw.rule == UNAVAILABLE.code:
            return led(self._voice.say("outage", slots))
        unknown = flaw is not None and flaw.rule == "not_found"
        looks = self._language == "zh" and done.api.effect is Effect.READ
        return led(self._voice.say("fault_unknown" if unknown else "fault_look" if looks else "fault", slots))

    def _contacts(self) -> dict[str, str]:
        """Name the people that the system message tells of; Chinese answers call them by these names."""
        if self._language == "en":
            return {}
        user, _, others = self._scenario.context.partition("其联系人")
        known = {key: "您" for _, key in _CONTACT_ZH.findall(user)}
        return known | {key: re.sub("^(?:有|和|与)", "", name) for name, key in _CONTACT_ZH.findall(others)}

    def _teller(self, index: int) -> Teller:
        """Make a teller who knows how the user has named rows by then."""
        names = {
            str(leaf.value): second_person(words, self._language)
            for gold in self._scenario.calls
            for leaf in leaves(self._catalogue.api(gold.name), gold.arguments)
            if leaf.is_row and (source := gold.sources[leaf.path]).words and -1 < source.turn < index
            if str(leaf.value) not in (words := source.words.removesuffix(f"（{leaf.value}）"))
        }
        names = {**self._contacts(), **names}
        return Teller(self._language, self._scenario.now, self._rng, {**self._people(), **names})

    def _people(self) -> dict[str, str]:
        """Name the people whose names stand beside their numbers in an English system message."""
        if self._language != "en":
            return {}
        people = {key: name for name, key in _NAMED.findall(self._scenario.context)}
        return {key: "you" if key == self._scenario.me else name for key, name in people.items()}


_CONTACT_ZH = re.compile(r"([\u4e00-\u9fff]{2,4})（([A-Z]+\d+)）")


def _either(parts: list[str], language: Language) -> str:
    if language == "zh":
        return "、".join(parts[:-1]) + "或" + parts[-1] if len(parts) > 1 else "".join(parts)
    if any(", " in part for part in parts):
        return "; ".join(parts[:-1]) + "; or " + parts[-1]
    return ", ".join(parts[:-1]) + " or " + parts[-1] if len(parts) > 1 else "".join(parts)


def _plainly(text: str) -> str:
    """Take the softening end of a Chinese request away, which an assistant who repeats it leaves out."""
    return text.removesuffix("吧").removesuffix("一下").replace("吧，", "，").replace("帮我", "").replace("帮您", "")


def _example(field: Field) -> str:
    """Show how a value should look."""
    if field.key_format:
        digits = iter("1234567890" * 3)
        return "".join(next(digits) if sign == "#" else sign for sign in field.key_format)
    if field.kind is Kind.TIME:
        return "09:30"
    if field.pattern:
        return matching(field.pattern)[0]
    return {"email": "name@example.com", "phone": "202-555-0123"}.get(field.format, field.label.en)
