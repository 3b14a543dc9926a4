"""From a storage stanza to a store."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from strongroom.lib.clock import Clock
from strongroom.lib.rand import Random
from strongroom.storage.base import Storage

SHARED = frozenset({"postgresql"})
"""Stores that several nodes work on."""

LOCAL = frozenset({"sqlite", "file"})
"""Stores that have a directory on this machine."""


OPTIONS: Mapping[str, frozenset[str]] = {
    "inmem": frozenset(),
    "sqlite": frozenset({"path"}),
    "file": frozenset({"path"}),
    "postgresql": frozenset({"connection_url", "table", "max_parallel"}),
}
"""What each type's stanza may say."""

DATABASE = "strongroom.db"
DEFAULT_TABLE = "strongroom"


IN_MEMORY = "inmem"


class StoreError(Exception):
    """The storage stanza names nothing that can be opened; the text says what to change."""


def open_store(type_: str, options: Mapping[str, str], clock: Clock, random: Random) -> Storage:
    """Make the store that a stanza describes; `start()` opens it.

    Raises: `StoreError`.
    """
    match type_:
        case "inmem":
            from strongroom.storage.inmem import InmemStorage  # noqa: PLC0415 - a backend is imported when it is used

            return InmemStorage(clock, random)
        case "sqlite" | "file":
            from strongroom.storage.sqlite import SqliteStorage  # noqa: PLC0415

            return SqliteStorage(directory(type_, options), clock, random)
        case "postgresql":
            from strongroom.storage.postgresql import PostgresqlStorage  # noqa: PLC0415

            url = options.get("connection_url", "")
            if not url:
                raise StoreError('storage "postgresql" needs a connection_url')
            parallel = options.get("max_parallel", "")
            if parallel and not parallel.isdecimal():
                raise StoreError('storage "postgresql": max_parallel is no number')
            return PostgresqlStorage(
                url, options.get("table") or DEFAULT_TABLE, clock, random, max_parallel=min(int(parallel or 4), 64)
            )
    raise StoreError(
        f'the storage type "{type_}" is not supported; use "sqlite" for one machine or "postgresql" for several'
    )


def directory(type_: str, options: Mapping[str, str]) -> Path:
    """The store's directory; `path` may also name the database file in it.  Raises `StoreError` without one."""
    text = options.get("path", "")
    if not text:
        raise StoreError(f'storage "{type_}" needs a path')
    path = Path(text)
    return path.parent if path.name == DATABASE else path
