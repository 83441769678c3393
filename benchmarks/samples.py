"""Write good dialogues of a run as a page to read: user, call, result and assistant, a few of each category.

    python -m benchmarks.samples RUN --language zh --command "toolsim generate ..." --out docs/samples/zh.md [--ids ID ...]

Dialogues stand as they were made; only results are shortened.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

WORDS = {
    "en": {
        "title": "Dialogues in English",
        "made": "Made by `{command}`; results are shortened to what matters.",
        "user": "User",
        "assistant": "Assistant",
        "call": "Call",
        "result": "Result",
    },
    "zh": {
        "title": "中文对话样例",
        "made": "由 `{command}` 生成，原样照录；工具结果只留要紧的部分。",
        "user": "用户",
        "assistant": "助手",
        "call": "调用",
        "result": "结果",
    },
}
FIELDS, ROWS, LENGTH = 7, 2, 240
Dialogue = dict[str, Any]
"""A dialogue as its line in `dialogues.jsonl` has it."""


def shorten(value: Any, depth: int = 0) -> Any:
    """Keep the first fields of a result, and the first rows of its lists."""
    if isinstance(value, dict):
        kept = list(value.items())[: FIELDS if depth < 2 else 4]
        return {name: shorten(inner, depth + 1) for name, inner in kept} | ({"…": "…"} if len(kept) < len(value) else {})
    if isinstance(value, list):
        rows = [shorten(inner, depth + 1) for inner in value[:ROWS]]
        return [*rows, "…"] if len(value) > ROWS else rows
    return value


def told(value: Any) -> str:
    """Write a result in one line."""
    text = json.dumps(shorten(value), ensure_ascii=False).replace('"…": "…"', "…")
    return text if len(text) <= LENGTH else text[:LENGTH] + "…"


def lines(dialogue: Dialogue, words: dict[str, str]) -> Iterator[str]:
    """Give the lines of a dialogue, without its system message."""
    for message in dialogue["messages"][1:]:
        for call in message.get("tool_calls") or ():
            yield f"- {words['call']}: `{call['function']['name']}` `{call['function']['arguments']}`"
        text = message.get("content") or ""
        if message["role"] == "tool":
            yield f"- {words['result']}: `{told(json.loads(text))}`"
        elif text:
            yield f"- **{words[message['role']]}**: " + text.replace("\n", "\n  ")


def chosen(dialogues: Sequence[Dialogue], ids: Sequence[str], per: int, rng: Random) -> Iterator[tuple[str, list[Dialogue]]]:
    """Give the categories with the dialogues to show: the listed ones, and by chance what is missing."""
    by_category: dict[str, list[Dialogue]] = {}
    for dialogue in dialogues:
        by_category.setdefault(dialogue["category"], []).append(dialogue)
    for category, found in sorted(by_category.items()):
        listed = [dialogue for dialogue in found if dialogue["id"] in ids][:per]
        rest = [dialogue for dialogue in found if dialogue["id"] not in ids]
        yield category, listed + rng.sample(rest, min(len(rest), per - len(listed)))


def page(run: Path, language: str, command: str, ids: Sequence[str], per: int, seed: int) -> str:
    """Make the page."""
    words = WORDS[language]
    dialogues = [json.loads(line) for line in (run / "dialogues.jsonl").read_text(encoding="utf-8").splitlines()]
    admitted = {json.loads(line)["id"] for line in (run / "samples.jsonl").read_text(encoding="utf-8").splitlines()}
    dialogues = [dialogue for dialogue in dialogues if dialogue["language"] == language and dialogue["id"] in admitted]
    out = [f"# {words['title']}", "", words["made"].format(command=command)]
    for category, shown in chosen(dialogues, ids, per, Random(seed)):
        out += ["", f"## {category}"]
        for dialogue in shown:
            out += ["", f"### {dialogue['id']}", "", *lines(dialogue, words)]
    return "\n".join(out) + "\n"


def main() -> None:
    """Read the arguments and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path, help="folder of a run")
    parser.add_argument("--language", choices=sorted(WORDS), required=True)
    parser.add_argument("--command", required=True, help="the command that made the run")
    parser.add_argument("--ids", nargs="*", default=(), help="dialogues to show; chance chooses the others")
    parser.add_argument("--per", type=int, default=3, help="dialogues of each category")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(page(given.run, given.language, given.command, given.ids, given.per, given.seed), encoding="utf-8")


if __name__ == "__main__":
    main()
