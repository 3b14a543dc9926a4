"""The example `web-application`: what its page shows, and what it promises when something fails."""

from __future__ import annotations

import re
import shutil
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.conformance.docs.shell import opened, programs, run_page
from tests.conformance.postgres import PostgresqlServer, postgresql_server
from tests.conformance.processes.node import Node, running
from tests.conformance.program import Program, wait_until
from tests.ports import free_port

__all__ = ["postgresql_server"]

APPLICATION = Path(__file__).parents[3] / "examples" / "web-application"
CREATE = "CREATE ROLE \"{{name}}\" LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}' IN ROLE visitors"


@pytest.fixture
def visited(postgresql_server: PostgresqlServer) -> Iterator[None]:
    """What the page says that the database has, and `strongroom`, until the test ends."""
    page = (APPLICATION / "README.md").read_text()
    made = re.search(r"```sql\n(.*?)```", page, re.DOTALL)
    assert made is not None
    with psycopg.connect(postgresql_server.url, autocommit=True) as connection:
        connection.execute(made[1].encode())
        connection.execute("CREATE ROLE strongroom LOGIN SUPERUSER PASSWORD 'password-of-strongroom'")
    yield
    with psycopg.connect(postgresql_server.url, autocommit=True) as connection:
        users = connection.execute("SELECT rolname FROM pg_roles WHERE rolname LIKE 'v-%'").fetchall()
        connection.execute("DROP TABLE visits")
        for (name,) in [*users, ("visitors",), ("strongroom",)]:
            connection.execute(psycopg.sql.SQL("DROP ROLE {}").format(psycopg.sql.Identifier(name)))


@pytest.mark.usefixtures("visited")
def test_the_page_of_the_web_application(tmp_path: Path, postgresql_server: PostgresqlServer) -> None:
    """From an empty server to a user that was revoked and replaced, pasted line by line."""
    if shutil.which("curl") is None:
        pytest.skip("needs the program curl")
    shutil.copy(APPLICATION / "app.py", tmp_path)
    with opened(tmp_path, programs(tmp_path)) as (shell, names):
        place = f"127.0.0.1:{postgresql_server.port}"
        names.replace("db.example.com:5432/postgres'", f"{place}/postgres?sslmode=disable'")
        names.replace("db.example.com:5432", place)
        port = str(free_port())
        names.replace("127.0.0.1:8000", f"127.0.0.1:{port}")
        names.replace("PORT=8000", f"PORT={port}")
        assert run_page(APPLICATION / "README.md", shell, names) > 9


@pytest.mark.timeout(120)
@pytest.mark.usefixtures("visited")
def test_the_web_application_goes_on(tmp_path: Path, postgresql_server: PostgresqlServer) -> None:
    """Its user is renewed and replaced; neither a sealed server nor a database that restarts ends it."""
    node = Node(tmp_path / "node", workers_wanted=1)
    with running(node):
        node.ready()
        _configure(node, postgresql_server)
        port = free_port()
        settings = {
            "VAULT_ADDR": f"http://{node.address}",
            "VAULT_TOKEN": node.token,
            "ROLE": "web",
            "PORT": str(port),
            "DATABASE": f"127.0.0.1:{postgresql_server.port}/postgres",
        }
        log = tmp_path / "app.log"
        app = Program.start([sys.executable, APPLICATION / "app.py"], tmp_path, log, settings)
        try:
            app.wait_for(lambda: "serving" in log.read_text())
            first = _visit(port)
            wait_until(lambda: "is renewed" in log.read_text(), log.read_text, 30)
            wait_until(lambda: _visit(port) != first, log.read_text, 30)
            node.restart()  # it is sealed then
            before = _visit(port)
            wait_until(lambda: "could not be renewed" in log.read_text(), log.read_text, 30)
            assert _visit(port) == before
            node.unseal()
            postgresql_server.stop("immediate")
            postgresql_server.start()
            wait_until(lambda: _visit(port) not in {"", before}, log.read_text, 30)
            node.ok("PUT", "sys/leases/revoke-prefix/database/creds/web")
            wait_until(lambda: _visit(port) != "", log.read_text, 30)
        finally:
            app.kill()
            node.ok("PUT", "sys/leases/revoke-prefix/database/creds/web")


def _configure(node: Node, postgresql: PostgresqlServer) -> None:
    url = f"postgresql://{{{{username}}}}:{{{{password}}}}@127.0.0.1:{postgresql.port}/postgres?sslmode=disable"
    connection = {"plugin_name": "postgresql-database-plugin", "allowed_roles": "*", "connection_url": url}
    node.ok("POST", "sys/mounts/database", {"type": "database"})
    user = {"username": "strongroom", "password": "password-of-strongroom"}
    node.ok("POST", "database/config/shop", {**connection, **user})
    role = {"db_name": "shop", "creation_statements": CREATE, "default_ttl": "4s", "max_ttl": "8s"}
    node.ok("POST", "database/roles/web", role)


def _visit(port: int) -> str:
    """As which user a visit was counted; empty if it wasn't."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=20) as answer:
            return str(answer.read().decode().split()[-1])
    except urllib.error.HTTPError:
        return ""
