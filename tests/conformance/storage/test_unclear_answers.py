"""An answer to a commit that can't be understood says nothing, least of all that nothing was written."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import pytest

from strongroom.lib.aws import Credentials, dynamodb_target
from strongroom.lib.clock import SystemClock
from strongroom.lib.errors import CommitUnknown, StorageError, StorageFull
from strongroom.lib.outgoing import Reply
from strongroom.lib.rand import SystemRandom
from strongroom.lib.secret import Secret
from strongroom.storage.base import Add, Storage
from strongroom.storage.conditional import ConditionalStorage
from strongroom.storage.conditional.cells import Cells
from strongroom.storage.conditional.endpoints import Endpoints
from strongroom.storage.consul.cells import ConsulCells
from strongroom.storage.dynamodb.cells import DynamodbCells
from strongroom.storage.dynamodb.service import Service
from strongroom.storage.etcd.cells import EtcdCells
from strongroom.storage.etcd.gateway import Gateway
from strongroom.storage.mysql import MysqlStorage, login_of
from strongroom.storage.postgresql import PostgresqlStorage
from strongroom.storage.zookeeper.cells import ZookeeperCells
from strongroom.storage.zookeeper.client import Access, Client
from tests.conformance.consul import ConsulServer
from tests.conformance.etcd import EtcdServer
from tests.conformance.postgres import PostgresqlServer
from tests.conformance.storage.s3.buckets import Buckets
from tests.conformance.storage.s3.stores import opened
from tests.sim import mariadb
from tests.sim.aws.between import between
from tests.sim.aws.moto import Moto
from tests.sim.cutting_proxy import CuttingProxy
from tests.sim.mariadb import Mariadb
from tests.sim.zookeeper import Zookeeper

CLOCK = SystemClock()
ONE = {"count": Add(1, 0, 9)}
GARBLED: Mapping[str, Callable[[Reply], Reply]] = {
    "nothing": lambda reply: Reply(200, reply.headers, b""),
    "half": lambda reply: Reply(200, reply.headers, reply.body[: len(reply.body) // 2]),
    "braces": lambda reply: Reply(200, reply.headers, b"{}"),
    "page": lambda reply: Reply(200, reply.headers, b"<html>welcome</html>"),
    "accepted": lambda reply: Reply(202, reply.headers, b""),
    "moved": lambda reply: Reply(302, reply.headers, b""),
    "conflict": lambda reply: Reply(409, reply.headers, b"<html>conflict</html>"),
    "reasonless": lambda reply: Reply(409, reply.headers, b"{}"),
    "proxy": lambda reply: Reply(502, reply.headers, b"<html>bad gateway</html>"),
    "code": lambda reply: Reply(429, reply.headers, b'{"code": 8, "message": "something else"}'),
}


class Garbling(Endpoints):
    """Servers of which something between makes an answer unusable, after the request was carried out.

    Attributes:
        garble: what it makes of the next answer to a write, as a name of `GARBLED`; empty for nothing.
        refusal: what it answers to the next write instead of sending it on.
    """

    garble = ""
    refusal: Reply | None = None

    async def ask(
        self, verb: str, path: str, *, headers: Mapping[str, str], content: bytes | None, repeatable: bool
    ) -> Reply:
        """Ask, with what comes between."""
        if not repeatable and self.refusal is not None:
            refusal = self.refusal
            self.refusal = None
            return refusal
        reply = await super().ask(verb, path, headers=headers, content=content, repeatable=repeatable)
        if repeatable or not self.garble:
            return reply
        garble, self.garble = self.garble, ""
        return GARBLED[garble](reply)


def etcd(server: EtcdServer) -> tuple[Garbling, Cells]:
    """A place of its own in etcd."""
    endpoints = Garbling("etcd", [server.url], CLOCK, context=None, patience_s=5.0, at_once=4)
    return endpoints, EtcdCells(Gateway(endpoints, "", Secret(b"")), f"/{uuid.uuid4().hex}/")


def consul(server: ConsulServer) -> tuple[Garbling, Cells]:
    """A place of its own in Consul."""
    endpoints = Garbling("consul", [server.url], CLOCK, context=None, patience_s=5.0, at_once=4)
    return endpoints, ConsulCells(endpoints, f"{uuid.uuid4().hex}/", Secret(b""), "")


async def _keys() -> Credentials:
    return Credentials("AKIA1", "secret")


def dynamodb(server: Moto) -> tuple[Garbling, Cells]:
    """A table of its own in DynamoDB."""
    endpoints = Garbling("DynamoDB", [server.url], CLOCK, context=None, patience_s=5.0, at_once=4)
    target, random = dynamodb_target(server.url, "us-east-1"), SystemRandom()
    service = Service(target, endpoints, _keys, CLOCK, random, patience_s=5.0)
    return endpoints, DynamodbCells(service, uuid.uuid4().hex, None, CLOCK, random, patience_s=5.0)


async def counted_once(storage: Storage, garble: Callable[[], None]) -> None:
    """A commit that was carried out, and whose answer is garbled, counts once; its caller gets its revision."""
    await storage.start()
    try:
        assert (await storage.commit({}, {}, ONE)).number == 1
        garble()
        assert (await storage.commit({}, {}, ONE)).number == 2
        entry = await storage.get("count")
        assert entry is not None and entry.value == b"2"
    finally:
        await storage.close()


@pytest.mark.parametrize("how", GARBLED)
@pytest.mark.parametrize("kind", ["etcd", "consul", "dynamodb"])
async def test_etcd_consul_and_dynamodb(request: pytest.FixtureRequest, kind: str, how: str) -> None:
    """Whatever comes instead of the answer, with whatever status."""
    if kind == "consul" and how == "code":
        pytest.skip("429 of Consul's is a refusal")
    if kind == "dynamodb" and how == "braces":
        pytest.skip("this is the answer of DynamoDB's to a write")
    places: dict[str, Callable[[Any], tuple[Garbling, Cells]]] = {"etcd": etcd, "consul": consul, "dynamodb": dynamodb}
    endpoints, cells = places[kind](request.getfixturevalue(f"{kind}_server"))
    storage = ConditionalStorage(cells, CLOCK, SystemRandom(), patience_s=5.0)
    await counted_once(storage, lambda: setattr(endpoints, "garble", how))
    assert not endpoints.garble  # an answer was garbled


@pytest.mark.parametrize(
    ("text", "kind"), [("too many requests", StorageError), ("mvcc: database space exceeded", StorageFull)]
)
async def test_too_many_requests_of_etcd_are_no_full_store(
    etcd_server: EtcdServer, text: str, kind: type[StorageError]
) -> None:
    """They have the code of a database without room.  Nothing happened, and nothing is said to be full."""
    endpoints, cells = etcd(etcd_server)
    storage = ConditionalStorage(cells, CLOCK, SystemRandom(), patience_s=5.0)
    await storage.start()
    endpoints.refusal = Reply(429, {}, b'{"code": 8, "message": "etcdserver: %s"}' % text.encode())
    with pytest.raises(StorageError, match="no room" if kind is StorageFull else "failed") as caught:
        await storage.commit({}, {}, ONE)
    assert type(caught.value) is kind
    assert (await storage.commit({}, {}, ONE)).number == 1
    await storage.close()


class _Unreadable:
    """An answer of the client library that came, and couldn't be read."""

    value = None

    def __init__(self, inner: Any) -> None:
        self.ready, self.rawlink = inner.ready, inner.rawlink
        self.exception = RuntimeError("xids do not match")


