"""Rows of static roles.

`static-role/<name>` is the role with its credentials; `static-user/<user>/<name>` finds the roles of a user.
"""

from __future__ import annotations

from typing import Any, ClassVar
from urllib.parse import quote

from strongroom.sdk import Record, SecretRecord
from strongroom.sdk.rotation import Account, RotationSettings

STATIC_ROLES = "static-role/"
STATIC_USERS = "static-user/"


class StaticRole(SecretRecord, frozen=True, tag="database-static-role"):
    """A user of a database whose credential is kept and rotated."""

    limit_bytes: ClassVar[int] = 256 * 1024

    db_name: str
    """The name of the connection."""
    usernames: tuple[str, ...] = ()
    """One, or two that take turns."""
    rotation_statements: tuple[str, ...] = ()
    credential_type: str = "password"
    credential_config: dict[str, Any] = {}
    rotation: RotationSettings = RotationSettings()
    grace_s: int = 0
    """How long the user whose turn is over may log in; 0 until its next turn."""
    rotate_on_read: bool = False
    cooldown_s: int = 60
    skip_import_rotation: bool = False
    account: Account = Account()

    def __repr__(self) -> str:
        return f"StaticRole({self.db_name}, {self.usernames})"


class StaticUser(Record, frozen=True, tag="database-static-user"):
    """That a role has a user."""

    db_name: str


def static_user_key(username: str, role: str = "") -> str:
    """The key of a user's row in a role, or the folder of all its rows."""
    return f"{STATIC_USERS}{quote(username, safe='')}/{role}"
