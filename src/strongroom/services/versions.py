"""The versions of the server that have opened the store."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from strongroom.barrier import keys
from strongroom.barrier.record import Record
from strongroom.barrier.transaction import Transaction


class VersionRecord(Record, frozen=True, tag="version"):
    """A version, and the time when it first opened the store."""

    version: str
    released: str
    """Its release time, as RFC 3339."""
    installed_at: float
    """Seconds since the epoch."""
    previous: str = ""
    """The version before it; empty for the first."""


async def note(txn: Transaction, version: str, released: str, now: float) -> None:
    """Store that this version has opened the store, unless that is stored already.

    Args:
        released: the version's release time, as RFC 3339. now: seconds since the epoch.
    """
    known = await history(txn)
    if version not in {record.version for record in known}:
        previous = known[-1].version if known else ""
        record = VersionRecord(version=version, released=released, installed_at=now, previous=previous)
        txn.write(keys.VERSIONS + version, record)


async def history(txn: Transaction) -> list[VersionRecord]:
    """All versions, by the time of their first use."""
    found = [await txn.read(keys.VERSIONS + name, VersionRecord) for name in await txn.list(keys.VERSIONS)]
    return sorted((record for record in found if record is not None), key=lambda record: record.installed_at)


def shown(record: VersionRecord) -> dict[str, Any]:
    """A version as the API shows it."""
    installed = datetime.fromtimestamp(int(record.installed_at), UTC)
    return {
        "commit_date": record.released,
        "build_date": record.released,
        "previous_version": record.previous or None,
        "timestamp_installed": installed.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
