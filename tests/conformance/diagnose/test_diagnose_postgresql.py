"""Diagnosing a store on a real PostgreSQL server: read-only before the first start, with the server's own settings."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from tests.conformance.diagnose.test_diagnose import configured, diagnosed, run
from tests.conformance.pgbouncer import require_pgbouncer, running_pgbouncer
from tests.conformance.postgres import PostgresqlServer, postgresql_server
from tests.conformance.servers import OURS, start_ours

__all__ = ["postgresql_server"]

_LISTENER = 'listener "tcp" {\n  address = "127.0.0.1:PORT"\n  tls_disable = true\n}\nworkers = 1\n'


def _config(url: str, table: str) -> str:
    return f'storage "postgresql" {{\n  connection_url = "{url}"\n  table = "{table}"\n}}\n' + _LISTENER


def _tables(server: PostgresqlServer, prefix: str) -> list[str]:
    with psycopg.connect(server.url) as connection:
        rows = connection.execute("SELECT tablename FROM pg_tables WHERE tablename LIKE %s", (prefix + "%",))
        return [row[0] for row in rows]


def test_tables_are_only_made_by_the_server(postgresql_server: PostgresqlServer, tmp_path: Path) -> None:
    """Before the first start nothing is made; afterwards the store is opened, written and left as it was."""
    file = configured(tmp_path, _config(postgresql_server.url, "diagnosed"))
    _, found = diagnosed(file, "-debug")
    assert found["Check PostgreSQL"]["facts"]["synchronous_commit"] == "on"
    assert "makes them at its first start" in found["Create Storage Backend"]["message"]
    assert _tables(postgresql_server, "diagnosed") == []
    running = _config(postgresql_server.url, "diagnosed").replace("127.0.0.1:PORT", "{address}")
    with start_ours(tmp_path, running):
        _, found = diagnosed(tmp_path / "ours.hcl")
        assert found["Check Storage Access"]["status"] == "ok"
        assert found["Check Clock Difference"]["status"] == "ok"
        assert "running Strongroom" in found["Check Address"]["message"]
    with psycopg.connect(postgresql_server.url) as connection:
        row = connection.execute("SELECT count(*) FROM diagnosed WHERE key LIKE 'diagnose/%'").fetchone()
    assert row == (0,)


def test_a_wrong_password_is_a_failure_that_shows_no_password(
    postgresql_server: PostgresqlServer, tmp_path: Path
) -> None:
    """The reason is the server's, the exit code says that the diagnosis is incomplete, and no password is shown."""
    url = postgresql_server.url.replace(postgresql_server.password, "not-the-password")
    file = configured(tmp_path, _config(url, "diagnosed"))
    for words in ([], ["-debug"], ["-format=json"]):
        done = run(OURS, "diagnose", f"-config={file}", *words)
        assert done.returncode == 4
        assert "password authentication failed" in done.stdout
        assert "not-the-password" not in done.stdout + done.stderr


@pytest.mark.parametrize("may_create", [True, False])
def test_privileges_are_judged_before_they_are_needed(
    postgresql_server: PostgresqlServer, tmp_path: Path, may_create: bool
) -> None:
    """A user who may not make the tables is told so; one who may is no superuser, and gets no warning."""
    user = f"plain_{may_create}".lower()
    with psycopg.connect(postgresql_server.url, autocommit=True) as connection:
        connection.execute(f"CREATE USER {user} PASSWORD 'x'")
        connection.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
        if may_create:
            connection.execute(f"GRANT CREATE ON SCHEMA public TO {user}")
    url = f"postgresql://{user}:x@127.0.0.1:{postgresql_server.port}/postgres"
    _, found = diagnosed(configured(tmp_path, _config(url, f"of_{user}")))
    assert found["Check PostgreSQL"]["status"] == ("ok" if may_create else "fail")
    assert found["Check Storage"]["status"] == ("ok" if may_create else "fail")


def test_a_password_that_everybody_can_read_is_a_failure(postgresql_server: PostgresqlServer, tmp_path: Path) -> None:
    """The connection URL holds a password, so the file's permissions count."""
    file = configured(tmp_path, _config(postgresql_server.url, "diagnosed"))
    file.chmod(0o644)
    code, found = diagnosed(file, "-skip=storage")
    assert (code, found[str(file)]["status"]) == (1, "fail")
    file.chmod(0o640)
    assert diagnosed(file, "-skip=storage")[1][str(file)]["status"] == "ok"


def test_a_pooler_is_found_and_judged(postgresql_server: PostgresqlServer, tmp_path: Path) -> None:
    """One that keeps transactions together is told; one that doesn't is a failure with what to change."""
    require_pgbouncer()
    with running_pgbouncer(postgresql_server, "transaction") as url:
        _, found = diagnosed(configured(tmp_path, _config(url, "pooled")))
        assert found["Check Connection Pooler"]["status"] == "ok"
    with running_pgbouncer(postgresql_server, "statement") as url:
        _, found = diagnosed(configured(tmp_path, _config(url, "pooled")))
        assert found["Check PostgreSQL"]["status"] == "fail"
        assert "pool_mode = transaction" in found["Check PostgreSQL"]["message"]
