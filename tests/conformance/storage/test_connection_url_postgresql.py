"""Connection URLs as operators write them, with a real PostgreSQL server; no secret of theirs is ever shown."""

from __future__ import annotations

import asyncio
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from psycopg import sql

from strongroom.lib.errors import StorageError
from strongroom.storage.postgresql.connections import Connections
from tests.conformance.diagnose.test_diagnose import configured, run
from tests.conformance.postgres import PostgresqlServer, postgresql_server
from tests.conformance.program import ProgramFailed
from tests.conformance.servers import OURS, start_ours

__all__ = ["postgresql_server"]

PASSWORD = "ca@nary@of#the:url"


@pytest.fixture(scope="module")
def user(postgresql_server: PostgresqlServer) -> str:
    """A user whose password holds what URLs give a meaning to."""
    with psycopg.connect(postgresql_server.url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE USER of_urls PASSWORD {}").format(PASSWORD))
        connection.execute("CREATE SCHEMA of_urls AUTHORIZATION of_urls")
    return "of_urls"


def _ask(url: str, question: str) -> object:
    async def ask() -> object:
        connection = await Connections(url, 1).connect()
        async with connection:
            row = await (await connection.execute(question.encode())).fetchone()
            assert row is not None
            return row[0]

    return asyncio.run(ask())


def test_a_password_with_an_at_sign_works_as_it_is_and_percent_encoded(
    postgresql_server: PostgresqlServer, user: str
) -> None:
    """The last `@` before the host counts."""
    for password in (PASSWORD, quote(PASSWORD, safe="")):
        url = f"postgres://{user}:{password}@127.0.0.1:{postgresql_server.port}/postgres"
        assert _ask(url, "SELECT current_user") == user


def test_every_form_of_an_address_reaches_the_server(postgresql_server: PostgresqlServer, user: str) -> None:
    """Several hosts of which the first is dead, a Unix socket's directory, and keywords."""
    port, directory = postgresql_server.port, postgresql_server.directory
    secret = quote(PASSWORD, safe="")
    for url in (
        f"postgres://{user}:{secret}@127.0.0.1:1,127.0.0.1:{port}/postgres",
        f"postgres://{user}:{secret}@{quote(str(directory), safe='')}:{port}/postgres",
        f"postgres://{user}:{secret}@/postgres?host={directory}&port={port}",
        f"host=127.0.0.1 port={port} user={user} password='{PASSWORD}' dbname=postgres",
    ):
        assert _ask(url, "SELECT current_user") == user


def test_the_password_may_come_from_the_environment_or_a_file(
    postgresql_server: PostgresqlServer, user: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`PGPASSWORD` and `passfile`, which keep it out of the configuration."""
    url = f"postgres://{user}@127.0.0.1:{postgresql_server.port}/postgres"
    file = tmp_path / "pgpass"
    file.write_text(f"*:*:*:{user}:{PASSWORD.replace(':', chr(92) + ':')}\n")
    file.chmod(0o600)
    assert _ask(f"{url}?passfile={file}", "SELECT current_user") == user
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    assert _ask(url, "SELECT current_user") == user


def test_parameters_of_other_drivers_take_effect_or_are_passed_over(
    postgresql_server: PostgresqlServer, user: str
) -> None:
    """`search_path` and time limits count for each session; a time limit of zero leaves the store's own."""
    url = f"postgres://{user}:{PASSWORD}@127.0.0.1:{postgresql_server.port}/postgres?pool_max_conns=3"
    assert _ask(f"{url}&search_path=of_urls,public", "SHOW search_path") == "of_urls,public"
    assert _ask(f"{url}&statement_timeout=7s", "SHOW statement_timeout") == "7s"
    assert _ask(f"{url}&statement_timeout=0", "SHOW statement_timeout") == "20s"
    with pytest.raises(StorageError, match="the parameter frobnicate is unknown"):
        _ask(f"{url}&frobnicate=1", "SELECT 1")


@pytest.mark.parametrize(
    "url",
    [
        "postgres://of_urls:{canary}@127.0.0.1:{port}/postgres",
        "postgres://of_urls:{canary}@127.0.0.1:1/postgres",
        "postgres://of_urls:{canary}@nowhere.invalid/postgres",
        "postgres://of_urls:x/{canary}@127.0.0.1/postgres",
        "postgres://of_urls:x?{canary}=y@127.0.0.1/postgres",
        "password=x {canary} host=127.0.0.1",
        "postgres://of_urls:x@127.0.0.1:{port}/postgres?sslpassword={canary}&sslkey=/dev/null&sslcert=/dev/null",
        "postgres://of_urls:{canary}@127.0.0.1:{port}/postgres?options=-c%20{canary}",
        "postgres://of_urls:{canary}@127.0.0.1:{port}/{canary}",
    ],
)
def test_no_password_reaches_a_diagnosis(postgresql_server: PostgresqlServer, tmp_path: Path, url: str) -> None:
    """Whatever is wrong with the URL or the server: no check shows any part of it."""
    written = url.format(canary="canaryOfTheUrl@2", port=postgresql_server.port)
    text = f'storage "postgresql" {{\n  connection_url = "{written}"\n}}\nworkers = 1\n'
    listener = 'listener "tcp" {\n  address = "ADDRESS"\n  tls_disable = true\n}\n'
    file = configured(tmp_path, text + listener.replace("ADDRESS", "127.0.0.1:PORT"))
    for command in ("diagnose", "validate-config"):
        done = run(OURS, command, f"-config={file}")
        assert "canaryOfTheUrl" not in done.stdout + done.stderr


def test_no_password_reaches_the_log_of_a_server_that_fails(
    postgresql_server: PostgresqlServer, tmp_path: Path
) -> None:
    """The server's refusal is told, and neither the password nor what follows an `@` in it."""
    url = f"postgres://of_urls:x@canaryOfTheUrl@127.0.0.1:{postgresql_server.port}/postgres"
    text = f'storage "postgresql" {{\n  connection_url = "{url}"\n}}\nworkers = 1\n'
    with pytest.raises(ProgramFailed, match="password authentication failed") as caught:
        with start_ours(tmp_path, text + 'listener "tcp" {\n  address = "{address}"\n  tls_disable = true\n}\n'):
            pass
    assert "canaryOfTheUrl" not in str(caught.value)
