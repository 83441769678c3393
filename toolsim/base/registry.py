"""One generic registry: built-ins and a stranger's plug-ins enter by the same door, entry points `toolsim.<kind>`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.metadata import entry_points
from typing import Generic, TypeVar

from toolsim.base.errors import ToolsimError, UnknownName

T = TypeVar("T")


class Registry(Generic[T]):
    """Named things of one kind."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._items: dict[str, T] = {}
        self._plugins_read = False

    def register(self, name: str) -> Callable[[T], T]:
        """Decorate a thing to enter it under a name.

        Raises:
            ToolsimError: the name is taken.
        """

        def enter(item: T) -> T:
            if name in self._items:
                raise ToolsimError(f"the {self.kind} {name!r} is registered already")
            self._items[name] = item
            return item

        return enter

    def get(self, name: str) -> T:
        """Look a thing up.

        Raises:
            UnknownName: nothing has that name; the message lists near ones.
        """
        if name not in self._items:
            self._read_plugins()
        if name not in self._items:
            raise UnknownName(self.kind, name, self._items)
        return self._items[name]

    def names(self) -> list[str]:
        """List all names in order."""
        self._read_plugins()
        return sorted(self._items)

    def __iter__(self) -> Iterator[str]:
        return iter(self.names())

    def _read_plugins(self) -> None:
        if self._plugins_read:
            return
        self._plugins_read = True
        for point in entry_points(group=f"toolsim.{self.kind}"):
            self.register(point.name)(point.load())
