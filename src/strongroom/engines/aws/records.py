"""Rows of the aws secrets engine.

========================  ====================  ==================================================
below the mount           record                what
========================  ====================  ==================================================
`root`                    `RootConfig`          how AWS is reached, and by whose key
`root-rotation`           `RootRotation`        a new key of the root user that isn't in use yet
`lease`                   `LeaseConfig`         how long users live
`role/<name>`             `Role`                what credentials can do
`static/<name>`           `StaticRole`          a user that exists, whose keys are rotated
`static-key/<name>`       `StaticKey`           the present key of that user
`static-user/<digest>`    `StaticUser`          which static role has a user
========================  ====================  ==================================================
"""

from __future__ import annotations

from typing import ClassVar, Literal

from strongroom.sdk import Record, SecretRecord
from strongroom.sdk.rotation import RotationSettings

ROOT = "root"
ROTATION = "root-rotation"
LEASE = "lease"
ROLES = "role/"
STATIC_ROLES = "static/"
STATIC_KEYS = "static-key/"
STATIC_USERS = "static-user/"

IAM_USER = "iam_user"
ASSUMED_ROLE = "assumed_role"
FEDERATION_TOKEN = "federation_token"  # noqa: S105 - a kind of credentials
SESSION_TOKEN = "session_token"  # noqa: S105 - a kind of credentials
TYPES = (IAM_USER, ASSUMED_ROLE, FEDERATION_TOKEN, SESSION_TOKEN)
STS_TYPES = frozenset({ASSUMED_ROLE, FEDERATION_TOKEN, SESSION_TOKEN})


class RootConfig(SecretRecord, frozen=True, tag="aws-root"):
    """How AWS is reached.  The names are those of the API."""

    access_key: str = ""
    secret_key: str = ""
    region: str = ""
    iam_endpoint: str = ""
    sts_endpoint: str = ""
    sts_region: str = ""
    sts_fallback_endpoints: tuple[str, ...] = ()
    sts_fallback_regions: tuple[str, ...] = ()
    max_retries: int = -1
    username_template: str = ""
    """Empty for the usual one."""

    old_access_key: str = ""
    """The key that a rotation has replaced; it is used, too, until AWS knows the new one everywhere."""
    old_secret_key: str = ""
    rotated_at: float = 0.0
    """When the key was last rotated, in seconds since the epoch; 0 for a key that was configured."""
    former_keys: tuple[str, ...] = ()
    """The ids of keys that rotations have replaced, newest last.  Such a key is never taken again."""
    rotation: RotationSettings = RotationSettings()
    next_rotation_at: float = 0.0
    """Seconds since the epoch; 0 for never."""

    def __repr__(self) -> str:
        return f"RootConfig({self.access_key})"


class RootRotation(SecretRecord, frozen=True, tag="aws-root-rotation"):
    """A rotation that has begun: written before AWS is asked for a key, and again with the key."""

    begun_at: float
    """Seconds since the epoch."""
    known_keys: tuple[str, ...]
    """The ids of the user's keys when it began.  One that isn't among them was made by it."""
    access_key: str = ""
    secret_key: str = ""

    def __repr__(self) -> str:
        return f"RootRotation({self.access_key})"


class LeaseConfig(Record, frozen=True, tag="aws-lease"):
    """How long users live, in seconds; 0 for the mount's times."""

    lease_s: int = 0
    lease_max_s: int = 0


class Role(Record, frozen=True, tag="aws-secrets-role"):
    """What credentials can do.  The names are those of the API; times are in seconds."""

    limit_bytes: ClassVar[int] = 256 * 1024

    credential_types: tuple[str, ...] = ()
    policy_arns: tuple[str, ...] = ()
    role_arns: tuple[str, ...] = ()
    policy_document: str = ""
    iam_groups: tuple[str, ...] = ()
    iam_tags: dict[str, str] = {}
    session_tags: dict[str, str] = {}
    external_id: str = ""
    default_sts_ttl: int = 0
    max_sts_ttl: int = 0
    user_path: str = ""
    permissions_boundary_arn: str = ""
    mfa_serial_number: str = ""
    wait_usable: int = 0
    max_leases: int = 0
    """Users at a time; 0 for no limit."""
    reuse: bool = False
    """Whether an entity that asks again gets the user that it has."""
    lease_owner: Literal["token", "entity"] = "token"
    """Whose end ends a lease."""
    by_path: bool = False
    """Whether it was written by `arn` or `policy`: users then come from `creds` alone, sessions from `sts`."""


class StaticRole(Record, frozen=True, tag="aws-static-role"):
    """A user of IAM whose keys are rotated."""

    username: str
    user_id: str
    """AWS's own, which another user of the same name doesn't have."""
    rotation: RotationSettings = RotationSettings()
    assume_role_arn: str = ""
    assume_role_session_name: str = ""
    external_id: str = ""


class StaticUser(Record, frozen=True, tag="aws-static-user"):
    """Which static role has a user."""

    role: str
    claimed_at: float = 0.0
    """When the role was about to be made; seconds since the epoch."""


class StaticKey(SecretRecord, frozen=True, tag="aws-static-key"):
    """The key of a static role's user, and the rotation that has begun, if one has."""

    access_key: str = ""
    secret_key: str = ""
    rotated_at: float = 0.0
    next_rotation_at: float = 0.0
    """Seconds since the epoch; 0 for never."""
    begun_at: float = 0.0
    """When the rotation that isn't over began; 0 if there is none."""
    known_keys: tuple[str, ...] = ()
    """The ids of the user's keys at that time."""
    user_id: str = ""
    """Of the user whose keys these are; empty in rows of before."""
    attempts: int = 0
    """Rotations that have failed since the last that didn't."""
    last_error: str = ""

    def __repr__(self) -> str:
        return f"StaticKey({self.access_key})"
