"""Rows of namespaces."""

from __future__ import annotations

from strongroom.barrier.record import Record


class NamespaceRecord(Record, frozen=True, tag="namespace"):
    """A namespace.  The row lies under its parent, by its name."""

    id: str
    """Six letters and digits.  It ends tokens, accessors and ids, and stands in the keys of all rows."""
    uuid: str
    name: str
    created_at: float
    """Seconds since the epoch."""
    custom_metadata: dict[str, str] = {}
    unlock_key: bytes = b""
    """The digest of the key that unlocks its API; empty while the API isn't locked."""
    own_seal: bool = False
    """Whether it has a seal of its own."""
    tainted: bool = False
    """Whether it was deleted.  The row of one with a seal stays, so that it can be unsealed until it is cleared."""


class Remains(Record, frozen=True, tag="namespace-remains"):
    """The rows of a deleted namespace, until they are cleared.  Nothing reaches them any more."""

    id: str
    path: str
    """Where it was; for the log."""
    lineage: tuple[str, ...]
    """The ids of all its ancestors, root first, and its own."""
    wiped: bool = False
    """Whether it was sealed, so that its rows are removed unread and nothing is revoked."""
