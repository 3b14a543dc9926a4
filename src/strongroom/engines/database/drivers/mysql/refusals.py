"""What the server's errors mean, and what of them is told (pure).

A text of the server may repeat a part of the statement, and with it a password.  So only the texts of errors that name
nothing but users, hosts, databases and rights are passed on.

Source: https://mariadb.com/kb/en/mariadb-error-code-reference/
"""

from __future__ import annotations

from typing import Final

from strongroom.engines.database.telling import told
from strongroom.lib.errors import StrongroomError, Unreachable, UpstreamFailed
from strongroom.lib.fault import where as place_of
from strongroom.lib.outgoing.failure import why

CANNOT_USER: Final = 1396
"""A user can't be made, because it is there; or not be changed or dropped, because it isn't."""
NOT_THERE: Final = frozenset({CANNOT_USER, 1133, 1141, 1147, 1269})
"""What a statement about a user that isn't there ends in.  1269 may also mean that rights are missing."""
ACCESS_DENIED: Final = frozenset({1045, 1698, 1130})
"""A login is refused: a wrong password, no user, or none from this address."""
NO_RIGHTS: Final = frozenset({1044, 1095, 1142, 1143, 1227, 1370})
_SILENT: Final = frozenset(
    {1040, 1053, 1077, 1080, 1129, 1135, 1203, 1205, 1213, 1226, 1290, 1317, 1836, 1927, 1969, 3024, 4031, 4151, 3118}
    | {2002, 2003, 2006, 2013, 2014, 2027, 2055, 0}
)
"""The server is away, starting, stopping, full, read only, or took too long: what was asked wasn't judged."""
_PLAIN: Final = frozenset(
    NOT_THERE
    | ACCESS_DENIED
    | NO_RIGHTS
    | {1007, 1008, 1049, 1071, 1146, 1295, 1290, 1305, 1410, 1470, 1819, 1820, 1862, 1959, 1961, 3118, 4151}
)
_MEANT: Final = {
    1040: "it has too many connections",
    1064: "it can't read a statement",
    1290: "it is read only, or runs with an option that forbids this",
    1819: "its rules for passwords refuse this one",
    1820: "the password has expired",
    1862: "the password has expired",
    2006: "the connection is lost",
    2013: "the connection is lost",
    3118: "the account is locked",
    4151: "the account is locked",
}
_LONGEST: Final = 300


class LoginRefused(UpstreamFailed):
    """Name and password don't log in, or not from here."""


def number_of(error: BaseException) -> int:
    """The number of an error of the client library; 0 if it has none."""
    number = error.args[0] if error.args else 0
    return number if isinstance(number, int) else 0


def meaning(error: BaseException, place: str, where: str = "") -> StrongroomError:
    """What an error of the client library or of a socket means.

    Args:
        place: the server's address, as `host:port`. where: which statement failed, as `statement 2 of 3`.
    """
    if isinstance(error, StrongroomError):
        return error
    cause = getattr(error, "original_exception", None) or (error if isinstance(error, OSError) else None)
    if cause is not None:
        text = f"the database can't be reached: {why(cause, f'mysql://{place}')}"
        return UpstreamFailed(text) if _is_no_silence(cause) else Unreachable(text)
    if error.args and not isinstance(error.args[0], int):
        return Unreachable(f"the database's answer can't be read: {type(error).__name__}", detail=place_of(error))
    number = number_of(error)
    said = f"{where}: " if where else ""
    text = f"the database failed: {said}error {number}{_told(error, number)}"
    if number in ACCESS_DENIED:
        return LoginRefused(text)
    return Unreachable(text) if number in _SILENT else UpstreamFailed(text)


def _told(error: BaseException, number: int) -> str:
    if number in _PLAIN and len(error.args) > 1:
        return f": {told(str(error.args[1]), _LONGEST)}"
    return f": {_MEANT[number]}" if number in _MEANT else ""


def _is_no_silence(cause: BaseException) -> bool:
    """Whether the server did answer, by a certificate that isn't accepted."""
    return type(cause).__name__ == "SSLCertVerificationError"
