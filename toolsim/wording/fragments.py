"""Say a few values by themselves, as people answer a question or change their mind: `until 26 June`, `300 yuan and by card`."""

from __future__ import annotations

from toolsim.taxonomy.declarations import Field, Kind
from toolsim.verbs.verb import Args
from toolsim.wording import joints, values
from toolsim.wording.clauses import Clauses
from toolsim.wording.labels import shown


def fragments(teller: Clauses, args: Args) -> str:
    """Give the values of arguments as one fragment; those that could be taken for each other are named."""
    fields = teller.sheet.fields
    out = []
    for name, value in args.items():
        field = fields[name]
        alike = sum(_sort(fields[other]) == _sort(field) for other in args)
        out.append(_fragment(teller, field, value, alike > 1))
    return values.join([part for part in out if part], teller.language)


def _sort(field: Field) -> tuple[Kind, str, str]:
    return field.kind, field.of, field.unit.en if field.unit else ""


def _fragment(teller: Clauses, field: Field, value: object, named: bool) -> str:
    if field.kind in (Kind.FLAG, Kind.VALUE):
        return teller.fact(field, value, field.name, ()).removesuffix("的")
    phrases = [phrase for phrase in field.say.say(teller.language) if "{}" in phrase]
    lead = teller.sheet.leads[teller.language].get(field.name)
    said = teller.say(field, value, field.name)
    phrase = teller.rng.choice(phrases) if phrases else lead
    if phrase:
        return joints.insert(phrase, said, teller.language).removesuffix("的")
    if not named:
        return said
    label, said = shown(field, said, teller.language)
    return f"the {label} {said}" if teller.en else f"{label}{said}"
