"""HTTP requests to other systems, of the whole server.

Each has a limit on time and size.  Redirects aren't followed, because they could lead elsewhere with the credentials.
Responses come as they are, without compression: two kilobytes of it can become gigabytes before any limit sees them.
The certificate authorities are those that the caller names, or those of the operating system, or of `SSL_CERT_FILE`.
A proxy is taken from `HTTPS_PROXY`, but never for a machine's metadata service: the proxy would answer with an identity
of its own, and read what passes.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import msgspec

from strongroom.lib import json
from strongroom.lib.errors import InvalidRequest, Unreachable, UpstreamFailed
from strongroom.lib.extras import install_command
from strongroom.lib.outgoing import names
from strongroom.lib.outgoing.failure import why
from strongroom.lib.pem import ascii_pem

if TYPE_CHECKING:
    import httpx

CONNECT_S = 10.0
"""To reach the system."""
TOTAL_S = 30.0
MOST_BYTES = 1024 * 1024
MOST_CA_CHARACTERS = 256 * 1024
"""Of certificate authorities: more than operating systems trust.  A megabyte takes most of a second to read."""
_CONTEXTS = 256
_SCHEMES = frozenset({"http", "https"})
_PLAIN = "identity"


class Reply(msgspec.Struct, frozen=True):
    """The response of another system."""

    status: int
    headers: Mapping[str, str]
    """By names in lower case."""
    body: bytes

    def __repr__(self) -> str:
        return f"Reply({self.status})"


class Http:
    """Sends requests to systems of one kind.

    Args:
        name: of the kind of system, for errors: "the identity provider".
        total_s: how long one request may take, in seconds.
        most_bytes: how long a response may be.
        context: the certificate authorities, where the caller names none; None for those of the operating system.
    """

    def __init__(
        self,
        name: str,
        *,
        total_s: float = TOTAL_S,
        most_bytes: int = MOST_BYTES,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self.name = name
        self._total_s = total_s
        self._most_bytes = most_bytes
        self._context = context

    async def ask(
        self,
        verb: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        ca_pem: str = "",
        direct: bool = False,
        at: str = "",
        certified: str = "",
    ) -> Reply:
        """Send one request.

        Args:
            ca_pem: the only certificate authorities to trust, in PEM.
            direct: whether it goes by no proxy.
            at: the only address to connect to, which the caller has judged; empty for those of the URL's host.
            certified: whom the server's certificate has to name; empty for the URL's host.

        Raises: `Unreachable` if it did not answer, `UpstreamFailed` for an unusable answer.  Their texts hold nothing
            of the request or the response.
        """
        httpx = _library()
        context = await self._trusting(ca_pem)
        sent = {name: value for name, value in (headers or {}).items() if name.lower() != "accept-encoding"}
        sent["accept-encoding"] = _PLAIN
        try:
            async with asyncio.timeout(self._total_s), self._client(url, context, direct=direct) as client:
                return await self._asked(client, verb, url, sent, content, direct=direct, at=at, certified=certified)
        except TimeoutError as error:
            raise Unreachable(f"{self.name} did not answer in time") from error
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise Unreachable(f"{self.name} cannot be reached", detail=why(error, url)) from error

    async def _asked(
        self,
        client: httpx.AsyncClient,
        verb: str,
        url: str,
        headers: dict[str, str],
        content: bytes | None,
        *,
        direct: bool,
        at: str,
        certified: str,
    ) -> Reply:
        """Send the request to the first of the host's addresses that can be reached."""
        httpx = _library()
        found = (at,) if at else await self._addresses(url, direct=direct)
        if not found and certified:
            found = (urlsplit(url).hostname or "",)  # an address, which needn't be looked up
        if not found:
            return await self._sent(client.stream(verb, url, headers=headers, content=content))
        named = {"host": names.host_header(url), **headers}
        extensions = {"sni_hostname": certified or urlsplit(url).hostname}  # whose certificate it has to be
        for address in found:
            where = names.with_address(url, address)
            try:
                sending = client.stream(verb, where, headers=named, content=content, extensions=extensions)
                return await self._sent(sending)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                if address == found[-1]:
                    self._forget_addresses(url)
                    raise
        raise AssertionError

    def _client(
        self, _url: str, context: ssl.SSLContext, *, direct: bool
    ) -> AbstractAsyncContextManager[httpx.AsyncClient]:
        """The connections for one request.  Those of another request may have been opened for somebody else."""
        client: httpx.AsyncClient = _library().AsyncClient(
            verify=context,
            timeout=self._timeout(),
            follow_redirects=False,
            trust_env=not direct,
        )
        return client

    def _timeout(self) -> httpx.Timeout:
        timeout: httpx.Timeout = _library().Timeout(self._total_s, connect=CONNECT_S)
        return timeout

    async def _addresses(self, url: str, *, direct: bool) -> tuple[str, ...]:
        return await names.addresses(url, within_s=CONNECT_S, direct=direct)

    def _forget_addresses(self, url: str) -> None:
        """Learn that none of them can be reached."""

    async def _sent(self, sending: AbstractAsyncContextManager[httpx.Response]) -> Reply:
        async with sending as response:
            return Reply(response.status_code, dict(response.headers), await self._bounded(response))

    async def ask_json(
        self,
        verb: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        ca_pem: str = "",
    ) -> tuple[int, Any]:
        """Send one request.  Returns the status and the decoded JSON.  Raises `UpstreamFailed`."""
        reply = await self.ask(verb, url, headers=headers, content=content, ca_pem=ca_pem)
        return reply.status, self.decoded(reply)

    def decoded(self, reply: Reply) -> Any:
        """The JSON of a response.  Raises `UpstreamFailed` for anything else."""
        try:
            return json.loads(reply.body)
        except InvalidRequest as error:
            raise UpstreamFailed(
                f"{self.name} gave no usable answer", detail=f"status {reply.status}, no JSON"
            ) from error

    async def _trusting(self, ca_pem: str) -> ssl.SSLContext:
        if ca_pem:
            try:
                return _context_of(ca_pem)
            except (ssl.SSLError, ValueError) as error:
                raise UpstreamFailed(f"the certificate authorities for {self.name} can't be read") from error
        if self._context is None:  # off the loop, because it reads some hundred files
            found = await asyncio.to_thread(ssl.create_default_context)
            # Of several requests that made one meanwhile, all use the same: open connections are kept for it.
            self._context = self._context or found
        return self._context

    async def _bounded(self, response: httpx.Response) -> bytes:
        if response.headers.get("content-encoding", _PLAIN).strip().lower() not in {"", _PLAIN}:
            raise UpstreamFailed(f"{self.name} gave no usable answer", detail="compressed, though it was asked not to")
        body = bytearray()
        async for piece in response.aiter_raw():
            body += piece
            if len(body) > self._most_bytes:
                raise UpstreamFailed(f"{self.name} gave no usable answer", detail=f"more than {self._most_bytes} bytes")
        return bytes(body)


