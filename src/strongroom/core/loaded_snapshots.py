"""Reads of a loaded snapshot: the request is decided by the policies of now, and answered by the rows of then."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec

from strongroom.barrier.transaction import Transaction, transact
from strongroom.core.attempt import Attempt
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk.request import Operation, Request
from strongroom.sdk.response import Response
from strongroom.sdk.routing import Match
from strongroom.services.exchange import SNAPSHOT_ID
from strongroom.services.mounts import MountEntry

_READS: Final = frozenset({Operation.READ, Operation.LIST, Operation.SCAN})
_TYPES: Final = frozenset({"kv", "generic"})


async def read(
    attempt: Attempt, entry: MountEntry, match: Match, asked: Callable[[Attempt], Request]
) -> Response | None:
    """What a mount had, and its engine answers now.

    Args:
        asked: the engine's request of an attempt.

    Raises: `InvalidRequest` for what can't be read so, `NotFound` if no such snapshot is loaded on this node.
    """
    request = attempt.request
    if request.operation not in _READS or entry.record.type not in _TYPES or entry.engine is None:
        raise InvalidRequest("only secrets of kv can be read from a snapshot")
    engine = entry.engine
    barrier = await attempt.services.loadings.barrier(request.snapshot)
    data = {name: value for name, value in request.data.items() if name != SNAPSHOT_ID}
    exchange = msgspec.structs.replace(attempt.exchange, request=msgspec.structs.replace(request, data=data))

    async def body(txn: Transaction) -> Response | None:
        then = msgspec.structs.replace(attempt, txn=txn, exchange=exchange)
        return await engine.answer(asked(then), match)

    return await transact(barrier, body)
