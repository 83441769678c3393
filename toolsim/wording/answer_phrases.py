"""The phrases of answers, from `scenarios/wording/answers_<language>.yaml`."""

from __future__ import annotations

from functools import lru_cache

from toolsim.base import yaml
from toolsim.base.folders import shipped
from toolsim.base.text import Language
from toolsim.taxonomy.reader import as_list, as_mapping, as_text


@lru_cache
def phrases(language: Language) -> dict[str, tuple[str, ...]]:
    """Load the phrases of a language by act.

    Raises:
        PackError: naming file and line.
    """
    root = yaml.read(shipped("scenarios") / "wording" / f"answers_{language}.yaml")
    acts = as_mapping(root, "the answers")
    return {act: tuple(as_text(item, act) for item in as_list(node, act)) for act, node in acts.items()}
