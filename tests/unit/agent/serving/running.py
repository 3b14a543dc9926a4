"""A serving agent of a test, in this process, and clients for it that somebody else wrote."""

from __future__ import annotations

import asyncio
import http.client
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from strongroom.agent.config.config import AgentConfig, check, merge
from strongroom.agent.config.reading import parse_config
from strongroom.agent.serving.start import Serving, ServingBasis
from strongroom.agent.session.login import Session
from strongroom.client.settings import Settings


def config_of(text: str) -> AgentConfig:
    """A checked configuration."""
    config = merge([parse_config(text, "agent.hcl")])
    check(config)
    return config


@asynccontextmanager
async def serving(
    text: str, url: str, session: Session | None = None, quits: list[str] | None = None, **settings: Any
) -> AsyncIterator[Serving]:
    """Serve clients until the block ends.

    Args:
        text: the configuration. url: of the server. quits: gets an entry when a client ends the agent.
        settings: how the server is reached.
    """
    given = ServingBasis(
        settings=Settings(address=url, **{"max_retries": 0, **settings}),
        session=session,
        quit_=lambda: (quits if quits is not None else []).append("quit"),
    )
    served = Serving(config_of(text), given)
    await served.start()
    try:
        yield served
    finally:
        await served.close()


@dataclass(frozen=True)
class Got:
    """A response, as the standard library's client read it."""

    status: int
    headers: dict[str, str]
    body: bytes


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("localhost")
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(10)
        self.sock.connect(self._path)


def _connection(address: str, tls: ssl.SSLContext | None) -> http.client.HTTPConnection:
    if address.startswith("/"):
        return _UnixConnection(address)
    if tls is not None:
        return http.client.HTTPSConnection(f"localhost:{address.rpartition(':')[2]}", timeout=10, context=tls)
    return http.client.HTTPConnection(address, timeout=10)


async def ask(
    address: str,
    path: str,
    method: str = "GET",
    body: bytes | None = None,
    headers: dict[str, str] | None = None,
    tls: ssl.SSLContext | None = None,
) -> Got:
    """Ask a listener."""

    def send() -> Got:
        connection = _connection(address, tls)
        try:
            connection.request(method, path, body=body, headers=headers or {})
            response = connection.getresponse()
            fields = {name.lower(): value for name, value in response.getheaders()}
            return Got(response.status, fields, response.read())
        finally:
            connection.close()

    return await asyncio.to_thread(send)


async def raw(address: str, data: bytes) -> bytes:
    """What a listener answers to these bytes, until it closes the connection."""
    host, _, port = address.rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(data)
    writer.write_eof()
    try:
        return await asyncio.wait_for(reader.read(), 10)
    finally:
        writer.close()
