"""Rows of the database engine.

`config/<name>` and `role/<name>` are what was configured; `draining/<id>` is a connection that was deleted while users
of it live; `user/<id>/<name>` is a user that was made, or is being made, by the id of its connection.
"""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from strongroom.sdk import Record, SecretRecord
from strongroom.sdk.rotation import Account, RotationSettings

CONFIG = "config/"
ROLES = "role/"
DRAINING = "draining/"
USERS = "user/"

SUPPLIED: Literal["supplied"] = "supplied"
ROTATED: Literal["rotated"] = "rotated"


class Connection(SecretRecord, frozen=True, tag="database-connection"):
    """How a database is reached."""

    limit_bytes: ClassVar[int] = 512 * 1024

    id: str
    """Random, so that a connection that is deleted and one of the same name aren't mistaken for each other."""
    revision: str
    """Random, and another one after each change; names pools and results."""
    plugin: str
    details: dict[str, Any] = {}
    """As the driver keeps them, without the password."""
    username: str = ""
    password: str = ""
    password_origin: Literal["supplied", "rotated"] = SUPPLIED
    """Whether the password was configured, or made by a rotation, so that nobody else has it."""
    allowed_roles: tuple[str, ...] = ()
    root_rotation_statements: tuple[str, ...] = ()
    password_policy: str = ""
    plugin_version: str = ""
    username_template: str = ""
    terminate_sessions: bool = False
    verify_connection: bool = True
    skip_static_role_import_rotation: bool = False
    rotation: RotationSettings = RotationSettings()
    """When `password` is rotated."""
    root: Account = Account()
    """How that is going; its current credential is `username` and `password` here."""
    deleted_name: str = ""
    """The name that a deleted connection had."""

    def __repr__(self) -> str:
        return f"Connection({self.id})"


class Role(SecretRecord, frozen=True, tag="database-role"):
    """What users are like.  Secret because a `credential_config` may hold the key of an authority."""

    limit_bytes: ClassVar[int] = 512 * 1024

    db_name: str
    creation_statements: tuple[str, ...] = ()
    revocation_statements: tuple[str, ...] = ()
    rollback_statements: tuple[str, ...] = ()
    renew_statements: tuple[str, ...] = ()
    default_ttl_s: int = 0
    max_ttl_s: int = 0
    credential_type: str = "password"
    credential_config: dict[str, Any] = {}
    max_leases: int = 0
    """Users at a time; 0 for no limit."""
    reuse: bool = False
    """Whether an entity that asks again gets the user that it has."""
    lease_owner: Literal["token", "entity"] = "token"
    """Whose end ends a lease."""
    revision: str = ""
    """Another one after each change."""

    def __repr__(self) -> str:
        return f"Role({self.db_name})"


class User(Record, frozen=True, tag="database-user"):
    """A user that was made in a database, or is being made."""

    role: str
    planned_at: float
