"""Stores compared: what one, and what three processes commit, read and ask for news in a second.

    python -m bench.stores [--seconds 3] [--nodes 1,3] [--store etcd ...]

Each store is a real server on this machine, started for the measurement.  The processes that measure have the machine's
processors in common with it.  S3 and DynamoDB are stand-ins, which are slower than AWS and have no network in between:
their numbers compare releases with each other, and no stores.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import shutil
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from pathlib import Path

from tests.conformance.consul import running_consul
from tests.conformance.etcd import running_etcd
from tests.conformance.postgres import newest_binaries, running_postgresql
from tests.conformance.storage.backends import (
    open_consul_path,
    open_dynamodb_table,
    open_etcd_path,
    open_mysql,
    open_postgresql,
    open_s3,
    open_zookeeper_path,
)
from tests.conformance.storage.processes import Link, Opener, worker
from tests.conformance.storage.s3.buckets import new_bucket
from tests.sim import mariadb, zookeeper
from tests.sim.aws import dynamodb_local, moto

from strongroom.lib.clock import SystemClock
from strongroom.lib.rand import SystemRandom
from strongroom.storage.base import Storage

CLIENTS = 16
"""Concurrent callers in each process, as a busy worker has."""


def _open_sqlite(directory: Path) -> Storage:
    from strongroom.storage.sqlite import SqliteStorage  # noqa: PLC0415 - a backend is imported when it is used

    return SqliteStorage(directory, SystemClock(), SystemRandom())


@contextlib.contextmanager
def _sqlite() -> Iterator[Opener]:
    directory = Path(tempfile.mkdtemp(prefix="strongroom-bench-"))
    try:
        yield partial(_open_sqlite, directory)
    finally:
        shutil.rmtree(directory)


@contextlib.contextmanager
def _postgresql() -> Iterator[Opener]:
    with running_postgresql() as server:
        yield partial(open_postgresql, server.url, "strongroom")


@contextlib.contextmanager
def _etcd() -> Iterator[Opener]:
    with running_etcd() as server:
        yield partial(open_etcd_path, server.url, "bench")


@contextlib.contextmanager
def _consul() -> Iterator[Opener]:
    with running_consul() as server:
        yield partial(open_consul_path, server.url, "bench")


@contextlib.contextmanager
def _mysql() -> Iterator[Opener]:
    with mariadb.run(*mariadb.DURABLE) as server:
        yield partial(open_mysql, server.port, "strongroom")


@contextlib.contextmanager
def _zookeeper() -> Iterator[Opener]:
    with zookeeper.run() as server:
        yield partial(open_zookeeper_path, server.address, "bench")


@contextlib.contextmanager
def _s3() -> Iterator[Opener]:
    with moto.running() as server:
        yield partial(open_s3, server.url, new_bucket(server))


@contextlib.contextmanager
def _dynamodb() -> Iterator[Opener]:
    with dynamodb_local.running() if dynamodb_local.DIRECTORY else moto.running() as server:
        yield partial(open_dynamodb_table, server.url, "bench")


STORES: dict[str, Callable[[], contextlib.AbstractContextManager[Opener]]] = {
    "sqlite": _sqlite,
    "postgresql": _postgresql,
    "mysql": _mysql,
    "etcd": _etcd,
    "consul": _consul,
    "zookeeper": _zookeeper,
    "s3": _s3,
    "dynamodb": _dynamodb,
}
"""Name → what starts a server and tells how its store is opened in another process."""


ALONE = frozenset({"s3"})
"""Measured with one process: several that write spend their time with taking numbers from each other."""


async def measure(storage: Storage, link: Link) -> None:
    """Do what is asked for, for some seconds, and send how often; an empty request ends."""
    link.send("ready")
    while request := await link.receive():
        kind, seconds, name = request
        counts = await asyncio.gather(*(_repeat(storage, kind, seconds, f"{name}/{n}") for n in range(CLIENTS)))
        link.send(sum(counts))


async def _repeat(storage: Storage, kind: str, seconds: float, name: str) -> int:
    async def commit(number: int) -> object:
        return await storage.commit({f"bench/{name}/absent": 0}, {f"bench/{name}/{number % 100}": b"x" * 200}, {})

    async def get(number: int) -> object:
        return await storage.get(f"bench/{name}/{number % 100}")

    async def synced(_: int) -> object:
        return await storage.synced()

    calls: dict[str, Callable[[int], Awaitable[object]]] = {"commits": commit, "gets": get, "synced": synced}
    end = time.monotonic() + seconds
    count = 0
    while time.monotonic() < end:
        await calls[kind](count)
        count += 1
    return count


async def compare(opener: Opener, nodes: int, seconds: float) -> dict[str, float]:
    """The numbers for one store and this many processes, each in one second, of all processes together."""
    found: dict[str, float] = {}
    with contextlib.ExitStack() as stack:
        others = [stack.enter_context(worker(opener, measure)) for _ in range(nodes)]
        for other in others:
            await other.link.receive()
        for kind in ("commits", "gets", "synced"):
            for number, other in enumerate(others):
                other.link.send((kind, seconds, str(number)))
            counts = [await other.link.receive(seconds + 60) for other in others]
            found[kind] = sum(counts) / seconds
            found[f"least {kind}"] = min(counts) / seconds
        for other in others:
            other.link.send(())
    return found


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(prog="python -m bench.stores")
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--nodes", default="1,3")
    parser.add_argument("--store", action="append", choices=sorted(STORES))
    arguments = parser.parse_args()
    sys.stdout.write(
        "| store | processes | commits/s | of the slowest | gets/s | synced/s |\n|---|---|---|---|---|---|\n"
    )
    for name in arguments.store or STORES:
        if name == "postgresql" and newest_binaries() is None:
            sys.stdout.write(f"| {name} | not measured: it isn't installed | | | | |\n")
            continue
        with STORES[name]() as opener:
            for nodes in [1] if name in ALONE else map(int, arguments.nodes.split(",")):
                found = asyncio.run(compare(opener, nodes, arguments.seconds))
                numbers = [found["commits"], found["least commits"], found["gets"], found["synced"]]
                sys.stdout.write(f"| {name} | {nodes} | {' | '.join(f'{number:.0f}' for number in numbers)} |\n")
                sys.stdout.flush()


if __name__ == "__main__":
    main()
