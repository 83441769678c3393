"""The first step: grow a context tree from documents, a chunk at a time. What the documents say is data on one line of JSON."""

from __future__ import annotations

from collections.abc import Callable

from toolsim.base import seeds
from toolsim.base.text import Text
from toolsim.drafting import prompts
from toolsim.drafting.documents import Chunk, Reading
from toolsim.drafting.journal import Heard, Journal
from toolsim.drafting.tree import TOPICS_SCHEMA, Tree
from toolsim.models.chat import ChatModel, ChatRequest
from toolsim.models.failures import ModelFailure
from toolsim.models.structured import ask

_MOST_TOKENS = 3000
_REPAIRS = 2


def chunk_request(chunk: Chunk, label: Text, scope: Text, seed: int) -> ChatRequest:
    """Ask which topics, API families and functions a chunk speaks of."""
    system = prompts.render("tree_system", label=label, scope=scope)
    asked = prompts.render("tree", source=chunk.source, text=chunk.text)
    request = prompts.request(system, asked, seed=seeds.derive(seed, "tree", chunk.source), max_tokens=_MOST_TOKENS)
    return request.model_copy(update={"answer_schema": TOPICS_SCHEMA})


async def grow(
    model: ChatModel, reading: Reading, subject: tuple[Text, Text], seed: int, journal: Journal, say: Callable[[str], None]
) -> Tree:
    """Grow the tree of all chunks; one that the model does not answer is passed over, and said to be."""
    heard = {entry.chunk: entry for entry in journal.of(Heard)}
    tree = Tree()
    for index, chunk in enumerate(reading.chunks):
        entry = heard.get(index)
        if entry is None:
            say(f"reading {chunk.source} ({index + 1} of {len(reading.chunks)})")
            try:
                answer = await ask(model, chunk_request(chunk, *subject, seed), _REPAIRS)
            except ModelFailure as failure:
                say(f"no topics from chunk {index + 1}, {chunk.source}: {failure.kind}: {failure.message}")
                continue
            # only what the tree keeps goes on record
            part = Tree()
            part.add(answer.value["topics"])
            entry = Heard(configuration=journal.configuration, chunk=index, topics=part.record())
            journal.add(entry)
        tree.add(entry.topics)
    return tree
