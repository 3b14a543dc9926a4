"""Rows of requests that wait for approval.

They lie in the cubbyhole of the token that waits, so they are deleted with it: when it is used, revoked or expired, or
when the token ends that asked.
"""

from __future__ import annotations

from typing import ClassVar

from strongroom.barrier import keys
from strongroom.barrier.barrier import SecretRecord
from strongroom.barrier.record import Record
from strongroom.services.policy.control_group import Factor
from strongroom.services.withdrawals.matching import Facts


class HeldRequest(SecretRecord, frozen=True, tag="held-request"):
    """A request that is executed when others have approved it."""

    limit_bytes: ClassVar[int] = 1024 * 1024

    id: str
    """The request's id in the audit log."""
    token: str
    """The token that asked, and in whose name the request is executed."""
    operation: str
    path: str
    """Relative to the namespace, in its canonical form."""
    mount: str
    """The id of the mount that it asks.  Another one may get the path while it waits."""
    body: bytes
    """The JSON object of its parameters."""
    held_at: float
    ttl_s: int
    factors: tuple[Factor, ...]
    """What the policies demanded when it was made."""
    namespaces: dict[str, str]
    """The ids of the namespaces of the factors, by their paths."""
    namespace: str = keys.ROOT_NAMESPACE
    """The id of the namespace that it works in."""
    headers: dict[str, str] = {}
    method: str = ""
    wrap_ttl_s: int = 0
    wrap_format: str = ""
    mfa_methods: tuple[str, ...] = ()
    """The methods whose credentials were valid when it was made."""
    entity_id: str = ""
    entity_name: str = ""
    entity_namespace: str = ""
    """The id of the entity's namespace."""

    def __repr__(self) -> str:
        return f"HeldRequest({self.id} {self.operation} {self.path})"


class ApprovalRecord(Record, frozen=True, tag="approval"):
    """One approval of a request.  Its key contains the id of who gave it, so it counts once."""

    entity_id: str
    entity_name: str
    namespace: str
    """The id of the entity's namespace."""
    given_at: float
    factors: tuple[int, ...]
    """The places in `HeldRequest.factors` of those that it counts for: what the approver's groups were at that time."""
    line: tuple[Facts, ...] = ()
    """By whom it was given, with what their token comes from."""


class ApprovalSettings(Record, frozen=True, tag="control-group-settings"):
    """The settings of `sys/config/control-group`."""

    max_ttl_s: int


def held_key(token_key: str) -> str:
    """The place of the request that a token waits for."""
    return keys.cubbyhole(token_key) + "held"


def approvals_prefix(token_key: str) -> str:
    """The prefix of the approvals of the request that a token waits for; the approver's entity id follows."""
    return keys.cubbyhole(token_key) + "approval/"


def settings_key(namespace: str) -> str:
    """The place of a namespace's settings."""
    return keys.settings(namespace) + "control-group"
