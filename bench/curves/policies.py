"""Policies of one token: what many of them cost a read, and the first read of a token."""

from __future__ import annotations

import time
from statistics import median

from bench.curves.curve import Chart, CurveKind, Run
from bench.load.flood import send_all
from bench.load.requests import Wanted
from bench.operations.prepared import app_token, prepare
from bench.servers.api import Api
from bench.servers.server import Server

_STEPS = (1, 10, 100, 500)
"""A request for a token may name 512 policies at the most."""
_TOKENS = 15


def _first_ms(at: Server, names: tuple[str, ...]) -> float:
    """How long the first read with a new token takes: the median of some."""
    took = []
    for _ in range(_TOKENS):
        api = Api(at.address, app_token(at, names))
        begun = time.perf_counter()
        api.raw("GET", "kv2/data/app/1")
        took.append(time.perf_counter() - begun)
    return median(took) * 1000


def _rules(number: int) -> str:
    """The policy of one team."""
    paths = {f"kv2/data/team{number}/*": "read", f"kv1/team{number}/+/db": "list"}
    return "\n".join(f'path "{path}" {{ capabilities = ["{word}"] }}' for path, word in paths.items())


def _run(run: Run) -> None:
    for kind in run.kinds:
        with run.server(kind) as at:
            prepare(at)
            send_all(
                at,
                (
                    Wanted("PUT", f"sys/policies/acl/team{n}", {"policy": _rules(n)}, at.token)
                    for n in range(int(min(run.most, _STEPS[-1])))
                ),
            )
            for count in run.steps(*_STEPS, kind=kind):
                names = ("app", *(f"team{n}" for n in range(count - 1)))
                token = app_token(at, names)
                run.measure(at, Wanted("GET", "kv2/data/app/{n}", token=token, numbers=2000), count, "reads")
                run.add(count, "first read of a token, ms", kind, _first_ms(at, names))


POLICIES = CurveKind(
    "policies",
    "Policies of a token",
    "policies of the token",
    _run,
    (
        Chart("reads/s", "Reads a second, with a token of so many policies"),
        Chart("first read of a token, ms", "Milliseconds that the first read of a new token takes"),
    ),
    70,
)
