"""What is stored of schedules."""

from __future__ import annotations

from typing import Final, Literal

from strongroom.barrier import keys
from strongroom.barrier.barrier import SecretRecord
from strongroom.barrier.record import Record
from strongroom.barrier.transaction import Transaction

_AREA: Final = keys.area(keys.ROOT_NAMESPACE, "snapshots")
SCHEDULES: Final = _AREA + "schedule/"
STATUS: Final = _AREA + "status/"

LOCAL: Final = "local"
S3: Final = "aws-s3"


class Schedule(SecretRecord, frozen=True, tag="snapshot-schedule"):
    """What is taken when, and where it is kept."""

    interval_s: int
    retain: int
    path_prefix: str
    """The directory, or what the names of objects begin with."""
    file_prefix: str
    storage_type: Literal["local", "aws-s3"]
    local_max_bytes: int = 0
    """The most that all its files may take together; 0 for no limit."""
    bucket: str = ""
    region: str = ""
    endpoint: str = ""
    path_style: bool = False
    kms_key: str = ""
    access_key: str = ""
    """Empty for the machine's own."""
    secret_key: str = ""
    session_token: str = ""
    disable_tls: bool = False
    """Whether an endpoint that is no URL is asked without TLS."""
    kms: bool = False
    """Whether KMS encrypts objects; with the bucket's own key, if `kms_key` is empty."""
    server_side_encryption: bool = False
    """Whether S3 encrypts objects with keys of its own."""

    @property
    def place(self) -> tuple[str, ...]:
        """Where its snapshots are, and what their names begin with: all that tells them from another schedule's."""
        path = self.path_prefix.strip("/")
        service = self.endpoint.rpartition("://")[2].rstrip("/").lower()
        bucket = (self.bucket, service) if self.storage_type == S3 else ()
        return (self.storage_type, *bucket, path, self.file_prefix)

    def __repr__(self) -> str:
        return f"Schedule({self.storage_type} {self.path_prefix})"


class Status(Record, frozen=True, tag="snapshot-status"):
    """What became of a schedule, in a row of its own."""

    next_at: float
    """When the next snapshot is due, in seconds since the epoch."""
    started_at: float = 0.0
    ended_at: float = 0.0
    """Of the last attempt."""
    good_at: float = 0.0
    """When the last good one was taken; 0 if none was."""
    good_name: str = ""
    good_bytes: int = 0
    good_rows: int = 0
    took_s: float = 0.0
    failures: int = 0
    """In a row."""
    error: str = ""
    """Why the last attempt failed; empty if it didn't."""
    created_at: float = 0.0
    """When the schedule was written first."""
    kept: int = 0
    """How many files there are."""
    phase: str = ""
    """What is being done for it by the role: `copying`, `keeping`, `verifying`; empty while nothing is.

    It stays when the process ends meanwhile, until another one takes the snapshot, for it is due still.
    """
    phase_at: float = 0.0
    """When that began."""


async def names(txn: Transaction) -> list[str]:
    """The names of all schedules."""
    return await txn.list(SCHEDULES)


async def read(txn: Transaction, name: str) -> Schedule | None:
    """A schedule, or None."""
    return await txn.read(SCHEDULES + name, Schedule)


async def status(txn: Transaction, name: str) -> Status | None:
    """What became of it."""
    return await txn.read(STATUS + name, Status)


async def write(txn: Transaction, name: str, schedule: Schedule, now: float) -> None:
    """Store a schedule.  The first snapshot is taken at once, to see that it can be."""
    known = await status(txn, name)
    txn.write(SCHEDULES + name, schedule)
    txn.write(STATUS + name, known if known is not None else Status(next_at=now, created_at=now))


async def remove(txn: Transaction, name: str) -> None:
    """Delete a schedule.  The snapshots that it has taken stay."""
    if await read(txn, name) is not None:
        txn.delete(SCHEDULES + name)
        txn.delete(STATUS + name)
