"""What PostgreSQL's errors mean."""

from __future__ import annotations

from collections.abc import Iterable

import psycopg
from psycopg import errors

from strongroom.engines.database.telling import told
from strongroom.lib.errors import Unreachable, UpstreamFailed
from strongroom.lib.redaction import Redaction

_SILENT = (errors.AdminShutdown, errors.CrashShutdown, errors.CannotConnectNow, errors.ConnectionException)
_AGAIN = (errors.SerializationFailure, errors.DeadlockDetected)
_MOST_READ = 8192
"""Characters of a text that are looked at for secrets."""
_COLLIDED = "tuple concurrently updated", "tuple concurrently deleted"
"""What the server says, in English whatever its language, because it expects that nobody sees it."""


def upstream(error: psycopg.Error, doing: str, secrets: Iterable[str] = ()) -> UpstreamFailed:
    """The error to raise for one of psycopg's, which occurred while `doing`.

    Its text is the server's primary message and the objects that are in the way; never the statement.
    """
    hide = Redaction(secrets).text
    reached = error.sqlstate is not None and not isinstance(error, _SILENT)
    if not reached and not (isinstance(error, psycopg.OperationalError) and _answered(error)):
        return Unreachable(f"{doing}: {told(hide(_first_line(error)))}")
    text = error.diag.message_primary or _first_line(error)
    code = f" (SQLSTATE {error.sqlstate})" if error.sqlstate else ""
    objects = f": {error.diag.message_detail}" if isinstance(error, errors.DependentObjectsStillExist) else ""
    return UpstreamFailed(f"{doing}: {told(hide(text[:_MOST_READ]))}{code}{told(hide(objects[:_MOST_READ]), 2000)}")


def _answered(error: psycopg.Error) -> bool:
    """Whether a connection failed because the server refused it.

    libpq keeps no code of such errors; but whether it was asked for a password, and the server's text, which begins
    with a severity that libpq's own texts don't have.
    """
    connection = error.pgconn
    if connection is not None and (connection.used_password or connection.needs_password):
        return "closed the connection" not in str(error) and "timeout" not in str(error)
    text = str(error)
    return "FATAL:" in text and "starting up" not in text and "shutting down" not in text


def _first_line(error: psycopg.Error) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:_MOST_READ]


def is_collision(error: psycopg.Error) -> bool:
    """Whether the same statements can succeed a moment later, because others changed the same row."""
    if isinstance(error, _AGAIN):
        return True
    return isinstance(error, errors.InternalError_) and any(text in str(error) for text in _COLLIDED)


def is_gone(error: psycopg.Error) -> bool:
    """Whether a statement failed because the user isn't there."""
    return isinstance(error, errors.UndefinedObject)
