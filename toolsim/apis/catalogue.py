"""The pool: all APIs of all packs, by name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from toolsim.apis.api import Api
from toolsim.base.errors import UnknownName
from toolsim.taxonomy.cache import load_cached
from toolsim.taxonomy.declarations import Pack, Taxonomy
from toolsim.taxonomy.loader import built_in, load


class Catalogue:
    """All APIs of a taxonomy's packs."""

    def __init__(self, taxonomy: Taxonomy) -> None:
        self.taxonomy = taxonomy
        self._apis = {
            name: Api(operation, pack) for pack in taxonomy.packs.values() for name, operation in pack.operations.items()
        }
        self._entities = {e.table: e for pack in taxonomy.packs.values() for e in pack.entities.values()}

    def __len__(self) -> int:
        return len(self._apis)

    def __iter__(self) -> Iterator[Api]:
        return iter(self._apis.values())

    def __contains__(self, name: str) -> bool:
        return name in self._apis

    def find(self, name: str) -> Api | None:
        """Give the API of that name, or None."""
        return self._apis.get(name)

    def api(self, name: str) -> Api:
        """Look an API up.

        Raises:
            UnknownName: with a near match.
        """
        api = self._apis.get(name)
        if api is None:
            raise UnknownName("API", name, self._apis)
        return api

    def pack(self, name: str) -> Pack:
        """Look a pack up by `domain/subdomain`, or by the subdomain alone.

        Raises:
            UnknownName: with a near match.
        """
        packs = self.taxonomy.packs
        for pack in packs.values():
            if name in (pack.name, pack.name.partition("/")[2]):
                return pack
        raise UnknownName("pack", name, packs)

    def of(self, pack: Pack) -> list[Api]:
        """List the APIs of a pack."""
        return [self._apis[name] for name in pack.operations]

    def check(self) -> None:
        """Derive every API.

        Raises:
            ToolsimError: the first mistake, with file and line.
        """
        for api in self:
            api.check()


@lru_cache(maxsize=1)
def no_apis() -> Catalogue:
    """Give a pool without any API, for tools of which none is one of ours."""
    return Catalogue(Taxonomy({}, {}))


def open_catalogue(extra: Sequence[Path] = (), only: str | None = None) -> Catalogue:
    """Open the built-in packs and those of further folders, or only the one of that name.

    Packs are checked in full when they are first seen; after that a cache keyed by their content is used.

    Raises:
        ToolsimError: a pack is wrong; names file, line and a near match.
    """
    folders = [built_in(), *extra]
    if only is not None:
        catalogue = Catalogue(load(folders, only))
        catalogue.check()
        return catalogue
    return Catalogue(load_cached(folders, lambda taxonomy: Catalogue(taxonomy).check()))
