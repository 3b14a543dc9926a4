"""The check whether a pooler keeps a transaction together."""

from __future__ import annotations

import psycopg
from psycopg import errors

from strongroom.lib.errors import StorageError
from strongroom.lib.postgresql.answering import answering
from strongroom.storage.postgresql.connections import Connection, storage_error

STATEMENT_MODE = (
    "the pooler before PostgreSQL gives each statement another session (PgBouncer: pool_mode = statement); the storage "
    "needs whole transactions: set pool_mode = transaction, or session, for its database"
)


async def check_pooler(connection: Connection, patience_s: float) -> None:
    """Try a transaction of two statements.  Raises `StorageError`, which tells what to change.

    Source: https://www.pgbouncer.org/config.html#pool_mode
    """
    try:
        with answering(connection, patience_s):
            for statement in ("BEGIN", "SELECT", "ROLLBACK"):
                await connection.execute(statement, prepare=False)
    except errors.ProtocolViolation as error:
        raise StorageError(STATEMENT_MODE, detail=str(error).strip()) from error
    except psycopg.Error as error:
        raise storage_error(error, "trying a transaction through the pooler") from error
