"""Rate limits under load: what passes in each second, and what a request costs by them.

    python -m bench.quotas [--workers 4] [--rate 1000] [--seconds 10]

Run it in the project's directory, where wrk is installed.  A server of its own is started in a directory that is
removed afterwards.  What has passed is counted by its audit log, which refused requests don't reach.  The costs are
processor times of one process without sockets: of a request that is served, with no limit, with one and with a hundred.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import time
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

from bench.load import wrk
from bench.load.requests import Mix, Wanted
from bench.servers.server import OURS, running
from bench.servers.settings import ServerSettings
from strongroom.http.application import Application
from strongroom.http.message import HttpRequest, Peer
from strongroom.lib.clock import SystemClock
from strongroom.lib.rand import SystemRandom
from strongroom.lib.secret import Secret
from strongroom.sealing.initialize import InitRequest, initialize, seal_of
from strongroom.sealing.port import LocalPort
from strongroom.seals import shamir
from strongroom.server.builtin import engines
from strongroom.server.node_settings import NodeSettings
from strongroom.server.wiring import build_node, unseal
from strongroom.storage.inmem import InmemStorage

_CONNECTIONS = 64
_ROUNDS, _REQUESTS = 7, 4000


def passed(audit_log: Path, path: str, seconds: int) -> list[int]:
    """How many requests for a path passed in each second, from the first one on."""
    times = []
    with audit_log.open() as lines:
        for line in lines:
            entry = json.loads(line)
            if entry["type"] == "request" and entry["request"]["path"] == path:
                times.append(datetime.fromisoformat(entry["time"]).timestamp())
    first = min(times)
    counted = Counter(int(each - first) for each in times)
    return [counted[second] for second in range(seconds)]


def under_load(workers: int, rate: int, seconds: int) -> None:
    """Offer as much as the machine can to a server with one limit, and print what passed."""
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        with running(OURS, home, ServerSettings(workers=workers)) as server:
            api = server.api
            api("POST", "sys/mounts/kv", {"type": "kv"})
            api("POST", "kv/app", {"password": "correct horse"})
            api("POST", "sys/quotas/rate-limit/kv", {"rate": rate, "path": "kv/app", "group_by": "none"})
            wanted = Mix(Wanted("GET", "kv/app", token=server.token))
            offered = wrk.run(server.url, wanted, seconds=seconds + 1, connections=_CONNECTIONS, place=home)
            found = passed(server.audit_log, "kv/app", seconds)
    print(f"{workers} workers, a limit of {rate} a second, {offered.rate:,.0f} offered")
    print("passed in each second:", *found)
    print(f"refused answers: p50 {offered.p50_ms} ms, p99 {offered.p99_ms} ms")


async def _application() -> tuple[Application, str]:
    clock, random = SystemClock(), SystemRandom()
    storage = InmemStorage(clock, random)
    await storage.start()
    made = await initialize(storage, random, InitRequest(shares=1, threshold=1))
    seal = await seal_of(storage)
    assert seal is not None

    async def opened(key: Secret) -> None:
        await unseal(node, key, engines(()), NodeSettings())

    async def closed() -> None:
        raise RuntimeError("nothing seals the server of a measurement")

    node = build_node(storage, LocalPort(random, opened, closed), clock, random, NodeSettings())
    await opened(shamir.open_(seal, [made.shares.keys[0].reveal()]))
    return Application(node), made.root_token.reveal().decode()


def _request(method: str, path: str, token: str, body: Any = None) -> HttpRequest:
    content = b"" if body is None else json.dumps(body).encode()
    peer = Peer(address="192.0.2.7", port=1, listener="bench")
    return HttpRequest(method, f"/v1/{path}", "", {"x-vault-token": token}, content, peer)


async def _microseconds(application: Application, request: HttpRequest) -> float:
    """The processor time of one request, in the best of some rounds."""
    best = float("inf")
    for _ in range(_ROUNDS):
        begun = time.process_time()
        for _ in range(_REQUESTS):
            await application(request)
        best = min(best, (time.process_time() - begun) / _REQUESTS * 1e6)
    return best


async def costs() -> None:
    """Print what a request costs without a limit, with one and with a hundred, and what a refused one costs."""
    application, token = await _application()

    async def set_up(name: str, path: str, rate: float) -> None:
        await application(_request("POST", f"sys/quotas/rate-limit/{name}", token, {"rate": rate, "path": path}))

    await application(_request("POST", "sys/mounts/kv", token, {"type": "kv"}))
    await application(_request("POST", "kv/app", token, {"password": "correct horse"}))
    read = _request("GET", "kv/app", token)
    without = await _microseconds(application, read)
    print(f"a read takes {without:.1f} µs without a limit")
    await set_up("kv", "kv", 1e12)
    print(f"with one limit {await _microseconds(application, read) - without:+.1f} µs")
    for number in range(99):
        await set_up(f"other-{number}", f"kv/other/{number}/*", 1e12)
    print(f"with a hundred {await _microseconds(application, read) - without:+.1f} µs")
    await set_up("kv", "kv", 1)
    print(f"a request that is refused takes {await _microseconds(application, read):.1f} µs")


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--rate", type=int, default=1000)
    parser.add_argument("--seconds", type=int, default=10)
    wanted = parser.parse_args()
    asyncio.run(costs())
    if not wrk.is_installed():
        raise SystemExit(wrk.MISSING)
    under_load(wanted.workers, wanted.rate, wanted.seconds)


if __name__ == "__main__":
    main()
