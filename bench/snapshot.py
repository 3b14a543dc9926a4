"""How long other requests take while a snapshot of a large store is taken, verified, loaded and restored.

    python -m bench.snapshot [--rows 100000] [--bytes 500] [--clients 4] [--quiet-s 5]

Run it in the project's directory.  A node with one worker works on a store of its own in a directory that is removed
afterwards, so the process that is asked is the one that works on the snapshot.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
import time
from collections.abc import Awaitable
from pathlib import Path

from tests.conformance.processes.node import CONFIG, Node, running
from tests.conformance.program import wait_until

from bench.client import Client, percentile
from strongroom.lib.clock import SystemClock
from strongroom.lib.rand import SystemRandom
from strongroom.storage.sqlite import SqliteStorage

_PAGE = 2000
_CONFIG = CONFIG + 'snapshot_directories = ["{directory}/backups"]\nmax_request_duration = "10m"\n'


class Readers:
    """Clients that read one secret again and again, and how long each of their requests took."""

    def __init__(self, node: Node, number: int) -> None:
        self._clients = [Client(f"http://{node.address}", node.token) for _ in range(number)]
        self._halt = False

    async def during(self, name: str, work: Awaitable[object]) -> None:
        """Read while something is done, and print what that cost."""
        self._halt = False
        found: list[tuple[float, int]] = []
        reading = [asyncio.create_task(self._read(client, found)) for client in self._clients]
        began = time.monotonic()
        try:
            await work
        finally:
            took = time.monotonic() - began
            self._halt = True
            await asyncio.gather(*reading)
        served = [each for each, status in found if status == 200]
        print(
            f"{name:8} {took:6.1f} s, {len(served)} reads, median {percentile(served, 0.5):.1f} ms, "
            f"p99 {percentile(served, 0.99):.1f} ms, longest {max(served) * 1000:.0f} ms; "
            f"{len(found) - len(served)} got another answer",
            flush=True,
        )

    async def _read(self, client: Client, found: list[tuple[float, int]]) -> None:
        while not self._halt:
            began = time.monotonic()
            status = await client.ask("GET", "cubbyhole/a")
            found.append((time.monotonic() - began, status))


async def fill(node: Node, rows: int, size: int) -> None:
    """Put rows into the node's store that it has nothing to do with: a snapshot takes any."""
    storage = SqliteStorage(node.directory / "store", SystemClock(), SystemRandom())
    await storage.start()
    for start in range(0, rows, _PAGE):
        page = range(start, min(start + _PAGE, rows))
        await storage.commit({}, {f"ballast/{number:08}": os.urandom(size) for number in page}, {})
    await storage.close()


async def measure(node: Node, wanted: argparse.Namespace) -> None:
    """Do one after the other."""
    readers = Readers(node, wanted.clients)
    file = node.directory / "a.snap"
    url = f"http://{node.address}/v1/sys/storage/raft/snapshot"
    (node.directory / "header").write_text(f"X-Vault-Token: {node.token}")
    schedule = {"interval": "24h", "retain": 2, "path_prefix": f"{node.directory}/backups", "storage_type": "local"}

    def ask(path: str) -> None:
        with node.connect(600) as connection:
            answer = connection.call("POST", path, {}, node.token)
            assert answer.status == 200, answer

    async def download() -> None:
        curl = await asyncio.create_subprocess_exec("curl", "-sSf", "-H", f"@{file.parent}/header", "-o", file, url)
        assert await curl.wait() == 0

    def first() -> str:
        return str(node.ok("GET", "sys/snapshots/status/a").data["good_name"])

    await readers.during("quiet", asyncio.sleep(wanted.quiet_s))
    await readers.during("download", download())
    print(f"{wanted.rows} rows, a snapshot of {file.stat().st_size / 1e6:.0f} MB", flush=True)
    node.ok("POST", "sys/snapshots/schedule/a", schedule)
    wait_until(lambda: first() != "", "no snapshot is taken", 120)
    name = first()
    await readers.during("take", asyncio.to_thread(ask, "sys/snapshots/take/a"))
    for step in ("verify", "load", "restore"):
        await readers.during(step, asyncio.to_thread(ask, f"sys/snapshots/taken/a/{name}/{step}"))


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--bytes", type=int, default=500)
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--quiet-s", type=float, default=5)
    wanted = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="strongroom-bench-") as folder,
        running(Node(Path(folder) / "node", config=_CONFIG, workers_wanted=1)) as node,
    ):
        node.ready()
        (node.directory / "backups").mkdir()
        asyncio.run(fill(node, wanted.rows, wanted.bytes))
        node.ok("POST", "cubbyhole/a", {"a": "b"})
        asyncio.run(measure(node, wanted))


if __name__ == "__main__":
    main()
