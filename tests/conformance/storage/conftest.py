"""The fixtures that run the contract suite against every backend."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.consul import consul_server
from tests.conformance.etcd import etcd_server
from tests.conformance.pgbouncer import session_pooler, transaction_pooler
from tests.conformance.postgres import postgresql_server
from tests.conformance.storage.backends import (
    S3,
    Backend,
    Conditional,
    Faulty,
    Inmem,
    Mysql,
    Postgresql,
    Sqlite,
    open_consul_path,
    open_dynamodb_table,
    open_etcd_path,
    open_zookeeper_path,
)
from tests.sim import mariadb, zookeeper
from tests.sim.aws import dynamodb_local
from tests.sim.aws.moto import Moto, running
from tests.sim.mariadb import Mariadb
from tests.sim.zookeeper import Zookeeper

__all__ = ["consul_server", "etcd_server", "postgresql_server", "session_pooler", "transaction_pooler"]


@pytest.fixture(scope="session")
def durable_mariadb() -> Iterator[Mariadb]:
    """A server that keeps what it committed."""
    with mariadb.run(*mariadb.DURABLE) as server:
        yield server


@pytest.fixture(scope="session")
def zookeeper_server() -> Iterator[Zookeeper]:
    """One server of ZooKeeper."""
    with zookeeper.run(zookeeper.UNSYNCED) as server:
        yield server


Get = Callable[[str], Any]
"""Gives a fixture by its name: a server is started when its first test needs it."""

_OF_ONE_PROCESS: dict[str, Callable[[Get], Backend]] = {
    "inmem": lambda get: Inmem(),
    "faulty": lambda get: Faulty(),
}
_POOLED: dict[str, Callable[[Get], Backend]] = {
    "session_pooler": lambda get: Postgresql(get("session_pooler")),
    "transaction_pooler": lambda get: Postgresql(get("transaction_pooler")),
}
_SHARED: dict[str, Callable[[Get], Backend]] = {
    "sqlite": lambda get: Sqlite(get("tmp_path")),
    "postgresql": lambda get: Postgresql(get("postgresql_server").url),
    "mysql": lambda get: Mysql(get("durable_mariadb").port),
    "etcd": lambda get: Conditional(open_etcd_path, get("etcd_server").url),
    "zookeeper": lambda get: Conditional(open_zookeeper_path, get("zookeeper_server").address, pause_s=0.2),
    "consul": lambda get: Conditional(open_consul_path, get("consul_server").url),
    "s3": lambda get: S3(get("moto_server")),
}
_DYNAMODB: dict[str, Callable[[Get], Backend]] = {
    "dynamodb": lambda get: Conditional(open_dynamodb_table, get("dynamodb_server").url, pause_s=0.2)
}
if dynamodb_local.DIRECTORY:
    # moto takes one request after the other, and minutes for what several processes do at once.
    _SHARED |= _DYNAMODB
_ALL = _OF_ONE_PROCESS | _POOLED | _SHARED | _DYNAMODB


@pytest.fixture(params=_ALL)
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Backend:
    """Each store in turn, empty."""
    return _ALL[request.param](request.getfixturevalue)


@pytest.fixture(params=_SHARED)
def shared_backend(request: pytest.FixtureRequest, tmp_path: Path) -> Backend:
    """Each store that several processes can use, empty."""
    return _SHARED[request.param](request.getfixturevalue)


HELD_S = float(os.environ.get("STRONGROOM_TEST_HELD_S", "0"))
"""How long a restore stands still in its middle.  `make restoring` has it longer than any hold lasts by itself."""
_QUICK = ("transaction_pooler", "etcd")
_SERVED = _QUICK if not HELD_S else (*_QUICK, *({*_SHARED} - {"sqlite", "postgresql", "etcd"}))


@pytest.fixture(params=sorted(_SERVED))
def served_backend(request: pytest.FixtureRequest) -> Backend:
    """Stores that a server keeps, empty; all of them with `make restoring`.  PostgreSQL is behind a pooler."""
    return _ALL[request.param](request.getfixturevalue)


@pytest.fixture(scope="session")
def moto_server() -> Iterator[Moto]:
    """One stand-in for AWS."""
    with running() as moto:
        yield moto


@pytest.fixture(scope="session")
def dynamodb_server(request: pytest.FixtureRequest) -> Iterator[Moto]:
    """AWS's own stand-in for DynamoDB where it is, or the one for AWS."""
    if not dynamodb_local.DIRECTORY:
        yield request.getfixturevalue("moto_server")
        return
    with dynamodb_local.running() as server:
        yield server
