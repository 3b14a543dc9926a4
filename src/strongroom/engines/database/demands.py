"""What drivers demand of connections and roles when they are written (pure)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from strongroom.engines.database.driver import Demanding, Driver, Placed
from strongroom.engines.database.records import Connection, Role
from strongroom.engines.database.statements import decoded
from strongroom.lib.errors import InvalidRequest

URL_PASSWORD = "url_password"  # noqa: S105 - the name of a detail
"""Where a driver keeps a password that stood in `connection_url`."""


def check_connection(driver: Driver, connection: Connection) -> None:
    """Raise `InvalidRequest` for a user's name or a password that is missing."""
    for name in driver.needed if isinstance(driver, Demanding) else ():
        if not getattr(connection, name):
            raise InvalidRequest(f"{name} cannot be empty")


def check_role(driver: Driver, role: Role) -> None:
    """Raise `InvalidRequest` for statements that could make no user as it is meant."""
    if not isinstance(driver, Demanding):
        return
    statements = decoded(role.creation_statements)
    if role.creation_statements and not statements:
        raise InvalidRequest("creation_statements are empty; leave them out for the database's usual ones")
    driver.check_creation(statements)


def check_place(driver: Driver, before: Connection, after: Connection, data: Mapping[str, Any]) -> None:
    """Raise `InvalidRequest` if a password that this request doesn't give would be sent to another server.

    Whoever may change a connection could have it lead to a server of their own, and read the password there.

    Args:
        data: the request's.
    """
    kept = bool(after.password) and not data.get("password")
    in_url = after.details.get(URL_PASSWORD)
    kept = kept or (bool(in_url) and str(in_url) not in str(data.get("connection_url")))
    if not kept or not isinstance(driver, Placed):
        return
    try:
        known = driver.places(before.details)
    except InvalidRequest:  # of another kind of database
        known = frozenset()
    if not driver.places(after.details) <= known:
        raise InvalidRequest(
            "the connection leads to another server, which would be sent the stored password: give the password, too. "
            "If it has been rotated, have an administrator of the database set another one"
        )
