"""Write a world to an SQLite file, for people who want to look."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from pathlib import Path
from typing import Any

import orjson

from toolsim.base.errors import ToolsimError
from toolsim.world.world import World


def dump(world: World, path: Path) -> None:
    """Write one SQLite table for each entity; lists and nested values are kept as JSON.

    Raises:
        ToolsimError: the file is there already, or its folder cannot be written. Nothing is left half-written.
    """
    if path.exists():
        raise ToolsimError(f"{path} is there already", hint="choose another name, or remove it")
    try:
        handle, draft = tempfile.mkstemp(dir=path.parent, suffix=".sqlite")
        os.close(handle)
    except OSError as error:
        raise ToolsimError(f"{path.parent} cannot be written ({error.strerror})") from None
    try:
        with sqlite3.connect(draft) as database:
            _write(database, world)
        database.close()
        Path(draft).replace(path)
    finally:
        Path(draft).unlink(missing_ok=True)


def _write(database: sqlite3.Connection, world: World) -> None:
    database.execute("CREATE TABLE world (seed INTEGER, language TEXT, now TEXT)")
    database.execute("INSERT INTO world VALUES (?, ?, ?)", (world.seed, world.language, world.now))
    for table, entity in world.plan.entities.items():
        names = [entity.key, *(field.name for field in entity.fields)]
        columns = ", ".join(f'"{name}"' for name in names)
        database.execute(f'CREATE TABLE "{table}" ({columns}, PRIMARY KEY ("{entity.key}"))')
        marks = ", ".join("?" * len(names))
        rows = ([_cell(row.get(name)) for name in names] for row in world.rows(table).values())
        database.executemany(f'INSERT INTO "{table}" VALUES ({marks})', rows)


def _cell(value: Any) -> Any:
    return orjson.dumps(value).decode() if isinstance(value, list | dict) else value
