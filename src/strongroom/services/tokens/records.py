"""Rows of the token service."""

from __future__ import annotations

from typing import Any

from strongroom.barrier.due import SINGLE_USE, TOKEN
from strongroom.barrier.keys import ROOT_NAMESPACE, namespace_of
from strongroom.barrier.record import Record
from strongroom.sdk.token_settings import TokenSettings
from strongroom.services.policy.paths import LoginAlias
from strongroom.services.withdrawals.issue import Issue

SERVICE = "service"
BATCH = "batch"
FIRST_PATH = "auth/token/root"
"""The `path` of the first root token, which no request made."""


class TokenRecord(Record, frozen=True, tag="token"):
    """One token, which is also its own lease.  The token itself isn't stored; its key is a keyed digest of it."""

    key: str
    """What things are kept by that belong to the token; empty for a batch token, which is no row."""
    accessor: str
    """Empty for a batch token."""
    policies: tuple[str, ...]
    path: str
    """The API path of the request that made it."""
    created_at: float
    display_name: str = ""
    metadata: dict[str, str] | None = None
    ttl_s: int = 0
    """The time granted at its creation or last renewal; 0 for a token that doesn't expire."""
    creation_ttl_s: int = 0
    expires_at: float = 0.0
    """Seconds since the epoch; 0 for never."""
    explicit_max_ttl_s: int = 0
    period_s: int = 0
    renewable: bool = False
    num_uses: int = 0
    """How often it may be used in all; 0 for no limit.  A separate row counts the uses."""
    parent: str = ""
    """Key of its parent token; empty for an orphan.  The token ends with its parent."""
    auth_mount: str = ""
    """Id of the auth mount that made it; empty for tokens made by tokens.  The token ends with the mount."""
    role: str = ""
    entity_id: str = ""
    bound_cidrs: tuple[str, ...] = ()
    strictly_bind_ip: bool = False
    bound_ip: str = ""
    last_renewed_at: float = 0.0
    type: str = SERVICE
    no_default_policy: bool = False
    internal: dict[str, str] = {}
    """Data that the auth method gets back at a renewal."""
    alias: str = ""
    alias_mount: str = ""
    """Accessor of the mount of its login, or of its parent's."""
    alias_metadata: dict[str, str] = {}
    """Metadata of that login.  Templates use it, so that another login of the same alias changes nothing here."""
    max_ttl_s: int = 0
    namespace: str = ROOT_NAMESPACE
    """The id of its namespace."""
    counted: tuple[str, ...] = ()
    """The ids of the lease count quotas that it was counted for."""
    retired: bool = False
    """Revoked without its children.  The row stays to show that the children are orphans now."""
    issued: Issue | None = None
    """To whom; None for tokens of earlier versions, and for root tokens that no request asked for."""

    @property
    def due_kind(self) -> str:
        """Its kind in the due index.  Single-use tokens have their own kind, because they come in floods."""
        return SINGLE_USE if self.num_uses == 1 else TOKEN

    @property
    def home_of_entity(self) -> str:
        """The id of the namespace that its entity is in: the token's own, or one above."""
        return namespace_of(self.entity_id)

    @property
    def settings(self) -> TokenSettings:
        """The settings from its creation, which a renewal uses again."""
        return TokenSettings(**{name: getattr(self, name) for name in _SETTINGS})

    @property
    def login(self) -> LoginAlias | None:
        """What its login said of its alias; None for a token that comes from none."""
        if not self.alias_mount:
            return None
        return LoginAlias(self.alias_mount, tuple(sorted(self.alias_metadata.items())))

    @property
    def is_root(self) -> bool:
        """Whether it has the policy `root`, which stands for all rights in the root namespace only."""
        return "root" in self.policies and self.namespace == ROOT_NAMESPACE


_SETTINGS = tuple(sorted(set(TokenSettings.__struct_fields__) - {"old_names", "unknown_"}))
"""The fields of a token's row that are settings, under the same names."""


def kept(settings: TokenSettings) -> dict[str, Any]:
    """The settings as fields of a token's row."""
    return {name: getattr(settings, name) for name in _SETTINGS}


class AccessorRecord(Record, frozen=True, tag="accessor"):
    """Maps an accessor to its token."""

    token_key: str


class ChildRecord(Record, frozen=True, tag="child"):
    """One child of a token; its key is below the parent's."""


class DeadTree(Record, frozen=True, tag="dead-tree"):
    """A revoked token whose descendants and leases wait to be cleared.  They are invalid already."""

    token_key: str
    leases_after: str = ""
    """The last lease that was marked as ended."""


class TokenRole(Record, frozen=True, tag="token-role"):
    """Settings for `auth/token/create/:role`."""

    name: str
    allowed_policies: tuple[str, ...] = ()
    disallowed_policies: tuple[str, ...] = ()
    allowed_policies_glob: tuple[str, ...] = ()
    disallowed_policies_glob: tuple[str, ...] = ()
    orphan: bool = False
    renewable: bool = True
    path_suffix: str = ""
    allowed_entity_aliases: tuple[str, ...] | None = None
    """None until the role is given some.  Responses show the difference."""
    period_s: int = 0
    explicit_max_ttl_s: int = 0
    bound_cidrs: tuple[str, ...] = ()
    num_uses: int = 0
    no_default_policy: bool = False
    strictly_bind_ip: bool = False
    token_type: str = "default-service"  # noqa: S105 - a kind of token
    old_period: bool = False
    """Whether the period was set by its old name of 2016.  Responses then show that name too."""
    old_explicit_max_ttl: bool = False
    old_bound_cidrs: bool = False
