"""Rows of the lease service."""

from __future__ import annotations

from typing import Any

from strongroom.barrier.barrier import SecretRecord
from strongroom.barrier.record import Record

IN_FORCE = ""
PLANNED = "planned"
"""The secret is about to be made outside: if nobody finishes that in time, it is undone by what `internal` says."""
UNDOING = "undoing"
"""What was planned is being undone; nobody may finish it any more."""
UNDONE = "undone"
"""Undone once; it is undone again when whatever was under way then has arrived."""


class LeaseRecord(SecretRecord, frozen=True, tag="lease"):
    """One secret that was handed out for a time.  What the engine keeps with it may itself be secret."""

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


class LeaseMark(Record, frozen=True, tag="lease-mark"):
    """A lease in the index of its owner."""
