"""etcd, Consul and ZooKeeper by TLS and with logins: who proves nothing is refused, and no secret is shown."""

from __future__ import annotations

import asyncio
import base64
import json
import ssl
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from strongroom.lib.clock import SystemClock
from strongroom.lib.errors import StorageError
from strongroom.lib.rand import SystemRandom
from strongroom.server.stores import open_store
from strongroom.storage.base import Storage
from tests.conformance.consul import ConsulServer, running_consul
from tests.conformance.etcd import EtcdServer, running_etcd
from tests.conformance.storage.tls_files import TlsFiles
from tests.ports import free_port
from tests.sim import zookeeper

CANARY = "canary-of-the-store"
TOKEN_S = 1
"""How long a login to etcd lasts, at least."""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> TlsFiles:
    """Certificates for all servers here."""
    return TlsFiles(tmp_path_factory.mktemp("tls"))


def store(kind: str, **options: str) -> Storage:
    """The store of a stanza, with a short time limit."""
    return open_store(kind, {"timeout": "4s", **options}, SystemClock(), SystemRandom())


async def works(storage: Storage) -> None:
    """Commit more than a transaction, and read it."""
    await storage.start()
    try:
        made = await storage.commit({}, {f"a/{number}": b"%d" % number for number in range(150)}, {})
        assert len((await storage.list("a/")).names) == 150
        assert await storage.synced() == made
    finally:
        await storage.close()


async def refused(storage: Storage) -> StorageError:
    """The error of a start, which shows no secret."""
    with pytest.raises(StorageError) as caught:
        try:
            await storage.start()
        finally:
            await storage.close()
    assert "canary" not in f"{caught.value!r} {caught.value} {caught.value.detail}"
    return caught.value


def asked(url: str, message: Any, *, context: ssl.SSLContext | None = None, token: str = "") -> Any:
    """What a server answers to a request past the store; with a token of Consul's, to one that puts."""
    headers = {"X-Consul-Token": token} if token else {}
    request = urllib.request.Request(url, json.dumps(message).encode(), headers, method="PUT" if token else "POST")
    with urllib.request.urlopen(request, timeout=5, context=context) as answer:
        return json.loads(answer.read() or b"{}")


@pytest.fixture(scope="module")
def secured_etcd(files: TlsFiles) -> Iterator[EtcdServer]:
    """A server that wants certificates and users, whose logins end soon."""
    certificate, key = files.server
    options = ["--cert-file", str(certificate), "--key-file", str(key), "--trusted-ca-file", str(files.ca)]
    options += ["--client-cert-auth", "--auth-token-ttl", str(TOKEN_S)]
    with running_etcd(options, scheme="https") as server:
        context = ssl.create_default_context(cafile=str(files.ca))
        context.load_cert_chain(*map(str, files.nameless))
        for _ in range(300):
            try:
                asked(server.url + "/v3/maintenance/status", {}, context=context)
                break
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.1)
        start, end = (base64.b64encode(text).decode() for text in (b"/own/", b"/own0"))
        right = {"permType": "READWRITE", "key": start, "range_end": end}
        for path, message in (
            ("user/add", {"name": "root", "password": "of-root"}),
            ("user/add", {"name": "strongroom", "password": CANARY}),
            ("role/add", {"name": "root"}),
            ("role/add", {"name": "strongroom"}),
            ("user/grant", {"user": "root", "role": "root"}),
            ("user/grant", {"user": "strongroom", "role": "strongroom"}),
            ("role/grant", {"name": "strongroom", "perm": right}),
            ("enable", {}),
        ):
            asked(f"{server.url}/v3/auth/{path}", message, context=context)
        yield server


async def test_etcd_with_certificates_and_users(secured_etcd: EtcdServer, files: TlsFiles) -> None:
    """A login that has ended is made again, and the commit that found it out happens once."""
    login = {"address": secured_etcd.url, "path": "own", "username": "strongroom", "password": CANARY}
    certificate, key = map(str, files.nameless)
    shown = files.options(tls_cert_file=certificate, tls_key_file=key)
    await works(store("etcd", **login, **shown))
    storage = store("etcd", **login, **shown)
    await storage.start()
    before = await storage.synced()
    await asyncio.sleep(2 * TOKEN_S + 1.5)  # etcd looks for old ones each second
    made = await storage.commit({}, {"b": b""}, {})
    assert made.number == before.number + 1
    assert await storage.synced() == made
    await storage.close()
    for options in files.wrong.values():
        await refused(store("etcd", **login, **options))
    error = await refused(store("etcd", **(login | shown | {"password": "wrong-canary"})))
    assert "username and password" in error.text
    error = await refused(store("etcd", **login, **files.options()))
    assert "no common name" in error.text


