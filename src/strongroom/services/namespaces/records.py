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


class PlaceRecord(Record, frozen=True, tag="namespace-place"):
    """Leads from a namespace's id to its row.  It never changes."""

    parent: str
    """The id of the namespace above."""
    name: str


class Remains(Record, frozen=True, tag="namespace-remains"):
    """The rows of a deleted namespace, until they are cleared.  Nothing reaches them any more."""

    id: str
    path: str
    """Where it was; for the log."""
    lineage: tuple[str, ...]
    """The ids of all its ancestors, root first, and its own."""
