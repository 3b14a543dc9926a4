"""What can go wrong with a statement, and what of it is told.

A text of the server may repeat a part of the statement.  So only the texts of errors that name users, hosts, databases
and rights are passed on.

Source: https://mariadb.com/kb/en/mariadb-error-code-reference/,
https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html
"""

from __future__ import annotations

from typing import Final

from strongroom.lib.errors import StorageError, StorageFull, StrongroomError
from strongroom.lib.fault import where

DEADLOCK: Final = 1213
"""Also what Galera answers when another node committed first."""
ROLLED_BACK: Final = frozenset({DEADLOCK, 1020, 3101})
"""The transaction took no effect, and may be tried again: a deadlock, a row that changed, a refused certification."""
LOCK_TIMEOUT: Final = 1205
NO_DATABASE: Final = 1049
NO_RIGHTS: Final = frozenset({1044, 1142, 1143, 1227, 1370})
_FULL: Final = frozenset({1021, 1114})
_ENDED: Final = frozenset({1053, 1077, 1080, 1152, 1158, 1159, 1160, 1161, 1927, 3169, 4031})
"""The server ends the connection after this answer."""
_PLAIN: Final = frozenset(
    NO_RIGHTS
    | {1040, 1045, 1047, 1049, 1071, 1114, 1129, 1130, 1146, 1203, LOCK_TIMEOUT, DEADLOCK, 1226, 1290, 1698, 1792, 1836}
)
_LONGEST: Final = 300


class StatementFailed(Exception):
    """The server refused a statement.  The connection is usable."""

    def __init__(self, number: int, text: str) -> None:
        super().__init__(text)
        self.number = number

    def at(self, place: str) -> StatementFailed:
        """The same of a server that is named."""
        return StatementFailed(self.number, f"{place}: {self}")


class RolledBackError(Exception):
    """This process found a reason to go no further, and rolled back.  The connection is usable."""


class ConnectionLost(Exception):
    """The connection can't be used any more.  Whether the last statements took effect is unknown."""

    def at(self, place: str) -> ConnectionLost:
        """The same of a server that is named."""
        return type(self)(f"{place}: {self}")


class NoAnswerError(ConnectionLost):
    """The server didn't answer in time."""


def failure_of(error: Exception) -> StatementFailed | ConnectionLost:
    """What an error of the client library or of a socket means."""
    number = error.args[0] if error.args and isinstance(error.args[0], int) else 0
    if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
        return NoAnswerError("no answer within the time limit")
    if isinstance(error, OSError):
        return ConnectionLost(f"{type(error).__name__}: {error.strerror or 'the connection broke'}")
    if isinstance(error, StrongroomError):
        return ConnectionLost(error.text)
    if not 1000 <= number < 2000 and not number >= 3000:
        # Of the client library, or of its parsing of what is no answer.
        told = _told(error) if 2000 <= number < 3000 else f"at {where(error)}"
        return ConnectionLost(f"error {number}: {told}")
    text = f"error {number}: {_told(error)}" if number in _PLAIN else f"error {number}"
    return ConnectionLost(text) if number in _ENDED else StatementFailed(number, text)


def storage_error(failure: StatementFailed | ConnectionLost, doing: str) -> StorageError:
    """The error to raise for a failure while `doing`."""
    detail = f"{doing}: {failure}"
    if isinstance(failure, StatementFailed):
        if failure.number in _FULL:
            return StorageFull("the store has no room left", detail=detail)
        if failure.number == LOCK_TIMEOUT:
            return StorageError("another transaction holds the store", detail=detail)
    return StorageError("the store failed", detail=detail)


def _told(error: Exception) -> str:
    text = str(error.args[1]) if len(error.args) > 1 else type(error).__name__
    return " ".join(text.split())[:_LONGEST]
