"""The stores that the contract suite runs against."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Protocol

from strongroom.lib.aws import Credentials, dynamodb_target
from strongroom.lib.clock import SystemClock
from strongroom.lib.rand import SystemRandom
from strongroom.storage.base import Storage
from strongroom.storage.conditional import ConditionalStorage
from strongroom.storage.consul import ConsulSettings, open_consul
from strongroom.storage.dynamodb import DynamodbSettings, open_dynamodb
from strongroom.storage.etcd import EtcdSettings, open_etcd
from strongroom.storage.inmem import InmemStorage
from strongroom.storage.mysql import MysqlStorage, login_of
from strongroom.storage.postgresql import PostgresqlStorage
from strongroom.storage.s3 import S3Storage
from strongroom.storage.s3.clock import GOOD_S
from strongroom.storage.sqlite import SqliteStorage
from strongroom.storage.zookeeper import ZookeeperSettings, open_zookeeper
from strongroom.storage.zookeeper.client import Access
from tests.conformance.storage.s3.buckets import new_bucket, place_at
from tests.sim import mariadb
from tests.sim.aws.moto import Moto
from tests.sim.clock import SetClock
from tests.sim.faulty_storage import FaultyStorage, Plan


class Backend(Protocol):
    """How tests open one kind of store."""

    def open(self) -> Storage:
        """A store, not started yet, on the backend's current data."""
        ...

    def opener(self) -> Callable[[], Storage]:
        """What opens the current data in another process."""
        ...

    def reset(self) -> None:
        """Let `open` begin with empty data."""
        ...

    async def prune(self, storage: Storage) -> None:
        """Make the feed of `storage` as short as it gets."""
        ...

    async def elapse(self, seconds: float) -> None:
        """Let the store's clock advance."""
        ...


def on(backend: Backend, scenario: Callable[[Storage], Awaitable[None]]) -> None:
    """Run a scenario on a started store."""

    async def main() -> None:
        storage = backend.open()
        await storage.start()
        try:
            await scenario(storage)
        finally:
            await storage.close()

    asyncio.run(main())


def put(*keys: str, value: bytes = b"v") -> dict[str, bytes | None]:
    """Writes of the same value to several keys."""
    return dict.fromkeys(keys, value)


class Inmem:
    """`InmemStorage`; opening it again gives the same object, as a restart would lose the data."""

    feed_commits = 64

    def __init__(self) -> None:
        self._clock = SetClock()
        self.reset()

    def open(self) -> Storage:
        """The one store."""
        return self._storage

    def opener(self) -> Callable[[], Storage]:
        """None: the memory is of one process."""
        raise TypeError("a store in memory cannot be opened elsewhere")

    def reset(self) -> None:
        """Start over."""
        self._storage = InmemStorage(self._clock, SystemRandom(), feed_commits=self.feed_commits)

    async def prune(self, storage: Storage) -> None:
        """Fill the feed so that the older commits fall out."""
        for _ in range(self.feed_commits):
            await storage.commit({}, {"filler": b""}, {})

    async def elapse(self, seconds: float) -> None:
        """Advance the clock."""
        self._clock.advance(seconds)


class Faulty(Inmem):
    """`InmemStorage` behind the failing store, whose plan is empty."""

    def open(self) -> Storage:
        """The one store."""
        return FaultyStorage(super().open(), Plan())


def open_sqlite(directory: Path, now: float) -> Storage:
    """Open a directory with a clock that stands."""
    return SqliteStorage(directory, SetClock(now), SystemRandom())


def open_postgresql(url: str, table: str) -> Storage:
    """Open tables with the system's clock."""
    return PostgresqlStorage(url, table, SystemClock(), SystemRandom())


def open_mysql(port: int, database: str) -> Storage:
    """Open a database with the system's clock."""
    login = login_of(f"127.0.0.1:{port}", mariadb.ROOT, mariadb.ROOT_PASSWORD, None, plaintext=False)
    return MysqlStorage(login, database, "strongroom", SystemClock(), SystemRandom())


class Sqlite:
    """`SqliteStorage` on a directory of its own."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._count = 0
        self._clock = SetClock()

    def open(self) -> Storage:
        """Another store on the directory."""
        return SqliteStorage(self._directory / str(self._count), self._clock, SystemRandom())

    def opener(self) -> Callable[[], Storage]:
        """The directory, with a clock that stands where this one does."""
        return partial(open_sqlite, self._directory / str(self._count), self._clock.now())

    def reset(self) -> None:
        """Go on to the next directory."""
        self._count += 1

    async def prune(self, storage: Storage) -> None:
        """Leave the newest commit alone in the feed."""
        assert isinstance(storage, SqliteStorage)
        await storage.prune(1)

    async def elapse(self, seconds: float) -> None:
        """Advance the clock."""
        self._clock.advance(seconds)


class Postgresql:
    """`PostgresqlStorage` on tables of its own."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.reset()

    def open(self) -> Storage:
        """Another store on the tables."""
        return open_postgresql(self._url, self._table)

    def opener(self) -> Callable[[], Storage]:
        """The same tables."""
        return partial(open_postgresql, self._url, self._table)

    def reset(self) -> None:
        """Go on to other tables."""
        self._table = f"t{uuid.uuid4().hex}"

    async def prune(self, storage: Storage) -> None:
        """Leave the newest commit alone in the feed."""
        assert isinstance(storage, PostgresqlStorage)
        await storage.prune(1)

    async def elapse(self, seconds: float) -> None:
        """Wait: the database's clock is its own."""
        await asyncio.sleep(seconds)


