"""Answers without an end: they last no longer than the token that asked for them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from typing import Final

from strongroom.barrier.transaction import Transaction, transact
from strongroom.lib.errors import StorageError
from strongroom.services.tokens import TokenRecord
from strongroom.sysapi.services import Services

LOOK_S: Final = 5.0
"""How long a client may go on reading when its token has ended."""


async def lasting(
    stream: AsyncIterator[bytes], alive: Callable[[], Awaitable[bool]], every_s: float = LOOK_S
) -> AsyncGenerator[bytes]:
    """The pieces of a stream, until it ends or `alive` says no.

    Args:
        stream: its pieces aren't empty; closed at the end.
        alive: asked every `every_s` seconds.
    """
    loop = asyncio.get_running_loop()
    looked_at = loop.time()
    piece = asyncio.ensure_future(_next(stream))
    try:
        while True:
            await asyncio.wait({piece}, timeout=max(0.0, looked_at + every_s - loop.time()))
            if loop.time() >= looked_at + every_s:
                if not await alive():
                    return
                looked_at = loop.time()
            if piece.done():
                if not (block := piece.result()):
                    return
                yield block
                piece = asyncio.ensure_future(_next(stream))
    finally:
        piece.cancel()
        await asyncio.wait({piece})
        if isinstance(stream, AsyncGenerator):
            await stream.aclose()


async def _next(stream: AsyncIterator[bytes]) -> bytes:
    return await anext(stream, b"")


async def is_alive(services: Services, record: TokenRecord) -> bool:
    """Whether a token is still one; also while the store doesn't answer, which is when the log is needed most."""

    async def look(txn: Transaction) -> bool:
        mounts, now = services.mounts, await services.barrier.storage.now()
        if record.key:
            return await services.tokens.alive_by_key(txn, record.key, mounts, now) is not None
        return await services.tokens.record_alive(txn, record, mounts, now)

    try:
        return await transact(services.barrier, look)
    except StorageError:
        return True
