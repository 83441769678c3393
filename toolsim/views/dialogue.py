"""Views of dialogues: who says what, calls as JSON, results cut short. Lines are broken by cells, so that Chinese reads well."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.constrain import Constrain
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Column, Table
from rich.text import Text

from toolsim.apis.paths import value_at
from toolsim.dataset.reading import Found
from toolsim.dataset.sample import FindingRecord
from toolsim.jury.votes import Deliberation
from toolsim.roleplay.dialogue import Message
from toolsim.scenario.blueprint import GoldCall, Scenario, Source
from toolsim.views.jury import deliberation_view

_WIDEST: Final = 114
"""Cells of the widest line; longer ones are hard to read."""
_RESULT: Final = 420
"""Cells of a result that are shown unless all is wanted."""
_STYLES: Final = {"system": "dim", "user": "bold cyan", "assistant": "bold green", "tool": "yellow"}
_PIECES = re.compile(r"\n|[^\S\n]+|[\u2e80-\u9fff\uff00-\uffef]|[^\s\u2e80-\u9fff\uff00-\uffef]+")
_JSON_PIECES = re.compile(r"[^,]*,|[^,]+")
_NEVER_FIRST = frozenset("，。！？、；：）”’》」』】…～,.!?;:)")
_NEVER_LAST = frozenset("（“‘《「『【(")


def wrap(text: str, width: int) -> list[str]:
    """Break a text into lines of at most so many cells: between words, and between Chinese characters where that is allowed."""
    return _filled(_joined(_PIECES.findall(text)), width)


def wrap_json(text: str, width: int) -> list[str]:
    """Break JSON on one line into lines of at most so many cells, after commas."""
    return _filled(_JSON_PIECES.findall(text), width)


def _filled(pieces: Iterable[str], width: int) -> list[str]:
    lines, line = [], ""
    for piece in pieces:
        if piece == "\n":
            lines.append(line.rstrip())
            line = ""
        elif cell_len(line) + cell_len(piece.rstrip()) <= width:
            line += piece if line or not piece.isspace() else ""
        else:
            if line.strip():
                lines.append(line.rstrip())
            *full, line = _chopped(piece.lstrip(), width)
            lines += full
    return [*lines, line.rstrip()]


def _joined(pieces: Iterable[str]) -> Iterator[str]:
    """Keep closing punctuation with what stands before it, and opening punctuation with what comes after."""
    held = ""
    for piece in pieces:
        if held and (piece[0] in _NEVER_FIRST or held[-1] in _NEVER_LAST) and not piece.isspace():
            held += piece
            continue
        if held:
            yield held
        held = piece
    if held:
        yield held


def _chopped(piece: str, width: int) -> list[str]:
    """Cut a piece that is longer than a line."""
    out, line = [], ""
    for character in piece:
        if line and cell_len(line) + cell_len(character) > width:
            out.append(line)
            line = ""
        line += character
    return [*out, line]


@dataclass(frozen=True, slots=True)
class Wrapped:
    """A text that fills the room that there is."""

    text: str
    style: str = ""
    json: bool = False

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        lines = wrap_json if self.json else wrap
        for line in lines(self.text, max(8, options.max_width)):
            yield Text(line, style=self.style, no_wrap=True)


def dialogue_view(
    found: Found, whole: bool = False, blueprint: bool = False, votes: Sequence[Deliberation] = ()
) -> RenderableType:
    """Show a dialogue.

    Args:
        found: the dialogue with what its run knows about it.
        whole: show results in full.
        blueprint: show the scenario below.
        votes: what juries made of it.
    """
    dialogue, scenario = found.dialogue, found.scenario
    parts: list[RenderableType] = [_header(found)]
    parts += [part for message in dialogue.messages for part in _message(message, whole)]
    parts += [*_verdict(found), *map(deliberation_view, votes)]
    if blueprint:
        parts.append(scenario_view(scenario))
    return Constrain(Group(*parts, ""), _WIDEST)


def _header(found: Found) -> RenderableType:
    dialogue, scenario = found.dialogue, found.scenario
    called = {call.function.name for message in dialogue.messages for call in message.tool_calls or ()}
    facts = Table(Column(style="dim", no_wrap=True), "", show_header=False, box=None, pad_edge=False)
    facts.add_row("category", Text(f"{dialogue.category}, {dialogue.language}"))
    facts.add_row("packs", Text(", ".join(scenario.packs)))
    facts.add_row("persona", Text(f"{scenario.persona.replace('_', ' ')}, {scenario.manner}"))
    tools = Text(", ").join(Text(name, style="bold" if name in called else "dim") for name in dialogue.tools)
    facts.add_row(f"{len(dialogue.tools)} tools", tools)
    for role, used in sorted(found.sample.usage.items()) if found.sample else ():
        tokens = used.prompt_tokens + used.completion_tokens
        facts.add_row(
            f"model as {role}",
            Text(f"{used.calls:,} call{'s' * (used.calls != 1)}, {tokens:,} tokens, {used.money:,.4f} in money"),
        )
    admitted = found.sample is not None
    title = Text.assemble((dialogue.id, "bold"), "  ", ("admitted", "green") if admitted else ("rejected", "bold red"))
    return Group(Rule(title, align="left", style="dim"), facts, "")


def _message(message: Message, whole: bool) -> Iterator[RenderableType]:
    style = _STYLES[message.role]
    if message.role == "tool":
        yield _beside("result", "dim", Wrapped(_shortened(message.content or "", whole), "dim", json=True))
        return
    if message.content:
        yield _beside(message.role, style, Wrapped(message.content, "dim" if message.role == "system" else ""))
    for call in message.tool_calls or ():
        yield _beside("call", "magenta", _call(call.function.name, call.function.arguments))


def _beside(label: str, style: str, body: RenderableType) -> RenderableType:
    grid = Table.grid(Column(width=9), Column(ratio=1), padding=(0, 1), expand=True)
    grid.add_row(Text(label, style=style), body)
    return grid if label in ("call", "result") else Padding(grid, (0, 0, 1, 0))


def _call(name: str, arguments: str) -> RenderableType:
    """Show a call: on one line where it fits, over several otherwise."""
    try:
        value = json.loads(arguments)
    except ValueError:
        return Group(Text(name, style="magenta"), Wrapped(arguments, "red"))
    short = json.dumps(value, ensure_ascii=False)
    if cell_len(name) + cell_len(short) < _WIDEST - 16:
        return Text.assemble((name, "magenta"), " ", short)
    return Group(Text(name, style="magenta"), Text(json.dumps(value, ensure_ascii=False, indent=2), overflow="fold"))


def _shortened(text: str, whole: bool) -> str:
    """Cut a result to some lines, and tell how much is left out."""
    if whole or cell_len(text) <= _RESULT:
        return text
    kept = _chopped(text, _RESULT)[0]
    return f"{kept} … ({len(text) - len(kept):,} more characters)"


def _verdict(found: Found) -> Iterator[RenderableType]:
    if found.rejection is not None:
        reasons = ", ".join(found.rejection.reasons)
        yield Text(f"rejected at {found.rejection.stage}: {reasons}", style="bold red")
    if found.findings:
        yield findings_view(found.findings)


def findings_view(findings: Iterable[FindingRecord]) -> Table:
    """Show what the checks found in one dialogue."""
    table = Table(Column("code", style="red"), "place", Column("what", overflow="fold"), show_edge=False, pad_edge=False)
    for finding in findings:
        table.add_row(finding.code, Text(finding.path), Text(finding.message))
    return table


def scenario_view(scenario: Scenario) -> RenderableType:
    """Show the blueprint of a dialogue: what is wanted, the right calls and where each value can be seen."""
    facts = Table(Column(style="dim", no_wrap=True), "", show_header=False, box=None, pad_edge=False)
    facts.add_row("goal", Wrapped(scenario.goal))
    facts.add_row("skeleton", Wrapped(scenario.skeleton))
    signed_in = f", signed in as {scenario.me}" if scenario.me else ""
    facts.add_row("world", Text(f"seed {scenario.world_seed}, now {scenario.now}{signed_in}"))
    facts.add_row("milestones", Text(", ".join(scenario.milestones)))
    for first, second in scenario.order:
        facts.add_row("order", Text(f"{first} before {second}"))
    facts.add_row("forbidden", Wrapped(", ".join(scenario.forbidden)))
    for change in scenario.changes:
        facts.add_row(change.kind, Wrapped(f"{change.table} {change.key} {_json(change.after)}", json=True))
    for fault in scenario.faults:
        facts.add_row("fault", Wrapped(_json(fault.model_dump(exclude_defaults=True, mode="json")), json=True))
    if scenario.flaw is not None:
        facts.add_row("flaw", Wrapped(_json(scenario.flaw.model_dump(exclude_defaults=True, mode="json")), json=True))
    return Group(Rule(Text("scenario"), align="left", style="dim"), facts, *map(_gold, scenario.calls))


def _gold(call: GoldCall) -> RenderableType:
    head = Text.assemble((f"{call.id} {call.name}", "magenta"), f"  {call.fault}" if call.fault else "")
    table = Table(Column("place", style="dim"), "value", "where it is seen", show_header=False, box=None)
    for path, source in call.sources.items():
        table.add_row(Text(path), Text(_json(_at(call.arguments, path))), Wrapped(_source(source)))
    return Group(head, table)


def _source(source: Source) -> str:
    match source.kind:
        case "said":
            return f"said in step {source.turn}: {source.words}"
        case "result":
            return f"result of {source.call}: {source.path}" + (f" ({source.words})" if source.words else "")
        case _:
            return f"{source.kind} {source.words}".strip()


def _at(arguments: Mapping[str, Any], path: str) -> Any:
    try:
        return value_at(arguments, path)
    except LookupError:
        return None


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
