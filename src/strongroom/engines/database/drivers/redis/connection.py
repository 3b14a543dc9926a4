"""A connection to one server of Redis: opened, asked, and closed by its user.

Nothing is sent twice, and no connection outlives the work that it was opened for: after a failover none leads to the
server that was the right one before.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import redis
from redis.asyncio.connection import Connection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from strongroom.engines.database.drivers.redis.settings import Place, Settings
from strongroom.engines.database.telling import told
from strongroom.lib.errors import Unreachable, UpstreamFailed
from strongroom.lib.outgoing import names
from strongroom.lib.outgoing.failure import why
from strongroom.lib.pem import ascii_pem


@dataclass(frozen=True, slots=True)
class Limits:
    """How long things may take."""

    connect_s: float = 5.0
    answer_s: float = 10.0
    total_s: float = 30.0
    """For all that is asked by one connection."""


LIMITS = Limits()
_MOST_READ = 8192
"""Characters of an error that are looked at for secrets."""


class Refused(UpstreamFailed):
    """The server doesn't let this user in."""


class _Connection(Connection):
    """Goes to an address of the host, and expects the host's certificate there."""

    tls: ssl.SSLContext | None = None
    named = ""

    def _connection_arguments(self) -> dict[str, Any]:
        there: dict[str, Any] = {"host": self.host, "port": self.port}
        return there if self.tls is None else {**there, "ssl": self.tls, "server_hostname": self.named}


class Server:
    """A server while it is being asked.  Secrets in its errors are hidden."""

    def __init__(self, connection: Connection, place: Place) -> None:
        self._connection = connection
        self.place = place

    async def ask(self, *words: str, hidden: tuple[str, ...] = ()) -> Any:
        """The answer to a command.

        Args:
            hidden: what must not be in an error's text.

        Raises: `UpstreamFailed` with the server's text, `Unreachable`.
        """
        with _told(self.place, hidden):
            await self._connection.send_command(*words)
            return await self._connection.read_response()


@asynccontextmanager
async def connected(
    place: Place, settings: Settings, username: str, password: str, limits: Limits = LIMITS
) -> AsyncIterator[Server]:
    """A connection of a user.

    Raises: `Refused` if the server doesn't let the user in, `UpstreamFailed`, `Unreachable`.
    """
    try:
        async with asyncio.timeout(limits.total_s):
            connection = await _opened(place, settings, username, password, limits)
            try:
                yield Server(connection, place)
            finally:
                await connection.disconnect(nowait=True)
    except TimeoutError as error:
        raise Unreachable(f"Redis at {place} did not answer in time") from error


async def _opened(place: Place, settings: Settings, username: str, password: str, limits: Limits) -> Connection:
    """A connection to the first of the host's addresses that can be reached."""
    url = f"redis://{place}"
    try:
        found = await names.addresses(url, within_s=limits.connect_s, direct=True)
    except OSError as error:
        raise Unreachable(f"Redis cannot be reached: {why(error, url)}") from error
    failed: Unreachable | None = None
    for address in found or (place.host,):
        connection = _Connection(
            host=address,
            port=place.port,
            username=username,
            password=password,
            socket_connect_timeout=limits.connect_s,
            socket_timeout=limits.answer_s,
            retry=Retry(NoBackoff(), 0),
            decode_responses=True,
            encoding_errors="replace",
            protocol=2,
        )
        connection.tls = _context(settings.ca_cert, insecure=settings.insecure_tls) if settings.tls else None
        connection.named = place.host
        try:
            with _told(place, (password,)):
                await connection.connect()  # type: ignore[no-untyped-call]
        except Unreachable as error:
            failed = error
        except asyncio.CancelledError:  # the time is over, which the library doesn't clean up after
            await connection.disconnect(nowait=True)
            raise
        else:
            return connection
    assert failed is not None
    raise failed


@contextmanager
def _told(place: Place, hidden: tuple[str, ...]) -> Iterator[None]:
    """Turn the library's errors into those of the engine."""
    try:
        yield
    except redis.AuthenticationError as error:
        raise Refused(_text(error, hidden)) from error
    except redis.ResponseError as error:
        raise UpstreamFailed(_text(error, hidden)) from error
    except redis.TimeoutError as error:
        raise Unreachable(f"Redis at {place} did not answer in time") from error
    except (redis.RedisError, OSError) as error:
        raise Unreachable(f"Redis cannot be reached: {why(error, f'redis://{place}')}") from error


def _text(error: Exception, hidden: tuple[str, ...]) -> str:
    """A server's text, which may repeat what it was asked."""
    text = str(error)[:_MOST_READ]
    for secret in hidden:
        text = text.replace(secret, "[password]") if secret else text
    return f"Redis refused: {told(text)}"


@lru_cache(64)
def _context(ca_cert: str, *, insecure: bool) -> ssl.SSLContext:
    context = ssl.create_default_context(cadata=ascii_pem(ca_cert) or None)
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    if insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
