"""Leases: what they cost at the start, in memory, and beside reads."""

from __future__ import annotations

from collections.abc import Iterator

from bench.curves.curve import Chart, CurveKind, Run
from bench.curves.secrets import started
from bench.filling.leases import fill_leases
from bench.load.flood import send_all
from bench.load.requests import Wanted
from bench.operations.prepared import Prepared, pki, prepare
from bench.servers import server, usage
from bench.servers.server import OURS, PEER, Server

_STEPS = (1_000, 10_000, 100_000, 1_000_000)
_PEER_MOST = 10_000
_OF_A_MOUNT = 250_000
"""A mount of ours has 300,000 leases at the most."""
_MOUNTS = 4
_ROLE = {"allow_any_name": True, "key_type": "ec", "key_bits": 256, "ttl": "720h", "generate_lease": True}


def _parts(first: int, end: int) -> Iterator[tuple[int, int, int]]:
    """The mounts that numbers from `first` to `end` belong to: mount, first and end in it."""
    while first < end:
        stop = min(end, (first // _OF_A_MOUNT + 1) * _OF_A_MOUNT)
        yield first // _OF_A_MOUNT, first, stop
        first = stop


def _measured(run: Run, at: Server, token: str, count: int) -> None:
    run.measure(at, Wanted("GET", "kv2/data/app/{n}", token=token, numbers=1000), count, "reads")
    run.add(count, "memory, MiB", at.kind, usage.memory_mib(at.group))


def issued(prepared: Prepared, count: int) -> None:
    """Issue leased certificates through the API."""
    at = prepared.server
    body = {"common_name": "a.example.com"}
    send_all(at, (Wanted("POST", "pki/issue/leased", body, at.token) for _ in range(count)))


def with_certificates(at: Server) -> Prepared:
    """A server with secrets, and an authority whose certificates have leases."""
    prepared = prepare(at)
    pki(prepared)
    at.api("POST", "pki/roles/leased", _ROLE)
    return prepared


def _ours(run: Run) -> None:
    with server.running(OURS, run.new(OURS)) as at:
        prepared = prepare(at)
        for mount in range(_MOUNTS):
            at.api("POST", f"sys/mounts/pki{mount}", {"type": "pki", "config": {"max_lease_ttl": "87600h"}})
    have = 0
    for count in run.steps(*_STEPS, kind=OURS):
        for mount, first, end in _parts(have, count):
            fill_leases(at, f"pki{mount}", first, end)
        have = count
        try:
            started(run, at, count)
            _measured(run, at, prepared.token, count)
        finally:
            at.stop()


def _peer(run: Run) -> None:
    with run.server(PEER) as at:
        prepared, have = with_certificates(at), 0
        for count in run.steps(*_STEPS, kind=PEER, peer_most=_PEER_MOST):
            issued(prepared, count - have)
            have = count
            at.stop()
            started(run, at, count)
            _measured(run, at, prepared.token, count)


def _run(run: Run) -> None:
    with run.noting(OURS):
        _ours(run)
    if PEER in run.kinds:
        _peer(run)


LEASES = CurveKind(
    "leases",
    "Leases",
    "leases",
    _run,
    (
        Chart("reads/s", "Reads a second, beside so many leases"),
        Chart("first answer, s", "Seconds from the unsealing to the first answer"),
        Chart("memory, MiB", "Memory of all processes, in MiB"),
    ),
    480,
)
