"""The outbox: what changes mean to others, written in the commit of the change.

A commit that has events writes one row with them.  The order of rows is that of their commits, so a row's place is its
revision, which the store gives.  Rows lie in *buckets*: the number of the present one is in `OutboxState`, which every
such commit reads, so no row of a bucket is older than one of an earlier bucket.  Whole buckets are cleared, and a
reader finds its place again without a clock and without an index.

The outbox is written only while somebody wants events.  The events of a namespace with a keyring of its own lie in a
row under that keyring, and root's row only says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol, TypeVar

from strongroom.barrier import keys
from strongroom.barrier.barrier import Barrier, SecretRecord
from strongroom.barrier.record import Part, Record
from strongroom.barrier.stable import StableValues

R = TypeVar("R", bound=Record)

_AREA: Final = keys.area(keys.ROOT_NAMESPACE, "events")
STATE: Final = _AREA + "state"
ROWS: Final = _AREA + "row/"
RETENTION_S: Final = 3600
"""How long events are kept, unless an operator says otherwise."""
BUCKET_DIGITS: Final = 15
_ID_BYTES: Final = 8


class OutboxState(Record, frozen=True, tag="outbox-state"):
    """Who wants events, and which rows are kept."""

    bucket: int
    """The number of the present bucket: milliseconds since the epoch at its beginning, or more."""
    oldest: int
    """The first bucket that may be read.  Those before are cleared."""
    wanted_until: float = 0.0
    """Until when a subscriber wants events, in seconds since the epoch."""
    retention_s: int = RETENTION_S
    configured: bool = False
    """Whether an operator wants events to be kept, subscribers or not."""
    webhooks: int = 0
    """The number of webhooks, which want events for as long as they exist."""

    @property
    def is_steady(self) -> bool:
        """Whether events are wanted at all times."""
        return self.configured or self.webhooks > 0

    def wants(self, now: float) -> bool:
        """Whether a commit of this time has to write its events."""
        return self.is_steady or now < self.wanted_until


class Event(Part, frozen=True):
    """Something that happened, without values of secrets."""

    type: str
    """Such as `kv-v2/data-write`."""
    at: float
    """Seconds since the epoch."""
    namespace: str
    """The id of the namespace that it happened in."""
    path: str
    """The path of the API that a reader has to have rights on, from the namespace on."""
    metadata: dict[str, str] = {}
    mount_class: str = ""
    """`secret` or `auth`; empty for what no mount did."""
    mount_accessor: str = ""
    mount_path: str = ""
    plugin: str = ""
    mount_version: str = ""


class Batch(SecretRecord, frozen=True, tag="events"):
    """The events of one commit."""

    events: tuple[Event, ...] = ()
    apart: tuple[str, ...] = ()
    """Ids of namespaces whose events are in a row of their own, `row_apart`."""


class Writing(Protocol):
    """The transaction that has events."""

    barrier: Barrier
    once: StableValues

    async def read(self, key: str, type_: type[R]) -> R | None:
        """The record at `key`, or None."""
        ...

    def write(self, key: str, record: Record) -> None:
        """Store `record` at `key` when the transaction commits."""
        ...

    async def is_apart(self, namespace: str) -> bool:
        """Whether a namespace's rows are under another keyring than root's."""
        ...


def bucket_folder(bucket: int) -> str:
    """The prefix of a bucket's rows."""
    return f"{ROWS}{bucket:0{BUCKET_DIGITS}d}/"


def row_apart(namespace: str, name: str) -> str:
    """The row with a namespace's events, under its own keyring.

    Args:
        name: that of root's row in its bucket.
    """
    return f"{keys.area(namespace, 'events')}row/{name}"


async def store(txn: Writing, events: Sequence[Event]) -> None:
    """Have a transaction write its events, if somebody wants them."""
    state = await txn.read(STATE, OutboxState)
    if state is None or not state.wants(events[-1].at):
        return
    name = txn.once("outbox row", lambda: txn.barrier.random.bytes(_ID_BYTES).hex())
    apart: dict[str, list[Event]] = {}
    together: list[Event] = []
    for event in events:
        (apart.setdefault(event.namespace, []) if await txn.is_apart(event.namespace) else together).append(event)
    for namespace, theirs in apart.items():
        txn.write(row_apart(namespace, name), Batch(events=tuple(theirs)))
    txn.write(bucket_folder(state.bucket) + name, Batch(events=tuple(together), apart=tuple(apart)))
