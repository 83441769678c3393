"""Try operations: run them with sampled right and wrong arguments and hold them to every promise that toolsim makes of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

from toolsim.apis.api import Api
from toolsim.apis.lint import Complaint
from toolsim.apis.mutants import some_mutants
from toolsim.base import seeds
from toolsim.base.text import LANGUAGES, Language
from toolsim.verbs.verb import Args, Effect, Sampler
from toolsim.world.world import Outcome, World, WorldPlan

TRIES = 60
MUTANTS = 4
MOST_ENTRIES = 3
_RARE = frozenset({"not_computable", "too_low", "too_high"})
"""Faults that guard against what right data never brings about; an operation need not show them."""


@dataclass(slots=True)
class Trial:
    """What trying one operation showed, over several worlds of one language."""

    api: Api
    language: Language
    worlds: int = 0
    successes: int = 0
    """Worlds in which a sampled call was done."""
    refusals: Counter[str] = field(default_factory=Counter)
    """Fault codes seen."""
    calls: int = 0
    problems: Counter[str] = field(default_factory=Counter)
    """Broken promises."""
    example: tuple[dict[str, Any], dict[str, Any]] | None = None
    """Arguments and result of one call that was done."""

    @property
    def complaints(self) -> list[str]:
        """All that is wrong with the operation, as far as the trial shows."""
        out = [f"{text} ({count} times)" for text, count in sorted(self.problems.items())]
        if not self.successes:
            seen = ", ".join(f"{code} {n}" for code, n in self.refusals.most_common(3))
            out.append(f"never succeeds in {self.worlds} worlds" + (f"; refused by {seen}" if seen else ""))
        expected = [f.code for f in self.api.prepared.faults if f.code not in _RARE]
        if expected and not self.refusals:
            out.append(f"never faults, though it may: {', '.join(expected)}")
        return out


def valid_arguments(api: Api, world: World, rng: Random, tries: int = TRIES) -> dict[str, Any] | None:
    """Find arguments that the API accepts in a world as it stands; the world is left as it was."""
    for arguments in draws(api, world, rng, tries):
        mark = world.mark()
        if world.run(api, arguments).ok:
            world.undo(mark)
            return arguments
    return None


def draws(api: Api, world: World, rng: Random, tries: int) -> Iterator[dict[str, Any]]:
    """Draw arguments that will likely do, in wire form."""
    for _ in range(tries):
        flats = _flats(api, world, rng, api.prepared.draw)
        if flats:
            yield api.wire.encode(flats)


def _flats(api: Api, world: World, rng: Random, draw: Sampler) -> list[Args]:
    """Draw flat arguments: one dict, or for a batch several that share what stands outside it."""
    if api.wire.entry is None:
        one = draw(world, rng)
        return [] if one is None else [one]
    drawn = [draw(world, rng) for _ in range(rng.randint(1, MOST_ENTRIES))]
    flats = [flat for flat in drawn if flat is not None]
    shared = {leaf.field.name for leaf in api.wire.root.leaves()}
    common = {name: value for name, value in flats[0].items() if name in shared} if flats else {}
    return [{**{n: v for n, v in flat.items() if n not in shared}, **common} for flat in flats]


def try_pack(
    plan: WorldPlan, apis: Iterable[Api], worlds: int, seed: int = 0, languages: Iterable[Language] = LANGUAGES
) -> Iterator[Trial]:
    """Try operations in several worlds of each language; give the findings of each as it is done."""
    languages = tuple(languages)
    made = {
        language: [plan.world(seeds.derive(seed, "trial", index), language) for index in range(worlds)] for language in languages
    }
    for api in apis:
        for language in languages:
            trial = Trial(api, language)
            for world in made[language]:
                _try_in(trial, world)
            yield trial


def _try_in(trial: Trial, world: World) -> None:
    api = trial.api
    rng = seeds.stream(world.seed, "trial", api.name, world.language)
    before = world.digest()
    trial.worlds += 1
    done: dict[str, Any] | None = None
    for arguments in draws(api, world, rng, TRIES):
        outcome = _call(trial, world, arguments, before)
        if outcome is not None and outcome.ok:
            done = arguments
            trial.successes += 1
            trial.example = trial.example or (arguments, outcome.record())
            break
    _try_faulty(trial, world, rng, before)
    if done is not None:
        _try_mutants(trial, world, rng, done, before)


def _call(trial: Trial, world: World, arguments: dict[str, Any], before: str) -> Outcome | None:
    """Make a call that is valid by schema, hold it to the promises, and take it back."""
    api = trial.api
    if not api.arguments.is_valid(arguments):
        violation = api.arguments.violations(arguments)[0]
        trial.problems[f"sampled arguments break the schema: {violation.say('en')}"] += 1
        return None
    trial.calls += 1
    mark = world.mark()
    outcome = world.run(api, arguments)
    if outcome.fault is not None:
        trial.refusals[outcome.fault.code] += 1
        if outcome.fault.code not in {fault.code for fault in api.prepared.faults} | {"invalid_arguments"}:
            trial.problems[f"the fault {outcome.fault.code} is not declared"] += 1
        if world.digest() != before:
            trial.problems["a fault changed the world"] += 1
        return outcome
    if not api.results.is_valid(outcome.result):
        violation = api.results.violations(outcome.result)[0]
        trial.problems[f"the result breaks its schema: {violation.say('en')}"] += 1
    if api.effect is Effect.READ and (world.mark() != mark or world.digest() != before):
        trial.problems["a read changed the world"] += 1
    world.undo(mark)
    if api.effect is Effect.WRITE and world.digest() != before:
        trial.problems["undo did not restore the world"] += 1
    return outcome


def _try_faulty(trial: Trial, world: World, rng: Random, before: str) -> None:
    """Draw calls that must be refused by a fault, and for faults without a sampler calls that nothing was fitted to."""
    api = trial.api
    if not api.prepared.faulty and not trial.refusals:
        for flat in (api.prepared.draw_any(world, rng) for _ in range(TRIES)):
            if trial.refusals or not api.prepared.faults:
                break
            arguments = api.wire.encode([flat]) if flat is not None else {}
            if api.arguments.is_valid(arguments):
                _call(trial, world, arguments, before)
    for sampler in api.prepared.faulty:
        flat = sampler.draw(world, rng)
        if flat is None:
            continue
        arguments = api.wire.encode([flat])
        if not api.arguments.is_valid(arguments):
            continue
        outcome = _call(trial, world, arguments, before)
        if outcome is not None and outcome.ok:
            trial.problems[f"a call that {sampler.code} must answer was done"] += 1


def _try_mutants(trial: Trial, world: World, rng: Random, arguments: dict[str, Any], before: str) -> None:
    """Break valid arguments; each must be refused by the schema."""
    schema = trial.api.spec("en").parameters
    for mutant in some_mutants(schema, arguments, rng, MUTANTS):
        trial.calls += 1
        outcome = world.call(trial.api.name, mutant.arguments)
        if outcome.ok or outcome.fault is None or outcome.fault.code != "invalid_arguments":
            trial.problems[f"arguments that break {mutant.rule} at {mutant.path} were taken"] += 1
        if world.digest() != before:
            trial.problems["refused arguments changed the world"] += 1


def lint_execution(plan: WorldPlan, apis: Iterable[Api], worlds: int) -> Iterator[Complaint]:
    """Complain of operations that break a promise, never succeed or never fault in sampled execution."""
    for trial in try_pack(plan, apis, worlds):
        for text in trial.complaints:
            yield Complaint("execution", trial.api.operation.place, f"{trial.api.name!r} ({trial.language}): {text}")
