"""From a storage stanza to a store."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from strongroom.lib.clock import Clock
from strongroom.lib.durations import SECOND_NS, parse_duration_ns
from strongroom.lib.errors import InvalidRequest
from strongroom.lib.rand import Random
from strongroom.storage.base import Storage
from strongroom.storage.patience import PATIENCE_S

SHARED = frozenset({"postgresql"})
"""Stores that several nodes work on."""

LOCAL = frozenset({"sqlite", "file"})
"""Stores that have a directory on this machine."""


OPTIONS: Mapping[str, frozenset[str]] = {
    "inmem": frozenset(),
    "sqlite": frozenset({"path", "timeout"}),
    "file": frozenset({"path", "timeout"}),
    "postgresql": frozenset({"connection_url", "table", "max_parallel", "timeout"}),
}
"""What each type's stanza may say."""

DATABASE = "strongroom.db"
DEFAULT_TABLE = "strongroom"


IN_MEMORY = "inmem"

LEAST_TIMEOUT_S, LONGEST_TIMEOUT_S = 1, 60
"""Of a store's answer: below this a busy database would be taken for one that hangs; above it clients have given up."""


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

            return SqliteStorage(directory(type_, options), clock, random, patience_s=timeout_s(type_, options))
        case "postgresql":
            from strongroom.storage.postgresql import PostgresqlStorage  # noqa: PLC0415

            url = options.get("connection_url", "")
            if not url:
                raise StoreError('storage "postgresql" needs a connection_url')
            parallel = options.get("max_parallel", "")
            if parallel and not parallel.isdecimal():
                raise StoreError('storage "postgresql": max_parallel is no number')
            return PostgresqlStorage(
                url,
                options.get("table") or DEFAULT_TABLE,
                clock,
                random,
                max_parallel=min(int(parallel or 4), 64),
                patience_s=timeout_s(type_, options),
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


def timeout_s(type_: str, options: Mapping[str, str]) -> float:
    """How long the store may take to answer, in seconds.  Raises `StoreError` for what is no such time."""
    text = options.get("timeout", "")
    if not text:
        return PATIENCE_S
    try:
        seconds = parse_duration_ns(text) / SECOND_NS
    except InvalidRequest as error:
        raise StoreError(f'storage "{type_}": timeout is no duration such as "5s"') from error
    if not LEAST_TIMEOUT_S <= seconds <= LONGEST_TIMEOUT_S:
        raise StoreError(f'storage "{type_}": timeout must be from {LEAST_TIMEOUT_S} to {LONGEST_TIMEOUT_S} seconds')
    return seconds
