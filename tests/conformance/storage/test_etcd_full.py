"""etcd's refusal for want of room, which it also gives for a transaction that it has carried out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import pytest

from strongroom.lib.clock import SystemClock
from strongroom.lib.errors import StorageFull
from strongroom.lib.rand import SystemRandom
from strongroom.lib.secret import Secret
from strongroom.storage.conditional import ConditionalStorage
from strongroom.storage.conditional.endpoints import Endpoints
from strongroom.storage.etcd.cells import EtcdCells
from strongroom.storage.etcd.gateway import Gateway
from tests.conformance.etcd import EtcdServer

T = TypeVar("T")
CLOCK = SystemClock()


class AtItsQuota(Gateway):
    """A server whose quota ends with the next write, as it does when writes of others come at the same time."""

    carries_out = True
    full = False
    other: ConditionalStorage | None = None
    """Who commits before the answer arrives."""

    async def ask(self, path: str, message: Any, form: type[T], *, repeatable: bool) -> T:
        """Answer a write as etcd does."""
        if repeatable or not self.full:
            return await super().ask(path, message, form, repeatable=repeatable)
        self.full = False
        if self.carries_out:
            await super().ask(path, message, form, repeatable=repeatable)
        if self.other is not None:
            await self.other.commit({}, {"others": b""}, {})
        raise StorageFull("the store has no room left")


@asynccontextmanager
async def stores(server: EtcdServer, path: str) -> AsyncIterator[tuple[AtItsQuota, ConditionalStorage, Any]]:
    """The gateway and the store on it, and another store on the same path."""
    opened = []
    for kind in (AtItsQuota, Gateway):
        endpoints = Endpoints("etcd", [server.url], CLOCK, context=None, patience_s=5.0, at_once=4)
        gateway = kind(endpoints, "", Secret(b""))
        opened.append((gateway, ConditionalStorage(EtcdCells(gateway, path), CLOCK, SystemRandom(), patience_s=5.0)))
    (gateway, storage), (_, other) = opened
    assert isinstance(gateway, AtItsQuota)
    await storage.start()
    await other.start()
    try:
        yield gateway, storage, other
    finally:
        await storage.close()
        await other.close()


async def test_a_commit_that_was_carried_out_is_told_so(etcd_server: EtcdServer) -> None:
    """The caller gets its revision, and not that nothing was written."""
    async with stores(etcd_server, "/full-done/") as (gateway, storage, other):
        gateway.full = True
        made = await storage.commit({}, {"a": b"1"}, {})
        assert await other.synced() == made
        assert (await other.get("a")).value == b"1"


async def test_one_that_another_commit_followed_is_found_in_the_feed(etcd_server: EtcdServer) -> None:
    """It isn't done twice either."""
    async with stores(etcd_server, "/full-followed/") as (gateway, storage, other):
        gateway.other, gateway.full = other, True
        made = await storage.commit({}, {"a": b"1"}, {})
        assert (await other.get("a")).revision == made.number == 1
        assert (await other.synced()).number == 2


async def test_one_that_was_refused_is_told_full(etcd_server: EtcdServer) -> None:
    """Nothing is there, and the next one works when there is room."""
    async with stores(etcd_server, "/full-refused/") as (gateway, storage, other):
        gateway.carries_out, gateway.full = False, True
        with pytest.raises(StorageFull):
            await storage.commit({}, {"a": b"1"}, {})
        assert await other.get("a") is None
        assert (await storage.commit({}, {"a": b"2"}, {})).number == 1