@pytest.fixture(scope="module")
def secured_consul(files: TlsFiles) -> Iterator[tuple[ConsulServer, str, str]]:
    """A server that wants certificates and tokens, its address, and the token of an operator."""
    operator, port = str(uuid.uuid4()), free_port()
    certificate, key = files.server
    settings = f"""
        acl {{ enabled = true, default_policy = "deny", tokens {{ initial_management = "{operator}" }} }}
        ports {{ https = {port} }}
        tls {{ https {{
            ca_file = "{files.ca}", cert_file = "{certificate}", key_file = "{key}", verify_incoming = true
        }} }}
    """
    with running_consul(settings) as server:
        yield server, f"https://127.0.0.1:{port}", operator


def token_of(server: ConsulServer, operator: str, rules: str) -> str:
    """A token with these rights."""
    name = uuid.uuid4().hex
    for _ in range(100):
        try:
            asked(f"{server.url}/v1/acl/policy", {"Name": name, "Rules": rules}, token=operator)
            break
        except urllib.error.HTTPError:  # the tokens aren't there yet
            time.sleep(0.1)
    made = asked(f"{server.url}/v1/acl/token", {"Policies": [{"Name": name}]}, token=operator)
    return str(made["SecretID"])


async def test_consul_with_certificates_and_tokens(
    secured_consul: tuple[ConsulServer, str, str], files: TlsFiles
) -> None:
    """The right to write below the path is enough; one that only reads, of another path, or none is refused by name."""
    server, url, operator = secured_consul
    rules = 'key_prefix "%s/" { policy = "%s" }'
    token = token_of(server, operator, rules % ("own", "write"))
    await works(store("consul", address=url, path="own", token=token, **files.options()))
    for options in files.wrong.values():
        await refused(store("consul", address=url, path="own", token=token, **options))
    for other, right in (("other", "write"), ("own", "deny")):
        wrong = token_of(server, operator, rules % (other, right))
        error = await refused(store("consul", address=url, path="own", token=wrong, **files.options()))
        assert "token" in error.text and wrong not in f"{error.text} {error.detail}"
    error = await refused(store("consul", address=url, path="own", token="canary", **files.options()))
    assert "ACL not found" in error.detail
    reading = token_of(server, operator, rules % ("own", "read"))
    storage = store("consul", address=url, path="own", token=reading, **files.options())
    await storage.start()
    with pytest.raises(StorageError) as caught:
        await storage.commit({}, {"a": b""}, {})
    assert "denied" in caught.value.detail.lower() and reading not in caught.value.detail
    assert (await storage.list("a/")).names
    await storage.close()


# The client library leaves sockets to the garbage collector whose TLS has failed.
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
async def test_zookeeper_with_certificates_and_a_digest(files: TlsFiles) -> None:
    """Both sides show a certificate; who can't isn't answered, and in the clear nobody is."""
    port = free_port()
    settings = (
        f"secureClientPort={port}\nserverCnxnFactory=org.apache.zookeeper.server.NettyServerCnxnFactory\n"
        f"ssl.keyStore.location={files.both}\nssl.keyStore.type=PEM\nssl.clientAuth=need\n"
        f"ssl.trustStore.location={files.ca}\nssl.trustStore.type=PEM\n"
    )
    with zookeeper.run(zookeeper.UNSYNCED, settings=settings):
        options = {"address": f"127.0.0.1:{port}", "path": "own", "auth_info": f"digest:store:{CANARY}"}
        secure = options | {"tls_enabled": "true"}
        await works(store("zookeeper", **secure, **files.options()))
        for wrong in files.wrong.values():
            await refused(store("zookeeper", **{**secure, "timeout": "1s", **wrong}))
        await refused(store("zookeeper", **options | {"timeout": "1s"}))
        unverified = files.options(tls_ca_file="", tls_skip_verify="true")
        await works(store("zookeeper", **secure | {"path": "unverified"}, **unverified))
