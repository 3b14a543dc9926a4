"""The store of Vault's and OpenBao's `storage "postgresql"`: a table with a row for each key.

Source: https://developer.hashicorp.com/vault/docs/configuration/storage/postgresql
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from strongroom.importing.stopped.rows import UnreadableStore
from strongroom.lib.extras import install_command

if TYPE_CHECKING:
    from psycopg import Connection

_PAGE: Final = 1000
_TABLES: Final = ("openbao_kv_store", "vault_kv_store")
_LOCKS: Final = ("openbao_ha_locks", "vault_ha_locks")
_TIMEOUT: Final = "30s"


class PostgresqlRows:
    """A store in a table.

    Args:
        url: a connection URL.
        table: the table's name; empty for the servers' own.

    Raises: `UnreadableStore`, also while a server holds its lock.
    """

    def __init__(self, url: str, table: str) -> None:
        try:
            import psycopg  # noqa: PLC0415 - an extra
            from psycopg import sql  # noqa: PLC0415
        except ImportError as error:
            needed = install_command("postgresql")
            raise UnreadableStore(f"a store in PostgreSQL needs a package that isn't installed: {needed}") from error
        self._lock = threading.Lock()
        self._errors = psycopg.Error
        try:
            self._connection: Connection[Any] = psycopg.connect(url, connect_timeout=10, autocommit=True)
        except psycopg.Error as error:
            raise UnreadableStore(f"PostgreSQL can't be reached: {_reason(error)}") from error
        try:
            self._query("SET default_transaction_read_only = on")
            self._query(f"SET statement_timeout = '{_TIMEOUT}'")
            self._name = table or self._first(_TABLES)
            if not self._name:
                raise UnreadableStore(f"the database has neither of the tables {', '.join(_TABLES)}: name yours")
            self._table = sql.Identifier(*self._name.split(".", 1))
            self._sql = sql.SQL
            if (locks := self._first(_LOCKS)) and self._query(
                sql.SQL("SELECT 1 FROM {} WHERE valid_until > now() LIMIT 1").format(sql.Identifier(locks))
            ):
                raise UnreadableStore(f"a server holds its lock in {locks}: stop all servers first")
        except BaseException:
            self._connection.close()
            raise

    @property
    def label(self) -> str:
        """The database and the table."""
        info = self._connection.info
        return f"postgresql {info.host}:{info.port}/{info.dbname} {self._name}"

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def get(self, key: str) -> bytes | None:
        """The stored value at `key`.  Raises `UnreadableStore`."""
        folder, _, name = f"/{key}".rpartition("/")
        query = self._sql("SELECT value FROM {} WHERE path = %s AND key = %s").format(self._table)
        found = self._query(query, (f"{folder}/", name))
        return bytes(found[0][0]) if found else None

    def keys(self, prefix: str) -> Iterator[str]:
        """Every key below `prefix`.  Raises `UnreadableStore`."""
        start, end = f"/{prefix}", f"/{prefix[:-1]}0"  # `0` is the character that follows `/`
        query = self._sql(
            'SELECT path, key FROM {} WHERE path >= %s AND path < %s AND (path, key) > (%s COLLATE "C", %s COLLATE "C")'
            " ORDER BY path, key LIMIT %s"
        ).format(self._table)
        after = ("", "")
        while page := self._query(query, (start, end, *after, _PAGE)):
            yield from (f"{folder}{name}"[1:] for folder, name in page)
            after = page[-1]

    def _first(self, tables: tuple[str, ...]) -> str:
        return next((name for name in tables if self._query("SELECT to_regclass(%s)", (name,))[0][0]), "")

    def _query(self, query: Any, values: tuple[object, ...] = ()) -> list[Any]:
        with self._lock:
            try:
                cursor = self._connection.execute(query, values or None)
                return cursor.fetchall() if cursor.description else []
            except self._errors as error:
                raise UnreadableStore(f"PostgreSQL: {_reason(error)}") from error


def _reason(error: Exception) -> str:
    """An error's first line, without what it quotes of a connection string."""
    diagnosis = getattr(error, "diag", None)
    return str(getattr(diagnosis, "message_primary", None) or type(error).__name__)
