"""Notes in memory which clients are active, and stores each once a month.

A request costs a look into a set.  Only who isn't in it is noted, and written with others some seconds later, so that
no request waits.  Decisions and answers that are kept end with the month (`Transaction.lasts`): the first request of
each client in a month is decided anew, and so comes by here.
"""

from __future__ import annotations

import hashlib
from typing import Final

import msgspec

from strongroom.barrier.transaction import Transaction
from strongroom.services.mounts import MountService
from strongroom.services.tokens import TokenRecord
from strongroom.services.tokens.logic import WRAPPING
from strongroom.services.usage.months import end_of, month_of, start_of
from strongroom.services.usage.records import (
    ENTITY,
    NO_MOUNT,
    OTHER,
    ClientSeen,
    client_rows,
    config_of,
)

_MOST_SEEN: Final = 500_000
"""Clients.  Whoever is forgotten is looked for in the store again."""
_MOST_WAITING: Final = 50_000
"""Clients.  While the store takes nothing, those beyond are noted when they come again."""
_TOKENS_MOUNT: Final = "auth/token/"


class Sighting(msgspec.Struct, frozen=True):
    """A client that was seen, and isn't stored yet."""

    month: str
    client: str
    namespace: str
    mount: str
    """The accessor of its auth mount."""
    used_at: float
    token_made_at: float


class ClientCounting:
    """The clients that one process has seen this month."""

    def __init__(self) -> None:
        self._starts = self._ends = 0.0
        self._since = 0.0
        self._seen: set[object] = set()
        self._waiting: dict[object, Sighting] = {}

    async def saw(self, txn: Transaction, mounts: MountService, record: TokenRecord, now: float) -> None:
        """Note the client of a request that was allowed, or of a login.

        Root tokens aren't clients, nor are tokens that only open what was wrapped.
        """
        if record.is_root or record.policies == (WRAPPING,):
            return
        config = await config_of(txn)
        if not config.counts:
            return
        if not self._starts <= now < self._ends or self._since != config.since:
            self._begin(now, config.since)
        txn.lasts(self._ends)
        name: object = record.entity_id or (record.namespace, record.policies)
        if name not in self._seen and len(self._waiting) < _MOST_WAITING:
            if len(self._seen) >= _MOST_SEEN:
                self._seen.clear()
            self._waiting[self._starts, name] = await _sighting(txn, mounts, record, now)
            self._seen.add(name)

    def waiting(self, limit: int) -> dict[object, Sighting]:
        """Some of those that aren't stored yet."""
        return dict(item for item, _ in zip(self._waiting.items(), range(limit), strict=False))

    def stored(self, sightings: dict[object, Sighting]) -> None:
        """Forget what waited, because it is stored now."""
        for name, sighting in sightings.items():
            if self._waiting.get(name) is sighting:
                del self._waiting[name]

    def _begin(self, now: float, since: float) -> None:
        """Begin a month, or count anew."""
        month = month_of(now)
        self._starts, self._ends, self._since = start_of(month), end_of(month), since
        self._seen = set()


async def store(txn: Transaction, sightings: list[Sighting]) -> None:
    """Write those that have no row of their month."""
    if not (await config_of(txn)).counts:
        return
    for sighting in sightings:
        rows = client_rows(sighting.month, sighting.client)
        if not await txn.list(rows, limit=1):
            record = ClientSeen(used_at=sighting.used_at, token_made_at=sighting.token_made_at)
            txn.write(f"{rows}{sighting.namespace}/{sighting.mount}", record)


async def _sighting(txn: Transaction, mounts: MountService, record: TokenRecord, now: float) -> Sighting:
    return Sighting(
        month=month_of(now),
        client=client_of(record),
        namespace=record.namespace,
        mount=record.alias_mount or await _mount_of(txn, mounts, record),
        used_at=now,
        token_made_at=record.created_at,
    )


async def _mount_of(txn: Transaction, mounts: MountService, record: TokenRecord) -> str:
    """The accessor of the mount that made a token."""
    entry = await mounts.by_id(txn, record.auth_mount) if record.auth_mount else None
    if entry is None:
        router = await mounts.router_of(txn, record.namespace)
        entry = router.by_path.get(_TOKENS_MOUNT) if router is not None else None
    return entry.record.accessor if entry is not None else NO_MOUNT


def client_of(record: TokenRecord) -> str:
    """The client that a token is of: its entity, or all tokens of its policies without one (pure)."""
    if record.entity_id:
        return ENTITY + record.entity_id
    told = "\0".join((record.namespace, *sorted(record.policies)))
    return OTHER + hashlib.sha256(told.encode()).hexdigest()
