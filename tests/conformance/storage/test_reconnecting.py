"""A store whose connections are cut again and again leaves no sockets, threads or tasks behind."""

from __future__ import annotations

import asyncio
import gc
import os
import threading
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from strongroom.lib.clock import SystemClock
from strongroom.lib.errors import StorageError
from strongroom.lib.rand import SystemRandom
from strongroom.storage.base import Storage
from strongroom.storage.postgresql import PostgresqlStorage
from tests.conformance.storage.backends import (
    open_consul_path,
    open_etcd_path,
    open_mysql,
    open_s3,
    open_zookeeper_path,
)
from tests.conformance.storage.s3.buckets import new_bucket
from tests.sim.cutting_proxy import CuttingProxy

_CUTS = int(os.environ.get("STRONGROOM_CUTS", "12"))
_WARM = 6
"""Until then a pool may still grow."""
_SLACK = 6
"""Sockets that come and go."""


def _port(url: str) -> int:
    return int(url.rpartition(":")[2])


def _postgresql(get: Any) -> tuple[int, Callable[[int], Storage]]:
    server, table = get("postgresql_server"), f"t{uuid.uuid4().hex}"

    def opened(port: int) -> Storage:
        url = server.url.replace(f":{server.port}/", f":{port}/") + "?sslmode=disable"
        return PostgresqlStorage(url, table, SystemClock(), SystemRandom())

    return server.port, opened


def _s3(get: Any) -> tuple[int, Callable[[int], Storage]]:
    moto = get("moto_server")
    bucket = new_bucket(moto)
    return _port(moto.url), lambda port: open_s3(f"http://127.0.0.1:{port}", bucket)


_KINDS: dict[str, Callable[[Any], tuple[int, Callable[[int], Storage]]]] = {
    "etcd": lambda get: (_port(get("etcd_server").url), lambda port: open_etcd_path(f"http://127.0.0.1:{port}", "cut")),
    "consul": lambda get: (
        _port(get("consul_server").url),
        lambda port: open_consul_path(f"http://127.0.0.1:{port}", "cut"),
    ),
    "zookeeper": lambda get: (
        get("zookeeper_server").port,
        lambda port: open_zookeeper_path(f"127.0.0.1:{port}", "cut"),
    ),
    "mysql": lambda get: (get("durable_mariadb").port, lambda port: open_mysql(port, f"d{uuid.uuid4().hex}")),
    "postgresql": _postgresql,
    "s3": _s3,
}


def _held() -> tuple[int, int, int]:
    """Descriptors, threads and tasks of this process."""
    gc.collect()
    return sum(1 for _ in Path("/proc/self/fd").iterdir()), threading.active_count(), len(asyncio.all_tasks())


async def _works(storage: Storage, number: int) -> None:
    """Return once a commit and a read have worked."""
    async with asyncio.timeout(60):
        while True:
            try:
                await storage.commit({}, {f"n/{number}": b""}, {})
                await asyncio.gather(*(storage.get("n/0") for _ in range(4)))
            except StorageError:
                await asyncio.sleep(0.02)
            else:
                return


@pytest.mark.parametrize("kind", _KINDS)
async def test_cut_connections_leave_nothing(request: pytest.FixtureRequest, kind: str) -> None:
    """What the store holds after many cuts is what it held after a few; after its end, what there was before it."""
    port, opened = _KINDS[kind](request.getfixturevalue)
    before = _held()
    async with CuttingProxy(port) as proxy:
        storage = opened(proxy.port)
        await storage.start()
        warm = (0, 0, 0)
        for number in range(_CUTS):
            await _works(storage, number)
            if number == _WARM:
                warm = _held()
            proxy.cut_after(number % 3, passes_on=number % 2 == 0)
            await _works(storage, number)
        assert proxy.cuts >= _CUTS - 1
        proxy.pass_all()
        await _works(storage, _CUTS)
        now = _held()
        assert all(there <= then + _SLACK for there, then in zip(now, warm, strict=True)), f"{now}, after a few {warm}"
        await storage.close()
    await asyncio.sleep(0.1)
    after = _held()
    assert all(there <= then + 2 for there, then in zip(after, before, strict=True)), f"{after}, before {before}"
