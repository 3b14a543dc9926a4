"""What audit entries hide of the database engine's requests and answers."""

from __future__ import annotations

from pathlib import Path

from strongroom.testing import PluginServer
from tests.flow.engines.database.standing_in import NAME, Place, engine_over


async def test_no_secret_of_a_connection_or_a_user_is_in_the_audit_log(tmp_path: Path) -> None:
    """Neither what was configured, nor what was issued, even where a number stands for it."""
    place = Place()
    place.root = "canary-password"
    log = tmp_path / "audit.log"
    server = await PluginServer.start(lambda: engine_over(place))
    await server.ok("PUT", "sys/audit/file", {"type": "file", "options": {"file_path": str(log)}})
    body = {
        "plugin_name": NAME,
        "allowed_roles": "*",
        "username": "root",
        "password": "canary-password",
        "connection_url": "x://root:canary-url@there",
        "private_key": "canary-key",
        "tls_certificate_key": "canary-bundle",
        "pem_bundle": 4711_4711,
        "unheard_of": "canary-unknown",
    }
    await server.ok("POST", "database/config/db", body)
    for type_ in ("password", "rsa_private_key"):
        role = {"db_name": "db", "creation_statements": "x", "credential_type": type_}
        await server.ok("POST", f"database/roles/{type_}", role)
    password = (await server.ok("GET", "database/creds/password")).data["password"]
    key = (await server.ok("GET", "database/creds/rsa_private_key")).data["rsa_private_key"]
    await server.engines["database"].sessions.close()  # type: ignore[attr-defined]
    text = log.read_text()
    assert "database/creds/password" in text
    for secret in ("canary", "47114711", password, key.splitlines()[1]):
        assert secret not in text
