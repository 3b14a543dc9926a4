"""Listening sockets.  The supervisor makes them once, and the workers inherit them as file descriptors.

The successor of a dead worker gets the same socket, so no connection in its backlog is lost.
"""

from __future__ import annotations

import errno
import grp
import os
import pwd
import socket
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from strongroom.http.settings import ListenerError

BACKLOG: Final = 1024
_LAST_PORT: Final = 65535
_PORT_DIGITS: Final = 5


@dataclass(frozen=True, slots=True)
class TcpAddress:
    """The address of a TCP listener."""

    host: str
    """Name or address; empty for every address of the machine, IPv4 and IPv6."""
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def parse_tcp_address(text: str) -> TcpAddress:
    """Read `host:port`; an IPv6 address stands in brackets, an empty host means all of them.

    Raises: `ListenerError`.
    """
    fault = address_fault(text)
    if fault:
        raise ListenerError(f"listener address {text!r}: expected {fault}")
    host, _, port = text.rpartition(":")
    return TcpAddress(host.removeprefix("[").removesuffix("]"), int(port))


def address_fault(text: str) -> str:
    """Why a text is no address of a TCP listener; empty if it is one."""
    host, colon, port = text.rpartition(":")
    if not colon or "]" in port:
        return "host:port, as in 127.0.0.1:8200"
    if ":" in host and not (host.startswith("[") and host.endswith("]")):
        return "an IPv6 address in brackets, as in [::1]:8200"
    if not (port.isascii() and port.isdigit() and len(port) <= _PORT_DIGITS and int(port) <= _LAST_PORT):
        return f"a port from 0 to {_LAST_PORT}"
    return ""


def open_tcp(address: str, count: int) -> list[socket.socket]:
    """Open `count` sockets that share one port, one for each worker.  The kernel distributes connections over them.

    `0.0.0.0` means IPv4 alone; `::` and an empty host mean both families, or IPv4 where the machine has no IPv6.  With
    port 0 the kernel chooses one port for all of them.

    Raises: `ListenerError`, also if another server listens there.  With SO_REUSEPORT alone, a second server of the same
    user would silently take half of the connections.
    """
    wanted = parse_tcp_address(address)
    family, where = _resolve(wanted)
    if count > 1 and wanted.port:
        _bind(family, where, wanted, shared=False).close()
    opened: list[socket.socket] = []
    try:
        for _ in range(count):
            opened.append(_bind(family, where, wanted, shared=count > 1))
            where = (where[0], opened[0].getsockname()[1], *where[2:])
    except ListenerError:
        for sock in opened:
            sock.close()
        raise
    return opened


def _resolve(wanted: TcpAddress) -> tuple[socket.AddressFamily, tuple[str | int, ...]]:
    if wanted.host in ("", "::"):
        if socket.has_dualstack_ipv6():
            return socket.AF_INET6, ("::", wanted.port, 0, 0)
        if not wanted.host:
            return socket.AF_INET, ("0.0.0.0", wanted.port)  # noqa: S104 - an empty host asks for every address
    try:
        found = socket.getaddrinfo(wanted.host, wanted.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        raise ListenerError(f"listener address {wanted}: {error.strerror or error}") from error
    # A name with both kinds of address binds to IPv4, as users of `localhost` expect.
    found.sort(key=lambda info: info[0] is not socket.AF_INET)
    family, _, _, _, where = found[0]
    return family, (str(where[0]), *where[1:])


def _bind(
    family: socket.AddressFamily, where: tuple[str | int, ...], wanted: TcpAddress, *, shared: bool
) -> socket.socket:
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, where[0] != "::")
        sock.bind(where)
        sock.listen(BACKLOG)
    except OSError as error:
        sock.close()
        if error.errno == errno.EADDRINUSE:
            raise ListenerError(f"listener address {wanted} is in use by another process") from error
        raise ListenerError(f"listener address {wanted}: {error.strerror}") from error
    sock.setblocking(False)
    return sock


def open_unix(
    path: str, *, mode: int | None = None, user: str | None = None, group: str | None = None
) -> socket.socket:
    """Open a Unix socket, which all workers share.

    A leftover socket file is replaced, unless a server still listens on it.

    Args:
        path: the socket's path; its folder must exist. mode: permission bits, for example 0o660; None for those of the
            umask. user, group: the owner, by name or number; None for the process's own.

    Raises: `ListenerError`.
    """
    place = Path(path)
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        _remove_stale(place)
        sock.bind(path)
        # Nobody can connect before `listen`, so the socket never accepts clients with the wrong permissions.
        if user is not None or group is not None:
            os.chown(path, _user_id(user), _group_id(group))
        if mode is not None:
            place.chmod(mode)
        sock.listen(BACKLOG)
    except OSError as error:
        sock.close()
        raise ListenerError(f"listener socket {path}: {error.strerror or error}") from error
    except ListenerError:
        sock.close()
        raise
    sock.setblocking(False)
    return sock


def _remove_stale(place: Path) -> None:
    try:
        kind = place.lstat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(kind):
        raise ListenerError(f"listener socket {place}: a file that is no socket is in the way")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(1)
        try:
            probe.connect(str(place))
        except ConnectionRefusedError:
            place.unlink()
            return
        except BlockingIOError:
            # Its backlog is full, so a server has it open.
            pass
    raise ListenerError(f"listener socket {place} is in use by another process")


def _user_id(user: str | None) -> int:
    if user is None:
        return -1
    try:
        return int(user) if user.isdigit() else pwd.getpwnam(user).pw_uid
    except KeyError:
        raise ListenerError(f"socket_user {user!r}: no such user") from None


def _group_id(group: str | None) -> int:
    if group is None:
        return -1
    try:
        return int(group) if group.isdigit() else grp.getgrnam(group).gr_gid
    except KeyError:
        raise ListenerError(f"socket_group {group!r}: no such group") from None


def adopt(descriptor: int) -> socket.socket:
    """Use a listening socket that was inherited as a file descriptor.

    Raises: `ListenerError` if it is no listening socket.
    """
    try:
        sock = socket.socket(fileno=descriptor)
        if not sock.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
            sock.detach()
            raise ListenerError(f"file descriptor {descriptor} doesn't listen")
    except OSError as error:
        raise ListenerError(f"file descriptor {descriptor}: {error.strerror}") from error
    sock.setblocking(False)
    return sock


def local_name(sock: socket.socket) -> str:
    """The address a socket is bound to, as text: `127.0.0.1:8200`, `[::1]:8200` or a path."""
    name = sock.getsockname()
    if sock.family == socket.AF_UNIX:
        return str(name)
    return str(TcpAddress(name[0], name[1]))
