"""What runs beside the reads, one function each: it goes on until it is told to stop, or its work is done."""

from __future__ import annotations

import contextlib
import itertools
import subprocess
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from bench.curves.leases import issued, with_certificates
from bench.load import wrk
from bench.load.flood import send_all
from bench.load.requests import Mix, Wanted
from bench.operations.prepared import PASSWORD, Prepared, transit, userpass
from bench.servers.server import OURS, Server, program_of

LISTED = 100_000
LEASES = 10_000
_LOGINS = 4
_CREATORS = 8
_RSA = {"key_type": "rsa", "key_bits": 4096}


class Job(NamedTuple):
    """Something long."""

    name: str
    work: Callable[[Prepared, threading.Event], None]


def _nothing(_prepared: Prepared, stop: threading.Event) -> None:
    stop.wait()


def _transit_keys(prepared: Prepared, stop: threading.Event) -> None:
    for number in itertools.count():
        if stop.is_set():
            return
        prepared.server.api("POST", f"transit/keys/rsa{number}", {"type": "rsa-4096"})


def _pki_keys(prepared: Prepared, stop: threading.Event) -> None:
    while not stop.is_set():
        prepared.server.api("POST", "pki/intermediate/generate/internal", {"common_name": "other", **_RSA})


def _logins(prepared: Prepared, stop: threading.Event) -> None:
    def one() -> None:
        while not stop.is_set():
            prepared.server.api("POST", "auth/userpass/login/app", {"password": PASSWORD})

    with ThreadPoolExecutor(_LOGINS) as pool:
        for done in [pool.submit(one) for _ in range(_LOGINS)]:
            done.result()


def _listing(prepared: Prepared, stop: threading.Event) -> None:
    while not stop.is_set():
        prepared.server.api.raw("GET", "kv1/many?list=true")


def _revocation(prepared: Prepared, _stop: threading.Event) -> None:
    prepared.server.api("PUT", "sys/leases/revoke-prefix/pki/issue/leased")


def _snapshot(prepared: Prepared, stop: threading.Event) -> None:
    while not stop.is_set():
        if prepared.server.kind == OURS:
            _save(prepared.server)
        else:
            prepared.server.api.raw("GET", "sys/storage/raft/snapshot")


def _save(server: Server) -> None:
    """Ours is saved by a command on the server's machine."""
    with tempfile.TemporaryDirectory(dir=server.home) as place:
        words = f"operator snapshot save -config={server.config} {place}/saved.db"
        command = [str(program_of(OURS)), *words.split()]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode:
            raise ConnectionError(f"the snapshot failed: {done.stderr[-300:]}")


def _monitor(prepared: Prepared, stop: threading.Event) -> None:
    api = prepared.server.api
    connection = api.open()
    connection.connect()
    connection.sock.settimeout(0.2)
    head = f"GET /v1/sys/monitor?log_level=trace HTTP/1.1\r\nHost: bench\r\nX-Vault-Token: {api.token}\r\n\r\n"
    connection.sock.sendall(head.encode())
    with contextlib.closing(connection):
        while not stop.is_set():
            with contextlib.suppress(TimeoutError):
                if not connection.sock.recv(65536):
                    return


def _tokens(prepared: Prepared, stop: threading.Event) -> None:
    server = prepared.server
    wanted = Mix(Wanted("POST", "auth/token/create", {"ttl": "1h", "policies": ["default"]}, server.token))
    while not stop.is_set():
        with tempfile.TemporaryDirectory() as place:
            wrk.run(server.url, wanted, seconds=1, connections=_CREATORS, place=Path(place))


JOBS = (
    Job("nothing", _nothing),
    Job("RSA keys of transit, 4096 bits", _transit_keys),
    Job("RSA keys of pki, 4096 bits", _pki_keys),
    Job("password logins, 4 at a time", _logins),
    Job(f"listings of {LISTED:,} names", _listing),
    Job("snapshots", _snapshot),
    Job("a subscriber of sys/monitor", _monitor),
    Job("new tokens, 8 connections", _tokens),
    Job(f"revoking {LEASES:,} leases by prefix", _revocation),
)


def prepare_jobs(server: Server, most: float) -> Prepared:
    """A server with what all jobs need; smaller amounts when points are limited."""
    prepared = with_certificates(server)
    transit(prepared)
    userpass(prepared)
    token = server.token
    send_all(server, (Wanted("POST", f"kv1/many/{n}", {"a": "b"}, token) for n in range(int(min(LISTED, most)))))
    issued(prepared, int(min(LEASES, most)))
    return prepared
