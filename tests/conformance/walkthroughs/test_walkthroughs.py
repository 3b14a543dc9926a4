"""The walkthroughs beside this file, each a page of console blocks, run word by word under the name `vault`.

Accounts of 2016 go on with users of AWS and of databases.
"""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from tests.conformance.docs.shell import opened, programs, run_page
from tests.conformance.postgres import PostgresqlServer, postgresql_server
from tests.conformance.program import wait_until
from tests.sim import mariadb
from tests.sim.aws.moto import running

HERE = Path(__file__).parent
__all__ = ["postgresql_server"]


@pytest.mark.parametrize("page", ["first-look.md", "machines.md", "tokens.md"])
def test_on_a_development_server(page: str, tmp_path: Path) -> None:
    """The commands of 2016 print what the page shows."""
    with opened(tmp_path, programs(tmp_path, "vault")) as (shell, names):
        assert run_page(HERE / page, shell, names) >= 10


def test_production_on_postgresql(tmp_path: Path, postgresql_server: PostgresqlServer) -> None:
    """From the configuration in JSON to the seal, on a database of its own, with values in the audit log as digests."""
    with psycopg.connect(postgresql_server.url, autocommit=True) as connection:
        connection.execute("CREATE ROLE vault LOGIN PASSWORD 'vault'")
        connection.execute("CREATE DATABASE vault OWNER vault")
        with opened(tmp_path, programs(tmp_path, "vault")) as (shell, names):
            names.replace("storage-backend:5432", f"127.0.0.1:{postgresql_server.port}")
            assert run_page(HERE / "postgresql.md", shell, names) > 25
        connection.execute("DROP DATABASE vault WITH (FORCE)")
        connection.execute("DROP ROLE vault")


USERS = """
import sys, time, boto3
iam = boto3.client("iam", aws_access_key_id="x", aws_secret_access_key="x", region_name="us-east-1")
users = lambda: [user["UserName"] for user in iam.list_users()["Users"]]
until = time.monotonic() + 60
while "gone" in sys.argv and users() and time.monotonic() < until:
    time.sleep(0.1)
print(*users())
"""


def test_users_of_aws(tmp_path: Path) -> None:
    """The commands of 2016 make a user of AWS with a policy and a key; with its lease it is gone."""
    with running(managed_policies=True) as moto, opened(tmp_path, programs(tmp_path, "vault")) as (shell, names):
        shell.run(f"export AWS_ENDPOINT_URL={moto.url}")
        shell.run(f"cat > users.py <<'EOF'{USERS}EOF")
        assert run_page(HERE / "aws.md", shell, names) >= 5


def test_databases(tmp_path: Path, postgresql_server: PostgresqlServer) -> None:
    """Users of PostgreSQL and MySQL, made and dropped by the commands of 2016; nothing is left."""
    with psycopg.connect(postgresql_server.url, autocommit=True) as connection:
        connection.execute("CREATE ROLE vault LOGIN SUPERUSER PASSWORD 'vault'")
        try:
            with mariadb.run() as server, opened(tmp_path, programs(tmp_path, "vault")) as (shell, names):
                names.replace("database:5432", f"127.0.0.1:{postgresql_server.port}")
                names.replace("mysql:3306", f"127.0.0.1:{server.port}")
                assert run_page(HERE / "databases.md", shell, names) > 15
                wait_until(lambda: server.users() == set(), "users are left")
            left = connection.execute("SELECT rolname FROM pg_roles WHERE rolname LIKE '%-%'").fetchall()
            assert left == []
        finally:
            connection.execute("DROP ROLE vault")
