"""What a hook is, and the tables as it may see them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from toolsim.base.errors import ToolsimError
from toolsim.base.registry import Registry
from toolsim.base.text import Language
from toolsim.taxonomy.rules import Row
from toolsim.verbs.verb import Args, Result, Tables


class HookTables:
    """The tables of a world, narrowed to what an operation declares."""

    def __init__(self, tables: Tables, reads: Mapping[str, str], writes: Mapping[str, str]) -> None:
        self._tables = tables
        self._reads = reads
        self._writes = writes
        self.now = tables.now
        self.language: Language = tables.language
        self.seed = tables.seed

    def rows(self, entity: str) -> Mapping[str, Row]:
        """Give all rows of an entity that the operation declares to read or write."""
        table = self._reads.get(entity) or self._writes.get(entity)
        if table is None:
            raise ToolsimError(f"the hook reads {entity!r}, which its operation does not declare")
        return self._tables.rows(table)

    def replace(self, entity: str, key: str, row: Row) -> None:
        """Put a row in place of an old one."""
        if entity not in self._writes:
            raise ToolsimError(f"the hook writes {entity!r}, which its operation does not declare")
        self._tables.replace(self._writes[entity], key, row)


Hook = Callable[[HookTables, Args], Result]
"""Takes flat arguments and gives the declared `gives`; raises RuleError for what cannot be worked out."""

HOOKS: Registry[Hook] = Registry("hooks")
