"""Connections of one session: so many at once, kept for a while, set up with limits of time."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace

import psycopg
from psycopg import conninfo, pq
from psycopg.pq import TransactionStatus

from strongroom.engines.database.driver import Target
from strongroom.engines.database.drivers.postgresql.errors import upstream
from strongroom.engines.database.drivers.postgresql.settings import STATEMENT_S, Place, place_of
from strongroom.lib.errors import InvalidRequest, RateLimited, Unreachable, UpstreamFailed
from strongroom.lib.postgresql.answering import answering

Connection = psycopg.AsyncConnection[tuple[object, ...]]

PATIENCE_S = STATEMENT_S + 5
"""How long an answer is waited for; the server gives up a little earlier, and says so."""
_WAITING = 256
"""Requests that may wait for a connection."""
_SESSION = """
SET statement_timeout = {ms};
SET lock_timeout = {ms};
SET idle_in_transaction_session_timeout = {ms};
SET default_transaction_read_only = off;
SET standard_conforming_strings = on;
""".format(ms=STATEMENT_S * 1000).encode()
_FILES = (("tls_ca", "sslrootcert"), ("tls_certificate", "sslcert"), ("private_key", "sslkey"))


class Pool:
    """Connections by the server's own user.

    Args:
        target: where to, and how many.
    """

    def __init__(self, target: Target) -> None:
        self.target = target
        self.doing = f'connection "{target.name}"'
        self._place = _placed(target)
        self._places = asyncio.Semaphore(max(1, target.max_open))
        self._waiting = 0
        self._most_idle = max(1, target.max_open) if target.max_idle == 0 else max(0, target.max_idle)
        self._idle: list[tuple[Connection, float]] = []
        self._closed = False

    @property
    def secrets(self) -> tuple[str, ...]:
        """What no text may show."""
        return (self.target.password, self._place.parameters.get("password", ""))

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """A connection of one's own, for a while.  What psycopg raises in it comes out as `UpstreamFailed`."""
        if self._waiting >= _WAITING:
            raise RateLimited(f"{self.doing}: too many requests wait for it", retry_after_s=1.0)
        self._waiting += 1
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self._places.acquire()
        except TimeoutError as error:
            raise Unreachable(f"{self.doing}: all connections were taken for {PATIENCE_S} s") from error
        finally:
            self._waiting -= 1
        try:
            async with self._used(await self._ready()) as connection:
                yield connection
        except psycopg.Error as error:
            raise upstream(error, self.doing, self.secrets) from error
        finally:
            self._places.release()

    @asynccontextmanager
    async def connected(self, **instead: str) -> AsyncIterator[Connection]:
        """A connection that isn't kept, to another database or by another user."""
        try:
            connection = await self.connect(**instead)
        except psycopg.Error as error:
            raise upstream(error, self.doing, (*self.secrets, instead.get("password", ""))) from error
        try:
            with answering(connection, PATIENCE_S):
                yield connection
        except psycopg.Error as error:
            raise upstream(error, self.doing, self.secrets) from error
        finally:
            await connection.close()

    async def connect(self, **instead: str) -> Connection:
        """A new connection, set up.  Raises `psycopg.Error`, `Unreachable`."""
        with _files(self.target) as files:
            info = conninfo.make_conninfo(**{**self._place.parameters, **files, **instead})
            try:
                async with asyncio.timeout(self._place.connect_s):
                    connection = await psycopg.AsyncConnection.connect(info, autocommit=True)
            except TimeoutError as error:
                raise Unreachable(f"{self.doing}: no answer within {self._place.connect_s:g} s") from error
        try:
            with answering(connection, PATIENCE_S):
                for name, value in self._place.session.items():
                    await connection.execute("SELECT set_config(%s, %s, false)", (name, value))
                await connection.execute(_SESSION)
        except BaseException:
            await connection.close()
            raise
        return connection

    async def close(self) -> None:
        """Close what isn't in use; the rest is closed when its users are done."""
        self._closed = True
        idle, self._idle = self._idle, []
        for connection, _ in idle:
            await connection.close()

    async def _ready(self) -> tuple[Connection, float]:
        """A kept connection that still answers, or a new one."""
        while self._idle:
            connection, since = self._idle.pop()
            if not connection.closed and not self._is_old(since):
                try:
                    with answering(connection, PATIENCE_S):
                        await connection.execute("SELECT 1")
                except psycopg.Error:
                    await connection.close()
                else:
                    return connection, since
            else:
                await connection.close()
        return await self.connect(), time.monotonic()

    def _is_old(self, since: float) -> bool:
        return bool(self.target.lifetime_s) and time.monotonic() - since >= self.target.lifetime_s

    @asynccontextmanager
    async def _used(self, ready: tuple[Connection, float]) -> AsyncIterator[Connection]:
        connection, since = ready
        try:
            with answering(connection, PATIENCE_S):
                yield connection
        finally:
            usable = not connection.closed and connection.info.transaction_status == TransactionStatus.IDLE
            if usable and not self._closed and len(self._idle) < self._most_idle and not self._is_old(since):
                self._idle.append((connection, since))
            else:
                await connection.close()


def _placed(target: Target) -> Place:
    try:
        place = place_of(target)
    except InvalidRequest as error:
        raise UpstreamFailed(error.text) from error
    known = {option.keyword.decode() for option in pq.Conninfo.get_defaults()}
    if "require_auth" in known:
        return place
    # libpq before 16: the limit of ways to log in is left out.
    return replace(place, parameters={key: value for key, value in place.parameters.items() if key != "require_auth"})


@contextlib.contextmanager
def _files(target: Target) -> Iterator[dict[str, str]]:
    """The names of files that hold what was given in PEM.  They are in memory only, and closed when libpq has read."""
    with contextlib.ExitStack() as stack:
        names = {}
        for detail, parameter in _FILES:
            pem = target.details.get(detail)
            if not pem:
                continue
            number = os.memfd_create(f"strongroom-{detail}", os.MFD_CLOEXEC)
            file = stack.enter_context(os.fdopen(number, "wb"))
            os.fchmod(number, 0o600)  # libpq refuses a key that others may read
            file.write(str(pem).encode())
            file.flush()
            names[parameter] = f"/proc/self/fd/{number}"
        yield names
