"""Examples to learn from: operations of the pool drawn by a seed, and from the buffer those accepted so far."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from random import Random

from toolsim.apis.catalogue import Catalogue
from toolsim.base import yaml
from toolsim.base.errors import PackError
from toolsim.base.yaml import Node
from toolsim.drafting import emit
from toolsim.drafting.fragment import Fragment
from toolsim.taxonomy.verb_keys import VERB_KEYS

LONGEST = 4_000
"""Characters of one example."""


@dataclass(frozen=True, slots=True)
class Example:
    """One operation with the entity that it is about."""

    source: str
    """The pack it is from, or the family that was accepted."""
    text: str


@dataclass(slots=True)
class Buffer:
    """What new operations are evolved from; it grows with every family that is accepted."""

    pool: Catalogue
    accepted: list[tuple[str, Fragment]] = field(default_factory=list)
    """Family and fragment."""

    def draw(self, count: int, verbs: Iterable[str], rng: Random) -> list[Example]:
        """Draw examples: one of what was accepted last, the others from the pool, of the verbs that are wanted first."""
        out: list[Example] = []
        if self.accepted and count > 1:
            family, fragment = rng.choice(self.accepted)
            name = rng.choice(sorted(fragment.section("operations")))
            out.append(Example(family, excerpt(fragment.sections, name)))
        wanted = list(dict.fromkeys(verbs))
        rng.shuffle(wanted)
        for verb in [*wanted, *sorted(VERB_KEYS)]:
            if len(out) >= count:
                break
            apis = [api for api in self.pool if api.operation.verb == verb]
            for api in rng.sample(apis, min(len(apis), 4)):
                text = excerpt(_sections(Path(api.pack.place.file)), api.name)
                if 0 < len(text) <= LONGEST:
                    out.append(Example(api.pack.name, text))
                    break
        return out


def excerpt(sections: dict[str, dict[str, Node]], name: str) -> str:
    """Write an operation, and the entity that its verb names, as the pack has them."""
    node = sections["operations"].get(name)
    if node is None or not isinstance(node.value, dict):
        return ""
    verb = next((key for key in node.value if key in VERB_KEYS), "")
    heads = [str(node.value[key].value) for key in (verb, "create", "about") if key in node.value]
    entities = sections.get("entities", {})
    about = {head.partition(".")[0]: entities[head.partition(".")[0]] for head in heads if head.partition(".")[0] in entities}
    entity = f"entities:\n{emit.block(about, 2)}" if about else ""
    return f"{entity}operations:\n{emit.block({name: node}, 2)}"


@lru_cache(maxsize=64)
def _sections(path: Path) -> dict[str, dict[str, Node]]:
    """Read a pack's entities and operations as they are written."""
    try:
        root = yaml.read(path)
    except PackError:
        return {"operations": {}}
    top = root.value if isinstance(root.value, dict) else {}
    return {
        name: top[name].value if name in top and isinstance(top[name].value, dict) else {}  # type: ignore[misc]
        for name in ("entities", "operations")
    }
