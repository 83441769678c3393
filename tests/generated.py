"""What is generated from the code: the schema of the notation, and the tables in the README. Run as a module with `--write` to write it."""

from __future__ import annotations

import sys
from pathlib import Path

import click
import orjson

from tests.checks.corpus import QUICK, survey
from tests.checks.page import page
from toolsim.apis.catalogue import open_catalogue
from toolsim.cli.main import cli
from toolsim.taxonomy.notation_schema import notation_schema

ROOT = Path(__file__).resolve().parent.parent


def schema_file() -> bytes:
    """Give the content of domains/schema.json."""
    return orjson.dumps(notation_schema(), option=orjson.OPT_INDENT_2) + b"\n"


def commands_table() -> str:
    """Give the table of commands, from their own help."""
    lines = ["| command | what it does |", "|---|---|"]
    context = click.Context(cli)
    for name in cli.list_commands(context):
        command = cli.get_command(context, name)
        assert command is not None
        members = command.commands.items() if isinstance(command, click.Group) else [("", command)]
        for sub_name, sub in sorted(members):
            summary = (sub.help or "").split("\n\n")[0].replace("\n", " ")
            words = [name, sub_name, *(_argument(p) for p in sub.params if isinstance(p, click.Argument))]
            lines.append(f"| `toolsim {' '.join(word for word in words if word)}` | {summary} |")
    return "\n".join(lines)


def _argument(param: click.Argument) -> str:
    name = (param.metavar or (param.name or "").upper()).strip("[]")
    return name if param.required else f"[{name}]"


def pool_table() -> str:
    """Give the table of packs."""
    catalogue = open_catalogue()
    taxonomy = catalogue.taxonomy
    lines = [
        f"{len(taxonomy.domains)} domains, {sum(len(d.subdomains) for d in taxonomy.domains.values())} subdomains, of which "
        f"{len(taxonomy.packs)} have a pack so far: {len(catalogue):,} APIs.",
        "",
        "| domain | pack | | APIs | entities |",
        "|---|---|---|---|---|",
    ]
    for domain in taxonomy.domains.values():
        for name, subdomain in domain.subdomains.items():
            pack = taxonomy.packs.get(f"{domain.name}/{name}")
            if pack is not None:
                own = sum(not entity.shared for entity in pack.entities.values())
                title = f"{subdomain.label.en} {subdomain.label.zh}"
                lines.append(
                    f"| {domain.label.en} {domain.label.zh} | `{pack.name}` | {title} | {len(pack.operations)} | {own} |"
                )
    return "\n".join(lines)


def readme() -> str:
    """Give the README with its tables written anew."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for name, table in (("commands", commands_table()), ("pool", pool_table())):
        begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
        text = f"{text.partition(begin)[0]}{begin}\n{table}\n{end}{text.partition(end)[2]}"
    return text


def checks_page() -> str:
    """Give the content of docs/checks.md; every fault is planted for it, which takes half a minute."""
    return page(survey(QUICK))


def main() -> None:
    """Write everything, or say what differs."""
    if "--write" in sys.argv:
        (ROOT / "domains" / "schema.json").write_bytes(schema_file())
        (ROOT / "README.md").write_text(readme(), encoding="utf-8")
        (ROOT / "docs" / "checks.md").write_text(checks_page(), encoding="utf-8")
        print("wrote domains/schema.json, README.md and docs/checks.md")


if __name__ == "__main__":
    main()
