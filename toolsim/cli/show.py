"""`toolsim show`: read dialogues of a run in the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click
from rapidfuzz import fuzz, process

from toolsim.base import seeds
from toolsim.base.errors import ToolsimError, UnknownName
from toolsim.dataset.reading import Found, find, lines, raw_entries, read_line
from toolsim.dataset.sample import Sample
from toolsim.dataset.store import VERDICTS, read_manifest, read_stream
from toolsim.jury.votes import Deliberation
from toolsim.views.dialogue import dialogue_view
from toolsim.views.terminal import ERR, OUT, emit_json

_JURIES = (VERDICTS, "votes")
"""Streams of what juries made of dialogues: the run's own, and those of `toolsim jury`."""
_CANDIDATES = 12
"""Ids that are compared closely with one that is not there."""


@click.command("show")
@click.argument("run", type=click.Path(path_type=Path))
@click.argument("id", required=False)
@click.option("--category", metavar="C", help="Only this category, or a family such as normal.atom.")
@click.option("--language", type=click.Choice(["en", "zh"]), help="Only this language.")
@click.option("--count", type=click.IntRange(1, 1000), default=3, show_default=True, help="Dialogues to show.")
@click.option("--seed", type=int, default=0, show_default=True, help="Draws other dialogues.")
@click.option("--scenario", "blueprint", is_flag=True, help="Show the right calls too, and where each value can be seen.")
@click.option("--full", is_flag=True, help="Show results in full.")
@click.option("--json", "as_json", is_flag=True, help="Write a JSON array, or with ID one object, to stdout.")
def command(
    run: Path, id: str | None, category: str | None, language: str | None, count: int, seed: int, blueprint: bool, full: bool,
    as_json: bool,
) -> None:  # fmt: skip
    """Show dialogues of a RUN: the one of an ID, admitted or rejected, or some admitted ones drawn at random."""
    read_manifest(run)
    if id is not None:
        if category or language:
            raise click.UsageError("give an ID, or --category and --language, not both")
        one, (votes,) = _named(run, id), _votes(run, [id])
        if as_json:
            emit_json(_record(one, votes, blueprint))
        else:
            OUT.print(dialogue_view(one, full, blueprint, votes))
        return
    picked = _picked(run, category, language, count, seed)
    drawn = zip(_drawn(run, picked), _votes(run, picked), strict=True)
    if as_json:
        emit_json([_record(found, votes, blueprint) for found, votes in drawn])
        return
    for found, votes in drawn:
        OUT.print(dialogue_view(found, full, blueprint, votes))


def _named(run: Path, identity: str) -> Found:
    """Look a dialogue up.

    Raises:
        UnknownName: there is none; the message has a near id.
    """
    found = find(run, identity)
    if found is None:
        known = (line.identity() for line in lines(run, "dialogues"))
        close = [name for name, _, _ in process.extract(identity, known, scorer=fuzz.ratio, limit=_CANDIDATES)]
        raise UnknownName("dialogue", identity, close)
    return found


def _votes(run: Path, ids: Sequence[str]) -> list[list[Deliberation]]:
    """Give what juries made of dialogues: for each that of the run's own, then of others, the last of each panel."""
    made: dict[str, dict[str, Deliberation]] = {identity: {} for identity in ids}
    for name in _JURIES:
        for line in lines(run, name) if (run / f"{name}.jsonl").exists() else ():
            if line.identity() in made:
                one = read_line(line, Deliberation)
                made[one.id][one.panel] = one
    return [list(panels.values()) for panels in made.values()]


def _picked(run: Path, category: str | None, language: str | None, count: int, seed: int) -> list[str]:
    """Draw admitted dialogues; give their ids in the order of the run."""
    fitting = [s.id for s in read_stream(run, "samples", Sample) if _fits(s, category, language)]
    if not fitting:
        _explain(run, category)
    picked = set(seeds.stream(seed, "show").sample(fitting, min(count, len(fitting))))
    if len(picked) < count:
        ERR.print(f"there are {len(fitting):,}")
    return [identity for identity in fitting if identity in picked]


def _drawn(run: Path, picked: Sequence[str]) -> Iterator[Found]:
    """Read admitted dialogues, in the order of the run."""
    wanted = frozenset(picked)
    for raw in raw_entries(run):
        if raw.sample.id in wanted:
            entry = raw.read()
            yield Found(entry.dialogue, entry.scenario, entry.sample, None, ())


def _fits(sample: Sample, category: str | None, language: str | None) -> bool:
    in_category = category is None or sample.category == category or sample.category.startswith(category + ".")
    return in_category and language in (None, sample.language)


def _explain(run: Path, category: str | None) -> None:
    """Say why no dialogue fits.

    Raises:
        ToolsimError: always.
    """
    known = {sample.category for sample in read_stream(run, "samples", Sample)}
    families = {name.rsplit(".", cut)[0] for name in known for cut in (1, 2)}
    if category is not None and category not in known | families:
        raise UnknownName("category in this run", category, known)
    raise ToolsimError(
        f"{run} has no such dialogue", hint="leave out --language or --category" if known else "nothing was admitted"
    )


def _record(found: Found, votes: Sequence[Deliberation], blueprint: bool) -> dict[str, Any]:
    record: dict[str, Any] = {
        "id": found.dialogue.id,
        "admitted": found.sample is not None,
        "dialogue": found.dialogue.model_dump(mode="json", exclude_none=True),
        "sample": found.sample.model_dump(mode="json") if found.sample else None,
        "rejection": found.rejection.model_dump(mode="json") if found.rejection else None,
        "findings": [finding.model_dump(mode="json") for finding in found.findings],
        "votes": [one.model_dump(mode="json", exclude_defaults=True) for one in votes],
    }
    return record | ({"scenario": found.scenario.model_dump(mode="json")} if blueprint else {})
