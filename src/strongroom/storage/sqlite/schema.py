"""The database file: opens it, creates its tables, and checks its version."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import apsw

from strongroom.lib.errors import StorageError
from strongroom.storage.sqlite.errors import storage_error

APPLICATION_ID = 0x5374726D
"""`Strm`, in the header of every Strongroom file.  Source: https://sqlite.org/pragma.html#pragma_application_id"""

SCHEMA_VERSION = 1

INCREMENTAL = 2
"""The mode of `auto_vacuum` that allows removing free pages from the file.  It is set when the file is created."""

BUSY_TIMEOUT_MS = 1000
"""How long to wait for foreign tools.  The commit lock separates the server's own processes."""

# Text compares as its UTF-8 bytes, which is the order of code points.
# The feed's newest row is the head of the store: a commit writes one row for both.
# A role's expiry has its own table, so that prolonging doesn't change the revision of the role's row.
_TABLES = """
CREATE TABLE kv (
    key TEXT NOT NULL PRIMARY KEY COLLATE BINARY,
    revision INTEGER NOT NULL,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE feed (number INTEGER NOT NULL PRIMARY KEY, id BLOB NOT NULL, keys BLOB NOT NULL) STRICT;
CREATE TABLE role_expiry (role TEXT NOT NULL PRIMARY KEY, expires_at REAL NOT NULL) STRICT, WITHOUT ROWID;
"""


def connect(database: Path, vfs: str | None, *, cache_bytes: int) -> apsw.Connection:
    """Open the database file, which must exist.  Raises `StorageError`."""
    try:
        connection = apsw.Connection(str(database), flags=apsw.SQLITE_OPEN_READWRITE, vfs=vfs)
        connection.set_busy_timeout(BUSY_TIMEOUT_MS)
        distrust(connection)
        # Only the upkeep checkpoints; a writer that did would hold everyone up.
        for pragma in (f"cache_size = {-cache_bytes // 1024}", "wal_autocheckpoint = 0"):
            connection.execute(f"PRAGMA {pragma}").fetchall()
    except apsw.Error as error:
        raise _unusable(error, database) from error
    return connection


def distrust(connection: apsw.Connection) -> None:
    """Run nothing that stands in the file: a trigger in a snapshot from elsewhere could put revoked tokens back.

    Source: https://sqlite.org/security.html
    """
    for setting, value in (
        (apsw.SQLITE_DBCONFIG_DEFENSIVE, 1),
        (apsw.SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0),
        (apsw.SQLITE_DBCONFIG_ENABLE_TRIGGER, 0),
        (apsw.SQLITE_DBCONFIG_ENABLE_VIEW, 0),
    ):
        connection.config(setting, value)


def foreign_parts(connection: apsw.Connection) -> list[str]:
    """Names of what the file has beside our tables, and of tables that aren't as we make them, sorted.

    SQLite's own tables don't count: `ANALYZE` makes some.
    """
    ours = {name: " ".join(text.split()) for name, text in _statements()}
    rows = connection.execute("SELECT name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'")
    return sorted(str(name) for name, text in rows if ours.get(str(name)) != " ".join(str(text).split()))


def _statements() -> Iterator[tuple[str, str]]:
    for statement in filter(str.strip, _TABLES.split(";")):
        yield statement.split()[2], statement


def disconnect(connection: apsw.Connection) -> None:
    """Close a connection.

    The last one copies the log to the database.  If it can't, the next start does.
    """
    with contextlib.suppress(apsw.Error):
        connection.close()


def ensure_schema(connection: apsw.Connection, database: Path) -> None:
    """Check that the file is Strongroom's, and create the tables in an empty one.  Call it under the commit lock.

    Raises: `StorageError` if the file belongs to another program, has a newer version, or can't have a write-ahead log.
    """
    try:
        application = _number(connection, "PRAGMA application_id")
        version = _number(connection, "PRAGMA user_version")
        tables = _number(connection, "SELECT count(*) FROM sqlite_schema")
        if tables == 0 and application in (0, APPLICATION_ID):
            _create(connection)
        elif application != APPLICATION_ID:
            raise StorageError(f"{database} is a database of another program")
        elif version > SCHEMA_VERSION:
            raise StorageError(
                f"{database} was written by a newer Strongroom",
                detail=f"schema version {version}, this one knows {SCHEMA_VERSION}",
            )
        mode = connection.execute("PRAGMA journal_mode = WAL").fetchall()[0][0]
    except apsw.Error as error:
        raise _unusable(error, database) from error
    if mode != "wal":
        raise StorageError(f"the file system of {database} lacks the shared memory that a write-ahead log needs")


def _unusable(error: apsw.Error, database: Path) -> StorageError:
    if isinstance(error, apsw.NotADBError):
        return StorageError(f"{database} is not a database", detail=str(error))
    return storage_error(error, f"opening {database}")


def _create(connection: apsw.Connection) -> None:
    connection.execute(f"PRAGMA auto_vacuum = {INCREMENTAL}").fetchall()
    with connection:
        connection.execute(_TABLES)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}").fetchall()
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}").fetchall()


def _number(connection: apsw.Connection, query: str) -> int:
    value = connection.execute(query).fetchall()[0][0]
    assert isinstance(value, int)
    return value
