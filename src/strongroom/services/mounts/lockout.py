"""Locks out users whose logins failed too often.

Source: https://developer.hashicorp.com/vault/docs/concepts/user-lockout
"""

from __future__ import annotations

from strongroom.barrier import keys
from strongroom.barrier.due import LOCKOUT, DueRecord, due_key
from strongroom.barrier.record import Record
from strongroom.barrier.transaction import Transaction
from strongroom.crypto.mac import sha256
from strongroom.sdk.token_fields import network_of
from strongroom.services.mounts.records import Lockout, MountRecord

_CLIENTS_PREFIX = 64
"""A client of IPv6 has a network of this size, and can come from any address in it."""
_SOURCES_AT_ONCE = 1000
"""How many sources an unlocking clears.  Further ones end by themselves."""


class FailedLogins(Record, frozen=True, tag="failed-logins"):
    """How often in a row a user's login failed."""

    user: str
    count: int
    last_at: float
    """Seconds since the epoch."""
    forgotten_at: float
    """When the failures no longer count, and the row is cleared."""
    source: str = ""
    """Where the logins came from, if that counts."""


def is_locked(rule: Lockout, failed: FailedLogins | None, now: float) -> bool:
    """Whether these failures lock a user out now."""
    return failed is not None and failed.count >= rule.threshold and now < failed.last_at + rule.duration_s


def source_of(rule: Lockout, address: str) -> str:
    """Where a login comes from, if that counts: the address, or the network of an IPv6 client; else empty."""
    if not rule.by_source:
        return ""
    try:
        network = network_of(address)
    except ValueError:
        return address or "unix"
    return str(network.supernet(new_prefix=_CLIENTS_PREFIX)) if network.version == 6 else str(network)


def _name_of(user: str, source: str) -> str:
    name = sha256(user.lower().encode()).hex()
    return f"{name}.{sha256(source.encode()).hex()[:32]}" if source else name


def key_of(record: MountRecord, user: str, source: str = "") -> str:
    """The key of a user's failures.  A client without a token chose the name, which may have any length."""
    return f"{keys.LOCKOUT}{record.accessor}/{_name_of(user, source)}"


def _due_key(record: MountRecord, failed: FailedLogins) -> str:
    return due_key(failed.forgotten_at, LOCKOUT, f"{record.accessor}/{_name_of(failed.user, failed.source)}")


async def count_failure(
    txn: Transaction, record: MountRecord, rule: Lockout, user: str, now: float, *, address: str = ""
) -> None:
    """Count a failed login.  The row is deleted when it no longer counts, so that nobody can fill the store."""
    source = source_of(rule, address)
    key = key_of(record, user, source)
    failed = await txn.read(key, FailedLogins)
    if failed is not None:
        txn.delete(_due_key(record, failed))
    count = failed.count if failed is not None and now < failed.forgotten_at else 0
    counted = FailedLogins(
        user=user.lower(),
        count=count + 1,
        last_at=now,
        forgotten_at=now + max(rule.counter_reset_s, rule.duration_s),
        source=source,
    )
    txn.write(key, counted)
    row = _due_key(record, counted)
    txn.write(row, DueRecord(kind=LOCKOUT, id=f"{record.accessor}/{_name_of(user, source)}"))


async def forget_failures(txn: Transaction, record: MountRecord, user: str, source: str = "") -> None:
    """Delete a user's failures, of one source if failures count by sources."""
    failed = await txn.read(key_of(record, user, source), FailedLogins)
    if failed is not None:
        txn.delete(key_of(record, user, source))
        txn.delete(_due_key(record, failed))


async def unlock(txn: Transaction, record: MountRecord, user: str) -> None:
    """Delete a user's failures, of all sources."""
    await forget_failures(txn, record, user)
    folder, own = f"{keys.LOCKOUT}{record.accessor}/", f"{_name_of(user, '')}."
    for name in await txn.list(folder, after=own, limit=_SOURCES_AT_ONCE):
        if not name.startswith(own):
            break
        failed = await txn.read(folder + name, FailedLogins)
        if failed is not None:
            await forget_failures(txn, record, user, failed.source)


async def clear_forgotten(txn: Transaction, row: str, id_: str, now: float) -> None:
    """Delete the failures that `row` of the due index names, if they are due."""
    failed = await txn.read(keys.LOCKOUT + id_, FailedLogins)
    if failed is not None and failed.forgotten_at <= now:
        txn.delete(keys.LOCKOUT + id_)
    txn.delete(row)


async def locked_users(txn: Transaction, record: MountRecord, rule: Lockout | None, now: float) -> list[str]:
    """The names of a mount's users that are locked out; none where no rule applies."""
    if rule is None:
        return []
    folder = f"{keys.LOCKOUT}{record.accessor}/"
    failed = [await txn.read(folder + name, FailedLogins) for name in await txn.list(folder)]
    return sorted({logins.user for logins in failed if logins is not None and is_locked(rule, logins, now)})
