"""Rows of denials."""

from __future__ import annotations

from strongroom.barrier.record import Record


class DenialRecord(Record, frozen=True, tag="denial"):
    """A request that policies have refused.  It holds no token, and no value of the request."""

    id: str
    """That of the request."""
    at: float
    """Seconds since the epoch."""
    operation: str
    path: str
    """In its canonical form, without what is secret in it; relative to its namespace."""
    namespace: str
    """The id of the namespace."""
    policies: tuple[str, ...]
    """Those of the token, without its entity's."""
    token_namespace: str
    accessor: str = ""
    display_name: str = ""
    entity_id: str = ""
    reasons: tuple[str, ...] = ()
    """What the request lacked."""


class DenialSlot(Record, frozen=True, tag="denial-slot"):
    """The denials that were written together, and go together."""

    rows: tuple[tuple[str, str], ...]
    """The id of the namespace and that of the request, of each."""
