"""Stored secrets: what they cost at the start, in memory and when they are read; and reads of more and more of them."""

from __future__ import annotations

from bench.curves.curve import Chart, CurveKind, Run
from bench.filling.secrets import fill_secrets
from bench.load.flood import send_all
from bench.load.requests import Wanted
from bench.operations.prepared import POLICY, VALUE, app_token, mount_kv
from bench.servers import server, usage
from bench.servers.server import OURS, PEER, Server

_STEPS = (1_000, 10_000, 100_000, 1_000_000)
_PEER_MOST = 100_000
_READ = 1_000
"""So many of the secrets are read; the curve of paths is about reads of all."""


def reads(token: str, numbers: int) -> Wanted:
    """Reads of so many secrets."""
    return Wanted("GET", "kv2/data/app/{n}", token=token, numbers=numbers)


def begun(at: Server) -> None:
    """Mount the engine, and make the policy `app`."""
    mount_kv(at)
    at.api("PUT", "sys/policies/acl/app", {"policy": POLICY})


def started(run: Run, at: Server, x: float) -> None:
    """Start a stopped server again, and note how long the first answer takes after the unsealing."""
    at.start()
    run.add(x, "first answer, s", at.kind, at.unseal())
    at.settle()


def filled(run: Run, count: int) -> Server:
    """Ours, stopped, with so many secrets; several curves share it."""
    if "secrets" not in run.stores:
        with server.running(OURS, run.new("secrets")) as new:
            begun(new)
        run.stores["secrets"] = new
    at = run.stores["secrets"]
    have = run.counts.get("secrets", 0)
    if count > have:
        fill_secrets(at, have, count)
        run.counts["secrets"] = count
    return at


def _measured(run: Run, at: Server, count: int) -> None:
    token = app_token(at)
    run.measure(at, reads(token, _READ), count, "reads")
    run.add(count, "memory, MiB", at.kind, usage.memory_mib(at.group))
    run.measure(at, Wanted("POST", "kv2/data/app/{n}", {"data": VALUE}, token, count), count, "writes")


def _amounts(run: Run) -> None:
    for count in run.steps(*_STEPS, kind=OURS):
        at = filled(run, count)
        try:
            with run.noting(f"{OURS} {count}"):
                started(run, at, count)
                _measured(run, at, count)
        finally:
            at.stop()
    if PEER not in run.kinds:
        return
    with run.server(PEER) as at:
        begun(at)
        have = 0
        for count in run.steps(*_STEPS, kind=PEER, peer_most=_PEER_MOST):
            token = at.token
            send_all(at, (Wanted("POST", f"kv2/data/app/{n}", {"data": VALUE}, token) for n in range(have, count)))
            have = count
            at.stop()
            started(run, at, count)
            _measured(run, at, count)


def _paths(run: Run) -> None:
    steps = (1, 10, 100, 1_000, 10_000, 100_000, 1_000_000)
    at = filled(run, max(1_000, int(min(steps[-1], run.most))))
    try:
        with run.noting(OURS):
            at.start()
            at.unseal()
            at.settle()
            token = app_token(at)
            for count in run.steps(*steps, kind=OURS):
                run.measure(at, reads(token, count), count, "reads")
    finally:
        at.stop()
    if PEER in run.kinds:
        with run.server(PEER) as at:
            begun(at)
            most = int(min(10_000, run.most))
            send_all(at, (Wanted("POST", f"kv2/data/app/{n}", {"data": VALUE}, at.token) for n in range(most)))
            token = app_token(at)
            for count in run.steps(*steps, kind=PEER, peer_most=most):
                run.measure(at, reads(token, count), count, "reads")


SECRETS = CurveKind(
    "secrets",
    "Stored secrets",
    "stored secrets",
    _amounts,
    (
        Chart("reads/s", "Reads a second, of a thousand of the secrets"),
        Chart("writes/s", "Writes a second, to all secrets"),
        Chart("first answer, s", "Seconds from the unsealing to the first answer"),
        Chart("memory, MiB", "Memory of all processes, in MiB"),
    ),
    480,
)
PATHS = CurveKind(
    "paths",
    "Distinct paths",
    "distinct paths",
    _paths,
    (Chart("reads/s", "Reads a second, of so many distinct paths"),),
    120,
)
