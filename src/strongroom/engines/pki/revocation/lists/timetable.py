"""When lists are made (p)."""

from __future__ import annotations

from strongroom.engines.pki.revocation.config import seconds
from strongroom.engines.pki.revocation.records import CrlConfig, SignedList

WORK = "list/"
"""Scheduled work of this name, with the stream's id."""
_AGE_AT_RENEWAL = 0.75
"""Of its time, when nothing else makes a list.  Health checks warn when less than a quarter is left."""
_BETWEEN_LISTS_S = 1.0
"""The shortest time between two lists that revocations cause, but for the first."""
_TIMES_TAKEN = 20
"""The time between two such lists, in times of what one took: lists take a twentieth of a processor at the most."""


def renew_at(config: CrlConfig, signed: SignedList) -> float:
    """When a list has to be made again because it ends."""
    if config.auto_rebuild:
        return signed.next_update - seconds(config.auto_rebuild_grace_period)
    return signed.this_update + (signed.next_update - signed.this_update) * _AGE_AT_RENEWAL


def delta_at(config: CrlConfig, delta: SignedList | None) -> float:
    """When the next delta is made, if there is something new."""
    return 0.0 if delta is None else delta.this_update + seconds(config.delta_rebuild_interval)


def wanted_at(config: CrlConfig, now: float) -> float | None:
    """When a certificate that is revoked now is to be listed; None for when the list ends."""
    if not config.auto_rebuild:
        return now
    return now + seconds(config.delta_rebuild_interval) if config.enable_delta else None


def again_at(config: CrlConfig, now: float, took_s: float) -> float | None:
    """When the next list is made for what was revoked while one was made; None for when the list ends."""
    wanted = wanted_at(config, now)
    return None if wanted is None else max(wanted, now + max(_BETWEEN_LISTS_S, _TIMES_TAKEN * took_s))
