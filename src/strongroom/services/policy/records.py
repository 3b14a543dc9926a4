"""Rows of the policy service."""

from __future__ import annotations

from typing import ClassVar

from strongroom.barrier.record import Record


class PolicyRecord(Record, frozen=True, tag="policy"):
    """One ACL policy."""

    limit_bytes: ClassVar[int] = 512 * 1024

    name: str
    text: str
    version: int = 1
    modified_at: float = 0.0
    expires_at: float = 0.0
    """Seconds since the epoch; 0 for never.  An expired policy allows nothing."""
    cas_required: bool = False
    allow_wildcards: bool = False
    """Whether values that fill a template may contain `*` or `+`."""
    allow_slashes: bool = False
    """Whether values that fill a template may contain `/`."""
