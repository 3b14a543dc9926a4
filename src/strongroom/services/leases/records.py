"""Rows of the lease service."""

from __future__ import annotations

from typing import Any

from strongroom.barrier.barrier import SecretRecord
from strongroom.barrier.record import Record
from strongroom.services.withdrawals.issue import Issue

IN_FORCE = ""
PLANNED = "planned"
"""Another system is about to make the secret.  If that isn't finished in time, `internal` tells how to undo it."""
ENDED = "ended"
"""Revoked before its time, or its revocation has failed.  Nobody may renew it any more, by whatever clock."""
UNDOING = "undoing"
"""The planned secret is being undone.  Nobody may put the lease in force any more."""
UNDONE = "undone"
"""Undone once.  It is undone again later, because a call that was still in progress may make the secret after that."""


IRREVOCABLE_AFTER = 6
"""Failed revocations after which a lease is shown as irrevocable, as in Vault.  Attempts go on."""
TOKEN = "token"  # noqa: S105 - a kind of owner
ENTITY = "entity"


class LeaseRecord(SecretRecord, frozen=True, tag="lease"):
    """A secret that was issued for a time.  The engine's data for it may be secret too."""

    id: str
    mount: str
    """Id of the mount that made it."""
    path: str
    token_key: str
    issued_at: float
    expires_at: float
    ttl_s: int
    max_ttl_s: int
    renewable: bool
    internal: dict[str, Any] = {}
    last_renewed_at: float = 0.0
    attempts: int = 0
    """Revocations that failed."""
    next_attempt_at: float = 0.0
    last_error: str = ""
    state: str = IN_FORCE
    group: str = ""
    account: str = ""
    entity_id: str = ""
    """The client's entity, also if the lease belongs to the token."""
    owner: str = TOKEN
    reuse: str = ""
    """What another request of the entity must have in common with this one's to get the same lease; empty for never."""
    answer: dict[str, Any] = {}
    """The response's data, if the lease may be given again."""
    target: str = ""
    bound_by: str = ""
    """What the longest time comes from: `token`, `role` or `mount`.  Empty in rows of earlier versions."""
    issued: Issue | None = None
    """To whom; None for leases of earlier versions."""

    @property
    def is_irrevocable(self) -> bool:
        """Whether its revocation keeps failing."""
        return self.attempts >= IRREVOCABLE_AFTER


class LeaseMark(Record, frozen=True, tag="lease-mark"):
    """A lease's row in the index of its owner."""
