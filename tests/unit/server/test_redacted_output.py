"""What a process logs, says and diagnoses holds no secret of its configuration."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
import structlog

from strongroom.lib.redaction import HIDDEN
from strongroom.server import logs
from strongroom.server.config.config import parse_config
from strongroom.server.redaction import secrets_of

CANARY = 'canary/of@the"file'
TEXT = """
storage "postgresql" {
  connection_url = "postgres://u:url@canary@db.example/d?sslpassword=ssl-canary"
}
ha_storage "consul" {
  token = "token-canary"
}
seal "pkcs11" {
  pin = "pin-canary"
}
listener "tcp" {
  tls_acme_domains = ["a.example"]
  tls_acme_eab_key_id = "kid"
  tls_acme_eab_mac_key = "mac-canary"
}
"""


def test_every_secret_of_a_configuration_is_known() -> None:
    """Of stores, seals and listeners, and of the variables that libpq reads."""
    found = secrets_of(parse_config(TEXT, "a.hcl"), {"PGPASSWORD": "pg-canary", "HOME": "/root"})
    assert set(found) == {
        *("url@canary", "ssl-canary", "token-canary", "pin-canary", "mac-canary", "pg-canary"),
    }


@pytest.mark.parametrize("url", ["root:canary@tcp(db:3306)/d", "postgres://u:canary@[db/d", "password=canary host"])
def test_an_address_that_cannot_be_read_is_a_secret_as_a_whole(url: str) -> None:
    """Nobody knows where its password is."""
    text = f'storage "inmem" {{}}\nha_storage "mysql" {{\n  connection_url = "{url}"\n}}\n'
    assert secrets_of(parse_config(text, "a.hcl"), {}) == (url,)


@pytest.mark.parametrize("form", ["standard", "json"])
def test_no_log_line_holds_a_secret(tmp_path: Path, form: str) -> None:
    """In values, in messages and in tracebacks, whatever way the line is written."""
    logs.configure("info", form, str(tmp_path / "log"))
    logs.hide((CANARY,))
    log = structlog.get_logger("test")
    log.warning(f"failed with {CANARY}", reason=f'invalid dsn: missing "=" after "{CANARY}"')
    try:
        psycopg.conninfo.conninfo_to_dict(f"host=h {CANARY}")
    except psycopg.ProgrammingError as error:
        assert CANARY.partition('"')[0] in str(error)
        log.error("failed", reason=str(error), exc_info=True)
    log.warning("an address", reason="could not reach postgres://u:unknown@secret@db/x")
    text = (tmp_path / "log").read_text()
    assert text.count(HIDDEN) >= 4
    for part in (CANARY, CANARY.replace('"', '\\"'), "unknown@secret"):
        assert part not in text


def test_no_text_of_a_diagnosis_holds_a_secret() -> None:
    """Texts, facts and lists of a document."""
    logs.hide((CANARY,))
    document = {"message": f"<{CANARY}>", "children": [{"facts": {"url": CANARY}, "n": 1}]}
    assert logs.document_without_secrets(document) == {
        "message": f"<{HIDDEN}>",
        "children": [{"facts": {"url": HIDDEN}, "n": 1}],
    }
    assert logs.without_secrets(f"{CANARY}!") == f"{HIDDEN}!"
