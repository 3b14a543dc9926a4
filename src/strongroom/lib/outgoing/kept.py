"""HTTP requests over connections that are kept, for systems that are asked all the time.

It tells a request that surely wasn't carried out from one that may have been.  No proxy is used, and no redirect is
followed.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Final, cast

from strongroom.lib.errors import RateLimited, Unreachable, UpstreamFailed
from strongroom.lib.extras import install_command
from strongroom.lib.outgoing import names
from strongroom.lib.outgoing.failure import why
from strongroom.lib.outgoing.http import Reply

if TYPE_CHECKING:
    import httpcore

_IDLE_S: Final = 30.0
"""After which an unused connection is closed: sooner than servers and firewalls do it."""
_NAMES_S: Final = 10.0
_PARTS: Final = 3
"""Of the time for a request, connecting may take this part."""


class UnansweredError(Unreachable):
    """The request was sent, and no usable answer came.  It may have been carried out."""


class KeptHttp:
    """Sends requests to the servers of one system.

    Args:
        name: of the system, for errors: "etcd".
        total_s: how long one request may take, in seconds.
        most_bytes: how long a response may be.
        context: whom to trust, and the certificate to show; None for plain HTTP only.
        at_once: the number of concurrent requests; others wait.
    """

    def __init__(
        self, name: str, *, total_s: float, most_bytes: int, context: ssl.SSLContext | None, at_once: int
    ) -> None:
        self._name = name
        self._total_s = total_s
        self._most_bytes = most_bytes
        library = _library()
        self._pool: httpcore.AsyncConnectionPool = library.AsyncConnectionPool(
            ssl_context=context if context is not None else ssl.create_default_context(),
            max_connections=at_once,
            max_keepalive_connections=at_once,
            keepalive_expiry=_IDLE_S,
            network_backend=cast("httpcore.AsyncNetworkBackend", _Backend()),
        )

    async def close(self) -> None:
        """Close all connections."""
        await self._pool.aclose()

    async def ask(
        self, verb: str, url: str, *, headers: Mapping[str, str] | None = None, content: bytes | None = None
    ) -> Reply:
        """Send one request.

        Raises: `Unreachable` if it wasn't sent, `UnansweredError` if it may have been.  Their texts hold nothing of the
            request or the response.
        """
        # In a task of its own, because the library's time limits belong to a task, and whoever asks may be a coroutine
        # that begins in one task and goes on in another.
        return await asyncio.create_task(self._ask(verb, url, headers or {}, content))

    async def _ask(self, verb: str, url: str, headers: Mapping[str, str], content: bytes | None) -> Reply:
        library = _library()
        limits = dict.fromkeys(("connect", "pool"), self._total_s / _PARTS)
        limits |= dict.fromkeys(("read", "write"), self._total_s)
        try:
            async with (
                asyncio.timeout(self._total_s),
                self._pool.stream(
                    *(verb, url), headers=list(headers.items()), content=content, extensions={"timeout": limits}
                ) as response,
            ):
                body = bytearray()
                async for piece in response.aiter_stream():
                    body += piece
                    if len(body) > self._most_bytes:
                        raise UnansweredError(
                            f"{self._name} gave no usable answer", detail=f"more than {self._most_bytes} bytes"
                        )
                named = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
                return Reply(response.status, named, bytes(body))
        except (library.ConnectError, library.ConnectTimeout, library.PoolTimeout) as error:
            raise Unreachable(f"{self._name} cannot be reached", detail=why(error, url)) from error
        except TimeoutError as error:
            raise UnansweredError(f"{self._name} did not answer in time", detail=why(error, url)) from error
        except (library.NetworkError, library.ProtocolError, library.TimeoutException, OSError) as error:
            raise UnansweredError(f"{self._name} did not answer", detail=why(error, url)) from error


@cache
def _library() -> Any:
    """The HTTP library, imported when it is first needed.  Raises `UpstreamFailed` if it isn't installed."""
    try:
        import httpcore  # noqa: PLC0415 - an optional package
    except ImportError as error:
        text = "a package is missing that asks other systems by HTTP"
        raise UpstreamFailed(text, detail=install_command("http")) from error
    return httpcore


class _Backend:
    """Makes connections, with names resolved so that a server of names that hangs delays nobody else."""

    def __init__(self) -> None:
        self._inner: httpcore.AnyIOBackend = _library().AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the library's interface
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        library = _library()
        within_s = timeout if timeout is not None else _NAMES_S
        shown = f"[{host}]" if ":" in host else host
        try:
            found = await names.addresses(f"//{shown}", within_s=within_s, direct=True)
        except OSError as error:
            raise library.ConnectError(str(error)) from error
        except (TimeoutError, RateLimited) as error:
            raise library.ConnectTimeout(str(error)) from error
        addresses = found or (host,)
        for address in addresses:
            try:
                return await self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
            except (library.ConnectError, library.ConnectTimeout):
                if address == addresses[-1]:
                    raise
        raise AssertionError

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109 - as above
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        return await self._inner.connect_unix_socket(path, timeout, socket_options)

    async def sleep(self, seconds: float) -> None:
        await self._inner.sleep(seconds)
