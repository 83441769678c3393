"""Show what a draft would ask, without asking: how many requests, and how large."""

from __future__ import annotations

from toolsim.drafting.bench import Bench, Tried
from toolsim.drafting.documents import Reading
from toolsim.drafting.evolution import Drafter
from toolsim.drafting.examples import Buffer
from toolsim.drafting.results import Preview, Sizes
from toolsim.drafting.speciation import chunk_request
from toolsim.drafting.tree import Family
from toolsim.drafting.workplace import Workplace
from toolsim.models.chat import ChatReply, ChatRequest
from toolsim.models.failures import FailureKind, ModelFailure


class _NoModel:
    """Answers nothing; a preview asks nobody."""

    name = "none"

    async def complete(self, request: ChatRequest) -> ChatReply:
        raise ModelFailure(FailureKind.REFUSED, "a preview asks no model")


def preview(place: Workplace, reading: Reading, seed: int, sizes: Sizes) -> Preview:
    """Write the prompts of a draft and measure them."""
    subject = (place.subdomain.label, place.subdomain.scope)
    asked = [_length(chunk_request(chunk, *subject, seed)) for chunk in reading.chunks]
    bench = Bench(place.name, place.pool, place.shared, place.domains, sizes.worlds)
    drafter = Drafter(
        _NoModel(), bench, place.base, subject, seed, sizes.repairs, sizes.examples, sizes.max_tokens, lambda text: None
    )
    functions = tuple(f"function {index}" for index in range(sizes.subtree))
    each = max(sizes.operations // sizes.families, 1)
    family = Family(topic="a topic", name="a family", functions=functions, neighbours=(), operations=each)
    system, request = drafter.prompt(family, Buffer(place.pool), Tried())
    families = min(sizes.families, sizes.operations)
    return Preview(
        chunks=len(reading.chunks),
        characters=sum(len(chunk.text) for chunk in reading.chunks),
        tree=sum(asked),
        tree_largest=max(asked),
        families=families,
        family=len(system) + len(request),
        most=(families + sizes.repairs) * (sizes.repairs + 1),
    )


def _length(request: ChatRequest) -> int:
    return sum(len(str(message["content"])) for message in request.messages)
