"""Behaviour that no verb can declare: typed functions that packs name with `call`.

A hook sees only the entities that its operation declares to read, and may change only those that it declares to write.
"""

from toolsim.verbs.hooks import money
from toolsim.verbs.hooks.hook import HOOKS, Hook, HookTables

__all__ = ["HOOKS", "Hook", "HookTables", "money"]
