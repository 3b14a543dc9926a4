"""What a lease keeps of a user, so that it can be renewed and revoked whatever becomes of role and connection."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import msgspec

from strongroom.engines.database.driver import Credential
from strongroom.engines.database.records import USERS


class Issued(msgspec.Struct, frozen=True):
    """A user, as its lease keeps it."""

    connection: str
    """Its name."""
    connection_id: str
    role: str
    username: str
    planned_at: float
    expires_at: float
    """When the user's time in the database is over; a little later than the lease."""
    default_ttl_s: int
    max_ttl_s: int
    credential: Credential = Credential()
    """Without the password once the user is made."""
    creation: tuple[str, ...] = ()
    rollback: tuple[str, ...] = ()
    renewal: tuple[str, ...] = ()
    revocation: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Issued({self.username})"


def kept(issued: Issued) -> dict[str, Any]:
    """As a lease's `internal`."""
    made: dict[str, Any] = msgspec.to_builtins(issued)
    return made


def issued_of(lease: dict[str, Any]) -> Issued:
    """What a lease's `internal` says."""
    return msgspec.convert(lease, Issued)


def forgotten(issued: Issued) -> dict[str, Any]:
    """What to store in a lease's `internal` when the user is made: nobody needs its password any more."""
    return {"credential": msgspec.to_builtins(msgspec.structs.replace(issued.credential, password=""))}


def user_key(connection_id: str, username: str) -> str:
    """The key of a user's row."""
    return f"{USERS}{connection_id}/{quote(username, safe='')}"
