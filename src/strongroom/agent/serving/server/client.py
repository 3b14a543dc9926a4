"""Asks the server what a client has asked."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from strongroom.agent.serving.question import Question
from strongroom.agent.serving.server.connection import ServerConnection
from strongroom.agent.serving.server.faults import Lost, NoAnswer, NotReached, Silent
from strongroom.agent.serving.server.pool import ConnectionPool
from strongroom.agent.serving.server.redirecting import is_redirect, moved
from strongroom.agent.serving.server.repeating import may_repeat, pause_s
from strongroom.client.errors import BadSettings
from strongroom.client.http1 import encode_request
from strongroom.client.response_reader import ResponseReader
from strongroom.client.settings import Settings

_CREDENTIAL: Final = "X-Vault-Token"
_WITHOUT_BODY: Final = frozenset({"GET", "HEAD", "LIST", "SCAN", "DELETE", "OPTIONS"})


class Arriving:
    """An answer whose head was read: an iterator of its body, which has to be used up or closed.

    Attributes:
        status: of the answer.
        fields: its header fields, as they came.
    """

    def __init__(self, reader: ResponseReader, connection: ServerConnection, pool: ConnectionPool) -> None:
        self.status = reader.status
        self.fields = tuple(reader.fields)
        self._reader = reader
        self._headers = reader.headers
        self._connection = connection
        self._pool = pool
        self._counted = True
        self._over = False

    def header(self, name: str) -> str:
        """The value of a header field; empty if there is none.  Its name is in lower case."""
        return self._headers.get(name, "")

    @property
    def media_type(self) -> str:
        """Of the body, in lower case and without parameters."""
        return self._headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def length(self) -> int | None:
        """The body's length; None if it isn't known before its end."""
        length = self._headers.get("content-length", "")
        return None if "transfer-encoding" in self._headers or not length.isdigit() else int(length)

    @property
    def has_body(self) -> bool:
        """Whether something of a body is still to come."""
        return not self._reader.ended or self._reader.waiting_bytes > 0

    def may_last(self) -> None:
        """Let the answer take as long as it likes: its connection isn't counted any more."""
        if self._counted:
            self._counted = False
            self._pool.release()

    def __aiter__(self) -> Arriving:
        """The body, as it comes."""
        return self

    async def __anext__(self) -> bytes:
        """The next piece.  Raises `Lost` if the body ends too early."""
        try:
            block = b"" if self._over else await self._connection.more()
        except Lost:
            self._done()
            raise
        if not block:
            self._done()
            raise StopAsyncIteration
        return block

    async def aclose(self) -> None:
        """Want no more of it."""
        self._done()

    def _done(self) -> None:
        """Give the connection back; it is closed if something of the answer is left."""
        if self._over:
            return
        self._over = True
        if self._counted:
            self._pool.give_back(self._connection)
        else:
            self._pool.keep_released(self._connection)


class ServerClient:
    """The server, for the clients of the agent.

    Args:
        settings: where it is; the token, the namespace and the header fields in it aren't used.
        keeps: whether connections stay open after an answer.
        chance: a number from 0 to 1.
    """

    def __init__(self, settings: Settings, *, keeps: bool = True, chance: Callable[[], float] = random.random) -> None:
        self._pool = ConnectionPool(settings, keeps=keeps)
        self._chance = chance

    def renew(self, settings: Settings) -> None:
        """Use other settings, and read their files again.  Raises `BadSettings`; those in use stay."""
        self._pool.renew(settings)

    @property
    def address(self) -> str:
        """Where it is, for people."""
        settings = self._pool.settings
        return settings.address

    async def send(self, question: Question) -> Arriving:
        """Ask, again if need be.

        Raises: `NoAnswer`.
        """
        retries = self._pool.settings.max_retries
        for attempt in range(retries + 1):
            last = attempt == retries
            try:
                answer = await self._followed(question, await self._once(self._pool, question))
            except NoAnswer as fault:
                if last or not may_repeat(question, fault):
                    raise
            else:
                if last or not may_repeat(question, answer.status):
                    return answer
                await _drop(answer)
            await asyncio.sleep(pause_s(attempt, self._chance()))
        raise AssertionError("the last attempt returns or raises")

    async def _followed(self, question: Question, answer: Arriving) -> Arriving:
        """The answer of the server that this one names instead of an answer, if it names one.

        The client couldn't follow: it may have no way to the server, and no token of its own.
        """
        settings = self._pool.settings
        if not (settings.redirects and is_redirect(answer.status)):
            return answer
        found = moved(question, self._pool.origin, answer.header("location"))
        if found is None:
            return answer
        await _drop(answer)
        address, asked = found
        try:
            elsewhere = ConnectionPool(replace(settings, address=address), keeps=False)
        except BadSettings as error:
            raise NotReached(str(error)) from error
        try:
            return await self._once(elsewhere, asked)
        finally:
            elsewhere.close()  # its connection ends with the answer

    async def _once(self, pool: ConnectionPool, question: Question) -> Arriving:
        head = _head(pool, question)
        while True:
            connection, used = await pool.take()
            try:
                async with asyncio.timeout(pool.settings.timeout_s):
                    reader = await connection.ask(head, question.body, question.method)
            except TimeoutError:
                _abandon(pool, connection)
                raise Silent(f"the server didn't answer within {pool.settings.timeout_s:g} seconds") from None
            except Lost as lost:
                _abandon(pool, connection)
                if used and not lost.begun and may_repeat(question, lost):
                    continue  # the server has closed it while nobody used it
                raise
            except BaseException:
                _abandon(pool, connection)
                raise
            return Arriving(reader, connection, pool)

    def close(self) -> None:
        """Close the connections that nobody uses."""
        self._pool.close()


def _abandon(pool: ConnectionPool, connection: ServerConnection) -> None:
    connection.close()
    pool.give_back(connection)


def _head(pool: ConnectionPool, question: Question) -> bytes:
    """The request without its body.  Raises `NotReached` for a token that no header field can carry."""
    origin = pool.origin
    headers = {"Host": origin.authority, **question.headers}
    if question.token:
        headers[_CREDENTIAL] = question.token
    bodiless = not question.body and question.method in _WITHOUT_BODY
    if not bodiless:
        headers["Content-Length"] = str(len(question.body))
    target = origin.prefix + question.path + (f"?{question.query}" if question.query else "")
    try:
        return encode_request(question.method, target, headers, None, keep_open=pool.keeps)
    except ValueError as error:
        raise NotReached("the request has a header field that can't be passed on") from error


async def _drop(answer: Arriving) -> None:
    """Read an answer that nobody wants, unless it is long: its connection can be used again then."""
    try:
        async for _ in answer:
            break
    except Lost:
        return  # the question is asked again, whatever this answer was
    finally:
        await answer.aclose()
