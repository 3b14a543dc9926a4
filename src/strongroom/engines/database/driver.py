"""What the engine needs of a kind of database.

A driver knows one client library and how users of its database are made.  It decides nothing about roles, leases or
times, and stores nothing.  All that it gets is in its arguments: the engine calls it with no transaction open.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Protocol, runtime_checkable

import msgspec

PASSWORD = "password"  # noqa: S105 - a kind of credential
RSA_PRIVATE_KEY = "rsa_private_key"
CLIENT_CERTIFICATE = "client_certificate"

Statements = tuple[str, ...]
"""As they were configured, decoded: one item of a list each.  Empty for the driver's own."""


class Target(msgspec.Struct, frozen=True):
    """A database, and the user by whom the engine manages others."""

    name: str
    """Of the connection, for errors."""
    plugin: str
    """The name by which the connection was configured: some drivers have several."""
    details: Mapping[str, Any]
    """What was configured besides, without the password."""
    username: str
    password: str
    terminate_sessions: bool = False
    """Whether a user that is dropped by statements of its role has its sessions ended first."""
    max_open: int = 4
    max_idle: int = 0
    """0 for as many as are open; negative for none."""
    lifetime_s: float = 0.0
    """How long one connection is used; 0 for ever."""

    def __repr__(self) -> str:
        return f"Target({self.name}, {self.plugin})"


class Credential(msgspec.Struct, frozen=True):
    """What a user logs in with."""

    type: str = PASSWORD
    password: str = ""
    public_key: str = ""
    """PEM, for `RSA_PRIVATE_KEY`."""
    subject: str = ""
    """RFC 4514, for `CLIENT_CERTIFICATE`."""

    def __repr__(self) -> str:
        return f"Credential({self.type})"


class Account(msgspec.Struct, frozen=True):
    """A user of the database that is being made, or whose time is being extended."""

    username: str
    credential: Credential
    expires_at: float
    """Seconds since the epoch; 0 for never."""


class Session(Protocol):
    """A pool of connections to one target.  All methods may be called at the same time by several requests.

    Each raises `Unreachable` if the database did not answer, `UpstreamFailed` if it refused.  Their texts contain no
    password and no statement with its values.  A call ends within the driver's limits of time.
    """

    async def ping(self) -> None:
        """Prove that the target's user can log in."""
        ...

    async def create(self, account: Account, statements: Statements, rollback: Statements) -> None:
        """Make a user.  If that fails half-way, undo by `rollback`, or by the driver's own statements."""
        ...

    async def renew(self, account: Account, statements: Statements) -> None:
        """Extend a user's time in the database, if the database keeps one.  The credential isn't known any more."""
        ...

    async def drop(self, username: str, statements: Statements) -> None:
        """Remove a user, and end its sessions.  A user that isn't there counts as removed."""
        ...

    async def change(self, username: str, credential: Credential, statements: Statements) -> None:
        """Give an existing user another credential."""
        ...

    async def logs_in(self, username: str, credential: Credential) -> bool:
        """Whether a user can log in by a credential.  Raises `Unreachable` if that can't be told.

        It doesn't need the target's own user, whose password may be the one that is in doubt.
        """
        ...

    async def close(self) -> None:
        """Close all connections.  Calls that are under way may finish."""
        ...


class Driver(Protocol):
    """One kind of database."""

    names: ClassVar[tuple[str, ...]]
    """The values of `plugin_name` that lead here."""
    credential_types: ClassVar[tuple[str, ...]]
    secret_details: ClassVar[frozenset[str]]
    """Details that are never shown, such as a private key; the password isn't among them."""

    def username_template(self, plugin: str) -> str:
        """The template of user names where the connection has none of its own."""
        ...

    def check(self, plugin: str, details: Mapping[str, Any]) -> dict[str, Any]:
        """The connection's details in the form in which they are stored (pure).

        Raises: `InvalidRequest` for what is missing, unknown in meaning, or no valid value.
        """
        ...

    def open(self, target: Target) -> Session:
        """A session.  No connection is made yet.  Raises `UpstreamFailed` if a package is missing, by its name."""
        ...


@runtime_checkable
class Demanding(Protocol):
    """A driver that demands more of connections and roles than others do."""

    needed: ClassVar[tuple[str, ...]]
    """Which of `username` and `password` a connection has to have."""

    def check_creation(self, statements: Statements) -> None:
        """Look at a role's statements before they are used (pure).  Raises `InvalidRequest`."""
        ...


@runtime_checkable
class Cutting(Protocol):
    """A driver of a database that cuts long names of users, and says nothing of it."""

    most_name_bytes: ClassVar[int]
