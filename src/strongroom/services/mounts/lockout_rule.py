"""The lockout rule of a mount: its own rule, else the configuration's rule for its type (pure)."""

from __future__ import annotations

from collections.abc import Mapping

from strongroom.services.mounts.records import Lockout, MountRecord
from strongroom.services.mounts.tuning import LOCKOUT_TYPES

DEFAULT = Lockout(threshold=5, duration_s=900, counter_reset_s=900)


def rule_of(record: MountRecord, configured: Mapping[str, Lockout]) -> Lockout | None:
    """The lockout rule of a mount; None where none applies.

    Args:
        configured: complete rules by the type of the auth method, from the configuration.
    """
    if record.type not in LOCKOUT_TYPES:
        return None
    base, tuned = configured.get(record.type, DEFAULT), record.config.lockout
    if tuned is None:
        return None if base.disabled else base
    if tuned.disabled:
        return None
    return Lockout(
        threshold=tuned.threshold or base.threshold,
        duration_s=tuned.duration_s or base.duration_s,
        counter_reset_s=tuned.counter_reset_s or base.counter_reset_s,
        by_source=tuned.by_source,
    )
