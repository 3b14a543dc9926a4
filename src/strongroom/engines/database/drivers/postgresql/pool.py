"""Connections of one session: so many at once, kept for a while, set up with limits of time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import psycopg
from psycopg.pq import TransactionStatus

from strongroom.engines.database.driver import Target
from strongroom.engines.database.drivers.postgresql import connecting
from strongroom.engines.database.drivers.postgresql.connecting import Connection
from strongroom.engines.database.drivers.postgresql.errors import upstream
from strongroom.engines.database.drivers.postgresql.settings import STATEMENT_S, Place, place_of
from strongroom.lib.errors import InvalidRequest, RateLimited, Unreachable, UpstreamFailed
from strongroom.lib.postgresql.answering import answering

PATIENCE_S = STATEMENT_S + 5
"""How long an answer is waited for; the server gives up a little earlier, and says so."""
_WAITING = 256
"""Requests that may wait for a connection."""
_SESSION = """
SELECT pg_catalog.current_setting('search_path');
SET statement_timeout = {ms};
SET lock_timeout = {ms};
SET idle_in_transaction_session_timeout = {ms};
SET default_transaction_read_only = off;
SET standard_conforming_strings = on;
""".format(ms=STATEMENT_S * 1000).encode()


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
        parameters = {**self._place.parameters, **instead}
        try:
            connection = await connecting.connect(self.target, parameters, self._place.connect_s)
        except TimeoutError as error:
            raise Unreachable(f"{self.doing}: no answer within {self._place.connect_s:g} s") from error
        try:
            with answering(connection, PATIENCE_S):
                await self._set_up(connection)
        except BaseException:
            await connection.close()
            raise
        return connection

    async def _set_up(self, connection: Connection) -> None:
        for name, value in self._place.session.items():
            await connection.execute("SELECT pg_catalog.set_config(%s, %s, false)", (name, value))
        row = await (await connection.execute(_SESSION)).fetchone()
        path = str(row[0]) if row else ""
        if (safe := without_catalog(path)) != path:
            await connection.execute("SELECT pg_catalog.set_config('search_path', %s, false)", (safe,))

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
                        await connection.execute("DISCARD ALL")  # what statements of another role have set
                        await self._set_up(connection)
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


def without_catalog(path: str) -> str:
    """A `search_path` without the system's schema, which then comes before all others.  (p)

    The owner of a database chooses its path, and could have an operator of their own be found before the system's.
    """
    return ", ".join(name for name in path.split(",") if name.strip().strip('"') != "pg_catalog").strip()


def _placed(target: Target) -> Place:
    try:
        place = place_of(target)
    except InvalidRequest as error:
        raise UpstreamFailed(error.text) from error
    if "require_auth" in connecting.known():
        return place
    # libpq before 16: the limit of ways to log in is left out.
    return replace(place, parameters={key: value for key, value in place.parameters.items() if key != "require_auth"})
