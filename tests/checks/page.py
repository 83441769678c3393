"""The page docs/checks.md: families and their codes, planted faults, and which families find them."""

from __future__ import annotations

from collections.abc import Iterator

from tests.checks.corpus import QUICK, Survey
from toolsim.base.text import LANGUAGES
from toolsim.checks.codes import CODES, FAMILIES
from toolsim.checks.mutations.mutation import MUTATIONS, Mutation
from toolsim.scenario.categories import categories

_INTRO = """# Checks

Eleven families of checks examine every dialogue (`toolsim.checks`). A finding has a code, which is never given another meaning, the JSON path of the place, and a sentence. What has a finding
is not admitted. `form` comes first; where it finds something the others are not asked. Of a stranger's dialogue (`toolsim check FILE`) only those families are asked that need neither scenario
nor world."""

_PROOF = """## The proof: planted faults

A check that finds nothing proves nothing, so the checks are checked. {count} mutations (`toolsim.checks.mutations`) each plant one fault in a good dialogue. Where calls are changed, they are run
again in the seeded world and the world's answers, events and end state written anew, so that nothing but the fault is wrong: a call with a wrong date has the result that the world gives
for the wrong date. Every fault names the families that must find it; **all** of them must, in every dialogue in which it can be planted. `tests/checks/test_mutations.py` holds them to it.

The corpus: {good} good dialogues, {each} of each category and language, more where a fault found no place at first. {planted:,} mutants, of which {caught:,} of {must:,} were found by every family
that must find them. In the table, `36/36` is found/planted; **bold** families must find the fault; others that find it as well, or in part, are told for what they are worth."""

_LIMITS = """## Out of reach

These faults are planted and measured as well, but no family must find them. They need an understanding of what an answer says that rules do not have; a judge model may be set on them."""


def page(survey: Survey) -> str:
    """Write the page."""
    return "\n".join(_lines(survey)) + "\n"


def _lines(survey: Survey) -> Iterator[str]:
    yield from (_INTRO, "", "## Families and codes", "")
    yield from codes_table()
    faults = [MUTATIONS.get(name) for name in MUTATIONS]
    must = sum(survey.planted[one.name] for one in faults if one.families)
    yield ""
    numbers = {"good": survey.made - len(survey.rejected), "each": QUICK, "planted": sum(survey.planted.values())}
    yield _PROOF.format(count=len(faults), caught=survey.caught, must=must, **numbers)
    yield ""
    yield from _found_table(survey, [one for one in faults if one.families])
    yield from ("", _LIMITS, "")
    yield from _found_table(survey, [one for one in faults if not one.families])
    yield from (
        "",
        "## Where the faults were planted",
        "",
        "Mutants by category and language, and how many of the mutations found a place there.",
        "",
    )
    yield from _places_table(survey)


def codes_table() -> Iterator[str]:
    """Give the table of families and codes."""
    yield "| code | what is wrong |"
    yield "|---|---|"
    for family, what in FAMILIES.items():
        yield f"| **{family}** | **{what}** |"
        yield from (f"| `{code}` | {text} |" for code, text in CODES.items() if code.startswith(f"{family}."))


def faults_column() -> list[str]:
    """Give how each row of the tables of faults begins."""
    return [_begin(MUTATIONS.get(name)) for name in MUTATIONS]


def _begin(fault: Mutation) -> str:
    return f"| `{fault.name}` | {fault.what} |"


def _found_table(survey: Survey, faults: list[Mutation]) -> Iterator[str]:
    yield "| mutation | the fault | found by |"
    yield "|---|---|---|"
    for fault in sorted(faults, key=lambda one: (list(FAMILIES).index(one.families[0]) if one.families else 0, one.name)):
        families = [*fault.families, *(name for name in FAMILIES if name not in fault.families)]
        counts = {family: survey.found[fault.name, family] for family in families}
        shares = {family: f"{family} {count}/{survey.planted[fault.name]}" for family, count in counts.items()}
        told = [f"**{shares[f]}**" if f in fault.families else shares[f] for f in families if counts[f] or f in fault.families]
        found = ", ".join(told)
        yield f"{_begin(fault)} {found or f'nothing (0/{survey.planted[fault.name]})'} |"


def _places_table(survey: Survey) -> Iterator[str]:
    yield "| category | " + " | ".join(f"{language}: mutants | {language}: mutations" for language in LANGUAGES) + " |"
    yield "|---|" + "---|---|" * len(LANGUAGES)
    for category in categories():
        cells = []
        for language in LANGUAGES:
            counts = [count for (_, where, spoken), count in survey.where.items() if (where, spoken) == (category, language)]
            cells += [str(sum(counts)), str(len(counts))]
        yield f"| {category} | {' | '.join(cells)} |"
