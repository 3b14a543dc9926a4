"""The pages about MySQL and about the engines of 2016, with databases where they say that there are some."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from tests.conformance.docs.shell import opened, programs, run_page
from tests.conformance.postgres import PostgresqlServer
from tests.sim.mariadb import Mariadb

PAGES = Path(__file__).parents[4] / "docs" / "engines"


@pytest.fixture
def mysql(mariadb: Mariadb) -> Mariadb:
    """A MariaDB with the user that the pages have, with the rights that they say it needs."""
    mariadb.ask("CREATE USER 'strongroom'@'%%' IDENTIFIED BY 'its/pass@word'")
    mariadb.ask("GRANT CREATE USER ON *.* TO 'strongroom'@'%%'")
    mariadb.ask("GRANT SELECT ON shop.* TO 'strongroom'@'%%' WITH GRANT OPTION")
    return mariadb


def test_mysql(mysql: Mariadb, tmp_path: Path) -> None:
    """Made, logged in, dropped; nothing is left."""
    with opened(tmp_path, programs(tmp_path)) as (shell, names):
        names.replace("mysql:3306", f"127.0.0.1:{mysql.port}")
        names.replace("-h mysql -P 3306", f"-h 127.0.0.1 -P {mysql.port}")
        assert run_page(PAGES / "database-mysql.md", shell, names) > 6
    assert mysql.users() == {"strongroom"}


def test_engines_of_2016(mysql: Mariadb, postgresql_server: PostgresqlServer, tmp_path: Path) -> None:
    """Both of them."""
    with psycopg.connect(postgresql_server.url, autocommit=True) as connection:
        connection.execute("CREATE ROLE vault LOGIN SUPERUSER PASSWORD 'vault'")
        try:
            with opened(tmp_path, programs(tmp_path)) as (shell, names):
                names.replace("mysql:3306", f"127.0.0.1:{mysql.port}")
                names.replace("database:5432", f"127.0.0.1:{postgresql_server.port}")
                assert run_page(PAGES / "mysql-and-postgresql.md", shell, names) > 10
        finally:
            for (role,) in connection.execute("SELECT rolname FROM pg_roles WHERE rolname LIKE 'root-%'").fetchall():
                connection.execute(
                    psycopg.sql.SQL("DROP OWNED BY {0}; DROP ROLE {0}").format(psycopg.sql.Identifier(role))
                )
            connection.execute("DROP ROLE vault")
