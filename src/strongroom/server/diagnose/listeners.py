"""Diagnosis of the listeners' addresses: free, held by a running server, or by somebody else."""

from __future__ import annotations

import contextlib
import errno
import http.client
import json
import os
import socket
import ssl
from collections import Counter
from datetime import datetime
from pathlib import Path

from strongroom.http.settings import ListenerError
from strongroom.http.sockets import TcpAddress, parse_tcp_address
from strongroom.server.config.config import Listener
from strongroom.server.diagnose.files import nearest, reachable
from strongroom.server.diagnose.result import Finding, fail, group, ok, skipped, warn
from strongroom.server.diagnose.tls import check_tls

_ASK_TIMEOUT_S = 3.0
_NAME = "Check Address"
_EVERYWHERE = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared, not bound


def check_listeners(listeners: tuple[Listener, ...], now: datetime) -> Finding:
    """TLS and address of every listener."""
    if not listeners:
        return fail(
            "Start Listeners",
            "No listener stanza in the configuration.",
            'Add one: listener "tcp" { address = "127.0.0.1:8200" … }',
        )
    twice = [address for address, count in Counter(listener.address for listener in listeners).items() if count > 1]
    found = [fail(_NAME, f"{address} is given to two listeners.", "Remove one of them.") for address in twice]
    for listener in listeners:
        found.append(check_tls(listener, now))
        found.append(check_address(listener))
    return group("Start Listeners", found)


def check_address(listener: Listener) -> Finding:
    """Whether the listener could be opened now.  Nothing listens meanwhile, so no client meets the check."""
    if listener.type == "unix":
        return _check_unix(listener)
    try:
        wanted = parse_tcp_address(listener.address)
        family, where = _resolve(wanted)
    except (ListenerError, OSError) as error:
        return fail(_NAME, f"{listener.address}: {error}", "Give an address of this machine, as host:port.")
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # As the server does: connections of a server that has just ended are no obstacle.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(where)
        except OSError as error:
            return _judge_bind(listener, wanted, error)
    return ok(_NAME, f"{listener.address} is free.")


def _resolve(wanted: TcpAddress) -> tuple[socket.AddressFamily, tuple[str | int, ...]]:
    found = socket.getaddrinfo(wanted.host or None, wanted.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    found.sort(key=lambda info: info[0] is not socket.AF_INET)
    family, _, _, _, where = found[0]
    return family, (str(where[0]), *where[1:])


def _judge_bind(listener: Listener, wanted: TcpAddress, error: OSError) -> Finding:
    if error.errno == errno.EADDRINUSE:
        return _judge_holder(listener, ask_tcp(_EVERYWHERE.get(wanted.host, wanted.host), wanted.port))
    if error.errno == errno.EACCES:
        return fail(
            _NAME,
            f"{listener.address}: user {os.geteuid()} may not use this port.",
            "Use a port above 1023, or AmbientCapabilities=CAP_NET_BIND_SERVICE in the systemd unit.",
        )
    return fail(_NAME, f"{listener.address}: {error.strerror}", "Give an address that this machine has.")


def _judge_holder(listener: Listener, answer: dict[str, object] | None) -> Finding:
    if answer is not None and "+strongroom." in str(answer.get("version")):
        state = "sealed" if answer.get("sealed") else "unsealed"
        return ok(_NAME, f"{listener.address} is in use by a running Strongroom {answer['version']}, which is {state}.")
    advice = f"`ss -ltnp` shows who it is. End that program, or change {listener.where}."
    if answer is not None:
        return fail(_NAME, f"{listener.address} is in use by another server that speaks this API.", advice)
    if listener.proxy_protocol_behavior or listener.tls_require_and_verify_client_cert:
        return warn(
            _NAME,
            f"{listener.address} is in use; whether by this server can't be told, as it answers to its proxy or to "
            "clients with a certificate only.",
            advice,
        )
    return fail(_NAME, f"{listener.address} is in use by another program.", advice)


def _check_unix(listener: Listener) -> Finding:
    path = Path(listener.address)
    if not os.access(path.parent, os.W_OK | os.X_OK):
        return fail(
            _NAME,
            f"{path}: user {os.geteuid()} can't make a socket in {nearest(path.parent)}.",
            "Make the directory, and chown it to the server's user (RuntimeDirectory= in the systemd unit does).",
        )
    if not reachable(path):
        return ok(_NAME, f"{path} is free.")
    if not path.is_socket():
        return fail(_NAME, f"{path}: a file that is no socket is in the way.", f"Move it away: mv {path} {path}.old")
    try:
        connection = _connect_unix(path)
    except ConnectionRefusedError:
        return ok(_NAME, f"{path} was left behind by a server that ended; the next one replaces it.")
    except OSError as error:
        return warn(_NAME, f"{path} can't be asked: {error.strerror or error}.", "Run this as the server's user.")
    return _judge_holder(listener, _ask(connection))


def _connect_unix(path: Path) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(_ASK_TIMEOUT_S)
    try:
        connection.connect(str(path))
    except OSError:
        connection.close()
        raise
    return connection


def ask_tcp(host: str, port: int) -> dict[str, object] | None:
    """What the server there says of its seal, over TLS or in clear; None if it doesn't speak this API."""
    # Certificates aren't verified: the responder is only described to the operator, and no secrets are sent.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    for secure in (True, False):
        with contextlib.suppress(OSError):
            connection = socket.create_connection((host, port), _ASK_TIMEOUT_S)
            if secure:
                with contextlib.closing(connection):
                    connection = context.wrap_socket(connection)
            answer = _ask(connection)
            if answer is not None:
                return answer
    return None


def _ask(connection: socket.socket) -> dict[str, object] | None:
    asking = http.client.HTTPConnection("localhost", timeout=_ASK_TIMEOUT_S)
    asking.sock = connection
    try:
        asking.request("GET", "/v1/sys/seal-status")
        answer = json.loads(asking.getresponse().read(1 << 16))
    except (OSError, http.client.HTTPException, ValueError):
        return None
    finally:
        asking.close()
    return answer if isinstance(answer, dict) and "sealed" in answer else None


def skipped_listeners() -> Finding:
    """What stands in the tree for listeners that weren't to be checked."""
    return skipped("Start Listeners", "Left out by -skip=listener.")
