"""Rows of the approle auth method.

`role/<digest of the role id>` and `role-name/<name>` lead to a role; `secret-id/<role>/<digest>`,
`accessor/<role>/<accessor>` and `expiry/<milliseconds>/<accessor>` to a secret id; `expiring` says when expired ones
are cleared next.  `<role>` is an id that isn't shown and never changes.
"""

from __future__ import annotations

from typing import ClassVar

from strongroom.sdk import Record, TokenSettings

ROLE_ID = "role_id"
SECRET_ID_ACCESSOR = "secret_id_accessor"  # noqa: S105 - the name of a source of aliases
ALIAS_NAME_SOURCES = (ROLE_ID, SECRET_ID_ACCESSOR)


class Role(Record, frozen=True, tag="approle-role"):
    """One role.  Every login reads it, so it is kept decoded, and has no secret but the key of digests."""

    limit_bytes: ClassVar[int] = 64 * 1024

    name: str
    id: str
    """Names the role's rows; a role that is deleted and made again has another one."""
    digest_key: bytes
    """Of the digests of secret ids: a custom one may be guessable, and keys of rows are in clear."""
    role_id: str
    bind_secret_id: bool = True
    secret_id_bound_cidrs: tuple[str, ...] = ()
    secret_id_num_uses: int = 0
    """How often each secret id can be used; 0 sets no limit."""
    secret_id_ttl_s: int = 0
    local_secret_ids: bool = False
    alias_name_source: str = ROLE_ID
    """One of `ALIAS_NAME_SOURCES`."""
    period_by_old_name: bool = False
    """Whether the last request called `token_period` by its old name, `period`.  Responses show it too."""
    token: TokenSettings = TokenSettings()

    def __repr__(self) -> str:
        return f"Role({self.name!r})"


class RoleName(Record, frozen=True, tag="approle-role-name"):
    """A role's name."""

    role: str
    """The digest of the role's role id."""


class SecretId(Record, frozen=True, tag="approle-secret-id"):
    """What is known of a secret id.  The secret id itself isn't stored."""

    accessor: str
    role: str
    """The role's `id`."""
    created_at: float
    """Seconds since the epoch."""
    changed_at: float
    expires_at: float = 0.0
    """0 for one that doesn't expire."""
    used_at: float = 0.0
    """Its last login, give or take `USED_STEP_S`; 0 before the first."""
    num_uses: int = 0
    """The logins that are left; 0 sets no limit."""
    ttl_s: int = 0
    cidrs: tuple[str, ...] = ()
    token_bound_cidrs: tuple[str, ...] = ()
    metadata: dict[str, str] = {}


class Accessor(Record, frozen=True, tag="approle-accessor"):
    """The accessor of a secret id."""

    digest: str


class Expiry(Record, frozen=True, tag="approle-expiry"):
    """The time at which a secret id expires; its key says which one."""

    role: str
    digest: str


class Expiring(Record, frozen=True, tag="approle-expiring"):
    """When expired secret ids of the mount are cleared next."""

    at: float
