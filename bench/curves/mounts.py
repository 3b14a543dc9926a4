"""Mounts, and namespaces with a mount each: what they cost at the start, in memory, and when all of them are read."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from bench.curves.curve import Chart, CurveKind, Run
from bench.curves.secrets import started
from bench.filling.mounts import fill_mounts
from bench.load.flood import send_all
from bench.load.requests import Wanted
from bench.operations.prepared import VALUE
from bench.servers import usage
from bench.servers.server import PEER, Server

_MOUNT_STEPS = (10, 100, 1_000, 10_000)
_NAMESPACE_STEPS = (1, 10, 100, 1_000, 10_000)
_PEER_MOST = 1_000
_API_MOST = 1_000
"""Each further mount takes longer to make than the one before: more are written to the store by themselves."""
_CONNECTIONS = 4
"""More would only conflict: each request changes the table of mounts."""

Makes = Callable[[str, int, int], Iterator[tuple[Wanted, ...]]]
"""From a token, a first number and an end: the requests that make what is counted, those of a step together."""


def _mounts(token: str, first: int, end: int) -> Iterator[tuple[Wanted, ...]]:
    yield tuple(Wanted("POST", f"sys/mounts/m{n}", {"type": "kv"}, token) for n in range(first, end))
    yield tuple(Wanted("POST", f"m{n}/x", VALUE, token) for n in range(first, end))


def _namespaces(token: str, first: int, end: int) -> Iterator[tuple[Wanted, ...]]:
    yield tuple(Wanted("POST", f"sys/namespaces/n{n}", {}, token) for n in range(first, end))
    yield tuple(Wanted("POST", f"n{n}/sys/mounts/kv", {"type": "kv"}, token) for n in range(first, end))
    yield tuple(Wanted("POST", f"n{n}/kv/x", VALUE, token) for n in range(first, end))


def _grow(run: Run, at: Server, makes: Makes, path: str, steps: tuple[int, ...]) -> None:
    have = 0
    for count in run.steps(*steps, kind=at.kind, peer_most=_PEER_MOST):
        if makes is _mounts and count > _API_MOST:
            at.stop()
            fill_mounts(at, have, count)
        for requests in makes(at.token, have, count) if at.program is not None else ():
            send_all(at, requests, 1 if at.kind == PEER else _CONNECTIONS)
        have = count
        at.stop()
        started(run, at, count)
        run.measure(at, Wanted("GET", path, token=at.token, numbers=count), count, "reads")
        run.add(count, "memory, MiB", at.kind, usage.memory_mib(at.group))


def _grown(makes: Makes, path: str, steps: tuple[int, ...]) -> Callable[[Run], None]:
    def measured(run: Run) -> None:
        for kind in run.kinds:
            with run.server(kind) as at:
                _grow(run, at, makes, path, steps)

    return measured


_START = Chart("first answer, s", "Seconds from the unsealing to the first answer")
_MEMORY = Chart("memory, MiB", "Memory of all processes, in MiB")
MOUNTS = CurveKind(
    "mounts",
    "Mounts",
    "mounts",
    _grown(_mounts, "m{n}/x", _MOUNT_STEPS),
    (Chart("reads/s", "Reads a second, of a secret in each mount"), _START, _MEMORY),
    240,
)
NAMESPACES = CurveKind(
    "namespaces",
    "Namespaces",
    "namespaces",
    _grown(_namespaces, "n{n}/kv/x", _NAMESPACE_STEPS),
    (Chart("reads/s", "Reads a second, of a secret in each namespace"), _START, _MEMORY),
    300,
)
