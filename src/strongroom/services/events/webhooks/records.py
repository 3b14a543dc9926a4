"""Webhooks, and how far each has come."""

from __future__ import annotations

from typing import Final

from strongroom.barrier import keys
from strongroom.barrier.barrier import SecretRecord
from strongroom.barrier.record import Record

_AREA: Final = keys.area(keys.ROOT_NAMESPACE, "events")
HOOKS: Final = _AREA + "webhook/"
PROGRESS: Final = _AREA + "webhook-progress/"
DISABLE_AFTER_S: Final = 24 * 3600


class Webhook(SecretRecord, frozen=True, tag="webhook"):
    """What is posted where."""

    revision: str
    """Changes with each write, so that whoever serves it sees that it is another one."""
    url: str
    secret: bytes
    """The key that posts are signed with."""
    types: tuple[str, ...] = ("*",)
    """Patterns of types."""
    namespaces: tuple[str, ...] = ()
    """Patterns of namespaces below root."""
    filter: str = ""
    policies: tuple[str, ...] = ()
    """The policies of root that say what its target may know."""
    ca_pem: str = ""
    disable_after_s: int = DISABLE_AFTER_S
    """How long it may fail."""

    def __repr__(self) -> str:
        return f"Webhook({self.url})"


class Progress(Record, frozen=True, tag="webhook-progress"):
    """How far a webhook has come, in rows of its own, so that settings aren't written with each delivery."""

    cursor: str
    delivered: int = 0
    delivered_at: float = 0.0
    """When the last event was taken, in seconds since the epoch; 0 for never."""
    attempts: int = 0
    """Failures in a row."""
    failing_since: float = 0.0
    next_attempt_at: float = 0.0
    error: str = ""
    """Why the last post failed."""
    disabled: bool = False
    """Whether it has failed for too long.  Writing the webhook enables it again."""
    gaps: int = 0
    """How often events were cleared before they were delivered."""
