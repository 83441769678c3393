"""Keeps what is made of the tools of a dialogue, so that they are serialised once and not with every turn."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

from toolsim.models.chat import ChatTool

T = TypeVar("T")

_MOST = 2048


class PerTools(Generic[T]):
    """Something made of a tuple of tools; equal only where the very same tools are offered again."""

    def __init__(self, make: Callable[[tuple[ChatTool, ...]], T]) -> None:
        self._make = make
        self._made: OrderedDict[tuple[int, ...], tuple[tuple[ChatTool, ...], T]] = OrderedDict()

    def of(self, tools: tuple[ChatTool, ...]) -> T:
        """Give what is made of some tools."""
        # the entry holds the tools themselves, so that no id is used anew while it lives
        key = tuple(map(id, tools))
        if key in self._made:
            self._made.move_to_end(key)
            return self._made[key][1]
        made = self._make(tools)
        self._made[key] = (tools, made)
        if len(self._made) > _MOST:
            self._made.popitem(last=False)
        return made
