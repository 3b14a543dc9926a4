"""What a directory that hangs costs others: how long reads take while many logins wait for it.

    python -m bench.hanging_directory [--logins 200] [--seconds 10] [--readers 8]

Run it in the project's directory.  A server of its own is started in a directory that is removed afterwards, and a
listener that accepts connections and never answers takes the place of a directory.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.conformance.processes.node import Node, running

from bench.client import Client, percentile


@asynccontextmanager
async def silent() -> AsyncIterator[int]:
    """A port that accepts connections and never answers."""

    async def hold(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.CancelledError):  # at the end
            await reader.read()

    server = await asyncio.start_server(hold, "127.0.0.1", 0, backlog=1024)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


async def measure(node: Node, wanted: argparse.Namespace) -> None:
    """Read without and with waiting logins, and print."""
    quiet: list[float] = []
    hanging: list[float] = []
    statuses: dict[int, int] = {}
    async with silent() as port:
        node.ok("POST", "sys/auth/ldap", {"type": "ldap"})
        node.ok("POST", "auth/ldap/config", {"url": f"ldap://127.0.0.1:{port}", "userdn": "ou=x", "userattr": "cn"})
        node.ok("POST", "sys/mounts/kv", {"type": "kv"})
        node.ok("POST", "kv/a", {"a": "b"})
        clients = [Client(f"http://{node.address}", node.token) for _ in range(wanted.readers)]

        async def reads() -> list[float]:
            found = await asyncio.gather(*(client.read_for(wanted.seconds, "kv/a") for client in clients))
            return [took for each in found for took in each]

        async def login(number: int) -> None:
            path = f"auth/ldap/login/user{number}"
            status = await Client(f"http://{node.address}", "").ask("POST", path, {"password": "x"})
            statuses[status] = statuses.get(status, 0) + 1

        quiet += await reads()
        waiting = [asyncio.ensure_future(login(number)) for number in range(wanted.logins)]
        await asyncio.sleep(0.2)
        hanging += await reads()
        still = sum(not task.done() for task in waiting)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
    for name, values in (("quiet", quiet), ("hanging", hanging)):
        median, p99, longest = percentile(values, 0.5), percentile(values, 0.99), max(values) * 1000
        print(f"{name:8} {len(values)} reads, median {median:.2f} ms, p99 {p99:.2f} ms, longest {longest:.1f} ms")
    ratio = percentile(hanging, 0.99) / percentile(quiet, 0.99)
    print(f"p99 {ratio:.2f} times; {still} logins waited to the end, others got {statuses}")


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--logins", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--readers", type=int, default=8)
    parser.add_argument("--workers", type=int, default=2)
    wanted = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as home,
        running(Node(Path(home) / "node", workers_wanted=wanted.workers)) as node,
    ):
        node.ready()
        asyncio.run(measure(node, wanted))


if __name__ == "__main__":
    main()
