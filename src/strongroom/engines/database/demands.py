"""What drivers demand of connections and roles when they are written (pure)."""

from __future__ import annotations

from strongroom.engines.database.driver import Demanding, Driver
from strongroom.engines.database.records import Connection, Role
from strongroom.engines.database.statements import decoded
from strongroom.lib.errors import InvalidRequest


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
