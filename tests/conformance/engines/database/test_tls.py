"""A PostgreSQL that speaks TLS only, and lets its users in by certificates."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from cryptography.hazmat.primitives import serialization

from strongroom.crypto.client_credentials import ClientAuthority, KeyKind
from strongroom.crypto.x509 import Authority
from tests.conformance.engines.database.serving import CONFIG, revoke, serving
from tests.conformance.postgres import PostgresqlServer, give_to_postgres, running_postgresql

RULES = """
local all all trust
hostssl all root_of_tests 127.0.0.1/32 scram-sha-256 clientcert=verify-full
hostssl all all 127.0.0.1/32 cert
"""


class Secured:
    """The server, and the authority that it trusts and is certified by."""

    def __init__(self, server: PostgresqlServer) -> None:
        now = datetime.now(UTC)
        times = now - timedelta(hours=1), now + timedelta(days=2)
        root = Authority.make("authority", *times)
        self.server = server
        self.ca = root.certificate_pem.decode()
        self.key = root._key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()
        self.own = ClientAuthority(self.ca, self.key).issue(
            "root_of_tests", KeyKind("ec"), now.timestamp(), times[1].timestamp()
        )
        issued = root.issue(["127.0.0.1"], *times)
        for name, content in (
            ("server.crt", issued.certificate_pem),
            ("server.key", issued.key_pem.reveal()),
            ("ca.crt", root.certificate_pem),
            ("pg_hba.conf", RULES.encode()),
        ):
            path = server.directory / "data" / name
            path.write_bytes(content)
            path.chmod(0o600)
            give_to_postgres(path)
        with (server.directory / "data/postgresql.conf").open("a") as file:
            file.write("ssl = on\nssl_ca_file = 'ca.crt'\n")

    def config(self, **fields: Any) -> dict[str, Any]:
        """What reaches it."""
        url = f"postgresql://{{{{username}}}}:{{{{password}}}}@127.0.0.1:{self.server.port}/postgres"
        return {
            **CONFIG,
            "connection_url": url,
            "password": self.server.password,
            "tls_ca": self.ca,
            "tls_certificate": self.own.certificate,
            "private_key": self.own.private,
            **fields,
        }


@pytest.fixture(scope="module")
def secured() -> Iterator[Secured]:
    """One server for all tests here."""
    with running_postgresql() as server:
        found = Secured(server)
        server.stop()
        server.start()
        yield found


async def test_the_server_is_reached_by_its_authority_and_a_certificate(secured: Secured) -> None:
    """Both sides are checked; nothing of the key is written to a disk or shown."""
    async with serving() as server:
        await server.ok("POST", "database/config/pg", secured.config())
        shown = str((await server.ok("GET", "database/config/pg")).body)
        assert "PRIVATE KEY" not in shown
        stranger = Authority.make("stranger", datetime.now(UTC), datetime.now(UTC) + timedelta(days=1))
        for wrong, text in (
            ({"tls_ca": stranger.certificate_pem.decode()}, "certificate verify failed"),
            ({"tls_certificate": "", "private_key": ""}, "certificate"),
            ({"private_key": "nonsense"}, "private key"),
        ):
            reply = await server.ask("POST", "database/config/other", secured.config(**wrong))
            assert reply.status == 400
            assert text in reply.error, reply.error
            assert "nonsense" not in reply.error


async def test_a_user_logs_in_by_its_certificate(secured: Secured, tmp_path: Path) -> None:
    """Its common name is its name in the database; when it is dropped, the certificate lets nobody in."""
    async with serving() as server:
        await server.ok("POST", "database/config/pg", secured.config())
        role = {
            "db_name": "pg",
            "creation_statements": 'CREATE ROLE "{{name}}" LOGIN',
            "credential_type": "client_certificate",
            "credential_config": {"ca_cert": secured.ca, "ca_private_key": secured.key, "key_type": "ec"},
            "default_ttl": "1h",
        }
        await server.ok("POST", "database/roles/app", role)
        assert "PRIVATE" not in str((await server.ok("GET", "database/roles/app")).body)
        reply = await server.ok("GET", "database/creds/app")
        files = {}
        for parameter, content in (
            ("sslcert", reply.data["client_certificate"]),
            ("sslkey", reply.data["private_key"]),
            ("sslrootcert", secured.ca),
        ):
            path = tmp_path / parameter
            path.write_text(content)
            path.chmod(0o600)
            files[parameter] = str(path)
        place = {"host": "127.0.0.1", "port": secured.server.port, "dbname": "postgres", "sslmode": "verify-full"}
        arguments: dict[str, Any] = {**place, **files, "user": reply.data["username"]}
        psycopg.connect(**arguments).close()
        await revoke(server, reply.lease_id)
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(**arguments)