class Misreading(Client):
    """A client that can't read the next answer to a commit."""

    misreads = False

    async def all(self, *asked: Callable[[Any], Any]) -> Any:
        """Ask; only commits are no `partial`."""
        if not self.misreads or any(isinstance(ask, partial) for ask in asked):
            return await super().all(*asked)
        self.misreads = False
        return await super().all(*(lambda library, ask=ask: _Unreadable(ask(library)) for ask in asked))


async def test_zookeeper(zookeeper_server: Zookeeper) -> None:
    """The client library says in an error of any kind that it can't read an answer."""
    client = Misreading(Access(zookeeper_server.address), 5.0)
    cells = ZookeeperCells(client, f"/s/{uuid.uuid4().hex}", CLOCK)
    storage = ConditionalStorage(cells, CLOCK, SystemRandom(), patience_s=5.0)
    await counted_once(storage, lambda: setattr(client, "misreads", True))
    assert not client.misreads  # an answer was misread


async def unknown_then_known(storage: Storage, other: Storage) -> None:
    """The caller learns that it isn't known; the commit's id tells others that it took place, and all goes on."""
    with pytest.raises(CommitUnknown) as caught:
        await storage.commit({}, {}, ONE)
    assert await other.committed(caught.value.revision_id)
    assert (await storage.commit({}, {}, ONE)).number == 3
    entry = await other.get("count")
    assert entry is not None and entry.value == b"3"


