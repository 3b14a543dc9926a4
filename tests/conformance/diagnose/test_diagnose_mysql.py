"""Diagnosing a store on a real MariaDB: read-only before the first start, with the server's own settings."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conformance.diagnose.test_diagnose import configured, diagnosed
from tests.conformance.servers import start_ours
from tests.sim import mariadb
from tests.sim.mariadb import Mariadb

_LISTENER = 'listener "tcp" {\n  address = "127.0.0.1:PORT"\n  tls_disable = true\n}\nworkers = 1\n'


@pytest.fixture(scope="module")
def server() -> Iterator[Mariadb]:
    """A server with a user who may use one database."""
    with mariadb.run(*mariadb.DURABLE) as running:
        running.ask("CREATE USER plain IDENTIFIED BY 'canary'")
        running.ask("GRANT CREATE, SELECT, INSERT, UPDATE, DELETE ON diagnosed.* TO plain")
        yield running


def _config(server: Mariadb, user: str = "plain", password: str = "canary") -> str:
    options = f'  address = "127.0.0.1:{server.port}"\n  username = "{user}"\n  password = "{password}"\n'
    return f'storage "mysql" {{\n{options}  database = "diagnosed"\n}}\n' + _LISTENER


def test_mysql_tables_are_only_made_by_the_server(server: Mariadb, tmp_path: Path) -> None:
    """Before the first start nothing is made; afterwards the store is opened, written and left as it was."""
    file = configured(tmp_path, _config(server))
    _, found = diagnosed(file, "-debug")
    assert "MariaDB" in found["Check MySQL"]["message"]
    assert "makes them at its first start" in found["Create Storage Backend"]["message"]
    assert "Check MySQL Settings" not in found
    assert server.ask("SHOW DATABASES LIKE 'diagnosed'") == []
    with start_ours(tmp_path, _config(server).replace("127.0.0.1:PORT", "{address}")):
        _, found = diagnosed(tmp_path / "ours.hcl")
        assert found["Check Storage Access"]["status"] == "ok"
        assert found["Check Clock Difference"]["status"] == "ok"
    assert server.ask("SELECT count(*) FROM diagnosed.strongroom WHERE path LIKE 'diagnose/%%'") == [(0,)]


def test_what_mysql_says_is_judged(server: Mariadb, tmp_path: Path) -> None:
    """A wrong password, a setting that loses commits, and a user with all rights are told; no password is."""
    _, found = diagnosed(configured(tmp_path, _config(server, password="not-it")))
    assert found["Check MySQL"]["status"] == "fail"
    assert "1045" in found["Check MySQL"]["message"]
    assert "not-it" not in str(found)
    server.ask("SET GLOBAL innodb_flush_log_at_trx_commit = 2")
    try:
        _, found = diagnosed(configured(tmp_path, _config(server)))
    finally:
        server.ask("SET GLOBAL innodb_flush_log_at_trx_commit = 1")
    assert "innodb_flush_log_at_trx_commit = 1" in found["Check MySQL"]["message"]
    _, found = diagnosed(configured(tmp_path, _config(server, mariadb.ROOT, mariadb.ROOT_PASSWORD)))
    assert "may do everything" in str(found["Check MySQL Settings"]["warnings"])
