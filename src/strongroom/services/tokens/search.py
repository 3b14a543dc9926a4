"""Finds tokens by the path that made them."""

from __future__ import annotations

from collections.abc import AsyncIterator

from strongroom.barrier import keys
from strongroom.barrier.barrier import Barrier
from strongroom.barrier.transaction import Transaction, transact
from strongroom.services.mounts import MountService
from strongroom.services.tokens.lease_ids import lease_id
from strongroom.services.tokens.records import TokenRecord
from strongroom.services.tokens.service import TokenService

_PAGE = 200


async def by_lease_prefix(
    barrier: Barrier, tokens: TokenService, mounts: MountService, namespace: str, *, prefix: str, now: float
) -> AsyncIterator[TokenRecord]:
    """Every living token of a namespace whose lease id begins with `prefix`.

    This reads every token.  An index by path would cost each token a fourth row, and such questions are rare while
    logins are frequent.  Each page is its own transaction, so that new tokens don't cause a conflict.
    """
    after = ""
    while names := (await barrier.storage.list(keys.tokens(namespace), after, _PAGE)).names:
        after = names[-1]

        async def read(txn: Transaction, names: list[str] = names) -> list[TokenRecord]:
            records = [await txn.read(keys.token(name), TokenRecord) for name in names]
            return [
                record
                for record in records
                if record is not None
                and lease_id(record).startswith(prefix)
                and await tokens.record_alive(txn, record, mounts, now)
                and not await tokens.spent(txn, record)
            ]

        for record in await transact(barrier, read):
            yield record
