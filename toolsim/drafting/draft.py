"""Draft a pack: speciation, adaptation, evolution, and a pack that loads, passes lint and runs. The whole flow on one screen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, replace

import orjson

from toolsim.base import seeds
from toolsim.base.errors import PackError, ToolsimError
from toolsim.drafting.bench import Bench, Tried
from toolsim.drafting.compose import compose
from toolsim.drafting.documents import Reading
from toolsim.drafting.evolution import Drafter, Outcome
from toolsim.drafting.examples import Buffer
from toolsim.drafting.fragment import Fragment, parse
from toolsim.drafting.journal import Accepted, Journal, Planned, Written
from toolsim.drafting.results import Draft, Funnel, Refused, Sizes
from toolsim.drafting.speciation import grow
from toolsim.drafting.tree import Family, choose
from toolsim.drafting.workplace import Workplace, difference, write
from toolsim.models.chat import ChatModel

_FORM = "draft 1"
"""Changes when prompts or checks change so much that what was accepted before is to be drafted anew."""


def configuration(place: Workplace, reading: Reading, model: str, seed: int, sizes: Sizes) -> str:
    """Give the digest of all that decides what is drafted; the pool may grow meanwhile, and what was accepted is tried anew."""
    subject = [*place.subdomain.label, *place.subdomain.scope]
    parts = [_FORM, place.name, *subject, place.base.naming, place.base.text, reading.digest(), model, seed, asdict(sizes)]
    return seeds.digest(orjson.dumps(parts))


async def draft(
    place: Workplace, reading: Reading, model: ChatModel, seed: int, sizes: Sizes, say: Callable[[str], None]
) -> Draft:
    """Draft a pack and write it; families that were accepted before under the same configuration are taken over.

    Raises:
        ToolsimError: the pack that is added to is wrong, the documents give no tree, or the folder cannot be written.
    """
    drafter = _drafter(place, model, seed, sizes, say)
    with Journal(place.journal, configuration(place, reading, model.name, seed, sizes)) as journal:
        plan = await _plan(place, reading, model, seed, sizes, journal, say)
        start = replace(drafter.bench, worlds=0).trial(place.base.text, ()) if place.base.text else Tried()
        run = _Run(plan, drafter, journal, sizes, Buffer(place.pool), start)
        await run.families()
        return _finish(place, run)


def _drafter(place: Workplace, model: ChatModel, seed: int, sizes: Sizes, say: Callable[[str], None]) -> Drafter:
    bench = Bench(place.name, place.pool, place.shared, place.domains, sizes.worlds)
    if place.base.text:
        bench = replace(bench, known=_known(replace(bench, worlds=0).trial(place.base.text, ())))
    subject = (place.subdomain.label, place.subdomain.scope)
    return Drafter(model, bench, place.base, subject, seed, sizes.repairs, sizes.examples, sizes.max_tokens, say)


def _known(tried: Tried) -> frozenset[str]:
    """List what lint had to say before; a pack that does not load cannot be added to."""
    for problem in tried.problems:
        if problem.stage == "load":
            raise ToolsimError(f"the pack that is added to is wrong: {problem}")
    return frozenset(problem.message for problem in tried.problems)


async def _plan(
    place: Workplace, reading: Reading, model: ChatModel, seed: int, sizes: Sizes, journal: Journal, say: Callable[[str], None]
) -> Planned:
    if planned := journal.of(Planned):
        return planned[-1]
    subject = (place.subdomain.label, place.subdomain.scope)
    tree = await grow(model, reading, subject, seed, journal, say)
    families = choose(tree, sizes.families, sizes.operations, sizes.subtree, seeds.stream(seed, "adapt", place.name))
    plan = Planned(configuration=journal.configuration, topics=len(tree.topics), known=tree.families, families=tuple(families))
    if families:
        journal.add(plan)
    return plan


class _Run:
    """The families of one run, in order."""

    def __init__(self, plan: Planned, drafter: Drafter, journal: Journal, sizes: Sizes, buffer: Buffer, start: Tried) -> None:
        self.plan, self.drafter, self.journal, self.sizes, self.buffer = plan, drafter, journal, sizes, buffer
        self.tried = start
        self.refused: list[Refused] = []
        self.drafted = self.repaired = self.resumed = 0
        self._stored = {entry.family: entry for entry in journal.of(Accepted)}

    async def families(self) -> None:
        """Draft all families, and then some to even out the pack's shares."""
        for index, family in enumerate(self.plan.families):
            await self._family(index, family, ())
        for extra in range(self.sizes.repairs):
            if not self.buffer.accepted or not self.tried.shares:
                return
            count = max(self.sizes.operations // max(len(self.plan.families), 1), 2)
            family = Family(
                topic="the pack as a whole", name=f"evening out {extra + 1}", functions=(), neighbours=(), operations=count
            )
            await self._family(len(self.plan.families) + extra, family, self.tried.shares)

    async def _family(self, index: int, family: Family, missing: Sequence[str]) -> None:
        if (entry := self._stored.get(index)) is not None and self._take(entry, family):
            return
        self.drafter.say(f"drafting {family.name} ({index + 1} of {max(len(self.plan.families), index + 1)})")
        outcome = await self.drafter.draft(family, self.buffer, self.tried, missing)
        self.drafted += outcome.drafted
        if outcome.fragment is None or (missing and len(outcome.tried.shares) > len(missing)):
            self._refuse(family, outcome)
            return
        text = outcome.fragment.text()
        self.journal.add(Accepted(configuration=self.journal.configuration, family=index, repairs=outcome.repairs, text=text))
        self._accept(family, parse(text), outcome.tried, outcome.repairs)

    def _take(self, entry: Accepted, family: Family) -> bool:
        """Take over a family of an earlier run, if it still passes: the pool may have grown meanwhile."""
        try:
            fragment = parse(entry.text)
            tried = self.drafter.trial(fragment, self.buffer)
        except PackError as error:
            self.drafter.say(f"{family.name} passed before and does not now: {error}")
            return False
        if tried.problems:
            self.drafter.say(f"{family.name} passed before and does not now: {tried.problems[0]}")
            return False
        self.drafted += 1
        self.resumed += 1
        self._accept(family, fragment, tried, entry.repairs)
        return True

    def _accept(self, family: Family, fragment: Fragment, tried: Tried, repairs: int) -> None:
        self.buffer.accepted.append((family.name, fragment))
        self.tried = tried
        self.repaired += repairs > 0

    def _refuse(self, family: Family, outcome: Outcome) -> None:
        if outcome.fragment is not None:
            self.refused.append(Refused(family.name, "lint", "moves the pack further from the shares that lint demands"))
            return
        first = outcome.why[0]
        self.refused.append(Refused(family.name, first.stage, str(first)))

    def funnel(self) -> Funnel:
        """Count what became of the families."""
        operations = sum(len(fragment.section("operations")) for _, fragment in self.buffer.accepted)
        return Funnel(
            topics=self.plan.topics,
            known=self.plan.known,
            planned=len(self.plan.families),
            resumed=self.resumed,
            drafted=self.drafted,
            repaired=self.repaired,
            accepted=len(self.buffer.accepted),
            operations=operations,
            refused=tuple(self.refused),
        )


def _finish(place: Workplace, run: _Run) -> Draft:
    funnel = run.funnel()
    if not run.buffer.accepted:
        return Draft(funnel)
    remarks = [
        "Check facts, rules and the wording in both languages, then delete these comment lines.",
        *(f"Lint still says: {share}" for share in run.tried.shares),
    ]
    text = compose(place.base, [fragment for _, fragment in run.buffer.accepted], remarks)
    changes = difference(place, text)
    kept = write(place, text, run.journal.last_written())
    run.journal.add(Written(configuration=run.journal.configuration, digest=seeds.digest(text.encode())))
    return Draft(funnel, run.tried.shares, changes, str(place.path), str(kept or ""))
