"""Answers whatever arrives with the same bytes, and appends to a file what an audit device would.

    python -m bench.bare.serve --port PORT --answer FILE --audit FILE --audit-bytes N [--processes 2]

Nothing is parsed: what one read brings counts as one request.  The bytes of all requests that arrive in one iteration
of the event loop are written at once, and the answers go out after that, as a server does that shares a write.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import socket
from pathlib import Path
from typing import cast

import uvloop


class Turn:
    """What has arrived since the file was written last."""

    def __init__(self, answer: bytes, audit: int, audit_bytes: int) -> None:
        self._answer = answer
        self._audit = audit
        self._line = b"x" * max(0, audit_bytes - 1) + b"\n" if audit_bytes else b""
        self._waiting: list[asyncio.WriteTransport] = []

    def add(self, transport: asyncio.WriteTransport) -> None:
        """A request has arrived."""
        if not self._waiting:
            asyncio.get_running_loop().call_soon(self._end)
        self._waiting.append(transport)

    def _end(self) -> None:
        waiting, self._waiting = self._waiting, []
        if self._line:
            os.write(self._audit, self._line * len(waiting))
        for transport in waiting:
            transport.write(self._answer)


class Connection(asyncio.Protocol):
    """One connection."""

    def __init__(self, turn: Turn) -> None:
        self._turn = turn

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep where answers go."""
        self._transport = cast("asyncio.WriteTransport", transport)  # uvloop's have no base in common

    def data_received(self, data: bytes) -> None:
        """Take it for a request."""
        self._turn.add(self._transport)


def listening(port: int) -> socket.socket:
    """One of the sockets that share a port."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(1024)
    return listener


async def serve(listener: socket.socket, turn: Turn) -> None:
    """Serve until the process ends."""
    server = await asyncio.get_running_loop().create_server(lambda: Connection(turn), sock=listener, backlog=1024)
    await server.serve_forever()


def main() -> None:
    """Serve, in as many processes of one group as wanted."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--answer", type=Path, required=True)
    parser.add_argument("--audit", type=Path, required=True)
    parser.add_argument("--audit-bytes", type=int, required=True)
    parser.add_argument("--processes", type=int, default=2)
    wanted = parser.parse_args()
    audit = os.open(wanted.audit, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    turn = Turn(wanted.answer.read_bytes(), audit, wanted.audit_bytes)
    # All listen before the first connection comes, or one process would get more than its share.
    listeners = [listening(wanted.port) for _ in range(wanted.processes)]
    own = next((each for each in listeners[1:] if os.fork() == 0), listeners[0])
    for other in listeners:
        if other is not own:
            other.close()
    uvloop.run(serve(own, turn))


if __name__ == "__main__":
    main()
