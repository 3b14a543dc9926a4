"""The client library's connection, for an event loop."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from kazoo.client import KazooClient
from kazoo.exceptions import ConnectionClosedError, ConnectionLoss, KazooException, NoAuthError, SessionExpiredError
from kazoo.retry import KazooRetry
from kazoo.security import make_acl

from strongroom.lib.errors import StorageError
from strongroom.lib.secret import Secret

_LOST = (ConnectionLoss, ConnectionClosedError, SessionExpiredError, TimeoutError)
_LEAST_SESSION_S = 4.0
_SILENT = logging.Logger("of-nobody", logging.CRITICAL + 1)
"""The library's own texts may show the login, and repeat themselves while a server is away."""


class Access(msgspec.Struct, frozen=True):
    """Where the servers are, and as whom they are asked."""

    hosts: str
    """Host and port of each, with commas between them."""
    auth_info: Secret | None = None
    """`scheme:credential`, as `digest:user:password`."""
    owner: str = ""
    """`scheme:id`, who alone has rights in the nodes; empty: whoever created them, or everybody without a login."""
    tls: bool = False
    ca_file: str = ""
    cert_file: str = ""
    key_file: str = ""
    verify: bool = True


class LostError(StorageError):
    """No answer came, or none that can be understood.  What was asked may have been done, or may be done later."""


class Client:
    """A session with the servers, which the library makes anew when it is lost.

    Args:
        answer_s: how long an answer may take, in seconds.
    """

    def __init__(self, access: Access, answer_s: float) -> None:
        self._access = access
        self._answer_s = answer_s
        self._library: Any = None

    async def start(self) -> None:
        """Connect.  Raises `StorageError`."""
        access = self._access
        login = access.auth_info.reveal().decode().partition(":") if access.auth_info is not None else None
        scheme, _, identity = access.owner.partition(":")
        if login is not None and not access.owner:
            scheme, identity = "auth", ""
        acl = [make_acl(scheme, identity, all=True)] if scheme else None
        self._library = KazooClient(
            access.hosts,
            timeout=max(self._answer_s, _LEAST_SESSION_S),
            auth_data=[(login[0], login[2])] if login is not None else None,
            default_acl=acl,
            connection_retry=KazooRetry(max_tries=-1, delay=0.05, backoff=1.5, max_delay=1.0),
            use_ssl=access.tls,
            ca=access.ca_file or None,
            certfile=access.cert_file or None,
            keyfile=access.key_file or None,
            verify_certs=access.verify,
            check_hostname=access.tls and access.verify,
            logger=_SILENT,
        )
        started = self._library.start_async()
        if not await asyncio.to_thread(started.wait, self._answer_s):
            detail = f"connecting to {access.hosts}: no answer within {self._answer_s:g} s"
            await self.close()
            raise StorageError("the store failed", detail=detail)

    async def close(self) -> None:
        """End the session."""
        library, self._library = self._library, None
        if library is not None:
            with contextlib.suppress(Exception):  # it ends in any case
                await asyncio.to_thread(library.stop)
            with contextlib.suppress(Exception):
                await asyncio.to_thread(library.close)

    @property
    def session(self) -> object:
        """Which session it is now."""
        return self._library.client_id if self._library is not None else None

    async def all(self, *asked: Callable[[Any], Any]) -> Sequence[Any]:
        """The answers to several questions, which the server answers in this order.

        Args:
            asked: each is given the library, and sends a question.

        Returns: the answers; in their place, errors that tell of a node.
        Raises: `LostError`; `StorageError` if nothing was done.
        """
        library = self._library
        if library is None:
            raise StorageError("the store is closed")
        if not library.connected:
            # What is asked now would wait in the library, and might be sent much later.
            raise StorageError("the store failed", detail="there is no connection to ZooKeeper")
        loop = asyncio.get_running_loop()
        pending = [ask(library) for ask in asked]
        try:
            async with asyncio.timeout(self._answer_s):
                # The others come before the last one.  To wait for each would take most of the time of a read.
                for last in reversed(pending):
                    if not last.ready():
                        await asyncio.wait({_future(loop, last)})
        except TimeoutError as error:
            raise LostError("the store failed", detail=f"ZooKeeper: no answer within {self._answer_s:g} s") from error
        answers = [each.value if each.exception is None else each.exception for each in pending]
        for answer in answers:
            if isinstance(answer, _LOST):
                raise LostError("the store failed", detail=f"ZooKeeper: {type(answer).__name__}")
            if isinstance(answer, NoAuthError):
                raise StorageError("ZooKeeper refuses the user of the storage the rights that it needs")
            if isinstance(answer, BaseException) and not isinstance(answer, KazooException):
                raise LostError("the store failed", detail=f"ZooKeeper: {type(answer).__name__}") from answer
        return answers


def _future(loop: asyncio.AbstractEventLoop, pending: Any) -> asyncio.Future[Any]:
    """Done when the library's answer is there."""
    future: asyncio.Future[Any] = loop.create_future()

    def settle() -> None:
        if not future.done():
            future.set_result(None)

    def arrived(_: Any) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(settle)

    pending.rawlink(arrived)
    return future
