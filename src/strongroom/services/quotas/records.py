"""What is stored of quotas."""

from __future__ import annotations

from strongroom.barrier import keys
from strongroom.barrier.record import Part, Record

IP, NONE, ENTITY_THEN_IP, ENTITY_THEN_NONE = GROUPINGS = ("ip", "none", "entity_then_ip", "entity_then_none")
"""Who counts together: each address, all clients, each entity (and each address, or all, of those without one)."""
BY_ENTITY = frozenset({ENTITY_THEN_IP, ENTITY_THEN_NONE})

DEFAULT_EXEMPT_PATHS = (
    "sys/generate-recovery-token/attempt",
    "sys/generate-recovery-token/update",
    "sys/generate-root/attempt",
    "sys/generate-root/update",
    "sys/health",
    "sys/seal-status",
    "sys/unseal",
)
"""What nobody may be kept from by a quota until an operator says otherwise.

Source: https://developer.hashicorp.com/vault/docs/concepts/resource-quotas#exempt-routes
"""


class QuotaScope(Part, frozen=True):
    """The requests that a quota is for."""

    namespace: str = keys.ROOT_NAMESPACE
    """Its id."""
    mount: str = ""
    """The mount's id, so that a mount that is moved keeps its quotas; empty for the whole namespace."""
    mount_path: str = ""
    """The mount's path in its namespace, which may be sealed when it is needed."""
    suffix: str = ""
    """A path in the mount, or the beginning of paths with `*` at its end; empty for all of it."""
    role: str = ""
    """Of logins; empty for all requests."""
    inheritable: bool = False
    """Whether it also counts in the namespaces below, for which there is no other quota."""
    additional: bool = False
    """Whether it counts beside the most specific quota of a request."""


class RateLimit(Record, frozen=True, tag="rate-limit-quota"):
    """How many requests there may be in a time."""

    id: str
    """New with each write: what was counted before doesn't matter then."""
    scope: QuotaScope
    rate: float
    interval_s: int = 1
    block_interval_s: int = 0
    group_by: str = IP
    secondary_rate: float = 0.0
    """For clients without an entity; 0 for the same rate."""


class LeaseCount(Record, frozen=True, tag="lease-count-quota"):
    """How many leases there may be at a time."""

    id: str
    """What its counters are kept by.  A quota that is for other requests now has another one."""
    scope: QuotaScope
    max_leases: int


class QuotaSettings(Record, frozen=True, tag="quota-settings"):
    """Settings of all quotas."""

    exempt_paths: tuple[str, ...] = DEFAULT_EXEMPT_PATHS
    """In every namespace."""
    absolute_exempt_paths: tuple[str, ...] = ()
    """With the path of their namespace."""
    audits: bool = False
    """Whether the audit log has refused requests."""
    shows: bool = False
    """Whether responses tell how many requests are left."""
