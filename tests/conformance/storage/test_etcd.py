"""What is etcd's alone: users, TLS, several servers, one that hangs, limits, and a place of something else."""

from __future__ import annotations

import asyncio
import base64
import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from strongroom.lib.clock import SystemClock
from strongroom.lib.errors import InvalidRequest, StorageError
from strongroom.lib.rand import SystemRandom
from strongroom.lib.secret import Secret
from strongroom.server.stores import StoreError, open_store
from strongroom.storage.base import Storage
from strongroom.storage.conditional import ConditionalStorage
from strongroom.storage.etcd import EtcdSettings, etcd_cells, open_etcd
from tests.conformance.etcd import EtcdServer, running_etcd
from tests.ports import free_port

CANARY = "canary-of-the-user"
CLOCK = SystemClock()


def opened(urls: list[str], path: str = "/own/", **fields: object) -> ConditionalStorage:
    """A store with short time limits."""
    settings = EtcdSettings(urls, path, patience_s=2.0, **fields)  # type: ignore[arg-type]
    return open_etcd(settings, CLOCK, SystemRandom())


@pytest.fixture(scope="module")
def server() -> Iterator[EtcdServer]:
    """A server that these tests may stop."""
    with running_etcd() as running:
        yield running


def asked(server: EtcdServer, path: str, message: object) -> bytes:
    """What etcd answers to a request past the store."""
    request = urllib.request.Request(server.url + path, json.dumps(message).encode())
    with urllib.request.urlopen(request, timeout=5) as answer:
        body: bytes = answer.read()
        return body


async def test_a_server_that_hangs_or_is_gone_is_told_in_time(server: EtcdServer) -> None:
    """Reads and commits end as errors while it is stopped or killed; the same store works when it is back."""
    storage = opened([server.url])
    await storage.start()
    await storage.commit({}, {"a": b"1"}, {})
    server.freeze()
    async with asyncio.timeout(15):
        with pytest.raises(StorageError):
            await storage.get("a")
        with pytest.raises(StorageError):
            await storage.commit({}, {"a": b"2"}, {})
    server.thaw()
    made = await storage.commit({}, {"b": b"1"}, {})
    server.kill()
    for call in (storage.get("a"), storage.synced(), storage.list("")):
        with pytest.raises(StorageError):
            await call
    server.start()
    server.wait()
    assert await storage.synced() == made
    await storage.commit({}, {"c": b"1"}, {})
    await storage.close()


async def test_the_next_server_is_asked_when_one_fails(server: EtcdServer) -> None:
    """Nothing listens at the first address."""
    storage = opened([f"http://127.0.0.1:{free_port()}", server.url], "/next/")
    await storage.start()
    made = await storage.commit({}, {"a": b"1"}, {})
    assert await storage.synced() == made
    await storage.close()


async def test_a_place_of_something_else_is_refused(server: EtcdServer) -> None:
    """Whether keys of others are there, or the limit of a transaction is lower."""
    key = base64.b64encode(b"/foreign/key").decode()
    asked(server, "/v3/kv/put", {"key": key, "value": key})
    storage = opened([server.url], "/foreign/")
    with pytest.raises(StorageError, match="something else"):
        await storage.start()


async def test_limits_hold_to_the_byte(server: EtcdServer) -> None:
    """The largest value, in pieces; one byte more is refused by the limit's name; what replaces it leaves no pieces."""
    storage = opened([server.url], "/limits/")
    await storage.start()
    most = storage.limits.value_bytes
    await storage.commit({}, {"a": bytes(most)}, {})
    entry = await storage.get("a")
    assert entry is not None
    assert len(entry.value) == most
    with pytest.raises(InvalidRequest, match="value too large"):
        await storage.commit({}, {"a": bytes(most + 1)}, {})
    await storage.commit({"a": entry.revision}, {"a": b"small"}, {})
    await storage.clear()
    cells = etcd_cells(EtcdSettings([server.url], "/limits/"), CLOCK)
    assert (await cells.keys("parts/", "", None, "head")).names == []
    assert (await cells.keys("stage/", "", None, "head")).names == []
    await cells.close()
    await storage.close()


async def test_users_of_etcd(server: EtcdServer, caplog: pytest.LogCaptureFixture) -> None:
    """A user with the right to the path alone is enough; a wrong password is named, and never shown."""
    with running_etcd() as guarded:
        path = base64.b64encode(b"/own/").decode()
        end = base64.b64encode(b"/own0").decode()
        for name, password in (("root", "password-of-root"), ("strongroom", CANARY)):
            asked(guarded, "/v3/auth/user/add", {"name": name, "password": password})
        for name in ("root", "strongroom"):
            asked(guarded, "/v3/auth/role/add", {"name": name})
            asked(guarded, "/v3/auth/user/grant", {"user": name, "role": name})
        right = {"permType": "READWRITE", "key": path, "range_end": end}
        asked(guarded, "/v3/auth/role/grant", {"name": "strongroom", "perm": right})
        asked(guarded, "/v3/auth/enable", {})
        storage = opened([guarded.url], username="strongroom", password=Secret(CANARY.encode()))
        await storage.start()
        made = await storage.commit({}, {"a": bytes(3 << 20), "b": b""}, {})
        assert (await storage.list("")).names == ["a", "b"]
        assert await storage.synced() == made
        await storage.close()
        for failing in (
            opened([guarded.url], username="strongroom", password=Secret(b"wrong")),
            opened([guarded.url]),
            opened([guarded.url], "/other/", username="strongroom", password=Secret(CANARY.encode())),
        ):
            with pytest.raises(StorageError) as caught:
                await failing.start()
            assert CANARY not in f"{caught.value} {caught.value.detail} {caplog.text}"


def of_stanza(**options: str) -> Storage:
    """The store of a stanza."""
    return open_store("etcd", options, CLOCK, SystemRandom())


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"address": "ftp://a"}, "https://"),
        ({"address": "http://user:canary@a"}, "password"),
        ({"address": "http://a/path"}, "path"),
        ({"address": "http://a,https://b"}, "some addresses"),
        ({"address": ","}, "address"),
        ({"path": "a//b"}, "path"),
        ({"path": "a/../b"}, "path"),
        ({"path": "/"}, "path"),
        ({"etcd_api": "v2"}, "etcd_api"),
        ({"username": "a"}, "password"),
        ({"discovery_srv": "example.com"}, "discovery_srv"),
        ({"timeout": "soon"}, "timeout"),
        ({"request_timeout": "2h"}, "timeout"),
        ({"max_parallel": "0"}, "max_parallel"),
        ({"tls_ca_file": "/etc/hosts"}, "tls_ca_file"),
        ({"address": "https://a", "tls_ca_file": "/nonexistent"}, "tls_ca_file"),
        ({"address": "https://a", "tls_ca_file": "/etc/hosts"}, "tls_ca_file"),
        ({"address": "https://a", "tls_cert_file": "/etc/hosts"}, "go together"),
    ],
)
def test_settings_that_would_not_do_are_refused(options: dict[str, str], told: str) -> None:
    """By name, before anything is asked; and nothing secret is shown."""
    with pytest.raises(StoreError, match=told) as caught:
        of_stanza(**options)
    assert "canary" not in str(caught.value)


def test_settings_that_would_do_are_taken(tmp_path: Path) -> None:
    """Vault's own form of them."""
    assert isinstance(of_stanza(), ConditionalStorage)
    assert isinstance(of_stanza(address="http://a:1, http://b:2", path="/a/b/", etcd_api="v3"), ConditionalStorage)
    assert isinstance(of_stanza(username="a", password="b", request_timeout="10s"), ConditionalStorage)