@lru_cache(_CONTEXTS)
def _context_of(ca_pem: str) -> ssl.SSLContext:
    context = ssl.create_default_context(cadata=ascii_pem(ca_pem))
    # Whoever names an authority trusts it, also one below another.  And clusters of Kubernetes have certificates
    # without the key identifiers that OpenSSL demands in strict mode, which Python 3.13 made the default.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


def check_ca(ca_pem: str, field: str) -> None:
    """Raise `InvalidRequest` naming the field, if it holds no certificate in PEM, or too many."""
    if len(ca_pem) > MOST_CA_CHARACTERS:
        raise InvalidRequest(f"{field} is longer than {MOST_CA_CHARACTERS} characters")
    try:
        if ca_pem:
            _context_of.__wrapped__(ca_pem)  # not remembered: who may write it may be refused, and write it again
    except (ssl.SSLError, ValueError) as error:
        raise InvalidRequest(f"{field} holds no certificate in PEM") from error


def check_url(url: str, field: str) -> None:
    """Raise `InvalidRequest` naming the field, if it isn't a URL of a host, or holds a password."""
    if any(sign <= " " or sign == "\x7f" for sign in url):  # which `urlsplit` drops, and whoever asks there doesn't
        raise InvalidRequest(f"{field} must not hold spaces, nor the end of a line")
    try:
        parts = urlsplit(url)
        valid = parts.scheme in _SCHEMES and bool(parts.hostname) and parts.port != 0
    except ValueError:
        valid = False
    if not valid:
        raise InvalidRequest(f"{field} must be a URL that begins with https:// or http://")
    if parts.username or parts.password:
        raise InvalidRequest(f"{field} must not hold a user's name or password")


@cache
def _library() -> Any:
    """The HTTP library, imported when it is first needed.  Raises `UpstreamFailed` if it isn't installed."""
    try:
        import httpx  # noqa: PLC0415 - an optional package
    except ImportError as error:
        text = "this server can't ask other systems by HTTP, because a package is missing: its log says which"
        raise UpstreamFailed(text, detail=install_command("http")) from error
    return httpx


def json_object(value: Any, name: str) -> Mapping[str, Any]:
    """A JSON object of a response.  Raises `UpstreamFailed` naming the system for anything else."""
    if not isinstance(value, dict):
        raise UpstreamFailed(f"{name} gave no usable answer", detail="not an object")
    return value
