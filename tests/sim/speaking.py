"""A server on the loopback that says to each client what a test has it say."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

Speaks = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def speaking(speaks: Speaks) -> AsyncIterator[int]:
    """The server; its port.

    A client that goes away, or that says less than was waited for, ends its conversation.  The block's end waits for
    the ends of all conversations.
    """
    ends: list[asyncio.Future[None]] = []

    async def received(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        end = asyncio.get_running_loop().create_future()
        ends.append(end)
        try:
            await speaks(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()
            end.set_result(None)

    async with await asyncio.start_server(received, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]
    await asyncio.gather(*ends)