FATAL = b"SFATAL\0VFATAL\0C57P01\0Mterminating connection\0\0"
IN_DOUBT = b"SERROR\0VERROR\0C40003\0Mnobody knows\0\0"


def _message(kind: bytes, body: bytes) -> bytes:
    return kind + (len(body) + 4).to_bytes(4, "big") + body


@pytest.mark.parametrize(
    "says",
    [_message(b"E", FATAL), _message(b"E", IN_DOUBT), _message(b"C", b"SOMETHING\0"), b"nonsense"],
    ids=["fatal", "in doubt", "other", "nonsense"],
)
async def test_postgresql(postgresql_server: PostgresqlServer, says: bytes) -> None:
    """An end of the connection, which may come after the commit; a doubt; another statement's answer; no protocol."""
    table = f"t{uuid.uuid4().hex}"
    async with CuttingProxy(postgresql_server.port) as proxy:
        url = postgresql_server.url.replace(f":{postgresql_server.port}/", f":{proxy.port}/") + "?sslmode=disable"
        storage = PostgresqlStorage(url, table, CLOCK, SystemRandom(), patience_s=5.0)
        other = PostgresqlStorage(postgresql_server.url, table, CLOCK, SystemRandom())
        await storage.start()
        await other.start()
        await storage.commit({}, {}, ONE)
        ready = _message(b"Z", b"I") if says != b"nonsense" else b""
        proxy.cut_at(b"COMMIT", passes_on=True, says=says + ready)
        await unknown_then_known(storage, other)
        await storage.close()
        await other.close()


def _packet(payload: bytes) -> bytes:
    return len(payload).to_bytes(3, "little") + b"\1" + payload


@pytest.mark.parametrize(
    "says",
    [_packet(b"\xff\x51\x04#HY000nobody knows"), _packet(b"\xfbnonsense"), b"nonsense" * 9],
    ids=["unknown", "other", "nonsense"],
)
async def test_mysql(durable_mariadb: Mariadb, says: bytes) -> None:
    """An error without a meaning, an answer of another kind, and no protocol."""
    database = f"d{uuid.uuid4().hex}"
    async with CuttingProxy(durable_mariadb.port) as proxy:

        def at(port: int) -> Storage:
            login = login_of(f"127.0.0.1:{port}", mariadb.ROOT, mariadb.ROOT_PASSWORD, None, plaintext=True)
            return MysqlStorage(login, database, "strongroom", CLOCK, SystemRandom(), patience_s=5.0)

        storage, other = at(proxy.port), at(durable_mariadb.port)
        await storage.start()
        await other.start()
        await storage.commit({}, {}, ONE)
        proxy.cut_at(b"\3COMMIT", passes_on=True, says=says)
        await unknown_then_known(storage, other)
        await storage.close()
        await other.close()


async def test_s3(moto_server: Moto) -> None:
    """An answer that tells no time can't prove that the turn counts, but it was written."""
    buckets = Buckets(moto_server)
    with between(moto_server) as way:
        async with opened(buckets, url=way.url) as storage, opened(buckets) as other:
            await storage.commit({}, {}, ONE)
            left = [True]
            way.timeless = lambda asked: asked.verb == "PUT" and "/journal/" in asked.path and bool(left) and left.pop()
            with pytest.raises(CommitUnknown) as caught:
                await storage.commit({}, {}, ONE)
            await other.synced()
            assert await other.committed(caught.value.revision_id)
            assert (await storage.commit({}, {}, ONE)).number == 3
            entry = await other.get("count")
            assert entry is not None and entry.value == b"3"
