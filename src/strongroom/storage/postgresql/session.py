"""The settings under which statements run: of a session, or of each transaction where a pooler shares the sessions.

A pooler such as PgBouncer in transaction mode may give each transaction another session.  Through a pooler, therefore,
settings are local to a transaction, locks end with it, and no statement is prepared.

Source: https://www.pgbouncer.org/features.html#sql-feature-map-for-pooling-modes
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from psycopg import sql

from strongroom.lib.errors import StorageError
from strongroom.lib.postgresql.answering import LISTING_TIMES

_TIMEOUTS: Final = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
# A session may wait for more than its primary's disk, and must not wait for less.
_DURABLE = sql.SQL("""
SELECT set_config('synchronous_commit', 'on', {local}) {condition}
   AND current_setting('synchronous_commit') NOT IN ('on', 'remote_apply')
""")


class SessionSettings:
    """The settings of the store's sessions.

    Args:
        given: settings of the connection URL, by name.  They prevail over the store's own.
        patience_s: the time limit for a response.
    """

    def __init__(self, given: Mapping[str, str], patience_s: float) -> None:
        # A node that is stopped in the middle of a commit must not block the others' commits for long.
        self.idle_s = patience_s * 2
        limits = {
            "statement_timeout": str(round(patience_s * LISTING_TIMES * 1000)),
            "lock_timeout": str(max(1, round(patience_s * 800))),
            "idle_in_transaction_session_timeout": str(round(self.idle_s * 1000)),
        }
        self._of_session = limits | {"default_transaction_isolation": "read committed"} | dict(given)
        self._of_transaction = {name: self._of_session[name] for name in _TIMEOUTS}
        self._only_of_session = sorted(given.keys() - self._of_transaction.keys())

    def refuse_pooler(self) -> None:
        """Raise `StorageError` if the URL has settings that a pooler would lose."""
        if self._only_of_session:
            name = self._only_of_session[0]
            raise StorageError(
                f"the connection_url sets {name}, which a pooler loses between two transactions: remove it there, and "
                f"set it for the user with ALTER ROLE … SET {name}"
            )

    def for_session(self, backend_pid: int) -> bytes:
        """Sets up a session and returns the process id of its server in the last result.

        Nothing is set if the server isn't the one that answered the connection: then a pooler stands between, and the
        session is shared with others.

        Args:
            backend_pid: the process id that the connection was told.
        """
        condition = sql.SQL("WHERE pg_backend_pid() = {}").format(backend_pid)
        statements = [
            sql.SQL("SELECT set_config({}, {}, false) {}").format(name, value, condition)
            for name, value in self._of_session.items()
        ]
        durable = _DURABLE.format(local=sql.SQL("false"), condition=condition)
        return sql.SQL("; ").join([*statements, durable, sql.SQL("SELECT pg_backend_pid()")]).as_bytes()

    def begin(self, **other: str) -> bytes:
        """Begins a transaction with its own settings, as the first statements of a query.

        Args:
            other: settings in the place of the store's.
        """
        statements = [
            sql.SQL("SET LOCAL {} = {}").format(sql.Identifier(name), value)
            for name, value in (self._of_transaction | other).items()
        ]
        durable = _DURABLE.format(local=sql.SQL("true"), condition=sql.SQL("WHERE true"))
        first = sql.SQL("BEGIN ISOLATION LEVEL READ COMMITTED")
        return sql.SQL("; ").join([first, *statements, durable]).as_bytes() + b"; "
