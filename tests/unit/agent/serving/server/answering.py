"""A server of a few bytes: it answers each request with what a test gives it, and keeps what it was asked."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"


class Answering:
    """The server.

    Args:
        answers: by request's number, from 0: the bytes, or None to close without any.
    """

    def __init__(self, answers: Callable[[int], bytes | None]) -> None:
        self._answers = answers
        self._writers: list[asyncio.StreamWriter] = []
        self.requests: list[bytes] = []
        """Each with its body."""
        self.connections = 0
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection."""
        self.connections += 1
        self._writers.append(writer)
        try:
            while head := await _until_blank(reader):
                lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
                body = await reader.readexactly(int(lengths[0].split(b":")[1])) if lengths else b""
                self.requests.append(head + body)
                answer = self._answers(len(self.requests) - 1)
                if answer is None:
                    break
                writer.write(answer)
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass  # the client has gone
        finally:
            writer.close()

    async def say(self, data: bytes) -> None:
        """Send bytes to whoever is connected, until they have gone.  Raises `ConnectionError` for who has left."""
        for writer in self._writers:
            writer.write(data)
            await writer.drain()

    def drop(self) -> None:
        """Close all connections."""
        for writer in self._writers:
            writer.close()


async def _until_blank(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return b""


@asynccontextmanager
async def answering(
    answers: Callable[[int], bytes | None] = lambda _: OK, tls: ssl.SSLContext | None = None
) -> AsyncIterator[Answering]:
    """Run the server until the block ends.

    Args:
        tls: for a server named `localhost`.
    """
    server = Answering(answers)
    tasks: set[asyncio.Task[None]] = set()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(server.serve(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    listening = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=tls)
    port = listening.sockets[0].getsockname()[1]
    server.url = f"https://localhost:{port}" if tls is not None else f"http://127.0.0.1:{port}"
    try:
        yield server
    finally:
        listening.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
