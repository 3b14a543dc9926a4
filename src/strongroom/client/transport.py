"""From an address to a connected stream: TCP, TLS, Unix sockets, HTTP proxies."""

from __future__ import annotations

import os
import socket
from binascii import b2a_base64
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

from strongroom.client.errors import BadSettings, describe
from strongroom.client.settings import Settings

SCHEMES = "An address begins with https://, http:// or unix://."
_PORTS = {"http": 80, "https": 443}
_PROXY_ANSWER_LIMIT_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Origin:
    """Where requests of one client go."""

    scheme: str
    host: str
    """Name or IP address without brackets; empty for a Unix socket."""
    port: int
    authority: str
    """Host and port as the address gives them; what the `Host` header and error texts hold."""
    prefix: str = ""
    """Path before `/v1`, without a slash at its end."""
    socket_path: str = ""

    @property
    def base(self) -> str:
        """The address without a path."""
        return f"{self.scheme}://{self.authority}" if self.scheme else self.authority


def parse_origin(address: str) -> Origin:
    """The parts of an address: `http://…`, `https://…` or `unix:///path/of/socket`.  Raises `BadSettings`."""
    if address.startswith("unix://"):
        return Origin("http", "", 0, "localhost", socket_path=address.removeprefix("unix://"))
    scheme, separator, _ = address.partition("://")
    if not separator and ":" in address:
        text = f'parse "{address}": first path segment in URL cannot contain colon'
        better = f"unix://{address[5:]}" if address.startswith("unix:") else f"https://{address}"
        raise BadSettings(text, hint=f"{SCHEMES} Try {better}")
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError as error:
        raise BadSettings(f'parse "{address}": {error}') from None
    if parts.scheme not in _PORTS:
        name = (address.partition("://")[2] or address).rstrip("/")
        return Origin(scheme if separator else "", name, port or 0, name)
    authority = parts.netloc.rpartition("@")[2]
    return Origin(parts.scheme, parts.hostname or "", port or _PORTS[parts.scheme], authority, parts.path.rstrip("/"))


def open_channel(origin: Origin, settings: Settings) -> socket.socket:
    """Connect to `origin`, through a proxy and TLS where the settings or the environment ask for them.

    Raises:
        OSError: no connection; its text says at which step, in one line.
        BadSettings: a certificate file can't be read.
    """
    channel = connect(origin, settings)
    if origin.socket_path or origin.scheme != "https":
        return channel
    from strongroom.client import tls  # noqa: PLC0415 - `ssl` is slow to import, and plain HTTP doesn't need it

    return tls.wrap(channel, settings.tls, settings.tls.server_name or origin.host)


def connect(origin: Origin, settings: Settings) -> socket.socket:
    """Connect to `origin`, through a proxy where one is set, and leave TLS to the caller.

    Raises:
        OSError: no connection; its text says at which step, in one line.
        BadSettings: the address of the proxy is none.
    """
    if origin.socket_path:
        return _open_unix(origin.socket_path, settings.timeout_s)
    if origin.scheme not in _PORTS:
        raise ConnectionError(f'unsupported protocol scheme "{origin.scheme}"')
    if not origin.host:
        raise ConnectionError("http: no Host in request URL")
    proxy = settings.proxy or proxy_of(os.environ, origin)
    if not proxy:
        return _open_tcp(origin.host, origin.port, settings.timeout_s)
    gateway = parse_origin(proxy if "://" in proxy else f"http://{proxy}")
    try:
        channel = _open_tcp(gateway.host, gateway.port, settings.timeout_s)
    except OSError as error:
        raise ConnectionError(f"proxyconnect tcp: {error}") from error
    _tunnel(channel, origin, urlsplit(proxy).netloc.rpartition("@")[0])
    return channel


def _open_unix(path: str, timeout_s: float | None) -> socket.socket:
    channel = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    channel.settimeout(timeout_s)
    try:
        channel.connect(path)
    except OSError as error:
        channel.close()
        raise ConnectionError(f"dial unix {path}: connect: {describe(error)}") from error
    return channel


def _open_tcp(host: str, port: int, timeout_s: float | None) -> socket.socket:
    shown = f"[{host}]" if ":" in host else host
    try:
        return socket.create_connection((host, port), timeout_s)
    except socket.gaierror as error:
        raise ConnectionError(f"dial tcp: lookup {host}: no such host") from error
    except OSError as error:
        raise ConnectionError(f"dial tcp {shown}:{port}: connect: {describe(error)}") from error


def proxy_of(environment: Mapping[str, str], origin: Origin) -> str:
    """The proxy that `http_proxy`, `https_proxy` and `no_proxy` name for an origin; never one for this machine."""

    def first(name: str) -> str:
        return environment.get(name) or environment.get(name.upper()) or ""

    proxy = first(f"{origin.scheme}_proxy")
    if not proxy or origin.host in {"localhost", "127.0.0.1", "::1"}:
        return ""
    return "" if any(_excludes(item.strip(), origin) for item in first("no_proxy").split(",")) else proxy


def _excludes(item: str, origin: Origin) -> bool:
    """Whether an entry of `no_proxy` names an origin: `*`, a name and those below it, an address, a network; a port
    behind it has to be the origin's.
    """
    if "/" in item:
        from ipaddress import ip_address, ip_network  # noqa: PLC0415 - hardly anybody names networks

        try:
            return ip_address(origin.host) in ip_network(item, strict=False)
        except ValueError:
            return False
    name = item.lstrip(".")
    if item.count(":") == 1:
        name, _, port = name.partition(":")
        if port != str(origin.port):
            return False
    return name == "*" or bool(name and (origin.host == name or origin.host.endswith(f".{name}")))


def _tunnel(channel: socket.socket, origin: Origin, credentials: str) -> None:
    """Ask a proxy for a tunnel, for plain HTTP too, so that it never sees a token.  Source: RFC 9110, section 9.3.6."""
    target = f"{quote(origin.host, safe=':.-_')}:{origin.port}"
    lines = [f"CONNECT {target} HTTP/1.1", f"Host: {target}"]
    if credentials:
        encoded = b2a_base64(unquote(credentials).encode(), newline=False).decode()
        lines.append(f"Proxy-Authorization: Basic {encoded}")
    channel.sendall("\r\n".join([*lines, "", ""]).encode())
    answer = b""
    while b"\r\n\r\n" not in answer:
        # One byte at a time: what follows the blank line belongs to the tunnel.
        block = channel.recv(1)
        if not block or len(answer) > _PROXY_ANSWER_LIMIT_BYTES:
            raise ConnectionError("the proxy closed the connection")
        answer += block
    words = answer.split(b"\r\n")[0].split(None, 2)
    if len(words) < 2 or not words[1].startswith(b"2"):
        raise ConnectionError(f"the proxy refused: {b' '.join(words[1:]).decode('latin-1')}")
