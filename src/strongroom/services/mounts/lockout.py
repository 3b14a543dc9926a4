"""Users that failed to log in too often: who is locked out, and until when.

Source: https://developer.hashicorp.com/vault/docs/concepts/user-lockout
"""

from __future__ import annotations

from strongroom.barrier import keys
from strongroom.barrier.record import Record
from strongroom.barrier.transaction import Transaction
from strongroom.services.mounts.records import Lockout, MountRecord
from strongroom.services.mounts.tuning import LOCKOUT_TYPES

_DEFAULT = Lockout(threshold=5, duration_s=900, counter_reset_s=900)


class FailedLogins(Record, frozen=True, tag="failed-logins"):
    """How often in a row a user's login failed."""

    count: int
    last_at: float
    """Seconds since the epoch."""


def rule_of(record: MountRecord) -> Lockout | None:
    """The lockout rule of a mount; None where none applies."""
    if record.type not in LOCKOUT_TYPES:
        return None
    tuned = record.config.lockout
    if tuned is None:
        return _DEFAULT
    if tuned.disabled:
        return None
    return Lockout(
        threshold=tuned.threshold or _DEFAULT.threshold,
        duration_s=tuned.duration_s or _DEFAULT.duration_s,
        counter_reset_s=tuned.counter_reset_s or _DEFAULT.counter_reset_s,
    )


def is_locked(rule: Lockout, failed: FailedLogins | None, now: float) -> bool:
    """Whether these failures lock a user out now."""
    return failed is not None and failed.count >= rule.threshold and now < failed.last_at + rule.duration_s


def key_of(record: MountRecord, user: str) -> str:
    """The row of a user's failures; a name may hold any character but must stay one segment of a key."""
    return f"{keys.LOCKOUT}{record.accessor}/{user.lower().encode().hex()}"


async def locked_users(txn: Transaction, record: MountRecord, now: float) -> list[str]:
    """The names of a mount's users that are locked out."""
    rule = rule_of(record)
    if rule is None:
        return []
    folder = f"{keys.LOCKOUT}{record.accessor}/"
    failed = {name: await txn.read(folder + name, FailedLogins) for name in await txn.list(folder)}
    return sorted(bytes.fromhex(name).decode() for name, logins in failed.items() if is_locked(rule, logins, now))
