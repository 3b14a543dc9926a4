"""Rows of these engines.

`config/connection`, `config/lease` and `role/<name>` are what was configured; `earlier/<id>` is a connection to another
database that was configured before, and of which users live; `user/<id>/<name>` is a user that was made, or is being
made, by the id of its connection.
"""

from __future__ import annotations

from typing import Any, ClassVar

from strongroom.sdk import Record, SecretRecord

CONNECTION = "config/connection"
LEASE = "config/lease"
ROLES = "role/"
USERS = "user/"
EARLIER = "earlier/"


class OneConnection(SecretRecord, frozen=True, tag="one-database-connection"):
    """How the database is reached."""

    limit_bytes: ClassVar[int] = 64 * 1024

    id: str
    """Random; the same as long as the database is the same."""
    revision: str
    """Random, and another one after each change; names pools and results."""
    place: str = ""
    """Where the database is, to tell whether another URL leads there too."""
    details: dict[str, Any] = {}
    """As the driver keeps them.  They hold the password, because the URL did."""
    max_open_connections: int = 2
    max_idle_connections: int = 2
    verify_connection: bool = True

    def __repr__(self) -> str:
        return f"OneConnection({self.revision})"


class LeaseTimes(Record, frozen=True, tag="one-database-lease"):
    """How long users live."""

    lease_s: int = 0
    """0 for the mount's."""
    lease_max_s: int = 0


class SqlRole(Record, frozen=True, tag="one-database-role"):
    """How users are made and dropped, and what they are called."""

    limit_bytes: ClassVar[int] = 256 * 1024

    sql: str
    revocation_sql: str = ""
    username_length: int = 16
    """These three count only for MySQL."""
    rolename_length: int = 4
    displayname_length: int = 4


class MadeUser(Record, frozen=True, tag="one-database-user"):
    """A user that was made, or is being made."""

    role: str
    planned_at: float
