"""Opens connections for the forwarder, to addresses that the rules allow."""

from __future__ import annotations

import contextlib
import os
import socket
import ssl
from collections.abc import Iterator
from typing import Final

from strongroom.audit.forwarding.deadline import ended_after
from strongroom.audit.outgoing.addresses import AddressRules, refusal_of_host, refusal_of_path
from strongroom.audit.outgoing.endpoint import TLS, Endpoint
from strongroom.audit.outgoing.tls import TlsSettings
from strongroom.lib.outgoing.names import no_name_as_os_error
from strongroom.lib.outgoing.own_machine import is_own
from strongroom.lib.pem import ascii_pem

CONNECT_S: Final = 10.0
"""To reach a peer, with TLS."""
_IDLE_S, _INTERVAL_S, _PROBES = 60, 20, 3
"""When a connection without entries is probed, so that nothing between the machines forgets it."""
_MOST_FILE_BYTES: Final = 1024 * 1024
_FAMILIES: Final = {"tcp4": socket.AF_INET, "tcp6": socket.AF_INET6, "udp4": socket.AF_INET, "udp6": socket.AF_INET6}


class Refused(OSError):
    """The rules don't allow an address."""


def connect(where: Endpoint, tls: TlsSettings, rules: AddressRules, *, configured: bool) -> socket.socket:
    """A connected socket.

    Args:
        configured: whether the server's configuration names the address.

    Raises: `OSError`, also for an address that isn't allowed.
    """
    if where.path:
        return _connect_path(where, rules, configured=configured)
    failed: OSError | None = None
    kind = socket.SOCK_STREAM if where.is_stream else socket.SOCK_DGRAM
    for family, address in allowed(where, kind, rules, configured=configured):
        try:
            return _connected(socket.socket(family, kind), address, where, tls)
        except OSError as error:
            failed = error
    raise failed or OSError(f"{where}: the name has no address")


def judge(where: Endpoint, rules: AddressRules, *, configured: bool) -> None:
    """Raise `Refused` for an address that isn't allowed.  A name that has none now is judged when it has one."""
    if where.path:
        _require_path(where, rules, configured=configured)
        return
    with contextlib.suppress(socket.gaierror):
        list(allowed(where, 0, rules, configured=configured))


def allowed(
    where: Endpoint, kind: int, rules: AddressRules, *, configured: bool
) -> Iterator[tuple[int, tuple[str, int]]]:
    """The addresses of a host that the rules allow, each with its family.

    Args:
        kind: of socket; 0 for any. configured: as above.

    Raises: `Refused` if there is one that they don't allow; `OSError` if there is none.
    """
    family = _FAMILIES.get(where.kind, socket.AF_UNSPEC)
    with no_name_as_os_error():
        found = socket.getaddrinfo(where.host or "localhost", where.port, family, kind)
    for _, _, _, _, address in found:
        ip = str(address[0])
        reason = refusal_of_host(where.host, ip, where.port, rules, configured=configured, local=is_own(ip))
        if reason:
            raise Refused(f"{where}: {reason}")
    for each, _, _, _, address in found:
        yield each, address  # type: ignore[misc]  # an address of the internet begins with host and port


def _connected(opened: socket.socket, address: tuple[str, int], where: Endpoint, tls: TlsSettings) -> socket.socket:
    with contextlib.ExitStack() as failing:
        failing.callback(opened.close)
        opened.settimeout(CONNECT_S)
        if where.is_stream:
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, _IDLE_S)
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, _INTERVAL_S)
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, _PROBES)
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        opened.connect(address)
        if where.kind == TLS:
            name = tls.server_name or where.host
            opened = context_of(tls).wrap_socket(opened, server_hostname=name, do_handshake_on_connect=False)
            failing.callback(opened.close)
            with ended_after(opened, CONNECT_S):
                opened.do_handshake()
        failing.pop_all()
    return opened


def context_of(tls: TlsSettings) -> ssl.SSLContext:
    """The settings of TLS, with the files as they are now.  Raises `OSError`."""
    context = ssl.create_default_context(
        cadata=ascii_pem(tls.ca_pem) if tls.ca_pem else None, cafile=tls.ca_file or None
    )
    if tls.ca_pem or tls.ca_file:
        # As for other systems that are asked (`lib/outgoing/http.py`).
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    if tls.cert_file:
        context.load_cert_chain(tls.cert_file, tls.key_file, password=_no_password)
    return context


def _no_password() -> str:
    raise OSError("the client's key is encrypted, and nobody is there to be asked for its password")


def _connect_path(where: Endpoint, rules: AddressRules, *, configured: bool) -> socket.socket:
    real = _require_path(where, rules, configured=configured)
    opened = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM if where.is_stream else socket.SOCK_DGRAM)
    with contextlib.ExitStack() as failing:
        failing.callback(opened.close)
        opened.settimeout(CONNECT_S)
        opened.connect(real)
        failing.pop_all()
    return opened


def _require_path(where: Endpoint, rules: AddressRules, *, configured: bool) -> str:
    """The real path of a Unix socket.  Raises `Refused`."""
    real = os.path.realpath(where.path)
    own = tuple(os.path.realpath(path) for path in rules.own)
    if reason := refusal_of_path(real, AddressRules(rules.allowed, own=own), configured=configured):
        raise Refused(f"{where}: {reason}")
    return real
