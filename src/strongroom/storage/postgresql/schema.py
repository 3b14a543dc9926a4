"""The tables: their names, their creation, and the check that they can be used."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import LiteralString, cast

import psycopg
from psycopg import errors, sql

from strongroom.lib.errors import StorageError
from strongroom.storage.postgresql.connections import Connection, storage_error

SCHEMA_VERSION = 1
_NAME = re.compile(r"(?:([a-z_][a-z0-9_]{0,62})\.)?([a-z_][a-z0-9_]{0,49})")
_LOCK_SPACE = 0x5374726D
_PRIVILEGES = ("SELECT", "INSERT", "UPDATE", "DELETE")


@dataclass(frozen=True, slots=True)
class Tables:
    """The names of the tables, quoted."""

    rows: str
    feed: str
    head: str
    expiry: str

    def query(self, text: LiteralString) -> bytes:
        """A query with `{rows}`, `{feed}`, `{head}` and `{expiry}` filled in."""
        return _filled_in(self, text)

    def fill_in(self, query: bytes) -> bytes:
        """A query that was composed, with `{head}` filled in."""
        return query.replace(b"{head}", self.head.encode())


@functools.cache
def _filled_in(tables: Tables, text: LiteralString) -> bytes:
    return text.format(rows=tables.rows, feed=tables.feed, head=tables.head, expiry=tables.expiry).encode()


def tables_named(table: str) -> Tables:
    """The tables behind a configured name, `table` or `schema.table`; raises `StorageError` for any other form."""
    match = _NAME.fullmatch(table)
    if match is None:
        raise StorageError("the table of the PostgreSQL storage is no plain name", detail=f"table {table!r}")
    schema, name = match.groups()
    parts = [schema] if schema else []
    names = (sql.Identifier(*parts, name + suffix).as_string() for suffix in ("", "_feed", "_head", "_role_expiry"))
    return Tables(*names)


# Keys compare as bytes ("C"), which is the order of code points in UTF-8, whatever the database's locale. Values are
# encrypted, so compressing them (EXTENDED) is useless. Every commit rewrites the head's row.  Free space in its page
# allows an update in place.
_CREATE = """
CREATE TABLE {rows} (
    key text COLLATE "C" PRIMARY KEY,
    revision bigint NOT NULL,
    value bytea NOT NULL
);
ALTER TABLE {rows} ALTER COLUMN value SET STORAGE EXTERNAL;
CREATE TABLE {feed} (number bigint PRIMARY KEY, id bytea NOT NULL, keys bytea NOT NULL);
ALTER TABLE {feed} ALTER COLUMN keys SET STORAGE EXTERNAL;
CREATE TABLE {expiry} (role text COLLATE "C" PRIMARY KEY, expires_at double precision NOT NULL);
CREATE TABLE {head} (
    single boolean PRIMARY KEY DEFAULT true CHECK (single),
    number bigint NOT NULL,
    id bytea NOT NULL,
    schema_version integer NOT NULL
) WITH (fillfactor = 10);
"""


async def ensure_schema(connection: Connection, tables: Tables) -> tuple[int, int]:
    """Check the server, and create the tables where they are missing.

    Returns: the key of the advisory lock of these tables.
    Raises: `StorageError` that tells what the operator must change.
    """
    try:
        await _check_server(connection)
        async with connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock(%s, 0)", (_LOCK_SPACE,))
            if await _oid(connection, tables.head) is None:
                await _create(connection, tables)
            await _check_tables(connection, tables)
            oid = await _oid(connection, tables.head)
    except errors.InsufficientPrivilege as error:
        raise StorageError(
            "the PostgreSQL user lacks a privilege that the storage needs", detail=str(error).strip()
        ) from error
    except psycopg.Error as error:
        raise storage_error(error, "preparing the tables") from error
    assert oid is not None
    return _LOCK_SPACE, oid - (1 << 32) if oid >= 1 << 31 else oid


async def _check_server(connection: Connection) -> None:
    query = "SELECT current_setting('server_encoding'), current_setting('fsync'), pg_is_in_recovery()"
    row = await (await connection.execute(query)).fetchone()
    assert row is not None
    encoding, fsync, standby = row
    if encoding != "UTF8":
        raise StorageError("the PostgreSQL database must be encoded in UTF8", detail=f"it is {encoding}")
    if fsync != "on":
        raise StorageError("PostgreSQL runs with fsync off: a power loss would lose what was committed")
    if standby:
        raise StorageError("this PostgreSQL server is a standby; the storage needs the primary")


async def _create(connection: Connection, tables: Tables) -> None:
    for table in (tables.rows, tables.feed, tables.expiry):
        if await _oid(connection, table) is not None:
            raise StorageError(f"the PostgreSQL table {table} belongs to another program; configure another `table`")
    await connection.execute(tables.query(_CREATE))
    await connection.execute(
        tables.query("INSERT INTO {head} (number, id, schema_version) VALUES (0, '', %s)"), (SCHEMA_VERSION,)
    )


async def _check_tables(connection: Connection, tables: Tables) -> None:
    for table in (tables.rows, tables.feed, tables.head, tables.expiry):
        for privilege in _PRIVILEGES:
            query = "SELECT has_table_privilege(%s, %s)"
            row = await (await connection.execute(query, (table, privilege))).fetchone()
            if row != (True,):
                raise StorageError(f"the PostgreSQL user may not {privilege} in {table}")
    row = await (await connection.execute(tables.query("SELECT schema_version FROM {head}"))).fetchone()
    version = cast(int, row[0]) if row else 0
    if version > SCHEMA_VERSION:
        raise StorageError(
            f"the PostgreSQL tables {tables.rows} were made by a newer Strongroom",
            detail=f"schema version {version}, this one knows {SCHEMA_VERSION}",
        )


async def _oid(connection: Connection, table: str) -> int | None:
    row = await (await connection.execute("SELECT to_regclass(%s)::oid::bigint", (table,))).fetchone()
    return cast("int | None", row[0]) if row else None
