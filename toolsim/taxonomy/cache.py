"""A cache of loaded packs, keyed by the content of every file that they come from.

The cache holds declarations only, and reading it can build nothing else: no other class is ever looked up.
"""

from __future__ import annotations

import io
import os
import pickle
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import toolsim
from toolsim.base import errors, seeds, text
from toolsim.taxonomy import declarations
from toolsim.taxonomy.declarations import Taxonomy
from toolsim.taxonomy.loader import SHARED_FILES, load, pack_files

_MODULES = {module.__name__: module for module in (declarations, text, errors)}


class _Declarations(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        allowed = _MODULES.get(module)
        if allowed is None or not isinstance(getattr(allowed, name, None), type):
            raise pickle.UnpicklingError(f"{module}.{name} is no declaration")
        return getattr(allowed, name)


def folder() -> Path:
    """Give the cache folder: TOOLSIM_CACHE, or the user's cache folder."""
    given = os.environ.get("TOOLSIM_CACHE")
    if given:
        return Path(given)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "toolsim"


def content_digest(folders: Sequence[Path]) -> str:
    """Give the digest of toolsim's own code and of all files that the packs come from."""
    parts = [toolsim.__version__.encode(), _code_digest()]
    for root in folders:
        for path in [*(root / name for name in SHARED_FILES), *pack_files(root)]:
            if path.exists():
                parts += [str(path).encode(), path.read_bytes()]
    return seeds.digest(b"\x00".join(parts))


def _code_digest() -> bytes:
    """Tell versions of the loading code apart by their files' sizes and times."""
    package = Path(toolsim.__file__).parent
    stats = [
        (p.name, s.st_size, s.st_mtime_ns)
        for d in ("base", "taxonomy", "verbs", "apis")
        for p in sorted((package / d).rglob("*.py"))
        if (s := p.stat())
    ]
    return repr(stats).encode()


def load_cached(folders: Sequence[Path], check: Callable[[Taxonomy], None]) -> Taxonomy:
    """Load packs, from the cache when their content was loaded and checked before.

    A cache that cannot be read or written is passed over.
    """
    path = folder() / f"{content_digest(folders)}.packs"
    try:
        taxonomy = _Declarations(io.BytesIO(path.read_bytes())).load()
        if isinstance(taxonomy, Taxonomy):
            return taxonomy
    except (OSError, pickle.UnpicklingError, EOFError, AttributeError, TypeError, ValueError, IndexError, KeyError):
        pass
    taxonomy = load(folders)
    check(taxonomy)
    _store(path, taxonomy)
    return taxonomy


def _store(path: Path, taxonomy: Taxonomy) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        for old in sorted(path.parent.glob("*.packs"), key=lambda p: p.stat().st_mtime)[:-3]:
            old.unlink(missing_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as out:
            pickle.dump(taxonomy, out, protocol=5)
        Path(out.name).replace(path)
    except OSError:
        return
