"""Checks and describes a file that should be a whole copy of a store."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import apsw

from strongroom.lib.errors import StorageError
from strongroom.storage.sqlite.rows import HEAD
from strongroom.storage.sqlite.schema import APPLICATION_ID, SCHEMA_VERSION, distrust, foreign_parts


@dataclass(frozen=True, slots=True)
class Description:
    """The content of a whole copy, as far as it is visible without keys."""

    size_bytes: int
    schema: int
    revision: int
    """The number of commits of the store."""
    commit: str
    """The id of the last one, in hexadecimal digits."""
    rows: int
    initialized: bool


def describe(file: Path, marker: str) -> Description:
    """Read a whole file, and check it.  Nobody may write to it meanwhile.

    Args:
        file: the copy.
        marker: the key of a row that every initialized store has.

    Raises: `StorageError` if it isn't a whole store that this release can read.
    """
    log = file.with_name(f"{file.name}-wal")
    try:
        with file.open("rb") as opened:
            size = os.fstat(opened.fileno()).st_size
        in_use = log.is_file() and log.stat().st_size > 0
    except OSError as error:
        raise StorageError(f"{file} cannot be read: {error.strerror}", detail=f"as user {os.geteuid()}") from error
    if in_use:
        # The rows in the log would be missing without an error.
        raise StorageError(f"{file} is part of a store, and not a snapshot: some of it is in {log.name}")
    try:
        # `immutable`: SQLite creates no files beside it, so a read-only directory works.
        with contextlib.closing(_opened(file)) as connection:
            return _described(connection, file, size, marker)
    except apsw.NotADBError as error:
        raise StorageError(f"{file} is no snapshot of a store", detail=str(error)) from error
    except apsw.Error as error:
        raise StorageError(f"{file} is damaged", detail=f"{type(error).__name__}: {error}") from error


def _opened(file: Path) -> apsw.Connection:
    uri = f"file:{quote(str(file.absolute()))}?immutable=1"
    connection = apsw.Connection(uri, flags=apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI)
    distrust(connection)
    return connection


def _described(connection: apsw.Connection, file: Path, size_bytes: int, marker: str) -> Description:
    if _number(connection, "PRAGMA application_id") != APPLICATION_ID:
        raise StorageError(f"{file} is no snapshot of a store")
    schema = _number(connection, "PRAGMA user_version")
    if schema > SCHEMA_VERSION:
        raise StorageError(
            f"{file} was written by a newer Strongroom", detail=f"schema version {schema}, this one: {SCHEMA_VERSION}"
        )
    if foreign := foreign_parts(connection):
        raise StorageError(
            f"{file} is no snapshot of a store as this program makes them", detail=", ".join(foreign[:8])
        )
    verdict = str(connection.execute("PRAGMA integrity_check(1)").fetchall()[0][0])
    if verdict != "ok":
        raise StorageError(f"{file} is damaged", detail=verdict)
    head = connection.execute(HEAD).fetchall()
    return Description(
        size_bytes=size_bytes,
        schema=schema,
        revision=int(str(head[0][0])) if head else 0,
        commit=bytes(head[0][1]).hex() if head and isinstance(head[0][1], bytes) else "",
        rows=_number(connection, "SELECT count(*) FROM kv"),
        initialized=bool(connection.execute("SELECT 1 FROM kv WHERE key = ?", (marker,)).fetchall()),
    )


def _number(connection: apsw.Connection, query: str) -> int:
    return int(str(connection.execute(query).fetchall()[0][0]))
