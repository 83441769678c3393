"""The third step: evolve a family's operations from examples; the model mends them until they pass or its tries are used up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from toolsim.base import seeds
from toolsim.base.errors import PackError, Place
from toolsim.base.text import Text
from toolsim.base.yaml import Node
from toolsim.drafting import balance, emit, prompts
from toolsim.drafting.bench import Bench, Problem, Tried
from toolsim.drafting.compose import Base, compose, quoted
from toolsim.drafting.examples import Buffer
from toolsim.drafting.fragment import SHOWN, Fragment, body, check_bounds, parse
from toolsim.drafting.tree import Family
from toolsim.models.chat import ChatModel, ChatReply, ChatRequest
from toolsim.models.failures import ModelFailure

OPERATORS = {
    "add_functions": "Go beyond the functions listed: add one that people would also need there.",
    "add_parameters": "Give operations more parameters that matter: ranges, references, nested values, options with defaults.",
    "add_constraints": "Add constraints: refusals with `when` and `fault`, `must` rules, states and their order, limits.",
    "change_types": "Choose other types than the first to come to mind: lists of nested values, enums, dates, batches.",
    "enrich_results": "Give back more: several figures worked out by rules, totals, groups, rows that belong to the row.",
}
"""How new operations depart from the examples; two are drawn for each family."""

_SPARE = 2
"""Operations above the wanted number that are still taken."""
_MOST_SHOWN = 8
_MOST_CONTEXT = 10_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a family."""

    fragment: Fragment | None
    """The fragment that passed, if one did."""
    tried: Tried
    """What the last try showed."""
    repairs: int
    drafted: bool
    """Whether any answer held a fragment."""
    why: tuple[Problem, ...] = ()
    """What was wrong with the last answer."""


@dataclass(frozen=True, slots=True)
class Drafter:
    """Drafts families of one pack."""

    model: ChatModel
    bench: Bench
    base: Base
    subject: tuple[Text, Text]
    """Label and scope of the subdomain."""
    seed: int
    repairs: int
    examples: int
    max_tokens: int
    say: Callable[[str], None]

    async def draft(self, family: Family, buffer: Buffer, so_far: Tried, missing: Sequence[str] = ()) -> Outcome:
        """Draft a family; failures go back to the model with their text, at most so many times."""
        system, asked = self.prompt(family, buffer, so_far, missing)
        seed = seeds.derive(self.seed, "family", family.topic, family.name)
        request = prompts.request(system, asked, seed=seed, max_tokens=self.max_tokens)
        drafted = False
        problems: tuple[Problem, ...] = ()
        for tried in range(self.repairs + 1):
            try:
                reply = await self.model.complete(request)
            except ModelFailure as failure:
                return Outcome(None, Tried(), tried, drafted, (Problem("model", f"{failure.kind}: {failure.message}"),))
            fragment, shown = self._examine(reply, family, buffer)
            if fragment is not None and not shown.problems:
                return Outcome(fragment, shown, tried, True)
            problems, drafted = shown.problems, drafted or fragment is not None
            self.say(f"  {family.name}: {len(problems)} problems, the first: {problems[0]}")
            request = self._repair(system, asked, reply, problems, seed, tried + 1)
        return Outcome(None, Tried(), self.repairs, drafted, problems)

    def prompt(self, family: Family, buffer: Buffer, so_far: Tried, missing: Sequence[str] = ()) -> tuple[str, str]:
        """Write the system prompt and the request for a family."""
        rng = seeds.stream(self.seed, "evolve", family.topic, family.name)
        verbs = balance.suggested_verbs(so_far.apis, family.operations, rng)
        label, scope = self.subject
        system = prompts.render("system", shared=self._shared(), naming=self.base.naming)
        asked = prompts.render(
            "family",
            label=label,
            scope=scope,
            family=family,
            verbs=verbs,
            counted=balance.counted(so_far.apis),
            names=[api.name for api in so_far.apis],
            context=self._context(buffer),
            examples=buffer.draw(self.examples, verbs, rng),
            operators=_operators(rng),
            missing=list(missing),
        )
        return system, asked

    def trial(self, fragment: Fragment, buffer: Buffer) -> Tried:
        """Try a fragment in the pack as it is so far.

        Raises:
            PackError: the pack declares a part of it already.
        """
        drafted = [other for _, other in buffer.accepted]
        whole = compose(self.base, [*drafted, fragment])
        old = [name for part in (self.base.fragment(), *drafted) for name in part.section("operations")]
        return self.bench.trial(whole, old)

    def _examine(self, reply: ChatReply, family: Family, buffer: Buffer) -> tuple[Fragment | None, Tried]:
        """Read an answer and try it; the fragment is None where none could be read."""
        text, fragment = "", None
        try:
            text = body(reply.content)
            fragment = parse(text)
            check_bounds(fragment, max(family.operations // 2, 1), family.operations + _SPARE)
            return fragment, self.trial(fragment, buffer)
        except PackError as error:
            message = f"{error.message}; {error.hint}" if error.hint else error.message
            if reply.finish == "length":
                message += "; the answer was cut off, so write less"
            place = error.place or Place(SHOWN, 0)
            return fragment, Tried((Problem("notation", message, place.line, quoted(text, place), SHOWN),))

    def _repair(
        self, system: str, asked: str, reply: ChatReply, problems: Sequence[Problem], seed: int, attempt: int
    ) -> ChatRequest:
        """Ask again, with the last answer only, so that requests do not grow."""
        again = prompts.render("repair", problems=problems[:_MOST_SHOWN], more=len(problems[_MOST_SHOWN:]))
        before = reply.content[: self.max_tokens * 4].encode("utf-8", errors="replace").decode()
        return prompts.request(system, asked, before or "(empty)", again, seed=seed, max_tokens=self.max_tokens, attempt=attempt)

    def _shared(self) -> dict[str, object]:
        shared = self.bench.shared
        return {
            "entities": emit.block(shared.entities, 2),
            "pools": sorted(shared.pools),
            "values": sorted(shared.values),
            "labels": sorted(shared.labels),
        }

    def _context(self, buffer: Buffer) -> str:
        """Write what the pack declares so far, as far as it fits; entities that do not fit by name alone."""
        parts = [self.base.fragment(), *(fragment for _, fragment in buffer.accepted)]
        shown: dict[str, dict[str, Node]] = {"values": {}, "entities": {}}
        names, left = [], _MOST_CONTEXT
        for section in ("labels", "pools", "values", "entities"):
            for name, node in (entry for part in parts for entry in part.section(section).items()):
                left -= len(emit.line(node)) if section in shown else 0
                if section in shown and left >= 0:
                    shown[section][name] = node
                else:
                    names.append(f"{section}.{name}")
        text = "".join(f"{section}:\n{emit.block(entries, 2)}" for section, entries in shown.items() if entries)
        return text + (f"# also there: {', '.join(names)}\n" if names else "")


def _operators(rng: Random) -> dict[str, str]:
    drawn = rng.sample(sorted(OPERATORS), 2)
    return {name: OPERATORS[name] for name in OPERATORS if name in drawn}
