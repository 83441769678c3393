"""The blueprint of a dialogue: who wants what, what is told when, and which calls are right. Everything in it was executed."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from toolsim.base.records import Record, constant
from toolsim.base.text import Language
from toolsim.world.injection import PlannedFault

SourceKind = Literal["said", "context", "profile", "result", "default"]
MoveKind = Literal["call", "ask", "reject", "refuse", "which", "confirm", "answer", "chat"]


class Source(Record):
    """Where the assistant can see the value of one argument."""

    kind: SourceKind
    """said: in the user's words; context: in the system message; profile: in the stored profile; result: in an earlier result."""
    words: str = ""
    """How it was said, or how a row was pointed at; of a profile its path in the profile."""
    turn: int = -1
    """Of what was said: index of the turn in the script."""
    call: str = ""
    """Of a result: id of the call that gave it."""
    path: str = ""
    """Of a result: JSON path in it."""


class GoldCall(Record):
    """A right call."""

    id: str
    """`c1`, `c2`, ... in the order of the script."""
    name: str
    arguments: dict[str, Any]
    """Wire arguments."""
    sources: dict[str, Source]
    """By JSON path: where each leaf of the arguments can be seen."""
    fault: str = ""
    """Code of the fault that answers, if one does, or of what the result lacks."""
    equals: tuple[dict[str, Any], ...] = ()
    """Other arguments that say the same and give the same, such as a list whose order does not matter."""


class Flaw(Record):
    """What stands in the way of a Special dialogue's call."""

    kind: Literal["missing", "wrong", "unserved", "ambiguous", "fault"]
    call: str = ""
    """Id of the call that it concerns."""
    paths: tuple[str, ...] = ()
    """JSON paths of the parameters that are missing or wrong."""
    rule: str = ""
    """Of a wrong value: the keyword of the schema that it breaks, or `cross_field`. Of a fault: its code."""
    value: Any = None
    """Of a wrong value: the value as the user's words read."""
    words: str = ""
    """Of a wrong value: how the user said it."""
    options: tuple[str, ...] = ()
    """Of an ambiguity: the keys that the words fit. Of an unserved need: names of the APIs that would serve it."""


class UserTurn(Record):
    """What the user says."""

    role: Literal["user"] = constant("user")
    act: str
    """request, supply, adjust, switch, back, correct, pick, yes, thanks, chat."""
    text: str


class Move(Record):
    """What is right for the assistant to do next."""

    role: Literal["assistant"] = constant("assistant")
    kind: MoveKind
    calls: tuple[str, ...] = ()
    """Of a call: ids of the gold calls, in one message. Of an answer: ids of the calls that it tells about."""
    about: tuple[str, ...] = ()
    """Of ask and reject: JSON paths of the parameters. Of which: keys of the rows. Of an answer that tells a change which got no
    answer: JSON path of the row that shows it, in the result of the look-up, which is the second call told about."""
    text: str = ""
    """Of chat: a good reply. Of confirm: what is to be done. Of an answer after a fault: what would help. Both as an order."""


class RowChange(Record):
    """One row that the gold calls change."""

    table: str
    key: str
    kind: Literal["added", "removed", "changed"]
    after: dict[str, Any] = Field(default_factory=dict)
    """Fields that differ, as they are in the end."""


class Scenario(Record):
    """The blueprint of one dialogue."""

    version: Literal[1] = constant(1)
    id: str
    category: str
    language: Language
    packs: tuple[str, ...]
    """domain/subdomain of the packs that the world holds; the first is what the dialogue is about."""
    seed: int
    world_seed: int
    now: str
    persona: str
    """Name in the persona list."""
    manner: str
    """How the persona speaks."""
    you: str
    """How persona and assistant address each other in Chinese."""
    me: str
    """Key of the signed-in person."""
    context: str
    """The system message: time, person, contacts."""
    profile: dict[str, dict[str, Any]] | None = None
    """Section -> what -> value, in the dialogue's language."""
    tools: tuple[str, ...]
    """Offered APIs, in the order offered."""
    goal: str
    """What the user wants, in plain words."""
    calls: tuple[GoldCall, ...] = ()
    script: tuple[Annotated[UserTurn | Move, Field(discriminator="role")], ...]
    milestones: tuple[str, ...] = ()
    """Ids of the calls without which the task is not done."""
    order: tuple[tuple[str, str], ...] = ()
    """Pairs of milestones of which the first must come before the second."""
    forbidden: tuple[str, ...] = ()
    """Offered APIs that change the world and that nobody asked for."""
    changes: tuple[RowChange, ...] = ()
    """From the seeded world to the end state."""
    flaw: Flaw | None = None
    faults: tuple[PlannedFault, ...] = ()
    """What befalls calls on their way to the tools, and the recovery that is expected."""
    skeleton: str
    """The shape of the task: category and APIs in order, without any value."""

    @property
    def domain(self) -> str:
        """The domain of the first pack."""
        return self.packs[0].partition("/")[0]

    @property
    def recovery(self) -> tuple[str, ...]:
        """What befalls the tools and the recovery that is expected, as `timeout:verify`."""
        return tuple(f"{fault.kind}:{fault.recovery}" for fault in self.faults)

    def call(self, call_id: str) -> GoldCall:
        """Look a gold call up."""
        return next(call for call in self.calls if call.id == call_id)