def open_etcd_path(url: str, path: str) -> Storage:
    """Open a path with the system's clock."""
    return open_etcd(EtcdSettings([url], f"/{path}/"), SystemClock(), SystemRandom())


def open_consul_path(url: str, path: str) -> Storage:
    """Open a path with the system's clock."""
    return open_consul(ConsulSettings([url], f"{path}/"), SystemClock(), SystemRandom())


def open_zookeeper_path(address: str, path: str) -> Storage:
    """Open a path with the system's clock."""
    return open_zookeeper(ZookeeperSettings(Access(address), f"/{path}"), SystemClock(), SystemRandom())


async def _keys_of_aws() -> Credentials:
    return Credentials("AKIA1", "secret")


def open_dynamodb_table(url: str, table: str) -> Storage:
    """Open a table with the system's clock."""
    settings = DynamodbSettings(dynamodb_target(url, "us-east-1"), table, _keys_of_aws, patience_s=30.0)
    return open_dynamodb(settings, SystemClock(), SystemRandom())


class Conditional:
    """`ConditionalStorage` on a path of its own.

    Args:
        opened: opens a path of a server.
        url: the server's.
        pause_s: between two commits of who would write without a pause, where a store is read no faster than written.
    """

    def __init__(self, opened: Callable[[str, str], Storage], url: str, pause_s: float = 0.0) -> None:
        self.pause_s = pause_s
        self._opened = opened
        self._url = url
        self.reset()

    def open(self) -> Storage:
        """Another store on the path."""
        return self._opened(self._url, self._path)

    def opener(self) -> Callable[[], Storage]:
        """The same path."""
        return partial(self._opened, self._url, self._path)

    def reset(self) -> None:
        """Go on to another path."""
        self._path = f"t{uuid.uuid4().hex}"

    async def prune(self, storage: Storage) -> None:
        """Leave the newest transaction alone in the feed."""
        assert isinstance(storage, ConditionalStorage)
        await storage.prune(1)

    async def elapse(self, seconds: float) -> None:
        """Wait: the clock is the system's."""
        await asyncio.sleep(seconds)


class Mysql:
    """`MysqlStorage` on a database of its own."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.reset()

    def open(self) -> Storage:
        """Another store on the database."""
        return open_mysql(self._port, self._database)

    def opener(self) -> Callable[[], Storage]:
        """The same database."""
        return partial(open_mysql, self._port, self._database)

    def reset(self) -> None:
        """Go on to another database."""
        self._database = f"d{uuid.uuid4().hex}"

    async def prune(self, storage: Storage) -> None:
        """Leave the newest commit alone in the feed."""
        assert isinstance(storage, MysqlStorage)
        await storage.prune(1)

    async def elapse(self, seconds: float) -> None:
        """Wait: the database's clock is its own."""
        await asyncio.sleep(seconds)


def open_s3(url: str, bucket: str) -> Storage:
    """Open a bucket with the system's clock, and with patience for a server in Python that several processes ask."""
    place = place_at(url, bucket)
    return S3Storage(place, SystemClock(), SystemRandom(), feed_commits=S3.feed_commits, patience_s=30.0)


class S3:
    """`S3Storage` on buckets of its own.

    Attributes:
        clock_error_s: how far two answers of the store's clock may be apart, beside the time between them.
    """

    feed_commits = 64
    clock_error_s = GOOD_S

    def __init__(self, moto: Moto) -> None:
        self._moto = moto
        self.reset()

    def open(self) -> Storage:
        """Another store on the bucket."""
        return open_s3(self._moto.url, self._bucket)

    def opener(self) -> Callable[[], Storage]:
        """The same bucket."""
        return partial(open_s3, self._moto.url, self._bucket)

    def reset(self) -> None:
        """Go on to another bucket."""
        self._bucket = new_bucket(self._moto)

    async def prune(self, storage: Storage) -> None:
        """Fill the feed so that the older commits fall out."""
        for _ in range(self.feed_commits):
            await storage.commit({}, {"filler": b""}, {})

    async def elapse(self, seconds: float) -> None:
        """Wait: the service's clock is its own, and is known to a part of a second."""
        await asyncio.sleep(seconds + self.clock_error_s)
