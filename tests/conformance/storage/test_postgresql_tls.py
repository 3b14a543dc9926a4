"""PostgreSQL that is reached by TLS alone: its certificate is verified, and so is ours."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization

from strongroom.crypto.client_credentials import ClientAuthority, KeyKind
from strongroom.crypto.x509 import Authority
from strongroom.lib.clock import SystemClock
from strongroom.lib.errors import StorageError
from strongroom.lib.rand import SystemRandom
from strongroom.storage.postgresql import PostgresqlStorage
from tests.conformance.postgres import PostgresqlServer, give_to_postgres, newest_binaries, running_postgresql

_RULES = """
local all all trust
hostssl all root_of_tests 127.0.0.1/32 scram-sha-256
hostssl all strongroom 127.0.0.1/32 cert
"""
_DAY = timedelta(days=1)


class Secured:
    """A server with a certificate, and the files of its clients.

    Args:
        directory: of the clients' files.
    """

    def __init__(self, server: PostgresqlServer, directory: Path) -> None:
        now = datetime.now(UTC)
        times = now - _DAY, now + _DAY
        authority = Authority.make("authority", *times)
        issued = authority.issue(["127.0.0.1"], *times)
        key = authority._key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        clients = ClientAuthority(authority.certificate_pem.decode(), key.decode())
        client = clients.issue("strongroom", KeyKind("ec"), now.timestamp(), times[1].timestamp())
        for name, content in (
            ("server.crt", issued.certificate_pem),
            ("server.key", issued.key_pem.reveal()),
            ("ca.crt", authority.certificate_pem),
            ("pg_hba.conf", _RULES.encode()),
        ):
            path = server.directory / "data" / name
            path.write_bytes(content)
            path.chmod(0o600)
            give_to_postgres(path)
        with (server.directory / "data/postgresql.conf").open("a") as file:
            file.write("ssl = on\nssl_ca_file = 'ca.crt'\n")
        stranger = Authority.make("stranger", *times)
        for name, content in (
            ("ca.crt", authority.certificate_pem),
            ("stranger.crt", stranger.certificate_pem),
            ("client.crt", client.certificate.encode()),
            ("client.key", client.private.encode()),
        ):
            (directory / name).write_bytes(content)
            (directory / name).chmod(0o600)
        self.server = server
        self.directory = directory

    def url(self, user: str, **parameters: str) -> str:
        """A connection URL; a parameter that ends in `cert` or `key` is the name of a file."""
        files = {"sslrootcert", "sslcert", "sslkey"}
        query = "&".join(
            f"{name}={self.directory / value if name in files else value}" for name, value in parameters.items()
        )
        return f"postgresql://{user}@127.0.0.1:{self.server.port}/postgres?{query}"

    @property
    def admin(self) -> str:
        """The superuser, with its password."""
        return f"root_of_tests:{self.server.password}"


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    """One server for all tests here, with a user whom a certificate lets in."""
    if newest_binaries() is None:
        pytest.skip("needs the Debian package postgresql")
    with running_postgresql() as server:
        found = Secured(server, tmp_path_factory.mktemp("clients"))
        server.stop()
        server.start()
        statements = "CREATE ROLE strongroom LOGIN; GRANT CREATE ON SCHEMA public TO strongroom"
        asyncio.run(_prepare(found, statements))
        yield found


async def _prepare(secured: Secured, statements: str) -> None:
    storage = _store(secured.url(secured.admin, sslmode="verify-full", sslrootcert="ca.crt"))
    connection = await storage._connections.connect()
    await connection.execute(statements.encode())
    await connection.close()


def _store(url: str) -> PostgresqlStorage:
    return PostgresqlStorage(url, f"t{uuid.uuid4().hex}", SystemClock(), SystemRandom())


async def test_a_certificate_lets_the_store_in(secured: Secured) -> None:
    """Both sides are verified, no password is there, and what is committed went over TLS."""
    url = secured.url(
        "strongroom", sslmode="verify-full", sslrootcert="ca.crt", sslcert="client.crt", sslkey="client.key"
    )
    storage = _store(url)
    await storage.start()
    try:
        made = await storage.commit({}, {"a": b"1"}, {})
        assert await storage.synced() == made
        connection = await storage._connections.connect()
        cursor = await connection.execute(
            "SELECT ssl, client_dn FROM pg_stat_ssl WHERE pid = pg_backend_pid() AND ssl AND version >= 'TLSv1.2'"
        )
        assert await cursor.fetchone() == (True, "/CN=strongroom")
        await connection.close()
    finally:
        await storage.close()


@pytest.mark.parametrize(
    ("parameters", "reason"),
    [
        ({"sslmode": "verify-full", "sslrootcert": "stranger.crt"}, "certificate verify failed"),
        ({"sslmode": "verify-ca", "sslrootcert": "stranger.crt"}, "certificate verify failed"),
        ({"sslmode": "verify-full", "sslrootcert": "ca.crt", "host": "localhost"}, "does not match host name"),
        ({"sslmode": "disable"}, "no encryption"),
    ],
    ids=["another authority", "another authority, any name", "another name", "in clear"],
)
async def test_a_server_that_is_not_proved_is_refused(
    secured: Secured, parameters: dict[str, str], reason: str
) -> None:
    """Nothing is sent to a server with another authority's certificate or another name, and nothing in clear."""
    with pytest.raises(StorageError) as refused:
        await _store(secured.url(secured.admin, **parameters)).start()
    assert reason in refused.value.detail
    assert secured.server.password not in f"{refused.value!r} {refused.value.detail}"


async def test_another_users_certificate_does_not_do(secured: Secured) -> None:
    """Without a certificate, or for another user, the server lets nobody in."""
    own = {"sslmode": "verify-full", "sslrootcert": "ca.crt"}
    for url in (
        secured.url("strongroom", **own),
        secured.url("somebody", **own, sslcert="client.crt", sslkey="client.key"),
    ):
        with pytest.raises(StorageError):
            await _store(url).start()
