"""Draft a scenario: turns and calls are added one by one, each call is executed, each of its values traced to what is seen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from toolsim.apis.api import Api
from toolsim.apis.leaves import ArgumentLeaf, LeafKey, leaves
from toolsim.scenario.blueprint import Flaw, GoldCall, Move, MoveKind, RowChange, Scenario, Source, UserTurn
from toolsim.scenario.rivals import equals
from toolsim.scenario.setting import PlanFailed, Setting
from toolsim.taxonomy.declarations import Kind
from toolsim.verbs.verb import Effect
from toolsim.wording.requests import Request
from toolsim.world.diff import diff
from toolsim.world.injection import InjectedWorld, PlannedFault
from toolsim.world.world import Outcome


@dataclass(frozen=True, slots=True)
class Said:
    """Where a leaf was told."""

    turn: int
    words: str


@dataclass(frozen=True, slots=True)
class Called:
    """A gold call with what it gave."""

    id: str
    api: Api
    outcome: Outcome


class Draft:
    """A scenario in the making. Its world is changed by the gold calls and put back by `finish`."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.world = setting.world
        self.script: list[UserTurn | Move] = []
        self.calls: list[GoldCall] = []
        self.called: list[Called] = []
        self.profile: dict[str, dict[str, Any]] | None = None
        self.profiled: dict[LeafKey, str] = {}
        """Leaves whose value stands in the profile, with the path there."""
        self.flaw: Flaw | None = None
        self.faults: tuple[PlannedFault, ...] = ()
        self._line = InjectedWorld(self.world)
        self._before = self.world.snapshot()
        self._mark = self.world.mark()

    # --- adding ---

    def user(self, act: str, text: str) -> int:
        """Add a user turn; give its index in the script."""
        self.script.append(UserTurn(role="user", act=act, text=text))
        return len(self.script) - 1

    def move(self, kind: MoveKind, calls: Iterable[str] = (), about: Iterable[str] = (), text: str = "") -> None:
        """Add what is right for the assistant to do."""
        self.script.append(Move(role="assistant", kind=kind, calls=tuple(calls), about=tuple(about), text=text))

    def execute(self, api: Api, arguments: dict[str, Any], said: Mapping[LeafKey, Said]) -> Called:
        """Execute a gold call and trace its arguments; it is not in the script yet.

        Raises:
            PlanFailed: a value of the arguments cannot be seen anywhere.
        """
        sources = {leaf.path: self._source(leaf, said) for leaf in leaves(api, arguments)}
        alike = equals(self.world, api, arguments)
        outcome = self._line.run(api, arguments)
        call_id = f"c{len(self.calls) + 1}"
        gold = GoldCall(id=call_id, name=api.name, arguments=arguments, sources=sources, fault=outcome.code, equals=alike)
        self.calls.append(gold)
        called = Called(call_id, api, outcome)
        self.called.append(called)
        return called

    def call(self, api: Api, arguments: dict[str, Any], said: Mapping[LeafKey, Said]) -> Called:
        """Execute a gold call and let the assistant make it now."""
        called = self.execute(api, arguments, said)
        self.move("call", [called.id])
        return called

    def retake(self, faults: Iterable[PlannedFault]) -> None:
        """Take all calls back, so that they can be made anew under a fault plan; what the user said stays."""
        self.world.undo(self._mark)
        self.calls.clear()
        self.called.clear()
        self.script = [step for step in self.script if isinstance(step, UserTurn)]
        self.faults = tuple(faults)
        self._line = InjectedWorld(self.world, self.faults)

    def _source(self, leaf: ArgumentLeaf, said: Mapping[LeafKey, Said]) -> Source:
        told = said.get(leaf.key)
        if told is None and leaf.key in self.profiled:
            return Source(kind="profile", words=self.profiled[leaf.key])
        if leaf.field.kind is Kind.REF:
            return self._source_of_key(leaf, told)
        if told is not None:
            return Source(kind="said", turn=told.turn, words=told.words)
        if leaf.field.auto is not None and leaf.field.auto == leaf.value:
            return Source(kind="default")
        raise PlanFailed(f"the value at {leaf.path} cannot be seen")

    def _source_of_key(self, leaf: ArgumentLeaf, told: Said | None) -> Source:
        turn, words = (told.turn, told.words) if told else (-1, "")
        if told is not None and str(leaf.value) in told.words:
            return Source(kind="said", turn=turn, words=words)
        if leaf.value == self.setting.me or self.setting.said_as(leaf.value):
            return Source(kind="context", turn=turn, words=words)
        for called in self.called:
            path = locate(called.outcome.record(), leaf.value)
            if path:
                return Source(kind="result", turn=turn, words=words, call=called.id, path=path)
        raise PlanFailed(f"the key at {leaf.path} cannot be seen")

    # --- finishing ---

    def finish(
        self,
        tools: Sequence[str],
        goal: str,
        milestones: Iterable[str] | None = None,
        order: Iterable[tuple[str, str]] = (),
    ) -> Scenario:
        """Make the scenario and put the world back."""
        setting, world = self.setting, self.world
        changes = diff(self._before, world.tables) if world.mark() != self._mark else []
        world.undo(self._mark)
        gold = {call.name for call in self.calls}
        writes = [name for name in tools if name not in gold and setting.catalogue.api(name).effect is Effect.WRITE]
        wanted = milestones if milestones is not None else [call.id for call in self.calls if not call.fault]
        return Scenario(
            id=setting.id,
            category=setting.category.name,
            language=setting.language,
            packs=tuple(pack.name for pack in setting.packs),
            seed=setting.seed,
            world_seed=world.seed,
            now=world.now,
            persona=setting.persona.name,
            manner=setting.persona.manner,
            you=setting.persona.you,
            me=setting.me,
            context=setting.context,
            profile=self.profile,
            tools=tuple(tools),
            goal=goal,
            calls=tuple(self.calls),
            script=tuple(self.script),
            milestones=tuple(wanted),
            order=tuple(order),
            forbidden=tuple(sorted(writes)),
            changes=tuple(RowChange(table=c.table, key=c.key, kind=c.kind, after=c.after) for c in changes),
            flaw=self.flaw,
            faults=self.faults,
            skeleton=self.skeleton(),
        )

    def skeleton(self) -> str:
        """Name the shape of the task: category, flaw and APIs in order."""
        flaw = f"!{self.flaw.kind}:{self.flaw.rule or ','.join(self.flaw.paths)}" if self.flaw else ""
        return f"{self.setting.category.name}{flaw}>" + ">".join(call.name for call in self.calls)


def said(request: Request, turn: int) -> dict[LeafKey, Said]:
    """Index what a request tells by leaf."""
    return {told.key: Said(turn, told.words) for told in request.told}


def locate(value: Any, wanted: Any, path: str = "$") -> str:
    """Find the JSON path of a value in a result; empty if it is not there."""
    if isinstance(value, dict):
        children: Iterable[tuple[str, Any]] = ((f"{path}.{name}", inner) for name, inner in value.items())
    elif isinstance(value, list):
        children = ((f"{path}[{index}]", inner) for index, inner in enumerate(value))
    else:
        return path if type(value) is type(wanted) and value == wanted else ""
    for inner_path, inner in children:
        found = locate(inner, wanted, inner_path)
        if found:
            return found
    return ""
