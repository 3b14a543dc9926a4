"""Requests and responses between the listener and the application."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from typing import Any, Final, Protocol

import msgspec

from strongroom.lib.turn import Turn

_OF_THIS_MACHINE: Final = ("127.", "::ffff:127.")
"""How addresses of IPv4 begin that no network carries, also on a socket of IPv6."""


class Tls(msgspec.Struct, frozen=True):
    """The result of a connection's TLS handshake."""

    version: str
    """As OpenSSL names it, for example `TLSv1.3`."""
    cipher: str
    server_name: str | None
    peer_certificates: tuple[bytes, ...] = ()
    """DER, leaf first; as the client sent them, verified only if `verified`."""
    verified: bool = False
    """Whether the chain leads to a CA of the listener's `tls_client_ca_file`."""


class Peer(msgspec.Struct, frozen=True):
    """The other end of a connection; one object for all requests of it."""

    address: str
    """IP address in text form; empty for a Unix socket."""
    port: int
    listener: str
    """The local address that took the connection, for example `127.0.0.1:8200` or a socket's path."""
    tls: Tls | None = None
    forwarded_certificates: tuple[bytes, ...] | None = None
    """The client's certificates as a trusted proxy passed them on: DER, leaf first.  None: no proxy speaks for it."""

    proxy: str = ""
    """The address of the proxy that named `address` in `X-Forwarded-For`; empty if the connection comes from there."""
    announced: bool = False
    """Whether a proxy that may do so has named `address` in a PROXY header."""

    @property
    def in_clear(self) -> bool:
        """Whether the client's bytes pass a network without TLS, as far as is known here.

        A proxy that may speak for clients is trusted with its own way to this server, too.
        """
        if self.tls is not None or self.announced or self.forwarded_certificates is not None:
            return False
        return not self.address.startswith(_OF_THIS_MACHINE) and self.address not in {"", "::1"}

    @property
    def certificates(self) -> tuple[bytes, ...]:
        """The client's certificates: DER, leaf first.  It has proved to hold the key of the leaf, and nothing else."""
        if self.forwarded_certificates is not None:
            return self.forwarded_certificates
        return self.tls.peer_certificates if self.tls is not None else ()


class HttpRequest(msgspec.Struct, frozen=True):
    """One request as the client sent it.  Only form and size were checked."""

    method: str
    """As sent: `GET`, `LIST`, `SCAN`, …; at most 16 upper-case letters."""
    path: str
    """As sent, still percent-encoded, without the query; begins with `/`."""
    query: str
    """As sent, still percent-encoded, without the `?`."""
    headers: dict[str, str]
    """Names in lower case.  Repeated fields are joined by `, `; those whose repetition is ambiguous were refused."""
    body: bytes
    peer: Peer

    def __repr__(self) -> str:
        return f"HttpRequest({self.method} {self.path}, {len(self.body)} bytes)"


class HttpResponse(msgspec.Struct):
    """One response.  The listener adds `content-length`, `date` and the headers of the connection."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    stream: AsyncIterator[bytes] | None = None
    """If set, sent in chunks after `body`; for log streams and similar."""
    after_sent: Callable[[], Awaitable[None]] | None = None
    """Called when the kernel has taken the last byte, or the client has gone."""
    keep: Callable[[bytes, bytes, bytes], None] | None = None
    """Keeps the response, for requests that ask the same: called with the request's name, header fields and body."""
    receive: Callable[[bytes], None] | None = None
    """For status 101: takes what the client sends from now on.  The connection ends with the stream."""


class Repeated(Protocol):
    """A response that was given before."""

    @property
    def parts(self) -> tuple[bytes, ...]:
        """Its header fields, without those that every response has, and its body."""
        ...

    def check(self) -> None:
        """Raise `Internal` if it may not be sent."""
        ...


class Repeats(Protocol):
    """The responses that are kept for requests that ask the same."""

    def name(self, source: bytes, data: bytes) -> bytes:
        """The name of the response to a request.

        Args:
            source: all that decides about it besides its bytes. data: the whole request.
        """
        ...

    def knows(self, name: bytes) -> bool:
        """Whether there was a response to keep."""
        ...

    def ask(self) -> Coroutine[Any, Any, None]:
        """Make all commits visible that the requests have to see which wait.  Raises `StorageError`."""
        ...

    def asked(self) -> None:
        """Begin with the turn of these requests."""
        ...

    @property
    def is_current(self) -> bool:
        """Whether the present turn is one of requests for which the store was asked."""
        ...

    def answer(self, name: bytes, port: int) -> Repeated | None:
        """The response of that name, if it still holds.  Only while `is_current`."""
        ...


class Application(Protocol):
    """The application of a listener.  It never raises.  The listener cancels it when a request takes too long."""

    @property
    def turn(self) -> Turn:
        """What the requests share that became ready together."""
        ...

    @property
    def repeats(self) -> Repeats | None:
        """The answers that are kept for requests that ask the same; None while there are none."""
        ...

    def __call__(self, request: HttpRequest) -> Coroutine[Any, Any, HttpResponse]:
        """Serve one request."""
        ...

    def may_send(self, headers: Mapping[str, str]) -> Coroutine[Any, Any, HttpResponse | None]:
        """Whether a client may send a body over `max_unauthenticated_request_size`.

        Called before the body is received.

        Args:
            headers: those of the request, names in lower case.

        Returns: the refusal; None if it may.
        """
        ...

    def malformed(self, status: int, text: str) -> HttpResponse:
        """The body and headers for a request that the listener itself refuses (400, 408, 413, 414, 431, 501, 505)."""
        ...
