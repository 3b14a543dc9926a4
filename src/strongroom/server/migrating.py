"""`operator migrate`: moves everything from one store to another."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

from strongroom.barrier import keys
from strongroom.lib.clock import SystemClock
from strongroom.lib.errors import StrongroomError
from strongroom.lib.rand import SystemRandom
from strongroom.server import logs
from strongroom.server.config.config import ConfigError, parse_migration
from strongroom.server.config.stanzas import StorageConfig
from strongroom.server.diagnose.service_user import name_of
from strongroom.server.stores import DATABASE, IN_MEMORY, LOCAL, StoreError, directory, open_store
from strongroom.services.nodes import EVERY_S
from strongroom.storage.base import Storage
from strongroom.storage.transfer.migrating import Migration, MigrationRefused, Moved, Progress, reset

_QUIET_S: Final = EVERY_S + 2
"""A node that runs writes its row within this time."""


_T = TypeVar("_T")


class MigrationError(Exception):
    """A migration doesn't begin, or doesn't succeed; the text says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a migration did, for people and programs.

    Attributes:
        source, destination: the types of the stores.
        index: the number of the source's last commit that the destination has.
        changed: how many rows the source has changed since then.
    """

    source: str
    destination: str
    rows: int
    size: int
    sha256: str
    index: int
    changed: int
    resumed: bool
    finished: bool


def migrate(path: str, told: Progress, *, log_level: str) -> Result:
    """Move everything from the store in `storage_source` of a file to that in `storage_destination`.

    Raises: `MigrationError`.
    """
    source, destination = _stanzas(path, log_level)

    async def run() -> Moved:
        async with _opened(source, "storage_source") as left, _opened(destination, "storage_destination") as right:
            return await Migration(left, right, _holder(), keys.NODES, _QUIET_S, told).run()

    moved = _run(run)
    found = moved.compared
    return Result(
        source=source.type,
        destination=destination.type,
        rows=found.rows,
        size=found.size_bytes,
        sha256=found.sha256,
        index=moved.revision.number,
        changed=found.changed,
        resumed=moved.resumed,
        finished=moved.finished,
    )


def remove(path: str, told: Progress, *, log_level: str) -> int:
    """Remove what an unfinished migration has left in the destination.  Returns the number of removed rows.

    Raises: `MigrationError`.
    """
    _, destination = _stanzas(path, log_level)

    async def run() -> int:
        async with _opened(destination, "storage_destination") as storage:
            return await reset(storage, _holder(), told)

    return _run(run)


def _run(work: Callable[[], Coroutine[Any, Any, _T]]) -> _T:
    """The result of a coroutine.  Raises `MigrationError`, whose text holds what the log would have."""
    try:
        return asyncio.run(work())
    except MigrationRefused as error:
        raise MigrationError(str(error)) from error
    except StrongroomError as error:
        raise MigrationError(f"{error} ({error.detail})" if error.detail else str(error)) from error


def _holder() -> str:
    """Names this process among all that may migrate."""
    return f"{socket.gethostname()}/{os.getpid()}/{SystemRandom().bytes(8).hex()}"


def _stanzas(path: str, log_level: str) -> tuple[StorageConfig, StorageConfig]:
    try:
        logs.configure(log_level)
        source, destination = parse_migration(Path(path).read_text(encoding="utf-8"), path)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise MigrationError(f"error loading configuration from {path}: {reason}") from error
    except ConfigError as error:
        raise MigrationError(str(error)) from error
    if (source.type, source.options) == (destination.type, destination.options):
        raise MigrationError("the source and the destination are the same store")
    return source, destination


@contextlib.asynccontextmanager
async def _opened(stanza: StorageConfig, name: str) -> AsyncIterator[Storage]:
    """The store of a stanza, started, until the block ends.  Raises `MigrationError`, `StorageError`."""
    within = f'{name} "{stanza.type}"'
    if stanza.type == IN_MEMORY:
        raise MigrationError(f"{within}: nothing is kept in memory")
    try:
        if stanza.type in LOCAL:
            _check_directory(directory(stanza.type, stanza.options), must_exist=name == "storage_source")
        storage = open_store(stanza.type, stanza.options, SystemClock(), SystemRandom())
    except StoreError as error:
        raise MigrationError(f"{within}: {error}") from error
    await storage.start()
    try:
        yield storage
    finally:
        await storage.close()


def _check_directory(place: Path, *, must_exist: bool) -> None:
    """Raises `MigrationError` if there is no store, or if it is another user's, which files of ours would shut out."""
    database = place / DATABASE
    there = os.access(database, os.F_OK)
    if must_exist and not there:
        raise MigrationError(f"{place} holds no store, or this user can't look into it")
    looked_at = database if there else next(part for part in (place, *place.parents) if os.access(part, os.F_OK))
    owner = looked_at.stat().st_uid
    if owner == os.geteuid() or (not there and looked_at != place and os.access(looked_at, os.W_OK | os.X_OK)):
        return
    user = name_of(owner)
    raise MigrationError(
        f"{looked_at} is user {user}'s, and this is user {name_of(os.geteuid())}: run the command as the server's "
        f"user, runuser -u {user} -- strongroom operator migrate …"
    )
