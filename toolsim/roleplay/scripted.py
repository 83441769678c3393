"""The embedded planner as user and assistant: they say and do what the scenario holds, and only what they can see."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any

import orjson

from toolsim.apis.catalogue import Catalogue
from toolsim.apis.leaves import ArgumentLeaf, leaves
from toolsim.apis.paths import value_at
from toolsim.base.errors import ToolsimError
from toolsim.roleplay.dialogue import FunctionCall, Message, ToolCall
from toolsim.roleplay.speech import Speech
from toolsim.scenario.blueprint import GoldCall, Move, Scenario, Source, UserTurn
from toolsim.wording.readings import means


class Unseen(ToolsimError):
    """The assistant was to use a value that it cannot see, or has no move left: the scenario is wrong."""


class LeftScript(Unseen):
    """A model that plays the user has left the script, so that the planner's assistant cannot go on."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        """Of the finding about the user."""


class ScriptedUser:
    """Says the turns of the scenario, one after the other."""

    name = "planner"

    def __init__(self, scenario: Scenario) -> None:
        self._turns = [turn.text for turn in scenario.script if isinstance(turn, UserTurn)]
        self._said = 0

    async def speak(self, seen: Sequence[Message]) -> str | None:
        """Say the next turn."""
        if self._said == len(self._turns):
            return None
        self._said += 1
        return self._turns[self._said - 1]


class ScriptedAssistant:
    """Makes the moves of the scenario; words its answers from the results that it got."""

    name = "planner"

    def __init__(self, scenario: Scenario, catalogue: Catalogue, rng: Random, freely: bool = False) -> None:
        """Set the assistant up.

        Args:
            freely: whether the user may tell a value in other words than planned, as a model does.
        """
        self._scenario = scenario
        self._freely = freely
        self._catalogue = catalogue
        self._moves = [(index, move) for index, move in enumerate(scenario.script) if isinstance(move, Move)]
        self._made = 0
        self._turns = [index for index, turn in enumerate(scenario.script) if isinstance(turn, UserTurn)]
        self._ids: dict[str, str] = {}
        """Gold call -> id of the call as made."""
        self._speech = Speech(scenario, catalogue, rng)

    async def act(self, seen: Sequence[Message]) -> Message:
        """Make the next move.

        Raises:
            Unseen: a value of the call is nowhere to be seen.
        """
        if self._made == len(self._moves):
            raise self._unseen("fidelity.endless", f"the script of {self._scenario.id} has no move left")
        index, move = self._moves[self._made]
        self._made += 1
        if move.kind != "call":
            return Message(role="assistant", content=self._speech.say(index, move, self._results(seen)))
        return Message(role="assistant", tool_calls=tuple(self._call(self._scenario.call(gold), seen) for gold in move.calls))

    def _call(self, gold: GoldCall, seen: Sequence[Message]) -> ToolCall:
        self._look(gold, seen)
        call_id = f"call_{len(self._ids) + 1}"
        self._ids[gold.id] = call_id
        return ToolCall(id=call_id, function=FunctionCall(name=gold.name, arguments=orjson.dumps(gold.arguments).decode()))

    def _results(self, seen: Sequence[Message]) -> dict[str, Any]:
        """Give the results so far by gold call."""
        by_id = {message.tool_call_id: message.content for message in seen if message.role == "tool"}
        return {gold: orjson.loads(by_id[made] or "null") for gold, made in self._ids.items() if made in by_id}

    def _look(self, gold: GoldCall, seen: Sequence[Message]) -> None:
        """Make sure that every value of a call can be seen."""
        results: dict[str, Any] | None = None
        said = [message.content or "" for message in seen if message.role == "user"]
        for leaf in leaves(self._catalogue.api(gold.name), gold.arguments):
            source = gold.sources.get(leaf.path)
            if source is not None and source.kind == "result" and results is None:
                results = self._results(seen)
            if source is None or not self._sees(source, leaf, said, results or {}, seen[0].content or ""):
                told = f"{self._scenario.id}: the value at {leaf.path} of {gold.name} is nowhere to be seen"
                raise self._unseen("fidelity.untold" if source is not None and source.kind == "said" else "", told)

    def _unseen(self, code: str, message: str) -> Unseen:
        return LeftScript(code, message) if self._freely and code else Unseen(message)

    def _sees(self, source: Source, leaf: ArgumentLeaf, said: list[str], results: dict[str, Any], system: str) -> bool:
        match source.kind:
            case "said":
                spoken = self._turns.index(source.turn)
                return spoken < len(said) and any(
                    self._tells(text, source, leaf) for text in said[0 if self._freely else spoken : spoken + 1]
                )
            case "context":
                return str(leaf.value) in system
            case "profile":
                section, _, label = source.words.partition(" / ")
                return label in (self._scenario.profile or {}).get(section, {})
            case "result":
                try:
                    return bool(value_at(results[source.call], source.path) == leaf.value)
                except LookupError:
                    return False
            case "default":
                return bool(leaf.field.auto == leaf.value)

    def _tells(self, text: str, source: Source, leaf: ArgumentLeaf) -> bool:
        """Tell whether a text tells a value: in the planned words, or, where a model speaks, in others that read as it."""
        scenario = self._scenario
        if source.words.casefold() in text.casefold():
            return True
        return self._freely and means(leaf.field, leaf.value, text, scenario.now, scenario.language)
