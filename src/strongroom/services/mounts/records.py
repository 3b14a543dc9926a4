"""Rows of the mount service."""

from __future__ import annotations

from typing import ClassVar

from strongroom.__about__ import __version__
from strongroom.barrier import keys
from strongroom.barrier.record import Part, Record

BUILT_IN_VERSION = f"v{__version__}+builtin.strongroom"
"""The version of all plugins, because all of them ship with the server."""


class Lockout(Part, frozen=True):
    """When too many failed logins lock a user out."""

    threshold: int = 0
    duration_s: int = 0
    counter_reset_s: int = 0
    disabled: bool = False
    by_source: bool = False
    """Whether failures count per user and source address.  Otherwise they count per user, wherever they come from."""


class MountConfig(Part, frozen=True):
    """What `tune` changes.  0 and None stand for "not set"."""

    default_lease_ttl_s: int = 0
    max_lease_ttl_s: int = 0
    force_no_cache: bool = False
    audit_non_hmac_request_keys: tuple[str, ...] | None = None
    audit_non_hmac_response_keys: tuple[str, ...] | None = None
    listing_visibility: str = ""
    passthrough_request_headers: tuple[str, ...] | None = None
    allowed_response_headers: tuple[str, ...] | None = None
    allowed_managed_keys: tuple[str, ...] | None = None
    token_type: str = ""
    plugin_version: str = ""
    lockout: Lockout | None = None
    identity_creation: str = ""
    """For auth methods: `existing` refuses a login whose alias doesn't exist.  Empty stands for `auto`."""
    on_policy_change: str = ""
    """For auth methods: `refuse`, `keep` or `narrow` a token whose policies have changed when it is renewed.

    Empty stands for what the method does of itself.
    """
    delegated_auth_accessors: tuple[str, ...] | None = None
    """The auth mounts, by their accessors, that the engine may have clients without a token logged in by."""
    self_service_password: bool = False
    """For userpass: whether users may change their passwords, with the present one and no policy."""
    list_scoped: bool = False
    """Whether a client's listings have the names alone that it may read."""


class MountRecord(Record, frozen=True, tag="mount"):
    """One mount.  Its rows are stored under its id, so moving the mount moves no rows."""

    id: str
    table: str
    """`secret` or `auth`."""
    path: str
    """Ends in `/`, without the `auth/` of auth methods."""
    type: str
    accessor: str
    description: str = ""
    options: dict[str, str] | None = None
    config: MountConfig = MountConfig()
    local: bool = False
    apart: bool = False
    """Whether other regions don't even know of it.  A cubbyhole is everywhere, and only its rows are local."""
    seal_wrap: bool = False
    external_entropy_access: bool = False
    created_at: float = 0.0
    namespace: str = keys.ROOT_NAMESPACE
    """The id of the namespace that it is mounted in."""
    area: str = ""
    """The id of the namespace that its rows were first stored for, if the mount was moved out of it."""
    locked_at: float = 0.0
    """When it was locked, in seconds since the epoch; 0 if it isn't."""

    @property
    def prefix(self) -> str:
        """The prefix of all its rows."""
        return keys.area(self.area or self.namespace, self.id, local=self.local)

    @property
    def row(self) -> str:
        """Where this is stored.  Other regions don't get the mounts of this one alone."""
        return keys.mounts(self.namespace, local=self.apart) + self.id

    @property
    def full_path(self) -> str:
        """The path below `/v1/` and the namespace's own path, ending in `/`."""
        return f"auth/{self.path}" if self.table == "auth" else self.path


class MountPlace(Record, frozen=True, tag="mount-place"):
    """Leads from the id of a mount outside root to its namespace."""

    namespace: str
    """Its id."""


class Move(Record, frozen=True, tag="mount-move"):
    """A finished move of a mount to another path."""

    source: str
    """Full path, ending in `/`."""
    target: str
    moved_at: float
    """Seconds since the epoch."""


class PendingDeletion(Record, frozen=True, tag="rubble"):
    """Rows of a disabled mount that wait for their deletion."""

    limit_bytes: ClassVar[int] = 0  # made by the server itself

    prefixes: tuple[str, ...]
    lease_mount: str = ""
    """Id of the mount whose leases must be revoked first."""
    mount: MountRecord | None = None
    """The record of that mount.  Its engine needs it to revoke the leases."""
    tokens_after: str = ""
    """For auth methods: the last token that was checked for having been made by the mount's logins."""
    tokens_done: bool = False
    leases_after: str = ""
    """The last lease that was marked as ended."""
    left: str = ""
    """Id of the namespace that the mount has moved out of.  Only its leases there end, and the mount stays."""
