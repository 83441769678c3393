"""What the checks look at: a dialogue with all that is known about it, its calls read once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

import orjson

from toolsim.apis.catalogue import Catalogue
from toolsim.apis.foreign_leaves import foreign_leaves
from toolsim.apis.foreign_schema import validator_of
from toolsim.apis.leaves import ArgumentLeaf, leaves
from toolsim.apis.validation import Validator
from toolsim.base.text import Language
from toolsim.roleplay.dialogue import Dialogue, Message
from toolsim.scenario.blueprint import GoldCall, Move, Scenario, UserTurn
from toolsim.verbs.verb import Effect
from toolsim.world.diff import Change, diff
from toolsim.world.injection import InjectedWorld
from toolsim.world.world import Outcome, World


@dataclass(frozen=True, slots=True)
class MadeCall:
    """A call that the assistant made."""

    place: int
    """Index of its message."""
    position: int
    """Place in that message."""
    id: str
    name: str
    text: str
    """The arguments as written."""
    arguments: dict[str, Any] | None
    """None where the text is no JSON object."""
    result: Any
    """What the tool answered; None where it did not, or no JSON."""
    turn: int
    """How many user turns came before."""

    @property
    def path(self) -> str:
        """JSON path of the call."""
        return f"$.messages[{self.place}].tool_calls[{self.position}]"


@dataclass(frozen=True, slots=True)
class Again:
    """What the calls of a dialogue do when they are run again."""

    outcomes: tuple[Outcome | None, ...]
    """Of each call; None where it cannot be run."""
    wrote: tuple[tuple[str, ...], ...]
    """Rows that each call wrote, as `table/key`."""
    changes: tuple[Change, ...]
    digest: str
    """Of the end state."""


@dataclass
class Case:
    """One dialogue under examination."""

    dialogue: Dialogue
    catalogue: Catalogue
    scenario: Scenario | None = None
    """Of a dialogue of ours; a stranger's has none."""
    world: World | None = None
    """As seeded for the scenario; checks leave it as it was."""
    specs: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    """Offered tools by name, in OpenAI form; of a dialogue over the pool empty, since the catalogue has them."""
    writes: frozenset[str] = frozenset()
    """Of tools that are none of ours: names of those that change something."""

    @classmethod
    def of(cls, scenario: Scenario, dialogue: Dialogue, catalogue: Catalogue, world: World) -> Case:
        """Make the case of a dialogue of ours."""
        return cls(dialogue, catalogue, scenario, world)

    @property
    def language(self) -> Language:
        """The dialogue's language."""
        return self.dialogue.language

    @property
    def messages(self) -> tuple[Message, ...]:
        """The messages."""
        return self.dialogue.messages

    @cached_property
    def results(self) -> dict[str, Any]:
        """What tools answered, by call id; None for what is no JSON."""
        return {m.tool_call_id or "": _json(m.content) for m in self.messages if m.role == "tool"}

    @cached_property
    def calls(self) -> list[MadeCall]:
        """All calls, in order."""
        out, turn = [], 0
        for place, message in enumerate(self.messages):
            turn += message.role == "user"
            for position, call in enumerate(message.tool_calls or ()):
                text = call.function.arguments
                read = _json(text)
                arguments = read if isinstance(read, dict) else None
                result = self.results.get(call.id)
                out.append(MadeCall(place, position, call.id, call.function.name, text, arguments, result, turn))
        return out

    @cached_property
    def again(self) -> Again | None:
        """Run the calls again in the fresh world, which is left as it was; None where there is none."""
        world = self.world
        if world is None:
            return None
        before, mark, outcomes, wrote = world.snapshot(), world.mark(), [], []
        line = InjectedWorld(world, self.scenario.faults if self.scenario else ())
        try:
            for call in self.calls:
                place = world.mark()
                runs = call.arguments is not None and call.name in self.dialogue.tools
                outcomes.append(line.call(call.name, call.arguments) if runs and call.arguments is not None else None)
                wrote.append(tuple(dict.fromkeys(f"{table}/{key}" for table, key in world.touched(place))))
            if world.mark() == mark:
                return Again(tuple(outcomes), tuple(wrote), (), _seeded_digest(world))
            return Again(tuple(outcomes), tuple(wrote), tuple(diff(before, world.tables)), world.digest())
        finally:
            world.undo(mark)

    @cached_property
    def matched(self) -> list[tuple[MadeCall, GoldCall]]:
        """Pair the calls made with gold calls of the same name, in order; equal arguments first."""
        if self.scenario is None:
            return []
        waiting = list(self.scenario.calls)
        out = []
        for made in self.calls:
            alike = [gold for gold in waiting if gold.name == made.name]
            best = next((gold for gold in alike if takes(gold, made.arguments)), alike[0] if alike else None)
            if best is not None:
                waiting.remove(best)
                out.append((made, best))
        return out

    @cached_property
    def user_turns(self) -> list[str]:
        """What the user says, turn by turn."""
        return [m.content or "" for m in self.messages if m.role == "user"]

    @cached_property
    def turn_of(self) -> dict[int, int]:
        """Index in the script -> number of the user turn, from 0."""
        script = self.scenario.script if self.scenario else ()
        indices = [index for index, step in enumerate(script) if isinstance(step, UserTurn)]
        return {index: number for number, index in enumerate(indices)}

    @cached_property
    def spoken(self) -> list[tuple[int, Move | None, str]]:
        """Where the assistant speaks: index of the message, the move of the script that it answers, the text."""
        script = self.scenario.script if self.scenario else ()
        moves = [step for step in script if isinstance(step, Move) and step.kind != "call"]
        said = [(i, m.content) for i, m in enumerate(self.messages) if m.role == "assistant" and m.content]
        return [(i, moves[n] if n < len(moves) else None, text) for n, (i, text) in enumerate(said)]

    def validator(self, name: str) -> Validator | None:
        """Give the validator of an offered tool's arguments."""
        api = self.catalogue.find(name) if not self.specs else None
        if api is not None:
            return api.arguments
        spec = self.specs.get(name)
        return validator_of(spec["function"]["parameters"]) if spec else None

    def leaves(self, name: str, arguments: dict[str, Any]) -> Iterator[ArgumentLeaf]:
        """List the values of arguments that an offered tool takes, each with what is known of it."""
        if name in self.specs:
            return foreign_leaves(self.specs[name]["function"]["parameters"], arguments)
        return leaves(self.catalogue.api(name), arguments)

    def reads(self, name: str) -> bool:
        """Tell whether an offered tool changes nothing."""
        return name not in self.writes if name in self.specs else self.catalogue.api(name).effect is Effect.READ


def takes(gold: GoldCall, arguments: dict[str, Any] | None) -> bool:
    """Tell whether arguments are those of gold, or others that say the same."""
    return arguments == gold.arguments or arguments in gold.equals


@lru_cache(maxsize=16)
def _seeded_digest(world: World) -> str:
    """Give the digest of a world as seeded, which calls that write nothing leave as it is."""
    return world.digest()


def _json(text: str | None) -> Any:
    try:
        return orjson.loads(text or "")
    except orjson.JSONDecodeError:
        return None
